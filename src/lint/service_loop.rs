//! A service or middleware that reaches itself.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "service-loop",
    severity: Severity::Error,
    summary: "A service or middleware that reaches itself",
    explanation: "Traefik disables services that reach themselves by way of others, chains that hold themselves, \
                  and every router that leads there.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
  services:
    app:
      weighted:
        services:
          - name: app
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
      weighted:
        services:
          - name: one
    one:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::Loop = &trouble.cause {
            found.push(
                lint.of(trouble, "this leads back to itself")
                    .here("reaches itself")
                    .help("take one of the references out of the circle"),
            );
        }
    }
}
