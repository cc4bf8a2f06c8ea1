//! A router leads to a service of Traefik itself that is off.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "internal-service-disabled",
    severity: Severity::Error,
    summary: "A service of Traefik itself that is not enabled",
    explanation: "Services such as api@internal exist only where the static configuration enables them; Traefik \
                  disables a router that leads to one that is off.",
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
      service: api@internal
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
api: {}
"#,
        ),
        (
            "routes.yml",
            r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: api@internal
"#,
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::InternalService { name } = &trouble.cause {
            let is_child = trouble.path.starts_with("http.services.");
            let (message, help) = match is_child && !subject.surroundings.release.since(2, 1) {
                true => (format!("a service can not reach {name} before Traefik 3.2.1"), "name it in a router"),
                false => (format!("{name} is not enabled"), "enable it in the static configuration"),
            };
            found.push(lint.of(trouble, message).help(help));
        }
    }
}
