//! Static configurations that change what becomes of a directory.

use super::{Case, facts};
use crate::support::oracle::{RESOLVERS, Setting};

/// The same directories are judged under each.
pub(crate) const SETTINGS: &[Setting] = &[
    Setting {
        name: "tls on an entry point",
        tcp: &[("web", ""), ("websecure", "http:\n  tls: {certResolver: le}"), ("mongodb", "")],
        udp: &["udpep"],
        more: RESOLVERS,
    },
    Setting {
        name: "tls options on an entry point",
        tcp: &[("web", "http:\n  tls: {options: a}"), ("websecure", "")],
        udp: &["udpep"],
        more: RESOLVERS,
    },
    Setting {
        name: "middlewares on an entry point",
        tcp: &[
            ("web", "http:\n  middlewares: [m@file]"),
            ("websecure", "http:\n  middlewares: nope@file"),
            ("mongodb", ""),
        ],
        udp: &["udpep", "dns"],
        more: RESOLVERS,
    },
    Setting {
        name: "a default entry point",
        tcp: &[("web", "asDefault: true"), ("websecure", ""), ("mongodb", "")],
        udp: &["udpep"],
        more: RESOLVERS,
    },
    Setting {
        name: "a redirection",
        tcp: &[("web", "http:\n  redirections: {entryPoint: {to: websecure}}"), ("websecure", "http:\n  tls: {}")],
        udp: &[],
        more: RESOLVERS,
    },
    Setting {
        name: "rule syntax v2",
        tcp: &[("web", ""), ("websecure", ""), ("mongodb", "")],
        udp: &["udpep"],
        more: "core: {defaultRuleSyntax: v2}",
    },
    Setting {
        name: "ping and metrics",
        tcp: &[("web", "observability: {accessLogs: false}"), ("nope", "")],
        udp: &["udpep"],
        more: "ping: {entryPoint: web}\nmetrics: {prometheus: {manualRouting: true}}",
    },
    Setting { name: "one entry point", tcp: &[("web", "")], udp: &[], more: "" },
    Setting {
        name: "a broken plugin",
        tcp: &[("web", ""), ("websecure", "")],
        udp: &[],
        more: "experimental: {localPlugins: {foo: {moduleName: example.com/nope}}}",
    },
];

/// Only the newest release knows it.
pub(crate) const STRICT: Setting = Setting {
    name: "strict tls options",
    tcp: &[("web", ""), ("websecure", "")],
    udp: &["udpep"],
    more: "core: {strictTLSOptions: true}",
};

/// Directories in which the static configuration decides something.
pub(crate) fn cases() -> Vec<Case> {
    const TOPICS: [&str; 5] = ["routers: ", "tls: ", "layers: ", "tcp udp: ", "rules: "];
    let topical = |case: &Case| TOPICS.iter().any(|topic| case.name.starts_with(topic));
    // These crash Traefik under every static configuration, and it takes its time for that.
    let facts = facts::facts().filter(|case| topical(case) && !case.name.ends_with("weighted by itself"));
    let plugin = "http: {middlewares: {m: {plugin: {foo: {a: b}}}}, routers: {r: {rule: Host(`a`), service: noop@internal, middlewares: [m]}}}";
    let clash = "http: {routers: {r: {rule: Host(`a`), service: noop@internal}, web-q: {rule: Host(`b`), service: nope}}, middlewares: {m: {addPrefix: {prefix: /a}}}}";
    let own = [("plugin", plugin), ("middleware of the entry point", clash)];
    facts.chain(own.map(|(name, text)| Case::new(name, [("a.yml", text)]))).collect()
}
