//! Every change, who made it and when, and the way back.
//!
//! A record is flushed before its change touches the directory, so that no change is without one; one whose change did
//! not come to pass goes again. What was changed by something else is found by comparing the files with what the last
//! record says of them, and gets a record of its own before the next change does.

mod author;
mod log;
mod record;
mod shorten;
#[cfg(test)]
mod tests;

use super::folder::Folder;
use super::read::{Snapshot, Stamp};
use super::survey::now;
use crate::delta::Pieces;
use crate::document::Format;
use crate::error::{Code, Error};
use crate::hash::sha256;
use crate::settings;
pub use author::Author;
use log::{Head, Log};
pub(super) use log::{forget, settle_end};
pub(super) use record::FirstStep;
use record::{Entry, Texts};
pub use record::{FileRecord, Object, Origin, Record};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// A file of an earlier time: its path, and what it said.
pub type Earlier = (String, Option<Vec<u8>>);

/// What has happened so far, as far as it is kept. What was changed by hand since counts, though it stands in no log yet.
pub struct Past<'s> {
    state: Option<&'s Folder>,
    snapshot: &'s Snapshot,
    log: Log,
    /// What is not in the log yet: files that were never seen before, or a change by hand.
    found: OnceCell<Option<Entry>>,
    entries: OnceCell<Vec<Entry>>,
    bounds: settings::History,
    now: i64,
    /// Why nothing can be told of the past.
    trouble: Option<Error>,
}

impl<'s> Past<'s> {
    /// The past as a writer finds it, who holds the lock; and what had to be put aside.
    pub(super) fn open(
        folder: &Folder,
        state: &'s Folder,
        snapshot: &'s Snapshot,
        bounds: settings::History,
    ) -> Result<(Past<'s>, Option<String>), Error> {
        if !bounds.is_kept() {
            return Ok((Past::of(None, snapshot, Log::default(), bounds), None));
        }
        let (log, warning) = Log::open(folder, state)?;
        Ok((Past::of(Some(state), snapshot, log, bounds), warning))
    }

