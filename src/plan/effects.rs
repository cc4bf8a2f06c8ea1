//! What a change that is not about single routes did to routers.

use super::revert::equal;
use super::{Effect, Verb};
use crate::inventory::{Inventory, Part};
use crate::name::Kind;
use crate::route::Route;
use std::collections::BTreeSet;

/// What has become of each router that is not as it was, or whose service is not.
pub fn effects_between(before: &Inventory<'_>, after: &Inventory<'_>) -> Vec<Effect> {
    let names = |inventory: &Inventory<'_>| -> BTreeSet<(Kind, String)> {
        inventory.definitions(Part::Router).map(|(kind, router)| (kind, router.name.to_owned())).collect()
    };
    let (were, are) = (names(before), names(after));
    let route = |inventory: &Inventory<'_>, kind: Kind, name: &str| {
        let router = inventory.get(kind, Part::Router, name);
        router.map(|router| Route::of(inventory, kind, &router))
    };
    let effect = |(kind, name): &(Kind, String)| {
        let verb = match (were.contains(&(*kind, name.clone())), are.contains(&(*kind, name.clone()))) {
            (true, true) if is_alike(before, after, *kind, name) => return None,
            (true, true) => Verb::Changed,
            (true, false) => Verb::Removed,
            (false, _) => Verb::Added,
        };
        let gone = if verb == Verb::Removed { route(before, *kind, name) } else { None };
        Some(Effect { verb, kind: *kind, name: name.clone(), notes: Vec::new(), route: gone })
    };
    were.union(&are).filter_map(effect).collect()
}

/// Whether a router and its service say the same in both, by their text.
fn is_alike(before: &Inventory<'_>, after: &Inventory<'_>, kind: Kind, name: &str) -> bool {
    let alike = |part: Part, name: &str| {
        let (old, new) = (before.get(kind, part, name), after.get(kind, part, name));
        equal(old.map(|d| d.value), new.map(|d| d.value))
    };
    let service = after.get(kind, Part::Router, name).and_then(|router| router.value.field("service")?.text());
    alike(Part::Router, name)
        && service.is_none_or(|service| alike(Part::Service, crate::inventory::bare(service).unwrap_or_default()))
}
