//! Two routers that become one, because Traefik makes a copy of one under the other's name.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::{Definition, Part};
use crate::name::Kind;
use crate::runtime::entry_points_of;
use crate::schema::value;
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) static LINT: Lint = Lint {
    name: "model-name-clash",
    severity: Severity::Error,
    summary: "A router whose name Traefik gives to a copy of another",
    explanation: "Where an entry point gives something to its HTTP routers (TLS, middlewares, observability), Traefik \
                  copies each router that is on it and on others, and calls the copy ENTRYPOINT-ROUTER. Where there is \
                  a router of this name already, one of the two is gone: which, is decided at random each time the \
                  configuration is loaded, and nothing is logged. Rename one of them.",
    bad: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: \":80\"\n  websecure:\n    address: \":443\"\n    http:\n      tls: {}\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n    websecure-app:\n      rule: Host(`safe.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
        ),
    ],
    good: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: \":80\"\n  websecure:\n    address: \":443\"\n    http:\n      tls: {}\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n    safe:\n      rule: Host(`safe.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(known) = &subject.surroundings.static_config else { return };
    if known.entry_points.iter().all(|entry| !entry.has_model) {
        return;
    }
    let mut taken: HashMap<Cow<'_, str>, Definition<'_>> = HashMap::new();
    for (_, router) in subject.inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http) {
        for name in names(subject, router) {
            let other = *taken.entry(name).or_insert(router);
            if other.key.span() == router.key.span() && other.file == router.file {
                continue;
            }
            let at = Location::of(router.file, router.key.span());
            let message = format!(
                "Traefik gives the routers {:?} and {:?} one name, so that one of them is gone, at random",
                other.name, router.name
            );
            let finding = lint.at(at, format!("http.routers.{}", router.name), message);
            let finding = finding.label(Location::of(other.file, other.key.span()), "the other one");
            found.push(finding.help("rename one of them: copies are called ENTRYPOINT-ROUTER"));
        }
    }
}

/// The names under which Traefik has a router at last.
fn names<'a>(subject: &Subject<'_>, router: Definition<'a>) -> Vec<Cow<'a, str>> {
    let own = || vec![Cow::Borrowed(router.name)];
    if value::field(router.value, "parentRefs").is_some_and(|parents| !value::list(parents).is_empty()) {
        return own();
    }
    let entry_points = entry_points_of(router.value, subject.surroundings);
    if entry_points.len() < 2 {
        return own();
    }
    let known = subject.surroundings.static_config.as_ref();
    let has_model = |name: &str| known.and_then(|k| k.entry_point(name)).is_some_and(|e| e.has_model && !e.udp);
    let name = |(entry_point, _): (String, bool)| match has_model(&entry_point) {
        true => Cow::Owned(format!("{entry_point}-{}", router.name)),
        false => Cow::Borrowed(router.name),
    };
    entry_points.into_iter().map(name).collect()
}
