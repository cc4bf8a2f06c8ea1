//! What an agent may claim: hosts, targets, entry points, and how many routes. A pure decision.

mod network;

use crate::name::{EntryPointName, Host, text_in_json};
pub use network::{Network, Own, Ports, TargetRange};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// What an agent may claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Hosts.
    pub hosts: Vec<HostPattern>,
    /// Where its routes may lead.
    pub targets: Vec<TargetRange>,
    /// How many routes it may have.
    pub max_routes: u32,
    /// On which entry points its routes listen; none means those that new routes get anyway.
    #[serde(default)]
    pub entry_points: Vec<EntryPointName>,
}

/// A host, or `*.NAME` for every host one label longer than NAME, as certificates have it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostPattern(Host);

impl HostPattern {
    /// Whether it covers all that a host stands for.
    pub fn covers(&self, host: &Host) -> bool {
        let (own, other) = (self.0.as_str(), host.as_str());
        match own.strip_prefix("*.") {
            None => own == other,
            // One label, which may be the wildcard itself: it stands for no more than this pattern does.
            Some(rest) => other.split_once('.').is_some_and(|(_, below)| below == rest),
        }
    }

    /// Whether there is a host that both stand for.
    pub fn meets(&self, other: &HostPattern) -> bool {
        self.covers(&other.0) || other.covers(&self.0)
    }
}

impl From<Host> for HostPattern {
    fn from(host: Host) -> HostPattern {
        HostPattern(host)
    }
}

impl FromStr for HostPattern {
    type Err = crate::name::BadName;

    fn from_str(text: &str) -> Result<HostPattern, Self::Err> {
        let host: Host = text.parse()?;
        match host.is_any() {
            false => Ok(HostPattern(host)),
            true => Err(crate::name::BadName {
                what: "`*` would grant every host: name a domain, as in *.example.com".into(),
                hint: None,
                at: Some(0..text.len()),
            }),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

text_in_json!(HostPattern);

/// Why something is not granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No pattern covers the host.
    Host(Host),
    /// No range holds the address with this port.
    Target(IpAddr, u16),
    /// The address is of a kind that must be granted by name, and why.
    Forbidden(IpAddr, &'static str),
    /// The port is one on which this machine's Traefik, or this server, listens.
    OwnPort(IpAddr, u16),
    /// There are as many routes as may be.
    TooMany(u32),
}

impl Grant {
    /// Whether the agent may have this host.
    pub fn allows_host(&self, host: &Host) -> Result<(), Denied> {
        match self.hosts.iter().any(|pattern| pattern.covers(host)) {
            true => Ok(()),
            false => Err(Denied::Host(host.clone())),
        }
    }

    /// Whether its routes may lead there; `own` is what is known of this machine.
    pub fn allows_target(&self, address: IpAddr, port: u16, own: &Own) -> Result<(), Denied> {
        let address = address.to_canonical();
        let is_here = own.addresses.contains(&address) || network::is_here(address);
        if is_here && own.ports.contains(&port) {
            return Err(Denied::OwnPort(address, port));
        }
        let granted: Vec<&TargetRange> = self.targets.iter().filter(|range| range.holds(address, port)).collect();
        if granted.is_empty() {
            return Err(Denied::Target(address, port));
        }
        match network::danger(address, own) {
            Some((danger, why)) if !granted.iter().any(|range| danger.iter().any(|d| d.has_all_of(&range.network))) => {
                Err(Denied::Forbidden(address, why))
            }
            _ => Ok(()),
        }
    }

    /// Whether so many routes may be.
    pub fn allows_routes(&self, count: usize) -> Result<(), Denied> {
        match count <= self.max_routes as usize {
            true => Ok(()),
            false => Err(Denied::TooMany(self.max_routes)),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denied::Host(host) => write!(f, "the host {host} is not granted"),
            Denied::Target(address, port) => write!(f, "the target {address} with port {port} is not granted"),
            Denied::Forbidden(address, why) => {
                write!(f, "{address} is {why}, which only a --target that lies within it can grant")
            }
            Denied::OwnPort(address, port) => {
                write!(f, "port {port} of {address} is one on which this machine's Traefik or this server listens")
            }
            Denied::TooMany(most) => write!(f, "the grant allows {most} routes"),
        }
    }
}

#[cfg(test)]
mod tests;
