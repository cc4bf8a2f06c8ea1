//! A section or an object without content, where Traefik wants some.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::FaultKind;

pub(super) static LINT: Lint = Lint {
    name: "empty-section",
    severity: Severity::Error,
    summary: "A section or an object without content, where Traefik wants some",
    explanation: "Traefik refuses the whole directory for a section that stands alone: {}, [], a text, or a mapping of \
                  nothing but null, as null vanishes first. A key without any value (null) is fine. Some objects may be \
                  empty: a router's tls, compress, contentType, sticky, ipStrategy, proxyProtocol.",
    bad: &[("routes.yml", "http:\n  routers: {}\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    good: &[("routes.yml", "http:\n  routers:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, fault) in subject.loading.faults() {
        if let FaultKind::Empty { field, only_null } = &fault.kind {
            let name = field.name();
            let message = match only_null {
                true => format!("all that {name} holds is null, which leaves it empty"),
                false => format!("{name} holds nothing"),
            };
            let finding = lint.at(Location::of(file, fault.span), fault.path.to_string(), message);
            found.push(finding.says(&fault.says).help("put something in, or take the key away"));
        }
    }
}
