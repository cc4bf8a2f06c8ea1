//! Moving a route into another file.

use super::{Facts, FileEdit, Plan, Verb, defaults, must_be_direct, own_service};
use crate::edit::{self, Patch, Value};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory};
use crate::name::Kind;
use crate::route::Route;

/// Moves a route, and its service where that stands in the same file, into another file.
pub(super) fn move_to(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    router: &Definition<'_>,
    file: &str,
    renamed: bool,
    plan: &mut Plan,
) -> Result<(), Error> {
    let from = inventory.path(router);
    let to = defaults::file(facts, kind, Some(file))?;
    if to == from {
        return Ok(());
    }
    let refused = |what: &str| {
        Error::new(Code::NotEditable, format!("{what}, so the route can't be moved without losing something"))
            .hint("move it by hand")
            .at(inventory.place(router))
    };
    if renamed || !plan.edits.is_empty() {
        return Err(Error::new(
            Code::Usage,
            "--file moves a route as it is; make other changes in a command of their own",
        ));
    }
    let route = Route::of(inventory, kind, router);
    let service = own_service(inventory, kind, &route).filter(|s| inventory.path(s) == from);
    let shared = service.is_some_and(|s| inventory.users_of_service(kind, s.name).len() > 1);
    let (mut into, mut out) = (Patch::Inside(Vec::new()), Patch::Inside(Vec::new()));
    let moved = [Some(("routers", *router)), service.filter(|_| !shared).map(|s| ("services", s))];
    for (section, definition) in moved.into_iter().flatten() {
        must_be_direct(inventory, &definition)?;
        let value = Value::of(definition.value).ok_or_else(|| refused("the entry holds something unusual"))?;
        let path = [kind.as_str(), section, definition.name];
        into = into.and(Patch::Set(value).at(path));
        out = out.and(Patch::Remove.at(path));
    }
    // Whatever goes from the old file beside the values themselves would be lost.
    let document = router.key.document();
    let comments = |text: &str| text.matches('#').count();
    let left = edit::apply(document, &out).map_err(|refusal| refused(&refusal.message))?;
    if comments(left.source()) != comments(document.source()) {
        return Err(refused("the entry holds comments"));
    }
    // In between both files define the route alike; the other way round neither would.
    plan.edits =
        vec![FileEdit { path: to, patches: vec![into] }, FileEdit { path: from.to_owned(), patches: vec![out] }];
    for effect in &mut plan.effects {
        effect.verb = Verb::Changed;
    }
    Ok(())
}
