//! Which routers compete for the same requests, and which of them wins.

use super::Subject;
use crate::finding::Location;
use crate::inventory::{Definition, Part};
use crate::name::Kind;
use crate::rule::{self, Hosts, Protocol, Rule, Syntax, Term, parent};
use crate::runtime::{Status, entry_points_of};
use crate::schema::value;
use crate::static_config::StaticConfig;
use std::collections::{HashMap, HashSet};

/// Of more contenders for one host, the rest are not compared: nothing here may be quadratic.
const MAX_CONTENDERS: usize = 64;

/// How two routers compete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Contest {
    /// The other takes every request of this one.
    Shadowed,
    /// Nothing decides between the two.
    Ambiguous,
    /// The two take the same host and path.
    SameHost,
    /// This one takes requests of the other, which names its only host.
    CatchAll,
}

/// Two routers that compete.
#[derive(Debug)]
pub(super) struct Rivalry {
    pub(super) contest: Contest,
    /// The rule that it is about.
    pub(super) at: Location,
    /// The path of keys there.
    pub(super) path: String,
    /// Its priority.
    pub(super) priority: i64,
    pub(super) other: Other,
}

/// The other router.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) name: String,
    /// Its rule.
    pub(super) at: Location,
    pub(super) priority: i64,
}

/// A router with a rule that was read.
struct Contender<'a> {
    kind: Kind,
    name: &'a str,
    at: Location,
    priority: i64,
    rule: Rule,
    arenas: Vec<usize>,
    /// Whether connections come without a server name.
    is_nameless: bool,
}

impl Contender<'_> {
    /// What it takes, as far as that is known.
    fn terms(&self) -> Vec<Term<'_>> {
        let mut terms = self.rule.terms().unwrap_or_default();
        terms.retain(|term| !self.is_nameless || term.hosts == Hosts::Every);
        terms
    }
}

/// The routers that one connection can reach: protocol, entry point, TLS.
type Arena = (Kind, String, bool);

/// A contender and one of its terms, by index.
type Entrant = (usize, usize);

struct Field<'c, 'a> {
    contenders: &'c [Contender<'a>],
    terms: Vec<Vec<Term<'c>>>,
    by_host: HashMap<(usize, String), Vec<Entrant>>,
}

/// All that compete, in load order.
pub(super) fn rivalries<'s>(subject: &'s Subject<'_>) -> &'s [Rivalry] {
    subject.rivalries.get_or_init(|| Field::of(&contenders(subject), |field| field.judge()))
}

fn contenders<'a>(subject: &Subject<'a>) -> Vec<Contender<'a>> {
    let is_router = |kind: &str| matches!(kind, "http.router" | "tcp.router");
    let routers = subject.runtime.objects.iter().filter(|object| is_router(object.kind));
    let (mut there, mut disabled) = (HashSet::new(), HashSet::new());
    for router in routers {
        there.insert(router.at);
        if router.status == Status::Disabled {
            disabled.insert(router.at);
        }
    }
    let mut arenas = HashMap::new();
    let definitions = subject.inventory.definitions(Part::Router).filter(|(_, router)| {
        let at = Location::of(router.file, router.key.span());
        there.contains(&at) && !disabled.contains(&at)
    });
    definitions.filter_map(|(kind, router)| contender(subject, kind, router, &mut arenas)).collect()
}

