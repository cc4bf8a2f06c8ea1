//! A key at the top of a file that is none of Traefik's sections.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::name::nearest::nearest;
use crate::schema::RemarkKind;
use crate::schema::table;

pub(super) static LINT: Lint = Lint {
    name: "unknown-section",
    severity: Severity::Warning,
    summary: "A key at the top of a file that is none of Traefik's sections",
    explanation: "Traefik passes over every key at the top of a file but http, tcp, udp and tls, with all that is below it, \
                  and says nothing. Keys that begin with x- or a dot are left alone: they hold anchors by custom.",
    bad: &[("routes.yml", "htttp:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n")],
    good: &[(
        "routes.yml",
        "x-common: &common\n  entryPoints: [web]\nhttp:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n",
    )],
    check,
};

/// What only the static configuration has.
const STATIC: &[&str] = &[
    "accessLog",
    "api",
    "certificatesResolvers",
    "core",
    "entryPoints",
    "experimental",
    "global",
    "hostResolver",
    "log",
    "metrics",
    "ping",
    "providers",
    "serversTransport",
    "spiffe",
    "tracing",
];

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        let RemarkKind::UnknownSection { name } = &remark.kind else { continue };
        if name.starts_with(['x', 'X']) && name[1..].starts_with('-') || name.starts_with('.') {
            continue;
        }
        let root = table::root();
        let help = if let Some(near) = nearest(name, root.fields.iter().map(|field| field.name())) {
            format!("write {near}")
        } else if let Some(section) = root.fields.iter().find(|field| field.find_in_any(name).is_some()) {
            format!("{name} stands below {}", section.name())
        } else if STATIC.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            format!("{name} belongs to the static configuration, which Traefik reads from another file")
        } else {
            "begin the key with x- if it is meant to hold anchors, else take it away".into()
        };
        let message = format!("{name:?} is no section of Traefik's; all below it is passed over");
        found.push(lint.at(Location::of(file, remark.span), name.clone(), message).help(help));
    }
}
