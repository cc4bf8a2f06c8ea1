//! A servers transport that nothing refers to.

use super::usage::report_unused;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::inventory::Part;

pub(super) static LINT: Lint = Lint {
    name: "unused-servers-transport",
    severity: Severity::Warning,
    summary: "A servers transport that nothing uses",
    explanation: "No service in the directory names it, so that its certificates and timeouts have no effect; often a \
                  service lacks `serversTransport`, or names one of the other protocol. Where other providers are \
                  declared, or none is known, their services may use it, so it is a note only.",
    bad: &[("routes.yml", "http:\n  serversTransports:\n    internal:\n      serverName: app.internal\n")],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        serversTransport: internal\n        servers:\n          - url: https://10.0.0.5:3000\n  serversTransports:\n    internal:\n      serverName: app.internal\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    report_unused(lint, subject, Part::ServersTransport, found);
}
