//! What a rule says of a claimed host, beside what it says of a host that nobody names.
//!
//! A rule is asked two questions at once, about one request that differs in its host only: does it match with the
//! claimed host, and does it match with a stranger's, which no rule names? Matchers of anything but the host answer
//! both alike. What comes out is every pair of answers that some request may get, whatever its path, headers and
//! address: too many pairs at worst, never too few. A rule is somebody's claim on the host if the pair
//! [`Sides::HELD`] is among them, and none if it takes of the host only what it takes of every other.

use super::pattern::{Graph, may_match, template_may_match};
use crate::name::Host;
use crate::rule::{Matcher, MatcherName, Rule, Syntax, parent};

/// Pairs of answers that are possible, a bit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sides(u8);

/// Nesting that no rule has.
const DEEPEST: usize = 300;

impl Sides {
    /// The host is matched, a stranger's is not.
    pub(super) const HELD: Sides = Sides(0b0010);
    /// Both, as by what doesn't look at the host.
    const BOTH: Sides = Sides(0b1000);
    const NEITHER: Sides = Sides(0b0001);
    const MAYBE_HELD: Sides = Sides(0b0011);
    const ALIKE: Sides = Sides(0b1001);
    const ANYTHING: Sides = Sides(0b1111);

    pub(super) fn has(self, other: Sides) -> bool {
        self.0 & other.0 != 0
    }

    /// The pairs as numbers: bit 0 is the answer for the claimed host, bit 1 that for the stranger's.
    fn pairs(self) -> impl Iterator<Item = u8> {
        (0..4).filter(move |pair| self.0 & 1 << pair != 0)
    }

    fn combined(self, other: Sides, by: fn(u8, u8) -> u8) -> Sides {
        let all = self.pairs().flat_map(|one| other.pairs().map(move |two| 1 << by(one, two)));
        Sides(all.fold(0, |all, pair| all | pair))
    }

    fn negated(self) -> Sides {
        Sides(self.pairs().fold(0, |all, pair| all | 1 << (pair ^ 0b11)))
    }
}

/// A claimed host, made ready to be asked about.
pub(super) struct Claimed<'c> {
    host: &'c str,
    graph: Graph,
}

impl<'c> Claimed<'c> {
    pub(super) fn of(host: &'c Host) -> Claimed<'c> {
        Claimed { host: host.as_str(), graph: Graph::of(host) }
    }

    pub(super) fn is_exactly(&self, host: &str) -> bool {
        self.host == host
    }

    /// Whether this is a wildcard and the host one of its own.
    pub(super) fn is_over(&self, host: &str) -> bool {
        names_meet(host, self.host) == Some(Meeting::Under)
    }
}

/// How a name in a rule meets a claimed host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meeting {
    Same,
    /// The rule's is a wildcard over it.
    Over,
    /// The claimed one is a wildcard over the rule's.
    Under,
    Unclear,
}

/// The pairs that a rule can give for a claimed host.
pub(super) fn sides(rule: &Rule, syntax: Syntax, claimed: &Claimed<'_>) -> Sides {
    sides_at(rule, syntax, claimed, 0)
}

fn sides_at(rule: &Rule, syntax: Syntax, claimed: &Claimed<'_>, depth: usize) -> Sides {
    if depth > DEEPEST {
        return Sides::ANYTHING;
    }
    let of = |operand: &Rule| sides_at(operand, syntax, claimed, depth + 1);
    match rule {
        Rule::And(operands) => operands.iter().fold(Sides::BOTH, |all, one| all.combined(of(one), |a, b| a & b)),
        Rule::Or(operands) => operands.iter().fold(Sides::NEITHER, |all, one| all.combined(of(one), |a, b| a | b)),
        Rule::Not(operand) => of(operand).negated(),
        Rule::Matcher(matcher) => of_matcher(matcher, syntax, claimed),
    }
}

fn of_matcher(matcher: &Matcher, syntax: Syntax, claimed: &Claimed<'_>) -> Sides {
    match matcher.name {
        _ if is_of_every_host(matcher, syntax) => Sides::BOTH,
        // `Host(`*`)` is every host or none: older Traefik, and its older syntax, know no such wildcard
        MatcherName::Host if matcher.args.iter().any(|host| host == "*") => {
            Sides::ALIKE.combined(met_by_name(matcher, syntax, claimed), |a, b| a | b)
        }
        MatcherName::Header | MatcherName::HeaderRegexp if !is_forwarded_host(matcher) => Sides::ALIKE,
        name if !looks_at_host(name) => Sides::ALIKE,
        _ => met_by_name(matcher, syntax, claimed),
    }
}

