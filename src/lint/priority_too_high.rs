//! A router with a priority that is kept for Traefik itself.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "priority-too-high",
    severity: Severity::Error,
    summary: "A priority that is kept for Traefik itself",
    explanation: "The highest priorities belong to the routers of Traefik itself; it disables a router with a \
                  priority above 9223372036854774807.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      priority: 9223372036854775000
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
      priority: 1000
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
        if let Cause::PriorityTooHigh = &trouble.cause {
            found.push(
                lint.of(trouble, "this priority is above what Traefik leaves to users")
                    .help("9223372036854774807 is the highest; a small number does as well"),
            );
        }
    }
}
