//! Whether a host is free for somebody who has no right to touch the routers of others. A pure decision.
//!
//! It is made on rules, not on texts: each router of somebody else is asked whether there is any request for the
//! claimed host that it takes, whatever the path, headers, and address of the client. What can't be told counts as
//! taken: a rule that can't be read, a file that is a Go template or that Traefik refuses.
//!
//! - **The path never matters**, nor does TLS, nor the protocol: who has a name has all of it. On one entry point an HTTP
//!   router with TLS that names a host, for whatever path, takes all connections for it away from TCP routers.
//! - **A router that asks for no host**, such as a redirection to HTTPS or a maintenance page, is nobody's claim on a
//!   host: it takes of it what it takes of every other, and gives way by its priority. A rule counts as one router for
//!   each side of `||`: ``Host(`a`) || PathPrefix(`/p`)`` is a claim on `a` alone, for it takes of `b` what a
//!   router for ``PathPrefix(`/p`)`` would. The same goes for ``!Host(`a`)``, which leaves `a` out of all hosts. A regular
//!   expression asks for no host only if it is plainly for all, such as `.+`; any other is a claim on whatever it matches.
//! - **Entry points** of the two must have one in common. Where none is named, they are the default ones, which can be any
//!   as long as the static configuration is not known.
//! - **Routers below others** (`parentRefs`) count by their own rule, where their parents listen; where that can't be told at
//!   once, on every entry point.
//! - **Definitions that Traefik doesn't take**, because an earlier file has the name, don't count; disabled routers do, for a
//!   mended service makes them serve. Routers without a rule never serve. Those of Traefik itself stand in no file, and
//!   name no host.

mod pattern;
mod sides;

use crate::inventory::{Content, Definition, Inventory, Part, bare};
use crate::name::{EntryPointName, Host, Kind};
use crate::rule::{self, Protocol, Rule, Syntax};
use crate::runtime::entry_points_of;
use crate::schema::value;
use crate::surroundings::Surroundings;
use sides::{Claimed, Meeting, Sides, meeting, sides};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

/// What somebody asks for.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'c> {
    /// Names, and wildcards for one label.
    pub hosts: &'c [Host],
    /// Where the new routers listen; none stands for Traefik's default ones.
    pub entry_points: &'c [EntryPointName],
    /// The release and the static configuration that rules and entry points are read by.
    pub surroundings: &'c Surroundings,
}

/// What stands in the way.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The index of the file.
    pub file: usize,
    /// The router, unless it is the file that can't be read.
    pub router: Option<(Kind, Definition<'a>)>,
    /// Which of the hosts; the first one where it is about all.
    pub host: Host,
    /// Why.
    pub why: Why,
}

/// Why a host is not free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The router asks for this very host.
    SameHost,
    /// It asks for hosts of which this is one.
    WildcardOver,
    /// The claim is a wildcard, and it asks for one of its hosts.
    UnderWildcard,
    /// What its rule matches can't be told.
    UnclearRule,
    /// The file is a Go template, which could define any router.
    Template,
    /// The file can't be read, and Traefik refuses the directory for it.
    BrokenFile,
}

/// What the router, or the file, does to the host.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Why::SameHost => "answers for",
            Why::WildcardOver => "answers for every host like",
            Why::UnderWildcard => "answers for a host of",
            Why::UnclearRule => "has a rule of which it can't be told whether it answers for",
            Why::Template => "is a Go template, which may answer for",
            Why::BrokenFile => "can't be read, and may answer for",
        })
    }
}

