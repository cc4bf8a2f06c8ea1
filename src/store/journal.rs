//! The journal of a change over several files. Once it stands, the change will be made: the next
//! command that writes finishes what a dead one began, and readers see the directory as it will be.

use super::commit::{BESIDE, STAGED};
use super::folder::{Folder, STATE};
use super::read::{Snapshot, Stamp, content};
use crate::error::{Code, Error};
use crate::inventory::File;
use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::io::Read;
use std::path::PathBuf;

const JOURNAL: &str = "journal";

/// What has been decided but not yet been finished.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    version: u32,
    steps: Vec<Step>,
    #[serde(skip)]
    stamp: Option<Stamp>,
}

/// One file of a change.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Path in the directory.
    pub(super) path: String,
    /// The staged file; `None` where the file goes.
    pub(super) staged: Option<String>,
    /// Whether it is staged beside its target, on another file system than the directory.
    pub(super) beside: bool,
    /// What stood there when the change was decided; `None` where nothing did.
    pub(super) old: Option<Stamp>,
}

impl Step {
    /// Moves the new text into place, or takes the file away.
    pub(super) fn happen(&self, state: &Folder, parent: &Folder, name: &str, new: bool) -> Result<(), Errno> {
        let place = if self.beside { parent } else { state };
        match &self.staged {
            Some(staged) if new => place.rename_new(staged, parent, name),
            Some(staged) => place.rename_into(staged, parent, name),
            None => parent.remove(name),
        }
    }

    /// Whether the step has not happened yet, as far as that shows.
    fn is_pending(&self, state: &Folder, parent: &Folder) -> bool {
        let place = if self.beside { parent } else { state };
        self.staged.as_ref().is_none_or(|staged| place.file_type(staged).is_some())
    }

    /// Takes the staged file away.
    pub(super) fn discard(&self, state: &Folder, parent: &Folder) {
        if let Some(staged) = &self.staged {
            let _ = if self.beside { parent } else { state }.remove(staged);
        }
    }

    /// The folder that the file really lies in, and its name there.
    fn target(&self, folder: &Folder) -> Result<(Folder, String), Error> {
        let here = folder.path().join(&self.path);
        let real = std::fs::canonicalize(&here).unwrap_or(here);
        Folder::parent_of(&real)
    }

    /// Whether this is a step that a change of ours can have: nothing outside, nothing of another's.
    fn is_ours(&self) -> bool {
        let inside = !self.path.starts_with('/') && self.path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let prefix = if self.beside { BESIDE } else { STAGED };
        inside && self.staged.as_ref().is_none_or(|s| s.starts_with(prefix) && !s.contains('/'))
    }
}

impl Journal {
    pub(super) fn new(steps: Vec<Step>) -> Journal {
        Journal { version: 1, steps, stamp: None }
    }

    /// Puts the journal in its place, flushed: from here on the change is decided.
    pub(super) fn write(&self, state: &Folder) -> Result<()> {
        let staged = state.stage(STAGED, &serde_json::to_vec(self)?, state.state_access()?)?;
        state.rename_into(&staged, state, JOURNAL).context("can't write the journal")?;
        state.flush().context("can't flush the journal")
    }

    /// Tells one journal from another.
    pub(super) fn id(&self) -> Option<Stamp> {
        self.stamp
    }

