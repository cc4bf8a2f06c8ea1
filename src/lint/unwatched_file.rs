//! A file that Traefik loads, but does not watch.

use super::loaded::loaded;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::surroundings::{EntryKind, LinkTarget};
use std::collections::HashMap;

pub(super) static LINT: Lint = Lint {
    name: "unwatched-file",
    severity: Severity::Note,
    summary: "A file that Traefik loads, but does not watch",
    explanation: "Traefik loads files in subfolders, but watches only the directory itself: a change in a subfolder is seen \
                  at the next change of anything in the directory (touch DIR will do), at a signal HUP, or at a restart. \
                  What a link leads to is watched until it is replaced for the first time.",
    bad: &[("team/routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    if subject.surroundings.static_config.as_ref().is_some_and(|config| !config.watch) {
        return;
    }
    let mut folders: HashMap<&str, (usize, usize)> = HashMap::new();
    let is_file =
        |kind: &EntryKind| matches!(kind, EntryKind::File | EntryKind::Link { leads_to: LinkTarget::File, .. });
    for file in loaded(subject).filter(|file| is_file(&file.entry.kind)) {
        if let Some((folder, _)) = file.entry.path.rsplit_once('/') {
            // What is hidden is another finding.
            if folder.starts_with('.') || folder.contains("/.") {
                continue;
            }
            folders.entry(folder).or_insert((file.file, 0)).1 += 1;
        } else if file.entry.kind != EntryKind::File {
            let message = "Traefik watches what this link leads to only until that is replaced for the first time";
            let help = "after a change touch the directory, so that Traefik loads it again";
            found.push(lint.at(Location::file(file.file), "", message).help(help));
        }
    }
    for (folder, (first, count)) in folders {
        let others = match count {
            1 => String::new(),
            _ => format!(" and {} more in {folder}/", count - 1),
        };
        let message = format!("Traefik loads this file{others}, but does not see when it changes");
        let help = "move it into the directory itself, or touch the directory after a change";
        found.push(lint.at(Location::file(first), "", message).help(help));
    }
}
