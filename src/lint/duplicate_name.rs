//! One name for two definitions of a kind.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::TlsPart;
use crate::release::Release;

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
    for (kind, part, twice) in inventory.duplicates() {
        let at = Location::of(twice.file, twice.key.span());
        let path = format!("{kind}.{}.{}", part.section(), twice.name);
        let message = format!("the {} {:?} is defined before; Traefik skips this one", part.noun(), twice.name);
        let noun = if part == crate::inventory::Part::ServersTransport { "servers transport" } else { part.noun() };
        let says = format!("{} {noun} already configured, skipping", kind.as_str().to_ascii_uppercase());
        let finding = lint.at(at, path, message).says(says).help("give it another name, or remove it");
        found.push(match inventory.get(kind, part, twice.name) {
            Some(first) => finding.label(Location::of(first.file, first.key.span()), "this one counts"),
            None => finding,
        });
    }
    for (part, twice) in inventory.tls_duplicates() {
        let at = Location::of(twice.file, twice.key.span());
        let path = format!("tls.{}.{}", part.section(), twice.name);
        let message = format!("{:?} is defined before in tls.{}; Traefik skips this one", twice.name, part.section());
        let says = tls_words(*part, twice.name, subject.surroundings.release);
        let finding = lint.at(at, path, message).says(says).help("give it another name, or remove it");
        found.push(match inventory.tls(*part, twice.name) {
            Some(first) => finding.label(Location::of(first.file, first.key.span()), "this one counts"),
            None => finding,
        });
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
