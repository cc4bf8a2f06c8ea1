//! Two spellings of one key.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "case-variants",
    severity: Severity::Warning,
    summary: "Two keys that differ only by case, and so are one field",
    explanation: "Names of fields match without regard to case. Of two spellings side by side the one that comes later in byte \
                  order wins: lower case before upper case. Sections are merged, object by object. Keep one of them.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n        Prefix: /b\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        Prefix: /b\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::TwoSpellings { other, is_lost } = &remark.kind {
            let message = match is_lost {
                true => "this field stands here twice; what this key says is lost",
                false => "this section stands here twice; Traefik puts both together",
            };
            let finding = lint.at(Location::of(file, remark.span), remark.path.to_string(), message);
            found.push(finding.label(Location::of(file, *other), "the other spelling").help("keep one of them"));
        }
    }
}
