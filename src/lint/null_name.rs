//! A name that stands there without a value.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::{RemarkKind, Step};

pub(super) static LINT: Lint = Lint {
    name: "null-name",
    severity: Severity::Warning,
    summary: "A router, another object or a header that has a name and no value",
    explanation: "A key without a value is null, and null is as if the key were not there: Traefik passes over such an \
                  object, and over such a header, which is not taken out of requests by it either. Give it a value (for \
                  a header that is to go, an empty text: ''), or take the key away.",
    bad: &[(
        "routes.yml",
        "http:\n  middlewares:\n    slim:\n    secure:\n      headers:\n        customResponseHeaders:\n          Server: ''\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  middlewares:\n    secure:\n      headers:\n        customResponseHeaders:\n          Server: ''\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        let (RemarkKind::NullName, Some(Step::Key(name))) = (&remark.kind, remark.path.0.last()) else { continue };
        let message = format!("{name:?} has no value, which is as if it were not there");
        let is_header = remark.path.to_string().contains("Headers.");
        let help = if is_header {
            "write '' to take the header out, or take the key away"
        } else {
            "give it a value, or take the key away"
        };
        found.push(lint.at(Location::of(file, remark.span), remark.path.to_string(), message).help(help));
    }
}
