//! New text onto the disk: stage, flush, compare once more, rename, flush.
//!
//! Staged files lie in `.cloudlunacy/`, which Traefik does not watch, under names that it would not
//! load; a rename from there costs it exactly one load. At every moment each file is old or new, whole.

use super::access::Access;
use super::draft::Draft;
use super::folder::{Folder, Staged};
use super::history::{Announced, Author, Intent, Past};
use super::journal::{self, Journal, Step};
use super::notes::Notes;
use super::read::{Snapshot, Stamp};
use super::{Act, FileChange};
use crate::error::{Changed, Code, Error};
use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

/// How staged files begin.
pub(super) const STAGED: &str = "staged-";
/// How they begin where they must lie beside their target, on another file system.
pub(super) const BESIDE: &str = ".cloudlunacy-staged-";

/// Where a change goes.
pub(super) struct Commit<'a> {
    pub(super) folder: &'a Folder,
    /// `.cloudlunacy/` in it, locked.
    pub(super) state: &'a Folder,
    pub(super) snapshot: &'a Snapshot,
}

impl Commit<'_> {
    /// Makes all acts happen, or none; gives the number of the change, or `None` where a file was edited by hand since it
    /// was read.
    pub(super) fn run(
        &self,
        draft: &Draft,
        mut past: Past<'_>,
        (command, intent): (&str, &Intent),
        before: &Notes,
        after: &Notes,
    ) -> Result<Option<Option<u64>>, Error> {
        let mut change = Journal::new();
        let mut number = None;
        let mut make = || {
            if !self.stage_all(&draft.acts, &mut change)? {
                return Ok(false);
            }
            let author = Author::of_process();
            let (objects, first) = (draft.objects(), change.steps.first().map(Step::as_first));
            let files = &draft.changed.files;
            let recorded = past.announce(Announced { author: &author, command, intent, objects, files, first })?;
            (number, change.record) = (recorded.map(|(number, _)| number), recorded.map(|(_, begins)| begins));
            self.perform(&draft.acts, &mut change, before, after)
        };
        let done = make();
        let is_made = match &done {
            Ok(is_made) => *is_made,
            Err(error) => error.code.changed() != Changed::No,
        };
        // A journalled change still needs what is staged; and so does a record that can't be taken back, to be told from
        // one whose change was made.
        if !journal::stands(self.state) && (is_made || change.forget(self.state).is_ok()) {
            change.discard(self.folder, self.state);
        }
        if !done? {
            return Ok(None);
        }
        past.settle(change.steps.iter().map(|step| (step.path.clone(), step.new.as_ref().map(|s| s.stamp))).collect());
        Ok(Some(number))
    }

    /// Makes what is there last: a run that died may have written it and not come to flush it.
    pub(super) fn confirm(&self) -> Result<(), Error> {
        let mut folders: Vec<&Path> =
            self.snapshot.origins.values().filter_map(|origin| origin.real.parent()).collect();
        folders.push(self.folder.path());
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            match Folder::open(folder).and_then(|folder| folder.flush()) {
                // Where we may not even look, nothing of ours has been written.
                Ok(()) | Err(Errno::ACCESS) => {}
                Err(error) => {
                    return Err(durability_unknown(&format!("{} could not be flushed ({error})", folder.display())));
                }
            }
        }
        Ok(())
    }

    /// Brings all new texts onto the disk, so that only renames are left to do; false as above.
    fn stage_all(&self, acts: &[Act], change: &mut Journal) -> Result<bool, Error> {
        // What the act before puts into the same file, where there is one.
        let mut earlier: HashMap<&str, (Option<Stamp>, Option<&[u8]>)> = HashMap::new();
        for act in acts {
            let origin = self.snapshot.origins.get(act.path());
            let real = origin.map_or_else(|| self.folder.path().join(act.path()), |o| o.real.clone());
            let failed = |error: Errno| super::open_error(&real, error.into());
            let (parent, name) = match origin {
                Some(origin) => Folder::parent_of(&origin.real).map_err(failed)?,
                None => {
                    self.folder.parent_below(act.path()).map_err(|error| no_folder_for(act.path(), failed(error)))?
                }
            };
            let beside = parent.mount()? != self.state.mount()?;
            let stood = || (origin.map(|origin| origin.stamp), self.snapshot.bytes(act.path()));
            let (before, bytes) = earlier.get(act.path()).copied().unwrap_or_else(stood);
            change.steps.push(Step { path: act.path().to_owned(), beside, before, new: None, old: None });
            let (place, prefix) = match beside {
                true => (&parent, self.beside_prefix()?),
                false => (self.state, STAGED.to_owned()),
            };
            if beside {
                clear_dead(&parent, &prefix, change)?;
            }
            let (old, access) = match origin {
                None => (None, self.folder.file_access()?),
                Some(origin) => {
                    let file = match parent.open_file(&name, OFlags::RDONLY) {
                        Err(Errno::NOENT | Errno::LOOP) => return Ok(false),
                        opened => opened.map_err(failed)?,
                    };
                    let stat = rustix::fs::fstat(&file).context("can't look at a file")?;
                    if !origin.is(&stat) {
                        return Ok(false);
                    }
                    let access = Access { mode: stat.st_mode & 0o7777, owner: stat.st_uid, group: stat.st_gid };
                    (Some(file), access)
                }
            };
            let stage = |bytes: &[u8]| -> Result<Staged> { place.stage(&prefix, bytes, access, old.as_ref()) };
            let Some(step) = change.steps.last_mut() else { continue };
            step.new = act.bytes().map(stage).transpose()?;
            if acts.len() > 1 {
                step.old = bytes.map(stage).transpose()?;
            }
            earlier.insert(act.path(), (step.new.as_ref().map(|staged| staged.stamp), act.bytes()));
        }
        Ok(true)
    }

    /// How staged files of this directory begin in another folder, where those of others may lie too.
    fn beside_prefix(&self) -> Result<String> {
        let stat = self.folder.stat()?;
        Ok(format!("{BESIDE}{:x}-{:x}-", stat.st_dev, stat.st_ino))
    }

    fn perform(&self, acts: &[Act], change: &mut Journal, before: &Notes, after: &Notes) -> Result<bool, Error> {
        let meanwhile = before.and(after);
        if meanwhile != *before {
            meanwhile.write(self.state)?;
        }
        for act in acts {
            if !self.is_untouched(act)? {
                return Ok(false);
            }
        }
        let unsure = match acts.len() {
            1 => match change.carry_out(self.folder, self.state)? {
                (_, kept) if !kept.is_empty() => return Ok(false),
                (parents, _) => flush(&parents),
            },
            _ => match self.perform_journalled(change)? {
                None => return Ok(false),
                Some(unsure) => unsure,
            },
        };
        // Traefik watches the directory itself only: neither what lies deeper, nor what a link leads to.
        let unwatched = |act: &Act| act.path().contains('/') || self.snapshot.is_linked(act.path());
        if acts.iter().any(unwatched) {
            let _ = self.folder.touch();
        }
        if let Some(error) = unsure {
            return Err(durability_unknown(&format!(
                "{} could not be flushed ({error})",
                self.folder.path().display()
            )));
        }
        if acts.len() > 1 {
            // All is done; where it can't be taken away now, the next command finds nothing left to do.
            let _ = journal::settle(self.state, false);
        }
        if meanwhile != *after {
            // A note too many does no harm: it only lets an emptied file of that name go.
            let _ = after.write(self.state);
        }
        Ok(true)
    }

    /// All files of a change or none; gives what could not be flushed, `None` where a file was edited by hand.
    fn perform_journalled(&self, change: &mut Journal) -> Result<Option<Option<Errno>>, Error> {
        let done = match change.write(self.state) {
            Ok(()) => change.carry_out(self.folder, self.state),
            Err(error) => Err(error.into()),
        };
        let failure = match done {
            Ok((parents, kept)) if kept.is_empty() => return Ok(Some(flush(&parents))),
            Ok(_) => None,
            Err(error) => Some(error),
        };
        if journal::stands(self.state)
            && let Err(error) = self.take_back(change)
        {
            let why = failure.map_or_else(|| "a file was edited by hand".to_owned(), |e| e.message);
            let message = format!("the change is half made: {why}; and it could not be taken back: {error}");
            return Err(durability_unknown(&message).hint("the next command that changes something settles it"));
        }
        failure.map_or(Ok(None), Err)
    }

    fn take_back(&self, change: &mut Journal) -> Result<(), Error> {
        change.turn_back(self.state)?;
        let (parents, _) = change.carry_out(self.folder, self.state)?;
        if let Some(error) = flush(&parents) {
            return Err(super::write_error(self.folder.path(), error));
        }
        change.forget(self.state)?;
        Ok(journal::settle(self.state, true)?)
    }

    /// Whether a file still is and says what it did when the plan was made.
    fn is_untouched(&self, act: &Act) -> Result<bool, Error> {
        let Some(origin) = self.snapshot.origins.get(act.path()) else {
            let found = self.folder.parent_below(act.path()).and_then(|(parent, name)| parent.stamp(name));
            return Ok(found == Ok(None));
        };
        let here = self.folder.path().join(act.path());
        if origin.linked && std::fs::canonicalize(here).ok().as_ref() != Some(&origin.real) {
            return Ok(false);
        }
        let opened = Folder::parent_of(&origin.real).and_then(|(parent, name)| parent.open_file(name, OFlags::RDONLY));
        let mut file = match opened {
            Err(Errno::NOENT | Errno::LOOP) => return Ok(false),
            opened => opened.map_err(|error| super::open_error(&origin.real, error.into()))?,
        };
        let stat = rustix::fs::fstat(&file).context("can't look at a file")?;
        let mut now = Vec::with_capacity(stat.st_size as usize + 1);
        file.read_to_end(&mut now).with_context(|| format!("can't read {}", origin.real.display()))?;
        // The clock of a file system is coarse: two edits in one of its ticks only differ in what they say.
        Ok(origin.is(&stat) && self.snapshot.bytes(act.path()).is_some_and(|bytes| bytes == now))
    }
}

