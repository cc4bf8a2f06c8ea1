//! A TCP or UDP server without a port.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "address-without-port",
    severity: Severity::Warning,
    summary: "A TCP or UDP server without a port",
    explanation: "Traefik enables the service, logs an error, and leaves the server out.",
    bad: &[(
        "routes.yml",
        "tcp:\n  services:\n    db:\n      loadBalancer:\n        servers:\n          - address: 10.0.0.5\n",
    )],
    good: &[(
        "routes.yml",
        "tcp:\n  services:\n    db:\n      loadBalancer:\n        servers:\n          - address: 10.0.0.5:5432\n          - address: '[::1]:5432'\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let services = subject.inventory.definitions(Part::Service).filter(|(kind, _)| *kind != Kind::Http);
    for (kind, service) in services {
        let servers = ["loadBalancer", "servers"].iter().try_fold(service.value, |node, key| value::field(node, key));
        for (number, server) in servers.map(value::structs).unwrap_or_default().into_iter().enumerate() {
            let Some(node) = value::field(server, "address") else { continue };
            let Some(address) = value::text(node) else { continue };
            let Some(why) = fault(&address) else { continue };
            let path = format!("{kind}.services.{}.loadBalancer.servers[{number}].address", service.name);
            let message = format!("the address {address:?} has no port, so Traefik leaves this server out");
            let says = if address.is_empty() { why.to_owned() } else { format!("address {address}: {why}") };
            let finding = lint.at(Location::of(service.file, node.span()), path, message);
            found.push(finding.says(says).help("write HOST:PORT, as in 10.0.0.5:5432 or [fd00::5]:5432"));
        }
    }
}

/// Why Go's `net.SplitHostPort` finds no port, in its words.
fn fault(address: &str) -> Option<&'static str> {
    let host = address.rsplit_once(':').map_or("", |(host, _)| host);
    let is_bracketed = address.starts_with('[');
    if !address.contains(':') || (is_bracketed && address.ends_with(']')) {
        return Some("missing port in address");
    }
    (!is_bracketed && host.contains(':')).then_some("too many colons in address")
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn ports_are_missed_as_traefik_misses_them() {
        let missing = Some("missing port in address");
        let colons = Some("too many colons in address");
        let cases = [("backend", missing), ("", missing), ("[::1]", missing), ("::1", colons), ("::1]:8", colons)];
        for (address, why) in cases {
            assert_eq!(fault(address), why, "{address}");
        }
        assert_eq!(["h:", "h:1", ":1", "[::1]:1"].map(fault), [None; 4]);
    }
}
