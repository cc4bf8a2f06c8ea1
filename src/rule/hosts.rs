//! Which hosts and paths a rule takes, and rules made from hosts and paths.

use super::{Matcher, MatcherName, Protocol, Rule};
use std::borrow::Cow;

/// Beyond so many, [`Rule::claims`] gives up: `&&` of `||` multiplies.
const MAX_CLAIMS: usize = 1024;

/// How a rule compares the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathKind {
    /// `Path`.
    Exact,
    /// `PathPrefix`.
    Prefix,
}

/// One host and path that a rule takes for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Claim<'a> {
    /// The host in lower case and without a dot at its end, `*.example.com` as it is; `None` is
    /// every host.
    pub host: Option<Cow<'a, str>>,
    /// The path; `None` is every path, which is also what ``PathPrefix(`/`)`` says.
    pub path: Option<(PathKind, &'a str)>,
}

impl<'a> Claim<'a> {
    pub(super) fn of(matcher: &'a Matcher) -> Option<Claim<'a>> {
        let [value] = matcher.args.as_slice() else { return None };
        let (host, path) = match matcher.name {
            MatcherName::Host | MatcherName::HostSni => ((value != "*").then(|| normal(value)), None),
            MatcherName::HostRegexp | MatcherName::HostSniRegexp => (Some(wildcard_of(value)?.into()), None),
            MatcherName::Path => (None, Some((PathKind::Exact, value.as_str()))),
            MatcherName::PathPrefix => (None, (value != "/").then_some((PathKind::Prefix, value.as_str()))),
            _ => return None,
        };
        Some(Claim { host, path })
    }

    /// What both match; `None` if that takes more than one host and one path to say.
    fn and(&self, other: &Claim<'a>) -> Option<Claim<'a>> {
        if self.host.is_some() && other.host.is_some() || self.path.is_some() && other.path.is_some() {
            return None;
        }
        Some(Claim { host: self.host.clone().or_else(|| other.host.clone()), path: self.path.or(other.path) })
    }
}

/// A host as Traefik compares it.
fn normal(host: &str) -> Cow<'_, str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.bytes().any(|b| b.is_ascii_uppercase()) { host.to_ascii_lowercase().into() } else { host.into() }
}

/// A rule that matches these hosts and, for HTTP, paths that begin with `path`.
///
/// No host at all, or a `*` among them, is every host. With `wildcard_regexp` a host such as
/// `*.example.com` becomes a regular expression, for older Traefik 3 takes a wildcard in `Host` and
/// never matches it.
pub fn for_hosts(protocol: Protocol, hosts: &[impl AsRef<str>], path: Option<&str>, wildcard_regexp: bool) -> Rule {
    let path = path.filter(|_| protocol == Protocol::Http);
    let conditions = [
        host_condition(protocol, hosts, wildcard_regexp),
        path.map(|path| Rule::matcher(MatcherName::PathPrefix, path)),
    ];
    all(conditions.into_iter().flatten().collect())
}

/// `None` where an HTTP rule needs no condition, as it is for every host.
fn host_condition(protocol: Protocol, hosts: &[impl AsRef<str>], wildcard_regexp: bool) -> Option<Rule> {
    let (exact, regexp) = match protocol {
        Protocol::Http => (MatcherName::Host, MatcherName::HostRegexp),
        Protocol::Tcp => (MatcherName::HostSni, MatcherName::HostSniRegexp),
    };
    if hosts.is_empty() || hosts.iter().any(|host| host.as_ref() == "*") {
        return (protocol == Protocol::Tcp).then(|| Rule::matcher(exact, "*"));
    }
    let alternatives = hosts.iter().map(|host| match host.as_ref().strip_prefix("*.") {
        Some(domain) if wildcard_regexp => Rule::matcher(regexp, &subdomain_regexp(domain)),
        _ => Rule::matcher(exact, host.as_ref()),
    });
    Some(Rule::or(alternatives.collect()))
}

/// The conjunction; a rule cannot be empty, so none is ``PathPrefix(`/`)``.
fn all(conditions: Vec<Rule>) -> Rule {
    if conditions.is_empty() { Rule::matcher(MatcherName::PathPrefix, "/") } else { Rule::and(conditions) }
}

const ONE_LABEL: &str = r"^[^.]+\.";
const REGEXP_SPECIAL: &str = r"\.+*?()|[]{}^$";

fn subdomain_regexp(domain: &str) -> String {
    let mut regexp = String::from(ONE_LABEL);
    // Traefik compares with the host in lower case
    for c in domain.chars().map(|c| c.to_ascii_lowercase()) {
        if REGEXP_SPECIAL.contains(c) {
            regexp.push('\\');
        }
        regexp.push(c);
    }
    regexp + "$"
}

/// The `*.example.com` that a regular expression of [`subdomain_regexp`] was made from.
fn wildcard_of(regexp: &str) -> Option<String> {
    let domain = regexp.strip_prefix(ONE_LABEL)?.strip_suffix('$')?.replace('\\', "");
    (subdomain_regexp(&domain) == regexp).then(|| format!("*.{domain}"))
}

impl Rule {
    /// The hosts and paths this rule takes, if it says nothing else: it is a disjunction of
    /// conjunctions, each with at most one host and one path, or can be written so.
    pub fn claims(&self) -> Option<Vec<Claim<'_>>> {
        let claims = match self {
            Rule::Matcher(matcher) => vec![Claim::of(matcher)?],
            Rule::Not(_) => return None,
            Rule::Or(operands) => {
                let lists: Option<Vec<_>> = operands.iter().map(Rule::claims).collect();
                lists?.concat()
            }
            Rule::And(operands) => {
                let mut product = vec![Claim::default()];
                for operand in operands {
                    let claims = operand.claims()?;
                    if product.len() * claims.len() > MAX_CLAIMS {
                        return None;
                    }
                    let pairs = product.iter().flat_map(|left| claims.iter().map(|right| left.and(right)));
                    product = pairs.collect::<Option<_>>()?;
                }
                product
            }
        };
        (claims.len() <= MAX_CLAIMS).then_some(claims)
    }

