//! A path in Traefik's container that is none of this machine.

use super::usage::listed;
use super::{Lint, Subject, static_faults};
use crate::finding::{Finding, Severity};
use crate::named::{self, NamedFile};
use crate::static_config::Mistake;
use crate::surroundings::Named;

pub(super) static LINT: Lint = Lint {
    name: "unmapped-path",
    severity: Severity::Note,
    summary: "A file that lies where it can't be seen from here",
    explanation: "Traefik runs in a container, or on another machine, and nothing says what this path is on this one: no \
                  volume of the compose file covers it, and no --map CONTAINER=HOST. So it is not known whether the file \
                  is there, and what is in it.",
    bad: &[
        (
            "compose.yaml",
            "services:\n  traefik:\n    image: traefik:v3.7\n    command: --configFile=/etc/traefik/main.yml\n",
        ),
        ("routes.yml", "\n"),
    ],
    good: &[
        (
            "compose.yaml",
            "services:\n  traefik:\n    image: traefik:v3.7\n    command: --entryPoints.web.address=:80\n",
        ),
        ("routes.yml", "\n"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let help = "say what it is on this machine with --map CONTAINER=HOST";
    for (fault, at) in static_faults::all(subject) {
        if let Mistake::UnmappedPath { path } = &fault.mistake {
            let message = format!("{path:?} can't be seen from here, so the static configuration is not known");
            found.push(lint.at(at, &fault.path, message).help(help));
        }
    }
    let (pairs, others) = (named::pairs(subject.inventory.files()), named::others(subject.inventory.files()));
    let files = pairs.iter().flat_map(named::Pair::files).chain(&others);
    let unseen: Vec<&NamedFile<'_>> =
        files.filter(|file| subject.surroundings.named.get(&*file.value) == Some(&Named::Unmapped)).collect();
    let Some(first) = unseen.first() else { return };
    // One --map mends all of them.
    let mut paths: Vec<&str> = unseen.iter().map(|file| &*file.value).collect();
    paths.sort_unstable();
    paths.dedup();
    let it_is = if paths.len() == 1 { "it is" } else { "they are" };
    let message = format!("{} can't be seen from here, so {it_is} not looked at", listed(&paths));
    found.push(lint.at(first.at, &first.path, message).help(help));
}
