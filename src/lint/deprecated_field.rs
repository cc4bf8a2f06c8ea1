//! A field that Traefik has given up.

use super::{Lint, Subject};
use crate::edit::Patch;
use crate::finding::{Finding, Location, Severity};
use crate::release::Release;
use crate::schema::{RemarkKind, Step};

pub(super) static LINT: Lint = Lint {
    name: "deprecated-field",
    severity: Severity::Warning,
    summary: "A field that Traefik has given up",
    explanation: "Traefik still takes the field, but has announced to drop it; some have no effect any more. The help names what \
                  to write. Where that changes nothing, --fix does it.",
    bad: &[(
        "routes.yml",
        "http:\n  middlewares:\n    secure:\n      headers:\n        sslRedirect: true\n        frameDeny: true\n",
    )],
    good: &[("routes.yml", "http:\n  middlewares:\n    secure:\n      redirectScheme:\n        scheme: https\n")],
    check,
};

/// The end of the field's path, what to do, and whether the key can go because nothing comes of it.
const REWRITES: &[(&str, &str, bool)] = &[
    (
        "headers.sslRedirect",
        "it has no effect: use a redirectScheme middleware, or a redirection at the entry point",
        true,
    ),
    ("headers.sslTemporaryRedirect", "it has no effect: use a redirectScheme middleware with permanent: false", true),
    ("headers.sslHost", "it has no effect: use a redirectRegex middleware", true),
    ("headers.sslForceHost", "it has no effect: use a redirectRegex middleware", true),
    ("headers.featurePolicy", "it has no effect: write permissionsPolicy", true),
    ("options.*.preferServerCipherSuites", "it has no effect: take it away", true),
    ("middlewares.*.ipWhiteList", "write ipAllowList, with the same fields below", false),
    ("stripPrefix.forceSlash", "take it away", false),
    ("contentType.autoDetect", "take it away: the middleware detects the type by standing there", false),
    ("tls.caOptional", "take it away: the server decides by its clientAuthType", false),
    (
        "forwardAuth.trustForwardHeader",
        "list the trusted proxies in forwardedHeaders.trustedIPs of the entry point, and leave this on true: without it \
         Traefik warns until the release that drops it",
        false,
    ),
    ("ruleSyntax", "write the rule in v3's language, and take it away", false),
    ("loadBalancer.terminationDelay", "set it in a servers transport", false),
    ("loadBalancer.proxyProtocol", "set it in a servers transport", false),
];

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        let RemarkKind::Deprecated { field, .. } = &remark.kind else { continue };
        if !is_deprecated(field.name(), subject.surroundings.release) {
            continue;
        }
        let message = format!("{} is deprecated", field.name());
        let mut finding = lint.at(Location::of(file, remark.span), remark.path.to_string(), message);
        let keys: Option<Vec<&str>> = remark
            .path
            .0
            .iter()
            .map(|step| match step {
                Step::Key(key) => Some(&**key),
                Step::Item(_) => None,
            })
            .collect();
        if let Some((_, help, goes)) = REWRITES.iter().find(|(end, ..)| field.path.ends_with(end)) {
            finding = finding.help(*help);
            if let (true, Some(keys)) = (*goes, &keys) {
                finding = finding.fix(format!("take {} away", field.name()), Patch::Remove.at(keys.iter().copied()));
            }
        }
        if field.name() == "ipWhiteList"
            && let Some(keys) = &keys
        {
            let patch = Patch::Rename("ipAllowList".into()).at(keys.iter().copied());
            finding = finding.fix("call it ipAllowList", patch);
        }
        if field.name() == "trustForwardHeader" {
            finding.severity = Severity::Note;
        }
        if let Some(says) = says(field.path, keys.as_deref().unwrap_or_default()) {
            finding = finding.says(says);
        }
        found.push(finding);
    }
}

/// Whether a release has given the field up already.
fn is_deprecated(field: &str, release: Release) -> bool {
    match field {
        "ruleSyntax" => release.since(4, 0),
        "trustForwardHeader" => release.has_fix(14, 0),
        _ => true,
    }
}

/// What Traefik logs, where it logs anything.
fn says(field: &str, keys: &[&str]) -> Option<String> {
    let name = keys.get(2).copied().unwrap_or_default();
    let of_service = |option: &str| {
        format!(
            "Service {name:?} load balancer uses `{option}`, but this option is deprecated, please use ServersTransport \
             configuration instead."
        )
    };
    Some(match field.rsplit('.').next()? {
        "ipWhiteList" if field.starts_with("tcp") => {
            "IPWhiteList is deprecated, please use IPAllowList instead.".into()
        }
        "ipWhiteList" => {
            format!("Middleware \"{name}@file\" of type IPWhiteList is deprecated, please use IPAllowList instead.")
        }
        "ruleSyntax" => "Router's `ruleSyntax` option is deprecated, please remove any usage of this option.".into(),
        "terminationDelay" => of_service("TerminationDelay"),
        "proxyProtocol" => of_service("ProxyProtocol"),
        "forceSlash" => "`ForceSlash` option is deprecated, please remove any usage of this option.".into(),
        "autoDetect" => {
            "AutoDetect option is deprecated, Content-Type middleware is only meant to be used to enable the \
                         content-type detection, please remove any usage of this option."
                .into()
        }
        "caOptional" => {
            "tls.CAOptional option is deprecated, TLS client authentication is a server side option, please \
                         remove any usage of this option."
                .into()
        }
        "preferServerCipherSuites" => format!(
            "TLSOption \"{name}@file\" uses `PreferServerCipherSuites` option, but this option is deprecated and \
             ineffective, please remove this option."
        ),
        _ => return None,
    })
}
