//! Routers for the same host and path.

use super::contenders::{Contest, rivalries};
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "same-host",
    severity: Severity::Note,
    summary: "Two routers for the same host and path",
    explanation: "Both routers name this host and path on one entry point. Only the one of higher priority is \
                  asked for it; the other works only for what else its rule matches.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`) || Host(`a.example.com`)
      service: noop@internal
    other:
      rule: Host(`app.example.com`) || Host(`other.example.com`)
      service: noop@internal
"#,
    )],
    good: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`) || Host(`a.example.com`)
      service: noop@internal
    other:
      rule: Host(`other.example.com`)
      service: noop@internal
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for rivalry in rivalries(subject).iter().filter(|rivalry| rivalry.contest == Contest::SameHost) {
        let (other, ours) = (&rivalry.other, rivalry.priority);
        let finding = lint.at(rivalry.at, &rivalry.path, format!("{:?} is for the same host and path", other.name));
        let label = format!("priority {}, against {ours}", other.priority);
        found.push(finding.label(other.at, label).help("leave the host to one of them"));
    }
}
