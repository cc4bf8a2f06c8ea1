//! Names that can't be looked up, because no static configuration is known.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "assumed-name",
    severity: Severity::Note,
    summary: "Names that are taken to exist, because no static configuration is known",
    explanation: "Entry points, certificate resolvers, plugins and other providers stand in the static configuration. \
                  Where none is known, what routers name of them is taken to exist. Name it with --static, also as \
                  compose.yaml#SERVICE.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
    )],
    good: &[
        ("traefik.yml", "entryPoints:\n  websecure:\n    address: \":443\"\n"),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
        ),
    ],
    check,
};

/// More names than these say nothing more.
const SHOWN: usize = 10;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    if subject.surroundings.static_config.is_some() {
        return;
    }
    let mut first = None;
    let mut names: Vec<String> = Vec::new();
    for (kind, definition) in subject.inventory.definitions(Part::Router) {
        let [entry_points, tls, service, middlewares] =
            value::pick(definition.value, ["entryPoints", "tls", "service", "middlewares"]);
        let resolver = tls.and_then(|tls| value::field(tls, "certResolver"));
        let places = [(entry_points, true), (resolver, true), (service, false), (middlewares, false)];
        for (node, always) in places {
            for item in node.map(value::list).unwrap_or_default() {
                if !always && !is_of_another(&item.text) {
                    continue;
                }
                first = first.or(Some((kind, definition, item.span)));
                if names.len() < SHOWN && names.iter().all(|name| *name != item.text) {
                    names.push(item.text.into_owned());
                }
            }
        }
        if names.len() >= SHOWN {
            break;
        }
    }
    let Some((kind, definition, span)) = first else { return };
    let path = format!("{kind}.routers.{}", definition.name);
    let message =
        format!("no static configuration is known, so what is named of it is taken to exist: {}", names.join(", "));
    let finding = lint.at(Location::of(definition.file, span), path, message);
    found.push(finding.help("name it with --static FILE, or --static compose.yaml#SERVICE"));
}

/// Whether a reference is to what another provider declares.
fn is_of_another(reference: &str) -> bool {
    reference.rsplit_once('@').is_some_and(|(_, provider)| !matches!(provider, "file" | "internal"))
}
