//! A server whose URL Traefik can not read.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-server-url",
    severity: Severity::Error,
    summary: "A server URL that cannot be read",
    explanation: "Traefik disables a service with a server URL that it cannot read, and every router that reaches \
                  it. A URL begins with http://, https:// or h2c://.",
    bad: &[(
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
          - url: 10.0.0.5:3000
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
        if let Cause::BadServerUrl { url } = &trouble.cause {
            found.push(lint.of(trouble, format!("{url:?} is not a URL")).help("write it as http://HOST:PORT"));
        }
    }
}
