//! A router that names no entry point, where none is the default.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "no-entry-point",
    severity: Severity::Error,
    summary: "A router that no entry point serves",
    explanation: "A router that names no entry point is served by those that the static configuration makes the \
                  default. Here there are none for its protocol: only the entry point traefik, or one of another \
                  protocol, has asDefault.",
    bad: &[
        (
            "traefik.yml",
            r#"entryPoints:
  traefik:
    address: ":8080"
    asDefault: true
  web:
    address: ":80"
"#,
        ),
        (
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
        ),
    ],
    good: &[
        (
            "traefik.yml",
            r#"entryPoints:
  web:
    address: ":80"
  websecure:
    address: ":443"
"#,
        ),
        (
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
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::NoEntryPoint = &trouble.cause {
            found.push(
                lint.of(trouble, "no entry point serves this router")
                    .help("name an entry point with entryPoints, or mend asDefault in the static configuration"),
            );
        }
    }
}
