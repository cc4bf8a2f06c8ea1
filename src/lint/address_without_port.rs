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
            let Some(address) = value::text(node).filter(|address| lacks_port(address)) else { continue };
            let path = format!("{kind}.services.{}.loadBalancer.servers[{number}].address", service.name);
            let message = format!("the address {address:?} has no port, so Traefik leaves this server out");
            let says = format!("address {address}: missing port in address");
            let finding = lint.at(Location::of(service.file, node.span()), path, message);
            found.push(finding.says(says).help("add the port, as in 10.0.0.5:5432"));
        }
    }
}

/// Whether Go's `net.SplitHostPort` misses the port.
fn lacks_port(address: &str) -> bool {
    match address.rfind(':') {
        None => true,
        Some(_) => address.starts_with('[') && address.ends_with(']'),
    }
}
