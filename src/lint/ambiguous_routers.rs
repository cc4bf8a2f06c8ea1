//! Routers between which nothing decides.

use super::contenders::{Contest, rivalries};
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};

pub(super) static LINT: Lint = Lint {
    name: "ambiguous-routers",
    severity: Severity::Warning,
    summary: "Routers of equal priority that match the same requests",
    explanation: "Of routers with the same priority Traefik asks any first, and it can be another after each \
                  reload. Where both match a request, chance decides. The priority is the length of the rule \
                  unless the router gives one.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: noop@internal
    other:
      rule: Host(`app.example.com`)
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
    other:
      rule: Host(`app.example.com`) && PathPrefix(`/other`)
      service: noop@internal
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for rivalry in rivalries(subject).iter().filter(|rivalry| rivalry.contest == Contest::Ambiguous) {
        let (other, ours) = (&rivalry.other, rivalry.priority);
        let finding = lint.at(
            rivalry.at,
            &rivalry.path,
            format!("Traefik picks this router or {:?} at random, for both have the priority {ours}", other.name),
        );
        let label = "this rule matches some of the same requests";
        found.push(finding.label(other.at, label).help("give one of them a priority, or make the rules differ"));
    }
}
