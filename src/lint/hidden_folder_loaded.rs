//! A hidden folder whose files Traefik loads.

use super::loaded::loaded;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use std::collections::HashSet;

pub(super) static LINT: Lint = Lint {
    name: "hidden-folder-loaded",
    severity: Severity::Warning,
    summary: "A hidden folder whose files Traefik loads",
    explanation: "Traefik searches every folder in the directory, hidden ones too: .git, a trash folder, or the ..data \
                  folders in which Kubernetes keeps the versions of a volume. What lies there is loaded beside what is \
                  meant, often twice. Let Traefik read a folder that holds configuration only.",
    bad: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        (".github/workflow.yml", "on: push\n"),
    ],
    good: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("team/routes.yml", ""),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut said = HashSet::new();
    for file in loaded(subject) {
        let path = file.entry.path.as_str();
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let mut hidden = folders.filter(|folder| folder.rsplit('/').next().is_some_and(|name| name.starts_with('.')));
        if let Some(folder) = hidden.next().filter(|folder| said.insert(*folder)) {
            let message = format!("Traefik loads this file, although {folder} is hidden");
            let help = "move that folder out of the directory, or point Traefik to a folder without it";
            found.push(lint.at(Location::file(file.file), "", message).help(help));
        }
    }
}
