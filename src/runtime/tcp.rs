//! TCP routers as Traefik builds them, with the services and middlewares that they reach.

use super::board::{Board, Owner, Reference, Target, provider_of, span_or};
use super::http::{bad_rule, check_entry_points, exists, object, too_high};
use super::router::{self, Router};
use super::{Cause, DEEPEST, Object, middleware, tls, transport};
use crate::document::Ref;
use crate::finding::Location;
use crate::golang;
use crate::inventory::Part;
use crate::name::Kind;
use crate::rule::{self, Protocol, RuleError, Syntax};
use crate::schema::value;

pub(super) fn build<'a>(board: &mut Board<'a, '_>) -> Vec<Object<'a>> {
    let mut routers = router::all(board, Kind::Tcp);
    let default = router::default_entry_points(board, &routers);
    let syntax = board.surroundings.static_config.as_ref().and_then(|known| known.default_rule_syntax.clone());
    for router in &mut routers {
        router.parents.clear();
        if router.entry_points.is_empty() {
            router.entry_points = default.clone();
        }
        if let (true, Some(syntax)) = (router.syntax.is_empty(), &syntax) {
            router.syntax = syntax.clone().into();
        }
        check_entry_points(board, router, "tcp");
        if router.entry_points.iter().any(|name| exists(board, name, false)) {
            build_router(board, router);
        }
    }
    routers.into_iter().map(|router| object(router, "tcp.router")).collect()
}

fn build_router<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>) {
    let name = router.definition.name;
    let whole = Location::of(router.definition.file, router.definition.key.span());
    if router.service.is_none() {
        let says = "the service is missing on the router";
        router.state.add(says, true);
        board.trouble(whole, || format!("tcp.routers.{name}"), says, Cause::NoService);
        return;
    }
    let Some((text, node)) = router.rule.clone() else {
        let says = "router has no rule";
        router.state.add(says, true);
        board.trouble(whole, || format!("tcp.routers.{name}"), says, Cause::NoRule);
        return;
    };
    let compiled = rule::compile(Protocol::Tcp, Syntax::of(&router.syntax), board.surroundings.release, &text);
    let read = match &compiled {
        Ok(rule) => Some(rule),
        Err(error) => error.read.as_deref(),
    };
    let Some(read) = read else {
        if let Err(error) = &compiled {
            fail_rule(board, router, error);
        }
        return;
    };
    if router.tls.is_none() && read.needs_tls(board.surroundings.release) {
        let says = format!("invalid rule: {} , has HostSNI matcher, but no TLS on router", golang::quote(&text));
        router.state.add(&says, true);
        let at = Location::of(router.definition.file, node.span());
        board.trouble(at, || format!("tcp.routers.{name}.rule"), &says, Cause::HostSniWithoutTls);
        return;
    }
    if let Some(says) = too_high(board, router, "tcp") {
        router.state.add(&says, true);
        return;
    }
    tls::check_resolver(board, router, "tcp");
    if router.tls.is_some() && !router.passes_through() {
        let domains = read.hosts_of(board.surroundings.release).into_iter().map(golang::lower);
        for domain in domains.filter(|host| !host.is_ascii()) {
            let domain = golang::quote(&domain);
            let says = format!("invalid domain name value {domain}, non-ASCII characters are not allowed");
            router.state.add(&says, true);
        }
        if let Some(says) = tls::broken_options(board, router, "tcp") {
            router.state.add(&says, true);
            if let Err(error) = &compiled {
                fail_rule(board, router, error);
            }
            return;
        }
    }
    if let Err(says) = handler(board, router) {
        router.state.add(&says, true);
        return;
    }
    if let Err(error) = &compiled {
        fail_rule(board, router, error);
    }
}

fn fail_rule<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, error: &RuleError) {
    router.state.add(&error.says, true);
    bad_rule(board, router, error, "tcp");
}

