//! A server URL of a scheme that Traefik does not speak.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::Cause;
use crate::schema::value;
use std::collections::HashSet;

pub(super) static LINT: Lint = Lint {
    name: "server-scheme",
    severity: Severity::Warning,
    summary: "A server URL without a scheme, or of one that Traefik does not speak",
    explanation: "Traefik enables such a service, and answers every request to it with 500; only its debug log says \
                  why. It speaks http, https and h2c to servers; web sockets go through http and https too. In \
                  localhost:3000 the scheme is `localhost`.",
    bad: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: localhost:3000\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: HTTP://localhost:3000\n          - url: h2c://localhost:3001\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let troubles = subject.runtime.troubles.iter();
    let refused: HashSet<Location> =
        troubles.filter(|trouble| matches!(trouble.cause, Cause::BadServerUrl { .. })).map(|t| t.at).collect();
    let services = subject.inventory.definitions(Part::Service).filter(|(kind, _)| *kind == Kind::Http);
    for (_, service) in services {
        let servers = ["loadBalancer", "servers"].iter().try_fold(service.value, |node, key| value::field(node, key));
        for (number, server) in servers.map(value::structs).unwrap_or_default().into_iter().enumerate() {
            let Some(node) = value::field(server, "url") else { continue };
            let Some(url) = value::text(node) else { continue };
            let scheme = scheme(&url);
            let at = Location::of(service.file, node.span());
            // a template or a placeholder may hold the scheme
            let is_spoken = ["http", "https", "h2c"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            if url.is_empty() || url.starts_with(['$', '{']) || is_spoken || refused.contains(&at) {
                continue;
            }
            let path = format!("http.services.{}.loadBalancer.servers[{number}].url", service.name);
            let (message, rest) = match url.split_once("://") {
                _ if scheme.is_empty() => (format!("the URL {url:?} has no scheme"), url.trim_start_matches('/')),
                None => (format!("the URL {url:?} has no scheme but {scheme:?}"), &*url),
                Some((_, rest)) => (format!("Traefik does not speak {scheme:?} to servers"), rest),
            };
            let secure = ["wss", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            let finding = lint.at(at, path, message).says(format!("unsupported protocol scheme {scheme:?}"));
            found.push(match url.ends_with("@internal") {
                true => finding.help(format!("name it as the service of the router: service: {url}")),
                false => finding.help(format!("write {}://{rest}", if secure { "https" } else { "http" })),
            });
        }
    }
}

/// The scheme as Go finds it.
fn scheme(url: &str) -> &str {
    let Some((scheme, _)) = url.split_once(':') else { return "" };
    let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_scheme = starts_well && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if is_scheme { scheme } else { "" }
}