/// Makes what happened in these folders last; gives what went wrong.
pub(super) fn flush(folders: &[Folder]) -> Option<Errno> {
    folders.iter().fold(None, |failed, folder| folder.flush().err().or(failed))
}

pub(super) fn durability_unknown(why: &str) -> Error {
    Error::new(Code::DurabilityUnknown, format!("written, durability unknown: {why}"))
        .hint("check the disk; the change is in place but may be lost at a power cut")
}

/// Takes away what dead runs of this directory staged in another folder.
fn clear_dead(parent: &Folder, prefix: &str, change: &Journal) -> Result<()> {
    let alive = |name: &OsStr| {
        change.steps.iter().flat_map(|s| [&s.new, &s.old]).flatten().any(|staged| name == staged.name.as_str())
    };
    for name in parent.names()? {
        if name.as_encoded_bytes().starts_with(prefix.as_bytes()) && !alive(&name) {
            let _ = parent.remove(&name);
        }
    }
    Ok(())
}

/// A new file's folder must be one that Traefik walks into.
fn no_folder_for(path: &str, error: Error) -> Error {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    match error.code {
        Code::NoDirectory => Error::new(Code::NoDirectory, format!("{folder}: there is no such folder in the directory, or it is behind a link, which Traefik does not follow"))
            .hint("create that folder first; `--file` can name a file elsewhere for a route"),
        _ => error,
    }
}

impl Act {
    /// The file before and after.
    pub(super) fn file_change(&self, snapshot: &Snapshot) -> FileChange {
        let old = snapshot.file(self.path()).map(|file| file.text().to_owned());
        FileChange { path: self.path().to_owned(), old, new: self.text().map(str::to_owned) }
    }

    pub(super) fn path(&self) -> &str {
        match self {
            Act::Replace { path, .. } | Act::Create { path, .. } | Act::Delete { path } => path,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Act::Replace { text, .. } | Act::Create { text, .. } => Some(text),
            Act::Delete { .. } => None,
        }
    }

    fn bytes(&self) -> Option<&[u8]> {
        self.text().map(str::as_bytes)
    }
}
