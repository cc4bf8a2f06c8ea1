//! A certificate, key or authority that is there but can't be read.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::named::{self, Material};
use crate::surroundings::FORBIDDEN;

pub(super) static LINT: Lint = Lint {
    name: "certificate-unreadable",
    severity: Severity::Warning,
    summary: "A certificate, key or list of users that can't be read",
    explanation: "Traefik goes on without a certificate that it can't read, and only logs that. Where it is this command \
                  that may not read the file, Traefik perhaps may: then this is a note, and what depends on the file is \
                  not judged.",
    bad: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<folder>"),
    ],
    good: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let pairs = named::pairs(subject.inventory.files());
    let others = named::others(subject.inventory.files());
    for file in pairs.iter().flat_map(named::Pair::files).chain(&others) {
        let Material::Unreadable(why) = file.material(subject.surroundings) else { continue };
        let mut finding = lint.at(file.at, &file.path, format!("{:?} can't be read: {why}", file.value));
        if why == FORBIDDEN {
            finding.severity = Severity::Note;
            finding = finding.help("run as a user who may read it, so that it can be judged");
        }
        found.push(finding);
    }
}
