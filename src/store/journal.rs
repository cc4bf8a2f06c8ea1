//! The journal of a change over several files. Once it stands, the change will be made: the next
//! command that writes finishes what a dead one began, and readers see the directory as it will be.
//! A change that can't be finished is taken back: the journal gets another name, and means the opposite.

use super::commit::{BESIDE, STAGED};
use super::folder::{Folder, STATE, Staged};
use super::history::{self, FirstStep};
use super::read::{Snapshot, Stamp};
use super::trust::Trust;
use crate::error::{Code, Error};
use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::io::Errno;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::Read;
use std::rc::Rc;

const JOURNAL: &str = "journal";
/// The name of the journal of a change that is being taken back.
const BACK: &str = "journal-back";

/// What becomes of a journal that is over: a reader must notice a change that began and ended while it read.
const SETTLED: &str = "settled";

/// What has been decided but not yet been finished.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    version: u32,
    pub(super) steps: Vec<Step>,
    /// Where the change's record begins in the history, where there is one.
    #[serde(default)]
    pub(super) record: Option<u64>,
    #[serde(skip)]
    pub(super) back: bool,
    /// Whoever wrote it could follow a link of his own making with it; then none is followed.
    #[serde(skip)]
    follows_links: bool,
    #[serde(skip)]
    stamp: Option<Stamp>,
}

/// One file of a change, or one version of it where it gets several, one after the other.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    /// Path in the directory.
    pub(super) path: String,
    /// Whether it is staged beside its target, on another file system than the directory.
    pub(super) beside: bool,
    /// What stood there when the change was decided, or what the step before puts there; `None` where nothing did.
    pub(super) before: Option<Stamp>,
    /// The new text; `None` where the file goes.
    pub(super) new: Option<Staged>,
    /// A copy of the text before, to go back to; a change of one file needs none.
    pub(super) old: Option<Staged>,
}

/// The steps of one file, in their order.
struct Chain<'s>(Vec<&'s Step>);

impl Chain<'_> {
    /// How many of its steps a file that is as it is now has behind it; `None` where something else has changed it.
    fn taken(&self, present: Option<Stamp>) -> Option<usize> {
        let is = |staged: &Option<Staged>| staged.as_ref().map(|staged| staged.stamp) == present;
        let forward = || self.0.iter().rposition(|step| is(&step.new)).map(|at| at + 1);
        // On the way back it is a copy that is put there.
        let backward = || self.0.iter().position(|step| present == step.before || step.old.is_some() && is(&step.old));
        forward().or_else(backward)
    }
}

impl Step {
    /// What tells whether the change has come to this step.
    pub(super) fn as_first(&self) -> FirstStep {
        let staged = self.new.as_ref().filter(|_| !self.beside).map(|staged| staged.name.clone());
        FirstStep { path: self.path.clone(), before: self.before, staged, goes: self.new.is_none() }
    }

    /// The folder that the file really lies in, and its name there.
    fn target(&self, folder: &Folder, follows_links: bool) -> Result<(Folder, OsString), Error> {
        let here = folder.path().join(&self.path);
        let found = match follows_links {
            true => Folder::parent_of(&std::fs::canonicalize(&here).unwrap_or_else(|_| here.clone())),
            false => folder.parent_below(&self.path),
        };
        found.map_err(|error| super::open_error(&here, error.into()))
    }

    /// Whether this is a step that a change of ours can have: nothing outside, nothing of another's.
    fn is_ours(&self) -> bool {
        let inside =
            !self.path.starts_with('/') && self.path.split('/').all(|part| !matches!(part, "" | "." | ".." | STATE));
        let prefix = if self.beside { BESIDE } else { STAGED };
        inside
            && [&self.new, &self.old].into_iter().flatten().all(|s| s.name.starts_with(prefix) && !s.name.contains('/'))
    }
}

impl Journal {
    pub(super) fn new() -> Journal {
        Journal { version: 1, follows_links: true, ..Journal::default() }
    }

    /// Puts the journal in its place, flushed: from here on the change is decided.
    pub(super) fn write(&self, state: &Folder) -> Result<()> {
        state.put_own(STAGED, JOURNAL, &serde_json::to_vec(self)?).context("can't write the journal")?;
        state.flush().context("can't flush the journal")
    }

    /// Decides that the change is taken back.
    pub(super) fn turn_back(&mut self, state: &Folder) -> Result<()> {
        state.rename_into(JOURNAL, state, BACK).context("can't take the change back")?;
        self.back = true;
        state.flush().context("can't flush the journal")
    }

    /// Takes the change out of the history: it has been taken back.
    pub(super) fn forget(&self, state: &Folder) -> Result<()> {
        self.record.map_or(Ok(()), |from| history::forget(state, from))
    }

    /// Tells one journal from another.
    pub(super) fn id(&self) -> (bool, Option<Stamp>) {
        (self.back, self.stamp)
    }

