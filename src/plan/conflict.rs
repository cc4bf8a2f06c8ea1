//! Whether a host and path are taken already.

use crate::document::Ref;
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
    let routers = inventory.definitions(Part::Router).filter(|(k, d)| *k == kind && Some(d.name) != except);
    // Where every host is meant there is no name to look for.
    let hosts = if hosts.iter().any(|host| host == "*") { &[] } else { hosts };
    routers.map(|(_, d)| d).find(|other| {
        let text = other.value.field("rule").and_then(Ref::text).unwrap_or_default();
        // Most rules name none of the hosts, and need no parsing; a wildcard can stand there as a regular expression.
        let may_claim = hosts.is_empty() || hosts.iter().any(|host| host.starts_with("*.") || contains(text, host));
        may_claim && shares(entry_points, &names(other.value.field("entryPoints"))) && {
            let other = Route::of(inventory, kind, other);
            kind == Kind::Udp || ((other.tls == Tls::Off) == (tls == Tls::Off) && same(rule, claims.as_deref(), &other))
        }
    })
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
