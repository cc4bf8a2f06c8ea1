//! A path in Traefik's container that is none of this machine.

use super::{Lint, Subject, static_faults};
use crate::finding::{Finding, Severity};
use crate::named;
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
    for file in pairs.iter().flat_map(named::Pair::files).chain(&others) {
        if subject.surroundings.named.get(&*file.value) == Some(&Named::Unmapped) {
            let message = format!("{:?} can't be seen from here, so it is not looked at", file.value);
            found.push(lint.at(file.at, &file.path, message).help(help));
        }
    }
}
