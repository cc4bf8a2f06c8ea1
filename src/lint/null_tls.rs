//! A field that is switched on by standing there, but is null.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "null-tls",
    severity: Severity::Warning,
    summary: "A key without a value that is meant to switch something on, such as a router's tls",
    explanation: "A key without a value is null, and null is as if the key were not there: a router with a bare tls: answers \
                  plain HTTP and no HTTPS. Write {} to switch it on, or take the key away.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      tls:\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      tls: {}\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::NullSwitch { field } = &remark.kind {
            let name = field.name();
            let message = match field.path {
                "http.routers.*.tls" => {
                    "tls has no value, which leaves this router without TLS: it answers plain HTTP".into()
                }
                "tcp.routers.*.tls" => "tls has no value, which leaves this router without TLS".into(),
                _ => format!("{name} has no value, which is as if it were not there"),
            };
            let help = format!("write {name}: {{}}, or take the key away");
            found.push(lint.at(Location::of(file, remark.span), remark.path.to_string(), message).help(help));
        }
    }
}
