//! What a tree of settings means: entry points, resolvers, providers and what else decides about routers.

use super::tree::Node;
use super::{Api, EntryPoint, Internal, NamedAt, Redirection, Resolver, ServersTransport, StaticConfig, TRAEFIK};
use std::collections::HashSet;

/// Providers by their field, with the name that references have after the `@`.
pub(super) const PROVIDERS: &[(&str, &str)] = &[
    ("docker", "docker"),
    ("swarm", "swarm"),
    ("file", "file"),
    ("kubernetesIngress", "kubernetes"),
    ("kubernetesIngressNGINX", "kubernetesingressnginx"),
    ("kubernetesCRD", "kubernetescrd"),
    ("kubernetesGateway", "kubernetesgateway"),
    ("knative", "knative"),
    ("rest", "rest"),
    ("consulCatalog", "consulcatalog"),
    ("nomad", "nomad"),
    ("ecs", "ecs"),
    ("consul", "consul"),
    ("etcd", "etcd"),
    ("zooKeeper", "zookeeper"),
    ("redis", "redis"),
    ("http", "http"),
];

/// The priority of a redirection that gives none.
const REDIRECTION_PRIORITY: i64 = i64::MAX - 1;

/// What the settings say.
pub(super) fn of(root: &Node) -> StaticConfig {
    let mut config = StaticConfig::default();
    let core = root.field("core");
    config.default_rule_syntax = core.map(|c| c.words(&["defaultRuleSyntax"]).unwrap_or_else(|| "v3".into()));
    config.strict_tls_options = root.flag(&["core", "strictTLSOptions"], false);
    config.entry_points = root.field("entryPoints").into_iter().flat_map(Node::children).map(entry_point).collect();
    config.resolvers = root.field("certificatesResolvers").into_iter().flat_map(Node::children).map(resolver).collect();
    providers(root, &mut config);
    config.api = root.section(&["api"]).map(|api| Api {
        insecure: api.flag(&["insecure"], false),
        base_path: api.words(&["basePath"]).unwrap_or_default().trim_end_matches('/').to_owned(),
        dashboard: api.flag(&["dashboard"], true),
        debug: api.flag(&["debug"], false),
    });
    let root_cas = root.find(&["serversTransport", "rootCAs"]).map(Node::list).unwrap_or_default();
    config.servers_transport = ServersTransport {
        insecure_skip_verify: root.flag(&["serversTransport", "insecureSkipVerify"], false),
        root_cas: root_cas.into_iter().map(|(text, _)| text.to_owned()).collect(),
    };
    config.ping = root.section(&["ping"]).map(internal);
    config.prometheus = root.section(&["metrics", "prometheus"]).map(internal);
    for list in ["plugins", "localPlugins"] {
        let plugins = root.find(&["experimental", list]).into_iter().flat_map(Node::children);
        config.plugins.extend(plugins.map(NamedAt::key));
    }
    config.broken_plugin = broken_plugins(root).first().map(|(plugin, ..)| NamedAt::key(plugin));
    implicit_entry_points(&mut config);
    if core.is_some() {
        config.entry_points.iter_mut().for_each(|entry| entry.has_model = true);
    }
    config
}

fn entry_point(node: &Node) -> EntryPoint {
    let address = node.words(&["address"]).unwrap_or_default();
    let (place, protocol) = address.split_once('/').unwrap_or((&address, "tcp"));
    let tls = node.section(&["http", "tls"]);
    let list = |path: &[&str]| {
        let items = node.find(path).map(Node::list).unwrap_or_default();
        items.into_iter().map(|(text, at)| NamedAt { name: text.to_owned(), at }).collect::<Vec<_>>()
    };
    let middlewares = list(&["http", "middlewares"]);
    EntryPoint {
        name: node.key.clone(),
        at: node.key_at,
        port: place.rsplit_once(':').and_then(|(_, port)| port.parse().ok()),
        udp: protocol.eq_ignore_ascii_case("udp"),
        as_default: node.flag(&["asDefault"], false),
        tls: tls.is_some(),
        cert_resolver: tls.and_then(|tls| tls.words(&["certResolver"])),
        options: tls.and_then(|tls| tls.words(&["options"])),
        domains: tls.map(domains).unwrap_or_default(),
        has_model: tls.is_some()
            || !middlewares.is_empty()
            || node.find(&["http", "encodedCharacters"]).is_some()
            || node.field("observability").is_some(),
        middlewares,
        redirection: node.find(&["http", "redirections"]).map(redirection),
        allow_acme_by_pass: node.flag(&["allowACMEByPass"], false),
        implicit: false,
        address,
    }
}

/// Names for which an entry point's TLS asks for certificates.
fn domains(tls: &Node) -> Vec<String> {
    let Some(items) = tls.field("domains").and_then(Node::items) else { return Vec::new() };
    let names = |item: &Node| {
        let sans = item.field("sans").map(Node::list).unwrap_or_default();
        item.words(&["main"]).into_iter().chain(sans.into_iter().map(|(name, _)| name.to_owned())).collect::<Vec<_>>()
    };
    items.iter().flat_map(names).collect()
}

