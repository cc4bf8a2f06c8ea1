//! A middleware without a type.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Severity};
use crate::runtime::middleware::BrokenKind;

pub(super) static LINT: Lint = Lint {
    name: "middleware-without-type",
    severity: Severity::Error,
    summary: "A middleware without a type",
    explanation: "Traefik disables a middleware that says nothing of what it does, or only what other providers \
                  can use (requestRedirect and the like), and every router that reaches it. So does `compress: \
                  false`: it leaves the type out.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      compress: false\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      compress: {}\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (name, kind, trouble) in middlewares::broken(subject, |kind| kind == BrokenKind::NoType) {
        let message = format!("the middleware {name:?} has no type");
        found.push(lint.at(trouble.at, &trouble.path, message).help(middlewares::help(kind)).says(&trouble.says));
    }
}
