//! HTTP routers as Traefik builds them.

use super::board::{Board, Owner, Reference, State};
use super::router::{self, Router};
use super::service::Builder;
use super::tls::{self, Rules};
use super::{Cause, DEEPEST, Object, tree};
use crate::finding::Location;
use crate::inventory::Part;
use crate::name::Kind;
use crate::rule::{self, Protocol, RuleError, Syntax};
use std::collections::HashMap;

/// The highest priority that a user may give.
pub(super) const HIGHEST: i64 = i64::MAX - 1000;

/// What became of each rule, by where it stands and its syntax.
type Faults = HashMap<Location, RuleError>;

pub(super) fn build<'a>(board: &mut Board<'a, '_>) -> Vec<Object<'a>> {
    let mut routers = router::all(board, Kind::Http);
    let default = router::default_entry_points(board, &routers);
    for router in routers.iter_mut().filter(|r| r.entry_points.is_empty() && r.parents.is_empty()) {
        router.entry_points = default.clone();
    }
    if let Some(config) = &board.surroundings.static_config {
        routers = router::apply_models(routers, config);
    }
    let (rules, faults) = compile(board, &routers);
    let mut routers = tls::resolve(board, routers, &rules);
    // Warnings about TLS come last of all.
    let mut late: Vec<State> = routers.iter_mut().map(|router| std::mem::take(&mut router.state)).collect();
    let children = tree::children(board, &mut routers);
    for (router, late) in routers.iter_mut().zip(&mut late) {
        let on_some = check_entry_points(board, router, "http");
        if !on_some {
            late.errors.clear();
            late.status = super::Status::Enabled;
        }
    }
    // Routers with TLS are built after those without.
    for tls in [false, true] {
        for index in 0..routers.len() {
            let has_entry_point = routers[index].entry_points.iter().any(|name| exists(board, name, false));
            if routers[index].tls.is_some() == tls && routers[index].parents.is_empty() && has_entry_point {
                build_root(board, &mut routers, &children, index, &faults);
            }
        }
    }
    for (router, late) in routers.iter_mut().zip(late) {
        tls::check_resolver(board, router, "http");
        let fault = tls::rule_at(router).and_then(|at| faults.get(&at));
        let on_some = router.entry_points.iter().any(|name| exists(board, name, false));
        if let (true, true, Some(words)) =
            (router.tls.is_some(), on_some, fault.and_then(|f| f.says_for_tls.as_deref()))
        {
            router.state.add(words, true);
        }
        if router.tls.is_some() && on_some && router.rule.is_none() {
            router
                .state
                .add("invalid rule , error: error while parsing rule : 1:1: expected operand, found 'EOF'", true);
        }
        for says in &late.errors {
            router.state.add(says, late.status == super::Status::Disabled);
        }
    }
    routers.into_iter().map(|router| object(router, "http.router")).collect()
}

pub(super) fn object<'a>(router: Router<'a>, kind: &'static str) -> Object<'a> {
    Object {
        kind,
        at: Location::of(router.definition.file, router.definition.key.span()),
        name: router.name,
        status: router.state.status,
        errors: router.state.errors,
    }
}

