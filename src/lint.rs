//! What can be found in a configuration. Each lint is one file: name, severity, explanation with a bad and a good
//! example, check. A test runs every example; `explain`, the manual page and SARIF are made from the same values.

mod certificate_broken;
mod certificate_duplicate;
mod certificate_expired;
mod certificate_missing;
mod certificate_unreadable;
mod dangling_link;
mod editor_file;
mod file_permissions;
mod hidden_folder_loaded;
mod host_not_covered;
mod irregular_file;
mod loaded;
mod not_loaded_file;
mod secret_permissions;
mod static_file_inside;
mod suppress;
mod target_is_traefik;
#[cfg(test)]
mod tests;
mod unknown_service;
mod unknown_suppression;
mod unused_suppression;
mod unwatched_file;

use crate::finding::{Finding, Location, Severity, Suppressed};
use crate::inventory::Inventory;
use crate::runtime::Runtime;
use crate::surroundings::Surroundings;

/// One kind of finding.
pub struct Lint {
    /// Its name: unique, kebab-case.
    pub name: &'static str,
    /// How bad what it finds is.
    pub severity: Severity,
    /// What it finds, in one line without a full stop.
    pub summary: &'static str,
    /// Why that is bad, and what to do.
    pub explanation: &'static str,
    /// Files in which it fires.
    pub bad: Example,
    /// Files in which it does not.
    pub good: Example,
    /// Finds.
    pub check: fn(&Lint, &Subject<'_>, &mut Vec<Finding>),
}

/// Names and texts of files. `traefik.yml` is the static configuration, another `.yml` or `.toml` is dynamic, any other
/// name is a file that the configuration names. `a.yml -> b` is a link, `key.pem (0644)` a file with these permissions,
/// `a.yml (pipe)` a pipe; a text in angle brackets, `<certificate>`, says what the file holds.
pub type Example = &'static [(&'static str, &'static str)];

/// What lints look at.
pub struct Subject<'a> {
    /// All files merged as Traefik merges them.
    pub inventory: &'a Inventory<'a>,
    /// What Traefik makes of them; empty where it refuses the directory.
    pub runtime: &'a Runtime<'a>,
    /// What is known beside the texts.
    pub surroundings: &'a Surroundings,
    /// Whether Traefik loads the directory; false too where that is not known.
    pub is_loaded: bool,
    /// Whether Traefik refuses the directory.
    pub is_refused: bool,
}

/// What the lints have found.
#[derive(Default)]
pub struct Found {
    /// What is to be reported, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What comments in the files allow.
    pub suppressed: Vec<Suppressed>,
}

/// Every lint, by name.
pub static LINTS: &[&Lint] = &[
    &certificate_broken::LINT,
    &certificate_duplicate::LINT,
    &certificate_expired::LINT,
    &certificate_missing::LINT,
    &certificate_unreadable::LINT,
    &dangling_link::LINT,
    &editor_file::LINT,
    &file_permissions::LINT,
    &hidden_folder_loaded::LINT,
    &host_not_covered::LINT,
    &irregular_file::LINT,
    &not_loaded_file::LINT,
    &secret_permissions::LINT,
    &static_file_inside::LINT,
    &target_is_traefik::LINT,
    &unknown_service::LINT,
    &unknown_suppression::LINT,
    &unused_suppression::LINT,
    &unwatched_file::LINT,
];

/// The rule about comments that allow what is not there.
pub const UNUSED_SUPPRESSION: &str = "unused-suppression";

/// The lint of this name.
pub fn find(name: &str) -> Option<&'static Lint> {
    LINTS.iter().copied().find(|lint| lint.name == name)
}

/// Runs every lint, and takes out what comments allow.
pub fn run(subject: &Subject<'_>) -> Found {
    let mut findings = Vec::new();
    for lint in LINTS {
        (lint.check)(lint, subject, &mut findings);
    }
    let mut found = suppress::apply(subject, findings);
    found.findings.sort_by(|a, b| (a.at, a.rule, &a.message).cmp(&(b.at, b.rule, &b.message)));
    found
}

impl Lint {
    /// A finding of this lint.
    fn at(&self, at: Location, path: impl Into<String>, message: impl Into<String>) -> Finding {
        Finding {
            rule: self.name,
            severity: self.severity,
            at,
            path: path.into(),
            message: message.into(),
            label: String::new(),
            labels: Vec::new(),
            help: None,
            traefik_says: None,
            fix: None,
        }
    }
}
