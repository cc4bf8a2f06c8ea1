//! A service whose parent needs to know whether it is up.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "health-check-missing",
    severity: Severity::Error,
    summary: "A child without the health check that its parent needs",
    explanation: "A failover service, and any service with healthCheck, must learn from its children whether they \
                  are up. Traefik disables it where a child has no healthCheck.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
  services:
    app:
      failover:
        service: one
        fallback: two
    one:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
    two:
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
      failover:
        service: one
        fallback: two
    one:
      loadBalancer:
        healthCheck:
          path: /health
        servers:
          - url: http://10.0.0.5:3000
    two:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::HealthCheckMissing { child } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("the service {child:?} has no health check, which this service needs"))
                    .help("add healthCheck to that service"),
            );
        }
    }
}
