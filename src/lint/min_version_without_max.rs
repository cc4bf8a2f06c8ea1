//! A servers transport whose limits of TLS versions Traefik gives up.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::runtime::tls_options::VERSIONS;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "min-version-without-max",
    severity: Severity::Warning,
    summary: "A servers transport with a minVersion that is above its maxVersion, or without one",
    explanation: "Traefik compares minVersion with maxVersion even where the latter is not there, finds the first too \
                  high, and gives up all TLS settings of the transport: authorities, server name and certificates too. \
                  It only logs that. Set both.",
    bad: &[("routes.yml", "http:\n  serversTransports:\n    inside:\n      minVersion: VersionTLS12\n")],
    good: &[(
        "routes.yml",
        "http:\n  serversTransports:\n    inside:\n      minVersion: VersionTLS12\n      maxVersion: VersionTLS13\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (number, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(|document| document.root()) else { continue };
        let section = value::field(root, "http").and_then(|http| value::field(http, "serversTransports"));
        for entry in section.map(value::entries).unwrap_or_default() {
            let text = |name| value::field(entry.value, name).and_then(value::text).unwrap_or_default();
            let rank = |version: &str| VERSIONS.iter().position(|known| *known == version);
            let (least, most) = (text("minVersion"), text("maxVersion"));
            let Some(node) = value::field(entry.value, "minVersion") else { continue };
            let is_above = match (rank(&least), rank(&most)) {
                (Some(_), None) => most.is_empty(),
                (least, most) => least.is_some() && least > most,
            };
            if is_above {
                let message = match most.is_empty() {
                    true => "minVersion stands without maxVersion".to_owned(),
                    false => format!("minVersion {least} is above maxVersion {most}"),
                };
                let says = format!(
                    "Could not configure HTTP Transport {}@file TLS configuration, fallback on default TLS config: TLS \
                     minimum version {least} is above the maximum version {most}",
                    entry.name
                );
                let path = format!("http.serversTransports.{}.minVersion", entry.name);
                let finding = lint.at(Location::of(number, node.span()), path, message).says(says);
                found.push(finding.help("set maxVersion too, for example `maxVersion: VersionTLS13`"));
            }
        }
    }
}
