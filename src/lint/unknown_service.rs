//! A router, a service or a middleware names a service that nobody defines.

use super::usage::undeclared;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-service",
    severity: Severity::Error,
    summary: "A service that is named but not defined",
    explanation: "Traefik disables a router whose service, or a service below it, does not exist. Define the \
                  service, or correct the name: names of objects are matched with regard to case.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
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
        if let Cause::UnknownService { name, nearest } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("there is no service {name:?}"))
                    .labelled(nearest)
                    .help(undeclared(name).unwrap_or_else(|| "define the service, or correct the name".into())),
            );
        }
    }
}
