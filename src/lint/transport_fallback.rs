//! A servers transport whose TLS settings Traefik gives up.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::runtime::middleware::BrokenKind;
use crate::runtime::transport::http_transport;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "transport-fallback",
    severity: Severity::Warning,
    summary: "A servers transport with a value for which Traefik gives up all its TLS settings",
    explanation: "Where a servers transport has an unknown cipher suite or TLS version, or SPIFFE beside other TLS \
                  settings, Traefik logs that and goes on without any of its TLS settings: no authorities, no server \
                  name, no client certificate.",
    bad: &[("routes.yml", "http:\n  serversTransports:\n    inside:\n      maxVersion: TLS13\n")],
    good: &[("routes.yml", "http:\n  serversTransports:\n    inside:\n      maxVersion: VersionTLS13\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (number, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(|document| document.root()) else { continue };
        let section = value::field(root, "http").and_then(|http| value::field(http, "serversTransports"));
        for entry in section.map(value::entries).unwrap_or_default() {
            let Err(broken) = http_transport(entry.value) else { continue };
            // min-version-without-max has words of its own.
            if broken.kind == BrokenKind::Conflict && broken.field == "minVersion" {
                continue;
            }
            let path = format!("http.serversTransports.{}.{}", entry.name, broken.field);
            let message = "Traefik gives up all TLS settings of this servers transport for this value";
            let says = format!(
                "Could not configure HTTP Transport {}@file TLS configuration, fallback on default TLS config: {}",
                entry.name, broken.says
            );
            found.push(lint.at(Location::of(number, broken.at), path, message).help("correct the value").says(says));
        }
    }
}
