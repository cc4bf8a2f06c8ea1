//! A value with which an option does nothing, or not what its name says, and of which Traefik says nothing.

use super::{Lint, Subject, middlewares};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::tls_options::VERSIONS;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "no-effect-option",
    severity: Severity::Warning,
    summary: "A value with which an option does nothing, or refuses everything",
    explanation: "Traefik takes these values without a word: a rateLimit without average limits nothing; inFlightReq and \
                  inFlightConn with an amount of 0 refuse everything; redirectRegex without replacement redirects to \
                  nowhere; errors without status, or with a range that ends before it begins, replaces nothing; an unknown \
                  minVersion or maxVersion of TLS options, an unknown sameSite of a cookie and an unknown traceVerbosity \
                  are passed over; a service whose weights are all 0 answers 503.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    slow:\n      rateLimit:\n        burst: 10\n")],
    good: &[(
        "routes.yml",
        "http:\n  middlewares:\n    slow:\n      rateLimit:\n        average: 100\n        burst: 10\n",
    )],
    check,
};

/// What is said of one value: where it stands, the path from its object, message, help.
type Report<'r> = &'r mut dyn FnMut(Ref<'_>, &str, &str, &str);

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (_, definition, path) in middlewares::each(subject) {
        middleware(definition.value, &mut |node, field, message, help| {
            let at = Location::of(definition.file, node.span());
            found.push(lint.at(at, format!("{path}.{field}"), message).help(help));
        });
    }
    for (kind, definition) in subject.inventory.definitions(Part::Service) {
        service(definition.value, kind, &mut |node, field, message, help| {
            let at = Location::of(definition.file, node.span());
            let path = format!("{}.services.{}.{field}", kind.as_str(), definition.name);
            found.push(lint.at(at, path, message).help(help));
        });
    }
    for (_, definition) in subject.inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http) {
        let Some(node) = value::below(definition.value, &["observability", "traceVerbosity"]) else { continue };
        let text = value::text(node).unwrap_or_default();
        if !["", "minimal", "detailed"].contains(&&*text) {
            let message = format!("Traefik knows no traceVerbosity {text:?}, and takes minimal");
            let path = format!("http.routers.{}.observability.traceVerbosity", definition.name);
            let at = Location::of(definition.file, node.span());
            found.push(lint.at(at, path, message).help("write minimal or detailed"));
        }
    }
    for (file, name, options) in tls_options(subject) {
        for field in ["minVersion", "maxVersion"] {
            let Some(node) = value::field(options, field) else { continue };
            let Some(text) = value::text(node).filter(|text| !VERSIONS.contains(&&**text)) else { continue };
            let message = format!("Traefik knows no TLS version {text:?}, and passes over it");
            let help = "write VersionTLS10, VersionTLS11, VersionTLS12 or VersionTLS13";
            let path = format!("tls.options.{name}.{field}");
            found.push(lint.at(Location::of(file, node.span()), path, message).help(help));
        }
    }
}

fn middleware(node: Ref<'_>, report: Report<'_>) {
    let number = |node: Ref<'_>, field: &str| value::field(node, field).and_then(value::integer).unwrap_or(0);
    if let Some(limit) = value::field(node, "rateLimit").filter(|limit| number(*limit, "average") <= 0) {
        let at = value::field(limit, "average").unwrap_or(limit);
        report(at, "rateLimit", "this limits nothing: it has no average", "set `average`, requests per `period`");
    }
    for field in ["inFlightReq", "inFlightConn"] {
        if let Some(limit) = value::field(node, field).filter(|limit| number(*limit, "amount") <= 0) {
            let at = value::field(limit, "amount").unwrap_or(limit);
            report(at, field, "this refuses everything: its amount is 0", "set `amount` to 1 or more");
        }
    }
    if let Some(errors) = value::field(node, "errors") {
        let status = value::field(errors, "status");
        let ranges = status.map(value::list).unwrap_or_default();
        let is_reversed = |range: &str| {
            let ends = range.split_once('-').map(|(from, to)| (from.parse::<u32>(), to.parse::<u32>()));
            matches!(ends, Some((Ok(from), Ok(to))) if from > to)
        };
        if ranges.is_empty() {
            let help = "set `status`, as in status: [500-599]";
            report(status.unwrap_or(errors), "errors.status", "this replaces nothing: it has no status", help);
        } else if let (Some(node), Some(range)) = (status, ranges.iter().find(|range| is_reversed(&range.text))) {
            let message = format!("no status is in {:?}, which ends before it begins", range.text);
            report(node, "errors.status", &message, "write the lower status first");
        }
    }
    if let Some(redirect) = value::field(node, "redirectRegex") {
        let replacement = value::field(redirect, "replacement");
        if replacement.and_then(value::text).unwrap_or_default().is_empty() {
            let help = "set `replacement`, with `${1}` for what the first group matched";
            report(replacement.unwrap_or(redirect), "redirectRegex", "this redirects to nowhere", help);
        }
    }
}

fn service(node: Ref<'_>, protocol: Kind, report: Report<'_>) {
    // Below 0 is a mistake of its own to TCP and UDP, and of servers p2c knows no weights.
    let least = if protocol == Kind::Http { i64::MIN } else { 0 };
    let is_none = |child: &Ref<'_>| {
        let weight = value::field(*child, "weight").and_then(value::integer);
        weight.is_some_and(|weight| (least..=0).contains(&weight))
    };
    const KINDS: [(&str, &str); 3] =
        [("loadBalancer", "servers"), ("weighted", "services"), ("highestRandomWeight", "services")];
    let parts = value::pick(node, KINDS.map(|(kind, _)| kind));
    for ((kind, list), part) in KINDS.into_iter().zip(parts) {
        let Some(part) = part else { continue };
        let [sticky, strategy, children] = value::pick(part, ["sticky", "strategy", list]);
        let cookie = sticky.and_then(|sticky| value::field(sticky, "cookie"));
        if let Some(node) = cookie.and_then(|cookie| value::field(cookie, "sameSite")) {
            let text = value::text(node).unwrap_or_default();
            if !["", "none", "lax", "strict"].contains(&&*text) {
                let message = format!("Traefik knows no sameSite {text:?}, and leaves it out of the cookie");
                report(node, &format!("{kind}.sticky.cookie.sameSite"), &message, "write none, lax or strict");
            }
        }
        let is_p2c = strategy.and_then(value::text).is_some_and(|strategy| strategy == "p2c");
        let Some(node) = children.filter(|_| !is_p2c) else { continue };
        let children = value::structs(node);
        if !children.is_empty() && children.iter().all(is_none) {
            let message = "nothing is chosen: no weight is above 0";
            report(node, &format!("{kind}.{list}"), message, "give one of them a weight above 0");
        }
    }
}

/// Each of the TLS options: its file, its name, what it says.
fn tls_options<'a>(subject: &Subject<'a>) -> Vec<(usize, String, Ref<'a>)> {
    let mut all = Vec::new();
    for (number, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(|document| document.root()) else { continue };
        let section = value::field(root, "tls").and_then(|tls| value::field(tls, "options"));
        let entries = section.map(value::entries).unwrap_or_default();
        all.extend(entries.into_iter().map(|entry| (number, entry.name.into_owned(), entry.value)));
    }
    all
}
