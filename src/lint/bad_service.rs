//! A value of a service that Traefik refuses.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-service",
    severity: Severity::Error,
    summary: "A value of a service that Traefik refuses",
    explanation: "Traefik disables a service with such a value, and every router that reaches it.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
  services:
    app:
      loadBalancer:
        strategy: random
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
        strategy: p2c
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::BadService = &trouble.cause {
            found.push(lint.of(trouble, "Traefik refuses this value").here(trouble.says.clone()));
        }
    }
}
