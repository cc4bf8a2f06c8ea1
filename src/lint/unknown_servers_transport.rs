//! A service names a servers transport that nobody defines.

use super::usage::undeclared;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-servers-transport",
    severity: Severity::Error,
    summary: "A servers transport that is named but not defined",
    explanation: "Traefik disables a service that names a servers transport that does not exist, and every router \
                  that reaches it. HTTP and TCP services have servers transports of their own.",
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
        serversTransport: internel
        servers:
          - url: https://10.0.0.5:3000
  serversTransports:
    internal:
      serverName: app.internal
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
        serversTransport: internal
        servers:
          - url: https://10.0.0.5:3000
  serversTransports:
    internal:
      serverName: app.internal
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::UnknownServersTransport { name, nearest } = &trouble.cause {
            found.push(lint.of(trouble, format!("there is no servers transport {name:?}")).labelled(nearest).help(
                undeclared(name).unwrap_or_else(|| {
                    "define it below serversTransports of the same protocol, or correct the name".into()
                }),
            ));
        }
    }
}
