//! TLS options that Traefik can't use.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-tls-options",
    severity: Severity::Error,
    summary: "TLS options that Traefik can't use",
    explanation: "Traefik disables every router that uses TLS options with an unknown cipher suite, curve or kind of \
                  client authentication, or with authorities that hold no certificate. The names are Go's, as \
                  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, not OpenSSL's. An unknown minVersion is passed over in silence \
                  (no-effect-option).",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      tls:\n        options: strict\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\ntls:\n  options:\n    strict:\n      cipherSuites: ECDHE-RSA-AES128-GCM-SHA256\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: app\n      tls:\n        options: strict\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\ntls:\n  options:\n    strict:\n      cipherSuites: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::BadTlsOptions { name, .. } = &trouble.cause {
            let message = format!("the TLS options {name:?} have a value that Traefik can't use");
            let help = "correct the value: every router that uses these options is disabled";
            found.push(lint.of(trouble, message).help(help));
        }
    }
}
