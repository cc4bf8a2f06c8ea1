//! A router that has no rule.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "router-without-rule",
    severity: Severity::Error,
    summary: "A router without a rule",
    explanation: "The file provider has no default rule: a router without one matches nothing, and Traefik \
                  disables it.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
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
        if let Cause::NoRule = &trouble.cause {
            found.push(
                lint.of(trouble, "this router has no rule")
                    .help("say which requests it takes, as in rule: Host(`example.com`)"),
            );
        }
    }
}
