//! A certificate that is valid no more, not yet, or not for long.

use super::{Lint, Subject};
use crate::certificate::date;
use crate::finding::{Finding, Severity};
use crate::named;

pub(super) static LINT: Lint = Lint {
    name: "certificate-expired",
    severity: Severity::Warning,
    summary: "A certificate that is valid no more, not yet, or not for long",
    explanation: "Traefik serves a certificate whatever its dates say; clients refuse it outside them. The last fourteen \
                  days are a note.",
    bad: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate of the past>"),
        ("app.key", "<key>"),
    ],
    good: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

const SOON: i64 = 14 * 24 * 60 * 60;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let now = subject.surroundings.now;
    for pair in named::pairs(subject.inventory.files()).iter().filter(|_| now > 0) {
        let Some(Ok(certificate)) = pair.parsed(subject.surroundings) else { continue };
        let until = date(certificate.not_after);
        let (severity, message) = match (certificate.not_before, certificate.not_after) {
            (from, _) if now < from => (lint.severity, format!("this certificate is not valid before {}", date(from))),
            (_, to) if to < now => (lint.severity, format!("this certificate has expired on {until}")),
            (_, to) if to < now + SOON => (Severity::Note, format!("this certificate expires on {until}")),
            _ => continue,
        };
        let (at, path) = pair.certificate.as_ref().map_or((pair.at, &pair.path), |file| (file.at, &file.path));
        let finding = lint.at(at, path, message).help(
            "put a new certificate there, and touch the configuration file: \
             Traefik reads certificates only when it loads the configuration",
        );
        found.push(Finding { severity, ..finding });
    }
}
