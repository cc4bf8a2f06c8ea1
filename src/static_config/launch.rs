//! How Traefik is started: its flags and environment, and what it sees of this machine where it runs in a container.

use super::fault::{Fault, Mistake};
use super::paths::{Mount, PathMap};
use super::words::{self, Word};
use super::{Reading, StaticConfig, flags};
use crate::document::{Format, Span};

/// How Traefik is started.
#[derive(Clone, Debug, Default)]
pub struct Launch {
    /// The command line, without the program.
    pub(super) words: Vec<Word>,
    /// Variables of the environment.
    pub(super) environment: Vec<(String, String, Span)>,
    /// Files with more variables, each with where it is named.
    pub(super) env_files: Vec<(String, Span)>,
    /// Mounts, with where each stands.
    pub(super) volumes: Vec<(Mount, Span)>,
    /// What its paths are on this machine.
    pub paths: PathMap,
}

impl Launch {
    /// Traefik's own flags, as a shell would split them.
    pub fn of_flags(text: &str) -> Launch {
        Launch { words: words::split(text), ..Launch::default() }
    }

    /// Files with more variables, as they are named.
    pub fn env_files(&self) -> Vec<String> {
        self.env_files.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Takes the variables of such a file; those that stand in the compose file itself win.
    pub fn add_env_file(&mut self, path: &str, text: &str) {
        let place = self.env_files.iter().find(|(p, _)| p == path).map_or(Span::default(), |(_, at)| *at);
        for (name, value) in words::variables(text) {
            if !self.environment.iter().any(|(known, ..)| *known == name) {
                self.environment.push((name, value, place));
            }
        }
    }

    /// The file that its flags name, and where they do.
    pub fn config_file(&self) -> Option<(String, Span)> {
        flags::read(&self.words, &mut Vec::new()).config_file()
    }

    /// Where else Traefik would look for a file in a container, in its order.
    pub fn default_files(&self) -> Vec<String> {
        let variable =
            |name: &str| self.environment.iter().find(|(n, ..)| n == name).map(|(_, value, _)| value.as_str());
        let bases = [
            "/etc/traefik/traefik".to_owned(),
            format!("{}/traefik", variable("XDG_CONFIG_HOME").unwrap_or_default()),
            format!("{}/.config/traefik", variable("HOME").unwrap_or("/root")),
            "./traefik".to_owned(),
        ];
        bases.iter().flat_map(|base| ["toml", "yaml", "yml"].map(|extension| format!("{base}.{extension}"))).collect()
    }

    /// The configuration that its flags give, else its environment.
    pub fn reading(&self) -> Reading {
        Reading::of_flags(&self.words, &self.environment)
    }

    /// Dynamic files that are mounted one by one: when one is replaced on the host, the container keeps the old one.
    pub fn mounted_files(&self, config: &StaticConfig) -> Vec<Fault> {
        let directory = config.directory.as_deref().map(|d| d.trim_end_matches('/'));
        let is_dynamic = |path: &str| match directory {
            Some(directory) => path.rsplit_once('/').is_some_and(|(parent, _)| parent == directory) && is_loaded(path),
            None => config.filename.as_deref() == Some(path),
        };
        let mounted = self.volumes.iter().filter(|(mount, _)| mount.host.is_some() && is_dynamic(&mount.container));
        let fault = |(mount, at): &(Mount, Span)| {
            Fault::new(Mistake::MountedFile { container: mount.container.clone() }, *at, "volumes")
        };
        if config.watch { mounted.map(fault).collect() } else { Vec::new() }
    }

    /// Settings that Traefik never looks at, since it reads a file: it takes one of the three sources only.
    pub fn ignored(&self) -> Vec<Fault> {
        let flag = flags::read(&self.words, &mut Vec::new()).first_setting();
        let variable = self.environment.iter().find(|(name, ..)| name.starts_with("TRAEFIK_")).map(|(.., at)| *at);
        let places = [("flags", flag), ("variables", variable)];
        let fault = |what, at| Fault::new(Mistake::Ignored { what, by: "the file" }, at, "");
        places.into_iter().filter_map(|(what, at)| Some(fault(what, at?))).collect()
    }
}

fn is_loaded(path: &str) -> bool {
    Format::of(path).is_some()
}

#[cfg(test)]
mod tests;
