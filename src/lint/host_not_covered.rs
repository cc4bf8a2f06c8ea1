//! A router with TLS whose host no certificate covers.

use super::{Lint, Subject};
use crate::certificate::Certificate;
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::named::{self, Purpose};
use crate::rule::{self, Protocol};
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "host-not-covered",
    severity: Severity::Warning,
    summary: "A router with TLS whose host no certificate covers",
    explanation: "Clients that ask for this host get the default certificate, which they refuse: no certificate names it, \
                  and no certificate resolver would fetch one. A wildcard covers one label: *.example.com is good for \
                  app.example.com, not for a.app.example.com. This is only judged where every certificate can be read \
                  and no certificate resolver is in use.",
    bad: &[
        (
            "routes.yml",
            "http:\n  routers:\n    web:\n      rule: Host(`web.example.com`)\n      service: noop@internal\n      tls: {}\ntls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n",
        ),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    good: &[
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      tls: {}\ntls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n",
        ),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let Some(certificates) = certificates(subject) else { return };
    let covered = |host: &str| certificates.iter().any(|certificate| certificate.covers(host));
    for (kind, router) in subject.inventory.definitions(Part::Router) {
        let Some(protocol) = Protocol::of(kind) else { continue };
        let Some(node) = router.value.field("rule").filter(|_| has_tls(router.value)) else { continue };
        let Some(text) = node.text().filter(|text| !only_host(text).is_some_and(covered)) else { continue };
        let Ok(rule) = rule::parse(protocol, text) else { continue };
        let host = |host: &&str| host.trim_end_matches('.').to_ascii_lowercase();
        let bare: Vec<String> = rule.hosts().iter().map(host).filter(|host| host != "*" && !covered(host)).collect();
        if !bare.is_empty() {
            let path = format!("{kind}.routers.{}.rule", router.name);
            let message = format!("no certificate covers {}", bare.join(", "));
            let finding = lint.at(Location::of(router.file, node.span()), path, message);
            found.push(finding.help("add a certificate for it, or a certResolver that fetches one"));
        }
    }
}

/// All certificates, where they are the only ones that Traefik can have.
fn certificates(subject: &Subject<'_>) -> Option<Vec<Certificate>> {
    let resolver_known = subject.surroundings.static_config.as_ref().is_some_and(|config| !config.resolvers.is_empty());
    let uses_resolver = |router: Ref<'_>| router.field("tls").is_some_and(|tls| tls.field("certResolver").is_some());
    let in_use = || subject.inventory.definitions(Part::Router).any(|(_, router)| uses_resolver(router.value));
    let served = |purpose| matches!(purpose, Purpose::Served | Purpose::Default);
    let pairs = named::pairs(subject.inventory.files());
    let mut pairs = pairs.iter().filter(|pair| served(pair.purpose)).peekable();
    if pairs.peek().is_none() || resolver_known || in_use() || subject.inventory.has_templates() {
        return None;
    }
    pairs.map(|pair| pair.parsed(subject.surroundings)?.ok()).collect()
}

/// The host of a rule that says nothing else, which most rules are; this saves reading them.
fn only_host(rule: &str) -> Option<&str> {
    let value = rule.strip_prefix("Host(`").or_else(|| rule.strip_prefix("HostSNI(`"))?.strip_suffix("`)")?;
    (!value.contains('`')).then_some(value)
}

/// Whether a router has TLS, and ends it itself.
fn has_tls(router: Ref<'_>) -> bool {
    let tls = router.field("tls").filter(|tls| value::is_on(*tls));
    tls.is_some_and(|tls| tls.field("passthrough").and_then(value::boolean) != Some(true))
}
