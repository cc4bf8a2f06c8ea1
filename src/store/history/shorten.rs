//! Keeping the past in its bounds.
//!
//! Changes by agents have a share of their own, so that no agent pushes out what an administrator did. They can't be taken
//! out from between others, which stand on the texts that they left; so the oldest of them become one instead, edits that
//! cancel each other out with them: first those with nothing between them, by which no moment of an administrator is
//! touched. Where that is not enough, those of one file do even across changes of other files; then it is not kept any more
//! what that file said in between.

use super::record::{self, HEAD, Object};
use super::{Entry, FileRecord, Origin, Past, Texts, pass};
use crate::delta::Pieces;
use crate::error::Error;
use crate::settings;
use crate::store::folder::Folder;
use std::collections::{BTreeMap, BTreeSet};

/// The texts of files at some moment.
type Moment<'e> = BTreeMap<&'e str, Pieces<'e>>;

impl Past<'_> {
    /// Lets go of what is too old, or too much. Not of a little each time: the log is written anew by it.
    pub(super) fn shorten(&mut self, state: &Folder) -> Result<(), Error> {
        // The clock may be wrong; so many of those that are not by agents stay whatever it says.
        const STAY: usize = 100;
        let settings::History { max_age, max_size } = self.bounds;
        let share = max_size / 4;
        let rest = max_size - share;
        let age = max_age.as_secs() as i64;
        let index = &self.log.index;
        let others = index.length.saturating_sub(index.copies).saturating_sub(index.agents);
        let is_old = index.oldest.is_some_and(|oldest| oldest < self.now.saturating_sub(age + age / 10));
        // What can't become less is not tried again by every change.
        let is_joined = index.agents > share.max(index.least + share / 2);
        if !is_old && !is_joined && others <= rest {
            return Ok(());
        }
        let entries = self.log.entries()?;
        let entries = if is_joined { fitted(entries, share)? } else { entries };
        let (mut left, mut others) = (0, 0);
        // From the newest on, as far as they are young enough and fit; the newest always stays.
        let goes = |(at, entry): &(usize, &Entry)| {
            let record = &entry.record;
            let is_young = record.time >= self.now.saturating_sub(age) || others < STAY;
            if !record.is_by_agents() {
                (left, others) = (left + entry.size, others + 1);
            }
            at + 1 < entries.len() && (record.number == 0 || !is_young || left > most(rest))
        };
        let kept = entries.iter().enumerate().rev().find(goes).map_or(0, |(at, _)| at + 1);
        let gone = &entries[..kept];
        if !is_joined && !gone.iter().any(|entry| entry.record.number > 0) {
            // Not looked for again by every change.
            self.log.index.oldest = Some(self.now.saturating_sub(age));
            return Ok(());
        }
        let mut texts = Moment::new();
        for entry in gone {
            entry.record.files.iter().try_for_each(|file| step(&mut texts, entry, file))?;
        }
        let texts: Vec<(&str, Vec<u8>)> = texts.iter().map(|(path, pieces)| (*path, pieces.text())).collect();
        let copies: Vec<_> = texts.iter().map(|(path, text)| Texts { path, old: None, new: Some(text) }).collect();
        let seen = Entry::new(self.blank(0, Origin::Seen), &copies);
        let all: Vec<Entry> = std::iter::once(seen).chain(entries[kept..].iter().cloned()).collect();
        self.log.replace(state, &all)?;
        self.log.index.least = self.log.index.agents;
        Ok(())
    }
}

/// How much of a share is filled again when it has become too much.
fn most(share: u64) -> u64 {
    share / 4 * 3
}

/// The same past, in which changes by agents take no more than their share, as far as can be without a loss to others.
fn fitted(entries: Vec<Entry>, share: u64) -> Result<Vec<Entry>, Error> {
    let size = |entries: &[Entry]| -> u64 {
        entries.iter().filter(|entry| entry.record.is_by_agents()).map(|entry| entry.size).sum()
    };
    // The newest stay as they are.
    let mut newer = 0;
    let is_old = |entry: &Entry| {
        newer += if entry.record.is_by_agents() { entry.size } else { 0 };
        newer > share / 2
    };
    let old = entries.iter().rposition(is_old).map_or(0, |at| at + 1);
    let (old, new) = entries.split_at(old);
    let mut all = joined(old, false)?;
    if size(&all) + size(new) > most(share) {
        all = joined(old, true)?;
    }
    all.extend_from_slice(new);
    Ok(all)
}

/// A file that changes by agents are about to change.
struct Begun {
    /// What it said before them.
    old: Option<Vec<u8>>,
    /// The first of them.
    number: u64,
    /// The turn in which it was.
    turn: usize,
    /// What is said of that one already.
    since: Option<u64>,
}

