//! A loop of services over which Traefik crashes.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "crashing-loop",
    severity: Severity::Error,
    summary: "A loop over which Traefik crashes",
    explanation: "A TCP or UDP service that reaches itself makes Traefik run out of stack and exit within seconds, \
                  with every route it serves; it crashes again at each start.",
    bad: &[(
        "routes.yml",
        r#"tcp:
  routers:
    db:
      rule: HostSNI(`*`)
      service: db
  services:
    db:
      weighted:
        services:
          - name: db
"#,
    )],
    good: &[(
        "routes.yml",
        r#"tcp:
  routers:
    db:
      rule: HostSNI(`*`)
      service: db
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
        if let Cause::CrashingLoop = &trouble.cause {
            found.push(
                lint.of(trouble, "this service reaches itself, over which Traefik crashes")
                    .here("reaches itself")
                    .help("take one of the references out of the circle"),
            );
        }
    }
}
