//! Values that no HTTP request has: Traefik takes such a rule, and it never matches.

use super::{Matcher, MatcherName, Rule};
use crate::release::Release;
use std::ops::Range;

impl Rule {
    /// Matchers that can never match, each with the reason and, where there is one, the cure. Negated ones always match
    /// then, which is not looked at.
    pub fn dead_parts(&self, release: Release) -> Vec<(Range<usize>, String, Option<String>)> {
        let mut found = Vec::new();
        self.each_matcher(false, &mut |matcher, negated| {
            if let (false, Some((why, cure))) = (negated, dead(matcher, release)) {
                found.push((matcher.span.clone(), why, cure));
            }
        });
        found
    }
}

type Reason = (String, Option<String>);

fn dead(matcher: &Matcher, release: Release) -> Option<Reason> {
    let value = matcher.args.first()?;
    match matcher.name {
        MatcherName::Host => host(value, release),
        MatcherName::Path | MatcherName::PathPrefix => path(value),
        _ => None,
    }
}

fn host(value: &str, release: Release) -> Option<Reason> {
    let wildcard = value.strip_prefix("*.");
    if value.contains(['{', '}']) {
        return reason("Host compares text: only HostRegexp takes a regular expression", None);
    }
    if value.contains("://") || value.contains('/') {
        return reason("a host has neither scheme nor path", None);
    }
    if value.contains(char::is_whitespace) {
        return reason("a host has no blanks", None);
    }
    if let Some((name, port)) = value.rsplit_once(':')
        && !name.contains(':')
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        return reason("the port of a request is left out before hosts are compared", Some(format!("write {name}")));
    }
    if value.starts_with('[') {
        return reason("an address of version 6 is compared without brackets", None);
    }
    if value == "*" && !release.since(7, 7) || wildcard.is_some() && !release.has_wildcard_hosts() {
        return reason("this release knows no wildcards in Host", Some("use HostRegexp".to_owned()));
    }
    if value != "*" && wildcard.unwrap_or(value).contains('*') {
        return reason("a wildcard stands for the first label alone, as in *.example.com", None);
    }
    None
}

fn path(value: &str) -> Option<Reason> {
    if value.contains(['?', '#']) {
        return reason("a path holds neither the query nor a fragment", None);
    }
    if value.contains("//") || value.split('/').any(|part| part == "." || part == "..") {
        return reason("Traefik cleans paths before it compares: no // and no dots are left", None);
    }
    for (at, _) in value.match_indices('%') {
        let digits = value.get(at + 1..at + 3).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let byte = u8::from_str_radix(digits, 16).ok()?;
        if !b":/?#[]@!$&'()*+,;=%".contains(&byte) {
            return reason(
                "Traefik decodes this before it compares",
                Some(format!("write {:?} as it is", char::from(byte))),
            );
        }
        if digits.bytes().any(|b| b.is_ascii_lowercase()) {
            let upper = digits.to_ascii_uppercase();
            return reason(
                "Traefik writes the digits of encoded characters in capitals",
                Some(format!("write %{upper}")),
            );
        }
    }
    None
}

fn reason(why: &str, cure: Option<String>) -> Option<Reason> {
    Some((why.to_owned(), cure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_request_has_is_found() {
        let release = Release::parse("3.7").unwrap();
        let dead = |text: &str| {
            !super::super::parse(crate::rule::Protocol::Http, text).unwrap().dead_parts(release).is_empty()
        };
        for text in [
            "Host(`a.com:80`)",
            "Host(`{h:.+}`)",
            "Path(`/a%2f`)",
            "Path(`/%41`)",
            "PathPrefix(`//x`)",
            "Path(`/a?b`)",
            "Path(`/../x`)",
            "Host(`*.*.com`)",
            "Host(`http://a`)",
        ] {
            assert!(dead(text), "{text}");
        }
        for text in [
            "Host(`*.a.com`)",
            "Host(`*`)",
            "Host(`::1`)",
            "Path(`/a%2F`)",
            "!Host(`a:80`)",
            "PathRegexp(`^/{2}`)",
            "Path(`/a.b`)",
        ] {
            assert!(!dead(text), "{text}");
        }
    }
}
