//! TLS options of routers: which a connection gets, by the server name that it asks for.

use super::Cause;
use super::board::{Board, span_or};
use super::router::Router;
use super::tls_options;
use crate::document::Span;
use crate::finding::{Label, Location};
use crate::inventory::TlsPart;
use crate::release::Release;
use crate::rule::Rule;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

/// The options that every router has that names none.
const DEFAULT: &str = "default";

const DIFFERENT: &str =
    "found different TLS options for routers on the same host, so using the default TLS options instead";

/// The name of a router's options with its provider.
pub(super) fn options_of(router: &Router<'_>) -> String {
    match router.options() {
        "" | DEFAULT => DEFAULT.to_owned(),
        name if name.contains('@') => name.to_owned(),
        name => format!("{name}@{}", router.provider),
    }
}

/// Why TLS options can't be used, in Traefik's words; notes the trouble where `router` names them.
pub(super) fn broken_options<'a>(board: &mut Board<'a, '_>, router: &Router<'a>, section: &str) -> Option<String> {
    let options = options_of(router);
    let name = match options.rsplit_once('@') {
        None => DEFAULT,
        Some((name, "file")) if name != DEFAULT => name,
        Some((name, provider)) if provider != "file" && board.is_foreign(provider) && name != DEFAULT => return None,
        Some(_) => "",
    };
    let at = Location::of(router.definition.file, span_or(router.options_at(), router.definition.key));
    let path = || format!("{section}.routers.{}.tls.options", router.definition.name);
    match board.inventory.tls(TlsPart::Options, name).filter(|_| !name.is_empty()) {
        None if name == DEFAULT => None,
        None if board.inventory.has_templates() => None,
        None => {
            let says = format!("unknown TLS options: {options}");
            let nearest = board.nearest_options(router.options());
            let cause = Cause::UnknownTlsOptions { name: router.options().to_owned(), nearest };
            board.trouble(at, path, &says, cause);
            Some(says)
        }
        Some(definition) => {
            let broken = tls_options::tls_options(definition.value, board.surroundings).err()?;
            let cause = Cause::BadTlsOptions { name: name.to_owned(), kind: broken.kind };
            let at = Location::of(definition.file, broken.at);
            let field = broken.field;
            board.trouble(at, || format!("tls.options.{name}.{field}"), &broken.says, cause);
            Some(broken.says)
        }
    }
}

/// A certificate resolver that is not there is only logged.
pub(super) fn check_resolver<'a>(board: &mut Board<'a, '_>, router: &Router<'a>, section: &str) {
    let (Some((name, node)), Some(known)) =
        (router.tls.as_ref().and_then(|tls| tls.resolver.as_ref()), &board.surroundings.static_config)
    else {
        return;
    };
    if router.tls.is_none() || known.resolver(name).is_some_and(|resolver| resolver.usable) {
        return;
    }
    let at = Location::of(router.definition.file, node.span());
    let router_name = router.definition.name;
    let cause = Cause::UnknownResolver { name: name.to_string() };
    board.trouble(
        at,
        || format!("{section}.routers.{router_name}.tls.certResolver"),
        "Router uses a nonexistent certificate resolver",
        cause,
    );
}

/// Whether a release judges each entry point by itself and renames the routers in conflict.
fn judges_by_entry_point(release: Release) -> bool {
    release.has_fix(21, 5)
}

/// Whether a release, before it judged by entry point, warned every router in conflict, without the host.
fn warns_all(release: Release) -> bool {
    release.has_fix(18, 2) && !judges_by_entry_point(release)
}

/// Finds the routers whose options can't be told apart by the server name, and copies them as Traefik does.
pub(super) fn resolve<'a>(board: &mut Board<'a, '_>, mut routers: Vec<Router<'a>>, rules: &Rules) -> Vec<Router<'a>> {
    let by_entry_point = judges_by_entry_point(board.surroundings.release);
    if by_entry_point {
        // A child with TLS, which it must not have, is on no entry point and gets lost.
        routers.retain(|router| router.tls.is_none() || !router.entry_points.is_empty());
    }
    if routers.iter().all(|router| router.options().is_empty() || router.tls.is_none()) {
        return routers;
    }
    let conflicts = conflicts(&routers, rules, board.surroundings.release);
    if conflicts.is_empty() {
        return routers;
    }
    let mut all = Vec::with_capacity(routers.len() + conflicts.len());
    for (index, mut router) in routers.into_iter().enumerate() {
        let entry_points = std::mem::take(&mut router.entry_points);
        let total = entry_points.len();
        for entry_point in entry_points {
            match conflicts.get(&(entry_point.to_string(), index)) {
                None => router.entry_points.push(entry_point),
                Some(found) if by_entry_point => {
                    let mut copy = router.clone();
                    copy.entry_points = vec![entry_point.clone()];
                    copy.name = Cow::Owned(format!("{entry_point}-conflicted-{}", router.name));
                    found.iter().take(1).for_each(|conflict| note(board, &mut copy, conflict));
                    all.push(copy);
                }
                Some(found) => {
                    found.iter().for_each(|conflict| note(board, &mut router, conflict));
                    router.entry_points.push(entry_point);
                }
            }
        }
        if !router.entry_points.is_empty() || total == 0 {
            all.push(router);
        }
    }
    all
}

