//! A certificate and a key that Traefik can't use together.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::named::{self, Purpose};

pub(super) static LINT: Lint = Lint {
    name: "certificate-broken",
    severity: Severity::Warning,
    summary: "A certificate that is none, or does not belong to its key",
    explanation: "Traefik drops a certificate that it can't parse, or whose key is another's, and only logs that. Clients \
                  then get its own self-signed certificate. A file may hold the server's certificate first and those of \
                  its issuers after it; the key must not be encrypted.",
    bad: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key of another>"),
    ],
    good: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for pair in named::pairs(subject.inventory.files()).iter().filter(|pair| pair.purpose != Purpose::Auth) {
        let Some(Err(words)) = pair.parsed(subject.surroundings) else { continue };
        let about_key = words.contains("private key") && !words.contains("switched") || words.contains("key input");
        let file = if about_key { pair.key.as_ref() } else { pair.certificate.as_ref() };
        let (at, path) = file.map_or((pair.at, &pair.path), |file| (file.at, &file.path));
        let message = match (&pair.certificate, &pair.key) {
            (None, _) => "this certificate has no certFile".to_owned(),
            (_, None) => "this certificate has no keyFile".to_owned(),
            _ => format!("Traefik can't use this certificate: {}", words.split_once(": ").map_or(&*words, |w| w.1)),
        };
        let help = match words.as_str() {
            w if w.contains("does not match") => "name the key that the certificate was made with",
            w if w.contains("parse private key") => "store the key without a passphrase, in PKCS#8, PKCS#1 or SEC 1",
            w if w.contains("switched") => "exchange certFile and keyFile",
            _ => "name a PEM file that holds `-----BEGIN CERTIFICATE-----`, and its key",
        };
        found.push(lint.at(at, path, message).help(help).says(words));
    }
}
