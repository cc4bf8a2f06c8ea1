//! TLS options, stores and certificates.

use super::Fact;

pub(super) const TLS: &[Fact] = &[
    (
        "unknown cipher",
        "tls: {options: {o: {cipherSuites: [NOPE]}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}}}",
    ),
    (
        "unknown curve",
        "tls: {options: {o: {curvePreferences: [NOPE]}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}}}",
    ),
    (
        "unknown client auth",
        "tls: {options: {o: {clientAuth: {clientAuthType: NOPE}}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}}}",
    ),
    (
        "client auth without a certificate authority",
        "tls: {options: {o: {clientAuth: {clientAuthType: RequireAndVerifyClientCert}}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}}}",
    ),
    (
        "client auth with a missing file",
        "tls: {options: {o: {clientAuth: {caFiles: [/nope.pem], clientAuthType: RequestClientCert}}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}}}",
    ),
    (
        "unknown version",
        "tls: {options: {o: {minVersion: TLS12}, p: {maxVersion: versiontls13}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {options: o}}, q: {rule: Host(`b`), service: noop@internal, tls: {options: p}}}}",
    ),
    (
        "broken default",
        "tls: {options: {default: {cipherSuites: [NOPE]}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {}}, q: {rule: Host(`b`), service: noop@internal}}}",
    ),
    (
        "broken but unused",
        "tls: {options: {o: {cipherSuites: [NOPE]}}}\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal, tls: {}}}}",
    ),
    (
        "one host, two options",
        "tls: {options: {a: {minVersion: VersionTLS12}, b: {minVersion: VersionTLS13}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`) && Path(`/b`), service: noop@internal, tls: {options: b}, entryPoints: [web]}}}",
    ),
    (
        "one host, options and none",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`) && Path(`/b`), service: noop@internal, tls: {}, entryPoints: [web]}}}",
    ),
    (
        "one host, two options, two entry points",
        "tls: {options: {a: {minVersion: VersionTLS12}, b: {minVersion: VersionTLS13}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`), service: noop@internal, tls: {options: b}, entryPoints: [websecure]}}}",
    ),
    (
        "one host, two options, both entry points",
        "tls: {options: {a: {minVersion: VersionTLS12}, b: {minVersion: VersionTLS13}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: a}, entryPoints: [web, websecure]}, b: {rule: Host(`A`), service: noop@internal, tls: {options: b}, entryPoints: [websecure]}}}",
    ),
    (
        "the same options, named twice",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`), service: noop@internal, tls: {options: a@file}, entryPoints: [web]}}}",
    ),
    (
        "options without a host",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: PathPrefix(`/`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: HostRegexp(`.`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, c: {rule: '!Host(`a`)', service: noop@internal, tls: {options: a}, entryPoints: [web]}, d: {rule: PathPrefix(`/`), service: noop@internal, tls: {options: default}, entryPoints: [web]}}}",
    ),
    (
        "options without a host, everywhere",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: PathPrefix(`/`), service: noop@internal, tls: {options: a}}}}",
    ),
    (
        "options of a host in a disjunction",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: Host(`a`) || PathPrefix(`/`), service: noop@internal, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`), service: noop@internal, tls: {}, entryPoints: [web]}}}",
    ),
    (
        "conflict with a disabled router",
        "tls: {options: {a: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: Host(`a`), service: nope, tls: {options: a}, entryPoints: [web]}, b: {rule: Host(`a`), service: noop@internal, tls: {}, entryPoints: [web]}}}",
    ),
    (
        "conflict with unknown options",
        "http: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: nope}, entryPoints: [web]}, b: {rule: Host(`a`), service: noop@internal, tls: {}, entryPoints: [web]}}}",
    ),
    (
        "options named with a provider",
        "tls: {options: {o@file: {minVersion: VersionTLS12}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {options: o@file}}}}",
    ),
    (
        "missing certificate",
        "tls: {certificates: [{certFile: /nope.crt, keyFile: /nope.key}]}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {}}}}",
    ),
    ("certificate without a key", "tls: {certificates: [{certFile: /nope.crt}]}"),
    ("certificates in a field that is gone", "tls: {certificates: [{certFile: a, keyFile: b, entryPoints: [web]}]}"),
    (
        "store",
        "tls: {stores: {default: {defaultCertificate: {certFile: /nope.crt, keyFile: /nope.key}}, other: {defaultGeneratedCert: {resolver: nope, domain: {main: a}}}}}",
    ),
    ("empty store", "tls: {stores: {default: {}}}"),
    (
        "server names",
        "tls: {options: {default: {sniStrict: true, alpnProtocols: [h2, foo], preferServerCipherSuites: true}}}\nhttp: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {}}}}",
    ),
    (
        "tcp options",
        "tls: {options: {o: {cipherSuites: [NOPE]}, p: {minVersion: VersionTLS12}}}\ntcp: {routers: {a: {rule: HostSNI(`a`), service: s, tls: {options: o}}, b: {rule: HostSNI(`b`), service: s, tls: {options: p}}, c: {rule: HostSNI(`b`), service: s, tls: {}}, d: {rule: HostSNI(`*`), service: s, tls: {options: p}}}, services: {s: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
    ),
    (
        "domains",
        "http: {routers: {a: {rule: Host(`a`), service: noop@internal, tls: {domains: [a.b]}}, b: {rule: Host(`b`), service: noop@internal, tls: {domains: [{main: a.b, sans: c.d}]}}}}",
    ),
    (
        "transport without a certificate",
        "http: {serversTransports: {t: {rootCAs: [/nope.pem], certificates: [{certFile: /nope, keyFile: /nope}]}}, services: {s: {loadBalancer: {serversTransport: t, servers: [{url: 'https://a'}]}}}, routers: {r: {rule: Host(`a`), service: s}}}",
    ),
];
