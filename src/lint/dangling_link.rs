//! A link with the name of a configuration file that leads nowhere.

use super::loaded::{base_name, loaded};
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::surroundings::{EntryKind, LinkTarget};

pub(super) static LINT: Lint = Lint {
    name: "dangling-link",
    severity: Severity::Error,
    summary: "A link with the name of a configuration file that leads nowhere",
    explanation: "Traefik refuses the whole directory for a link that leads nowhere or in a circle, if its name ends in \
                  .yml, .yaml or .toml. At a start that ends its file provider until the next start. Emacs makes such \
                  links (.#routes.yml) while a file has changes that are not saved: set create-lockfiles to nil, or edit \
                  elsewhere and move the file into place.",
    bad: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        (".#routes.yml -> me@host.1234:5", ""),
    ],
    good: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("also.yml -> routes.yml", ""),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for file in loaded(subject) {
        let EntryKind::Link { target, leads_to: LinkTarget::Nothing } = &file.entry.kind else { continue };
        let finding = lint.at(Location::file(file.file), "", format!("this link leads nowhere: {target:?}"));
        let help = match base_name(&file.entry.path).starts_with(".#") {
            true => "it is a lock of Emacs: save or revert the file there, and set create-lockfiles to nil",
            false => "remove the link, or put what it points to in place",
        };
        found.push(finding.help(help).says("error reading configuration file"));
    }
}