fn redirection(node: &Node) -> Redirection {
    let target = node.find(&["entryPoint", "to"]);
    let priority = node.find(&["entryPoint", "priority"]).and_then(Node::text).and_then(|p| p.parse().ok());
    Redirection {
        to: target.and_then(Node::text).unwrap_or_default().to_owned(),
        at: target.map_or(node.key_at, |t| t.at),
        scheme: node.words(&["entryPoint", "scheme"]).unwrap_or_else(|| "https".into()),
        permanent: node.flag(&["entryPoint", "permanent"], true),
        priority: priority.unwrap_or(REDIRECTION_PRIORITY),
    }
}

fn resolver(node: &Node) -> Resolver {
    let acme = node.field("acme").filter(|acme| !acme.fields().is_empty());
    let challenge = |name: &str| acme.and_then(|acme| acme.section(&[name]));
    let duration = acme.and_then(|a| a.field("certificatesDuration")).and_then(Node::text);
    Resolver {
        name: node.key.clone(),
        at: node.key_at,
        usable: (acme.is_some() && duration != Some("0")) || node.section(&["tailscale"]).is_some(),
        http_challenge: challenge("httpChallenge").and_then(|c| c.words(&["entryPoint"])),
        tls_challenge: challenge("tlsChallenge").is_some(),
        dns_challenge: challenge("dnsChallenge").is_some(),
        storage: acme.map(|a| a.field("storage").and_then(Node::text).unwrap_or("acme.json").to_owned()),
    }
}

fn providers(root: &Node, config: &mut StaticConfig) {
    let Some(node) = root.field("providers") else { return };
    for (field, name) in PROVIDERS {
        let Some(provider) = node.section(&[field]) else { continue };
        let namespaces = provider.field("namespaces").map(Node::list).unwrap_or_default();
        match (*name, namespaces.is_empty()) {
            ("consul" | "consulcatalog" | "nomad", false) => {
                config.providers.extend(namespaces.iter().map(|(space, _)| format!("{name}-{space}")))
            }
            _ => config.providers.push((*name).to_owned()),
        }
    }
    let plugins = node.field("plugin").into_iter().flat_map(Node::children);
    config.providers.extend(plugins.map(|plugin| format!("plugin-{}", plugin.key)));
    config.precedence = node
        .field("precedence")
        .map(|list| list.list().into_iter().map(|(name, _)| name.to_ascii_lowercase()).collect());
    config.rest_insecure = node.flag(&["rest", "insecure"], false);
    config.directory = node.words(&["file", "directory"]);
    config.filename = node.words(&["file", "filename"]);
    config.watch = node.flag(&["file", "watch"], true);
}

fn internal(node: &Node) -> Internal {
    Internal {
        entry_point: node.field("entryPoint").and_then(Node::text).unwrap_or(TRAEFIK).to_owned(),
        manual_routing: node.flag(&["manualRouting"], false),
    }
}

/// Plugins that can't be set up, each with its list, and why.
pub(super) fn broken_plugins(root: &Node) -> Vec<(&Node, &'static str, &'static str)> {
    let of = |list: &str| root.find(&["experimental", list]).into_iter().flat_map(Node::children);
    let names: HashSet<&str> = of("plugins").map(|plugin| plugin.key.as_str()).collect();
    let lacks = |plugin: &Node, field: &str| plugin.words(&[field]).is_none();
    let remote = of("plugins").filter_map(|plugin| match (lacks(plugin, "moduleName"), lacks(plugin, "version")) {
        (true, _) => Some((plugin, "plugins", "it has no moduleName")),
        (_, true) => Some((plugin, "plugins", "it has no version")),
        _ => None,
    });
    let local = of("localPlugins").filter_map(|plugin| match names.contains(plugin.key.as_str()) {
        _ if lacks(plugin, "moduleName") => Some((plugin, "localPlugins", "it has no moduleName")),
        true => Some((plugin, "localPlugins", "a plugin of the same name is in experimental.plugins")),
        false => None,
    });
    remote.chain(local).collect()
}

/// The entry points that Traefik adds by itself.
fn implicit_entry_points(config: &mut StaticConfig) {
    let new = |name: &str, port| EntryPoint {
        name: name.to_owned(),
        address: format!(":{port}"),
        port: Some(port),
        implicit: true,
        ..EntryPoint::default()
    };
    if config.entry_points.is_empty() {
        config.entry_points.push(new("http", 80));
    }
    let asks =
        |internal: &Option<Internal>| internal.as_ref().is_some_and(|i| !i.manual_routing && i.entry_point == TRAEFIK);
    let needed = config.api.as_ref().is_some_and(|api| api.insecure)
        || asks(&config.ping)
        || asks(&config.prometheus)
        || config.rest_insecure;
    if needed && config.entry_point(TRAEFIK).is_none() {
        config.entry_points.push(new(TRAEFIK, 8080));
    }
}
