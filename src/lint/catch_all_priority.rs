//! A wildcard that comes before a router of one host.

use super::contenders::{Contest, rivalries};
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "catch-all-priority",
    severity: Severity::Warning,
    summary: "A wildcard, regular expression or catch-all before a router of one host",
    explanation: "Traefik knows no more or less specific rules: the priority decides, and it is the length of the \
                  rule unless the router gives one. A regular expression is often longer than the host that it \
                  should leave alone.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    every:
      rule: HostRegexp(`^[^.]+\.example\.com$`)
      service: noop@internal
    app:
      rule: Host(`app.example.com`)
      service: noop@internal
"#,
    )],
    good: &[(
        "routes.yml",
        r#"http:
  routers:
    every:
      rule: HostRegexp(`^[^.]+\.example\.com$`)
      priority: 1
      service: noop@internal
    app:
      rule: Host(`app.example.com`)
      service: noop@internal
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for rivalry in rivalries(subject).iter().filter(|rivalry| rivalry.contest == Contest::CatchAll) {
        let (other, ours) = (&rivalry.other, rivalry.priority);
        let finding = lint.at(
            rivalry.at,
            &rivalry.path,
            format!("this rule takes requests from {:?}, which is for one host only", other.name),
        );
        let label = format!("priority {}, against {ours}", other.priority);
        found.push(finding.label(other.at, label).help("give this router a low priority, such as 1"));
    }
}
