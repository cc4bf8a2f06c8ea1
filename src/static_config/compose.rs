//! The service of a compose file that runs Traefik: its command line, environment and mounts.

use super::fault::{Fault, Mistake};
use super::paths::{Mount, PathMap};
use super::words::{self, Lookup, Word, interpolate};
use super::{Reading, StaticConfig, flags};
use crate::document::{Document, Format, Ref, Span};
use std::path::{Path, PathBuf};

/// What a compose file says of its Traefik.
#[derive(Clone, Debug, Default)]
pub struct Compose {
    /// The command line, without the program.
    words: Vec<Word>,
    /// Variables of the environment.
    environment: Vec<(String, String, Span)>,
    /// Files with more variables, each with where it is named.
    env_files: Vec<(String, Span)>,
    /// Mounts, with where each stands.
    volumes: Vec<(Mount, Span)>,
    /// What its paths are on this machine.
    pub paths: PathMap,
}

/// Whether a document is a compose file.
pub fn is_compose(document: &Document) -> bool {
    let Some(root) = document.root() else { return false };
    let has = |name: &str| root.field(name).is_some();
    has("services") && !has("entryPoints") && !has("providers") && !has("http")
}

impl Compose {
    /// Reads the service of this name, else the one that runs Traefik. Relative paths are below `folder`.
    pub fn read(
        document: &Document,
        service: Option<&str>,
        folder: &Path,
        lookup: Lookup<'_>,
    ) -> Result<Compose, String> {
        let mut compose = Compose::default();
        let root = document.root();
        let Some(services) = root.and_then(|r| r.field("services")) else {
            return Err("this compose file has no services".into());
        };
        let service = find(services, service)?;
        for field in ["entrypoint", "command"] {
            if let Some(node) = service.field(field) {
                compose.words.extend(words::of(node, lookup));
            }
        }
        // What comes before the first flag is the program.
        let first = compose.words.iter().position(|word| word.text.starts_with('-')).unwrap_or(compose.words.len());
        compose.words.drain(..first);
        compose.environment = environment(service, lookup);
        compose.env_files = env_files(service, lookup);
        compose.volumes = volumes(service, folder, lookup);
        compose.volumes.extend(root.into_iter().flat_map(|root| configs(root, service, folder, lookup)));
        compose.paths = PathMap {
            in_container: true,
            working_dir: service.field("working_dir").and_then(Ref::text).map(|text| interpolate(text, lookup)),
            mounts: compose.volumes.iter().map(|(mount, _)| mount.clone()).collect(),
        };
        Ok(compose)
    }

    /// Files with more variables, as they are named.
    pub fn env_files(&self) -> Vec<String> {
        self.env_files.iter().map(|(path, _)| path.clone()).collect()
    }

    /// Takes the variables of such a file; those that stand in the compose file itself win.
    pub fn add_env_file(&mut self, path: &str, text: &str) {
        let place = self.env_files.iter().find(|(p, _)| p == path).map_or(Span::default(), |(_, at)| *at);
        for (name, value) in variables(text) {
            if !self.environment.iter().any(|(known, ..)| *known == name) {
                self.environment.push((name, value, place));
            }
        }
    }

    /// Where Traefik would look for a file in the container, in its order.
    pub fn candidates(&self) -> Vec<String> {
        let variable =
            |name: &str| self.environment.iter().find(|(n, ..)| n == name).map(|(_, value, _)| value.as_str());
        let named = flags::read(&self.words, &mut Vec::new()).config_file().map(str::to_owned);
        let bases = [
            "/etc/traefik/traefik".to_owned(),
            format!("{}/traefik", variable("XDG_CONFIG_HOME").unwrap_or_default()),
            format!("{}/.config/traefik", variable("HOME").unwrap_or("/root")),
            "./traefik".to_owned(),
        ];
        let defaults = bases.iter().flat_map(|base| ["toml", "yaml", "yml"].map(|ext| format!("{base}.{ext}")));
        named.into_iter().chain(defaults).collect()
    }

    /// The configuration that its flags give, else its environment.
    pub fn reading(&self) -> Reading {
        Reading::of_flags(&self.words, &self.environment)
    }

    /// What is wrong with the way the container sees this configuration's files. `apart` where the configuration itself
    /// stands in a file that is mounted.
    pub fn faults(&self, config: &StaticConfig, apart: bool) -> Vec<Fault> {
        let mut found = Vec::new();
        let directory = config.directory.as_deref().map(|d| d.trim_end_matches('/'));
        for (mount, at) in &self.volumes {
            let (parent, _) = mount.container.rsplit_once('/').unwrap_or_default();
            let is_dynamic = match directory {
                Some(directory) => parent == directory && Format::of(&mount.container).is_some(),
                None => config.filename.as_deref() == Some(mount.container.as_str()),
            };
            if is_dynamic && config.watch && mount.host.is_some() {
                found.push(Fault::new(Mistake::MountedFile { container: mount.container.clone() }, *at, "volumes"));
            }
        }
        if apart {
            // Traefik looks at one of the three sources only.
            let flags = self.words.iter().find(|w| !w.text.to_ascii_lowercase().contains("configfile"));
            let variable = self.environment.iter().find(|(name, ..)| name.starts_with("TRAEFIK_"));
            let ignored = flags.map(|w| ("flags", w.at)).into_iter().chain(variable.map(|(.., at)| ("variables", *at)));
            found
                .extend(ignored.map(|(what, at)| Fault::new(Mistake::Ignored { what, by: "the file".into() }, at, "")));
        }
        found.iter_mut().for_each(|fault| fault.in_compose = apart);
        found
    }
}

