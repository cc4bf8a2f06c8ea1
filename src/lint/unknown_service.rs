//! A router or another service names a service that nobody defines.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "unknown-service",
    severity: Severity::Error,
    summary: "A service that is named but not defined",
    explanation: "Traefik disables a router whose service, or a service below it, does not exist. Define the service, or \
                  correct the name: names of objects are matched with regard to case.",
    bad: &[("routes.yml", "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n")],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::UnknownService { name } = &trouble.cause {
            let message = format!("there is no service {name:?}");
            found.push(lint.at(trouble.at, &trouble.path, message).says(&trouble.says));
        }
    }
}
