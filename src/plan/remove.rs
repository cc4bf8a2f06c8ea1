//! Removing and renaming routes.

use super::{Effect, Plan, Verb, find, must_be_direct, own_service};
use crate::document::Ref;
use crate::edit::{Patch, Value};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part, bare, names};
use crate::name::{Kind, RouterName};
use crate::route::Route;

/// Plans `route rm`.
pub fn remove(inventory: &Inventory<'_>, routes: &[String], ignore_missing: bool) -> Result<Plan, Error> {
    let mut gone: Vec<(Kind, Definition<'_>)> = Vec::new();
    for text in routes {
        match find(inventory, text) {
            Ok((kind, router)) => {
                if !gone.iter().any(|(k, d)| (*k, d.name) == (kind, router.name)) {
                    gone.push((kind, router));
                }
            }
            Err(error) if ignore_missing && error.code == Code::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let is_gone = |kind: Kind, part: Part, name: &str| {
        part == Part::Router && gone.iter().any(|(k, d)| (*k, d.name) == (kind, name))
    };
    let mut plan = Plan::default();
    // Routers go before services: what is referred to goes last.
    for (kind, router) in &gone {
        must_be_direct(inventory, router)?;
        no_children(inventory, *kind, router, |name| is_gone(*kind, Part::Router, name))?;
        plan.patch(inventory.path(router), Patch::Remove.at([kind.as_str(), "routers", router.name]));
        let route = Route::of(inventory, *kind, router);
        plan.effects.push(Effect {
            verb: Verb::Removed,
            kind: *kind,
            name: router.name.to_owned(),
            notes: Vec::new(),
            route: Some(route),
        });
    }
    let services: Vec<_> = plan
        .effects
        .iter()
        .filter_map(|e| Some((e.kind, own_service(inventory, e.kind, e.route.as_ref()?)?)))
        .collect();
    for (kind, service) in services {
        let mut users = inventory.users_of_service(kind, service.name).into_iter();
        let unused = users.all(|(part, user)| is_gone(kind, part, user.name));
        if unused && service.direct && !inventory.template_mentions(service.name) {
            plan.patch(inventory.path(&service), Patch::Remove.at([kind.as_str(), "services", service.name]));
        }
    }
    Ok(plan)
}

/// A router that others name as their parent can't go, or change its name.
fn no_children(
    inventory: &Inventory<'_>,
    kind: Kind,
    router: &Definition<'_>,
    is_gone: impl Fn(&str) -> bool,
) -> Result<(), Error> {
    let is_child =
        |d: &Definition<'_>| names(d.value.field("parentRefs")).iter().any(|parent| bare(parent) == Some(router.name));
    match inventory.definitions(Part::Router).find(|(k, d)| *k == kind && is_child(d) && !is_gone(d.name)) {
        None => Ok(()),
        Some((_, child)) => {
            Err(Error::new(Code::InUse, format!("router {:?} is the parent of router {:?}", router.name, child.name))
                .hint("remove or change that one first")
                .at(inventory.place(&child)))
        }
    }
}

/// Plans `route rename`.
pub fn rename(inventory: &Inventory<'_>, route: &str, name: &RouterName) -> Result<Plan, Error> {
    let (kind, router) = find(inventory, route)?;
    let mut plan = Plan::default();
    plan.effects.push(Effect {
        verb: Verb::Unchanged,
        kind,
        name: router.name.to_owned(),
        notes: Vec::new(),
        route: None,
    });
    if name.as_str() != router.name {
        rename_into(inventory, kind, &router, name, &mut plan)?;
    }
    Ok(plan)
}

/// Adds a new name to a plan that changes one route.
pub(super) fn rename_into(
    inventory: &Inventory<'_>,
    kind: Kind,
    router: &Definition<'_>,
    name: &RouterName,
    plan: &mut Plan,
) -> Result<(), Error> {
    let new = name.as_str();
    must_be_direct(inventory, router)?;
    no_children(inventory, kind, router, |_| false)?;
    let taken = |part: Part| match inventory.get(kind, part, new) {
        None => Ok(()),
        Some(other) => Err(Error::new(Code::NameTaken, format!("{kind} {} {new:?} is there already", part.noun()))
            .at(inventory.place(&other))),
    };
    taken(Part::Router)?;
    let path = inventory.path(router);
    let route = Route::of(inventory, kind, router);
    let mut first = Patch::Inside(Vec::new());
    let mut second = Patch::Rename(new.to_owned()).at([kind.as_str(), "routers", router.name]);
    let service = own_service(inventory, kind, &route).filter(|s| {
        let own = router.value.field("service").and_then(Ref::text) == Some(router.name);
        s.name == router.name
            && own
            && s.direct
            && inventory.path(s) == path
            && inventory.users_of_service(kind, s.name).len() == 1
    });
    if service.is_some() && !inventory.template_mentions(router.name) {
        taken(Part::Service)?;
        first = Patch::Set(Value::str(new)).at([kind.as_str(), "routers", router.name, "service"]);
        second = second.and(Patch::Rename(new.to_owned()).at([kind.as_str(), "services", router.name]));
    }
    plan.patch(path, first);
    if let Some(edit) = plan.edits.iter_mut().find(|e| e.path == path) {
        edit.patches.push(second);
    }
    for effect in &mut plan.effects {
        effect.verb = Verb::Changed;
        effect.name = new.to_owned();
        effect.notes.push(format!("was {}", router.name));
    }
    Ok(())
}
