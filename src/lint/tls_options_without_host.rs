//! TLS options on a router whose rule names no host.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "tls-options-without-host",
    severity: Severity::Warning,
    summary: "TLS options on a rule without a host",
    explanation: "The TLS options of a connection are chosen by the server name, before the request is seen. On a \
                  router whose rule names no host they have no effect.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: PathPrefix(`/app`)
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
        if let Cause::TlsOptionsWithoutHost = &trouble.cause {
            found.push(
                lint.of(trouble, "these TLS options have no effect: the rule names no host")
                    .help("add a Host to the rule, or change the options called default"),
            );
        }
    }
}
