//! Nothing that loaded before stops loading, and nothing that worked before stops working.

use crate::error::{Code, Error, Place};
use crate::finding::Location;
use crate::inventory::{Definition, Inventory, Lost, Part};
use crate::name::Kind;
use crate::plan::Effect;
use crate::runtime::{self, Object, Status};
use crate::surroundings::Surroundings;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Judges the directory as it would be; gives what was wrong before and still is.
pub(super) fn check(
    before: &Inventory<'_>,
    after: &Inventory<'_>,
    effects: &[&Effect],
    changed: bool,
    traefik: &Surroundings,
) -> Result<Vec<String>, Error> {
    if !changed {
        let stood = before.faults(traefik.release);
        return Ok(warnings_of(before, &stood));
    }
    let judged = |inventory: &Inventory<'_>| {
        let faults = inventory.faults(traefik.release);
        let troubled = if faults.is_empty() { troubled(inventory, traefik) } else { Troubled::new() };
        (faults, troubled)
    };
    let ((stood, then), (left, now)) = std::thread::scope(|scope| {
        let earlier = scope.spawn(|| judged(before));
        let later = judged(after);
        (earlier.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), later)
    });
    if let Some((place, message)) = left.first()
        && !is_mending(&stood, &left)
    {
        let stood_before = stood.contains(&(place.clone(), message.clone()));
        return Err(refuse_unloadable(place.clone(), message, stood_before.then(|| before.lost())));
    }
    no_new_duplicates(before, after)?;
    nothing_left_dangling(before, after)?;
    let mut warnings = match stood.is_empty() {
        true => nothing_else_disabled(before, after, effects, &then, now)?,
        // What worked before, where nothing was loaded, is nothing.
        false => warnings_of(after, &left),
    };
    warnings.extend(brought_to_light(before, after));
    warnings.extend(duplicates(after));
    Ok(warnings)
}

/// Whether fewer faults are left, and none that is new; lines may have moved.
fn is_mending(stood: &[(Place, String)], left: &[(Place, String)]) -> bool {
    fn counts(faults: &[(Place, String)]) -> HashMap<(&str, &str), usize> {
        let mut counts = HashMap::new();
        for (place, message) in faults {
            *counts.entry((place.file.as_str(), message.as_str())).or_default() += 1;
        }
        counts
    }
    let old = counts(stood);
    left.len() < stood.len()
        && counts(left).into_iter().all(|(fault, count)| old.get(&fault).is_some_and(|c| *c >= count))
}

/// Routers that Traefik would warn of or disable, by kind and name, with its words.
type Troubled = BTreeMap<(Kind, String), (Status, Vec<String>)>;

/// Traefik builds services and middlewares for routers only, so what is wrong with them shows there. It may make several
/// objects of a router, a copy for an entry point, say: the worst counts.
fn troubled(inventory: &Inventory<'_>, traefik: &Surroundings) -> Troubled {
    let mut worst: HashMap<Location, Object<'_>> = HashMap::new();
    for object in runtime::build(inventory, traefik).objects {
        if object.status > worst.get(&object.at).map_or(Status::Enabled, |worst| worst.status) {
            worst.insert(object.at, object);
        }
    }
    let routers = inventory.definitions(Part::Router).filter(|_| !worst.is_empty());
    let places: Vec<_> = routers.map(|(kind, d)| (kind, d.name, Location::of(d.file, d.key.span()))).collect();
    let found = places.into_iter().filter_map(|(kind, name, at)| {
        let object = worst.remove(&at)?;
        Some(((kind, name.to_owned()), (object.status, object.errors)))
    });
    found.collect()
}