    /// The same rule for other hosts, as [`for_hosts`] would write them; all other conditions stay.
    ///
    /// They take the place of the old ones, or stand first in a rule without any. `None` if the
    /// hosts are not one condition of their own: see [`Rule::host_set`].
    pub fn with_hosts(&self, protocol: Protocol, hosts: &[impl AsRef<str>], wildcard_regexp: bool) -> Option<Rule> {
        let (at, _) = self.host_set_at()?;
        let mut conditions = self.conditions().to_vec();
        // what all() wrote for want of a condition
        if *self == all(Vec::new()) {
            conditions.clear();
        }
        let replaced = at.map_or(0..0, |at| at..at + 1);
        conditions.splice(replaced, host_condition(protocol, hosts, wildcard_regexp));
        Some(all(conditions))
    }

    /// The hosts that [`Rule::with_hosts`] would replace, with `*.example.com` for a regular
    /// expression of [`for_hosts`]; empty for every host.
    ///
    /// `None` if the rule is not a host or a disjunction of hosts, alone or in conjunction with
    /// conditions that have no host except a negated one.
    pub fn host_set(&self) -> Option<Vec<String>> {
        self.host_set_at().map(|(_, hosts)| hosts)
    }

    fn conditions(&self) -> &[Rule] {
        match self {
            Rule::And(operands) => operands,
            _ => std::slice::from_ref(self),
        }
    }

    /// Which condition is the set of hosts, if there is one, and the hosts.
    fn host_set_at(&self) -> Option<(Option<usize>, Vec<String>)> {
        let mut with_host = self.conditions().iter().enumerate().filter(|(_, condition)| condition.has_host());
        let Some((at, set)) = with_host.next() else {
            return Some((None, Vec::new()));
        };
        if with_host.next().is_some() {
            return None;
        }
        let alternatives = match set {
            Rule::Or(operands) => operands,
            _ => std::slice::from_ref(set),
        };
        let mut hosts = alternatives.iter().map(Rule::as_host).collect::<Option<Vec<_>>>()?;
        if hosts.iter().any(|host| host == "*") {
            hosts.clear();
        }
        Some((Some(at), hosts))
    }

