//! A router without service and without routers below it.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "router-without-service",
    severity: Severity::Error,
    summary: "A router that leads nowhere",
    explanation: "A router needs a service, or routers below it that name it in parentRefs; Traefik disables one \
                  that has neither.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
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
        if let Cause::NoService = &trouble.cause {
            found.push(
                lint.of(trouble, "this router has no service")
                    .help("name the service that answers, or remove the router"),
            );
        }
    }
}
