//! Static configuration among the dynamic.

use super::{Lint, Subject};
use crate::document::Document;
use crate::finding::{Finding, Location, Severity};

pub(super) static LINT: Lint = Lint {
    name: "static-file-inside",
    severity: Severity::Warning,
    summary: "Static configuration in a file of the dynamic configuration",
    explanation: "Entry points, providers, certificate resolvers, the log and the API belong to the static configuration: \
                  Traefik reads them when it starts, from a file of their own or from flags. In the dynamic configuration \
                  it passes over them without a word.",
    bad: &[(
        "routes.yml",
        "entryPoints:\n  web:\n    address: ':80'\nhttp:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n",
    )],
    good: &[
        ("traefik.yml", "entryPoints:\n  web:\n    address: ':80'\n"),
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
    ],
    check,
};

const STATIC: [&str; 15] = [
    "accessLog",
    "api",
    "certificatesResolvers",
    "core",
    "entryPoints",
    "experimental",
    "global",
    "hostResolver",
    "log",
    "metrics",
    "ping",
    "providers",
    "serversTransport",
    "tcpServersTransport",
    "tracing",
];

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (at, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(Document::root) else { continue };
        for (key, _) in root.entries() {
            let Some(text) = key.text() else { continue };
            if STATIC.iter().any(|name| name.eq_ignore_ascii_case(text)) {
                let message = format!("{text} belongs to the static configuration; Traefik ignores it here");
                let finding = lint.at(Location::of(at, key.span()), text, message);
                found.push(finding.help("move it into the file that Traefik is started with, and restart Traefik"));
            }
        }
    }
}
