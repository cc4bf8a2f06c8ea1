//! A router names TLS options that nobody defines.

use super::usage::undeclared;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-tls-options",
    severity: Severity::Error,
    summary: "TLS options that are named but not defined",
    explanation: "Traefik disables a router that names TLS options that do not exist, and closes every TLS \
                  connection for its hosts.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      tls:
        options: modem
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
tls:
  options:
    modern:
      minVersion: VersionTLS13
"#,
    )],
    good: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      tls:
        options: modern
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
tls:
  options:
    modern:
      minVersion: VersionTLS13
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::UnknownTlsOptions { name, nearest } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("there are no TLS options {name:?}")).labelled(nearest).help(
                    undeclared(name).unwrap_or_else(|| "define them below tls.options, or correct the name".into()),
                ),
            );
        }
    }
}