fn handler<'a>(board: &mut Board<'a, '_>, router: &Router<'a>) -> Result<(), String> {
    let Some((service, node)) = &router.service else { return Ok(()) };
    let at = Location::of(router.definition.file, node.span());
    let name = router.definition.name;
    let owner = |field| Owner { kind: Kind::Tcp, part: Part::Router, name, field };
    let reference = Reference { text: service, at, provider: router.provider, owner: owner("service") };
    self::service(board, &reference, &mut Vec::new())?;
    let list = router.middlewares.map(value::list).unwrap_or_default();
    for item in list.iter().rev() {
        let at = Location::of(router.definition.file, item.span);
        let owner = owner("middlewares");
        self::middleware(board, &Reference { text: &item.text, at, provider: router.provider, owner })?;
    }
    Ok(())
}

fn middleware(board: &mut Board<'_, '_>, reference: &Reference<'_>) -> Result<(), String> {
    let place = match board.find(Kind::Tcp, Part::Middleware, reference) {
        Target::Foreign => return Ok(()),
        Target::Ours(place) => place,
        Target::Nothing => return Err(board.missing(Kind::Tcp, Part::Middleware, reference)),
    };
    let definition = board.definition(place);
    let name = definition.name;
    let Err(broken) = middleware::tcp(&format!("{name}@file"), definition.value, board.surroundings) else {
        return Ok(());
    };
    let cause = Cause::BadMiddleware { name: name.to_owned(), kind: broken.kind };
    Err(board.fail(place, &broken.field, broken.at, &broken.says, cause))
}

/// Whether a service tells its parents if it is up.
type Health = bool;

fn service(board: &mut Board<'_, '_>, reference: &Reference<'_>, stack: &mut Vec<usize>) -> Result<Health, String> {
    let place = match board.find(Kind::Tcp, Part::Service, reference) {
        Target::Foreign => return Ok(true),
        Target::Ours(place) => place,
        Target::Nothing => return Err(board.missing(Kind::Tcp, Part::Service, reference)),
    };
    if let Some(tells) = board.layer4.get(&place) {
        return Ok(*tells);
    }
    let definition = board.definition(place);
    let [balancer, weighted] = value::pick(definition.value, ["loadBalancer", "weighted"]);
    let built = match (balancer, weighted) {
        (Some(_), Some(_)) => Err(board.several_types(place)),
        (Some(balancer), None) => load_balancer(board, place, balancer),
        (None, Some(weighted)) => self::weighted(board, place, weighted, stack),
        (None, None) => {
            let says = format!("the service \"{}@file\" does not have any type defined", definition.name);
            let cause = Cause::ServiceWithoutType { name: definition.name.to_owned() };
            Err(board.fail(place, "", definition.key.span(), &says, cause))
        }
    };
    built.inspect(|tells| _ = board.layer4.insert(place, *tells))
}

fn load_balancer<'a>(board: &mut Board<'a, '_>, place: usize, balancer: Ref<'a>) -> Result<Health, String> {
    let definition = board.definition(place);
    let [servers, transport, health] = value::pick(balancer, ["servers", "serversTransport", "healthCheck"]);
    let servers = servers.map(value::structs).unwrap_or_default();
    let has_server = servers.iter().any(|server| {
        let address = value::field(*server, "address").and_then(value::text).unwrap_or_default();
        splits(&address)
    });
    if has_server {
        let text = transport.and_then(value::text).unwrap_or_default();
        let span = span_or(transport, definition.key);
        let reference = Reference {
            text: &text,
            at: board.at(place, span),
            provider: provider_of(definition.name),
            owner: Owner {
                kind: Kind::Tcp,
                part: Part::Service,
                name: definition.name,
                field: "loadBalancer.serversTransport",
            },
        };
        match board.find(Kind::Tcp, Part::ServersTransport, &reference) {
            _ if text.is_empty() => {
                if let Err(broken) = transport::tcp_load_balancer(balancer, board.surroundings) {
                    let cause = Cause::BadTransport { name: definition.name.to_owned() };
                    return Err(board.fault_in(place, "loadBalancer", broken.at, &broken.says, cause));
                }
            }
            Target::Foreign => {}
            Target::Ours(at) => {
                let found = board.definition(at);
                let name = format!("{}@file", found.name);
                if let Err(broken) = transport::tcp_transport(&name, found.value, board.surroundings) {
                    let cause = Cause::BadTransport { name: found.name.to_owned() };
                    return Err(board.fault_in(at, &broken.field, broken.at, &broken.says, cause));
                }
            }
            Target::Nothing => {
                let says = match board.surroundings.release.since(5, 2) {
                    true => format!("no transport configuration found for {:?}", reference.qualified()),
                    false => format!("TCP dialer not found {}", reference.qualified()),
                };
                let nearest = board.nearest(Kind::Tcp, Part::ServersTransport, &text);
                let cause = Cause::UnknownServersTransport { name: text.to_string(), nearest };
                return Err(board.fault_in(place, "loadBalancer.serversTransport", span, &says, cause));
            }
        }
    }
    Ok(health.is_some())
}

