//! A dynamic file that is mounted into the container by itself.

use super::{Lint, Subject, static_faults};
use crate::finding::{Finding, Severity};
use crate::static_config::Mistake;

pub(super) static LINT: Lint = Lint {
    name: "mounted-file",
    severity: Severity::Warning,
    summary: "A dynamic file that is mounted into the container by itself",
    explanation: "A container sees the one file that was there when it was started. Editors and this tool write a new file \
                  and give it the old one's name: that succeeds on the host, and Traefik never sees it, until the container \
                  is made anew. A mounted directory has no such trouble.",
    bad: &[
        (
            "compose.yaml",
            "services:\n  traefik:\n    image: traefik:v3.7\n    command: --providers.file.directory=/dynamic \
             --entryPoints.web.address=:80\n    volumes:\n      - ./routes.yml:/dynamic/routes.yml\n",
        ),
        ("routes.yml", "\n"),
    ],
    good: &[
        (
            "compose.yaml",
            "services:\n  traefik:\n    image: traefik:v3.7\n    command: --providers.file.directory=/dynamic \
             --entryPoints.web.address=:80\n    volumes:\n      - ./dynamic:/dynamic\n",
        ),
        ("routes.yml", "\n"),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (fault, at) in static_faults::all(subject) {
        if let Mistake::MountedFile { container } = &fault.mistake {
            let message =
                format!("{container} is mounted as a single file: Traefik never sees it replaced on the host");
            found.push(lint.at(at, &fault.path, message).help("mount the directory that it lies in"));
        }
    }
}
