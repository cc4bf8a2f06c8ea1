//! Middlewares that change the request or the answer: paths, redirections, headers.

use super::part::Part;
use super::{Broken, BrokenKind};
use crate::release::Release;
use crate::rule;
use crate::schema::value;
use crate::surroundings::Surroundings;

pub(super) fn add_prefix(part: &Part<'_, '_>) -> Result<(), Broken> {
    match part.text("prefix").is_empty() {
        true => Err(part.wrong("prefix", BrokenKind::Missing, "prefix cannot be empty")),
        false => Ok(()),
    }
}

pub(super) fn redirect_scheme(part: &Part<'_, '_>) -> Result<(), Broken> {
    match part.text("scheme").is_empty() {
        true => Err(part.wrong("scheme", BrokenKind::Missing, "you must provide a target scheme")),
        false => Ok(()),
    }
}

pub(super) fn redirect_regex(part: &Part<'_, '_>, release: Release) -> Result<(), Broken> {
    rule::check_regexp(&part.text("regex"), release).map_err(|says| part.wrong("regex", BrokenKind::BadValue, says))
}

pub(super) fn replace_path_regex(part: &Part<'_, '_>, release: Release) -> Result<(), Broken> {
    let regex = part.text("regex");
    rule::check_regexp(regex.trim(), release).map_err(|says| {
        part.wrong("regex", BrokenKind::BadValue, format!("error compiling regular expression {regex}: {says}"))
    })
}

pub(super) fn strip_prefix_regex(part: &Part<'_, '_>, release: Release) -> Result<(), Broken> {
    for (number, item) in part.list("regex").iter().enumerate() {
        rule::check_regexp(item.text.trim(), release)
            .map_err(|says| part.wrong_item("regex", (number, item), BrokenKind::BadValue, says))?;
    }
    Ok(())
}

/// Switches that are a setting when they are on.
const SWITCHES: [&str; 13] = [
    "accessControlAllowCredentials",
    "addVaryHeader",
    "browserXssFilter",
    "contentTypeNosniff",
    "forceSTSHeader",
    "frameDeny",
    "isDevelopment",
    "sslForceHost",
    "sslRedirect",
    "sslTemporaryRedirect",
    "stsIncludeSubdomains",
    "stsPreload",
    "accessControlAllowPrivateNetwork",
];

/// Texts that are a setting unless they are empty.
const TEXTS: [&str; 9] = [
    "contentSecurityPolicy",
    "contentSecurityPolicyReportOnly",
    "customBrowserXSSValue",
    "customFrameOptionsValue",
    "featurePolicy",
    "permissionsPolicy",
    "publicKey",
    "referrerPolicy",
    "sslHost",
];

/// Lists and mappings that are a setting unless they are empty.
const COLLECTIONS: [&str; 10] = [
    "accessControlAllowHeaders",
    "accessControlAllowMethods",
    "accessControlAllowOriginList",
    "accessControlAllowOriginListRegex",
    "accessControlExposeHeaders",
    "allowedHosts",
    "customRequestHeaders",
    "customResponseHeaders",
    "hostsProxyHeaders",
    "sslProxyHeaders",
];

pub(super) fn headers(part: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    if !sets_headers(part, surroundings) {
        return Err(part.broken(BrokenKind::Missing, "headers configuration not valid"));
    }
    for (number, item) in part.list("accessControlAllowOriginListRegex").iter().enumerate() {
        rule::check_regexp(&item.text, surroundings.release).map_err(|says| {
            let says = format!("error occurred during origin parsing: {says}");
            part.wrong_item("accessControlAllowOriginListRegex", (number, item), BrokenKind::BadValue, says)
        })?;
    }
    Ok(())
}

fn sets_headers(part: &Part<'_, '_>, surroundings: &Surroundings) -> bool {
    let holds_something = |name: &str| {
        value::field(part.node, name)
            .is_some_and(|node| !value::entries(node).is_empty() || !value::list(node).is_empty())
    };
    // A zero counts where the release tells it from nothing.
    let is_number = |name: &str, zero_counts: bool| part.integer(name).is_some_and(|number| number != 0 || zero_counts);
    SWITCHES.into_iter().any(|name| part.is_true(name))
        || TEXTS.into_iter().any(|name| !part.text(name).is_empty())
        || COLLECTIONS.into_iter().any(holds_something)
        || is_number("stsSeconds", surroundings.release.since(6, 10))
        || is_number("accessControlMaxAge", surroundings.release.has_fix(22, 6))
}
