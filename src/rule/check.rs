//! What Traefik checks of a matcher once the rule has been read: its name and its arguments.

use super::lex::error;
use super::{Matcher, MatcherName, Protocol, RuleError, quoted};
use std::net::IpAddr;
use std::ops::{Range, RangeInclusive};

use MatcherName::{
    Alpn, ClientIp, Header, HeaderRegexp, Host, HostRegexp, HostSni, HostSniRegexp, Method, Path, PathPrefix,
    PathRegexp, Query, QueryRegexp,
};

const HTTP: &[MatcherName] =
    &[Host, HostRegexp, Path, PathPrefix, PathRegexp, Method, Header, HeaderRegexp, Query, QueryRegexp, ClientIp];
const TCP: &[MatcherName] = &[HostSni, HostSniRegexp, ClientIp, Alpn];

fn names(protocol: Protocol) -> &'static [MatcherName] {
    match protocol {
        Protocol::Http => HTTP,
        Protocol::Tcp => TCP,
    }
}

/// The matcher that Traefik finds under this name.
///
/// It knows four spellings: `HostRegexp`, `hostregexp`, `HOSTREGEXP` and `Hostregexp`.
pub(super) fn find(protocol: Protocol, word: &str) -> Option<MatcherName> {
    names(protocol).iter().copied().find(|name| {
        let canonical = name.as_str();
        let tail = word.get(1..).unwrap_or_default();
        word == canonical
            || word.eq_ignore_ascii_case(canonical)
                && (tail == canonical[1..].to_ascii_lowercase() || word == canonical.to_ascii_uppercase())
    })
}

/// What to write in place of a name that `find` does not know.
pub(super) fn name_hint(protocol: Protocol, word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let meant = match (protocol, lower.as_str()) {
        (Protocol::Http, "hostheader" | "hostsni") => Some(Host),
        (Protocol::Http, "hostsniregexp") => Some(HostRegexp),
        (Protocol::Http, "headers") => Some(Header),
        (Protocol::Http, "headersregexp") => Some(HeaderRegexp),
        (Protocol::Tcp, "host" | "hostheader") => Some(HostSni),
        (Protocol::Tcp, "hostregexp") => Some(HostSniRegexp),
        _ => names(protocol).iter().copied().find(|name| name.as_str().eq_ignore_ascii_case(word)),
    };
    match (meant, protocol) {
        (Some(name), _) => format!("write {}", name.as_str()),
        (None, Protocol::Http) => format!("HTTP rules know {}", list(HTTP)),
        (None, Protocol::Tcp) => format!("TCP rules know {}", list(TCP)),
    }
}

fn list(names: &[MatcherName]) -> String {
    names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Checks the arguments; `spans` says where each stands.
pub(super) fn check(matcher: &Matcher, spans: &[Range<usize>]) -> Result<(), RuleError> {
    let name = matcher.name.as_str();
    let Some(first) = matcher.args.first() else {
        let message = format!("{name} has no value (Traefik: no args for matcher {name})");
        return Err(error(matcher.span.clone(), message, None));
    };
    for (arg, span) in matcher.args.iter().zip(spans) {
        if arg.is_empty() {
            let message = format!("a value of {name} is empty (Traefik: empty args for matcher {name})");
            return Err(error(span.clone(), message, None));
        }
    }
    let expected = arity(matcher.name);
    if !expected.contains(&matcher.args.len()) {
        return Err(wrong_count(matcher, &expected));
    }
    let wrong = match matcher.name {
        Path | PathPrefix if !first.starts_with('/') => "a path (Traefik: does not start with a '/')",
        Host | HostRegexp if !first.is_ascii() => "a host in punycode (Traefik: non-ASCII characters are not allowed)",
        HostSni if !is_server_name(first) => "a host name (Traefik: is not a valid hostname)",
        HostSniRegexp if !first.is_ascii() => "a host in punycode (Traefik: is not a valid hostname)",
        ClientIp if !is_address(first) => "an IP address or a range of them (Traefik: invalid CIDR address)",
        Alpn if first == "acme-tls/1" => "a protocol for rules, Traefik answers it itself (Traefik: is not allowed)",
        _ => return Ok(()),
    };
    let span = spans.first().unwrap_or(&matcher.span).clone();
    Err(error(span, format!("{} is not {wrong}", quoted(first)), value_hint(matcher.name, first)))
}

/// What to write in place of a value that `check` refuses.
fn value_hint(name: MatcherName, value: &str) -> Option<String> {
    match name {
        Path | PathPrefix => Some(format!("begin it with a slash: {}", quoted(&format!("/{}", value.trim_start())))),
        Host | HostRegexp | HostSniRegexp => Some("write the host as DNS does: xn--…".to_owned()),
        HostSni if !value.is_ascii() => Some("write the host as DNS does: xn--…".to_owned()),
        _ => None,
    }
}

fn arity(name: MatcherName) -> RangeInclusive<usize> {
    match name {
        Header | HeaderRegexp => 2..=2,
        Query | QueryRegexp => 1..=2,
        Host | HostRegexp | Path | PathPrefix | PathRegexp | Method | ClientIp | HostSni | HostSniRegexp | Alpn => {
            1..=1
        }
    }
}

fn wrong_count(matcher: &Matcher, expected: &RangeInclusive<usize>) -> RuleError {
    let (name, got) = (matcher.name.as_str(), matcher.args.len());
    let wants = match (expected.start(), expected.end()) {
        (1, 1) => "one value",
        (2, 2) => "two values, a name and what it holds",
        _ => "one or two values",
    };
    // Traefik 2 took lists; the parentheses are for an && or ! beside it
    let hint = (*expected.end() == 1).then(|| {
        let alone = |arg: &String| format!("{name}({})", quoted(arg));
        format!("write ({})", matcher.args.iter().map(alone).collect::<Vec<_>>().join(" || "))
    });
    let message = format!("{name} takes {wants}, not {got} (Traefik: unexpected number of parameters; got {got})");
    error(matcher.span.clone(), message, hint)
}

/// Traefik's `^(\*\.)?[\w.\-:]+$`, or `*`.
pub(super) fn is_server_name(host: &str) -> bool {
    let name = host.strip_prefix("*.").unwrap_or(host);
    let in_name = |b: u8| b.is_ascii_alphanumeric() || b"_.-:".contains(&b);
    host == "*" || !name.is_empty() && name.bytes().all(in_name)
}

/// What Go's `net.ParseIP` or `net.ParseCIDR` takes.
pub(super) fn is_address(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else {
        return text.parse::<IpAddr>().is_ok();
    };
    let digits = !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit());
    match address.parse() {
        Ok(IpAddr::V4(_)) => digits && bits.parse().is_ok_and(|bits: u32| bits <= 32),
        Ok(IpAddr::V6(_)) => digits && bits.parse().is_ok_and(|bits: u32| bits <= 128),
        Err(_) => false,
    }
}
