//! A router whose rule Traefik refuses.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::rule::RuleError;
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-rule",
    severity: Severity::Error,
    summary: "A rule that Traefik cannot read",
    explanation: "Traefik disables a router whose rule it cannot read. Rules are matchers such as \
                  Host(`example.com`), joined by &&, || and !; values stand between backticks.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(app.example.com)
      service: app
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    good: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::BadRule { error } = &trouble.cause {
            found.push(pointed(lint.of(trouble, &error.message), error));
        }
    }
}

/// The finding with its cure.
fn pointed(finding: Finding, error: &RuleError) -> Finding {
    match &error.hint {
        Some(hint) => finding.help(hint),
        None => finding,
    }
}
