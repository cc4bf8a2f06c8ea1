//! Static configuration among the dynamic.

use super::usage::listed;
use super::{Lint, Subject};
use crate::document::{Document, Ref};
use crate::finding::{Finding, Location, Severity};
use crate::static_config::is_section;

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

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (at, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(Document::root) else { continue };
        let keys: Vec<(Ref<'_>, &str)> = root
            .entries()
            .filter_map(|(key, _)| Some((key, key.text()?)))
            .filter(|(_, text)| is_section(text))
            .collect();
        let Some((first, name)) = keys.first() else { continue };
        let message = match keys.len() {
            1 => format!("{name} belongs to the static configuration; Traefik ignores it here"),
            _ => {
                let names: Vec<&str> = keys.iter().map(|(_, name)| *name).collect();
                format!("{} belong to the static configuration; Traefik ignores them here", listed(&names))
            }
        };
        let finding = lint.at(Location::of(at, first.span()), *name, message);
        found.push(finding.help("move it into the file that Traefik is started with, and restart Traefik"));
    }
}
