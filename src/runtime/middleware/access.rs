//! Middlewares that decide who may pass: users, an authentication server, addresses.

use super::part::Part;
use super::{Broken, BrokenKind, address, client_tls, source, users};
use crate::rule;
use crate::surroundings::Surroundings;

pub(super) fn basic_auth(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let users = users::check(part, surroundings, 2, "BasicUser")?;
    let release = surroundings.release;
    // From 3.6.11 on Traefik takes a first user for granted; 3.6.18 and 3.7.2 check that there is one.
    let takes_a_user = release.since(6, 11);
    let checks = release.has_fix(18, 2);
    match users {
        Some(0) if checks => {
            let says = format!("no users found in {}", part.text("usersFile"));
            Err(part.broken(BrokenKind::Missing, says))
        }
        Some(0) if takes_a_user => {
            Err(part.broken(BrokenKind::Panic, "runtime error: index out of range [0] with length 0"))
        }
        _ => Ok(()),
    }
}

pub(super) fn digest_auth(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    users::check(part, surroundings, 3, "DigestUser").map(|_| ())
}

pub(super) fn forward_auth(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    if let Some(tls) = part.field("tls") {
        client_tls::check(&tls, "unable to create client TLS configuration", surroundings)?;
    }
    let regex = part.text("authResponseHeadersRegex");
    if regex.is_empty() {
        return Ok(());
    }
    rule::check_regexp(&regex, surroundings.release).map_err(|says| {
        let says = format!("error compiling regular expression {regex}: {says}");
        part.wrong("authResponseHeadersRegex", BrokenKind::BadValue, says)
    })
}

pub(super) fn ip_allow_list(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    const EMPTY: &str = "sourceRange is empty, IPAllowLister not created";
    if part.list("sourceRange").is_empty() {
        return Err(part.wrong("sourceRange", BrokenKind::Missing, EMPTY));
    }
    match part.integer("rejectStatusCode") {
        Some(code) if code != 0 && !is_status(code) => {
            let says = format!("invalid HTTP status code {code}");
            return Err(part.wrong("rejectStatusCode", BrokenKind::BadValue, says));
        }
        _ => {}
    }
    source_range(part, EMPTY, "CIDRs", surroundings)?;
    part.field("ipStrategy").map_or(Ok(()), |strategy| source::strategy(&strategy, surroundings))
}

pub(super) fn ip_white_list(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    source_range(part, "sourceRange is empty, IPWhiteLister not created", "CIDR whitelist", surroundings)?;
    part.field("ipStrategy").map_or(Ok(()), |strategy| source::strategy(&strategy, surroundings))
}

/// Checks the list of addresses that may pass.
pub(super) fn source_range(
    part: &Part<'_, '_>,
    empty: &str,
    what: &str,
    surroundings: &Surroundings,
) -> Result<(), Broken> {
    let ranges = part.list("sourceRange");
    if ranges.is_empty() {
        return Err(part.wrong("sourceRange", BrokenKind::Missing, empty));
    }
    let texts = || ranges.iter().map(|item| &*item.text);
    address::check(texts(), surroundings.release).map_err(|(number, says)| {
        let says = format!("cannot parse {what} [{}]: {says}", texts().collect::<Vec<_>>().join(" "));
        match ranges.get(number) {
            Some(item) => part.wrong_item("sourceRange", (number, item), BrokenKind::BadValue, says),
            None => part.wrong("sourceRange", BrokenKind::BadValue, says),
        }
    })
}

/// Whether Go has words for a status code.
fn is_status(code: i64) -> bool {
    matches!(code, 100..=103 | 200..=208 | 226 | 300..=305 | 307 | 308 | 400..=418 | 421..=426 | 428 | 429 | 431 | 451)
        || matches!(code, 500..=508 | 510 | 511)
}
