//! Hosts, as Traefik's `Host` and `HostSNI` take them.

use super::{BadName, called, checked_text, find, refuse_space, refuse_unseen, scheme_len, shown};
use std::net::IpAddr;

checked_text! {
    /// A DNS name that a router can match: lower-case, without a trailing dot; `*.` in front stands
    /// for any one label, `*` alone for every host.
    ///
    /// Never an address: a request's name is compared, and clients send no address as SNI.
    Host, check
}

impl Host {
    /// Whether this is `*`, every host.
    pub fn is_any(&self) -> bool {
        self.0 == "*"
    }

    /// Whether this is `*.NAME`, every host one label longer than NAME.
    pub fn is_wildcard(&self) -> bool {
        self.0.starts_with("*.")
    }
}

const NOUN: &str = "a host";

fn check(text: &str) -> Result<String, BadName> {
    let whole = 0..text.len();
    if text.is_empty() {
        let what = "the host is empty: give a DNS name such as app.example.com, or `*` for every host";
        return Err(BadName::new(what, whole));
    }
    refuse_unseen(text, NOUN)?;
    if let Some((c, at)) = find(text, |c| "`\"'()".contains(c)) {
        let cure = give(quoted(text), "give the bare name, neither quoted nor as a rule");
        return Err(BadName::new(format!("a host can't hold {}: {cure}", called(c)), at));
    }
    refuse_space(text, NOUN)?;
    if let Some(scheme) = scheme_len(text) {
        return Err(has_scheme(text, scheme, false));
    }
    if let Some(address) = address(text) {
        let what = format!("{address} is an address, and routers match names: give a DNS name");
        return Err(BadName::new(what, whole).hint("to take all that comes in by an entry point, give the host `*`"));
    }
    if let Some((c, at)) = find(text, |c| !c.is_ascii()) {
        let what = format!("a host is written in ASCII, without `{c}`: {}", give(bare(text), "give its punycode form"));
        return Err(BadName::new(what, at)
            .hint("clients send the punycode form (xn--…) of such a name, and Traefik compares that"));
    }
    if let Some(at) = text.find('/') {
        let what = format!("a host has no path: {}", give(bare(text), "leave out what follows the name"));
        return Err(BadName::new(what, at..text.len()));
    }
    if let (1, Some(at)) = (text.matches(':').count(), text.find(':')) {
        let cure = give(bare(text), "leave it out");
        let what = format!("a host has no port: {cure}, and put the port in --entry-point");
        return Err(BadName::new(what, at..text.len()));
    }
    check_ascii(text)
}

/// The checks of what is left when nothing else is mistaken for a host: stars and labels.
fn check_ascii(text: &str) -> Result<String, BadName> {
    if text == "*" {
        return Ok(text.to_owned());
    }
    // The `*.` goes before the trailing dot does: `*.` must not become `*`, every host.
    let (stars, name) = text.split_at(if text.starts_with("*.") { 2 } else { 0 });
    let star = if name.is_empty() { Some(0) } else { name.find('*').map(|at| stars.len() + at) };
    if let Some(at) = star {
        let what = "`*` stands for the whole first label, as in *.example.com, or alone for every host";
        return Err(BadName::new(what, at..at + 1));
    }
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    check_labels(&name, NOUN).map_err(|bad| bad.shifted(stars.len()))?;
    let host = format!("{stars}{name}");
    match host.len() {
        ..=LONGEST => Ok(host),
        length => Err(too_long(NOUN, length)),
    }
}

const LONGEST: usize = 253;

fn too_long(noun: &str, length: usize) -> BadName {
    BadName::new(format!("{noun} has at most {LONGEST} bytes, and this has {length}: shorten it"), LONGEST..length)
}

/// Checks a lower-cased name without a trailing dot, label by label.
pub(super) fn check_labels(name: &str, noun: &str) -> Result<(), BadName> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if let Some((c, at)) = find(name, |c| !fits(c)) {
        let what = format!("{noun} can't hold {}: it has letters, digits, `-`, `_` and `.` only", called(c));
        return Err(BadName::new(what, at));
    }
    let mut start = 0;
    for label in name.split('.') {
        let at = start..start + label.len();
        if label.is_empty() {
            let (fault, dot) = match start {
                0 => ("begins with a dot", 0..name.len().min(1)),
                _ => ("has two dots in a row", start - 1..(start + 1).min(name.len())),
            };
            return Err(BadName::new(format!("{noun} never {fault}: put a label there, or leave out the dot"), dot));
        }
        if label.len() > 63 {
            let (label, length) = (shown(label), label.len());
            let what = format!("a label has at most 63 characters, and `{label}` has {length}: shorten it");
            return Err(BadName::new(what, at));
        }
        for (edge, fault, hyphen) in
            [(label.starts_with('-'), "begins", at.start), (label.ends_with('-'), "ends", at.end - 1)]
        {
            if edge {
                let what = format!("the label `{label}` {fault} with a hyphen: it takes a letter or a digit there");
                return Err(BadName::new(what, hyphen..hyphen + 1));
            }
        }
        start = at.end + 1;
    }
    if name.len() > LONGEST { Err(too_long(noun, name.len())) } else { Ok(()) }
}

/// The complaint about a URL where a host is asked for; its path belongs there `with_path`.
pub(super) fn has_scheme(text: &str, scheme: usize, with_path: bool) -> BadName {
    let path = match text[scheme..].find('/') {
        Some(at) if with_path => text[scheme + at..].parse::<super::RoutePath>().ok(),
        _ => None,
    };
    let path = path.as_ref().map(super::RoutePath::as_str).filter(|path| *path != "/").unwrap_or_default();
    let what = match cure(bare(text)) {
        Some(host) => format!("a host has no scheme: give {host}{path}"),
        None => "a host has no scheme: give the bare name".into(),
    };
    BadName::new(what, 0..scheme)
}

/// `give HOST`, if what remains of a bad host is a good one; else other advice.
fn give(rest: &str, otherwise: &str) -> String {
    cure(rest).map_or(otherwise.to_owned(), |host| format!("give {host}"))
}

fn cure(rest: &str) -> Option<String> {
    let ascii = super::punycode::to_ascii(rest)?;
    if address(&ascii).is_some() { None } else { check_ascii(&ascii).ok() }
}

/// What lies between scheme and port or path.
fn bare(text: &str) -> &str {
    let rest = &text[scheme_len(text).unwrap_or(0)..];
    rest.split(['/', '?', '#', ':']).next().unwrap_or(rest)
}

/// What lies between the first two quotes, as in ``Host(`a.com`)``.
fn quoted(text: &str) -> &str {
    text.split(['`', '"', '\'']).nth(1).unwrap_or_default()
}

/// The address that a text is, be it with brackets or a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let bracketed = text.strip_prefix('[').and_then(|inner| inner.split_once(']'));
    let bare = match (bracketed, text.split_once(':')) {
        (Some((inside, _)), _) => inside,
        (None, Some((before, port))) if !port.contains(':') => before,
        _ => text,
    };
    bare.parse().ok()
}

#[cfg(test)]
mod tests;
