//! Several UDP routers on one entry point.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "udp-entry-point-shared",
    severity: Severity::Warning,
    summary: "Several UDP routers on one entry point",
    explanation: "UDP has nothing to choose a router by: of several on one entry point Traefik takes the one whose \
                  name comes last in the alphabet.",
    bad: &[
        (
            "traefik.yml",
            r#"entryPoints:
  dns:
    address: ":53/udp"
"#,
        ),
        (
            "routes.yml",
            r#"udp:
  routers:
    a:
      entryPoints: [dns]
      service: dns
    b:
      entryPoints: [dns]
      service: dns
  services:
    dns:
      loadBalancer:
        servers:
          - address: 10.0.0.7:53
"#,
        ),
    ],
    good: &[
        (
            "traefik.yml",
            r#"entryPoints:
  dns:
    address: ":53/udp"
"#,
        ),
        (
            "routes.yml",
            r#"udp:
  routers:
    a:
      entryPoints: [dns]
      service: dns
  services:
    dns:
      loadBalancer:
        servers:
          - address: 10.0.0.7:53
"#,
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::UdpEntryPointShared { entry_point, other } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("another UDP router takes everything on the entry point {entry_point:?}"))
                    .labelled(other)
                    .help("give each UDP router an entry point of its own"),
            );
        }
    }
}
