//! A router to which Traefik's own routers leave no request.

use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Label, Location, Severity, Source};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::entry_points_of;
use crate::schema::value;
use crate::static_config::{EntryPoint, StaticConfig, TRAEFIK};

pub(super) static LINT: Lint = Lint {
    name: "outranked-router",
    severity: Severity::Warning,
    summary: "A router to which Traefik's own routers leave no request",
    explanation: "An entry point with http.redirections answers every plain request with a redirection before it looks at \
                  routers, unless the redirection has a priority of its own that is low; and where the API is insecure, \
                  it takes all requests to the entry point traefik. A router that is on such entry points alone never \
                  gets a request. Put it on another entry point.",
    bad: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: ':80'\n    http:\n      redirections:\n        entryPoint:\n          to: websecure\n  websecure:\n    address: ':443'\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [web]\n",
        ),
    ],
    good: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: ':80'\n    http:\n      redirections:\n        entryPoint:\n          to: websecure\n  websecure:\n    address: ':443'\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n      tls: {}\n",
        ),
    ],
    check,
};

/// The rule of a redirection has this length, which is its priority where it is set to 0.
const RULE_OF_REDIRECTION: i64 = 18;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(known) = &subject.surroundings.static_config else { return };
    if known.entry_points.iter().all(|entry| taken_up_to(entry, known).is_none()) {
        return;
    }
    for (_, router) in subject.inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http) {
        let [rule, priority, parents] = value::pick(router.value, ["rule", "priority", "parentRefs"]);
        let rule = rule.and_then(value::text).unwrap_or_default();
        // Who serves the tokens of ACME has a way past the redirection.
        if rule.contains(".well-known") || parents.is_some_and(|parents| !value::list(parents).is_empty()) {
            continue;
        }
        let priority = priority_of(priority).unwrap_or(rule.len() as i64);
        let entry_points = entry_points_of(router.value, subject.surroundings);
        let outranks = |(name, tls): &(String, bool)| {
            let entry = known.entry_point(name).filter(|entry| entry.tls == *tls)?;
            taken_up_to(entry, known).filter(|limit| priority < *limit).map(|_| entry)
        };
        let Some(entry) = entry_points.first().and_then(outranks) else { continue };
        if !entry_points.iter().all(|entry_point| outranks(entry_point).is_some()) {
            continue;
        }
        let (message, at, what) = match &entry.redirection {
            Some(redirection) => (
                format!("the entry point {:?} redirects every request before this router", entry.name),
                redirection.at,
                "to here",
            ),
            None => {
                (format!("Traefik's API takes every request to the entry point {:?}", entry.name), entry.at, "this one")
            }
        };
        let mut finding =
            lint.at(Location::of(router.file, router.key.span()), format!("http.routers.{}", router.name), message);
        if !entry.implicit {
            finding.labels.push(Label { at: Location { source: Source::Static, span: at }, text: what.into() });
        }
        found.push(finding.help("put it on another entry point, or remove it"));
    }
}

fn priority_of(node: Option<Ref<'_>>) -> Option<i64> {
    node.and_then(value::integer).filter(|priority| *priority != 0)
}

/// The priority below which routers of an entry point get nothing, if there is one.
fn taken_up_to(entry: &EntryPoint, known: &StaticConfig) -> Option<i64> {
    if let Some(redirection) = entry.redirection.as_ref().filter(|redirection| known.redirects(redirection)) {
        return Some(if redirection.priority == 0 { RULE_OF_REDIRECTION } else { redirection.priority });
    }
    let api = known.api.as_ref().is_some_and(|api| api.insecure && api.dashboard);
    (api && entry.name == TRAEFIK && !entry.udp).then_some(i64::MAX)
}
