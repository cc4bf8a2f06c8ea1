//! Routers as they are written, and the copies that entry points make of HTTP routers.

use super::board::{Board, State, provider_of};
use crate::document::Ref;
use crate::inventory::{Definition, Part};
use crate::name::Kind;
use crate::schema::value;
use crate::static_config::{EntryPoint, StaticConfig};
use crate::surroundings::Surroundings;
use std::borrow::Cow;

/// A router as Traefik has it at last: some are copies.
#[derive(Clone)]
pub(super) struct Router<'a> {
    /// Its name in the API.
    pub(super) name: Cow<'a, str>,
    pub(super) definition: Definition<'a>,
    /// The provider of names in it.
    pub(super) provider: &'a str,
    pub(super) entry_points: Vec<Cow<'a, str>>,
    /// Where the list of them stands.
    pub(super) entry_points_at: Option<Ref<'a>>,
    pub(super) rule: Option<(Cow<'a, str>, Ref<'a>)>,
    pub(super) syntax: Cow<'a, str>,
    pub(super) priority: Option<(i64, Ref<'a>)>,
    pub(super) service: Option<(Cow<'a, str>, Ref<'a>)>,
    pub(super) middlewares: Option<Ref<'a>>,
    /// The entry point whose middlewares come first.
    pub(super) model: Option<usize>,
    /// Its TLS, where it has any.
    pub(super) tls: Option<Box<Tls<'a>>>,
    pub(super) observability: bool,
    /// Names of parents, with their provider.
    pub(super) parents: Vec<String>,
    pub(super) state: State,
    /// Whether it is in place below one of its parents: it is the same below the others.
    pub(super) built: bool,
}

/// The TLS of a router.
#[derive(Clone, Default)]
pub(super) struct Tls<'a> {
    pub(super) passthrough: bool,
    /// The options that it asks for, and where.
    pub(super) options: Cow<'a, str>,
    pub(super) options_at: Option<Ref<'a>>,
    pub(super) resolver: Option<(Cow<'a, str>, Ref<'a>)>,
}

impl<'a> Router<'a> {
    /// The TLS options that it asks for; empty for the default.
    pub(super) fn options(&self) -> &str {
        self.tls.as_ref().map_or("", |tls| &tls.options)
    }
    /// Where it asks for them.
    pub(super) fn options_at(&self) -> Option<Ref<'a>> {
        self.tls.as_ref().and_then(|tls| tls.options_at)
    }
    /// Whether the server ends TLS.
    pub(super) fn passes_through(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.passthrough)
    }
}

/// All routers of one kind.
pub(super) fn all<'a>(board: &Board<'a, '_>, kind: Kind) -> Vec<Router<'a>> {
    let named = board.inventory.definitions(Part::Router).filter(|(k, _)| *k == kind);
    named.map(|(_, definition)| read(definition)).collect()
}

fn read<'a>(definition: Definition<'a>) -> Router<'a> {
    let [entry_points, rule, syntax, priority, service, middlewares, tls, parents, observability] = value::pick(
        definition.value,
        [
            "entryPoints",
            "rule",
            "ruleSyntax",
            "priority",
            "service",
            "middlewares",
            "tls",
            "parentRefs",
            "observability",
        ],
    );
    let text =
        |node: Option<Ref<'a>>| node.and_then(|n| Some((value::text(n)?, n))).filter(|(text, _)| !text.is_empty());
    let provider = provider_of(definition.name);
    let qualified = |item: value::Item<'_>| match item.text.contains('@') {
        true => item.text.into_owned(),
        false => format!("{}@file", item.text),
    };
    Router {
        name: Cow::Borrowed(definition.name),
        definition,
        provider,
        entry_points: entry_points.map(value::list).unwrap_or_default().into_iter().map(|item| item.text).collect(),
        entry_points_at: entry_points,
        rule: text(rule),
        syntax: syntax.and_then(value::text).unwrap_or_default(),
        priority: priority.and_then(|node| Some((value::integer(node)?, node))).filter(|(priority, _)| *priority != 0),
        service: text(service),
        middlewares,
        model: None,
        tls: tls.filter(|tls| value::is_on(*tls)).map(|tls| Box::new(tls_of(tls))),
        observability: observability.is_some(),
        parents: parents.map(value::list).unwrap_or_default().into_iter().map(qualified).collect(),
        state: State::default(),
        built: false,
    }
}

