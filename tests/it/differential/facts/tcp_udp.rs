//! TCP and UDP: routers, services, middlewares.

use super::Fact;

pub(super) const TCP_UDP: &[Fact] = &[
    (
        "everything",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "host without tls",
        "tcp: {routers: {r: {rule: HostSNI(`a.b`), service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "regular expression without tls",
        "tcp: {routers: {r: {rule: HostSNIRegexp(`^a`), service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "negated host without tls",
        "tcp: {routers: {r: {rule: '!HostSNI(`a.b`)', service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "everything or a host, without tls",
        "tcp: {routers: {a: {rule: 'HostSNI(`*`) || HostSNI(`a`)', service: s}, b: {rule: 'HostSNI(`a`) || HostSNI(`*`)', service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "ports and addresses as hosts",
        "tcp: {routers: {a: {rule: HostSNI(`a.b:27017`), service: s, tls: {}}, b: {rule: HostSNI(`10.0.0.1`), service: s, tls: {}}, c: {rule: HostSNI(`*.a.b`), service: s, tls: {}}, d: {rule: HostSNI(`a b`), service: s, tls: {}}, e: {rule: HostSNI(`a.b.`), service: s, tls: {}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("no rule", "tcp: {routers: {r: {service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}"),
    ("no service", "tcp: {routers: {r: {rule: HostSNI(`*`)}}}"),
    ("neither", "tcp: {routers: {r: {entryPoints: web}}}"),
    ("unknown service", "tcp: {routers: {r: {rule: HostSNI(`*`), service: nope}}}"),
    (
        "unknown middleware",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s, middlewares: [nope]}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "unknown entry point",
        "tcp: {routers: {a: {rule: HostSNI(`*`), service: s, entryPoints: [nope]}, b: {rule: HostSNI(`*`), service: s, entryPoints: [web, nope]}, c: {rule: HostSNI(`*`), service: s, entryPoints: [udpep]}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "unknown options",
        "tcp: {routers: {r: {rule: HostSNI(`a`), service: s, tls: {options: nope}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "unknown options, passed through",
        "tcp: {routers: {r: {rule: HostSNI(`a`), service: s, tls: {passthrough: true, options: nope}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "unknown resolver",
        "tcp: {routers: {r: {rule: HostSNI(`a`), service: s, tls: {certResolver: nope}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "priority",
        "tcp: {routers: {a: {rule: HostSNI(`*`), service: s, priority: 9223372036854774808}, b: {rule: HostSNI(`*`), service: s, priority: -5}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "matchers",
        "tcp: {routers: {a: {rule: ClientIP(`10.0.0.0/8`), service: s}, b: {rule: ALPN(`h2`), service: s}, c: {rule: ALPN(`acme-tls/1`), service: s}, d: {rule: Host(`a`), service: s}, e: {rule: 'HostSNI(`a`, `b`)', service: s, tls: {}}, f: {rule: HostSNI(), service: s, tls: {}}, g: {rule: HostSNI(``), service: s, tls: {}}, h: {rule: ClientIP(`x`), service: s}, i: {rule: HostSNIRegexp(`(`), service: s}, j: {rule: 'HostSNI(`a`', service: s, tls: {}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "rule syntax",
        "tcp: {routers: {a: {rule: 'HostSNI(`a`, `b`)', service: s, tls: {}, ruleSyntax: v2}, b: {rule: 'HostSNIRegexp(`{x:[a-z]+}.b`)', service: s, tls: {}, ruleSyntax: v2}, c: {rule: 'HostSNI(`a`, `b`)', service: s, ruleSyntax: v2}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "address without a port",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {servers: [{address: 127.0.0.1}]}}}}",
    ),
    ("url in place of address", "tcp: {services: {s: {loadBalancer: {servers: [{url: 'tcp://a:1'}]}}}}"),
    (
        "no servers",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {servers: []}}}}",
    ),
    ("service of no type", "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {}}}"),
    (
        "service of two types",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}, weighted: {services: [{name: s}]}}}}",
    ),
    (
        "weighted",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: w}}, services: {w: {weighted: {services: [{name: s, weight: 2}, {name: s}]}}, s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "weighted of unknown",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: w}}, services: {w: {weighted: {services: [{name: nope}]}}}}",
    ),
    (
        "weighted below 0",
        "tcp: {routers: {a: {rule: HostSNI(`*`), service: w}, b: {rule: HostSNI(`*`), service: outer}, c: {rule: HostSNI(`*`), service: gone}}, services: {w: {weighted: {services: [{name: s, weight: 1}, {name: s@file, weight: -1}]}}, outer: {weighted: {services: [{name: w}]}}, gone: {weighted: {services: [{name: nope, weight: -2}]}}, s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("weighted by itself, unused", "tcp: {services: {w: {weighted: {services: [{name: w}]}}}}"),
    (
        "weighted by itself",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: w}}, services: {w: {weighted: {services: [{name: w}]}}}}",
    ),
    (
        "weighted of nothing",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: w}}, services: {w: {weighted: {services: []}}}}",
    ),
    (
        "unknown servers transport",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {serversTransport: nope, servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "deprecated",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {terminationDelay: 100, proxyProtocol: {version: 1}, servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "proxy protocol of an unknown version",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {proxyProtocol: {version: 3}, servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "middleware of two types",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s, middlewares: m}}, middlewares: {m: {inFlightConn: {amount: 1}, ipAllowList: {sourceRange: [10.0.0.1]}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "middleware of no type",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s, middlewares: m}}, middlewares: {m: {}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "middlewares",
        "tcp: {routers: {a: {rule: HostSNI(`*`), service: s, middlewares: a}, b: {rule: HostSNI(`*`), service: s, middlewares: b}, c: {rule: HostSNI(`*`), service: s, middlewares: c}, d: {rule: HostSNI(`*`), service: s, middlewares: d}}, middlewares: {a: {ipAllowList: {sourceRange: [x]}}, b: {ipAllowList: {sourceRange: []}}, c: {ipWhiteList: {sourceRange: [10.0.0.1]}}, d: {inFlightConn: {amount: -1}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "health check",
        "tcp: {routers: {r: {rule: HostSNI(`*`), service: s}}, services: {s: {loadBalancer: {healthCheck: {interval: 5s}, servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "udp",
        "udp: {routers: {r: {entryPoints: udpep, service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("udp with a rule", "udp: {routers: {r: {rule: a, service: s}}}"),
    (
        "udp without entry points",
        "udp: {routers: {r: {service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "udp on a TCP entry point",
        "udp: {routers: {r: {entryPoints: [web], service: s}, q: {entryPoints: [web, udpep], service: s}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("udp of unknown", "udp: {routers: {r: {entryPoints: udpep, service: nope}}}"),
    ("udp without a service", "udp: {routers: {r: {entryPoints: udpep}}}"),
    (
        "udp weighted",
        "udp: {routers: {r: {service: w}}, services: {w: {weighted: {services: [{name: s}, {name: nope}]}}, s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "udp weighted below 0",
        "udp: {routers: {r: {service: outer}}, services: {outer: {weighted: {services: [{name: w}]}}, w: {weighted: {services: [{name: s@file, weight: -2}]}}, s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    ("udp weighted by itself", "udp: {routers: {r: {service: w}}, services: {w: {weighted: {services: [{name: w}]}}}}"),
    ("udp service of no type", "udp: {routers: {r: {service: s}}, services: {s: {}}}"),
    (
        "udp address without a port",
        "udp: {routers: {r: {service: s}}, services: {s: {loadBalancer: {servers: [{address: a}]}}}}",
    ),
];
