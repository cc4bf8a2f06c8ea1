//! What enables and disables an HTTP service, and the routers that reach it.

use super::Fact;

pub(super) const SERVICES: &[Fact] = &[
    (
        "broken but unused",
        "http: {services: {a: {loadBalancer: {servers: [{url: ':bad'}]}}, b: {weighted: {services: [{name: b}]}}, c: {}}}",
    ),
    ("no type", "http: {services: {s: {}}, routers: {r: {rule: Host(`a`), service: s}}}"),
    (
        "two types",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a'}]}, weighted: {services: [{name: s}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "bad address",
        "http: {services: {s: {loadBalancer: {servers: [{url: '::bad'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "address without scheme",
        "http: {services: {s: {loadBalancer: {servers: [{url: '127.0.0.1:80'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "name without scheme",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'localhost:80'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "bad port",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a:b'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "bad escape",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a/%zz'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "blank in a host",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a b'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "blank at the end",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a '}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "control character in an address",
        "http: {services: {s: {loadBalancer: {servers: [{url: \"http://a\\x7f\"}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "brackets",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://[::1'}]}}, t: {loadBalancer: {servers: [{url: 'http://[::1]:80'}]}}}, routers: {r: {rule: Host(`a`), service: s}, q: {rule: Host(`b`), service: t}}}",
    ),
    (
        "second address is bad",
        "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a'}, {url: 'http://a:x'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "not noticed",
        "http: {services: {a: {loadBalancer: {servers: [{url: 'ftp://a'}]}}, b: {loadBalancer: {servers: [{url: ''}]}}, c: {loadBalancer: {servers: []}}, d: {loadBalancer: {servers: [{url: 'http://a:99999'}]}}, e: {weighted: {services: []}}, f: {loadBalancer: {servers: [{weight: 0}]}}, g: {loadBalancer: {sticky: {cookie: {sameSite: foo}}, servers: [{url: 'http://a'}]}}, h: {loadBalancer: {healthCheck: {mode: foo, path: /}, servers: [{url: 'http://a'}]}}, i: {loadBalancer: {healthCheck: {port: 1}, servers: [{url: 'http://a'}]}}}, routers: {a: {rule: Host(`a`), service: a}, b: {rule: Host(`b`), service: b}, c: {rule: Host(`c`), service: c}, d: {rule: Host(`d`), service: d}, e: {rule: Host(`e`), service: e}, f: {rule: Host(`f`), service: f}, g: {rule: Host(`g`), service: g}, h: {rule: Host(`h`), service: h}, i: {rule: Host(`i`), service: i}}}",
    ),
    (
        "weighted by itself",
        "http: {services: {s: {weighted: {services: [{name: s}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "weighted in a circle",
        "http: {services: {a: {weighted: {services: [{name: b}]}}, b: {weighted: {services: [{name: a}]}}}, routers: {r: {rule: Host(`a`), service: a}}}",
    ),
    (
        "unknown child",
        "http: {services: {s: {weighted: {services: [{name: nope}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "unknown grandchild",
        "http: {services: {s: {weighted: {services: [{name: t}]}}, t: {weighted: {services: [{name: nope}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "child without a name",
        "http: {services: {s: {weighted: {services: [{weight: 1}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "two parents of a broken child",
        "http: {services: {a: {weighted: {services: [{name: x}]}}, b: {weighted: {services: [{name: x}]}}, x: {loadBalancer: {servers: [{url: ':'}]}}}, routers: {a: {rule: Host(`a`), service: a}, b: {rule: Host(`b`), service: b}, x: {rule: Host(`c`), service: x}}}",
    ),
    (
        "mirroring",
        "http: {services: {s: {mirroring: {service: ok, mirrors: [{name: ok, percent: 10}]}}, ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "mirror unknown",
        "http: {services: {s: {mirroring: {service: ok, mirrors: [{name: nope, percent: 10}]}}, ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "mirrored unknown",
        "http: {services: {s: {mirroring: {service: nope}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "mirror by itself",
        "http: {services: {s: {mirroring: {service: s}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "mirror over a hundred",
        "http: {services: {s: {mirroring: {service: ok, mirrors: [{name: ok, percent: 101}]}}, ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "mirror below zero",
        "http: {services: {s: {mirroring: {service: ok, mirrors: [{name: ok, percent: -1}]}}, ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover without a health check",
        "http: {services: {s: {failover: {service: a, fallback: a}}, a: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover with one",
        "http: {services: {s: {failover: {service: a, fallback: b}}, a: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://a'}]}}, b: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover on errors",
        "http: {services: {s: {failover: {service: a, fallback: b, errors: {status: ['500-599']}}}, a: {loadBalancer: {servers: [{url: 'http://a'}]}}, b: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover to nothing",
        "http: {services: {s: {failover: {service: a}}, a: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover to unknown",
        "http: {services: {s: {failover: {service: a, fallback: nope}}, a: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "failover with a health check of its own",
        "http: {services: {s: {failover: {healthCheck: {}, service: a, fallback: a}}, a: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "health check of a weighted service",
        "http: {services: {s: {weighted: {healthCheck: {}, services: [{name: ok}]}}, ok: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "health check of a weighted service over healthy ones",
        "http: {services: {s: {weighted: {healthCheck: {}, services: [{name: ok}]}}, ok: {loadBalancer: {healthCheck: {path: /}, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "unknown servers transport",
        "http: {services: {s: {loadBalancer: {serversTransport: nope, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "unknown servers transport, no servers",
        "http: {services: {s: {loadBalancer: {serversTransport: nope}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "servers transport",
        "http: {services: {s: {loadBalancer: {serversTransport: t@file, servers: [{url: 'https://a'}]}}}, serversTransports: {t: {insecureSkipVerify: true}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "servers transport of TCP",
        "http: {services: {s: {loadBalancer: {serversTransport: t, servers: [{url: 'https://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}\ntcp: {serversTransports: {t: {dialTimeout: 1s}}}",
    ),
    (
        "internal child",
        "http: {services: {s: {weighted: {services: [{name: noop@internal}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "highest random weight",
        "http: {services: {s: {highestRandomWeight: {services: [{name: a}]}}, a: {loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "highest random weight of unknown",
        "http: {services: {s: {highestRandomWeight: {services: [{name: nope}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "strategy",
        "http: {services: {a: {loadBalancer: {strategy: p2c, servers: [{url: 'http://a'}]}}, b: {loadBalancer: {strategy: nope, servers: [{url: 'http://a'}]}}}, routers: {a: {rule: Host(`a`), service: a}, b: {rule: Host(`b`), service: b}}}",
    ),
    (
        "internal services below others",
        "http: {services: {w: {weighted: {services: [{name: api@internal}]}}, m: {mirroring: {service: noop@internal}}, p: {weighted: {services: [{name: ping@internal}]}}}, middlewares: {e: {errors: {status: 404, service: noop@internal}}}, routers: {w: {rule: Host(`a`), service: w}, m: {rule: Host(`a`), service: m}, p: {rule: Host(`a`), service: p}, e: {rule: Host(`a`), service: noop@internal, middlewares: e}}}",
    ),
    (
        "passive health check",
        "http: {services: {s: {loadBalancer: {passiveHealthCheck: {failureWindow: 10s, maxFailedAttempts: 3}, servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    (
        "middlewares of a service",
        "http: {services: {s: {middlewares: [nope], loadBalancer: {servers: [{url: 'http://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
    ("forwarding interval", "http: {services: {s: {loadBalancer: {responseForwarding: {flushInterval: 1x}}}}}"),
    ("old fields", "http: {services: {s: {loadBalancer: {method: wrr}}}}"),
    ("stickiness", "http: {services: {s: {loadBalancer: {stickiness: {}}}}}"),
];