fn contender<'a>(
    subject: &Subject<'_>,
    kind: Kind,
    router: Definition<'a>,
    arenas: &mut HashMap<Arena, usize>,
) -> Option<Contender<'a>> {
    let [node, priority, parents, syntax] = value::pick(router.value, ["rule", "priority", "parentRefs", "ruleSyntax"]);
    let protocol = Protocol::of(kind)?;
    let known = subject.surroundings.static_config.as_ref();
    let syntax = subject.syntax(syntax);
    if syntax == Syntax::V2 || parents.is_some_and(|parents| !value::list(parents).is_empty()) {
        return None;
    }
    let node = node?;
    let text = value::text(node)?;
    let rule = rule::compile(protocol, syntax, subject.surroundings.release, &text).ok()?;
    let by_length = || match kind == Kind::Tcp && rule.is_catch_all_sni() {
        true => -1,
        false => i64::try_from(text.len()).unwrap_or(i64::MAX),
    };
    let priority = priority.and_then(value::integer).filter(|priority| *priority != 0).unwrap_or_else(by_length);
    // older Traefik takes a wildcard, and never matches it
    let is_dead = |host: &&str| host.starts_with("*.") || (kind == Kind::Http && *host == "*");
    if !subject.surroundings.release.has_wildcard_hosts() && rule.hosts().iter().any(is_dead) {
        return None;
    }
    let own_tls = value::field(router.value, "tls").is_some_and(value::is_on);
    let places = arenas_of(entry_points_of(router.value, subject.surroundings), own_tls, known);
    let mut numbers: Vec<usize> = Vec::new();
    for (entry_point, tls) in places {
        // entry points give TLS to HTTP routers only
        let tls = if kind == Kind::Http { tls } else { own_tls };
        let next = arenas.len();
        let number = *arenas.entry((kind, entry_point, tls)).or_insert(next);
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    let at = Location::of(router.file, node.span());
    Some(Contender {
        kind,
        name: router.name,
        at,
        priority,
        rule,
        arenas: numbers,
        is_nameless: kind == Kind::Tcp && !own_tls,
    })
}

/// The entry points that are there; those of a router that names none have no name where they are not known.
fn arenas_of(named: Vec<(String, bool)>, own_tls: bool, known: Option<&StaticConfig>) -> Vec<(String, bool)> {
    match known {
        Some(known) => {
            let is_there = |name: &str| known.entry_point(name).is_some_and(|entry| !entry.udp);
            named.into_iter().filter(|(name, _)| is_there(name)).collect()
        }
        None if named.is_empty() => vec![(String::new(), own_tls)],
        None => named,
    }
}

/// Where contenders for these hosts are looked up.
fn host_key(hosts: &Hosts<'_>) -> String {
    match hosts {
        Hosts::Every | Hosts::NotEmpty => String::new(),
        Hosts::Wildcard(domain) | Hosts::Regexp(domain) => format!("*.{domain}"),
        Hosts::Exact(host) => host.to_string(),
    }
}