    /// Each step, with the chain that it is part of and how many steps of that come before it.
    fn chained(&self) -> Vec<(&Step, Rc<Chain<'_>>, usize)> {
        let mut by_path: HashMap<&str, Vec<&Step>> = HashMap::new();
        let places: Vec<usize> = self
            .steps
            .iter()
            .map(|step| {
                let chain = by_path.entry(&step.path).or_default();
                chain.push(step);
                chain.len() - 1
            })
            .collect();
        let chains: HashMap<&str, Rc<Chain<'_>>> =
            by_path.into_iter().map(|(path, steps)| (path, Rc::new(Chain(steps)))).collect();
        let steps = self.steps.iter().zip(places);
        steps.filter_map(|(step, place)| Some((step, chains.get(step.path.as_str())?.clone(), place))).collect()
    }

    /// Puts every file in its place; gives the folders to flush, and the files that something else has changed: they are kept.
    pub(super) fn carry_out(&self, folder: &Folder, state: &Folder) -> Result<(Vec<Folder>, Vec<String>), Error> {
        let (mut parents, mut kept) = (BTreeMap::new(), BTreeSet::new());
        let mut take = |(step, chain, place): (&Step, Rc<Chain<'_>>, usize)| {
            let (parent, name) = step.target(folder, self.follows_links)?;
            let failed = |error: Errno| super::write_error(&folder.path().join(&step.path), error);
            let present = parent.stamp(&name).map_err(failed)?;
            let (from, to) = match self.back {
                false => (place, &step.new),
                true => (place + 1, &step.old),
            };
            let staged_in = if step.beside { &parent } else { state };
            match chain.taken(present) {
                None => drop(kept.insert(step.path.clone())),
                Some(taken) if taken == from => {
                    let moved = match to {
                        Some(staged) if present.is_none() => staged_in.rename_new(&staged.name, &parent, &name),
                        Some(staged) => staged_in.rename_into(&staged.name, &parent, &name),
                        None => parent.remove(&name),
                    };
                    match moved {
                        Err(Errno::EXIST | Errno::NOENT) => drop(kept.insert(step.path.clone())),
                        moved => moved.map_err(failed)?,
                    }
                }
                // Done by who began it; or never begun, on the way back.
                Some(_) => {}
            }
            parents.entry(parent.path().to_owned()).or_insert(parent);
            Ok::<_, Error>(())
        };
        // What is referred to comes first and goes last, on the way back too.
        match self.back {
            false => self.chained().into_iter().try_for_each(&mut take)?,
            true => self.chained().into_iter().rev().try_for_each(&mut take)?,
        }
        Ok((parents.into_values().collect(), kept.into_iter().collect()))
    }

    /// Clears away what was staged and is not needed any more.
    pub(super) fn discard(&self, folder: &Folder, state: &Folder) {
        for step in &self.steps {
            let beside = step.beside.then(|| step.target(folder, self.follows_links).ok()).flatten();
            let place = beside.as_ref().map_or(state, |(parent, _)| parent);
            for staged in [&step.new, &step.old].into_iter().flatten() {
                let _ = place.remove(&staged.name);
            }
        }
    }

    /// Shows the directory as it will be when the change is finished; false where it has gone on meanwhile.
    pub(super) fn overlay(&self, folder: &Folder, snapshot: &mut Snapshot) -> Result<bool, Error> {
        let Ok(state) = folder.below(STATE) else { return Ok(false) };
        for (step, chain, at) in self.chained() {
            // Only what the last step of a file puts there counts.
            let end = if self.back { 0 } else { chain.0.len() };
            if at != end.saturating_sub(1) {
                continue;
            }
            let present = snapshot.origins.get(&step.path).map(|origin| origin.stamp);
            if chain.taken(present).is_none_or(|taken| taken == end) {
                continue; // in place already, or changed by something else
            }
            let to = if self.back { &step.old } else { &step.new };
            let (parent, name) = step.target(folder, self.follows_links)?;
            let place = if step.beside { &parent } else { &state };
            let new = match to {
                None => None,
                Some(staged) => match place.open_file(&staged.name, OFlags::RDONLY) {
                    // Moved into place just now; or lost, and then the change can't go on.
                    Err(Errno::NOENT) if parent.stamp(&name) == Ok(present) => continue,
                    Err(Errno::NOENT) => return Ok(false),
                    Err(error) => return Err(super::open_error(&place.path().join(&staged.name), error.into())),
                    Ok(mut file) => {
                        let mut bytes = Vec::new();
                        file.read_to_end(&mut bytes).context("can't read a staged file")?;
                        Some(bytes)
                    }
                },
            };
            snapshot.put(&step.path, new);
        }
        Ok(true)
    }

