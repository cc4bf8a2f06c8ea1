//! The configuration files as they lie on the disk.

use super::Subject;
use crate::surroundings::Entry;
use std::collections::HashMap;

/// A file that Traefik loads, and its name in the directory.
pub(super) struct Loaded<'a> {
    /// Its index in load order.
    pub(super) file: usize,
    /// Its entry.
    pub(super) entry: &'a Entry,
}

/// Every file that Traefik loads, in load order; none where the disk is not known.
pub(super) fn loaded<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Loaded<'a>> {
    let surroundings = subject.surroundings;
    let entries: HashMap<&str, &Entry> =
        surroundings.entries.iter().map(|entry| (entry.path.as_str(), entry)).collect();
    let files = subject.inventory.files().iter().enumerate();
    let found: Vec<Loaded<'a>> =
        files.filter_map(|(file, f)| Some(Loaded { file, entry: entries.get(f.path.as_str())? })).collect();
    found.into_iter()
}

/// The last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
