//! A field that another release of Traefik has, but not the one that is asked about.

use super::unknown_field::owner;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::FaultKind;

pub(super) static LINT: Lint = Lint {
    name: "field-too-new",
    severity: Severity::Error,
    summary: "A field that this release of Traefik does not have, but another does",
    explanation: "Traefik refuses the whole directory for a field that it does not know. Which release reads the files is \
                  said by --traefik: update Traefik, or leave the field out until then.",
    bad: &[("--traefik", "3.6"), ("routes.yml", ERRORS)],
    good: &[("--traefik", "3.7"), ("routes.yml", ERRORS)],
    check,
};

const ERRORS: &str = "http:\n  services:\n    app:\n      failover:\n        service: a\n        fallback: b\n        errors:\n          status: ['500-599']\n";

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let release = subject.surroundings.release;
    for (file, fault) in subject.loading.faults() {
        if let FaultKind::UnknownField { name, parent: Some(parent), elsewhere: Some(field) } = &fault.kind {
            let message = format!("{} has no field {name:?} in Traefik {release}", owner(parent));
            let help = match field.since().filter(|since| *since > release) {
                Some(since) => format!("it came with {since}: update Traefik, or leave it out"),
                None => "another release has it: leave it out".into(),
            };
            let finding = lint.at(Location::of(file, fault.span), fault.path.to_string(), message);
            found.push(finding.says(&fault.says).help(help));
        }
    }
}
