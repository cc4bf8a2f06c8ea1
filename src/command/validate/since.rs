//! `validate --changed-since git:REV`: what is found now and was not found then.

use super::{Judged, Place, Text};
use crate::document::{Format, Lines};
use crate::error::{Code, Error};
use crate::finding::{Finding, Location, Source};
use crate::git::{self, Repository};
use crate::inventory::File;
use crate::store::content;
use crate::surroundings::{Entry, EntryKind, LinkTarget, Surroundings};
use std::collections::HashMap;

/// Drops what was found then already. Findings are the same where rule, file, path of keys and the text of the line
/// are, however the lines have moved.
pub(super) fn keep_new(then: &Judged, now: &mut Judged) {
    let old = count(&then.texts, then.findings.iter());
    now.findings = new_ones(&now.texts, std::mem::take(&mut now.findings), |finding| finding, old);
    let old = count(&then.texts, then.suppressed.iter().map(|s| &s.finding));
    now.suppressed = new_ones(&now.texts, std::mem::take(&mut now.suppressed), |s| &s.finding, old);
}

/// Judges the directory as it was at a revision, all else being as it is now.
pub(super) fn judge_then(place: &Place, revision: &str, surroundings: Surroundings) -> Result<Judged, Error> {
    let revision = revision.strip_prefix("git:").ok_or_else(|| {
        Error::new(Code::BadValue, format!("--changed-since can't be {revision:?}"))
            .hint("write git:REV, for instance git:origin/main...")
    })?;
    let git = Repository::of(place.store.path())?;
    let commit = git.commit(revision)?;
    let folder = place.machine.trim_end_matches('/');
    let entries = git.entries(&commit, folder)?;
    let is_read = |path: &&str| {
        Format::of(path).is_some()
            && place.store.only().is_none_or(|only| only == *path)
            && (!place.alone || place.is_wanted(path))
    };
    let paths: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).filter(is_read).collect();
    let texts = git.read(&commit, folder, &paths)?;
    // What a link out of the repository led to is not known.
    let files = paths.iter().zip(texts).filter_map(|(path, bytes)| {
        bytes.map(|bytes| File { path: (*path).to_owned(), content: content(path, bytes) })
    });
    let mut files: Vec<File> = files.collect();
    files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let surroundings = Surroundings { entries: entries.iter().map(entry).collect(), ..surroundings };
    Ok(super::judged(place, files, &surroundings, false))
}

/// A name of the revision as a name in the directory.
fn entry(entry: &git::Entry) -> Entry {
    let kind = match entry.mode {
        0o120_000 => EntryKind::Link { target: String::new(), leads_to: LinkTarget::File },
        _ => EntryKind::File,
    };
    Entry { path: entry.path.clone(), kind, mode: if entry.mode & 0o111 == 0 { 0o644 } else { 0o755 } }
}

/// How often each finding was there.
fn count<'f>(texts: &[Text], findings: impl Iterator<Item = &'f Finding>) -> HashMap<u128, usize> {
    let mut fingerprints = Fingerprints::of(texts);
    let mut counts = HashMap::new();
    for finding in findings {
        *counts.entry(fingerprints.get(finding)).or_default() += 1;
    }
    counts
}

fn new_ones<T>(texts: &[Text], all: Vec<T>, finding: impl Fn(&T) -> &Finding, mut old: HashMap<u128, usize>) -> Vec<T> {
    let mut fingerprints = Fingerprints::of(texts);
    let is_new = |one: &T| match old.get_mut(&fingerprints.get(finding(one))) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    };
    let mut is_new = is_new;
    all.into_iter().filter(|one| is_new(one)).collect()
}

/// Gives fingerprints; finds the lines of each text once.
struct Fingerprints<'t> {
    texts: &'t [Text],
    lines: HashMap<usize, Lines<'t>>,
}

impl<'t> Fingerprints<'t> {
    fn of(texts: &'t [Text]) -> Fingerprints<'t> {
        Fingerprints { texts, lines: HashMap::new() }
    }

    fn get(&mut self, finding: &Finding) -> u128 {
        let Location { source: Source::File(at) | Source::Entry(at), span } = finding.at else {
            return finding.fingerprint("", "");
        };
        let Some(text) = self.texts.get(at) else { return finding.fingerprint("", "") };
        let lines = self.lines.entry(at).or_insert_with(|| Lines::of(&text.text));
        finding.fingerprint(&text.machine, lines.text_at(span.start as usize))
    }
}