    /// The hosts of [`Rule::hosts`], and the wildcards that [`for_hosts`] wrote as regular expressions.
    pub fn hosts_and_wildcards(&self) -> Vec<String> {
        let mut hosts = Vec::new();
        self.each_matcher(false, &mut |matcher, negated| {
            let named = match matcher.name {
                _ if negated => Vec::new(),
                MatcherName::Host | MatcherName::HostSni => matcher.args.clone(),
                MatcherName::HostRegexp | MatcherName::HostSniRegexp => {
                    matcher.args.iter().filter_map(|regexp| wildcard_of(regexp)).collect()
                }
                _ => Vec::new(),
            };
            for host in named {
                if !hosts.contains(&host) {
                    hosts.push(host);
                }
            }
        });
        hosts
    }

    fn has_host(&self) -> bool {
        let mut found = false;
        self.each_matcher(false, &mut |matcher, negated| {
            use MatcherName::{Host, HostRegexp, HostSni, HostSniRegexp};
            found |= !negated && matches!(matcher.name, Host | HostRegexp | HostSni | HostSniRegexp);
        });
        found
    }

    fn as_host(&self) -> Option<String> {
        let Rule::Matcher(Matcher { name, args, .. }) = self else { return None };
        let [value] = args.as_slice() else { return None };
        match name {
            MatcherName::Host | MatcherName::HostSni => Some(value.clone()),
            MatcherName::HostRegexp | MatcherName::HostSniRegexp => wildcard_of(value),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::Protocol::{Http, Tcp};
    use super::*;
    use proptest::prelude::*;

    fn claims(text: &str) -> Option<Vec<String>> {
        let rule = parse(Http, text).unwrap();
        let show = |claim: &Claim<'_>| {
            let path = claim.path.map_or(String::new(), |(kind, path)| format!(" {kind:?} {path}"));
            format!("{}{path}", claim.host.as_deref().unwrap_or("*"))
        };
        rule.claims().map(|claims| claims.iter().map(show).collect())
    }

    #[test]
    fn claims_are_hosts_and_paths() {
        for (text, expected) in [
            ("Host(`A.com.`)", vec!["a.com"]),
            ("Path(`/A`)", vec!["* Exact /A"]),
            ("Host(`*`) && PathPrefix(`/`)", vec!["*"]),
            ("Host(`a`) && PathPrefix(`/x`) || Path(`/y`)", vec!["a Prefix /x", "* Exact /y"]),
            (
                "(Host(`a`) || Host(`b`)) && (Path(`/x`) || Path(`/y`))",
                vec!["a Exact /x", "a Exact /y", "b Exact /x", "b Exact /y"],
            ),
        ] {
            assert_eq!(claims(text).unwrap(), expected, "{text}");
        }
        for text in [
            "!Host(`a`)",
            "Host(`a`) && Host(`b`)",
            "Host(`a`) && Method(`GET`)",
            "Host(`a`) || HostRegexp(`a`)",
            "Path(`/a`) && PathPrefix(`/`) && PathPrefix(`/a`)",
        ] {
            assert_eq!(claims(text), None, "{text}");
        }
    }

    #[test]
    fn claims_do_not_explode() {
        let many =
            |name: &str| format!("({})", (0..100).map(|i| format!("{name}(`/{i}`)")).collect::<Vec<_>>().join(" || "));
        assert_eq!(claims(&many("Host")).unwrap().len(), 100);
        assert_eq!(claims(&format!("{} && {}", many("Host"), many("Path"))), None);
    }

    #[test]
    fn rules_are_made_for_hosts() {
        let rule = |protocol, hosts: &[&str], path, regexp| for_hosts(protocol, hosts, path, regexp).to_string();
        assert_eq!(rule(Http, &["a"], None, false), "Host(`a`)");
        assert_eq!(rule(Http, &["a", "b"], None, false), "Host(`a`) || Host(`b`)");
        assert_eq!(rule(Http, &["a", "b"], Some("/p"), false), "(Host(`a`) || Host(`b`)) && PathPrefix(`/p`)");
        assert_eq!(rule(Http, &[], None, false), "PathPrefix(`/`)");
        assert_eq!(rule(Http, &["*"], Some("/p"), false), "PathPrefix(`/p`)");
        assert_eq!(rule(Http, &["*.a.b"], None, false), "Host(`*.a.b`)");
        assert_eq!(rule(Http, &["*.a.b", "a.b"], None, true), r"HostRegexp(`^[^.]+\.a\.b$`) || Host(`a.b`)");
        assert_eq!(rule(Tcp, &[], Some("/p"), false), "HostSNI(`*`)");
        assert_eq!(rule(Tcp, &["a", "b"], None, false), "HostSNI(`a`) || HostSNI(`b`)");
        assert_eq!(rule(Tcp, &["*.A.b"], None, true), r"HostSNIRegexp(`^[^.]+\.a\.b$`)");
    }

    fn replaced(protocol: Protocol, text: &str, hosts: &[&str]) -> Option<String> {
        parse(protocol, text).unwrap().with_hosts(protocol, hosts, true).map(|rule| rule.to_string())
    }

    #[test]
    fn other_conditions_outlive_a_change_of_hosts() {
        for (text, hosts, expected) in [
            (
                "Host(`a`) && PathPrefix(`/x`) && Method(`GET`)",
                &["a", "b"][..],
                "(Host(`a`) || Host(`b`)) && PathPrefix(`/x`) && Method(`GET`)",
            ),
            ("Path(`/x`) && (Host(`a`) || Host(`b`))", &["c"], "Path(`/x`) && Host(`c`)"),
            ("Path(`/x`) || Path(`/y`)", &["c"], "Host(`c`) && (Path(`/x`) || Path(`/y`))"),
            ("Host(`a`) && !Host(`b`)", &["c"], "Host(`c`) && !Host(`b`)"),
            ("Host(`a`) && Method(`GET`)", &[], "Method(`GET`)"),
            ("PathPrefix(`/`)", &["c"], "Host(`c`)"),
            (r"HostRegexp(`^[^.]+\.a\.b$`)", &["*.c"], r"HostRegexp(`^[^.]+\.c$`)"),
        ] {
            assert_eq!(replaced(Http, text, hosts).unwrap(), expected, "{text}");
        }
        let tcp = "HostSNI(`*`) && ClientIP(`::1`)";
        assert_eq!(replaced(Tcp, tcp, &["a"]).unwrap(), "HostSNI(`a`) && ClientIP(`::1`)");
        assert_eq!(replaced(Tcp, tcp, &["*"]).unwrap(), tcp);
        for text in [
            "Host(`a`) && Host(`b`)",
            "Host(`a`) || Path(`/x`)",
            "Host(`a`) && (Host(`b`) || Path(`/x`))",
            "HostRegexp(`^a`)",
            "Host(`a`) && Path(`/x`) || Host(`b`) && Path(`/y`)",
        ] {
            assert_eq!(replaced(Http, text, &["c"]), None, "{text}");
        }
    }

    fn some_hosts() -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec(r"(\*\.)?[a-z]{1,3}(\.[a-z-]{1,3}){0,2}", 0..4)
    }

    proptest! {
        #[test]
        fn changed_hosts_are_as_if_made_so(
            before in some_hosts(), after in some_hosts(), path in prop::option::of("/[a-z]+"), regexp: bool, tcp: bool
        ) {
            let protocol = if tcp { Tcp } else { Http };
            let rule = for_hosts(protocol, &before, path.as_deref(), regexp);
            prop_assert_eq!(parse(protocol, &rule.to_string()), Ok(rule.clone()));
            prop_assert_eq!(rule.host_set(), Some(before));
            prop_assert_eq!(
                rule.with_hosts(protocol, &after, regexp),
                Some(for_hosts(protocol, &after, path.as_deref(), regexp))
            );
        }
    }
}