/// The same past, in which changes by agents with nothing between them have become one; with `across`, those of one file
/// with no other change of that file between them.
fn joined(entries: &[Entry], across: bool) -> Result<Vec<Entry>, Error> {
    let is_by_agents = |run: &[Entry]| run.iter().all(|entry| entry.record.is_by_agents());
    let paths = |run: &'_ [Entry]| -> BTreeSet<String> {
        run.iter().flat_map(|entry| &entry.record.files).map(|file| file.path.clone()).collect()
    };
    let runs: Vec<&[Entry]> = entries.chunk_by(|a, b| a.record.is_by_agents() && b.record.is_by_agents()).collect();
    // The files for which each run has the last of the changes that become one.
    let mut later = BTreeSet::new();
    let mut ends: Vec<BTreeSet<String>> = Vec::new();
    for run in runs.iter().rev() {
        let paths = paths(run);
        if is_by_agents(run) {
            ends.push(paths.difference(&later).cloned().collect());
            later.extend(paths);
        } else {
            if !across {
                later.clear();
            }
            for path in &paths {
                later.remove(path);
            }
            ends.push(BTreeSet::new());
        }
    }
    ends.reverse();
    let touched: BTreeSet<&String> = ends.iter().flatten().collect();
    let (mut texts, mut begun) = (Moment::new(), BTreeMap::<&str, Begun>::new());
    let mut all = Vec::with_capacity(entries.len());
    for (turn, (run, ends)) in runs.iter().zip(&ends).enumerate() {
        let is_by_agents = is_by_agents(run);
        for entry in *run {
            for file in entry.record.files.iter().filter(|file| touched.contains(&file.path)) {
                if is_by_agents && !begun.contains_key(file.path.as_str()) {
                    let old = texts.get(file.path.as_str()).map(Pieces::text);
                    let number = run.first().map_or(0, |first| first.record.begin());
                    begun.insert(&file.path, Begun { old, number, turn, since: file.since });
                }
                step(&mut texts, entry, file)?;
            }
        }
        if !is_by_agents {
            all.extend_from_slice(run);
            continue;
        }
        let is_whole = |file: &FileRecord| {
            ends.contains(&file.path) && begun.get(file.path.as_str()).is_some_and(|begun| begun.turn == turn)
        };
        if run.len() == 1 && run.iter().flat_map(|entry| &entry.record.files).all(is_whole) {
            all.extend_from_slice(run);
            ends.iter().for_each(|path| drop(begun.remove(path.as_str())));
            continue;
        }
        let ended = ends.iter().filter_map(|path| Some((path, begun.remove(path.as_str())?)));
        all.extend(one(run, ended, turn, &texts)?);
    }
    Ok(all)
}

/// One change in place of a run of them.
fn one<'b>(
    run: &[Entry],
    ended: impl Iterator<Item = (&'b String, Begun)>,
    turn: usize,
    texts: &Moment<'_>,
) -> Result<Option<Entry>, Error> {
    let Some(((first, _), (last, _))) = run.split_first().zip(run.split_last()) else { return Ok(None) };
    let files: Vec<_> = ended
        .map(|(path, Begun { old, number, turn: begin, since })| {
            let since = if begin == turn { since } else { since.or(Some(number)) };
            (path, old, texts.get(path.as_str()).map(Pieces::text), since)
        })
        .filter(|(_, old, new, since)| old != new || since.is_some())
        .collect();
    if files.is_empty() {
        return Ok(None);
    }
    let agents: BTreeSet<&String> = run.iter().flat_map(|entry| &entry.record.agents).collect();
    let mut record = last.record.clone();
    record.since = Some(first.record.begin()).filter(|first| *first != record.number);
    record.agents = agents.into_iter().cloned().collect();
    record.objects = objects(run);
    record.files.clear();
    record.first = None;
    let both: Vec<Texts<'_>> =
        files.iter().map(|(path, old, new, _)| Texts { path, old: old.as_deref(), new: new.as_deref() }).collect();
    let mut entry = Entry::new(record, &both);
    for (file, (.., since)) in entry.record.files.iter_mut().zip(&files) {
        file.since = *since;
    }
    Ok(Some(record::entry(&entry.frame()?[HEAD..])?))
}

/// What happened to which router in all.
fn objects(run: &[Entry]) -> Vec<Object> {
    let mut verbs: BTreeMap<(&str, &str), (&str, &str)> = BTreeMap::new();
    for Object { verb, kind, name } in run.iter().flat_map(|entry| &entry.record.objects) {
        verbs.entry((kind, name)).and_modify(|verbs| verbs.1 = verb).or_insert((verb, verb));
    }
    let all = verbs.into_iter().filter_map(|((kind, name), verbs)| {
        let verb = match verbs {
            ("added", "removed") => return None,
            ("added", _) => "added",
            (_, "removed") => "removed",
            _ => "changed",
        };
        Some(Object { verb: verb.to_owned(), kind: kind.to_owned(), name: name.to_owned() })
    });
    all.collect()
}

/// Goes on by what an entry did to a file.
fn step<'e>(texts: &mut Moment<'e>, entry: &'e Entry, file: &'e FileRecord) -> Result<(), Error> {
    let pieces = texts.entry(&file.path).or_insert_with(|| Pieces::of(&[]));
    pass(entry, &file.path, false, pieces)?;
    if file.after.is_none() {
        texts.remove(file.path.as_str());
    }
    Ok(())
}
