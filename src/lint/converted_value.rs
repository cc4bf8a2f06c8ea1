//! A value that YAML takes for a number or a date, and that becomes another text by it.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "converted-value",
    severity: Severity::Warning,
    summary: "A value or a name that YAML takes for a number, and that becomes another text by it",
    explanation: "Without quotes YAML takes 010 for 8, 0x1F for 31 and 1.10 for a fraction; Traefik then gets 1.100000. A number, \
                  true, false or a date as the name of an object becomes <int Value> and the like, and two of them \
                  collide. Put such texts in quotes.",
    bad: &[("routes.yml", "http:\n  routers:\n    1:\n      rule: Host(`a.b`)\n      service: noop@internal\n")],
    good: &[("routes.yml", "http:\n  routers:\n    \"1\":\n      rule: Host(`a.b`)\n      service: noop@internal\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::Converted { text, is_name } = &remark.kind {
            let message = match is_name {
                true => format!("this is no text: Traefik calls the object {text:?}"),
                false => format!("this is no text: Traefik gets {text:?}"),
            };
            let finding = lint.at(Location::of(file, remark.span), remark.path.to_string(), message);
            found.push(finding.help("put it in quotes, or write what is meant"));
        }
    }
}
