//! Middlewares that shape traffic: limits, buffers, retries, compression, error pages.

use super::part::Part;
use super::predicate::{self, Language};
use super::{Broken, BrokenKind, client_tls, media_type, source};
use crate::schema::value;
use crate::surroundings::Surroundings;

pub(super) fn buffering(part: &Part<'_, '_>) -> Result<(), Broken> {
    for (field, word) in [
        ("memRequestBodyBytes", "mem"),
        ("maxRequestBodyBytes", "max"),
        ("memResponseBodyBytes", "mem"),
        ("maxResponseBodyBytes", "max"),
    ] {
        if let Some(bytes) = part.integer(field).filter(|bytes| *bytes < 0) {
            return Err(part.wrong(field, BrokenKind::BadValue, format!("{word} bytes should be >= 0 got {bytes}")));
        }
    }
    let retry = part.text("retryExpression");
    match retry.is_empty() {
        true => Ok(()),
        false => predicate::check(&retry, Language::Retry)
            .map_err(|says| part.wrong("retryExpression", BrokenKind::BadValue, says)),
    }
}

pub(super) fn circuit_breaker(part: &Part<'_, '_>) -> Result<(), Broken> {
    predicate::check(&part.text("expression"), Language::CircuitBreaker).map_err(|says| {
        let is_there = part.field("expression").is_some();
        part.wrong("expression", if is_there { BrokenKind::BadValue } else { BrokenKind::Missing }, says)
    })
}

pub(super) fn compress(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let (excluded, included) = (part.list("excludedContentTypes"), part.list("includedContentTypes"));
    if !excluded.is_empty() && !included.is_empty() {
        let says = "excludedContentTypes and includedContentTypes options are mutually exclusive";
        return Err(part.broken(BrokenKind::Conflict, says));
    }
    for (field, word, types) in
        [("excludedContentTypes", "excluded", &excluded), ("includedContentTypes", "included", &included)]
    {
        for (number, item) in types.iter().enumerate() {
            media_type::check(&item.text).map_err(|says| {
                let says = format!("parsing {word} media type: {says}");
                part.wrong_item(field, (number, item), BrokenKind::BadValue, says)
            })?;
        }
    }
    // Before 3.2 Traefik took any default.
    if !surroundings.release.since(2, 0) {
        return Ok(());
    }
    const KNOWN: [&str; 3] = ["gzip", "br", "zstd"];
    let encodings = part.list("encodings");
    for (number, item) in encodings.iter().enumerate() {
        if !KNOWN.contains(&&*item.text) {
            let says = format!("unsupported encoding: {}", item.text);
            return Err(part.wrong_item("encodings", (number, item), BrokenKind::BadValue, says));
        }
    }
    let default = part.text("defaultEncoding");
    let is_among = match encodings.is_empty() {
        true => KNOWN.contains(&&*default),
        false => encodings.iter().any(|item| item.text == default),
    };
    match default.is_empty() || is_among {
        true => Ok(()),
        false => {
            let says = format!("unsupported default encoding: {default}");
            Err(part.wrong("defaultEncoding", BrokenKind::BadValue, says))
        }
    }
}

pub(super) fn errors(part: &Part<'_, '_>) -> Result<(), Broken> {
    statuses(part, "")?;
    let rewrites = value::field(part.node, "statusRewrites").map(value::entries).unwrap_or_default();
    for entry in rewrites {
        status(&entry.name).map_err(|says| Broken {
            says,
            at: entry.key.span(),
            field: format!("errors.statusRewrites.{}", entry.name),
            kind: BrokenKind::BadValue,
        })?;
    }
    Ok(())
}

pub(super) fn retry(part: &Part<'_, '_>) -> Result<(), Broken> {
    if part.list("status").is_empty() && part.is_true("disableRetryOnNetworkError") {
        let says = "retry middleware requires at least HTTP status codes or retry on TCP";
        return Err(part.wrong("disableRetryOnNetworkError", BrokenKind::Conflict, says));
    }
    let attempts = part.integer("attempts").unwrap_or(0);
    if attempts <= 0 {
        let kind = if part.field("attempts").is_some() { BrokenKind::BadValue } else { BrokenKind::Missing };
        return Err(part.wrong("attempts", kind, format!("incorrect (or empty) value for attempt ({attempts})")));
    }
    statuses(part, "creating HTTP code ranges: ")
}

/// Checks a list of status codes and ranges of them; Traefik says `doing` before what is wrong.
fn statuses(part: &Part<'_, '_>, doing: &str) -> Result<(), Broken> {
    for (number, item) in part.list("status").iter().enumerate() {
        status(&item.text).map_err(|says| {
            part.wrong_item("status", (number, item), BrokenKind::BadValue, format!("{doing}{says}"))
        })?;
    }
    Ok(())
}

/// Reads `500` or `500-599`; what follows a second dash is not looked at.
fn status(text: &str) -> Result<(), String> {
    text.split('-').take(2).try_for_each(atoi)
}

/// Go's `strconv.Atoi`.
fn atoi(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let says = |why: &str| Err(format!("strconv.Atoi: parsing {text:?}: {why}"));
    match text.parse::<i64>() {
        Ok(_) => Ok(()),
        Err(_) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => says("value out of range"),
        Err(_) => says("invalid syntax"),
    }
}

pub(super) fn in_flight_req(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    source::criterion(part, surroundings).map_err(|broken| prefixed("error creating requests limiter: ", broken))
}

pub(super) fn rate_limit(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    source::criterion(part, surroundings).map_err(|broken| match surroundings.release.since(4, 0) {
        true => prefixed("getting source extractor: ", broken),
        false => broken,
    })?;
    if let Some(period) =
        part.field("period").and_then(|period| value::duration(period.node)).filter(|period| *period < 0)
    {
        let says = format!("negative value not valid for period: {}", duration(period));
        return Err(part.wrong("period", BrokenKind::BadValue, says));
    }
    let Some(redis) = part.field("redis") else { return Ok(()) };
    if let Some(tls) = redis.field("tls") {
        client_tls::check(&tls, "creating redis limiter: creating TLS config", surroundings)?;
    }
    match redis.integer("poolSize") {
        Some(size) if size < 0 => Err(redis.wrong("poolSize", BrokenKind::Panic, "makechan: size out of range")),
        _ => Ok(()),
    }
}

fn prefixed(doing: &str, broken: Broken) -> Broken {
    Broken { says: format!("{doing}{}", broken.says), ..broken }
}

/// A duration as Go prints it: `-1h30m0s`, `1.5µs`.
pub(super) fn duration(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let all = nanoseconds.unsigned_abs();
    let fraction = |all: u64, unit: u64, digits: usize| {
        let rest = format!("{:0digits$}", all % unit);
        match rest.trim_end_matches('0') {
            "" => format!("{}", all / unit),
            rest => format!("{}.{rest}", all / unit),
        }
    };
    let text = match all {
        0 => "0s".to_owned(),
        1..1_000 => format!("{all}ns"),
        1_000..1_000_000 => format!("{}µs", fraction(all, 1_000, 3)),
        1_000_000..1_000_000_000 => format!("{}ms", fraction(all, 1_000_000, 6)),
        _ => {
            let (minutes, rest) = (all / 60_000_000_000, all % 60_000_000_000);
            let seconds = format!("{}s", fraction(rest, 1_000_000_000, 9));
            match (minutes / 60, minutes % 60) {
                (0, 0) => seconds,
                (0, minutes) => format!("{minutes}m{seconds}"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}"),
            }
        }
    };
    format!("{sign}{text}")
}
