//! Whether one rule surely takes the requests of another: what can't be told is no.

use super::hosts::{Claim, PathKind};
use super::{Matcher, MatcherName, Rule};
use std::borrow::Cow;

/// Beyond so many, [`Rule::terms`] gives up: `&&` of `||` multiplies.
const MAX_TERMS: usize = 64;

/// The hosts of a term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosts<'a> {
    /// Every host, and none.
    Every,
    /// Every host that is not empty.
    NotEmpty,
    /// One label before this domain.
    Wildcard(Cow<'a, str>),
    /// The same by a regular expression, which does not match a host with a dot at its end.
    Regexp(Cow<'a, str>),
    /// This one.
    Exact(Cow<'a, str>),
}

/// Requests that a rule takes: those that all of this is true of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<'a> {
    /// Their hosts.
    pub hosts: Hosts<'a>,
    /// Their paths; `None` is every path.
    pub path: Option<(PathKind, &'a str)>,
    /// What else the rule asks of them.
    pub rest: Vec<&'a Rule>,
}

impl<'a> Hosts<'a> {
    fn of(matcher: &'a Matcher, claimed: Option<Cow<'a, str>>) -> Hosts<'a> {
        let regexp = matches!(matcher.name, MatcherName::HostRegexp | MatcherName::HostSniRegexp);
        let Some(host) = claimed else { return Hosts::Every };
        match host.strip_prefix("*.").map(|domain| Cow::Owned(domain.to_owned())) {
            Some(domain) if regexp => Hosts::Regexp(domain),
            Some(domain) => Hosts::Wildcard(domain),
            None => Hosts::Exact(host),
        }
    }

    /// Whether every request for `other` is one for these.
    pub fn contain(&self, other: &Hosts<'_>) -> bool {
        match (self, other) {
            (Hosts::Every, _) => true,
            (Hosts::NotEmpty, Hosts::Every) => false,
            (Hosts::NotEmpty, _) => true,
            (Hosts::Wildcard(domain), Hosts::Exact(host)) => parent(host) == Some(domain),
            (Hosts::Wildcard(domain), Hosts::Wildcard(same) | Hosts::Regexp(same)) => domain == same,
            (Hosts::Regexp(domain), Hosts::Regexp(same)) => domain == same,
            (Hosts::Exact(host), Hosts::Exact(same)) => host == same,
            _ => false,
        }
    }

    /// Whether `host` is one of these, where it is written without a dot at its end.
    pub fn cover(&self, other: &Hosts<'_>) -> bool {
        match (self, other) {
            (Hosts::Regexp(domain), Hosts::Exact(host)) => {
                parent(host) == Some(domain) && !host.starts_with('.') && !host.starts_with('*')
            }
            _ => self.contain(other),
        }
    }

    /// Those of the two that the other covers.
    fn narrower<'b>(&'b self, other: &'b Hosts<'a>) -> Option<&'b Hosts<'a>> {
        if self.cover(other) {
            return Some(other);
        }
        other.cover(self).then_some(self)
    }

    /// Whether a client can ask for one of these.
    fn are_possible(&self) -> bool {
        let plain = |host: &str| {
            host.split('.')
                .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
        };
        match self {
            Hosts::Every | Hosts::NotEmpty => true,
            Hosts::Wildcard(host) | Hosts::Regexp(host) | Hosts::Exact(host) => plain(host),
        }
    }
}

/// What remains of a host without its first label.
pub fn parent(host: &str) -> Option<&str> {
    host.split_once('.').map(|(_, domain)| domain)
}

/// Whether every path that `b` takes is one of `a`.
fn paths_contain(a: Option<(PathKind, &str)>, b: Option<(PathKind, &str)>) -> bool {
    match (a, b) {
        (None, _) => true,
        (Some((PathKind::Prefix, prefix)), Some((_, path))) => path.starts_with(prefix),
        (Some((PathKind::Exact, path)), Some((PathKind::Exact, same))) => path == same,
        _ => false,
    }
}

/// Whether a client can ask for the path: nothing in it that Traefik writes otherwise before it compares.
fn is_possible_path(path: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_~./".contains(&b);
    path.starts_with('/') && path.bytes().all(plain) && !path.contains("//") && !path.contains("/.")
}

/// Whether some request fulfils a condition beside host and path.
fn is_possible(condition: &Rule) -> bool {
    let Rule::Matcher(Matcher { name, args, .. }) = condition else { return false };
    match name {
        MatcherName::Method => args.iter().all(|method| method.bytes().all(|b| b.is_ascii_alphabetic())),
        _ => false,
    }
}

