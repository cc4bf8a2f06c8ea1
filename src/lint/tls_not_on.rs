//! A text that leaves a field out which is switched on by standing there.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "tls-not-on",
    severity: Severity::Warning,
    summary: "A text that leaves out what was to be switched on, such as tls: yes",
    explanation: "A router's tls, compress, contentType, sticky and the like are switched on by {} or true. Any other text (yes, \
                  1, on, a resolver's name) leaves them out without a word, so that the router answers plain HTTP.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      tls: yes\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      tls: true\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::NotOn { field, text } = &remark.kind
            && !text.eq_ignore_ascii_case("false")
        {
            let name = field.name();
            let message = format!("{name}: {text} does not switch {name} on");
            let help = format!("write {name}: {{}}, or take the key away");
            found.push(lint.at(Location::of(file, remark.span), remark.path.to_string(), message).help(help));
        }
    }
}
