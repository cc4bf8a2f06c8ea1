//! Routers that refer to parents in a way that can not work.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-parent",
    severity: Severity::Error,
    summary: "A router among others that can not work there",
    explanation: "Routers with parentRefs stand below others: the parents must exist and have no service, the \
                  children have no entry points, TLS or observability of their own, and there must be no circle. \
                  Traefik disables what it can not reach.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      parentRefs: [front]
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
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
        servers:
          - url: http://10.0.0.5:3000
"#,
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::Parents = &trouble.cause {
            found.push(
                lint.of(trouble, "this router can not work where it stands in the tree of routers")
                    .here(trouble.says.clone()),
            );
        }
    }
}