    /// The past as a reader finds it, who has read the log at the moment of the snapshot.
    pub(super) fn look(
        Logged(log): Logged,
        state: Option<&'s Folder>,
        snapshot: &'s Snapshot,
        bounds: settings::History,
    ) -> Past<'s> {
        match log.filter(|_| bounds.is_kept()) {
            Some(Ok(log)) => Past::of(state, snapshot, log, bounds),
            // Whoever may not read it may still ask about what needs no past.
            Some(Err(error)) => {
                let past = Past::of(None, snapshot, Log::default(), bounds);
                Past { trouble: Some(error), ..past }
            }
            None => Past::of(None, snapshot, Log::default(), bounds),
        }
    }

    /// The same, of which nothing can be told where there is a reason why not.
    pub(super) fn hidden_by(self, trouble: Option<Error>) -> Past<'s> {
        Past { trouble: trouble.or(self.trouble), ..self }
    }

    fn of(state: Option<&'s Folder>, snapshot: &'s Snapshot, log: Log, bounds: settings::History) -> Past<'s> {
        let (found, entries) = (OnceCell::new(), OnceCell::new());
        Past { state, snapshot, log, found, entries, bounds, now: now(), trouble: None }
    }

    /// Every change, oldest first.
    pub fn records(&self) -> Result<impl DoubleEndedIterator<Item = &Record>, Error> {
        Ok(self.all()?.map(|entry| &entry.record).filter(|record| record.number > 0))
    }

    /// Whether a change stands in the log already.
    pub fn is_recorded(&self, record: &Record) -> bool {
        record.number <= self.log.index.number
    }

    /// The last change that stands in the log.
    pub fn last_recorded(&self) -> Option<u64> {
        Some(self.log.index.number).filter(|number| *number > 0)
    }

    /// The change of that number.
    pub fn record(&self, number: u64) -> Result<&Record, Error> {
        let found = self.records()?.find(|record| record.number == number);
        found.ok_or_else(|| match self.records().ok().and_then(|mut all| Some((all.next()?.number, all.next_back()))) {
            Some((first, Some(last))) if first < number && number < last.number => {
                Error::new(Code::NotFound, format!("change {number}, by an agent, is part of a later one by now"))
                    .hint("`cloudlunacy history` shows what is kept")
            }
            Some((first, last)) => {
                let last = last.map_or(first, |record| record.number);
                Error::new(Code::NotFound, format!("there is no change {number}; the history has {first} to {last}"))
                    .hint("`cloudlunacy history` shows them")
            }
            None => Error::new(Code::NotFound, format!("there is no change {number}: nothing has been recorded yet")),
        })
    }

    /// What the files said after a change, of all that have changed since; 0 or the one before the first that is kept
    /// means what they said before that.
    pub fn after(&self, number: u64) -> Result<Vec<Earlier>, Error> {
        let first = self.records()?.next().map_or(0, Record::begin);
        if number.saturating_add(1) != first && !(number == 0 && first <= 1) {
            self.record(number)?;
        }
        let later = self.all()?.filter(|entry| entry.record.number > number);
        let mut paths: Vec<&str> = later.flat_map(|e| &e.record.files).map(|file| file.path.as_str()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths.into_iter().map(|path| Ok((path.to_owned(), self.text_after(number, path)?))).collect()
    }

    /// The number of the change before that one, or where the history begins.
    pub fn before(&self, record: &Record) -> Result<u64, Error> {
        let before = self.records()?.take_while(|other| other.number < record.number).last();
        Ok(before.map_or(record.begin().saturating_sub(1), |before| before.number))
    }

    /// The files of agents of which it is not kept what they said after a change; they count as not changed yet then.
    pub fn unsure(&self, number: u64) -> Result<BTreeSet<&str>, Error> {
        let hides = |record: &Record, file: &FileRecord| {
            number < record.number && file.since.is_some_and(|since| since <= number)
        };
        let files = self.records()?.flat_map(|record| record.files.iter().filter(move |file| hides(record, file)));
        Ok(files.map(|file| file.path.as_str()).collect())
    }

    /// What a file said after a change: the present text, from which all later changes are taken back.
    pub fn text_after(&self, number: u64, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let present = self.snapshot.bytes(path);
        let mut is_there = present.is_some();
        let mut pieces = Pieces::of(present.unwrap_or_default());
        let mut digest = None;
        for entry in self.all()?.rev().take_while(|entry| entry.record.number > number || entry.record.number == 0) {
            let Some(file) = entry.file(path).filter(|_| entry.record.number > 0) else {
                continue;
            };
            pass(entry, path, true, &mut pieces)?;
            (is_there, digest) = (file.before.is_some(), file.before.clone());
        }
        let text = pieces.text();
        if digest.is_some_and(|digest| digest != sha256(&text)) {
            return Err(lost(path, number));
        }
        Ok(is_there.then_some(text))
    }

    fn all(&self) -> Result<impl DoubleEndedIterator<Item = &Entry>, Error> {
        let found = self.found()?;
        Ok(self.logged()?.iter().chain(found))
    }

    fn logged(&self) -> Result<&[Entry], Error> {
        if let Some(why) = &self.trouble {
            return Err(why.clone());
        }
        if self.entries.get().is_none() {
            let _ = self.entries.set(self.log.entries()?);
        }
        Ok(self.entries.get().map_or(&[], Vec::as_slice))
    }

    fn found(&self) -> Result<Option<&Entry>, Error> {
        if self.found.get().is_none() {
            let _ = self.found.set(if self.bounds.is_kept() { self.find()? } else { None });
        }
        Ok(self.found.get().and_then(Option::as_ref))
    }

    /// Finds what differs from what the last record says.
    fn find(&self) -> Result<Option<Entry>, Error> {
        let index = &self.log.index;
        let mut differ: Vec<Earlier> = Vec::new();
        for file in &self.snapshot.files {
            let Some(origin) = self.snapshot.origins.get(&file.path) else { continue };
            let known = index.files.get(&file.path);
            if known.is_some_and(|head| head.stamp == Some(origin.stamp)) {
                continue;
            }
            let Some(bytes) = self.snapshot.bytes_of(file) else { continue };
            if known.is_none_or(|head| head.digest != sha256(bytes)) {
                differ.push((file.path.clone(), Some(bytes.to_vec())));
            }
        }
        let gone = index.files.keys().filter(|path| self.snapshot.has_lost(path));
        differ.extend(gone.map(|path| (path.clone(), None)));
        // What can't be told any more counts as new.
        let last = |path: &str| index.files.contains_key(path).then(|| self.last(path).ok().flatten()).flatten();
        let olds: Vec<Option<Vec<u8>>> = differ.iter().map(|(path, _)| last(path)).collect();
        let both = differ.iter().zip(&olds);
        let texts: Vec<Texts<'_>> =
            both.map(|((path, new), old)| Texts { path, old: old.as_deref(), new: new.as_deref() }).collect();
        let (number, origin) = match index.is_new() {
            true => (0, Origin::Seen),
            false => (index.number.saturating_add(1), Origin::Hand),
        };
        Ok((!texts.is_empty()).then(|| Entry::new(self.blank(number, origin), &texts)))
    }

    /// What the log last says of a file, from its first copy on.
    fn last(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let mut pieces = Pieces::of(&[]);
        for entry in self.logged()?.iter().filter(|entry| entry.file(path).is_some()) {
            pass(entry, path, false, &mut pieces)?;
        }
        let text = pieces.text();
        match self.log.index.files.get(path) {
            Some(head) if head.digest != sha256(&text) => Err(lost(path, self.log.index.number)),
            _ => Ok(Some(text)),
        }
    }

    fn blank(&self, number: u64, origin: Origin) -> Record {
        Record {
            number,
            time: self.now,
            origin,
            since: None,
            author: None,
            agents: Vec::new(),
            command: String::new(),
            message: None,
            undoes: None,
            restores: None,
            objects: Vec::new(),
            files: Vec::new(),
            first: None,
        }
    }
}

