//! Addresses of entry points: can anything listen there, and does another want the same.

use super::super::fault::{AddressProblem, Fault, Mistake};
use super::super::tree::{Node, Value};
use super::StaticConfig;
use crate::document::Span;
use std::collections::HashMap;

/// A place to listen.
struct Listener<'n> {
    node: Option<&'n Node>,
    name: &'n str,
    address: &'n str,
    host: &'n str,
    port: u16,
    udp: bool,
    reuse: bool,
}

/// Every address, alone and beside the others.
pub(super) fn check(entry_points: &[&Node], config: &StaticConfig, found: &mut Vec<Fault>) {
    let mut listeners: Vec<Listener<'_>> = Vec::new();
    for node in entry_points {
        let text = match (&node.value, node.field("address")) {
            (_, Some(address)) => address.text().unwrap_or_default(),
            _ => "",
        };
        let place = node.field("address").map_or(node.key_at, |a| a.at);
        let path = format!("entryPoints.{}.address", node.key);
        match parse(text) {
            Err((problem, words)) => {
                let words = match problem {
                    AddressProblem::Protocol => format!("error while building entryPoint {}: {words}", node.key),
                    _ => format!(
                        "error while building entryPoint {}: building listener: error opening listener: {words}",
                        node.key
                    ),
                };
                let mistake = Mistake::BadAddress { address: text.to_owned(), problem };
                found.push(Fault::new(mistake, place, path).says(words));
            }
            Ok((_, Some(0), _)) => {
                let text = match &node.value {
                    Value::Scalar(text) => Some(text.clone()),
                    _ => None,
                };
                let mistake = Mistake::RandomPort { entry_point: node.key.clone(), text };
                let place = if matches!(node.value, Value::Scalar(_)) { node.at } else { place };
                found.push(Fault::new(mistake, place, path));
            }
            Ok((host, Some(port), udp)) => {
                let reuse = node.flag(&["reusePort"], false);
                let new = |udp| Listener { node: Some(node), name: &node.key, address: text, host, port, udp, reuse };
                listeners.push(new(udp));
                if node.section(&["http3"]).is_some() && !udp {
                    listeners.push(new(true));
                }
            }
            Ok((_, None, _)) => {}
        }
    }
    for entry in config.entry_points.iter().filter(|e| e.implicit) {
        let (name, address, port) = (&entry.name, &entry.address, entry.port.unwrap_or_default());
        listeners.push(Listener { node: None, name, address, host: "", port, udp: false, reuse: false });
    }
    clashes(&listeners, found);
}

fn clashes(listeners: &[Listener<'_>], found: &mut Vec<Fault>) {
    let mut by_port: HashMap<(u16, bool), Vec<&Listener<'_>>> = HashMap::new();
    for listener in listeners {
        let same = by_port.entry((listener.port, listener.udp)).or_default();
        // One clash says enough; that also keeps a thousand entry points on one port from a million comparisons.
        const MOST: usize = 32;
        let clash =
            same.iter().take(MOST).find(|other| overlap(other.host, listener.host) && !(other.reuse && listener.reuse));
        if let Some(other) = clash {
            let (mine, other) = if listener.node.is_some() { (listener, *other) } else { (*other, listener) };
            if let Some(node) = mine.node {
                let place = node.field("address").map_or(node.key_at, |a| a.at);
                let other_at: Option<Span> = other.node.map(|n| n.field("address").map_or(n.key_at, |a| a.at));
                let mistake =
                    Mistake::AddressTaken { address: mine.address.to_owned(), other: other.name.to_owned(), other_at };
                let what = if mine.udp { "listen udp" } else { "listen tcp" };
                let words = format!(
                    "{what} {}: bind: address already in use",
                    mine.address.split('/').next().unwrap_or_default()
                );
                found.push(Fault::new(mistake, place, format!("entryPoints.{}.address", node.key)).says(words));
            }
        }
        same.push(listener);
    }
}

/// Whether two hosts have an address in common.
fn overlap(a: &str, b: &str) -> bool {
    let any = |host: &str| matches!(host, "" | "[::]");
    let any_v4 = |host: &str| host == "0.0.0.0";
    let v6 = |host: &str| host.starts_with('[');
    any(a) || any(b) || a == b || (any_v4(a) && !v6(b)) || (any_v4(b) && !v6(a))
}

/// What an address says.
type Address<'a> = (&'a str, Option<u16>, bool);

/// Host, port and whether it is UDP; no port where it is a service's name. Else what Go says.
fn parse(text: &str) -> Result<Address<'_>, (AddressProblem, String)> {
    let (place, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let udp = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => false,
        "udp" => true,
        _ => return Err((AddressProblem::Protocol, format!("invalid protocol: {protocol}"))),
    };
    if place.is_empty() {
        return Ok(("", Some(0), udp));
    }
    let network = if udp { "udp" } else { "tcp" };
    let says = |what: &str| format!("listen {network}: address {place}: {what}");
    let Some((host, port)) = place.rsplit_once(':') else {
        return Err((AddressProblem::NoPort, says("missing port in address")));
    };
    let bracketed = host.starts_with('[');
    if place.ends_with(']') {
        return Err((AddressProblem::NoPort, says("missing port in address")));
    }
    if host.contains(':') && !bracketed {
        return Err((AddressProblem::NoBrackets, says("too many colons in address")));
    }
    if host == "*" || host.contains(char::is_whitespace) {
        return Err((AddressProblem::Host, format!("listen {network}: lookup {host}: no such host")));
    }
    match port {
        "" => Ok((host, Some(0), udp)),
        _ if port.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit()) => match port.parse::<u16>() {
            Ok(port) => Ok((host, Some(port), udp)),
            Err(_) => Err((AddressProblem::BadPort, says("invalid port"))),
        },
        _ => Ok((host, None, udp)),
    }
}