impl<'c, 'a> Field<'c, 'a> {
    fn of<T>(contenders: &'c [Contender<'a>], judge: impl FnOnce(&Field<'c, 'a>) -> T) -> T {
        let terms = contenders.iter().map(Contender::terms).collect();
        let mut field = Field { contenders, terms, by_host: HashMap::new() };
        for (at, contender) in contenders.iter().enumerate() {
            for (place, term) in field.terms[at].iter().enumerate() {
                for arena in &contender.arenas {
                    field.by_host.entry((*arena, host_key(&term.hosts))).or_default().push((at, place));
                }
            }
        }
        judge(&field)
    }

    /// The first contenders in an arena whose hosts can be those of the term.
    fn near(&self, arena: usize, term: &Term<'_>) -> impl Iterator<Item = (usize, &Term<'c>)> {
        let wildcard = match &term.hosts {
            Hosts::Exact(host) => parent(host).map(|domain| format!("*.{domain}")),
            _ => None,
        };
        let every = (!matches!(term.hosts, Hosts::Every | Hosts::NotEmpty)).then(String::new);
        let keys = [Some(host_key(&term.hosts)), wildcard, every];
        let buckets = keys.into_iter().flatten().filter_map(move |key| self.by_host.get(&(arena, key)));
        let entrants = buckets.flat_map(|bucket| bucket.iter().take(MAX_CONTENDERS));
        entrants.filter_map(|(at, place)| Some((*at, self.terms.get(*at)?.get(*place)?)))
    }

    /// Who takes all requests of the term before a router of this priority can.
    fn taker(&self, arena: usize, term: &Term<'_>, priority: i64) -> Option<usize> {
        let mut takers =
            self.near(arena, term).filter(|(at, wider)| self.priority(*at) > priority && wider.contains(term));
        takers.next().map(|(at, _)| at)
    }

    fn priority(&self, at: usize) -> i64 {
        self.contenders.get(at).map_or(0, |contender| contender.priority)
    }

    /// Who takes everything from a contender.
    fn shadow(&self, contender: &Contender<'_>, terms: &[Term<'_>]) -> Option<usize> {
        let mut first = None;
        for arena in &contender.arenas {
            for term in terms {
                let taker = self.taker(*arena, term, contender.priority)?;
                first = first.or(Some(taker));
            }
        }
        first
    }

    fn judge(&self) -> Vec<Rivalry> {
        let all = self.contenders.iter().zip(&self.terms);
        let shadows: Vec<Option<usize>> = all.map(|(contender, terms)| self.shadow(contender, terms)).collect();
        let mut found = Vec::new();
        let mut wide = HashSet::new();
        for (at, shadow) in shadows.iter().enumerate() {
            if let Some(other) = shadow {
                found.extend(self.rivalry(Contest::Shadowed, at, *other));
                continue;
            }
            let clear = |other: usize| other != at && shadows.get(other).is_some_and(Option::is_none);
            let mut contest = None;
            for (arena, term) in self.entries(at) {
                for (other, theirs) in self.near(arena, term).filter(|(other, _)| clear(*other)) {
                    // one such rival is enough
                    let settled = matches!(contest, Some((Contest::Ambiguous, _)));
                    if settled && self.priority(other) == self.priority(at) {
                        continue;
                    }
                    let kind = self.compare(arena, (at, term), (other, theirs));
                    if kind == Some(Contest::CatchAll) && wide.insert(other) {
                        found.extend(self.rivalry(Contest::CatchAll, other, at));
                    }
                    match kind {
                        Some(Contest::Ambiguous) => {
                            contest =
                                contest.filter(|(k, _)| *k == Contest::Ambiguous).or(Some((Contest::Ambiguous, other)))
                        }
                        Some(Contest::SameHost) => contest = contest.or(Some((Contest::SameHost, other))),
                        _ => {}
                    }
                }
            }
            if let Some((contest, other)) = contest {
                found.extend(self.rivalry(contest, at, other));
            }
        }
        found
    }

    fn entries(&self, at: usize) -> impl Iterator<Item = (usize, &Term<'c>)> {
        let arenas = self.contenders.get(at).map_or(&[][..], |contender| &contender.arenas);
        let terms = self.terms.get(at).map_or(&[][..], Vec::as_slice);
        arenas.iter().flat_map(move |arena| terms.iter().map(move |term| (*arena, term)))
    }

    /// How two terms of different routers compete in an arena.
    fn compare(&self, arena: usize, one: (usize, &Term<'c>), other: (usize, &Term<'c>)) -> Option<Contest> {
        let ((at, term), (rival, theirs)) = (one, other);
        let (ours, their) = (self.priority(at), self.priority(rival));
        let both = term.and(theirs).filter(Term::is_possible)?;
        // whichever stands at the wider hosts finds the other, so both ways must be looked at once
        let same_bucket = host_key(&term.hosts) == host_key(&theirs.hosts);
        if ours == their {
            let once = !same_bucket || rival < at;
            return (once && self.taker(arena, &both, ours).is_none()).then_some(Contest::Ambiguous);
        }
        if same_bucket && rival < at && term == theirs && term.rest.is_empty() && matches!(term.hosts, Hosts::Exact(_))
        {
            return Some(Contest::SameHost);
        }
        let has_one_host = || {
            let all = self.terms.get(at).map_or(&[][..], Vec::as_slice);
            matches!(term.hosts, Hosts::Exact(_)) && all.iter().all(|other| other.hosts == term.hosts)
        };
        let takes = their > ours && !matches!(theirs.hosts, Hosts::Exact(_)) && theirs.covers(term) && has_one_host();
        takes.then_some(Contest::CatchAll)
    }

    fn rivalry(&self, contest: Contest, at: usize, other: usize) -> Option<Rivalry> {
        let (contender, other) = (self.contenders.get(at)?, self.contenders.get(other)?);
        Some(Rivalry {
            contest,
            at: contender.at,
            path: format!("{}.routers.{}.rule", contender.kind, contender.name),
            priority: contender.priority,
            other: Other { name: other.name.to_owned(), at: other.at, priority: other.priority },
        })
    }
}
