//! A router, a chain or an entry point names a middleware that nobody defines.

use super::usage::undeclared;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-middleware",
    severity: Severity::Error,
    summary: "A middleware that is named but not defined",
    explanation: "Traefik disables a router that names a middleware that does not exist, also by way of a chain or \
                  of an entry point. Define it, or correct the name: names of objects are matched with regard to \
                  case.",
    bad: &[(
        "routes.yml",
        r#"http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      middlewares: [auth]
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
      middlewares: [slim]
  middlewares:
    slim:
      compress: {}
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
        if let Cause::UnknownMiddleware { name, nearest } = &trouble.cause {
            found.push(
                lint.of(trouble, format!("there is no middleware {name:?}"))
                    .labelled(nearest)
                    .help(undeclared(name).unwrap_or_else(|| "define the middleware, or correct the name".into())),
            );
        }
    }
}
