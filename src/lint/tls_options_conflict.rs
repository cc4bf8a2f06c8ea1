//! Routers of one host that ask for different TLS options.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "tls-options-conflict",
    severity: Severity::Warning,
    summary: "One host with different TLS options",
    explanation: "The TLS options of a connection are chosen by the server name alone. Where routers on one entry \
                  point ask for different options for one host, Traefik uses the default options for all of them.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      tls:
        options: modern
    other:
      rule: Host(`app.example.com`) && PathPrefix(`/other`)
      service: app
      tls: {}
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
    other:
      rule: Host(`app.example.com`) && PathPrefix(`/other`)
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
        if let Cause::TlsOptionsConflict { host, other } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("routers ask for different TLS options for {host}, so none of them apply"))
                    .labelled(other)
                    .help("give all routers of this host the same tls.options"),
            );
        }
    }
}