/// The rules of routers that could be read: by where they stand.
pub(super) type Rules = HashMap<Location, Rule>;

/// Where a router's rule stands.
pub(super) fn rule_at(router: &Router<'_>) -> Option<Location> {
    router.rule.as_ref().map(|(_, node)| Location::of(router.definition.file, node.span()))
}

/// The options that routers ask for, each with the routers that do.
type Asked = Vec<(String, Vec<usize>)>;

enum Conflict {
    NoHost,
    Host { host: String, other: Option<Label> },
}

fn conflicts(routers: &[Router<'_>], rules: &Rules, release: Release) -> BTreeMap<(String, usize), Vec<Conflict>> {
    let mut found: BTreeMap<(String, usize), Vec<Conflict>> = BTreeMap::new();
    let marks_all = judges_by_entry_point(release) || warns_all(release);
    // By entry point and host: the options asked for, each with the last router that does.
    let mut asked: HashMap<(&str, String), Asked> = HashMap::new();
    for (index, router) in
        routers.iter().enumerate().filter(|(_, router)| router.tls.is_some() && router.parents.is_empty())
    {
        let Some(rule) = rule_at(router).and_then(|at| rules.get(&at)) else { continue };
        let options = options_of(router);
        let hosts = rule.hosts_of(release);
        for entry_point in &router.entry_points {
            if hosts.is_empty() && options != DEFAULT && marks_all {
                found.insert((entry_point.to_string(), index), vec![Conflict::NoHost]);
            }
            for host in &hosts {
                let asked = asked.entry((&**entry_point, host.to_ascii_lowercase())).or_default();
                match asked.iter_mut().find(|(known, _)| *known == options) {
                    Some((_, all)) => all.push(index),
                    None => asked.push((options.clone(), vec![index])),
                }
            }
        }
    }
    for ((entry_point, host), asked) in asked.into_iter().filter(|(_, asked)| asked.len() > 1) {
        for (own, (_, indices)) in asked.iter().enumerate() {
            let other = asked.iter().enumerate().find(|(at, _)| *at != own).and_then(|(_, (_, all))| all.first());
            let label = other.map(|other| {
                let definition = routers[*other].definition;
                let at = Location::of(definition.file, definition.key.span());
                Label { at, text: format!("{:?} asks for other options for this host", definition.name) }
            });
            // Before, Traefik kept one router for each of the options.
            let skip = if marks_all { 0 } else { indices.len() - 1 };
            for index in &indices[skip..] {
                let conflict = Conflict::Host { host: host.clone(), other: label.clone() };
                found.entry((entry_point.to_owned(), *index)).or_default().push(conflict);
            }
        }
    }
    found
}

fn note<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, conflict: &Conflict) {
    let release = board.surroundings.release;
    let strict = board.surroundings.static_config.as_ref().is_some_and(|known| known.strict_tls_options);
    let rule = router.rule.as_ref().map_or("", |(rule, _)| rule);
    let words = "router's TLSOptions configuration is conflicting with other routers on the same entrypoint and host";
    // At first both were said in the same words.
    let is_early = !release.has_fix(20, 4);
    let (says, cause) = match conflict {
        Conflict::NoHost if warns_all(release) && is_early => (DIFFERENT.to_owned(), Cause::TlsOptionsWithoutHost),
        Conflict::NoHost => {
            let says =
                format!("no domain found in rule {rule}, the TLS option {} cannot be applied", options_of(router));
            (says, Cause::TlsOptionsWithoutHost)
        }
        Conflict::Host { host, other } => {
            let says = match (judges_by_entry_point(release), strict) {
                (true, true) => words.to_owned(),
                (true, false) => format!("{words}, default TLS options will be used instead"),
                (false, _) if warns_all(release) => DIFFERENT.to_owned(),
                (false, _) => format!(
                    "found different TLS options for routers on the same host {host}, so using the default TLS options instead"
                ),
            };
            (says, Cause::TlsOptionsConflict { host: host.clone(), other: other.clone() })
        }
    };
    // A router that wants the default options gets them all the same.
    let suits = judges_by_entry_point(release) && !strict && options_of(router) == DEFAULT;
    if suits {
        return;
    }
    if strict && matches!(conflict, Conflict::NoHost) {
        router.state.add(words, true);
    }
    router.state.add(&says, strict);
    let span: Span = span_or(router.options_at(), router.definition.key);
    let at = Location::of(router.definition.file, span);
    let name = router.definition.name;
    board.trouble(at, || format!("http.routers.{name}.tls.options"), &says, cause);
}
