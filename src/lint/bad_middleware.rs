//! A middleware with a value that Traefik can't build it from.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Severity};
use crate::runtime::middleware::BrokenKind;

pub(super) static LINT: Lint = Lint {
    name: "bad-middleware",
    severity: Severity::Error,
    summary: "A middleware that Traefik can't build",
    explanation: "Traefik disables a middleware with a value that it can't use, and every router that reaches it: their \
                  hosts then answer 404, or reach another router. A middleware is built when a router uses it, so that \
                  one that is not used looks enabled (unused-but-broken).",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: lan\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    lan:\n      ipAllowList:\n        sourceRange: 10.0.0.0/33\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: lan\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    lan:\n      ipAllowList:\n        sourceRange: 10.0.0.0/8\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let others = [BrokenKind::NoType, BrokenKind::SeveralTypes, BrokenKind::UnknownPlugin];
    for (name, kind, trouble) in middlewares::broken(subject, |kind| !others.contains(&kind)) {
        let message = match kind {
            BrokenKind::Missing => format!("the middleware {name:?} lacks a value that it needs"),
            BrokenKind::Conflict => format!("the middleware {name:?} has values that exclude each other"),
            BrokenKind::BadFile => format!("the middleware {name:?} names a file that Traefik can't use"),
            BrokenKind::Panic => format!("the middleware {name:?} makes Traefik panic"),
            _ => format!("the middleware {name:?} has a value that Traefik can't read"),
        };
        let help = match trouble.path.split_once("Auth.users") {
            Some((of, _)) if of.ends_with("digest") => "write NAME:REALM:HASH, as `htdigest` prints it",
            Some(_) => "write NAME:HASH, as `htpasswd -nBC 10 NAME` prints it",
            None => middlewares::help(kind),
        };
        found.push(lint.at(trouble.at, &trouble.path, message).help(help).says(&trouble.says));
    }
}
