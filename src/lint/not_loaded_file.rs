//! A file that looks like configuration, but that Traefik does not load.

use super::loaded::base_name;
use super::{Lint, Subject};
use crate::document::Format;
use crate::finding::{Finding, Location, Severity, Source};
use crate::surroundings::{EntryKind, LinkTarget};

pub(super) static LINT: Lint = Lint {
    name: "not-loaded-file",
    severity: Severity::Note,
    summary: "A file that looks like configuration, but that Traefik does not load",
    explanation: "Traefik loads files whose names end in .yml, .yaml or .toml, in any case, and nothing else: not .json, not \
                  routes.yml.bak. It does not search a folder behind a link.",
    bad: &[("routes.yamll", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    good: &[("routes.yaml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (at, entry) in subject.surroundings.entries.iter().enumerate() {
        let is_hidden = entry.path.starts_with('.') || entry.path.contains("/.");
        if is_hidden || Format::of(&entry.path).is_some() {
            continue;
        }
        let message = match &entry.kind {
            EntryKind::File | EntryKind::Link { leads_to: LinkTarget::File, .. } => {
                match almost(base_name(&entry.path)) {
                    Some(why) => format!("Traefik does not load this file: {why}"),
                    None => continue,
                }
            }
            EntryKind::Link { leads_to: LinkTarget::Folder, .. } => {
                "Traefik does not load what is in this folder: it is behind a link".into()
            }
            _ => continue,
        };
        let at = Location { source: Source::Entry(at), ..Location::file(0) };
        found.push(lint.at(at, "", message).help("rename it if it is meant, or move it elsewhere if it is not"));
    }
}

/// Why a file of this name is not loaded, where one could think that it is.
fn almost(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = lower.rsplit_once('.')?;
    match extension {
        "json" => Some("JSON is loaded only under a name that ends in .yml or .yaml"),
        "yamll" | "ymll" | "yam" | "ym" | "yl" | "ymal" | "yaml_" | "yml_" | "tml" | "tom" | "tomll" => {
            Some("its name ends in no known way")
        }
        _ if lower.ends_with('~') || extension == "swp" => None,
        _ => Format::of(stem).map(|_| "its name goes on after .yml, .yaml or .toml"),
    }
}
