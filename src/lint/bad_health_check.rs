//! A health check that always fails, or that Traefik makes otherwise than it says.

use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::runtime::scheme;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "bad-health-check",
    severity: Severity::Warning,
    summary: "A health check that always fails, or that is made otherwise than it says",
    explanation: "A health check with a scheme other than http, https and h2c, with a whole URL for its path, or with a port or \
                  status that there is not, always fails: Traefik takes the servers out, and answers with 503. An \
                  unknown mode is taken for http, a missing path for /, and times that are not above 0 give way to \
                  Traefik's own.",
    bad: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        healthCheck:\n          mode: GRPC\n          path: /health\n        servers:\n          - url: h2c://10.0.0.5:3000\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        healthCheck:\n          path: /health?full=1\n          scheme: https\n          interval: 10s\n        servers:\n          - url: http://10.0.0.5:3000\n    rpc:\n      loadBalancer:\n        healthCheck:\n          mode: grpc\n        servers:\n          - url: h2c://10.0.0.5:3000\n",
    )],
    check,
};

/// What is said of one field: the field, message, help, Traefik's words.
type Said = (&'static str, String, &'static str, &'static str);

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, service) in subject.inventory.definitions(Part::Service).filter(|(kind, _)| *kind != Kind::Udp) {
        let node = value::below(service.value, &["loadBalancer", "healthCheck"]);
        let Some(node) = node else { continue };
        let http = if kind == Kind::Http { of_http(node) } else { Vec::new() };
        for (field, message, help, says) in http.into_iter().chain(numbers(node)) {
            let at = Location::of(service.file, value::field(node, field).unwrap_or(node).span());
            let path = format!("{kind}.services.{}.loadBalancer.healthCheck.{field}", service.name);
            let finding = lint.at(at, path, message).help(help);
            found.push(if says.is_empty() { finding } else { finding.says(says) });
        }
    }
}

fn of_http(node: Ref<'_>) -> Vec<Said> {
    let text = |field: &str| value::field(node, field).and_then(value::text).unwrap_or_default();
    let number = |field: &str| value::field(node, field).and_then(value::integer).unwrap_or(0);
    let mut said: Vec<Said> = Vec::new();
    let mode = text("mode");
    if !["", "http", "grpc"].contains(&&*mode) {
        let message = format!("Traefik knows no mode {mode:?} of health checks, and checks by HTTP");
        said.push(("mode", message, "write http or grpc", ""));
    }
    if mode == "grpc" {
        return said;
    }
    let path = text("path");
    if path.is_empty() {
        said.push(("path", "this health check has no path, and asks for /".into(), "set `path`", ""));
    } else if is_whole(&path) {
        let help = "write the path alone, and `hostname`, `scheme` and `port` beside it";
        said.push(("path", "this is more than a path, and no check reaches the server".into(), help, ""));
    }
    let scheme = text("scheme");
    if !["", "http", "https", "h2c"].contains(&scheme.to_ascii_lowercase().as_str()) {
        let message = format!("Traefik does not speak {scheme:?} in health checks: every check fails");
        said.push(("scheme", message, "write http, https or h2c", "unsupported protocol scheme"));
    }
    if text("method").contains(|c: char| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(c)) {
        said.push(("method", "this is not a method: every check fails".into(), "write GET or HEAD", "invalid method"));
    }
    let status = number("status");
    if status != 0 && !(100..=999).contains(&status) {
        let message = "no server answers with this status: every check fails".into();
        said.push(("status", message, "write the status that a sound server answers with", ""));
    }
    said
}

/// Whether Go finds a scheme or a host in what should be a path.
fn is_whole(path: &str) -> bool {
    path.starts_with("//") || scheme(path).is_ok_and(|(scheme, _)| !scheme.is_empty())
}

/// A port that is none, and times that are not above 0.
fn numbers(node: Ref<'_>) -> Vec<Said> {
    let mut said: Vec<Said> = Vec::new();
    let port = value::field(node, "port").and_then(value::integer).unwrap_or(0);
    if !(0..=65535).contains(&port) {
        said.push(("port", "this is not a port: every check fails".into(), "write 1 to 65535", ""));
    }
    for (field, says) in [
        ("interval", "Health check interval smaller than zero"),
        ("unhealthyInterval", "Health check unhealthy interval smaller than zero"),
        ("timeout", "Health check timeout smaller than zero"),
    ] {
        if value::field(node, field).and_then(value::duration).is_some_and(|given| given <= 0) {
            let message = format!("Traefik passes over this {field}, which is not above 0");
            said.push((field, message, "give a time above 0, or leave it out", says));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Format};

    #[test]
    fn what_fails_or_is_passed_over_is_found() {
        let found = |text: &str| {
            let document = Document::parse(Format::Yaml, text.into()).unwrap();
            let node = document.root().unwrap();
            of_http(node).into_iter().chain(numbers(node)).map(|(field, ..)| field).collect::<Vec<_>>()
        };
        for (text, fields) in [
            ("path: /h", &[][..]),
            ("interval: 5s", &["path"]),
            ("mode: grpc", &[]),
            ("{mode: HTTP, path: /h}", &["mode"]),
            ("{path: /h, scheme: HTTPS, status: 404, method: PROPFIND, port: 8080}", &[]),
            ("{path: /h, scheme: h2c, timeout: 3}", &[]),
            ("{path: 'http://other/h'}", &["path"]),
            ("{path: //other/h}", &["path"]),
            ("{path: '/a:b?c=http://d'}", &[]),
            ("{path: health}", &[]),
            ("{path: /h, scheme: ftp, status: -1, method: a b, port: 99999}", &["scheme", "method", "status", "port"]),
            (
                "{path: /h, interval: 0s, timeout: -1s, unhealthyInterval: 0}",
                &["interval", "unhealthyInterval", "timeout"],
            ),
        ] {
            assert_eq!(found(text), fields, "{text}");
        }
    }
}
