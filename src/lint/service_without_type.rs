//! A service without a type.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "service-without-type",
    severity: Severity::Error,
    summary: "A service that says nothing",
    explanation: "A service is a loadBalancer, or weighted, mirroring, failover or highestRandomWeight; Traefik \
                  disables a router whose service is none of them.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
  services:
    app: {}
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
        if let Cause::ServiceWithoutType { name } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("the service {name:?} has no type"))
                    .help("say what it is, as in loadBalancer: {servers: [{url: http://10.0.0.5:3000}]}"),
            );
        }
    }
}
