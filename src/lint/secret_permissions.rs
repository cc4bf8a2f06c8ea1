//! A private key or a password's hash that every user of the machine can read.

use super::loaded::loaded;
use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity, Source};
use crate::inventory::Part;
use crate::named;
use crate::schema::value;
use crate::surroundings::Named;
use std::collections::{HashMap, HashSet};

pub(super) static LINT: Lint = Lint {
    name: "secret-permissions",
    severity: Severity::Warning,
    summary: "A private key or password hash that every user of the machine can read",
    explanation: "Whoever can read a private key can be this server; whoever can read a hash can guess the password at \
                  leisure. Take the right to read away from others (chmod o-r), as long as Traefik's own user can read the \
                  file. Hashes in a configuration file are a note: a checkout of git does not keep permissions.",
    bad: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem", "<certificate>"),
        ("app.key (0644)", "<key>"),
    ],
    good: &[
        ("routes.yml", "tls:\n  certificates:\n    - certFile: app.pem\n      keyFile: app.key\n"),
        ("app.pem (0644)", "<certificate>"),
        ("app.key (0640)", "<key>"),
    ],
    check,
};

const OTHERS_READ: u32 = 0o004;

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let files = subject.inventory.files();
    let (pairs, others) = (named::pairs(files), named::others(files));
    let mut open: HashMap<usize, u32> =
        loaded(subject).filter(|l| l.entry.mode & OTHERS_READ != 0).map(|l| (l.file, l.entry.mode)).collect();
    let mut said = HashSet::new();
    for file in pairs.iter().flat_map(named::Pair::files).chain(&others).filter(|file| file.secret) {
        if file.is_inline() {
            let Source::File(of) = file.at.source else { continue };
            if let Some(mode) = open.get(&of).filter(|_| said.insert(file.at)) {
                let message = format!("every user of the machine can read this key (mode {mode:04o} of the file)");
                found.push(lint.at(file.at, &file.path, message).help(format!("chmod o-r {}", files[of].path)));
            }
        } else if let Some(Named::Read { mode, .. }) = subject.surroundings.named.get(&*file.value)
            && mode & OTHERS_READ != 0
            && said.insert(file.at)
        {
            let message = format!("every user of the machine can read this file (mode {mode:04o})");
            found.push(lint.at(file.at, &file.path, message).help(format!("chmod o-r {}", file.value)));
        }
    }
    if open.is_empty() {
        return;
    }
    for (_, middleware) in subject.inventory.definitions(Part::Middleware) {
        let Some(mode) = open.get(&middleware.file).copied() else { continue };
        if let Some((kind, users)) = users(middleware.value) {
            // The file is mended once.
            open.remove(&middleware.file);
            let path = format!("http.middlewares.{}.{kind}.users", middleware.name);
            let message = format!("every user of the machine can read these hashes (mode {mode:04o} of the file)");
            let finding = lint.at(Location::of(middleware.file, users.span()), path, message);
            let help = format!("chmod o-r {}, or move them into a usersFile", files[middleware.file].path);
            found.push(Finding { severity: Severity::Note, ..finding.help(help) });
        }
    }
}

/// The users that stand in a middleware itself.
fn users(middleware: Ref<'_>) -> Option<(&'static str, Ref<'_>)> {
    let (key, inner) = middleware.entries().next()?;
    let text = key.text()?;
    let kind = ["basicAuth", "digestAuth"].into_iter().find(|kind| text.eq_ignore_ascii_case(kind))?;
    let users = value::field(inner, "users").filter(|users| !value::list(*users).is_empty())?;
    Some((kind, users))
}