/// Reads every rule once; copies of a router share it.
fn compile(board: &Board<'_, '_>, routers: &[Router<'_>]) -> (Rules, Faults) {
    let release = board.surroundings.release;
    let wants_hosts = routers.iter().any(|router| router.tls.is_some() && !router.options().is_empty());
    let (mut rules, mut faults) = (Rules::new(), Faults::new());
    for router in routers {
        let (Some((text, _)), Some(at)) = (&router.rule, tls::rule_at(router)) else { continue };
        if faults.contains_key(&at) || (router.name != router.definition.name && rules.contains_key(&at)) {
            continue;
        }
        let syntax = Syntax::of(&router.syntax);
        let read = match rule::compile(Protocol::Http, syntax, release, text) {
            Ok(rule) => Some(rule),
            Err(mut error) => {
                let read = error.read.take();
                faults.insert(at, error);
                read.map(|read| *read)
            }
        };
        if let (Some(rule), true) = (read, wants_hosts && router.tls.is_some()) {
            // What asks for the domains of a rule knows no language but the third.
            let of_either = (syntax == Syntax::V2).then(|| rule::read_either(text)).flatten();
            rules.insert(at, of_either.unwrap_or(rule));
        }
    }
    (rules, faults)
}

/// Whether there is such an entry point; where no static configuration is known, there is.
pub(super) fn exists(board: &Board<'_, '_>, name: &str, udp: bool) -> bool {
    board.surroundings.static_config.as_ref().is_none_or(|known| known.entry_point(name).is_some_and(|e| e.udp == udp))
}

/// Notes entry points that are not there; whether any is.
pub(super) fn check_entry_points<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, section: &str) -> bool {
    let udp = section == "udp";
    let mut count = 0;
    let name = router.definition.name;
    for entry_point in router.entry_points.clone() {
        if exists(board, &entry_point, udp) {
            count += 1;
            continue;
        }
        let says = format!("entryPoint {entry_point:?} doesn't exist");
        router.state.add(&says, false);
        let known = board.surroundings.static_config.as_ref();
        let known = known.map(|k| k.entry_points.iter().filter(|e| e.udp == udp).map(|e| e.name.clone()).collect());
        let cause = Cause::UnknownEntryPoint { name: entry_point.to_string(), known: known.unwrap_or_default() };
        let items = router.entry_points_at.map(crate::schema::value::list).unwrap_or_default();
        let span = items.iter().find(|item| item.text == entry_point).map(|item| item.span);
        let at = Location::of(router.definition.file, span.unwrap_or(router.definition.key.span()));
        board.trouble(at, || format!("{section}.routers.{name}.entryPoints"), &says, cause);
    }
    if count == 0 && router.parents.is_empty() {
        let says = "no valid entryPoint for this router";
        router.state.add(says, true);
        if router.entry_points.is_empty() {
            let at = Location::of(router.definition.file, router.definition.key.span());
            board.trouble(at, || format!("{section}.routers.{name}"), says, Cause::NoEntryPoint);
        }
    }
    count > 0
}

fn build_root<'a>(
    board: &mut Board<'a, '_>,
    routers: &mut [Router<'a>],
    children: &[Vec<usize>],
    index: usize,
    faults: &Faults,
) {
    if let Some(says) = too_high(board, &mut routers[index], "http") {
        routers[index].state.add(&says, true);
        return;
    }
    if let Err(says) = handler(board, routers, children, index, faults, 0) {
        routers[index].state.add(&says, true);
        // Each further entry point tries again, and is told what is known by then.
        if routers[index].entry_points.len() > 1
            && let Err(says) = handler(board, routers, children, index, faults, 0)
        {
            routers[index].state.add(&says, true);
        }
        // Traefik never gets to the rule; whoever mends the rest would learn of it only then.
        let router = &routers[index];
        if let Some(error) = tls::rule_at(router).and_then(|at| faults.get(&at)) {
            bad_rule(board, router, error, "http");
        }
        return;
    }
    add_route(board, &mut routers[index], faults);
}

/// What Traefik says about a priority above what users may give.
pub(super) fn too_high<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, section: &str) -> Option<String> {
    let (priority, node) = router.priority.filter(|(priority, _)| *priority > HIGHEST)?;
    let says = format!("the router priority {priority} exceeds the max user-defined priority {HIGHEST}");
    let at = Location::of(router.definition.file, node.span());
    let name = router.definition.name;
    board.trouble(at, || format!("{section}.routers.{name}.priority"), &says, Cause::PriorityTooHigh);
    Some(says)
}

/// Puts a router's rule among those of its entry point.
fn add_route<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, faults: &Faults) -> bool {
    let name = router.definition.name;
    let Some(at) = tls::rule_at(router) else {
        let says = match board.surroundings.release.since(4, 1) {
            true => "error while parsing rule : parsing rule : 1:1: expected operand, found 'EOF'",
            false => "error while parsing rule : 1:1: expected operand, found 'EOF'",
        };
        router.state.add(says, true);
        let at = Location::of(router.definition.file, router.definition.key.span());
        board.trouble(at, || format!("http.routers.{name}"), says, Cause::NoRule);
        return false;
    };
    let Some(error) = faults.get(&at) else { return true };
    router.state.add(&error.says, true);
    bad_rule(board, router, error, "http");
    false
}

