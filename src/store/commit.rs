//! New text onto the disk: stage, flush, compare once more, rename, flush.
//!
//! Staged files lie in `.cloudlunacy/`, which Traefik does not watch, under names that it would not
//! load; a rename from there costs it exactly one load. At every moment each file is old or new, whole.

use super::folder::{Access, Folder, STATE};
use super::journal::{self, Journal, Step};
use super::read::{Origin, Snapshot};
use super::{Act, FileChange};
use crate::error::{Code, Error};
use crate::inventory::File;
use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::io::Read;
use std::path::Path;

/// Files that this tool made; they go when they have nothing left to say.
const CREATED: &str = "created";
/// How staged files begin.
pub(super) const STAGED: &str = "staged-";
/// How they begin where they must lie beside their target, on another file system.
pub(super) const BESIDE: &str = ".cloudlunacy-staged-";

/// The paths of the files that this tool made.
pub(super) fn created(folder: &Folder) -> Result<Vec<String>> {
    let bytes = match Folder::open(&folder.path().join(STATE)) {
        Ok(state) => state.read_own(CREATED)?,
        Err(_) => None,
    };
    // Only a note of ours: unreadable, it is as if it were not there, and an empty file stays.
    Ok(bytes.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default())
}

fn note_created(state: &Folder, paths: &[String]) -> Result<()> {
    let bytes = serde_json::to_vec(paths)?;
    let staged = state.stage(STAGED, &bytes, state.state_access()?)?;
    state.rename_into(&staged, state, CREATED).context("can't note which files were made")?;
    Ok(())
}

/// One act, ready to happen.
struct Ready<'a> {
    act: &'a Act,
    /// The folder that the file really lies in, and its name there.
    parent: Folder,
    name: String,
    origin: Option<&'a Origin>,
    step: Step,
}

/// Makes all acts happen, or none; false where a file was edited by hand since it was read.
pub(super) fn run(
    folder: &Folder,
    state: &Folder,
    snapshot: &Snapshot,
    acts: &[Act],
    created: &[String],
) -> Result<bool, Error> {
    let mut ready = Vec::new();
    let result = prepare(folder, state, snapshot, acts, &mut ready)
        .and_then(|()| perform(folder, state, snapshot, &ready, created));
    if !matches!(result, Ok(true)) {
        // Where a rename has been journalled the staged files are needed; otherwise they are only in the way.
        if journal::read(folder).is_ok_and(|journal| journal.is_none()) {
            for one in &ready {
                one.step.discard(state, &one.parent);
            }
        }
    }
    result
}

fn prepare<'a>(
    folder: &Folder,
    state: &Folder,
    snapshot: &'a Snapshot,
    acts: &'a [Act],
    ready: &mut Vec<Ready<'a>>,
) -> Result<(), Error> {
    for act in acts {
        let path = act.path();
        let origin = snapshot.origins.get(path);
        let real = origin.map_or_else(|| folder.path().join(path), |o| o.real.clone());
        let (parent, name) = Folder::parent_of(&real)?;
        let old = origin.map(|o| o.stamp);
        let mut step = Step { path: path.to_owned(), staged: None, beside: false, old };
        if let Some(text) = act.text() {
            let old = match act {
                Act::Replace { .. } => {
                    Some(parent.open_file(&name, OFlags::RDONLY).map_err(|e| super::open_error(&real, e.into()))?)
                }
                _ => None,
            };
            let access = match &old {
                Some(file) => access_of(file)?,
                None => folder.file_access()?,
            };
            step.beside = parent.stat()?.st_dev != state.stat()?.st_dev;
            let (place, prefix) = if step.beside { (&parent, BESIDE) } else { (state, STAGED) };
            let staged = place.stage(prefix, text.as_bytes(), access)?;
            if let Some(file) = &old {
                place.copy_attributes(&staged, file);
            }
            step.staged = Some(staged);
        }
        ready.push(Ready { act, parent, name, origin, step });
    }
    Ok(())
}

