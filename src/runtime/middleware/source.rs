//! How a request's source is told: by address, by header, by host.

use super::part::Part;
use super::{Broken, BrokenKind, address};
use crate::surroundings::Surroundings;

/// Checks an `ipStrategy`. A depth makes Traefik pass over the excluded addresses, and these over the subnet.
pub(super) fn strategy(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let has_depth = part.integer("depth").is_some_and(|depth| depth > 0);
    let excluded = part.list("excludedIPs");
    if !has_depth && !excluded.is_empty() {
        let texts = excluded.iter().map(|item| &*item.text);
        return address::check(texts, surroundings.release).map_err(|(number, says)| match excluded.get(number) {
            Some(item) => part.wrong_item("excludedIPs", (number, item), BrokenKind::BadValue, says),
            None => part.wrong("excludedIPs", BrokenKind::BadValue, says),
        });
    }
    match part.integer("ipv6Subnet") {
        Some(subnet) if !(1..=128).contains(&subnet) => {
            let says = format!("invalid IPv6 subnet {subnet} value, should be greater to 0 and lower or equal to 128");
            Err(part.wrong("ipv6Subnet", BrokenKind::BadValue, says))
        }
        _ => Ok(()),
    }
}

/// Checks the `sourceCriterion` of a middleware, which may have one kind of criterion at most.
pub(super) fn criterion(middleware: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let Some(part) = middleware.field("sourceCriterion") else { return Ok(()) };
    let by_address = part.field("ipStrategy");
    let by_header = !part.text("requestHeaderName").is_empty();
    let by_host = part.is_true("requestHost");
    let says = match (by_address.is_some(), by_header, by_host) {
        (true, true, _) => "iPStrategy and RequestHeaderName are mutually exclusive",
        (true, _, true) => "iPStrategy and RequestHost are mutually exclusive",
        (_, true, true) => "requestHost and RequestHeaderName are mutually exclusive",
        _ => return by_address.map_or(Ok(()), |part| strategy(&part, surroundings)),
    };
    Err(part.broken(BrokenKind::Conflict, says))
}
