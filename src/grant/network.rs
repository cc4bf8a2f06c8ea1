//! Addresses and ports: what a grant names, and what must be named to be granted.

use crate::name::{BadName, text_in_json};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A network, as `10.0.0.0/24` or `fd00::/64`; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What is known of the machine that Traefik runs on.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// Ports on which its Traefik, and the server that agents register at, listen.
    pub ports: Vec<u16>,
}

impl Network {
    /// Whether an address is in it. IPv4 within IPv6 is IPv4.
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.has_all_of(&Network { address, bits: width(address) })
    }

    /// Whether another network lies wholly in it.
    pub fn has_all_of(&self, other: &Network) -> bool {
        width(self.address) == width(other.address)
            && self.bits <= other.bits
            && number(self.address) & mask(self) == number(other.address) & mask(self)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

fn mask(network: &Network) -> u128 {
    let free = u32::from(width(network.address) - network.bits);
    let all = if network.address.is_ipv4() { u128::from(u32::MAX) } else { u128::MAX };
    all.checked_shr(free).map_or(0, |ones| (ones << free) & all)
}

impl FromStr for Network {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Network, BadName> {
        let bad = |what: String| BadName { what, hint: None, at: Some(0..text.len()) };
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr =
            address.parse().map_err(|_| bad(format!("{text:?} is no network: write 10.0.0.0/24, or an address")))?;
        if address.to_canonical() != address {
            return Err(bad(format!("write {} in its own form: {}", text, address.to_canonical())));
        }
        // `+8` and `08` are numbers to Rust, and to nobody else.
        let plain = |bits: &&str| bits.bytes().all(|b| b.is_ascii_digit()) && (*bits == "0" || !bits.starts_with('0'));
        let bits = match bits {
            None => width(address),
            Some(bits) => Some(bits)
                .filter(plain)
                .and_then(|bits| bits.parse().ok())
                .filter(|bits| *bits <= width(address))
                .ok_or_else(|| bad(format!("{text:?} has no number of bits up to {} behind it", width(address))))?,
        };
        let network = Network { address, bits };
        match number(address) & !mask(&network) {
            0 => Ok(network),
            _ => Err(bad(format!(
                "{text} names an address in a network: write {}/{bits} for all of it, or {address} alone",
                first(&network)
            ))),
        }
    }
}

/// The first address of a network.
fn first(network: &Network) -> IpAddr {
    let number = number(network.address) & mask(network);
    match network.address {
        IpAddr::V4(_) => Ipv4Addr::from(number as u32).into(),
        IpAddr::V6(_) => Ipv6Addr::from(number).into(),
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits == width(self.address) {
            true => write!(f, "{}", self.address),
            false => write!(f, "{}/{}", self.address, self.bits),
        }
    }
}

/// Ports: one, or from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ports {
    first: u16,
    last: u16,
}

impl Ports {
    const ALL: Ports = Ports { first: 1, last: u16::MAX };
}

/// Where routes may lead: `CIDR[:PORTS]`, as `10.8.0.7:3000-3999` or `[fd00::7]:80`; without ports, every port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TargetRange {
    /// The addresses.
    pub network: Network,
    ports: Ports,
}

impl TargetRange {
    /// Whether an address with a port is in it.
    pub fn holds(&self, address: IpAddr, port: u16) -> bool {
        self.network.holds(address) && (self.ports.first..=self.ports.last).contains(&port)
    }
}

impl FromStr for TargetRange {
    type Err = BadName;