/// Mode, owner and group of a file that is to be replaced.
fn access_of(file: &std::fs::File) -> Result<Access> {
    let stat = rustix::fs::fstat(file).context("can't look at a file")?;
    Ok(Access { mode: stat.st_mode & 0o7777, owner: stat.st_uid, group: stat.st_gid })
}

fn perform(
    folder: &Folder,
    state: &Folder,
    snapshot: &Snapshot,
    ready: &[Ready<'_>],
    created: &[String],
) -> Result<bool, Error> {
    let makes: Vec<&str> = ready.iter().filter(|r| matches!(r.act, Act::Create { .. })).map(|r| r.act.path()).collect();
    let goes = |path: &String| ready.iter().any(|r| matches!(r.act, Act::Delete { .. }) && r.act.path() == path);
    if !makes.is_empty() {
        let mut noted: Vec<String> = created.to_vec();
        noted.extend(makes.into_iter().filter(|m| !created.iter().any(|c| c == m)).map(str::to_owned));
        note_created(state, &noted)?;
    }
    if !ready.iter().all(|r| untouched(r, snapshot)) {
        return Ok(false);
    }
    let journalled = ready.len() > 1;
    if journalled {
        Journal::new(ready.iter().map(|r| r.step.clone()).collect()).write(state)?;
    }
    for one in ready {
        match one.step.happen(state, &one.parent, &one.name, matches!(one.act, Act::Create { .. })) {
            Ok(()) => {}
            Err(Errno::EXIST) if !journalled => return Ok(false),
            Err(error) => {
                let error = super::open_error(&folder.path().join(one.act.path()), error.into());
                return Err(match journalled {
                    true => Error {
                        hint: Some(
                            "the change is half made; the next command that changes something finishes it".into(),
                        ),
                        ..error
                    },
                    false => error,
                });
            }
        }
    }
    finish(folder, state, ready, journalled)?;
    if created.iter().any(goes) {
        let left: Vec<String> = created.iter().filter(|path| !goes(path)).cloned().collect();
        // An entry too many does no harm: it only lets an emptied file of that name go.
        let _ = note_created(state, &left);
    }
    Ok(true)
}

/// Makes the renames last, and wakes Traefik where it does not watch the file itself.
fn finish(folder: &Folder, state: &Folder, ready: &[Ready<'_>], journalled: bool) -> Result<(), Error> {
    let mut unsure = None;
    let mut flushed: Vec<&Path> = Vec::new();
    for one in ready {
        if !flushed.contains(&one.parent.path()) {
            flushed.push(one.parent.path());
            unsure = one.parent.flush().err().or(unsure);
        }
    }
    if ready.iter().any(|r| r.act.path().contains('/') || r.origin.is_some_and(|o| o.linked)) {
        let _ = folder.touch();
    }
    if let Some(error) = unsure {
        let message =
            format!("written, durability unknown: {} could not be flushed ({error})", folder.path().display());
        return Err(Error::new(Code::DurabilityUnknown, message)
            .hint("check the disk; the change is in place but may be lost at a power cut"));
    }
    if journalled {
        journal::remove(state)?;
    }
    Ok(())
}

/// Whether a file still says what it said when the plan was made.
fn untouched(ready: &Ready<'_>, snapshot: &Snapshot) -> bool {
    if matches!(ready.act, Act::Create { .. }) {
        return ready.parent.file_type(&ready.name).is_none();
    }
    let Some(old) = snapshot.files.iter().find(|f| f.path == ready.act.path()).map(File::text) else { return false };
    let Ok(mut file) = ready.parent.open_file(&ready.name, OFlags::RDONLY) else { return false };
    let mut now = Vec::with_capacity(old.len() + 1);
    file.read_to_end(&mut now).is_ok() && now == old.as_bytes()
}

impl Act {
    /// The file before and after.
    pub(super) fn file_change(&self, snapshot: &Snapshot) -> FileChange {
        let old = snapshot.files.iter().find(|f| f.path == self.path()).map(|f| f.text().to_owned());
        FileChange { path: self.path().to_owned(), old, new: self.text().map(str::to_owned) }
    }

    fn path(&self) -> &str {
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
}
