//! One name for two definitions of a kind.

use super::usage::listed;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::{Definition, TlsPart};
use crate::release::Release;
use std::collections::{BTreeMap, HashSet};

pub(super) static LINT: Lint = Lint {
    name: "duplicate-name",
    severity: Severity::Warning,
    summary: "A name that is defined twice",
    explanation: "Of several definitions of a name in a directory Traefik takes the first, in the order of the names of \
                  files, and only logs that it skips the others, also where they say the same. Nothing is merged: a \
                  server in the second definition of a service gets no requests.",
    bad: &[
        ("a.yml", "http:\n  middlewares:\n    slim:\n      compress: {}\n"),
        ("b.yml", "http:\n  middlewares:\n    slim:\n      compress: {}\n"),
    ],
    good: &[
        ("a.yml", "http:\n  middlewares:\n    slim:\n      compress: {}\n"),
        ("b.yml", "tcp:\n  middlewares:\n    slim:\n      inFlightConn:\n        amount: 5\n"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let inventory = subject.inventory;
    let mut all: Vec<(Definition<'_>, Finding)> = Vec::new();
    for (kind, part, twice) in inventory.duplicates() {
        let path = format!("{kind}.{}.{}", part.section(), twice.name);
        let message = format!("the {} {:?} is defined before; Traefik skips this one", part.noun(), twice.name);
        let says = format!("{} {} already configured, skipping", kind.as_str().to_ascii_uppercase(), part.words());
        all.push((twice, duplicate(lint, twice, inventory.get(kind, part, twice.name), path, message).says(says)));
    }
    for (part, twice) in inventory.tls_duplicates() {
        let path = format!("tls.{}.{}", part.section(), twice.name);
        let message = format!("{:?} is defined before in tls.{}; Traefik skips this one", twice.name, part.section());
        let says = tls_words(*part, twice.name, subject.surroundings.release);
        all.push((*twice, duplicate(lint, *twice, inventory.tls(*part, twice.name), path, message).says(says)));
    }
    if all.is_empty() {
        return;
    }
    let counting: HashSet<usize> = inventory
        .all()
        .iter()
        .map(|(_, _, definition)| definition.file)
        .chain(inventory.all_tls().iter().map(|(_, definition)| definition.file))
        .chain(inventory.certificates().iter().map(|(file, _)| *file))
        .collect();
    let mut copies: BTreeMap<usize, (Vec<&str>, Finding)> = BTreeMap::new();
    for (twice, finding) in all {
        if counting.contains(&twice.file) {
            found.push(finding);
        } else {
            copies.entry(twice.file).or_insert_with(|| (Vec::new(), finding)).0.push(twice.name);
        }
    }
    for (names, mut finding) in copies.into_values() {
        if names.len() > 1 {
            let names = listed(&names);
            finding.message = format!("all that this file defines is defined before; Traefik skips {names}");
            finding.help = Some("remove the file, if it is a copy, or give other names".into());
        }
        found.push(finding);
    }
}

fn duplicate(
    lint: &Lint,
    twice: Definition<'_>,
    first: Option<Definition<'_>>,
    path: String,
    message: String,
) -> Finding {
    let at = Location::of(twice.file, twice.key.span());
    let finding = lint.at(at, path, message).help("give it another name, or remove it");
    match first {
        Some(first) => finding.label(Location::of(first.file, first.key.span()), "this one counts"),
        None => finding,
    }
}

/// What Traefik logs of a second definition below `tls`.
fn tls_words(part: TlsPart, name: &str, release: Release) -> String {
    let noun = if part == TlsPart::Options { "options" } else { "store" };
    match release.since(7, 0) {
        true => format!("{noun} already configured, skipping"),
        false => format!("TLS {noun} {name} already configured, skipping"),
    }
}