/// What Traefik takes up must go on being so, except for what the change is about; that is only said.
fn nothing_else_disabled(
    before: &Inventory<'_>,
    after: &Inventory<'_>,
    effects: &[&Effect],
    then: &Troubled,
    now: Troubled,
) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    for (router, (status, errors)) in now {
        let was = then.get(&router).map(|(was, _)| *was);
        let (kind, name) = router;
        let was = was.or(before.get(kind, Part::Router, &name).map(|_| Status::Enabled));
        let verb = if status == Status::Disabled { "disable" } else { "warn of" };
        let (what, why) = (format!("{verb} {kind} router {name:?}"), errors.join("; "));
        if effects.iter().any(|effect| effect.kind == kind && effect.name == name) {
            if was.is_none_or(|was| was < status) {
                warnings.push(format!("Traefik will {what}: {why}"));
            }
        } else if was.is_some_and(|was| was < status) {
            let message = format!("Traefik would {what} after this change: {why}");
            let error = Error::new(Code::WouldDisable, message).hint("change that first: it works now");
            return Err(match after.get(kind, Part::Router, &name) {
                Some(router) => error.at(after.place(&router)),
                None => error,
            });
        }
    }
    Ok(warnings)
}

/// Definitions that were shadowed before, and count now that the one in front of them is gone.
fn brought_to_light(before: &Inventory<'_>, after: &Inventory<'_>) -> Vec<String> {
    let warning = |(kind, part, twice): (Kind, Part, Definition<'_>)| {
        let place = after.place(&after.get(kind, part, twice.name)?);
        (place.file != before.place(&before.get(kind, part, twice.name)?).file).then(|| {
            format!(
                "{place}: {kind} {} {:?} is defined here too; Traefik takes this one from now on",
                part.noun(),
                twice.name
            )
        })
    };
    before.duplicates().filter_map(warning).collect()
}

/// Definitions that were shadowed before and still are.
fn duplicates(inventory: &Inventory<'_>) -> Vec<String> {
    let warning = |(kind, part, twice): (Kind, Part, Definition<'_>)| {
        let first = inventory.get(kind, part, twice.name).map(|d| inventory.place(&d).to_string()).unwrap_or_default();
        format!(
            "{}: {kind} {} {:?} is defined in {first} already; Traefik takes that one",
            inventory.place(&twice),
            part.noun(),
            twice.name
        )
    };
    inventory.duplicates().map(warning).collect()
}

fn warnings_of(inventory: &Inventory<'_>, faults: &[(Place, String)]) -> Vec<String> {
    let lost = inventory.lost();
    faults.iter().map(|(place, message)| lost.warning(place, message)).collect()
}

/// Refuses the change; `lost` where the fault stood before.
fn refuse_unloadable(place: Place, message: &str, lost: Option<Lost>) -> Error {
    match lost {
        Some(lost) => Error::new(Code::WouldNotLoad, format!("Traefik refuses this directory as it stands: {message}"))
            .hint(lost.cure())
            .at(place),
        None => {
            Error::new(Code::WouldNotLoad, format!("Traefik would refuse the directory after this change: {message}"))
                .at(place)
        }
    }
}

fn no_new_duplicates(before: &Inventory<'_>, after: &Inventory<'_>) -> Result<(), Error> {
    let old: HashSet<(Kind, Part, &str)> = before.duplicates().map(|(k, p, d)| (k, p, d.name)).collect();
    match after.duplicates().find(|(k, p, d)| !old.contains(&(*k, *p, d.name))) {
        None => Ok(()),
        Some((kind, part, twice)) => {
            let message =
                format!("{kind} {} {:?} would be defined twice; Traefik takes the first only", part.noun(), twice.name);
            Err(Error::new(Code::NameTaken, message).at(after.place(&twice)))
        }
    }
}

/// What goes must not be in use. Only services go with routes; a router has no users.
fn nothing_left_dangling(before: &Inventory<'_>, after: &Inventory<'_>) -> Result<(), Error> {
    for (kind, gone) in before.definitions(Part::Service) {
        if after.get(kind, Part::Service, gone.name).is_some() {
            continue;
        }
        if let Some((part, user)) = after.users_of_service(kind, gone.name).into_iter().next() {
            let message = format!("{kind} service {:?} is still used by {} {:?}", gone.name, part.noun(), user.name);
            return Err(Error::new(Code::InUse, message).at(after.place(&user)));
        }
    }
    Ok(())
}