/// The log as a reader finds it, where there is one.
pub(super) struct Logged(Option<Result<Log, Error>>);

impl Logged {
    pub(super) fn look(folder: &Folder, state: Option<&Folder>) -> Logged {
        Logged(state.map(|state| Log::look(folder, state)))
    }

    /// Whether both say the same: nothing has been recorded in between.
    pub(super) fn is(&self, other: &Logged) -> bool {
        let end = |logged: &Logged| logged.0.as_ref().and_then(|log| log.as_ref().ok().map(Log::end));
        end(self) == end(other)
    }
}

/// What a command says about its change.
#[derive(Clone, Debug, Default)]
pub struct Intent {
    /// What was said about it.
    pub message: Option<String>,
    /// The change that it takes back.
    pub undoes: Option<u64>,
    /// The change after which everything is to be as it was.
    pub restores: Option<u64>,
    /// The agents that asked for it themselves; such changes have a share of their own of what is kept.
    pub agents: Vec<String>,
}

/// A change about to be made, as it is recorded.
pub(super) struct Announced<'c> {
    pub(super) author: &'c Author,
    pub(super) command: &'c str,
    pub(super) intent: &'c Intent,
    pub(super) objects: Vec<Object>,
    pub(super) files: &'c [super::FileChange],
    pub(super) first: Option<FirstStep>,
}

impl Past<'_> {
    /// Records a change before it is made; gives its number, and where its record begins.
    pub(super) fn announce(&mut self, change: Announced<'_>) -> Result<Option<(u64, u64)>, Error> {
        let Some(state) = self.state else { return Ok(None) };
        self.found()?;
        let found = self.found.take().flatten();
        let last = found.as_ref().map_or(0, |entry| entry.record.number).max(self.log.index.number);
        let number = last.saturating_add(1);
        let Announced { author, command, intent, objects, files, first } = change;
        let record = Record {
            author: Some(author.clone()),
            agents: intent.agents.clone(),
            command: command.to_owned(),
            message: intent.message.clone(),
            undoes: intent.undoes,
            restores: intent.restores,
            objects,
            first,
            ..self.blank(number, Origin::Command)
        };
        let texts = files.iter().map(|file| {
            let old = self.snapshot.bytes(&file.path);
            Texts { path: &file.path, old, new: file.new.as_deref().map(str::as_bytes) }
        });
        let texts: Vec<Texts<'_>> = texts.collect();
        let entry = Entry::new(record, &texts);
        let all: Vec<&Entry> = found.iter().chain([&entry]).collect();
        let begins = self.log.append(state, &all)?;
        // What the log says now is what has been read.
        let known = self.snapshot.origins.iter().map(|(path, origin)| (path.clone(), Some(origin.stamp)));
        self.stamp(known);
        Ok(Some((number, begins)))
    }

    /// The change has been made: remembers how its files can be told from edited ones, and keeps the log in its bounds.
    pub(super) fn settle(mut self, stamps: Vec<(String, Option<Stamp>)>) {
        let Some(state) = self.state else { return };
        self.stamp(stamps.into_iter());
        // One that is too long is shortened by the next change if it can't be now.
        let _ = self.shorten(state);
        self.log.index.write(state);
    }

    fn stamp(&mut self, stamps: impl Iterator<Item = (String, Option<Stamp>)>) {
        for (path, stamp) in stamps {
            if let Some(Head { stamp: known, .. }) = self.log.index.files.get_mut(&path) {
                *known = stamp;
            }
        }
    }
}

/// Goes over one entry with the text of a file, forward or back.
fn pass<'e>(entry: &'e Entry, path: &str, back: bool, pieces: &mut Pieces<'e>) -> Result<(), Error> {
    let fits = entry.puts(path, back).is_some_and(|puts| pieces.apply(&puts));
    if fits { Ok(()) } else { Err(lost(path, entry.record.number)) }
}

fn lost(path: &str, number: u64) -> Error {
    Error::new(Code::Io, format!("the history of {path} is damaged at change {number}"))
        .hint("`cloudlunacy history show N` still shows single changes")
}

/// Whether a text of an earlier time can be a file again.
pub fn as_text(path: &str, bytes: Vec<u8>) -> Result<String, Error> {
    let refused = || Error::new(Code::NotEditable, format!("{path} was not UTF-8 text then"));
    let _ = Format::of(path).ok_or_else(refused)?;
    String::from_utf8(bytes).map_err(|_| refused())
}
