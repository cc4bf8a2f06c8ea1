//! A server whose certificate nobody checks.

use super::{Lint, Subject, middlewares};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "insecure-skip-verify",
    severity: Severity::Warning,
    summary: "The certificate of a server is not checked",
    explanation: "With insecureSkipVerify anyone on the way to the server can read and change what is sent. Name the \
                  authority that signed its certificate instead (rootCAs, or ca), and serverName where its certificate \
                  has another name.",
    bad: &[("routes.yml", "http:\n  serversTransports:\n    inside:\n      insecureSkipVerify: true\n")],
    good: &[(
        "routes.yml",
        "http:\n  serversTransports:\n    inside:\n      rootCAs: /etc/traefik/inside.pem\n      serverName: inside.example.com\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut report = |file: usize, holder: Option<Ref<'_>>, path: String, instead: &str| {
        let Some(node) = holder.and_then(|holder| value::field(holder, "insecureSkipVerify")) else { return };
        if value::boolean(node) == Some(true) {
            let message = "the certificate of the server is not checked";
            let finding = lint.at(Location::of(file, node.span()), format!("{path}.insecureSkipVerify"), message);
            found.push(finding.help(format!("name the authority that signed it in `{instead}`")));
        }
    };
    for (number, file) in subject.inventory.files().iter().enumerate() {
        let Some(root) = file.document().and_then(|document| document.root()) else { continue };
        for (protocol, below) in [("http", None), ("tcp", Some("tls"))] {
            let section = value::field(root, protocol).and_then(|node| value::field(node, "serversTransports"));
            for entry in section.map(value::entries).unwrap_or_default() {
                let path = format!("{protocol}.serversTransports.{}", entry.name);
                match below {
                    None => report(number, Some(entry.value), path, "rootCAs"),
                    Some(key) => report(number, value::field(entry.value, key), format!("{path}.{key}"), "rootCAs"),
                }
            }
        }
    }
    for (_, definition, path) in middlewares::each(subject) {
        for keys in [&["forwardAuth", "tls"][..], &["rateLimit", "redis", "tls"]] {
            let tls = value::below(definition.value, keys);
            report(definition.file, tls, format!("{path}.{}", keys.join(".")), "ca");
        }
    }
}
