//! Nothing that loaded before stops loading, and nothing that worked before stops working.

use crate::error::{Code, Error, Place};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::Kind;
use std::collections::HashSet;

/// Judges the directory as it would be; gives what was wrong before and still is.
pub(super) fn check(before: &Inventory<'_>, after: &Inventory<'_>, changed: bool) -> Result<Vec<String>, Error> {
    if !changed {
        return Ok(before.faults().iter().map(|(place, message)| restart_warning(place, message)).collect());
    }
    if let Some((place, message)) = after.faults().into_iter().next() {
        let stood_before = before.faults().contains(&(place.clone(), message.clone()));
        return Err(refuse_unloadable(place, message, stood_before));
    }
    no_new_duplicates(before, after)?;
    nothing_left_dangling(before, after)?;
    Ok([brought_to_light(before, after), duplicates(after)].concat())
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

fn restart_warning(place: &Place, message: &str) -> String {
    format!(
        "{place}: {message}; Traefik refuses the whole directory for it, and a restart would lose every route in it"
    )
}

fn refuse_unloadable(place: Place, message: String, stood_before: bool) -> Error {
    match stood_before {
        true => Error::new(Code::WouldNotLoad, format!("Traefik refuses this directory as it stands: {message}"))
            .hint("mend that first: until then Traefik applies no change, and a restart would lose every route")
            .at(place),
        false => {
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
