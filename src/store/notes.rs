//! What must be remembered to leave a directory as it was found: which files this tool made, and which
//! keys had no value before it put something below them.
//!
//! Notes only: without them an emptied file, or a section that went, is all that is left of a route.

use super::commit::STAGED;
use super::folder::Folder;
use crate::document::{Document, Ref};
use crate::edit::Patch;
use crate::name::Kind;
use crate::release::Release;
use crate::schema;
use anyhow::{Context, Result};
use rustix::io::Errno;
use std::collections::BTreeSet;

const NOTES: &str = "notes";

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Notes {
    /// Files that this tool made; they go when they have nothing left to say.
    created: BTreeSet<String>,
    /// Files, each with the path of a key that had no value; it gets none again when nothing is left below it.
    hollow: BTreeSet<(String, Vec<String>)>,
}

impl Notes {
    /// Reads the notes; none where there are none that can be read.
    pub(super) fn read(state: &Folder) -> Result<Notes> {
        let bytes = match state.read_own(NOTES) {
            // Written by somebody else before the directory was shared.
            Err(error) if error.downcast_ref() == Some(&Errno::ACCESS) => return Ok(Notes::default()),
            read => read?.unwrap_or_default(),
        };
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }

    pub(super) fn write(&self, state: &Folder) -> Result<()> {
        state.put_own(STAGED, NOTES, &serde_json::to_vec(self)?).context("can't note which files were made")?;
        state.flush().context("can't flush the note of which files were made")
    }

    /// What has to be known while a change is under way: both what was and what will be.
    pub(super) fn and(&self, after: &Notes) -> Notes {
        Notes { created: &self.created | &after.created, hollow: &self.hollow | &after.hollow }
    }

    pub(super) fn is_created(&self, path: &str) -> bool {
        self.created.contains(path)
    }

    pub(super) fn add_created(&mut self, path: &str) {
        self.created.insert(path.to_owned());
    }

    /// Forgets a file that goes.
    pub(super) fn forget(&mut self, path: &str) {
        self.created.remove(path);
        self.hollow.retain(|(file, _)| file != path);
    }

    /// Remembers which keys of a file get their first value. In a file that Traefik refuses for them there is
    /// nothing to come back to.
    pub(super) fn add_filled(&mut self, path: &str, old: &Document, new: &Document) {
        let is_filled = |keys: &Vec<String>| {
            value_at(old, keys).is_some_and(Ref::is_null) && value_at(new, keys).is_some_and(|value| !value.is_null())
        };
        let filled: Vec<_> = sections().filter(is_filled).map(|keys| (path.to_owned(), keys)).collect();
        if !filled.is_empty() && schema::faults(old, Release::NEWEST).is_empty() {
            self.hollow.extend(filled);
        }
    }

    /// The patch of a file that lets those keys stand when nothing is left below them; `None` where there are none.
    pub(super) fn hollowed(&self, path: &str, patch: &Patch) -> Option<Patch> {
        if !removes(patch) {
            return None;
        }
        let keys = self.hollow.iter().filter(|(file, _)| file == path).map(|(_, keys)| keys.as_slice());
        let mut hollowed = patch.clone();
        keys.for_each(|keys| hollow(&mut hollowed, keys));
        (hollowed != *patch).then_some(hollowed)
    }
}

/// The paths of the keys below which routes are put.
fn sections() -> impl Iterator<Item = Vec<String>> {
    [Kind::Http, Kind::Tcp, Kind::Udp].into_iter().flat_map(|kind| {
        let kind = kind.as_str().to_owned();
        [vec![kind.clone()], vec![kind.clone(), "routers".into()], vec![kind, "services".into()]]
    })
}

fn value_at<'d>(document: &'d Document, keys: &[String]) -> Option<Ref<'d>> {
    keys.iter().try_fold(document.root()?, |node, key| node.field(key))
}

fn removes(patch: &Patch) -> bool {
    match patch {
        Patch::Remove => true,
        Patch::Inside(entries) => entries.iter().any(|(_, below)| removes(below)),
        _ => false,
    }
}

fn hollow(patch: &mut Patch, keys: &[String]) {
    match (patch, keys) {
        (Patch::Hollow(below), _) => hollow(below, keys),
        (patch @ Patch::Inside(_), []) => *patch = Patch::Hollow(Box::new(patch.clone())),
        (Patch::Inside(entries), [key, rest @ ..]) => {
            if let Some((_, below)) = entries.iter_mut().find(|(k, _)| k == key) {
                hollow(below, rest);
            }
        }
        _ => {}
    }
}