fn tls_of(tls: Ref<'_>) -> Tls<'_> {
    let [options, resolver, passthrough] = value::pick(tls, ["options", "certResolver", "passthrough"]);
    Tls {
        passthrough: passthrough.and_then(value::boolean).unwrap_or(false),
        options: options.and_then(value::text).unwrap_or_default(),
        options_at: options,
        resolver: resolver.and_then(|n| Some((value::text(n)?, n))).filter(|(name, _)| !name.is_empty()),
    }
}

/// The entry points of a router that names none. Where no static configuration is known, those that others name.
pub(super) fn default_entry_points<'a>(board: &Board<'a, '_>, routers: &[Router<'a>]) -> Vec<Cow<'a, str>> {
    match &board.surroundings.static_config {
        Some(known) => known.default_entry_points().into_iter().map(|name| Cow::Owned(name.to_owned())).collect(),
        None => {
            let mut names: Vec<Cow<'a, str>> = routers.iter().flat_map(|r| r.entry_points.iter().cloned()).collect();
            names.sort_unstable();
            names.dedup();
            if names.is_empty() { vec![Cow::Borrowed("")] } else { names }
        }
    }
}

/// The names of the entry points that a router is on, and whether it has TLS on each: as its own fields say, else as
/// the static configuration does.
pub(crate) fn entry_points_of(router: Ref<'_>, surroundings: &Surroundings) -> Vec<(String, bool)> {
    let [entry_points, tls] = value::pick(router, ["entryPoints", "tls"]);
    let tls = tls.is_some_and(value::is_on);
    let known = surroundings.static_config.as_ref();
    let named: Vec<String> =
        entry_points.map(value::list).unwrap_or_default().into_iter().map(|item| item.text.into_owned()).collect();
    let names = match (named.is_empty(), known) {
        (true, Some(known)) => known.default_entry_points().into_iter().map(str::to_owned).collect(),
        _ => named,
    };
    let has_tls = |name: &str| tls || known.and_then(|k| k.entry_point(name)).is_some_and(|entry| entry.tls);
    names.into_iter().map(|name| (name.clone(), has_tls(&name))).collect()
}

/// Applies what entry points give to HTTP routers: a router that is on several of which one gives something is copied.
pub(super) fn apply_models<'a>(routers: Vec<Router<'a>>, config: &StaticConfig) -> Vec<Router<'a>> {
    if config.entry_points.iter().all(|entry| !entry.has_model) {
        return routers;
    }
    let mut all = Vec::with_capacity(routers.len());
    let mut copies: Vec<(String, Vec<String>)> = Vec::new();
    for mut router in routers {
        if !router.parents.is_empty() {
            all.push(router);
            continue;
        }
        if let (true, Some(syntax)) = (router.syntax.is_empty(), &config.default_rule_syntax) {
            router.syntax = Cow::Owned(syntax.clone());
        }
        let entry_points = std::mem::take(&mut router.entry_points);
        let several = entry_points.len() > 1;
        let mut names = Vec::new();
        for entry_point in entry_points {
            let model = config.entry_points.iter().position(|e| e.name == entry_point && e.has_model && !e.udp);
            let Some(at) = model else {
                router.entry_points.push(entry_point);
                continue;
            };
            let mut copy = with_model(&router, &config.entry_points[at], at);
            if several {
                copy.name = Cow::Owned(format!("{entry_point}-{}", router.name));
                names.push(format!("{}@file", copy.name));
            }
            copy.entry_points = vec![entry_point];
            all.push(copy);
        }
        if !names.is_empty() {
            copies.push((format!("{}@file", router.name), names));
        }
        if !router.entry_points.is_empty() {
            all.push(router);
        }
    }
    follow_copies(&mut all, copies);
    all
}

fn with_model<'a>(router: &Router<'a>, entry_point: &EntryPoint, at: usize) -> Router<'a> {
    let mut copy = router.clone();
    copy.entry_points.clear();
    copy.model = Some(at);
    if copy.tls.is_none() && entry_point.tls {
        copy.tls = Some(Box::new(Tls {
            options: Cow::Owned(entry_point.options.clone().unwrap_or_default()),
            ..Tls::default()
        }));
    }
    copy
}

/// Children follow the copies of their parents.
fn follow_copies(routers: &mut [Router<'_>], copies: Vec<(String, Vec<String>)>) {
    if routers.iter().all(|router| router.parents.is_empty()) {
        return;
    }
    let names: std::collections::HashSet<String> = routers.iter().map(|r| format!("{}@file", r.name)).collect();
    let copies: std::collections::HashMap<String, Vec<String>> = copies.into_iter().collect();
    for router in routers.iter_mut().filter(|r| !r.parents.is_empty()) {
        let parents = std::mem::take(&mut router.parents);
        for parent in parents {
            let more = copies.get(&parent);
            if names.contains(&parent) {
                router.parents.push(parent.clone());
            }
            router.parents.extend(more.into_iter().flatten().cloned());
        }
    }
}
