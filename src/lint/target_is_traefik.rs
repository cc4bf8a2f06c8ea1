//! A server that is this machine's own Traefik.

use super::{Lint, Subject};
use crate::document::Kind as NodeKind;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::static_config::{EntryPoint, TRAEFIK};
use std::net::IpAddr;

pub(super) static LINT: Lint = Lint {
    name: "target-is-traefik",
    severity: Severity::Warning,
    summary: "A server that is this machine's own Traefik",
    explanation: "The address leads back to an entry point of the Traefik that uses it. Unless another router takes the \
                  request there, it goes round until something gives up. Name the port on which the application itself \
                  listens.",
    bad: &[
        ("traefik.yml", "entryPoints:\n  web:\n    address: ':80'\n"),
        (
            "routes.yml",
            "http:\n  routers:\n    a:\n      rule: Host(`a.example.com`)\n      service: a\n  services:\n    a:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:80\n",
        ),
    ],
    good: &[
        ("traefik.yml", "entryPoints:\n  web:\n    address: ':80'\n"),
        (
            "routes.yml",
            "http:\n  routers:\n    a:\n      rule: Host(`a.example.com`)\n      service: a\n  services:\n    a:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:3000\n",
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(config) = &subject.surroundings.static_config else { return };
    // The entry point of the API is there to be sent requests.
    let entry_points: Vec<&EntryPoint> = config.entry_points.iter().filter(|entry| entry.name != TRAEFIK).collect();
    for (kind, service) in subject.inventory.definitions(Part::Service) {
        let field = if kind == Kind::Http { "url" } else { "address" };
        let servers = service.value.field("loadBalancer").and_then(|balancer| balancer.field("servers"));
        let Some(servers) = servers.filter(|servers| servers.kind() == NodeKind::Seq) else { continue };
        for (at, server) in servers.items().enumerate() {
            let Some(node) = server.resolved().field(field) else { continue };
            let Some((host, port)) = node.text().and_then(target) else { continue };
            let is_it = |entry: &&&EntryPoint| {
                entry.port == Some(port)
                    && entry.udp == (kind == Kind::Udp)
                    && listens(entry, host, &subject.surroundings.addresses)
            };
            if let Some(entry) = entry_points.iter().find(is_it) {
                let path = format!("{kind}.services.{}.loadBalancer.servers[{at}].{field}", service.name);
                let message = format!("this is Traefik's own entry point {:?}", entry.name);
                let finding = lint.at(Location::of(service.file, node.span()), path, message);
                found.push(finding.help("name the address on which the application itself listens"));
            }
        }
    }
}

/// Host and port of a server's URL or address.
fn target(text: &str) -> Option<(&str, u16)> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().ok()?),
        None if scheme == "https" => (authority, 443),
        None => (authority, 80),
    };
    Some((host.trim_start_matches('[').trim_end_matches(']'), port))
}

/// Whether an entry point takes what is sent to this host.
fn listens(entry: &EntryPoint, host: &str, own: &[IpAddr]) -> bool {
    let at: Option<IpAddr> = match host {
        "localhost" => Some(IpAddr::from([127, 0, 0, 1])),
        _ => host.parse().ok(),
    };
    let Some(at) = at else { return false };
    let bound = entry.address.rsplit_once(':').map_or("", |(host, _)| host);
    match bound.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
        Ok(bound) if !bound.is_unspecified() => bound == at,
        _ => at.is_loopback() || own.contains(&at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_told_apart() {
        for (text, expected) in [
            ("http://127.0.0.1:8080/x", Some(("127.0.0.1", 8080))),
            ("http://127.0.0.1", Some(("127.0.0.1", 80))),
            ("https://[::1]", Some(("::1", 443))),
            ("https://u:p@[::1]:8443/", Some(("::1", 8443))),
            ("10.0.0.6:27017", Some(("10.0.0.6", 27017))),
            ("http://x:port", None),
        ] {
            assert_eq!(target(text), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_point_takes_what_is_sent_to_its_own_addresses() {
        let on = |address: &str| EntryPoint { address: address.into(), ..EntryPoint::default() };
        let own = [IpAddr::from([10, 0, 0, 5])];
        assert!(listens(&on(":80"), "10.0.0.5", &own) && listens(&on(":80"), "localhost", &[]));
        assert!(listens(&on("[::]:80"), "::1", &[]) && listens(&on("10.0.0.5:80"), "10.0.0.5", &own));
        assert!(!listens(&on("10.0.0.5:80"), "127.0.0.1", &own) && !listens(&on(":80"), "10.0.0.6", &own));
        assert!(!listens(&on(":80"), "app", &own));
    }
}
