//! A name of a configuration file that is no file.

use super::loaded::loaded;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::surroundings::{EntryKind, LinkTarget};

pub(super) static LINT: Lint = Lint {
    name: "irregular-file",
    severity: Severity::Error,
    summary: "A pipe, device or link to a folder with the name of a configuration file",
    explanation: "Traefik waits forever for a pipe whose name ends in .yml, .yaml or .toml, and loads nothing any more. For \
                  a socket, or a link to a folder, it refuses the whole directory. A folder of such a name is no fault: it \
                  is searched like any other.",
    bad: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("more.yml (pipe)", ""),
    ],
    good: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("more (pipe)", ""),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for file in loaded(subject) {
        let at = Location::file(file.file);
        match &file.entry.kind {
            EntryKind::Link { target, leads_to: LinkTarget::Folder } => {
                let finding = lint.at(at, "", format!("this link leads to a folder: {target:?}"));
                let help =
                    "Traefik does not follow links to folders: move the folder here, or link its files one by one";
                found.push(finding.help(help).says("error reading configuration file"));
            }
            EntryKind::Other | EntryKind::Link { leads_to: LinkTarget::Other, .. } => {
                let finding = lint.at(at, "", "this is a pipe, socket or device, which Traefik waits for or refuses");
                found.push(finding.help("remove it, or give it a name that does not end in .yml, .yaml or .toml"));
            }
            _ => {}
        }
    }
}
