//! A middleware that nothing refers to.

use super::usage::report_unused;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::inventory::Part;

pub(super) static LINT: Lint = Lint {
    name: "unused-middleware",
    severity: Severity::Warning,
    summary: "A middleware that nothing uses",
    explanation: "Nothing in the directory refers to it. That is no mistake to Traefik, which does not even look whether \
                  it works; often a name was misspelt where it should be used. Where other providers are declared, or \
                  none is known, their routers may use it, so it is a note only.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    slim:\n      compress: {}\n")],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      middlewares: [slim]\n  middlewares:\n    slim:\n      compress: {}\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    report_unused(lint, subject, Part::Middleware, found);
}
