//! A TCP or UDP server without a port that Traefik could connect to.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "address-without-port",
    severity: Severity::Warning,
    summary: "A TCP or UDP server whose address is not HOST:PORT",
    explanation: "Traefik enables the service. A server without a port, or with more colons than one, it leaves out and \
                  logs an error; one with a port that is none it can never reach. An address has neither a scheme nor a \
                  path.",
    bad: &[(
        "routes.yml",
        "tcp:\n  services:\n    db:\n      loadBalancer:\n        servers:\n          - address: 10.0.0.5\n",
    )],
    good: &[(
        "routes.yml",
        "tcp:\n  services:\n    db:\n      loadBalancer:\n        servers:\n          - address: 10.0.0.5:5432\n          - address: '[::1]:postgresql'\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let services = subject.inventory.definitions(Part::Service).filter(|(kind, _)| *kind != Kind::Http);
    for (kind, service) in services {
        let servers = value::below(service.value, &["loadBalancer", "servers"]);
        for (number, server) in servers.map(value::structs).unwrap_or_default().into_iter().enumerate() {
            let node = value::field(server, "address");
            let address = node.and_then(value::text).unwrap_or_default();
            let Some(fault) = fault(&address) else { continue };
            let at = Location::of(service.file, node.unwrap_or(server).span());
            let path = format!("{kind}.services.{}.loadBalancer.servers[{number}].address", service.name);
            let (message, says) = match fault {
                Fault::Split(_) if address.is_empty() => (
                    "this server has no address, so Traefik leaves it out".to_owned(),
                    "missing port in address".into(),
                ),
                Fault::Split(why) => (
                    format!("the address {address:?} is not HOST:PORT, so Traefik leaves this server out"),
                    format!("address {address}: {why}"),
                ),
                Fault::Port(port) => {
                    (format!("{port:?} is not a port, so this server is never reached"), String::new())
                }
            };
            let finding = lint.at(at, path, message).help(help(&address));
            found.push(match says.is_empty() {
                true => finding,
                false => finding.says(format!("Failed to split host port: {says}")),
            });
        }
    }
}

/// What to write.
fn help(address: &str) -> String {
    let bare = address.split_once("://").map_or(address, |(_, rest)| rest);
    let bare = bare.split_once('/').map_or(bare, |(host, _)| host);
    match bare != address && fault(bare).is_none() {
        true => format!("write {bare}"),
        false => "write HOST:PORT, as in 10.0.0.5:5432 or [fd00::5]:5432".to_owned(),
    }
}

/// What is wrong with an address.
#[derive(Debug, PartialEq, Eq)]
enum Fault<'a> {
    /// Go's `net.SplitHostPort` finds no port; its words.
    Split(&'static str),
    /// It finds this.
    Port(&'a str),
}

fn fault(address: &str) -> Option<Fault<'_>> {
    let (host, port) = address.rsplit_once(':').unwrap_or_default();
    let is_bracketed = address.starts_with('[');
    if !address.contains(':') || (is_bracketed && address.ends_with(']')) {
        return Some(Fault::Split("missing port in address"));
    }
    if !is_bracketed && host.contains(':') {
        return Some(Fault::Split("too many colons in address"));
    }
    // A word may be a service that the machine knows, as `postgresql`.
    let is_port = match port.bytes().all(|b| b.is_ascii_digit()) {
        true => port.parse::<u16>().is_ok_and(|port| port > 0),
        false => port.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+*".contains(&b)),
    };
    (!is_port && !port.contains(['$', '{'])).then_some(Fault::Port(port))
}

#[cfg(test)]
mod tests {
    use super::{Fault, fault, help};

    #[test]
    fn ports_are_missed_as_traefik_misses_them() {
        let missing = Some(Fault::Split("missing port in address"));
        let colons = Some(Fault::Split("too many colons in address"));
        for address in ["backend", "", "[::1]"] {
            assert_eq!(fault(address), missing, "{address}");
        }
        for address in ["::1", "::1]:8", "tcp://127.0.0.1:1"] {
            assert_eq!(fault(address), colons, "{address}");
        }
        for (address, port) in [("h:", ""), ("h:0", "0"), ("h:99999", "99999"), ("h:27017/db", "27017/db")] {
            assert_eq!(fault(address), Some(Fault::Port(port)), "{address}");
        }
        assert_eq!(["h:1", ":1", "[::1]:1", "h:postgresql", "h:${PORT}"].map(fault), [const { None }; 5]);
    }

    #[test]
    fn schemes_and_paths_are_taken_off() {
        assert_eq!(help("tcp://10.0.0.6:27017"), "write 10.0.0.6:27017");
        assert_eq!(help("mongodb://10.0.0.6:27017/db"), "write 10.0.0.6:27017");
        assert_eq!(help("10.0.0.6:27017/db"), "write 10.0.0.6:27017");
        assert!(help("10.0.0.6").starts_with("write HOST:PORT"));
    }
}
