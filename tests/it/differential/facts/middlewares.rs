//! What enables and disables an HTTP middleware, and the routers that use it.

use super::Fact;

pub(super) const MIDDLEWARES: &[Fact] = &[
    (
        "broken but unused",
        "http: {middlewares: {a: {}, b: {addPrefix: {prefix: /a}, retry: {attempts: 1}}, c: {chain: {middlewares: [c]}}}}",
    ),
    (
        "empty",
        "http: {middlewares: {m: {}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "two types",
        "http: {middlewares: {m: {addPrefix: {prefix: /a}, stripPrefix: {prefixes: [/a]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "chain of itself",
        "http: {middlewares: {m: {chain: {middlewares: [m]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "chain in a circle",
        "http: {middlewares: {a: {chain: {middlewares: [b]}}, b: {chain: {middlewares: [a]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [a]}}}",
    ),
    (
        "chain of unknown",
        "http: {middlewares: {m: {chain: {middlewares: [nope]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "chain of a broken one",
        "http: {middlewares: {m: {chain: {middlewares: [e]}}, e: {}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "empty chain",
        "http: {middlewares: {m: {chain: {middlewares: []}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "plugin that is not declared",
        "http: {middlewares: {m: {plugin: {foo: {a: b}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "two plugins",
        "http: {middlewares: {m: {plugin: {foo: {a: b}, bar: {a: b}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "second one is broken",
        "http: {middlewares: {a: {addPrefix: {prefix: /a}}, m: {}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [a, m]}}}",
    ),
    (
        "broken for two routers",
        "http: {middlewares: {m: {}}, routers: {a: {rule: Host(`a`), service: noop@internal, middlewares: [m]}, b: {rule: Host(`b`), service: noop@internal, middlewares: [m]}, c: {rule: Host(`c`), service: noop@internal}}}",
    ),
    (
        "add prefix of nothing",
        "http: {middlewares: {m: {addPrefix: {prefix: ''}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "strip prefix",
        "http: {middlewares: {m: {stripPrefix: {prefixes: []}}, n: {stripPrefix: {prefixes: [/a], forceSlash: true}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m, n]}}}",
    ),
    (
        "strip prefix by a bad expression",
        "http: {middlewares: {m: {stripPrefixRegex: {regex: ['(']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "replace path by a bad expression",
        "http: {middlewares: {m: {replacePathRegex: {regex: '[', replacement: x}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "redirect by a bad expression",
        "http: {middlewares: {m: {redirectRegex: {regex: '(?!a)', replacement: x}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "redirect to nothing",
        "http: {middlewares: {m: {redirectRegex: {regex: '.*'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "redirect without a scheme",
        "http: {middlewares: {m: {redirectScheme: {permanent: true}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "redirect to a bad port",
        "http: {middlewares: {m: {redirectScheme: {scheme: https, port: foo}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "headers of nothing",
        "http: {middlewares: {m: {headers: {sslRedirect: false}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "old headers",
        "http: {middlewares: {m: {headers: {sslRedirect: true, sslTemporaryRedirect: true, sslHost: a, sslForceHost: true, featurePolicy: a}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    ("removed header", "http: {middlewares: {m: {headers: {accessControlAllowOrigin: a}}}}"),
    (
        "origins by a bad expression",
        "http: {middlewares: {m: {headers: {accessControlAllowOriginListRegex: ['(']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [127.0.0.1, 10.0.0.0/8, '::1']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list of nothing",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: []}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list of no address",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [nope]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list of a bad range",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [10.0.0.0/33]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list with zeros",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [010.0.0.1]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list that excludes no address",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [10.0.0.1], ipStrategy: {excludedIPs: [x]}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "allow list status",
        "http: {middlewares: {m: {ipAllowList: {sourceRange: [10.0.0.1], rejectStatusCode: 99}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "white list",
        "http: {middlewares: {m: {ipWhiteList: {sourceRange: [127.0.0.1]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    ("removed white list", "http: {middlewares: {m: {whiteList: {sourceRange: [127.0.0.1]}}}}"),
    (
        "basic auth",
        "http: {middlewares: {m: {basicAuth: {users: ['a:$apr1$x$y']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "basic auth without a password",
        "http: {middlewares: {m: {basicAuth: {users: [a]}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "basic auth with three parts",
        "http: {middlewares: {m: {basicAuth: {users: ['a:b:c']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "basic auth of nobody",
        "http: {middlewares: {m: {basicAuth: {users: []}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "basic auth from no file",
        "http: {middlewares: {m: {basicAuth: {usersFile: /nope/users}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "digest auth",
        "http: {middlewares: {m: {digestAuth: {users: ['a:b:c']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "digest auth with two parts",
        "http: {middlewares: {m: {digestAuth: {users: ['a:b']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "forward auth",
        "http: {middlewares: {m: {forwardAuth: {address: 'http://a'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "forward auth without an address",
        "http: {middlewares: {m: {forwardAuth: {trustForwardHeader: true}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "forward auth by a bad expression",
        "http: {middlewares: {m: {forwardAuth: {address: 'http://a', authResponseHeadersRegex: '('}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "forward auth with no certificate",
        "http: {middlewares: {m: {forwardAuth: {address: 'http://a', tls: {ca: /nope.pem}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "forward auth with half a certificate",
        "http: {middlewares: {m: {forwardAuth: {address: 'http://a', tls: {cert: /nope.pem}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "rate limit",
        "http: {middlewares: {m: {rateLimit: {burst: 10}}, n: {rateLimit: {average: -1}}, p: {rateLimit: {average: 1, period: 0s}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}, q: {rule: Host(`b`), service: noop@internal, middlewares: [n]}, p: {rule: Host(`c`), service: noop@internal, middlewares: [p]}}}",
    ),
    (
        "rate limit with two criteria",
        "http: {middlewares: {m: {rateLimit: {average: 1, sourceCriterion: {requestHost: true, requestHeaderName: X}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "rate limit by an address and a host",
        "http: {middlewares: {m: {rateLimit: {average: 1, sourceCriterion: {requestHost: true, ipStrategy: {depth: 1}}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "requests in flight",
        "http: {middlewares: {m: {inFlightReq: {amount: 0}}, n: {inFlightReq: {amount: -1}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m, n]}}}",
    ),
    (
        "circuit breaker",
        "http: {middlewares: {m: {circuitBreaker: {expression: 'NetworkErrorRatio() > 0.5'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "circuit breaker of an unknown function",
        "http: {middlewares: {m: {circuitBreaker: {expression: 'Nope() > 0.5'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "circuit breaker of nothing",
        "http: {middlewares: {m: {circuitBreaker: {expression: ''}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "circuit breaker that is cut off",
        "http: {middlewares: {m: {circuitBreaker: {expression: 'NetworkErrorRatio() >'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "buffering",
        "http: {middlewares: {m: {buffering: {maxRequestBodyBytes: -1}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "buffering by a bad expression",
        "http: {middlewares: {m: {buffering: {retryExpression: 'Nope()'}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "retry of nothing",
        "http: {middlewares: {m: {retry: {attempts: 0}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "retry below zero",
        "http: {middlewares: {m: {retry: {attempts: -1}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "errors",
        "http: {middlewares: {m: {errors: {status: ['500-599'], service: nope, query: /}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "errors of a bad range",
        "http: {middlewares: {m: {errors: {status: ['a-b'], service: noop@internal}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "errors of a reversed range",
        "http: {middlewares: {m: {errors: {status: ['599-500'], service: noop@internal}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "errors without a service",
        "http: {middlewares: {m: {errors: {status: ['500']}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "compress",
        "http: {middlewares: {m: {compress: {excludedContentTypes: ['a b;;']}}, n: {compress: {encodings: [foo]}}, o: {compress: {encodings: []}}, p: {compress: {includedContentTypes: [a/b], excludedContentTypes: [c/d]}}}, routers: {m: {rule: Host(`a`), service: noop@internal, middlewares: [m]}, n: {rule: Host(`b`), service: noop@internal, middlewares: [n]}, o: {rule: Host(`c`), service: noop@internal, middlewares: [o]}, p: {rule: Host(`d`), service: noop@internal, middlewares: [p]}}}",
    ),
    (
        "content type",
        "http: {middlewares: {m: {contentType: {autoDetect: true}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    (
        "pass certificate",
        "http: {middlewares: {m: {passTLSClientCert: {pem: true}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
    ("tracing is gone", "http: {middlewares: {m: {tracing: {}}}}"),
    (
        "gateway fields are ignored",
        "http: {middlewares: {m: {requestHeaderModifier: {set: {a: b}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}",
    ),
];
