//! A URL of a server, or of forwardAuth, to which Traefik can send nothing.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::{Cause, scheme};
use crate::schema::value;
use std::collections::HashSet;

pub(super) static LINT: Lint = Lint {
    name: "server-scheme",
    severity: Severity::Warning,
    summary: "A URL without a scheme or a host, or of a scheme that Traefik does not speak",
    explanation: "Traefik enables such a service or forwardAuth, and answers every request to it with 500; only its log \
                  says why. It speaks http, https and h2c to servers, and http and https to where forwardAuth asks; web \
                  sockets go through http and https too. In localhost:3000 the scheme is `localhost`.",
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

const OF_SERVERS: &[&str] = &["http", "https", "h2c"];
const OF_AUTH: &[&str] = &["http", "https"];

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let troubles = subject.runtime.troubles.iter();
    let refused: HashSet<Location> =
        troubles.filter(|trouble| matches!(trouble.cause, Cause::BadServerUrl { .. })).map(|t| t.at).collect();
    let services = subject.inventory.definitions(Part::Service).filter(|(kind, _)| *kind == Kind::Http);
    for (_, service) in services {
        let servers = value::below(service.value, &["loadBalancer", "servers"]);
        for (number, server) in servers.map(value::structs).unwrap_or_default().into_iter().enumerate() {
            let node = value::field(server, "url");
            let at = Location::of(service.file, node.unwrap_or(server).span());
            let url = node.and_then(value::text).unwrap_or_default();
            if let Some(fault) = fault(&url, OF_SERVERS).filter(|_| !refused.contains(&at)) {
                let path = format!("http.services.{}.loadBalancer.servers[{number}].url", service.name);
                found.push(fault.found(lint, at, path));
            }
        }
    }
    for (_, definition, path) in middlewares::each(subject) {
        let Some(auth) = value::field(definition.value, "forwardAuth") else { continue };
        let node = value::field(auth, "address");
        let url = node.and_then(value::text).unwrap_or_default();
        if let Some(fault) = fault(&url, OF_AUTH) {
            let at = Location::of(definition.file, node.unwrap_or(auth).span());
            found.push(fault.found(lint, at, format!("{path}.forwardAuth.address")));
        }
    }
}

/// What is wrong with a URL.
struct Fault {
    message: String,
    help: String,
    says: String,
}

impl Fault {
    fn found(self, lint: &Lint, at: Location, path: String) -> Finding {
        lint.at(at, path, self.message).help(self.help).says(self.says)
    }
}

fn fault(url: &str, spoken: &[&str]) -> Option<Fault> {
    // A template or a placeholder may hold the scheme.
    if url.starts_with(['$', '{']) {
        return None;
    }
    let scheme = scheme(url).map_or("", |(scheme, _)| scheme);
    let is = |known: &&str| scheme.eq_ignore_ascii_case(known);
    if spoken.iter().any(is) {
        let rest = url.get(scheme.len() + 1..).unwrap_or_default();
        let host = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
        let is_there = rest.starts_with("//") && !rest.starts_with("///") && !host.is_empty();
        return (!is_there).then(|| Fault {
            message: format!("the URL {url:?} has no host"),
            help: format!("write {scheme}://{}", if host.is_empty() { "HOST:PORT" } else { host }),
            says: "http: no Host in request URL".to_owned(),
        });
    }
    let (message, rest) = match url.split_once("://") {
        _ if url.is_empty() => ("there is no URL".to_owned(), "HOST:PORT"),
        _ if scheme.is_empty() => (format!("the URL {url:?} has no scheme"), url.trim_start_matches('/')),
        None => (format!("the URL {url:?} has no scheme but {scheme:?}"), url),
        Some((_, rest)) => (format!("Traefik does not speak {scheme:?} here"), rest),
    };
    let secure = ["wss", "ftps"].iter().any(is);
    let help = match url.ends_with("@internal") {
        true => format!("name it as the service of the router: service: {url}"),
        false => format!("write {}://{rest}", if secure { "https" } else { "http" }),
    };
    Some(Fault { message, help, says: format!("unsupported protocol scheme {scheme:?}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_traefik_answers_with_500_is_found() {
        for (url, message, help) in [
            ("ftp://a:21", "Traefik does not speak \"ftp\" here", "write http://a:21"),
            ("wss://a", "Traefik does not speak \"wss\" here", "write https://a"),
            ("localhost:80", "the URL \"localhost:80\" has no scheme but \"localhost\"", "write http://localhost:80"),
            ("//a:80", "the URL \"//a:80\" has no scheme", "write http://a:80"),
            ("http:app", "the URL \"http:app\" has no host", "write http://app"),
            ("http:/10.0.0.5:80", "the URL \"http:/10.0.0.5:80\" has no host", "write http://10.0.0.5:80"),
            ("http:///x", "the URL \"http:///x\" has no host", "write http://x"),
            ("https://", "the URL \"https://\" has no host", "write https://HOST:PORT"),
            ("", "there is no URL", "write http://HOST:PORT"),
        ] {
            let fault = fault(url, OF_SERVERS).unwrap();
            assert_eq!((fault.message.as_str(), fault.help.as_str()), (message, help), "{url}");
        }
        for url in ["http://a", "HTTPS://a:1/x", "http://:80", "h2c://a", "${URL}", "http://${HOST}", "http://[::1]:80"]
        {
            assert!(fault(url, OF_SERVERS).is_none(), "{url}");
        }
        assert!(fault("h2c://a", OF_AUTH).is_some() && fault("auth:9091/x", OF_AUTH).is_some());
    }
}
