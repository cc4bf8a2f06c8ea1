//! A router names a certificate resolver that the static configuration does not have.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-resolver",
    severity: Severity::Warning,
    summary: "A certificate resolver that the static configuration does not have",
    explanation: "Traefik only logs this: the router stays enabled and serves its self-signed default certificate, \
                  or another that happens to fit. Certificate resolvers are defined in the static configuration, \
                  and their names are matched with regard to case.",
    bad: &[
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
      tls:
        certResolver: letsencrypt
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
certificatesResolvers:
  letsencrypt:
    acme:
      email: admin@example.com
      storage: acme.json
      httpChallenge:
        entryPoint: web
"#,
        ),
        (
            "routes.yml",
            r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      tls:
        certResolver: letsencrypt
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
        if let Cause::UnknownResolver { name } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("the static configuration has no certificate resolver {name:?}"))
                    .help("define it below certificatesResolvers of the static configuration, or correct the name"),
            );
        }
    }
}
