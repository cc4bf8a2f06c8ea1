//! A TCP servers transport that Traefik can't use.

use super::{Lint, Subject};
use crate::finding::{Finding, Severity};
use crate::runtime::Cause;

pub(super) static LINT: Lint = Lint {
    name: "bad-transport",
    severity: Severity::Error,
    summary: "A TCP servers transport, or a PROXY protocol, that Traefik can't use",
    explanation: "Traefik disables the TCP routers whose service asks for a version of the PROXY protocol other than 1 \
                  and 2, for SPIFFE beside other TLS settings, or for a SPIFFE ID that is none. Of an HTTP servers \
                  transport it gives up the TLS settings (transport-fallback).",
    bad: &[(
        "routes.yml",
        "tcp:\n  routers:\n    db:\n      rule: HostSNI(`*`)\n      service: db\n  services:\n    db:\n      loadBalancer:\n        serversTransport: pp\n        servers:\n          - address: 10.0.0.6:27017\n  serversTransports:\n    pp:\n      proxyProtocol:\n        version: 3\n",
    )],
    good: &[(
        "routes.yml",
        "tcp:\n  routers:\n    db:\n      rule: HostSNI(`*`)\n      service: db\n  services:\n    db:\n      loadBalancer:\n        serversTransport: pp\n        servers:\n          - address: 10.0.0.6:27017\n  serversTransports:\n    pp:\n      proxyProtocol:\n        version: 2\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for trouble in &subject.runtime.troubles {
        if let Cause::BadTransport { name } = &trouble.cause {
            let message = format!("the way to the servers of {name:?} has a value that Traefik can't use");
            let help = "correct the value: every TCP router that gets there is disabled";
            found.push(lint.of(trouble, message).help(help));
        }
    }
}