/// The routers of a directory, made ready to be asked for many hosts one after the other.
pub struct Routers<'r, 'a> {
    inventory: &'r Inventory<'a>,
    /// The first file of which it can't be told which routers it has.
    unread: Option<(usize, Why)>,
    /// In load order.
    all: Vec<(Kind, Definition<'a>)>,
    /// Places of those that ask for one plain host and for nothing else, which nearly all do, by it.
    plain: HashMap<String, Vec<usize>>,
    /// Places of the others.
    rest: Vec<usize>,
}

impl<'r, 'a> Routers<'r, 'a> {
    /// Looks through a directory.
    pub fn of(inventory: &'r Inventory<'a>) -> Routers<'r, 'a> {
        let unread = inventory.files().iter().enumerate().find_map(|(file, found)| match found.content {
            Content::Parsed(_) => None,
            Content::Template { .. } => Some((file, Why::Template)),
            Content::Broken { .. } => Some((file, Why::BrokenFile)),
        });
        let all: Vec<_> = inventory.definitions(Part::Router).collect();
        let (mut plain, mut rest) = (HashMap::<String, Vec<usize>>::new(), Vec::new());
        for (at, (_, router)) in all.iter().enumerate() {
            let [node] = value::pick(router.value, ["rule"]);
            match node.and_then(value::text).as_deref().and_then(only_host) {
                Some(host) => plain.entry(host.to_owned()).or_default().push(at),
                None => rest.push(at),
            }
        }
        Routers { inventory, unread, all, plain, rest }
    }

