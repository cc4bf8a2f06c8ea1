//! The directory as it was at a revision of its repository.

use crate::document::Format;
use crate::error::{Code, Error};
use crate::git::{self, Repository};
use crate::inventory::File;
use crate::store::{Store, content};
use crate::surroundings::{Entry, EntryKind, LinkTarget};
use std::io::ErrorKind;
use std::path::Path;

/// A revision of the repository that the directory lies in.
pub(super) struct Revision {
    git: Repository,
    commit: String,
}

impl Revision {
    /// Finds what `git:REV` or `git:REV...` names.
    pub(super) fn find(store: &Store, name: &str) -> Result<Revision, Error> {
        let name = name.strip_prefix("git:").ok_or_else(|| {
            Error::new(Code::BadValue, format!("{name:?} is no revision"))
                .hint("write git:REV, for instance git:origin/main...")
        })?;
        let git = Repository::of(store.path())?;
        let commit = git.commit(name)?;
        Ok(Revision { git, commit })
    }

    /// The files that Traefik reads in the folder of the store, in load order, as far as `is_wanted`, and every name
    /// there.
    pub(super) fn files(
        &self,
        store: &Store,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(Vec<File>, Vec<Entry>), Error> {
        let folder = self.git.place(store.path())?;
        let entries = self.git.entries(&self.commit, &folder)?;
        let is_read = |path: &&str| {
            Format::of(path).is_some() && store.only().is_none_or(|only| only == *path) && is_wanted(path)
        };
        let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).filter(is_read).collect();
        let texts = self.git.read(&self.commit, &folder, &paths)?;
        // What a link out of the repository led to is not known.
        let files = paths.iter().zip(texts).filter_map(|(path, bytes)| {
            bytes.map(|bytes| File { path: (*path).to_owned(), content: content(path, bytes) })
        });
        let mut files: Vec<File> = files.collect();
        files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        Ok((files, entries.iter().map(entry).collect()))
    }

    /// What a file said; nothing where git knows nothing of it, then or now: it lies outside, or is ignored as `.env` is.
    pub(super) fn text(&self, file: &Path) -> Option<std::io::Result<String>> {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (folder, name) = (self.git.place(folder).ok()?, file.file_name()?.to_str()?);
        let at = |commit: &str| self.git.read(commit, &folder, &[name]).ok()?.pop()?;
        match at(&self.commit) {
            Some(bytes) => Some(String::from_utf8(bytes).map_err(|_| ErrorKind::InvalidData.into())),
            None => at("HEAD").map(|_| Err(ErrorKind::NotFound.into())),
        }
    }
}

/// A name of the revision as a name in the directory.
fn entry(entry: &git::Entry) -> Entry {
    let kind = match entry.mode {
        0o120_000 => EntryKind::Link { target: String::new(), leads_to: LinkTarget::File },
        _ => EntryKind::File,
    };
    Entry { path: entry.path.clone(), kind, mode: if entry.mode & 0o111 == 0 { 0o644 } else { 0o755 } }
}
