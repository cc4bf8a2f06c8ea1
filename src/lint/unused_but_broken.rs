//! A middleware that no router reaches, and that would not work if one did.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Location, Severity};
use crate::name::Kind;
use crate::runtime::middleware::{http, tcp};
use std::collections::HashSet;

pub(super) static LINT: Lint = Lint {
    name: "unused-but-broken",
    severity: Severity::Warning,
    summary: "A middleware that would not work, but that no router reaches",
    explanation: "Traefik builds a middleware when a router uses it. Until then a broken one looks enabled in its API \
                  and dashboard; the first router that names it is disabled.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    m:\n      addPrefix:\n        prefix: ''\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    m:\n      addPrefix:\n        prefix: /app\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let reached: HashSet<Location> = middlewares::broken(subject, |_| true).map(|(_, _, trouble)| trouble.at).collect();
    for (kind, definition, path) in middlewares::each(subject) {
        let name = format!("{}@file", definition.name);
        let judged = match kind {
            Kind::Http => http(&name, definition.value, subject.surroundings),
            _ => tcp(&name, definition.value, subject.surroundings),
        };
        let Err(broken) = judged else { continue };
        let at = Location::of(definition.file, broken.at);
        // One that a router reaches has been reported as a trouble.
        if reached.contains(&at) {
            continue;
        }
        let path = if broken.field.is_empty() { path } else { format!("{path}.{}", broken.field) };
        let message = format!("Traefik can't build the middleware {:?}, which no router reaches yet", definition.name);
        found.push(lint.at(at, path, message).help(middlewares::help(broken.kind)).says(broken.says));
    }
}