    /// Somebody else's router that answers, or might answer, for one of these hosts.
    ///
    /// `is_own` tells which routers are the claimer's: those never stand in its way, so that several hosts of one claim don't.
    pub fn taken(&self, claim: &Claim<'_>, is_own: impl Fn(Kind, &str) -> bool) -> Option<Taken<'a>> {
        let first = claim.hosts.first()?;
        if let Some((file, why)) = self.unread {
            return Some(Taken { file, router: None, host: first.clone(), why });
        }
        let claimed: Vec<Claimed<'_>> = claim.hosts.iter().map(Claimed::of).collect();
        let places = Places::of_claim(claim);
        let asked = self.asked(claim.hosts).into_iter().filter_map(|at| self.all.get(at));
        let others = asked.filter(|(kind, router)| !is_own(*kind, router.name));
        others.filter_map(|(kind, router)| Some((*kind, router, Protocol::of(*kind)?))).find_map(
            |(kind, router, protocol)| {
                let (at, why) = contested(router, protocol, claim, &claimed)?;
                let meets = places.meet(&Places::of_router(self.inventory, router, claim.surroundings));
                let host = claim.hosts.get(at).unwrap_or(first).clone();
                meets.then_some(Taken { file: router.file, router: Some((kind, *router)), host, why })
            },
        )
    }

    /// The places of those that may ask for one of these hosts, in load order.
    fn asked(&self, hosts: &[Host]) -> Vec<usize> {
        if hosts.iter().any(|host| host.as_str().starts_with('*')) {
            return (0..self.all.len()).collect();
        }
        let plain = hosts.iter().filter_map(|host| self.plain.get(host.as_str())).flatten();
        let mut asked: Vec<usize> = plain.chain(&self.rest).copied().collect();
        asked.sort_unstable();
        asked
    }
}

/// Which of the claimed hosts a router asks for, and why that can be said.
fn contested(
    router: &Definition<'_>,
    protocol: Protocol,
    claim: &Claim<'_>,
    claimed: &[Claimed<'_>],
) -> Option<(usize, Why)> {
    let [node, syntax] = value::pick(router.value, ["rule", "ruleSyntax"]);
    let node = node.filter(|node| !value::is_null(*node))?;
    let Some(text) = value::text(node) else { return Some((0, Why::UnclearRule)) };
    if text.is_empty() {
        return None;
    }
    // Of a hundred thousand routers nearly all have such a rule, and a wildcard must look at each.
    if let Some(host) = only_host(&text) {
        return claimed.iter().position(|c| c.is_exactly(host)).map(|at| (at, Why::SameHost)).or_else(|| {
            let under = claimed.iter().position(|c| c.is_over(host));
            under.map(|at| (at, Why::UnderWildcard))
        });
    }
    let known = claim.surroundings.static_config.as_ref();
    let syntax = syntax.and_then(value::text).filter(|syntax| !syntax.is_empty());
    let syntax = syntax.or_else(|| known?.default_rule_syntax.as_deref().map(Cow::Borrowed));
    let syntax = syntax.map_or(Syntax::V3, |syntax| Syntax::of(&syntax));
    let rule = match rule::compile(protocol, syntax, claim.surroundings.release, &text) {
        Ok(rule) => rule,
        Err(error) => match error.read {
            // What can't be built still names hosts, and takes them as soon as it is mended.
            Some(rule) => *rule,
            None => return Some((0, Why::UnclearRule)),
        },
    };
    claimed.iter().enumerate().find_map(|(at, host)| Some((at, why(&rule, syntax, host)?)))
}

/// Why a rule is a claim on a host, if it is.
fn why(rule: &Rule, syntax: Syntax, host: &Claimed<'_>) -> Option<Why> {
    if !sides(rule, syntax, host).has(Sides::HELD) {
        return None;
    }
    let mut first = None;
    rule.each_matcher(false, &mut |matcher, negated| {
        if first.is_none() && !negated {
            first = meeting(matcher, syntax, host);
        }
    });
    Some(match first {
        Some(Meeting::Same) => Why::SameHost,
        Some(Meeting::Over) => Why::WildcardOver,
        Some(Meeting::Under) => Why::UnderWildcard,
        Some(Meeting::Unclear) | None => Why::UnclearRule,
    })
}

/// The host of a rule that is a plain name and nothing else, in either syntax.
fn only_host(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("Host(`").or_else(|| text.strip_prefix("HostSNI(`"))?.strip_suffix("`)")?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (!inner.is_empty() && !inner.ends_with('.') && inner.bytes().all(plain)).then_some(inner)
}

/// The routers that a router is below.
fn parents<'a>(router: &Definition<'a>) -> Vec<value::Item<'a>> {
    value::field(router.value, "parentRefs").map(value::list).unwrap_or_default()
}

/// Entry points that take connections; `None` is not known.
struct Places(Option<Vec<String>>);

impl Places {
    fn of_claim(claim: &Claim<'_>) -> Places {
        let known = claim.surroundings.static_config.as_ref();
        let named: Vec<String> = claim.entry_points.iter().map(|name| name.as_str().to_owned()).collect();
        let named = match known {
            Some(known) if named.is_empty() => known.default_entry_points().into_iter().map(str::to_owned).collect(),
            _ => named,
        };
        Places::of(named, claim.surroundings)
    }

    fn of_router(inventory: &Inventory<'_>, router: &Definition<'_>, surroundings: &Surroundings) -> Places {
        let above = parents(router);
        if above.is_empty() {
            let listed = entry_points_of(router.value, surroundings).into_iter();
            return Places::of(listed.map(|(name, _)| name).collect(), surroundings);
        }
        let of_parent = |reference: &str| {
            let parent = inventory.get(Kind::Http, Part::Router, bare(reference)?)?;
            parents(&parent).is_empty().then(|| Places::of_router(inventory, &parent, surroundings).0)?
        };
        let all: Option<Vec<_>> = above.iter().map(|parent| of_parent(&parent.text)).collect();
        Places(all.map(|all| all.concat()))
    }

    fn of(mut named: Vec<String>, surroundings: &Surroundings) -> Places {
        let Some(known) = surroundings.static_config.as_ref() else {
            return Places((!named.is_empty()).then_some(named));
        };
        named.retain(|name| known.entry_point(name).is_none_or(|entry| !entry.udp));
        Places(Some(named))
    }

    fn meet(&self, other: &Places) -> bool {
        match (&self.0, &other.0) {
            (Some(ours), Some(theirs)) => ours.iter().any(|name| theirs.contains(name)),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
