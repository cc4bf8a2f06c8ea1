//! IP addresses and ranges, as Go's `net.ParseIP` and `net.ParseCIDR` read them.

use crate::release::Release;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Checks a list of addresses and ranges; the error is the number of the one that is wrong, and Traefik's words.
pub(super) fn check<'a>(all: impl IntoIterator<Item = &'a str>, release: Release) -> Result<(), (usize, String)> {
    for (number, text) in all.into_iter().enumerate() {
        if !is_address(text, release) && !is_range(text, release) {
            return Err((number, format!("parsing CIDR trusted IPs <nil>: invalid CIDR address: {text}")));
        }
    }
    Ok(())
}

fn parse(text: &str, release: Release) -> Option<IpAddr> {
    if text.contains(':') {
        parse_v6(text, release).map(IpAddr::V6)
    } else {
        text.parse::<Ipv4Addr>().ok().map(IpAddr::V4)
    }
}

fn parse_v6(text: &str, release: Release) -> Option<Ipv6Addr> {
    // The Go of 3.0 takes longer groups than four digits, as long as zeros lead.
    let lenient = !release.since(1, 0);
    let shortened = lenient.then(|| {
        let short = |group: &str| match group.trim_start_matches('0') {
            "" if group.is_empty() => String::new(),
            "" => "0".to_owned(),
            _ if group.contains('.') => group.to_owned(),
            rest => rest.to_owned(),
        };
        text.split(':').map(short).collect::<Vec<_>>().join(":")
    });
    let text = shortened.as_deref().unwrap_or(text);
    // Rust lets `::` stand for nothing, Go for one group at least; both tell by counting.
    text.parse().ok()
}

fn is_address(text: &str, release: Release) -> bool {
    parse(text, release).is_some()
}

fn is_range(text: &str, release: Release) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match parse(address, release) {
        Some(IpAddr::V4(_)) => 32,
        Some(IpAddr::V6(_)) => 128,
        None => return false,
    };
    length.bytes().all(|b| b.is_ascii_digit()) && length.parse::<u32>().is_ok_and(|length| length <= most)
}
