//! A field that the file provider takes without effect.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "ignored-field",
    severity: Severity::Warning,
    summary: "A field that the file provider takes without effect",
    explanation: "Some fields exist for other providers only: Traefik takes them from a file, and does nothing with them. Take \
                  the key away; where there is another way in a file, the manual of Traefik's file provider names it.",
    bad: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5\n            port: 3000\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::Ignored { field } = &remark.kind {
            let message = format!("{} has no effect in a file", field.name());
            let help = match field.name() {
                "port" | "scheme" => "write them into the server's url or address",
                _ => "take it away: only other providers use it",
            };
            found.push(lint.at(Location::of(file, remark.span), remark.path.to_string(), message).help(help));
        }
    }
}