fn met_by_name(matcher: &Matcher, syntax: Syntax, claimed: &Claimed<'_>) -> Sides {
    // Whether capitals and a dot at the end count differs from release to release.
    let is_plain = || !claimed.host.starts_with('*') && matcher.args.iter().any(|host| host == claimed.host);
    match (meeting(matcher, syntax, claimed), matcher.name) {
        (None, _) => Sides::NEITHER,
        (Some(_), MatcherName::Host | MatcherName::HostSni) if is_plain() => Sides::HELD,
        (Some(_), _) => Sides::MAYBE_HELD,
    }
}

fn looks_at_host(name: MatcherName) -> bool {
    use MatcherName::{Header, HeaderRegexp, Host, HostRegexp, HostSni, HostSniRegexp};
    matches!(name, Host | HostRegexp | HostSni | HostSniRegexp | Header | HeaderRegexp)
}

/// Traefik sets this header to the host of the request before it asks the rules.
fn is_forwarded_host(matcher: &Matcher) -> bool {
    matcher.args.iter().step_by(2).any(|header| header.eq_ignore_ascii_case("x-forwarded-host"))
}

/// Whether every host is matched, as a catch-all does it.
fn is_of_every_host(matcher: &Matcher, syntax: Syntax) -> bool {
    let every: &[&str] = match (matcher.name, syntax) {
        (MatcherName::HostSni, _) => &["*"],
        (MatcherName::HostRegexp | MatcherName::HostSniRegexp, Syntax::V3) => {
            &[".*", "^.*", "^.*$", ".+", "^.+", "^.+$", ".*$", ".+$", "(.*)", "(.+)", "^(.*)$", "^(.+)$"]
        }
        _ => &[],
    };
    let is_every = |arg: &String| match syntax {
        Syntax::V2 if every.is_empty() && looks_at_host(matcher.name) => {
            let pattern =
                arg.strip_prefix('{').and_then(|arg| arg.strip_suffix('}')).and_then(|arg| arg.split_once(':'));
            pattern.is_some_and(|(_, pattern)| matches!(pattern, ".*" | ".+"))
        }
        _ => every.contains(&arg.as_str()),
    };
    matcher.args.iter().any(is_every)
}

/// How a matcher of hosts meets the claimed one; `None` if it surely doesn't.
pub(super) fn meeting(matcher: &Matcher, syntax: Syntax, claimed: &Claimed<'_>) -> Option<Meeting> {
    let met = |arg: &String| match matcher.name {
        MatcherName::Host | MatcherName::HostSni => names_meet(arg, claimed.host),
        MatcherName::HostRegexp | MatcherName::HostSniRegexp => {
            let may = match syntax {
                Syntax::V3 => may_match(arg, &claimed.graph),
                Syntax::V2 => template_may_match(arg, &claimed.graph),
            };
            match may {
                Some(false) => None,
                Some(true) => Some(Meeting::Over),
                None => Some(Meeting::Unclear),
            }
        }
        _ => None,
    };
    match matcher.name {
        MatcherName::Header | MatcherName::HeaderRegexp => {
            let values = matcher.args.iter().skip(1).step_by(2);
            let named = |value: &String| {
                let host = value.rsplit_once(':').map_or(value.as_str(), |(host, _)| host);
                names_meet(host, claimed.host)
            };
            match matcher.name {
                _ if !is_forwarded_host(matcher) => None,
                MatcherName::HeaderRegexp => Some(Meeting::Unclear),
                _ => values.filter_map(named).next(),
            }
        }
        _ => matcher.args.iter().filter_map(met).next(),
    }
}

fn names_meet(theirs: &str, claimed: &str) -> Option<Meeting> {
    let theirs = theirs.strip_suffix('.').unwrap_or(theirs).to_ascii_lowercase();
    if claimed == "*" {
        return Some(Meeting::Under);
    }
    if theirs == claimed {
        return Some(Meeting::Same);
    }
    let covers =
        |wildcard: &str, host: &str| wildcard.strip_prefix("*.").is_some_and(|domain| parent(host) == Some(domain));
    if covers(&theirs, claimed) {
        return Some(Meeting::Over);
    }
    covers(claimed, &theirs).then_some(Meeting::Under)
}