    fn from_str(text: &str) -> Result<TargetRange, BadName> {
        let bad = |what: String| BadName { what, hint: None, at: Some(0..text.len()) };
        // An IPv6 network stands in brackets where ports follow it.
        let (network, ports) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
            Some(Some((network, ""))) => (network, None),
            Some(Some((network, ports))) => (network, Some(ports.strip_prefix(':').unwrap_or("?"))),
            Some(None) => return Err(bad(format!("{text:?} lacks the `]` behind the network"))),
            None if text.matches(':').count() > 1 => (text, None),
            None => text.split_once(':').map_or((text, None), |(network, ports)| (network, Some(ports))),
        };
        let network = network.parse()?;
        let port = |text: &str| {
            let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<u16>().ok().filter(|port| plain && *port > 0)
        };
        let ports = match ports {
            None => Ports::ALL,
            Some(ports) => {
                let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
                match (port(first), port(last)) {
                    (Some(first), Some(last)) if first <= last => Ports { first, last },
                    _ => return Err(bad(format!("{ports:?} are no ports: write 3000, or 3000-3999"))),
                }
            }
        };
        Ok(TargetRange { network, ports })
    }
}

impl fmt::Display for TargetRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ports == Ports::ALL {
            return write!(f, "{}", self.network);
        }
        match self.network.address {
            IpAddr::V4(_) => write!(f, "{}:", self.network)?,
            IpAddr::V6(_) => write!(f, "[{}]:", self.network)?,
        }
        match self.ports {
            Ports { first, last } if first == last => write!(f, "{first}"),
            Ports { first, last } => write!(f, "{first}-{last}"),
        }
    }
}

text_in_json!(TargetRange);

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
}

const fn v6(first: u16, second: u16, last: u16, bits: u8) -> Network {
    Network { address: IpAddr::V6(Ipv6Addr::new(first, second, 0, 0, 0, 0, 0, last)), bits }
}

/// Networks that no grant means unless it says so: a range of it must lie wholly within one of them. The numbers are
/// those of the registries of special addresses (RFC 6890).
const DANGERS: [(&[Network], &str); 6] = [
    (&[v4(127, 0, 0, 0, 8), v6(0, 0, 1, 128)], "this machine itself (loopback)"),
    (&[v4(0, 0, 0, 0, 8), v6(0, 0, 0, 128)], "no address of a server"),
    (&[v4(169, 254, 0, 0, 16), v6(0xfe80, 0, 0, 10)], "link-local, where clouds serve their machines' secrets"),
    (&[v4(100, 100, 100, 200, 32), v6(0xfd00, 0x0ec2, 0x0254, 128)], "where a cloud serves its machines' secrets"),
    (&[v4(224, 0, 0, 0, 4), v6(0xff00, 0, 0, 8)], "multicast"),
    (&[v4(240, 0, 0, 0, 4)], "reserved"),
];

/// Whether an address always is this machine.
pub(super) fn is_here(address: IpAddr) -> bool {
    DANGERS[..2].iter().any(|(networks, _)| networks.iter().any(|network| network.holds(address)))
}

/// The networks in which an address is that must be granted by themselves, and what they are.
pub(super) fn danger(address: IpAddr, own: &Own) -> Option<(Vec<Network>, &'static str)> {
    // Addresses that carry an IPv4 address within them lead there.
    let address = match address {
        IpAddr::V6(v6) => embedded(v6).map_or(address, IpAddr::V4),
        v4 => v4,
    };
    let listed = DANGERS.iter().find(|(networks, _)| networks.iter().any(|network| network.holds(address)));
    match listed {
        Some((networks, why)) => Some((networks.to_vec(), why)),
        None if own.addresses.contains(&address) => {
            Some((vec![Network { address, bits: width(address) }], "an address of this machine"))
        }
        None => None,
    }
}

/// The IPv4 address within an IPv6 one: mapped, compatible, translated (64:ff9b::/96), 6to4 (2002::/16).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let parts = address.segments();
    let last = || Ipv4Addr::from((u32::from(parts[6]) << 16) | u32::from(parts[7]));
    match parts {
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(last()),
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) != (0, 0) && (high, low) != (0, 1) => Some(last()),
        [0x2002, high, low, ..] => Some(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))),
        _ => None,
    }
}
