//! Paths in a container, and what they are on this machine.

use std::path::{Component, Path, PathBuf};

/// Which folders and files of this machine a container sees, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PathMap {
    /// Whether Traefik runs in a container at all; else every path is one of this machine.
    pub in_container: bool,
    /// The working directory there.
    pub working_dir: Option<String>,
    /// What is mounted where; of several at one place the first counts.
    pub mounts: Vec<Mount>,
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it is in the container.
    pub container: String,
    /// What it is on this machine; nothing for a volume that has no path here.
    pub host: Option<PathBuf>,
}

/// What a path in the container is on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mapped {
    /// This.
    Host(PathBuf),
    /// Nothing that is known.
    Unmapped,
}

impl Mapped {
    /// The path on this machine.
    pub fn host(self) -> Option<PathBuf> {
        match self {
            Mapped::Host(path) => Some(path),
            Mapped::Unmapped => None,
        }
    }
}

impl PathMap {
    /// Reads `CONTAINER=HOST`.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        match text.split_once('=') {
            Some((container, host)) if container.starts_with('/') && !host.is_empty() => {
                self.in_container = true;
                self.mounts.push(Mount { container: container.to_owned(), host: Some(host.into()) });
                Ok(())
            }
            _ => Err(format!("{text:?} is not of the form CONTAINER=HOST, as /etc/traefik=./traefik")),
        }
    }

    /// Takes it that Traefik sees a folder of this machine there, before all that is known already.
    pub fn see(&mut self, container: String, host: PathBuf) {
        self.in_container = true;
        self.mounts.insert(0, Mount { container, host: Some(host) });
    }

    /// What a path that Traefik uses is on this machine.
    pub fn to_host(&self, path: &str) -> Mapped {
        if !self.in_container {
            return Mapped::Host(PathBuf::from(path));
        }
        let path = clean(&Path::new(self.working_dir.as_deref().unwrap_or("/")).join(path));
        let mut best: Option<(usize, &Mount)> = None;
        for mount in &self.mounts {
            let place = clean(Path::new(&mount.container));
            let length = place.components().count();
            if path.starts_with(&place) && best.is_none_or(|(longest, _)| length > longest) {
                best = Some((length, mount));
            }
        }
        match best.and_then(|(_, mount)| Some((mount.host.as_ref()?, clean(Path::new(&mount.container))))) {
            Some((host, place)) => match path.strip_prefix(&place) {
                Ok(rest) if rest.as_os_str().is_empty() => Mapped::Host(host.clone()),
                Ok(rest) => Mapped::Host(host.join(rest)),
                Err(_) => Mapped::Unmapped,
            },
            None => Mapped::Unmapped,
        }
    }
}

/// A path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_mount_decides_and_a_volume_without_path_hides_what_is_below() {
        let mut map = PathMap::default();
        assert_eq!(map.to_host("x/y"), Mapped::Host("x/y".into()));
        map.add("/etc/traefik=conf").unwrap();
        map.add("/etc/traefik/dynamic/=dyn").unwrap();
        map.mounts.push(Mount { container: "/etc/traefik/certs".into(), host: None });
        assert_eq!(map.to_host("/etc/traefik/traefik.yml"), Mapped::Host("conf/traefik.yml".into()));
        assert_eq!(map.to_host("/etc/traefik/dynamic"), Mapped::Host("dyn".into()));
        assert_eq!(map.to_host("/etc/traefik/./dynamic/../dynamic/a.yml"), Mapped::Host("dyn/a.yml".into()));
        assert_eq!(map.to_host("/etc/traefikx"), Mapped::Unmapped);
        assert_eq!(map.to_host("/etc/traefik/certs/a.pem"), Mapped::Unmapped);
        assert_eq!(map.to_host("etc/traefik/a"), Mapped::Host("conf/a".into()));
        assert!(map.add("relative=x").is_err() && map.add("/x").is_err());
    }
}
