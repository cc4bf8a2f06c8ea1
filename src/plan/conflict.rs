//! Whether a host and path are taken already.

use super::Wanted;
use super::change::tls_wanted;
use crate::document::Ref;
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part, names};
use crate::name::Kind;
use crate::route::{Route, Tls};
use crate::rule::{Claim, Rule};

/// A router that answers for the same requests: same kind, an entry point in common, TLS alike, and the same
/// host and path, or the same rule. The router `except` itself is none.
pub(super) fn taken_by<'a>(
    inventory: &Inventory<'a>,
    kind: Kind,
    rule: Option<&Rule>,
    entry_points: &[String],
    tls: Tls,
    hosts: &[String],
    except: Option<&str>,
) -> Option<Definition<'a>> {
    let claims = rule.and_then(Rule::claims);
    let routers = inventory.definitions(Part::Router).filter(|(k, _)| *k == kind).map(|(_, d)| d);
    routers.into_iter().find(|other| {
        let text = other.value.field("rule").and_then(Ref::text).unwrap_or_default();
        // Most rules name none of the hosts, and need no parsing; a wildcard can stand there as a regular expression.
        let may_claim = hosts.is_empty() || hosts.iter().any(|host| host.starts_with("*.") || contains(text, host));
        may_claim && except != Some(other.name) && shares(entry_points, &names(other.value.field("entryPoints"))) && {
            let other = Route::of(inventory, kind, other);
            kind == Kind::Udp || ((other.tls == Tls::Off) == (tls == Tls::Off) && same(rule, claims.as_deref(), &other))
        }
    })
}

/// Refuses what would make two routers answer the same requests, of which Traefik then takes either.
pub(super) fn no_new_one(
    inventory: &Inventory<'_>,
    kind: Kind,
    router: &Definition<'_>,
    new: Option<&Rule>,
    wanted: &Wanted,
) -> Result<(), Error> {
    if new.is_none() && !wanted.entry_points.is_named() && wanted.tls.is_none() {
        return Ok(());
    }
    let route = Route::of(inventory, kind, router);
    let old = route.parsed_rule();
    let taken = |rule: Option<&Rule>, entry_points: &[String], tls: Tls| {
        taken_by(inventory, kind, rule, entry_points, tls, &[], Some(router.name))
    };
    let entry_points = wanted.entry_points.apply(&route.entry_points);
    let (tls, _) = tls_wanted(&route, wanted)?;
    match taken(new.or(old.as_ref()), &entry_points, tls) {
        Some(other) if taken(old.as_ref(), &route.entry_points, route.tls).is_none() => {
            let message = format!("router {:?} answers these requests already", other.name);
            Err(Error::new(Code::HostTaken, message)
                .hint("change that one, or remove it first")
                .at(inventory.place(&other)))
        }
        _ => Ok(()),
    }
}

fn same(rule: Option<&Rule>, claims: Option<&[Claim<'_>]>, other: &Route) -> bool {
    let Some(theirs) = other.parsed_rule() else { return false };
    if rule == Some(&theirs) {
        return true;
    }
    match (claims, theirs.claims()) {
        (Some(ours), Some(theirs)) => ours.iter().any(|claim| theirs.contains(claim)),
        _ => false,
    }
}

/// No entry points are Traefik's default ones, which can be any.
fn shares(ours: &[String], theirs: &[String]) -> bool {
    ours.is_empty() || theirs.is_empty() || ours.iter().any(|e| theirs.contains(e))
}

fn contains(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    part.is_empty() || text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}
