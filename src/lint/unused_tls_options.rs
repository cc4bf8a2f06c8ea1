//! TLS options that nothing refers to.

use super::usage::is_alone;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::references::ours;
use crate::inventory::{Part, TlsPart};
use crate::schema::value;
use std::borrow::Cow;
use std::collections::HashSet;

pub(super) static LINT: Lint = Lint {
    name: "unused-tls-options",
    severity: Severity::Warning,
    summary: "TLS options that nothing uses",
    explanation: "No router and no entry point names them, so that what they ask of clients is not asked: only the \
                  options called `default` hold without being named. Where other providers are declared, or no static \
                  configuration is known, others may use them, so it is a note only.",
    bad: &[("routes.yml", "tls:\n  options:\n    modern:\n      minVersion: VersionTLS13\n")],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      tls:\n        options: modern\ntls:\n  options:\n    modern:\n      minVersion: VersionTLS13\n    default:\n      minVersion: VersionTLS12\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    if subject.inventory.has_templates() {
        return;
    }
    let used = used(subject);
    let alone = is_alone(subject);
    for (_, options) in subject.inventory.all_tls().iter().filter(|(part, _)| *part == TlsPart::Options) {
        if options.name == "default" || used.contains(options.name) {
            continue;
        }
        let at = Location::of(options.file, options.key.span());
        let message = format!("nothing here uses the TLS options {:?}", options.name);
        let mut finding = lint.at(at, format!("tls.options.{}", options.name), message);
        if alone {
            finding = finding.help("name them in tls.options of a router, or call them default");
        } else {
            finding.severity = Severity::Note;
            finding =
                finding.help(format!("entry points, and routers of other providers, may, as {}@file", options.name));
        }
        found.push(finding);
    }
}

fn used<'a>(subject: &Subject<'a>) -> HashSet<Cow<'a, str>> {
    let routers = subject.inventory.definitions(Part::Router);
    let of_router =
        routers.filter_map(|(_, router)| value::text(value::field(value::field(router.value, "tls")?, "options")?));
    let entry_points = subject.surroundings.static_config.iter().flat_map(|known| &known.entry_points);
    let of_entry_point = entry_points.filter_map(|entry| entry.options.clone()).map(Cow::Owned);
    of_router.chain(of_entry_point).filter_map(ours).collect()
}
