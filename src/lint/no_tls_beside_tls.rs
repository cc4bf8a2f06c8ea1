//! An HTTP router without TLS where others have it.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::entry_points_of;
use crate::schema::value;
use std::collections::HashMap;

pub(super) static LINT: Lint = Lint {
    name: "no-tls-beside-tls",
    severity: Severity::Warning,
    summary: "An HTTP router without TLS on an entry point that others use with TLS",
    explanation: "A router without tls takes only requests that come without TLS, one with tls only those that come with \
                  it, also on one and the same port. On an entry point whose other routers have TLS clients speak TLS, \
                  and a router without it is never reached.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n      tls: {}\n    api:\n      rule: Host(`api.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n      tls: {}\n    api:\n      rule: Host(`api.example.com`)\n      service: noop@internal\n      entryPoints: [web]\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut with_tls: HashMap<String, Location> = HashMap::new();
    let mut without = Vec::new();
    for (_, definition) in subject.inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http) {
        // Only what a router says itself is surely meant.
        let [named] = value::pick(definition.value, ["entryPoints"]);
        if named.is_none() {
            continue;
        }
        let at = Location::of(definition.file, definition.key.span());
        let entry_points = entry_points_of(definition.value, subject.surroundings);
        // One on several may have been put on that of plain HTTP by mistake.
        let is_sure = entry_points.len() == 1;
        for (entry_point, tls) in entry_points {
            match tls {
                true if is_sure => drop(with_tls.entry(entry_point).or_insert(at)),
                true => {}
                false => without.push((entry_point, definition.name, at)),
            }
        }
    }
    for (entry_point, name, at) in without {
        let Some(other) = with_tls.get(&entry_point) else { continue };
        let message =
            format!("the router {name:?} has no TLS on the entry point {entry_point:?}, which others use with TLS");
        let finding = lint.at(at, format!("http.routers.{name}"), message);
        found.push(finding.label(*other, "this one has TLS there").help("add tls: {}"));
    }
}
