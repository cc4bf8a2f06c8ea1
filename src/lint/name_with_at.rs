//! A name that holds an `@`, after which Traefik looks for a provider.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::{Definition, Part, TlsPart};

pub(super) static LINT: Lint = Lint {
    name: "name-with-at",
    severity: Severity::Warning,
    summary: "A name that is defined with an @ in it",
    explanation: "Traefik adds `@file` to every name that a file defines. So what a file calls `auth@file` is \
                  `auth@file@file`: neither `auth` nor `auth@file` leads to it. In a router, a middleware or a service \
                  with such a name, the names that it refers to are also looked up with the provider that stands after \
                  the first `@`. Define a name without `@`; where something refers to it, `@file` may be added.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      middlewares: [auth@file]\n  middlewares:\n    auth@file:\n      compress: {}\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      middlewares: [auth@file]\n  middlewares:\n    auth:\n      compress: {}\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, part, definition) in subject.inventory.all() {
        let Some((short, provider)) = split(definition) else { continue };
        let path = format!("{kind}.{}.{}", part.section(), definition.name);
        let name = definition.name;
        let message = match (part, provider) {
            (Part::Router, "file") => format!("Traefik calls this router {name}@file"),
            (Part::Router, _) => {
                format!("names in this router without an @ are looked up with the provider {provider:?}")
            }
            (Part::Service | Part::Middleware | Part::ServersTransport, _) => unreachable(name),
        };
        let mut finding = lint.at(Location::of(definition.file, definition.key.span()), path, message);
        if (*part, provider) == (Part::Router, "file") {
            finding.severity = Severity::Note;
        }
        found.push(finding.help(help(short)));
    }
    for (part, definition) in subject.inventory.all_tls() {
        if let (TlsPart::Options, Some((short, _))) = (part, split(definition)) {
            let path = format!("tls.options.{}", definition.name);
            let at = Location::of(definition.file, definition.key.span());
            found.push(lint.at(at, path, unreachable(definition.name)).help(help(short)));
        }
    }
}

/// What stands before the first `@`, and the provider after it.
fn split<'a>(definition: &Definition<'a>) -> Option<(&'a str, &'a str)> {
    let mut parts = definition.name.split('@');
    Some((parts.next()?, parts.next()?))
}

fn unreachable(name: &str) -> String {
    format!("Traefik calls this {name}@file, so that {name:?} does not lead to it")
}

fn help(short: &str) -> String {
    match short {
        "" => "leave the provider out of the name".into(),
        _ => format!("call it {short}"),
    }
}