/// Notes a rule that Traefik refuses, at the bytes that are wrong.
pub(super) fn bad_rule<'a>(board: &mut Board<'a, '_>, router: &Router<'a>, error: &RuleError, section: &str) {
    let Some((_, node)) = &router.rule else { return };
    let at = Location::of(router.definition.file, node.span_within(error.span.clone()));
    let name = router.definition.name;
    let cause = Cause::BadRule { error: Box::new(error.clone()) };
    board.trouble(at, || format!("{section}.routers.{name}.rule"), &error.says, cause);
}

/// Builds what a router leads to.
fn handler<'a>(
    board: &mut Board<'a, '_>,
    routers: &mut [Router<'a>],
    children: &[Vec<usize>],
    index: usize,
    faults: &Faults,
    depth: usize,
) -> Result<(), String> {
    let router = &routers[index];
    if router.tls.is_some()
        && let Some(says) = tls::broken_options(board, router, "http")
    {
        return Err(format!("building router handler: {says}"));
    }
    let layered = board.surroundings.release.since(6, 0);
    let name = router.definition.name;
    if !children[index].is_empty() {
        child_routers(board, routers, children, index, faults, depth)?;
    } else if let Some((service, node)) = router.service.clone() {
        let at = Location::of(router.definition.file, node.span());
        let owner = Owner { kind: Kind::Http, part: Part::Router, name, field: "service" };
        let reference = Reference { text: &service, at, provider: router.provider, owner };
        board.build_http(|builder| builder.service(&reference, &mut Vec::new()).map(|_| ()))?;
    } else {
        let says = if layered {
            "router must have either a service or child routers"
        } else {
            "the service is missing on the router"
        };
        let at = Location::of(router.definition.file, router.definition.key.span());
        if !layered {
            board.trouble(at, || format!("http.routers.{name}"), says, Cause::NoService);
        }
        return Err(says.to_owned());
    }
    let router = &routers[index];
    let owner = Owner { kind: Kind::Http, part: Part::Router, name, field: "middlewares" };
    let (file, provider, own, model) = (router.definition.file, router.provider, router.middlewares, router.model);
    board.build_http(|builder| {
        if let Some(list) = own {
            builder.chain(list, file, provider, owner, &mut Vec::new())?;
        }
        match model {
            Some(model) => builder.model_chain(model, provider),
            None => Ok(()),
        }
    })
}

fn child_routers<'a>(
    board: &mut Board<'a, '_>,
    routers: &mut [Router<'a>],
    children: &[Vec<usize>],
    index: usize,
    faults: &Faults,
    depth: usize,
) -> Result<(), String> {
    let mut added = 0;
    for child in children[index].iter().copied().filter(|_| depth < DEEPEST) {
        if !routers[child].state.errors.is_empty() {
            continue;
        }
        if routers[child].built {
            added += 1;
            continue;
        }
        if let Err(says) = handler(board, routers, children, child, faults, depth + 1) {
            routers[child].state.add(&says, true);
            continue;
        }
        if add_route(board, &mut routers[child], faults) {
            routers[child].built = true;
            added += 1;
        }
    }
    match added {
        0 => Err(format!(
            "building child routers muxer: no child routers could be added to muxer ({} skipped)",
            children[index].len()
        )),
        _ => Ok(()),
    }
}

impl<'a, 's> Builder<'_, 'a, 's> {
    /// Builds the middlewares that an entry point puts before a router's own.
    fn model_chain(&mut self, model: usize, provider: &str) -> Result<(), String> {
        let surroundings = self.board.surroundings;
        let Some(entry_point) = surroundings.static_config.as_ref().and_then(|known| known.entry_points.get(model))
        else {
            return Ok(());
        };
        for middleware in entry_point.middlewares.iter().rev() {
            let at = Location { source: crate::finding::Source::Static, span: middleware.at };
            let owner =
                Owner { kind: Kind::Http, part: Part::Middleware, name: &entry_point.name, field: "middlewares" };
            self.middleware(&Reference { text: &middleware.name, at, provider, owner }, &mut Vec::new())?;
        }
        Ok(())
    }
}
