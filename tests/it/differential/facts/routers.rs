//! What enables, warns of and disables an HTTP router.

use super::Fact;

pub(super) const ROUTERS: &[Fact] = &[
    ("unknown service", "http: {routers: {r: {rule: Host(`a`), service: nope}}}"),
    ("unknown service of the file", "http: {routers: {r: {rule: Host(`a`), service: nope@file}}}"),
    ("service of another provider", "http: {routers: {r: {rule: Host(`a`), service: x@docker}}}"),
    ("no service", "http: {routers: {r: {rule: Host(`a`)}}}"),
    ("no service on one entry point", "http: {routers: {r: {rule: Host(`a`), entryPoints: web}}}"),
    ("no rule", "http: {routers: {r: {service: noop@internal}}}"),
    ("empty rule", "http: {routers: {r: {rule: '', service: noop@internal}}}"),
    ("neither", "http: {routers: {r: {entryPoints: [web]}}}"),
    ("unknown middleware", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [nope]}}}"),
    (
        "two unknown middlewares",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [nope, nada]}}}",
    ),
    ("unknown middleware and service", "http: {routers: {r: {rule: Host(`a`), service: nope, middlewares: [nada]}}}"),
    ("bad rule and unknown service", "http: {routers: {r: {rule: Nope(`a`), service: nope}}}"),
    (
        "unknown entry point alone",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [nope]}}}",
    ),
    (
        "unknown entry point beside another",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [nope, web]}}}",
    ),
    (
        "two unknown entry points beside another",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [nope, web, nada]}}}",
    ),
    (
        "unknown entry point and service",
        "http: {routers: {r: {rule: Host(`a`), service: nope, entryPoints: [nope, web]}}}",
    ),
    (
        "unknown entry point alone and service",
        "http: {routers: {r: {rule: Host(`a`), service: nope, entryPoints: [nope]}}}",
    ),
    ("entry point in capitals", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [WEB]}}}"),
    ("entry point for UDP", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [udpep]}}}"),
    (
        "entry point of the API",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [traefik]}}}",
    ),
    ("entry point twice", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: [web, web]}}}"),
    ("empty entry point", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, entryPoints: ['']}}}"),
    (
        "highest priority",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, priority: 9223372036854774807}}}",
    ),
    (
        "priority too high",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, priority: 9223372036854774808}}}",
    ),
    (
        "priority too high, unknown service",
        "http: {routers: {r: {rule: Host(`a`), service: nope, priority: 9223372036854774808}}}",
    ),
    (
        "negative priority",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, priority: -1}, s: {rule: Host(`a`), service: noop@internal, priority: -9223372036854775808}}}",
    ),
    (
        "same rule twice",
        "http: {routers: {a: {rule: Host(`a`), service: noop@internal}, b: {rule: Host(`a`), service: noop@internal}}}",
    ),
    (
        "internal services",
        "http: {routers: {a: {rule: Host(`a`), service: api@internal}, n: {rule: Host(`b`), service: noop@internal}, h: {rule: Host(`c`), service: acme-http@internal}}}",
    ),
    ("dashboard", "http: {routers: {a: {rule: Host(`a`), service: dashboard@internal}}}"),
    ("ping that is off", "http: {routers: {a: {rule: Host(`a`), service: ping@internal}}}"),
    ("prometheus that is off", "http: {routers: {a: {rule: Host(`a`), service: prometheus@internal}}}"),
    ("rest that is off", "http: {routers: {a: {rule: Host(`a`), service: rest@internal}}}"),
    ("unknown internal service", "http: {routers: {a: {rule: Host(`a`), service: nope@internal}}}"),
    ("internal name without provider", "http: {routers: {a: {rule: Host(`a`), service: api}}}"),
    (
        "router with a provider in its name",
        "http: {routers: {r@docker: {rule: Host(`a`), service: s}}, services: {s: {loadBalancer: {servers: [{url: 'http://a'}]}}}}",
    ),
    (
        "router with a provider in its name, reference with one",
        "http: {routers: {r@docker: {rule: Host(`a`), service: s@file}}, services: {s: {loadBalancer: {servers: [{url: 'http://a'}]}}}}",
    ),
    (
        "router named internal",
        "http: {routers: {r@internal: {rule: Host(`a`), service: ok}}, services: {ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}}",
    ),
    (
        "service with a provider in its name",
        "http: {routers: {r: {rule: Host(`a`), service: s@file}}, services: {s@file: {loadBalancer: {servers: [{url: 'http://a'}]}}}}",
    ),
    (
        "middleware with a provider in its name",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: m@file}}, middlewares: {m@file: {addPrefix: {prefix: /a}}}}",
    ),
    (
        "middleware with blanks in its name",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [' m ']}}, middlewares: {' m ': {addPrefix: {prefix: /a}}}}",
    ),
    (
        "middleware with a comma in its name",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: 'a,b'}, q: {rule: Host(`b`), service: noop@internal, middlewares: ['a,b']}}, middlewares: {'a,b': {addPrefix: {prefix: /a}}}}",
    ),
    (
        "service of another protocol",
        "http: {routers: {r: {rule: Host(`a`), service: t}}}\ntcp: {services: {t: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("unknown resolver", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {certResolver: nope}}}}"),
    ("unknown options", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: nope}}}}"),
    ("unknown options and service", "http: {routers: {r: {rule: Host(`a`), service: nope, tls: {options: nope}}}}"),
    (
        "unknown options, bad rule",
        "http: {routers: {r: {rule: Host(`a`, service: noop@internal, tls: {options: nope}}}}",
    ),
    (
        "tls with a bad rule",
        "http: {routers: {r: {rule: 'Nope(`a`)', service: noop@internal, tls: {}}, b: {rule: 'Host(`a`) && Path(`x`)', service: noop@internal, tls: {}}}}",
    ),
    (
        "observability",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal, observability: {accessLogs: false, traceVerbosity: foo}}}}",
    ),
    (
        "rule syntax",
        "http: {routers: {a: {rule: 'Host(`a`, `b`)', service: noop@internal, ruleSyntax: v2}, b: {rule: 'Host(`a`, `b`)', service: noop@internal, ruleSyntax: v3}, c: {rule: 'Host(`a`, `b`)', service: noop@internal, ruleSyntax: v9}, d: {rule: 'Host(`a`, `b`)', service: noop@internal, ruleSyntax: V2}}}",
    ),
    (
        "a router that shares a service",
        "http: {routers: {a: {rule: Host(`a`), service: s}, b: {rule: 'Host(', service: s}}, services: {s: {loadBalancer: {servers: [{url: ':bad'}]}}}}",
    ),
];
