//! A name that looks like a reference to a provider.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;

pub(super) static LINT: Lint = Lint {
    name: "name-with-at",
    severity: Severity::Warning,
    summary: "A name with @ in it",
    explanation: "What follows the @ of a reference is its provider, and Traefik adds that to each name itself: what a \
                  file calls auth@file is auth@file@file, and the reference auth@file does not find it. Leave the \
                  provider out of names; references may have it.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    slim@file:\n      compress: {}\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    slim:\n      compress: {}\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    // Nothing refers to routers but `parentRefs`, and their names may hold anything.
    for (kind, part, definition) in subject.inventory.all().iter().filter(|(_, part, _)| *part != Part::Router) {
        let Some((name, _)) = definition.name.split_once('@').filter(|(name, _)| !name.is_empty()) else { continue };
        let full = definition.name;
        let noun = if *part == Part::ServersTransport { "servers transport" } else { part.noun() };
        let at = Location::of(definition.file, definition.key.span());
        let path = format!("{kind}.{}.{full}", part.section());
        let message = format!("only {:?} finds the {noun} {full:?}", format!("{full}@file"));
        found.push(lint.at(at, path, message).help(format!("call it {name}")));
    }
}