/// Whether Go's `net.SplitHostPort` takes an address.
pub(super) fn splits(address: &str) -> bool {
    match address.strip_prefix('[') {
        Some(rest) => rest.split_once(']').is_some_and(|(host, port)| {
            !host.contains('[') && port.strip_prefix(':').is_some_and(|port| !port.contains([':', '[', ']']))
        }),
        None => address.split_once(':').is_some_and(|(_, port)| !port.contains(':')) && !address.contains(['[', ']']),
    }
}

fn weighted<'a>(
    board: &mut Board<'a, '_>,
    place: usize,
    weighted: Ref<'a>,
    stack: &mut Vec<usize>,
) -> Result<Health, String> {
    let definition = board.definition(place);
    if stack.contains(&place) {
        let says = "goroutine stack exceeds 1000000000-byte limit: fatal error: stack overflow";
        return Err(board.fault_in(place, "weighted", definition.key.span(), says, Cause::CrashingLoop));
    }
    if stack.len() > DEEPEST {
        return Ok(true);
    }
    stack.push(place);
    let [services, health] = value::pick(weighted, ["services", "healthCheck"]);
    for child in services.map(value::structs).unwrap_or_default() {
        let name = value::field(child, "name");
        let text = name.and_then(value::text).unwrap_or_default();
        check_weight(board, place, child, &format!("service {text:?}"))?;
        let span = span_or(name, child);
        let owner =
            Owner { kind: Kind::Tcp, part: Part::Service, name: definition.name, field: "weighted.services.name" };
        let at = board.at(place, span);
        let reference = Reference { text: &text, at, provider: provider_of(definition.name), owner };
        let tells = service(board, &reference, stack).inspect_err(|says| {
            // Newer releases say it of the service too.
            if board.surroundings.release.since(7, 10) {
                board.states[place].add(says, true);
            }
        })?;
        if health.is_some() && !tells && board.surroundings.release.since(6, 0) {
            let says = format!(
                "cannot register {text} as updater for {}: healthCheck not enabled in config for this weighted service",
                definition.name
            );
            let cause = Cause::HealthCheckMissing { child: text.into_owned() };
            return Err(board.fault_in(place, "weighted", span, &says, cause));
        }
    }
    stack.pop();
    Ok(health.is_some())
}

/// Newer releases refuse a weight below 0 before they look at the child.
pub(super) fn check_weight<'a>(
    board: &mut Board<'a, '_>,
    place: usize,
    child: Ref<'a>,
    shown: &str,
) -> Result<(), String> {
    let Some(node) = value::field(child, "weight").filter(|_| board.surroundings.release.since(7, 10)) else {
        return Ok(());
    };
    match value::integer(node) {
        Some(weight) if weight < 0 => {
            let says = format!("invalid negative weight {weight} for {shown}");
            Err(board.fail(place, "weighted.services.weight", node.span(), &says, Cause::BadService))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::splits;

    #[test]
    fn addresses_are_split_as_go_splits_them() {
        assert!(["a:1", ":1", "[::1]:27017", "a:"].into_iter().all(splits));
        assert!(!["a", "::1", "[::1]", "a:1:2", "", "[a:1", "a]:1"].into_iter().any(splits));
    }
}
