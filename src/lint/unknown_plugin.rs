//! A middleware of a plugin that is not declared.

use super::{Lint, Subject, middlewares};
use crate::finding::{Finding, Severity};
use crate::runtime::middleware::BrokenKind;

pub(super) static LINT: Lint = Lint {
    name: "unknown-plugin",
    severity: Severity::Error,
    summary: "A middleware of a plugin that is not declared",
    explanation: "Plugins are declared in the static configuration, below experimental.plugins or \
                  experimental.localPlugins, and are there when Traefik is started again. Traefik disables a \
                  middleware of any other, and every router that reaches it.",
    bad: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: :80\nexperimental:\n  plugins:\n    demo:\n      moduleName: github.com/traefik/plugindemo\n      version: v0.2.1\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      plugin:\n        geoblock:\n          country: BE\n",
        ),
    ],
    good: &[
        (
            "traefik.yml",
            "entryPoints:\n  web:\n    address: :80\nexperimental:\n  plugins:\n    demo:\n      moduleName: github.com/traefik/plugindemo\n      version: v0.2.1\n",
        ),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      middlewares: m\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n  middlewares:\n    m:\n      plugin:\n        demo:\n          country: BE\n",
        ),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (name, kind, trouble) in middlewares::broken(subject, |kind| kind == BrokenKind::UnknownPlugin) {
        let message = format!("the middleware {name:?} is of a plugin that the static configuration does not declare");
        found.push(lint.at(trouble.at, &trouble.path, message).help(middlewares::help(kind)).says(&trouble.says));
    }
}