/// The service that runs Traefik.
fn find<'d>(services: Ref<'d>, wanted: Option<&str>) -> Result<Ref<'d>, String> {
    let all = services.fields();
    let names = || all.iter().filter_map(|(k, _)| k.text()).collect::<Vec<_>>().join(", ");
    let runs_traefik =
        |service: &Ref<'_>| service.field("image").and_then(Ref::text).is_some_and(|i| i.contains("traefik"));
    let found: Vec<_> = match wanted {
        Some(name) => all.iter().filter(|(k, _)| k.text() == Some(name)).collect(),
        None => all.iter().filter(|(_, v)| runs_traefik(v)).collect(),
    };
    match (found.as_slice(), wanted) {
        ([(_, service)], _) => Ok(*service),
        (_, Some(name)) => Err(format!("there is no service {name:?} in this compose file; there are {}", names())),
        _ => {
            Err(format!("say which service of this compose file runs Traefik with FILE#SERVICE; there are {}", names()))
        }
    }
}

fn environment(service: Ref<'_>, lookup: Lookup<'_>) -> Vec<(String, String, Span)> {
    let Some(node) = service.field("environment") else { return Vec::new() };
    let of_map = node.fields().into_iter().filter_map(|(key, value)| {
        let name = key.resolved().text()?.to_owned();
        // A name alone takes the value of whoever starts compose.
        let text = if value.is_null() { lookup(&name)? } else { interpolate(value.text()?, lookup) };
        Some((name, text, if value.is_null() { key.span() } else { value.span() }))
    });
    let of_list = node.items().filter_map(|item| {
        let text = interpolate(item.resolved().text()?, lookup);
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => (text.clone(), lookup(&text)?),
        };
        Some((name, value, item.span()))
    });
    of_map.chain(of_list).collect()
}

fn env_files(service: Ref<'_>, lookup: Lookup<'_>) -> Vec<(String, Span)> {
    let Some(node) = service.field("env_file") else { return Vec::new() };
    let path = |node: Ref<'_>| {
        let node = node.resolved();
        let text = node.text().or_else(|| node.field("path").and_then(Ref::text))?;
        Some((interpolate(text, lookup), node.span()))
    };
    if node.text().is_some() { path(node).into_iter().collect() } else { node.items().filter_map(path).collect() }
}

/// The variables of a `.env` file.
pub fn variables(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let value = value.trim();
        let quoted = |q: char| value.strip_prefix(q).and_then(|v| v.split_once(q)).map(|(inside, _)| inside);
        let plain = || value.split(" #").next().unwrap_or_default().trim_end();
        Some((name.trim().to_owned(), quoted('"').or_else(|| quoted('\'')).unwrap_or_else(plain).to_owned()))
    };
    text.lines().filter_map(line).collect()
}

fn volumes(service: Ref<'_>, folder: &Path, lookup: Lookup<'_>) -> Vec<(Mount, Span)> {
    let Some(node) = service.field("volumes") else { return Vec::new() };
    let volume = |item: Ref<'_>| {
        let item = item.resolved();
        let text = |name: &str| Some(interpolate(item.field(name)?.text()?, lookup));
        let (source, target) = match item.text() {
            Some(text) => {
                let text = interpolate(text, lookup);
                let mut parts = text.split(':').map(str::to_owned);
                match (parts.next()?, parts.next()) {
                    (source, Some(target)) => (Some(source), target),
                    (target, None) => (None, target),
                }
            }
            None => (text("source").or_else(|| text("src")), text("target").or_else(|| text("destination"))?),
        };
        let bind = match item.text() {
            Some(_) => source.as_deref().is_some_and(|s| s.starts_with(['/', '.', '~'])),
            None => text("type").is_none_or(|kind| kind == "bind"),
        };
        let host = source.filter(|_| bind).map(|source| host_path(&source, folder, lookup));
        Some((Mount { container: target.trim_end_matches('/').to_owned(), host }, item.span()))
    };
    node.items().filter_map(volume).collect()
}

/// `configs` that are files beside the compose file.
fn configs(root: Ref<'_>, service: Ref<'_>, folder: &Path, lookup: Lookup<'_>) -> Vec<(Mount, Span)> {
    let config = |item: Ref<'_>| {
        let item = item.resolved();
        let source = item.text().or_else(|| item.field("source").and_then(Ref::text))?;
        let target = item.field("target").and_then(Ref::text).map_or(format!("/{source}"), str::to_owned);
        let named = root.field("configs")?.fields().into_iter().find(|(key, _)| key.text() == Some(source))?.1;
        let host =
            named.field("file").and_then(Ref::text).map(|file| host_path(&interpolate(file, lookup), folder, lookup));
        Some((Mount { container: target, host }, item.span()))
    };
    service.field("configs").into_iter().flat_map(Ref::items).filter_map(config).collect()
}

fn host_path(text: &str, folder: &Path, lookup: Lookup<'_>) -> PathBuf {
    match text.strip_prefix('~').zip(lookup("HOME")) {
        Some((rest, home)) => Path::new(&home).join(rest.trim_start_matches('/')),
        None => folder.join(text.strip_prefix("./").unwrap_or(text)),
    }
}

#[cfg(test)]
mod tests;
