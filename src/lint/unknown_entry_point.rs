//! A router names an entry point that the static configuration does not have.

use super::usage::listed;
use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-entry-point",
    severity: Severity::Error,
    summary: "An entry point that the static configuration does not have",
    explanation: "Traefik does not serve a router on an entry point that does not exist, and disables it where no \
                  other is left. Names of entry points are matched with regard to case; HTTP and TCP routers need \
                  one that takes TCP, UDP routers one that takes UDP.",
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
      entryPoints: [https]
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
      entryPoints: [websecure]
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
        if let Cause::UnknownEntryPoint { name, known } = &trouble.cause {
            let finding =
                lint.of(trouble, format!("the static configuration has no entry point {name:?} for this protocol"));
            found.push(match known.is_empty() {
                true => finding.help("the static configuration has none for this protocol"),
                false => finding
                    .help(format!("there are: {}", listed(&known.iter().map(String::as_str).collect::<Vec<_>>()))),
            });
        }
    }
}
