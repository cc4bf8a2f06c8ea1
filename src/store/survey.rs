//! What the disk around the files decides: every name in the directory, the files that the configuration names, the
//! addresses of this machine, the time.

use super::folder::{Folder, STATE};
use super::read::{Snapshot, is_null_device};
use super::{Store, open_error};
use crate::error::{Code, Error};
use crate::inventory::File as ConfigFile;
use crate::named::{self, NamedFile};
use crate::release::Release;
use crate::static_config::{Mapped, PathMap};
use crate::surroundings::{Entry, EntryKind, FORBIDDEN, LinkTarget, Named, Surroundings};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::{Errno, retry_on_intr};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// What is known before the disk is looked at.
pub struct Known<'a> {
    /// The release of Traefik.
    pub release: Release,
    /// Folders against which relative paths are tried, for Traefik's working directory is not known.
    pub folders: &'a [PathBuf],
    /// What Traefik's paths are on this machine.
    pub paths: &'a PathMap,
}

/// More than this no certificate or list of users has.
const LARGEST: u64 = 1024 * 1024;

impl Store {
    /// Looks at everything beside the files of a snapshot that has a say. Where there is no directory, no name in it
    /// is known.
    pub fn survey(&self, snapshot: &Snapshot, known: &Known<'_>) -> Result<Surroundings, Error> {
        let mut entries = Vec::new();
        match (Folder::managed(&self.path), &self.only) {
            (Err(error), _) if error.code == Code::NoDirectory => {}
            (folder, Some(name)) => entries.extend(entry(&folder?, "", name.as_ref())),
            (folder, None) => walk(&folder?, "", &mut entries)?,
        }
        Ok(Surroundings {
            entries,
            named: named_files(&snapshot.files.iter().collect::<Vec<_>>(), known),
            addresses: local_addresses(),
            now: now(),
            ..Surroundings::unknown(known.release)
        })
    }
}

/// The time, in seconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs() as i64)
}

/// Adds every name of one folder, and what is below it. What vanishes meanwhile is left out.
fn walk(folder: &Folder, prefix: &str, entries: &mut Vec<Entry>) -> Result<(), Error> {
    let mut names = folder.names()?;
    names.sort_unstable();
    for name in names.iter().filter(|name| !prefix.is_empty() || *name != STATE) {
        let Some(found) = entry(folder, prefix, name) else { continue };
        let below = (found.kind == EntryKind::Folder).then(|| format!("{}/", found.path));
        entries.push(found);
        let Some(below) = below else { continue };
        match folder.below(name) {
            Ok(folder) => walk(&folder, &below, entries)?,
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => {}
            Err(error) => return Err(open_error(&folder.path().join(name), error.into())),
        }
    }
    Ok(())
}

fn entry(folder: &Folder, prefix: &str, name: &std::ffi::OsStr) -> Option<Entry> {
    let path = format!("{prefix}{}", name.to_string_lossy());
    let stat = folder.look_at(name).ok()?;
    let (kind, mode) = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => (EntryKind::File, stat.st_mode),
        FileType::Directory => (EntryKind::Folder, stat.st_mode),
        FileType::Symlink => {
            let here = folder.path().join(name);
            let target = std::fs::read_link(&here).ok()?.to_string_lossy().into_owned();
            let (leads_to, mode) = match retry_on_intr(|| rustix::fs::stat(&here)) {
                Err(_) => (LinkTarget::Nothing, 0),
                Ok(stat) if is_null_device(&stat) => (LinkTarget::File, 0),
                Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                    FileType::RegularFile => (LinkTarget::File, stat.st_mode),
                    FileType::Directory => (LinkTarget::Folder, stat.st_mode),
                    _ => (LinkTarget::Other, stat.st_mode),
                },
            };
            (EntryKind::Link { target, leads_to }, mode)
        }
        _ => (EntryKind::Other, stat.st_mode),
    };
    Some(Entry { path, kind, mode: mode & 0o7777 })
}

/// Reads every file that the configuration names, once.
fn named_files(files: &[&ConfigFile], known: &Known<'_>) -> HashMap<String, Named> {
    let mut found = HashMap::new();
    let pairs = named::pairs(files);
    let others = named::others(files);
    let files = pairs.iter().flat_map(named::Pair::files).chain(&others);
    for file in files.filter(|file| !file.is_inline()) {
        if !found.contains_key(&*file.value) {
            found.insert(file.value.clone().into_owned(), read_named(file, known));
        }
    }
    found
}

fn read_named(file: &NamedFile<'_>, known: &Known<'_>) -> Named {
    let here = known.paths.to_host(&file.value);
    if let (Mapped::Host(path), true) = (&here, known.paths.in_container || !file.is_relative()) {
        return read(path);
    }
    let folders = known.folders.iter().filter(|_| file.is_relative());
    let tried = folders.map(|folder| read(&folder.join(&*file.value))).find(|named| *named != Named::Missing);
    tried.unwrap_or(if here == Mapped::Unmapped { Named::Unmapped } else { Named::Missing })
}

/// Reads a file of reasonable size; never waits for a pipe.
fn read(path: &Path) -> Named {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let opened = retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()));
    let file = match opened {
        Ok(fd) => File::from(fd),
        Err(Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG | Errno::LOOP | Errno::INVAL) => return Named::Missing,
        Err(Errno::ACCESS | Errno::PERM) => return Named::Unreadable(FORBIDDEN.into()),
        Err(error) => return Named::Unreadable(std::io::Error::from(error).to_string()),
    };
    let Ok(stat) = rustix::fs::fstat(&file) else { return Named::Missing };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        FileType::Directory => return Named::Unreadable("it is a folder".into()),
        _ => return Named::Unreadable("it is not a regular file".into()),
    }
    let mut bytes = Vec::new();
    match file.take(LARGEST + 1).read_to_end(&mut bytes) {
        Err(error) => Named::Unreadable(error.to_string()),
        Ok(_) if bytes.len() as u64 > LARGEST => Named::Unreadable("it is larger than 1 MiB".into()),
        Ok(_) => Named::Read { bytes, mode: stat.st_mode & 0o7777 },
    }
}

/// The addresses of this machine, as Linux lists them; none where it does not.
pub fn local_addresses() -> Vec<IpAddr> {
    let list = |path| std::fs::read_to_string(path).unwrap_or_default();
    let mut found = local_in_trie(&list("/proc/self/net/fib_trie"));
    found.extend(list("/proc/self/net/if_inet6").lines().filter_map(|line| {
        let digits = line.split_whitespace().next()?;
        Some(IpAddr::V6(Ipv6Addr::from(u128::from_str_radix(digits, 16).ok()?)))
    }));
    found.sort_unstable();
    found.dedup();
    found
}

/// The local addresses in Linux's routing trie: an address stands on the line before `/32 host LOCAL`.
fn local_in_trie(trie: &str) -> Vec<IpAddr> {
    let mut last: Option<IpAddr> = None;
    let mut found = Vec::new();
    for line in trie.lines() {
        match line.trim().strip_prefix("|-- ") {
            Some(address) => last = address.parse().ok(),
            None if line.trim() == "/32 host LOCAL" => found.extend(last),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_addresses_are_those_that_are_local_to_a_host() {
        let trie = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n     |-- 10.0.0.0\n        /24 link UNICAST\n     |-- 10.0.0.5\n        /32 host LOCAL\n     |-- 10.0.0.255\n        /32 link BROADCAST\n";
        assert_eq!(local_in_trie(trie), ["10.0.0.5".parse::<IpAddr>().unwrap()]);
        assert!(local_addresses().iter().all(|address| !address.is_unspecified()));
    }
}
