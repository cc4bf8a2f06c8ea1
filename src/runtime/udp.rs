//! UDP routers as Traefik builds them, with the services that they reach.

use super::board::{Board, Owner, Reference, Target, provider_of, span_or};
use super::http::{check_entry_points, exists, object};
use super::router::{self, Router};
use super::tcp::check_weight;
use super::{Cause, DEEPEST, Object};
use crate::document::Ref;
use crate::finding::{Label, Location};
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;
use std::collections::HashMap;

pub(super) fn build<'a>(board: &mut Board<'a, '_>) -> Vec<Object<'a>> {
    let mut routers = router::all(board, Kind::Udp);
    let default: Vec<String> = match &board.surroundings.static_config {
        Some(known) => known.udp_entry_points().into_iter().map(str::to_owned).collect(),
        None => vec![String::new()],
    };
    for router in &mut routers {
        router.parents.clear();
        if router.entry_points.is_empty() {
            router.entry_points = default.iter().cloned().map(Into::into).collect();
        }
        check_entry_points(board, router, "udp");
        if router.entry_points.iter().any(|name| exists(board, name, true)) {
            build_router(board, router);
        }
    }
    shared_entry_points(board, &routers);
    routers.into_iter().map(|router| object(router, "udp.router")).collect()
}

fn build_router<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>) {
    let name = router.definition.name;
    let Some((text, node)) = router.service.clone() else {
        let says = "the service is missing on the udp router";
        router.state.add(says, true);
        let at = Location::of(router.definition.file, router.definition.key.span());
        board.trouble(at, || format!("udp.routers.{name}"), says, Cause::NoService);
        return;
    };
    let at = Location::of(router.definition.file, node.span());
    let owner = Owner { kind: Kind::Udp, part: Part::Router, name, field: "service" };
    let reference = Reference { text: &text, at, provider: router.provider, owner };
    if let Err(says) = service(board, &reference, &mut Vec::new()) {
        router.state.add(&says, true);
    }
}

fn service(board: &mut Board<'_, '_>, reference: &Reference<'_>, stack: &mut Vec<usize>) -> Result<(), String> {
    let place = match board.find(Kind::Udp, Part::Service, reference) {
        Target::Foreign => return Ok(()),
        Target::Ours(place) => place,
        Target::Nothing => return Err(board.missing(Kind::Udp, Part::Service, reference)),
    };
    if board.layer4.contains_key(&place) {
        return Ok(());
    }
    let definition = board.definition(place);
    let [balancer, weighted] = value::pick(definition.value, ["loadBalancer", "weighted"]);
    let built = match (balancer, weighted) {
        (Some(_), Some(_)) => Err(board.several_types(place)),
        (Some(_), None) => Ok(()),
        (None, Some(weighted)) => self::weighted(board, place, weighted, stack),
        (None, None) => {
            let says = format!("the UDP service \"{}@file\" does not have any type defined", definition.name);
            let cause = Cause::ServiceWithoutType { name: definition.name.to_owned() };
            Err(board.fail(place, "", definition.key.span(), &says, cause))
        }
    };
    built.inspect(|()| _ = board.layer4.insert(place, false))
}

fn weighted<'a>(
    board: &mut Board<'a, '_>,
    place: usize,
    weighted: Ref<'a>,
    stack: &mut Vec<usize>,
) -> Result<(), String> {
    let definition = board.definition(place);
    if stack.contains(&place) {
        let says = "goroutine stack exceeds 1000000000-byte limit: fatal error: stack overflow";
        return Err(board.fault_in(place, "weighted", definition.key.span(), says, Cause::CrashingLoop));
    }
    if stack.len() > DEEPEST {
        return Ok(());
    }
    stack.push(place);
    for child in value::field(weighted, "services").map(value::structs).unwrap_or_default() {
        let name = value::field(child, "name");
        let text = name.and_then(value::text).unwrap_or_default();
        check_weight(board, place, child, &format!("UDP service {text:?}"))?;
        let owner =
            Owner { kind: Kind::Udp, part: Part::Service, name: definition.name, field: "weighted.services.name" };
        let at = board.at(place, span_or(name, child));
        let reference = Reference { text: &text, at, provider: provider_of(definition.name), owner };
        service(board, &reference, stack).inspect_err(|says| {
            // Newer releases say it of the service too.
            if board.surroundings.release.since(7, 10) {
                board.states[place].add(says, true);
            }
        })?;
    }
    stack.pop();
    Ok(())
}

/// Of several routers on one entry point Traefik takes the one whose name comes last.
fn shared_entry_points<'a>(board: &mut Board<'a, '_>, routers: &[Router<'a>]) {
    let mut by_entry_point: HashMap<&str, Vec<&Router<'a>>> = HashMap::new();
    for router in routers {
        for name in &router.entry_points {
            by_entry_point.entry(name).or_default().push(router);
        }
    }
    for (entry_point, mut all) in by_entry_point.into_iter().filter(|(_, all)| all.len() > 1) {
        all.sort_by(|a, b| b.name.cmp(&a.name));
        let Some((first, rest)) = all.split_first() else { continue };
        for router in rest {
            let at = Location::of(first.definition.file, first.definition.key.span());
            let other = Some(Label { at, text: format!("{:?} answers", first.definition.name) });
            let cause = Cause::UdpEntryPointShared { entry_point: entry_point.to_owned(), other };
            let at = Location::of(router.definition.file, router.definition.key.span());
            let name = router.definition.name;
            let says = "Config has more than one udp router for a given entrypoint.";
            board.trouble(at, || format!("udp.routers.{name}"), says, cause);
        }
    }
}
