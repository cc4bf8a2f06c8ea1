//! A servers transport whose limits of TLS versions Traefik gives up.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::runtime::middleware::BrokenKind;
use crate::runtime::transport::http_transport;
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
            let Err(broken) = http_transport(entry.value) else { continue };
            if broken.kind == BrokenKind::Conflict && broken.field == "minVersion" {
                let message = match value::field(entry.value, "maxVersion") {
                    None => "minVersion stands without maxVersion",
                    Some(_) => "minVersion is above maxVersion",
                };
                let says = format!(
                    "Could not configure HTTP Transport {}@file TLS configuration, fallback on default TLS config: {}",
                    entry.name, broken.says
                );
                let path = format!("http.serversTransports.{}.minVersion", entry.name);
                let finding = lint.at(Location::of(number, broken.at), path, message).says(says);
                found.push(finding.help("set maxVersion too, for example `maxVersion: VersionTLS13`"));
            }
        }
    }
}
