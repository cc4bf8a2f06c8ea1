//! Routers below routers (`parentRefs`): who is reached from where, and what is wrong among them.

use super::board::Board;
use super::router::Router;
use super::{Cause, DEEPEST, Location};
use std::collections::HashMap;

/// Finds each router's children, by index, and notes what Traefik says about the tree.
pub(super) fn children<'a>(board: &mut Board<'a, '_>, routers: &mut [Router<'a>]) -> Vec<Vec<usize>> {
    let mut children = vec![Vec::new(); routers.len()];
    if !board.surroundings.release.since(6, 0) {
        return children;
    }
    if routers.iter().any(|router| !router.parents.is_empty()) {
        find_children(board, routers, &mut children);
        let reached = traverse(board, routers, &mut children);
        for (router, reached) in routers.iter_mut().zip(reached) {
            if !reached {
                note(board, router, "router is not reachable", true, Cause::Parents);
            }
        }
    }
    for (router, children) in routers.iter_mut().zip(&children) {
        let unreachable = router.state.errors.iter().any(|says| says == "router is not reachable");
        match (&router.service, children.is_empty()) {
            _ if unreachable => {}
            (None, true) => note(board, router, "router has no service and no child routers", true, Cause::NoService),
            (Some(_), false) => {
                let says = "router has both a service and is referenced as a parent by other routers";
                note(board, router, says, true, Cause::Parents);
            }
            _ => {}
        }
    }
    children
}

fn find_children<'a>(board: &mut Board<'a, '_>, routers: &mut [Router<'a>], children: &mut [Vec<usize>]) {
    let names: HashMap<String, usize> =
        routers.iter().enumerate().map(|(at, router)| (format!("{}@file", router.name), at)).collect();
    for (at, router) in routers.iter_mut().enumerate().filter(|(_, router)| !router.parents.is_empty()) {
        for parent in router.parents.clone() {
            match names.get(&parent) {
                Some(found) if children[*found].contains(&at) => {}
                Some(found) => children[*found].push(at),
                None if parent.rsplit_once('@').is_some_and(|(_, p)| p != "file" && board.is_foreign(p)) => {}
                None => {
                    let says = format!("parent router {parent:?} does not exist");
                    note(board, router, &says, true, Cause::Parents);
                }
            }
        }
        let what = match (router.tls.is_some(), router.observability, router.entry_points.is_empty()) {
            (true, ..) => "TLS",
            (_, true, _) => "Observability",
            (.., false) => "Entrypoints",
            _ => continue,
        };
        note(board, router, &format!("non-root router cannot have {what} configuration"), true, Cause::Parents);
    }
    for list in children {
        list.sort_by(|a, b| routers[*a].name.cmp(&routers[*b].name));
    }
}

/// Walks down from the roots; cuts the links that close circles.
fn traverse<'a>(board: &mut Board<'a, '_>, routers: &mut [Router<'a>], children: &mut [Vec<usize>]) -> Vec<bool> {
    let mut reached = vec![false; routers.len()];
    let mut roots: Vec<usize> = (0..routers.len()).filter(|at| routers[*at].parents.is_empty()).collect();
    roots.sort_by(|a, b| routers[*a].name.cmp(&routers[*b].name));
    for root in roots {
        walk(board, routers, children, &mut reached, &mut vec![], root);
    }
    reached
}

fn walk<'a>(
    board: &mut Board<'a, '_>,
    routers: &mut [Router<'a>],
    children: &mut [Vec<usize>],
    reached: &mut [bool],
    path: &mut Vec<usize>,
    at: usize,
) {
    if let Some(start) = path.iter().position(|known| *known == at) {
        let names: Vec<String> =
            path[start..].iter().chain([&at]).map(|at| format!("{}@file", routers[*at].name)).collect();
        let says = format!("cyclic reference detected in router tree: {}", names.join(" -> "));
        if let Some(guilty) = path.last().copied() {
            note(board, &mut routers[guilty], &says, false, Cause::Parents);
            children[guilty].retain(|child| *child != at);
        }
        return;
    }
    if reached[at] || path.len() > DEEPEST {
        return;
    }
    reached[at] = true;
    path.push(at);
    for child in children[at].clone() {
        walk(board, routers, children, reached, path, child);
    }
    path.pop();
}

/// Adds what Traefik says to a router, and a trouble at its name.
pub(super) fn note<'a>(board: &mut Board<'a, '_>, router: &mut Router<'a>, says: &str, critical: bool, cause: Cause) {
    router.state.add(says, critical);
    let at = Location::of(router.definition.file, router.definition.key.span());
    let name = router.definition.name;
    board.trouble(at, || format!("http.routers.{name}"), says, cause);
}
