//! A TCP router with HostSNI and without TLS.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "hostsni-without-tls",
    severity: Severity::Error,
    summary: "A TCP router by server name, without TLS",
    explanation: "Only TLS clients say which server name they want, so Traefik disables a TCP router with HostSNI \
                  and without tls. A server that ends TLS itself needs tls.passthrough; without TLS only \
                  HostSNI(`*`) works, one router on an entry point.",
    bad: &[(
        "routes.yml",
        r#"tcp:
  routers:
    db:
      rule: HostSNI(`db.example.com`)
      service: db
  services:
    db:
      loadBalancer:
        servers:
          - address: 10.0.0.6:27017
"#,
    )],
    good: &[(
        "routes.yml",
        r#"tcp:
  routers:
    db:
      rule: HostSNI(`db.example.com`)
      service: db
      tls: {}
  services:
    db:
      loadBalancer:
        servers:
          - address: 10.0.0.6:27017
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::HostSniWithoutTls = &trouble.cause {
            found.push(
                lint.of(trouble, "this router looks at the server name of TLS, but has no tls")
                    .help("add tls: {}, or tls: {passthrough: true} where the server ends TLS itself"),
            );
        }
    }
}
