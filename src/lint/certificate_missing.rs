//! A certificate, key or authority that is named but not there.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::named::{self, Material, NamedFile, Purpose};

pub(super) static LINT: Lint = Lint {
    name: "certificate-missing",
    severity: Severity::Warning,
    summary: "A certificate, key or authority that is named but not there",
    explanation: "Where there is no file of this name, Traefik takes the path itself for the content, finds no \
                  certificate in it, and goes on without: it only logs that. Clients then get its own self-signed \
                  certificate. A relative path is taken from the directory in which Traefik was started.",
    bad: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: lost.pem\n      keyFile: app.key\n"),
        ("app.key", "<key>"),
    ],
    good: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key", "<key>"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let is_missing = |file: &NamedFile<'_>| file.material(subject.surroundings) == Material::Missing;
    for pair in named::pairs(subject.inventory.files()).iter().filter(|pair| pair.purpose != Purpose::Auth) {
        for file in pair.files().filter(|file| is_missing(file)) {
            let input = if file.secret { "key" } else { "certificate" };
            let says = format!("tls: failed to find any PEM data in {input} input");
            let finding = missing(lint, file);
            found.push(if pair.purpose == Purpose::Client { finding } else { finding.says(says) });
        }
    }
    let others = named::others(subject.inventory.files());
    found.extend(others.iter().filter(|f| f.is_optional && is_missing(f)).map(|file| missing(lint, file)));
}

fn missing(lint: &Lint, file: &NamedFile<'_>) -> Finding {
    let finding = lint.at(file.at, &file.path, format!("there is no file {:?}", file.value));
    match file.is_relative() {
        true => finding.help(
            "give the whole path: Traefik takes a relative one from the directory in which it was started, which is not \
             known here",
        ),
        false => finding.help("correct the path, or put the file there: Traefik only logs that it is missing"),
    }
}
