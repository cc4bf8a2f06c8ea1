//! A certificate that stands twice, or whose names another has already.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::named::{self, Pair, Purpose};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub(super) static LINT: Lint = Lint {
    name: "certificate-duplicate",
    severity: Severity::Warning,
    summary: "A certificate that stands twice, or whose names another has already",
    explanation: "Traefik passes over a certificate with the same content as an earlier one, and over one with exactly \
                  the same names, even where it is the newer one; before 3.7 chance decides between the two. For the same \
                  content, 3.7.0 to 3.7.9 and perhaps some releases after them write the private key to the log.",
    bad: &[
        ("a.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("b.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    good: &[
        ("a.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

const LEAK: &str = "remove one of the two: this release of Traefik may write the private key to its log";

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let release = subject.surroundings.release;
    let pairs = named::pairs(subject.inventory.files());
    let mut contents: HashMap<(&[u8], &[u8]), &Pair<'_>> = HashMap::new();
    let mut names: HashMap<(Vec<String>, &str), &Pair<'_>> = HashMap::new();
    for pair in pairs.iter().filter(|pair| pair.purpose == Purpose::Served) {
        let Some(bytes) = pair.bytes(subject.surroundings) else { continue };
        if let Some(first) = contents.insert(bytes, pair) {
            let message = "this certificate is configured already; Traefik passes over it";
            let finding = lint.at(pair.at, &pair.path, message).label(first.at, "the same content stands here");
            found.push(match (release.since(7, 15), release.since(7, 0)) {
                (true, _) => finding.help("remove one of the two").says("TLS certificate already configured, skipping"),
                (false, true) => finding.help(LEAK).says("already configured, skipping"),
                (false, false) => finding.help("remove one of the two"),
            });
            continue;
        }
        let Some(Ok(certificate)) = pair.parsed(subject.surroundings) else { continue };
        match names.entry((certificate.names, pair.stores)) {
            Entry::Vacant(free) => {
                free.insert(pair);
            }
            Entry::Occupied(first) => {
                let shown = first.key().0.join(", ");
                let (then, label) = match release.since(7, 0) {
                    true => ("Traefik passes over this one", "Traefik serves this one"),
                    false => ("Traefik takes one of the two by chance", "the other stands here"),
                };
                let message = format!("another certificate is configured for {shown} already; {then}");
                let finding = lint.at(pair.at, &pair.path, message).label(first.get().at, label);
                found.push(finding.help("remove the one that is out of date"));
            }
        }
    }
}