    /// Shows the directory as it will be when the change is finished.
    pub(super) fn overlay(&self, folder: &Folder, snapshot: &mut Snapshot) -> Result<(), Error> {
        let state = Folder::open(&folder.path().join(STATE))?;
        for step in &self.steps {
            let (parent, _) = step.target(folder)?;
            let place = if step.beside { &parent } else { &state };
            let new = match &step.staged {
                None => None,
                Some(staged) => match place.open_file(staged, OFlags::RDONLY) {
                    Err(Errno::NOENT) => continue, // already in place
                    Err(error) => return Err(super::open_error(&place.path().join(staged), error.into())),
                    Ok(mut file) => {
                        let mut bytes = Vec::new();
                        file.read_to_end(&mut bytes).context("can't read a staged file")?;
                        Some(File { path: step.path.clone(), content: content(&step.path, bytes) })
                    }
                },
            };
            let at = snapshot.files.iter().position(|f| f.path == step.path);
            match (new, at) {
                (Some(file), Some(at)) => snapshot.files[at] = file,
                (Some(file), None) => {
                    let at = snapshot.files.partition_point(|f| f.path.split('/').lt(file.path.split('/')));
                    snapshot.files.insert(at, file);
                }
                (None, Some(at)) => drop(snapshot.files.remove(at)),
                (None, None) => {}
            }
        }
        Ok(())
    }
}

/// The journal of an unfinished change, if there is one.
pub(super) fn read(folder: &Folder) -> Result<Option<Journal>, Error> {
    let path = folder.path().join(STATE);
    let state = match Folder::open(&path) {
        Ok(state) => state,
        Err(error) if error.code == Code::NoDirectory => return Ok(None),
        Err(error) => return Err(error),
    };
    let owner = match state.owner_of(JOURNAL) {
        Ok(owner) => owner,
        Err(_) => return Ok(None),
    };
    let refused = |why: &str| {
        Error::new(Code::Io, format!("{} {why}", PathBuf::from(STATE).join(JOURNAL).display()))
            .hint("look at it, and remove it if it is not yours")
    };
    let trusted = [0, rustix::process::geteuid().as_raw(), folder.stat()?.st_uid];
    if !trusted.contains(&owner) {
        return Err(refused(&format!(
            "was written by user {owner}, who is neither root, nor you, nor the directory's owner"
        )));
    }
    let bytes = match state.open_file(JOURNAL, OFlags::RDONLY) {
        // Who may not read it may not finish it either, and sees what is there.
        Err(Errno::ACCESS | Errno::PERM | Errno::NOENT) => return Ok(None),
        _ => state.read_own(JOURNAL)?.unwrap_or_default(),
    };
    let mut journal: Journal = serde_json::from_slice(&bytes).map_err(|e| refused(&format!("can't be read ({e})")))?;
    if journal.version != 1 || !journal.steps.iter().all(Step::is_ours) {
        return Err(refused("is not one that this version of cloudlunacy wrote"));
    }
    let file = state.open_file(JOURNAL, OFlags::RDONLY);
    journal.stamp = file.ok().and_then(|f| rustix::fs::fstat(&f).ok()).map(|stat| Stamp::of(&stat));
    Ok(Some(journal))
}

pub(super) fn remove(state: &Folder) -> Result<()> {
    state.remove(JOURNAL).context("can't remove the journal")?;
    state.flush().context("can't flush the removal of the journal")
}

/// Finishes a change that a dead process began, and clears away what dead processes staged. Needs the lock.
pub(super) fn recover(folder: &Folder, state: &Folder) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    if let Some(journal) = read(folder)? {
        for step in &journal.steps {
            let (parent, name) = step.target(folder)?;
            if parent.stamp(&name) != step.old && step.is_pending(state, &parent) {
                warnings.push(format!(
                    "{} was edited by hand after an earlier command died over it; that edit was kept",
                    step.path
                ));
                step.discard(state, &parent);
                continue;
            }
            match step.happen(state, &parent, &name, false) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(super::open_error(&folder.path().join(&step.path), error.into())),
            }
            parent.flush().with_context(|| format!("can't flush {}", parent.path().display()))?;
        }
        let _ = folder.touch();
        remove(state)?;
        warnings.push("finished a change that an earlier command had begun when it died".into());
    }
    for name in state.names()?.iter().filter(|name| name.starts_with(STAGED)) {
        state.remove(name).with_context(|| format!("can't remove {}", state.path().join(name).display()))?;
    }
    Ok(warnings)
}
