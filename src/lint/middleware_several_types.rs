//! A middleware of several types.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Severity};
use crate::runtime::middleware::BrokenKind;

pub(super) static LINT: Lint = Lint {
    name: "middleware-several-types",
    severity: Severity::Error,
    summary: "A middleware of several types",
    explanation: "An HTTP middleware has one type. Traefik disables one with several, and every router that \
                  reaches it; of a TCP middleware it takes one of them without a word.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      addPrefix:\n        prefix: /a\n      stripPrefix:\n        prefixes: /b\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      addPrefix:\n        prefix: /a\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (name, kind, trouble) in middlewares::broken(subject, |kind| kind == BrokenKind::SeveralTypes) {
        let message = format!("the middleware {name:?} has several types");
        found.push(lint.at(trouble.at, &trouble.path, message).help(middlewares::help(kind)).says(&trouble.says));
    }
}
