//! What decides beside the texts of the dynamic configuration: the release, the static configuration, and the
//! disk around the files. Plain values; the store brings them, so that whoever judges touches no disk.

use crate::release::Release;
use crate::static_config::{Fault, StaticConfig};
use std::collections::HashMap;
use std::net::IpAddr;

/// What is known beside the texts.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The release of Traefik that reads the files.
    pub release: Release,
    /// Traefik's static configuration; without it entry points, resolvers, plugins and other providers are unknown.
    pub static_config: Option<StaticConfig>,
    /// What is wrong with that, and with the way Traefik is started.
    pub static_faults: Vec<Fault>,
    /// Everything in the directory, in load order, folders before what is in them.
    pub entries: Vec<Entry>,
    /// Files that the configuration names (certificates, keys, users), by the path as it is written there.
    pub named: HashMap<String, Named>,
    /// Addresses of this machine.
    pub addresses: Vec<IpAddr>,
    /// Seconds since 1970.
    pub now: i64,
}

/// A name in the managed directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path from there.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// The permission bits, of a link's target where it leads somewhere.
    pub mode: u32,
}

/// What a name in a directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link: where it points, and whether that leads to a regular file.
    Link {
        /// As it is written.
        target: String,
        /// What it leads to.
        leads_to: LinkTarget,
    },
    /// A pipe, socket or device.
    Other,
}

/// What a link leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Nothing: it dangles, or goes round in circles.
    Nothing,
    /// A pipe, socket or device.
    Other,
}

/// What became of reading a file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// Its bytes, and its permission bits.
    Read {
        /// The bytes.
        bytes: Vec<u8>,
        /// The permission bits.
        mode: u32,
    },
    /// There is no such file.
    Missing,
    /// It can't be read; why.
    Unreadable(String),
    /// It lies in a container that is not seen from here.
    Unmapped,
}

/// Why a file can't be read that this user may not read; Traefik's user perhaps may.
pub const FORBIDDEN: &str = "permission denied";

impl Surroundings {
    /// Nothing known but the release.
    pub fn unknown(release: Release) -> Surroundings {
        Surroundings {
            release,
            static_config: None,
            static_faults: Vec::new(),
            entries: Vec::new(),
            named: HashMap::new(),
            addresses: Vec::new(),
            now: 0,
        }
    }
}
