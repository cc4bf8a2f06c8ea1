//! `validate --changed-since git:REV`: what is found now and was not found then.

use super::{Judged, Place, Text};
use crate::command::revision::Revision;
use crate::document::Lines;
use crate::error::Error;
use crate::finding::{Finding, Location, Source};
use crate::surroundings::Surroundings;
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
    let revision = Revision::find(&place.store, revision)?;
    let (files, entries) = revision.files(&place.store, |path| !place.alone || place.is_wanted(path))?;
    Ok(super::judged(place, files, &Surroundings { entries, ..surroundings }, false))
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
