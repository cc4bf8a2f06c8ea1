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
            let (message, help) = words(&trouble.says);
            // A router that has another trouble of this sort is unreachable for that.
            let is_last = |other: &Finding| other.rule == lint.name && other.at == trouble.at;
            if trouble.says != UNREACHABLE || !found.iter().rev().take(NEAR).any(is_last) {
                found.push(lint.of(trouble, message).help(help));
            }
        }
    }
}

const UNREACHABLE: &str = "router is not reachable";

/// So many findings back another about the same router is looked for.
const NEAR: usize = 8;

/// What Traefik's words mean, and what to do.
fn words(says: &str) -> (String, &'static str) {
    let quoted = |text: &str| text.split('"').nth(1).unwrap_or_default().trim_end_matches("@file").to_owned();
    if says.starts_with("parent router") {
        (
            format!("there is no router {:?} to be the parent of this one", quoted(says)),
            "correct the name in parentRefs",
        )
    } else if says.starts_with("non-root router") {
        let what = says.split(' ').nth(4).unwrap_or_default();
        let field = match what {
            "TLS" => "tls",
            "Observability" => "observability",
            _ => "entryPoints",
        };
        (format!("a router with parentRefs has no {field} of its own"), "take it away: the parents' counts")
    } else if says.starts_with("router has both") {
        ("this router has a service, though others name it as their parent".into(), "take its service away")
    } else if says.starts_with("cyclic") {
        ("this router is above and below itself".into(), "take one of the parentRefs of the circle away")
    } else {
        (
            "no request gets to this router: its parents don't work".into(),
            "mend its parents, or name others in parentRefs",
        )
    }
}
