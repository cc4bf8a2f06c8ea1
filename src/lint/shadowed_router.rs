//! A router that never gets a request.

use super::contenders::{Contest, rivalries};
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "shadowed-router",
    severity: Severity::Warning,
    summary: "A router that can never win",
    explanation: "Traefik asks routers in the order of their priority, which is the length of the rule unless the \
                  router gives one, and the first whose rule matches wins. On every entry point of this router, \
                  others of higher priority take all requests that its rule matches.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: noop@internal
    every:
      rule: HostRegexp(`.+`)
      priority: 1000
      service: noop@internal
"#,
    )],
    good: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: noop@internal
    every:
      rule: HostRegexp(`.+`)
      priority: 1
      service: noop@internal
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for rivalry in rivalries(subject).iter().filter(|rivalry| rivalry.contest == Contest::Shadowed) {
        let (other, ours) = (&rivalry.other, rivalry.priority);
        let finding = lint.at(
            rivalry.at,
            &rivalry.path,
            format!("this router never wins: {:?} comes first and takes its requests", other.name),
        );
        let label = format!("priority {}, against {ours}", other.priority);
        found.push(finding.label(other.at, label).help("give this router a higher priority, or remove it"));
    }
}