    /// Whether a text that the change still needs is gone.
    fn lacks_text(&self, folder: &Folder, state: &Folder) -> Result<bool, Error> {
        for (step, chain, at) in self.chained() {
            let (parent, name) = step.target(folder, self.follows_links)?;
            let place = if step.beside { &parent } else { state };
            let present = parent.stamp(&name).map_err(|e| super::open_error(parent.path(), e.into()))?;
            let needed = chain.taken(present).is_some_and(|taken| taken <= at);
            if needed && step.new.as_ref().is_some_and(|staged| place.file_type(&staged.name).is_none()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The journal of an unfinished change, if there is one, for a reader. Who may not look at it sees what is there.
pub(super) fn read(folder: &Folder) -> Result<Option<Journal>, Error> {
    let opened = match folder.below(STATE) {
        Err(Errno::NOTDIR | Errno::LOOP) => return Ok(None),
        state => state.and_then(|state| open(&state)),
    };
    match opened {
        Err(Errno::NOENT | Errno::ACCESS) | Ok(None) => Ok(None),
        Err(error) => Err(super::open_error(&folder.path().join(STATE), error.into())),
        Ok(Some((file, back))) => parse(folder, file, back).map(Some),
    }
}

fn open(state: &Folder) -> Result<Option<(std::fs::File, bool)>, Errno> {
    for (name, back) in [(JOURNAL, false), (BACK, true)] {
        match state.open_file(name, OFlags::RDONLY) {
            Err(Errno::NOENT) => {}
            opened => return opened.map(|file| Some((file, back))),
        }
    }
    Ok(None)
}

fn parse(folder: &Folder, mut file: std::fs::File, back: bool) -> Result<Journal, Error> {
    let name = name(back);
    let refused = |why: &str| {
        Error::new(Code::Io, format!("{STATE}/{name} {why}")).hint("look at it, and remove it if it is not yours")
    };
    let stat = rustix::fs::fstat(&file).context("can't look at the journal")?;
    let (owner, trust) = (stat.st_uid, Trust::of(folder, &stat)?);
    if trust == Trust::None {
        return Err(refused(&format!(
            "was written by user {owner}, who is neither root, nor you, nor the directory's owner"
        )));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).context("can't read the journal")?;
    let mut journal: Journal = serde_json::from_slice(&bytes).map_err(|e| refused(&format!("can't be read ({e})")))?;
    if journal.version != 1 || !journal.steps.iter().all(Step::is_ours) {
        return Err(refused("is not one that this version of cloudlunacy wrote"));
    }
    if trust != Trust::Own && journal.steps.iter().any(|step| step.beside) {
        return Err(refused(&format!("was written by user {owner} and leads out of the directory")));
    }
    (journal.back, journal.follows_links, journal.stamp) = (back, trust == Trust::Own, Some(Stamp::of(&stat)));
    Ok(journal)
}

fn name(back: bool) -> &'static str {
    if back { BACK } else { JOURNAL }
}

/// Whether a journal stands, or may stand.
pub(super) fn stands(state: &Folder) -> bool {
    [JOURNAL, BACK].iter().any(|name| state.stamp(name) != Ok(None))
}

/// Where the record of a change that has been decided begins in the history.
pub(super) fn decided(folder: &Folder) -> Option<u64> {
    read(folder).ok()?.filter(|journal| !journal.back)?.record
}

/// Which change was the last to be over.
pub(super) fn settled(folder: &Folder) -> Option<Stamp> {
    folder.below(STATE).and_then(|state| state.stamp(SETTLED)).ok().flatten()
}

/// Puts the journal aside: the change is over.
pub(super) fn settle(state: &Folder, back: bool) -> Result<()> {
    state.rename_into(name(back), state, SETTLED).context("can't put the journal aside")?;
    state.flush().context("can't flush that the journal is put aside")
}

/// Finishes a change that a dead process began, and clears away what dead processes staged. Needs the lock.
pub(super) fn recover(folder: &Folder, state: &Folder) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    let opened = open(state).map_err(|error| super::open_error(&state.path().join(JOURNAL), error.into()))?;
    if let Some((file, back)) = opened {
        let mut journal = parse(folder, file, back)?;
        if !journal.back && journal.lacks_text(folder, state)? {
            journal.turn_back(state)?;
        }
        let (parents, kept) = match journal.carry_out(folder, state) {
            Err(_) if !journal.back => {
                journal.turn_back(state)?;
                journal.carry_out(folder, state)?
            }
            done => done?,
        };
        for parent in parents {
            parent.flush().with_context(|| format!("can't flush {}", parent.path().display()))?;
        }
        let _ = folder.touch();
        if journal.back {
            journal.forget(state)?;
        }
        settle(state, journal.back)?;
        journal.discard(folder, state);
        let kept = kept
            .iter()
            .map(|path| format!("{path} is not as an earlier command left it when it died; it was kept as it is"));
        warnings.extend(kept);
        let came = if journal.back { "took back" } else { "finished" };
        warnings.push(format!("{came} a change that an earlier command had begun when it died"));
    }
    let names = state.names()?;
    let mut staged = names.iter().filter(|name| name.as_encoded_bytes().starts_with(STAGED.as_bytes())).peekable();
    if staged.peek().is_some() {
        // What is staged still tells whether the change that it was for has been made.
        history::settle_end(folder, state);
    }
    for name in staged {
        // It is in nobody's way; what can't be removed now goes next time.
        let _ = state.remove(name);
    }
    Ok(warnings)
}
