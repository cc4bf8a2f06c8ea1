//! `history`, `history show`: what has happened to the directory.

use super::diff::{Version, between};
use super::{Compared, Context, Outcome};
use crate::cli::{DiffFormat, History, HistoryCommand};
use crate::error::Error;
use crate::inventory::File;
use crate::store::{Past, Record, Snapshot, as_text, content};
use std::collections::HashMap;

/// A change, and what has become of it.
pub struct Happened {
    /// What is remembered of it.
    pub record: Record,
    /// The change that took it back, where that holds.
    pub undone_by: Option<u64>,
    /// Whether it stands in the log: a change by hand does not before the next command has written.
    pub is_recorded: bool,
}

/// One change in full.
pub struct Shown {
    /// The change.
    pub happened: Happened,
    /// What it did.
    pub compared: Compared,
}

pub(super) fn history(context: &Context, args: &History) -> Result<Outcome, Error> {
    match args.command {
        None => context.store.past(|_, past| Ok(Outcome::History(all(past)?))),
        Some(HistoryCommand::Show { number }) => show(context, number),
    }
}

/// Every change, newest first.
fn all(past: &Past<'_>) -> Result<Vec<Happened>, Error> {
    let undone = undone(past)?;
    let happened = |record: &Record| Happened {
        undone_by: undone.get(&record.number).copied(),
        is_recorded: past.is_recorded(record),
        record: record.clone(),
    };
    Ok(past.records()?.rev().map(happened).collect())
}

/// Which changes are taken back, each with the change that did it. What takes back can be taken back itself.
pub(super) fn undone(past: &Past<'_>) -> Result<HashMap<u64, u64>, Error> {
    let mut undone = HashMap::new();
    // A moment that was restored knows nothing of what was taken back after it.
    let mut last = u64::MAX;
    for record in past.records()?.rev() {
        if record.number > last || undone.contains_key(&record.number) {
            continue;
        }
        if let Some(number) = record.undoes {
            undone.entry(number).or_insert(record.number);
        }
        last = record.restores.unwrap_or(last);
    }
    Ok(undone)
}

fn show(context: &Context, number: u64) -> Result<Outcome, Error> {
    let (happened, old, new) = context.store.past(|snapshot, past| {
        let before = past.before(past.record(number)?)?;
        let happened = all(past)?.into_iter().find(|happened| happened.record.number == number);
        let name = |number: u64| if number == 0 { "the beginning".to_owned() } else { format!("@{number}") };
        let version = |number: u64| -> Result<Version, Error> {
            Ok(Version::of(context, name(number), files_after(snapshot, past, number)?))
        };
        Ok((happened, version(before)?, version(number)?))
    })?;
    let compared = between(context, old, new, true, DiffFormat::Table);
    match happened {
        Some(happened) => Ok(Outcome::Happened(Box::new(Shown { happened, compared }))),
        None => Ok(Outcome::History(Vec::new())),
    }
}

/// The files as they were after a change.
pub(super) fn files_after(snapshot: &Snapshot, past: &Past<'_>, number: u64) -> Result<Vec<File>, Error> {
    let mut earlier: HashMap<String, Option<Vec<u8>>> = past.after(number)?.into_iter().collect();
    let mut files = Vec::new();
    for file in &snapshot.files {
        let bytes = match earlier.remove(&file.path) {
            None => Some(file.text().as_bytes().to_vec()),
            Some(then) => then,
        };
        files.extend(bytes.map(|bytes| File { path: file.path.clone(), content: content(&file.path, bytes) }));
    }
    let gone = earlier.into_iter().filter_map(|(path, bytes)| Some(File { content: content(&path, bytes?), path }));
    files.extend(gone);
    files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    Ok(files)
}

/// The texts that files must get to be as they were after a change, as far as that is kept.
pub(super) fn texts_after(past: &Past<'_>, number: u64) -> Result<Vec<(String, Option<String>)>, Error> {
    let unsure = past.unsure(number)?;
    let earlier = past.after(number)?.into_iter().filter(|(path, _)| !unsure.contains(path.as_str()));
    earlier.map(|(path, bytes)| Ok((path.clone(), bytes.map(|bytes| as_text(&path, bytes)).transpose()?))).collect()
}
