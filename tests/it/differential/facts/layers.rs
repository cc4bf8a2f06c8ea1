//! Routers below routers.

use super::Fact;

pub(super) const LAYERS: &[Fact] = &[
    (
        "two layers",
        "http: {routers: {p: {rule: Host(`a`), entryPoints: [web]}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal}}}",
    ),
    ("unknown parent", "http: {routers: {c: {rule: PathPrefix(`/c`), parentRefs: [nope], service: noop@internal}}}"),
    (
        "one of two parents unknown",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p, nope], service: noop@internal}}}",
    ),
    (
        "circle",
        "http: {routers: {a: {rule: Host(`a`), parentRefs: [b], service: noop@internal}, b: {rule: Host(`b`), parentRefs: [a], service: noop@internal}}}",
    ),
    ("parent of itself", "http: {routers: {a: {rule: Host(`a`), parentRefs: [a], service: noop@internal}}}"),
    (
        "child with entry points",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal, entryPoints: [web]}}}",
    ),
    (
        "child with tls",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal, tls: {}}}}",
    ),
    (
        "child with observability",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal, observability: {metrics: true}}}}",
    ),
    (
        "parent with a service",
        "http: {routers: {p: {rule: Host(`a`), service: noop@internal}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "all children are broken",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: nope}, d: {rule: 'Nope(`', parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "one child is broken",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: nope}, d: {rule: Path(`/d`), parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "broken parent",
        "http: {routers: {p: {rule: 'Nope(`a`)'}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "parent with an unknown middleware",
        "http: {routers: {p: {rule: Host(`a`), middlewares: [nope]}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "parent on an unknown entry point",
        "http: {routers: {p: {rule: Host(`a`), entryPoints: [nope]}, c: {rule: PathPrefix(`/c`), parentRefs: [p], service: noop@internal}}}",
    ),
    (
        "three layers",
        "http: {routers: {p: {rule: Host(`a`), tls: {}}, c: {rule: PathPrefix(`/c`), parentRefs: [p]}, d: {rule: Path(`/c/d`), parentRefs: [c], service: noop@internal}}}",
    ),
    (
        "three layers without an end",
        "http: {routers: {p: {rule: Host(`a`)}, c: {rule: PathPrefix(`/c`), parentRefs: [p]}}}",
    ),
    (
        "circle below a parent",
        "http: {routers: {p: {rule: Host(`a`)}, b: {rule: Path(`/b`), parentRefs: [p, d]}, c: {rule: Path(`/c`), parentRefs: [b]}, d: {rule: Path(`/d`), parentRefs: [c]}}}",
    ),
    ("no parents", "http: {routers: {p: {rule: Host(`a`), parentRefs: [], service: noop@internal}}}"),
    (
        "two parents",
        "http: {routers: {p: {rule: Host(`a`)}, q: {rule: Host(`b`), entryPoints: [web]}, c: {rule: PathPrefix(`/c`), parentRefs: 'p, q@file', service: noop@internal}}}",
    ),
];