impl<'a> Term<'a> {
    fn of(rule: &'a Rule) -> Term<'a> {
        let other = || Term { hosts: Hosts::Every, path: None, rest: vec![rule] };
        let Rule::Matcher(matcher) = rule else { return other() };
        let regexp = matches!(matcher.name, MatcherName::HostRegexp | MatcherName::HostSniRegexp);
        let whole = match matcher.args.as_slice() {
            [value] if regexp => match value.as_str() {
                ".*" | "^.*" | "^.*$" => Some(Hosts::Every),
                ".+" | "^.+" | "^.+$" => Some(Hosts::NotEmpty),
                _ => None,
            },
            _ => None,
        };
        match (whole, Claim::of(matcher)) {
            (Some(hosts), _) => Term { hosts, path: None, rest: Vec::new() },
            (None, Some(claim)) => Term { hosts: Hosts::of(matcher, claim.host), path: claim.path, rest: Vec::new() },
            (None, None) => other(),
        }
    }

    /// The requests that both surely take, by one's host and path within the other's.
    pub fn and(&self, other: &Term<'a>) -> Option<Term<'a>> {
        let hosts = self.hosts.narrower(&other.hosts)?.clone();
        let path = if paths_contain(self.path, other.path) {
            other.path
        } else if paths_contain(other.path, self.path) {
            self.path
        } else {
            return None;
        };
        let mut rest = self.rest.clone();
        rest.extend(other.rest.iter().filter(|condition| !self.rest.contains(condition)));
        Some(Term { hosts, path, rest })
    }

    /// Whether every request of `other` is one of these.
    pub fn contains(&self, other: &Term<'_>) -> bool {
        self.hosts.contain(&other.hosts) && self.has_the_rest_of(other)
    }

    /// The same, but for hosts with a dot at their end.
    pub fn covers(&self, other: &Term<'_>) -> bool {
        self.hosts.cover(&other.hosts) && self.has_the_rest_of(other)
    }

    fn has_the_rest_of(&self, other: &Term<'_>) -> bool {
        paths_contain(self.path, other.path) && self.rest.iter().all(|condition| other.rest.contains(condition))
    }

    /// Whether there surely is such a request.
    pub fn is_possible(&self) -> bool {
        let rest = match self.rest.as_slice() {
            [] => true,
            [only] => is_possible(only),
            _ => false,
        };
        rest && self.hosts.are_possible() && self.path.is_none_or(|(_, path)| is_possible_path(path))
    }
}

impl Rule {
    /// The requests that this rule takes: those of any of these terms. `None` if that can't be said so.
    pub fn terms(&self) -> Option<Vec<Term<'_>>> {
        let terms = match self {
            Rule::Matcher(_) | Rule::Not(_) => vec![Term::of(self)],
            Rule::Or(operands) => operands.iter().map(Rule::terms).collect::<Option<Vec<_>>>()?.concat(),
            Rule::And(operands) => {
                let mut product = vec![Term { hosts: Hosts::Every, path: None, rest: Vec::new() }];
                for operand in operands {
                    let terms = operand.terms()?;
                    if product.len() * terms.len() > MAX_TERMS {
                        return None;
                    }
                    let strict = |a: &Term<'_>, b: &Term<'_>| a.hosts.contain(&b.hosts) || b.hosts.contain(&a.hosts);
                    let pairs = product.iter().flat_map(|left| terms.iter().map(move |right| (left, right)));
                    product = pairs.map(|(a, b)| strict(a, b).then(|| a.and(b))?).collect::<Option<_>>()?;
                }
                product
            }
        };
        (terms.len() <= MAX_TERMS).then_some(terms)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Protocol, Rule, parse};

    fn rule(text: &str) -> Rule {
        parse(Protocol::Http, text).unwrap()
    }

    fn contains(a: &str, b: &str) -> bool {
        let (a, b) = (rule(a), rule(b));
        let (a, b) = (a.terms().unwrap(), b.terms().unwrap());
        b.iter().all(|term| a.iter().any(|wider| wider.contains(term)))
    }

    fn overlap(a: &str, b: &str) -> bool {
        let (a, b) = (rule(a), rule(b));
        let (a, b) = (a.terms().unwrap(), b.terms().unwrap());
        a.iter().any(|a| b.iter().any(|b| a.and(b).is_some_and(|both| both.is_possible())))
    }

    #[test]
    fn containing_is_sure() {
        for (wide, narrow) in [
            ("Host(`A.com.`)", "Host(`a.com`) && PathPrefix(`/x`)"),
            ("Host(`*.a.com`)", "Host(`x.a.com`) && !Method(`GET`)"),
            ("PathPrefix(`/`)", "HostRegexp(`x`)"),
            ("HostRegexp(`.+`)", "Host(`a`) || Host(`b`)"),
            ("PathPrefix(`/a`)", "Path(`/ab`)"),
            ("Host(`a`) && Method(`GET`)", "Host(`a`) && Header(`x`, `y`) && Method(`GET`)"),
        ] {
            assert!(contains(wide, narrow), "{wide} {narrow}");
        }
        for (wide, narrow) in [
            ("Host(`*.a.com`)", "Host(`y.x.a.com`)"),
            ("Host(`*.a.com`)", "Host(`a.com`)"),
            (r"HostRegexp(`^[^.]+\.a\.com$`)", "Host(`x.a.com`)"),
            ("HostRegexp(`.+`)", "PathPrefix(`/`)"),
            ("Path(`/a`)", "PathPrefix(`/a`)"),
            ("Host(`a`) && Method(`GET`)", "Host(`a`)"),
            ("Host(`a`) && !Method(`GET`)", "Host(`a`) && Method(`GET`)"),
            ("HostRegexp(`a`)", "Host(`a`)"),
        ] {
            assert!(!contains(wide, narrow), "{wide} {narrow}");
        }
    }

    #[test]
    fn overlapping_is_sure() {
        for (a, b) in [
            ("Host(`a`)", "PathPrefix(`/x`)"),
            ("Host(`x.a.com`)", r"HostRegexp(`^[^.]+\.a\.com$`)"),
            ("Host(`a`) || Host(`b`)", "Host(`b`) || Host(`c`)"),
            ("Host(`a`) && Method(`GET`)", "Host(`a`)"),
        ] {
            assert!(overlap(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("Host(`a`)", "Host(`b`)"),
            ("Host(`a:80`)", "Host(`a:80`)"),
            ("Path(`/a//b`)", "Path(`/a//b`)"),
            ("Host(`a`) && Method(`GET`)", "Host(`a`) && Method(`PUT`)"),
            ("Host(`a`) && PathRegexp(`x`)", "Host(`a`)"),
        ] {
            assert!(!overlap(a, b), "{a} {b}");
        }
        assert_eq!(rule("Host(`a`) && Host(`b`)").terms(), None);
    }
}
