//! A configuration file or folder that every user of the machine can write.

use super::loaded::loaded;
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity, Source};
use crate::surroundings::EntryKind;

pub(super) static LINT: Lint = Lint {
    name: "file-permissions",
    severity: Severity::Warning,
    summary: "A configuration file or folder that every user of the machine can write",
    explanation: "Whoever can write a configuration file, or the folder that it lies in, decides where requests go and who \
                  may see them. Take that right away from others (chmod o-w).",
    bad: &[("routes.yml (0666)", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    good: &[("routes.yml (0664)", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

const OTHERS_WRITE: u32 = 0o002;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let mut say = |at: Location, what: &str, path: &str, mode: u32| {
        let message = format!("every user of the machine can write this {what} (mode {mode:04o})");
        found.push(lint.at(at, "", message).help(format!("chmod o-w {path}")));
    };
    for file in loaded(subject).filter(|file| file.entry.mode & OTHERS_WRITE != 0) {
        say(Location::file(file.file), "file", &file.entry.path, file.entry.mode);
    }
    for (at, entry) in subject.surroundings.entries.iter().enumerate() {
        if entry.kind == EntryKind::Folder && entry.mode & OTHERS_WRITE != 0 {
            let at = Location { source: Source::Entry(at), ..Location::file(0) };
            say(at, "folder", &entry.path, entry.mode);
        }
    }
}
