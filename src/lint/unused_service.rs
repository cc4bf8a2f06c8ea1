//! A service that nothing refers to.

use super::usage::report_unused;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::inventory::Part;

pub(super) static LINT: Lint = Lint {
    name: "unused-service",
    severity: Severity::Warning,
    summary: "A service that nothing uses",
    explanation: "Nothing in the directory refers to it. That is no mistake to Traefik, which does not even look whether \
                  it works; often a name was misspelt where it should be used. Where other providers are declared, or \
                  none is known, their routers may use it, so it is a note only.",
    bad: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    report_unused(lint, subject, Part::Service, found);
}
