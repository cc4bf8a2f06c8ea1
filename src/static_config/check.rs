//! What Traefik finds wrong with a static configuration once it is decoded, and what it doesn't find.

mod address;

use super::StaticConfig;
use super::fault::{Fault, FileProblem, Mistake, ResolverProblem};
use super::model::{PROVIDERS, broken_plugins};
use super::tree::{Node, Value};
use crate::document::{Format, Span};

/// Everything beyond what the decoder says.
pub(super) fn check(root: &Node, config: &StaticConfig, found: &mut Vec<Fault>) {
    let entry_points: Vec<&Node> = root.field("entryPoints").map(|e| e.children().collect()).unwrap_or_default();
    for node in &entry_points {
        entry_point(node, root, config, found);
    }
    address::check(&entry_points, config, found);
    default_entry_points(root, config, found);
    for node in root.field("certificatesResolvers").into_iter().flat_map(Node::children) {
        resolver(node, config, found);
    }
    core_and_providers(root, found);
    file_provider(root, found);
    internal_services(root, config, found);
    plugins(root, found);
    logs(root, found);
    deprecated(root, found);
}

/// A fault at the value of a field.
fn at(node: &Node, mistake: Mistake, path: impl Into<String>) -> Fault {
    Fault::new(mistake, node.at, path)
}

fn entry_point(node: &Node, root: &Node, config: &StaticConfig, found: &mut Vec<Fault>) {
    let name = &node.key;
    let path = |rest: &str| format!("entryPoints.{name}.{rest}");
    let not_negative = [
        (["http3", "advertisedPort"], "http3.advertisedPort", "advertised port must be greater than or equal to zero"),
        (
            ["http2", "maxConcurrentStreams"],
            "http2.maxConcurrentStreams",
            "max concurrent streams value must be greater than or equal to zero",
        ),
    ];
    for (keys, field, words) in not_negative {
        if let Some(value) = node.find(&keys).filter(|v| v.text().is_some_and(|t| t.starts_with('-'))) {
            found.push(at(value, bad(value, "zero or more"), path(field)).says(words));
        }
    }
    if let Some(value) = node.find(&["udp", "timeout"]).filter(|v| v.text().is_some_and(is_zero)) {
        found.push(
            at(value, bad(value, "more than zero"), path("udp.timeout")).says("timeout should be greater than zero"),
        );
    }
    proxy_protocol(node, found);
    strategies(node, found);
    let resolver = node.find(&["http", "tls", "certResolver"]);
    if let Some((value, wanted)) = resolver.and_then(|r| Some((r, r.text().filter(|t| !t.is_empty())?)))
        && config.resolver(wanted).is_none()
    {
        let mistake = Mistake::UnknownResolver { name: wanted.to_owned() };
        let words = "Router uses a nonexistent certificate resolver";
        found.push(at(value, mistake, path("http.tls.certResolver")).says(words));
    }
    let Some(redirections) = node.find(&["http", "redirections"]) else { return };
    let Some(entry) = config.entry_point(name) else { return };
    let Some(redirection) = &entry.redirection else { return };
    let to = path("http.redirections.entryPoint.to");
    if !config.redirects(redirection) {
        let words = match redirection.to.as_str() {
            "" => "Unable to create redirection: the entry point or the port is missing".to_owned(),
            to => format!("'to' entry point field references a non-existing entry point: {to}"),
        };
        let mistake = Mistake::RedirectionTarget { to: redirection.to.clone() };
        let place = if redirection.to.is_empty() { redirections.key_at } else { redirection.at };
        found.push(Fault::new(mistake, place, to).says(words));
    }
    let internal = config.redirects(redirection) || root.section(&["api"]).is_some();
    for middleware in entry.middlewares.iter().filter(|m| internal && !m.name.contains('@')) {
        let mistake = Mistake::UnqualifiedMiddleware { name: middleware.name.clone(), entry_point: name.clone() };
        let words = format!("middleware \"{}@internal\" does not exist", middleware.name);
        found.push(Fault::new(mistake, middleware.at, path("http.middlewares")).says(words));
    }
}

fn bad(value: &Node, wanted: &'static str) -> Mistake {
    Mistake::BadValue { value: value.text().unwrap_or_default().to_owned(), wanted }
}

fn is_zero(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    number.parse::<f64>().is_ok_and(|n| n <= 0.0)
}

fn proxy_protocol(node: &Node, found: &mut Vec<Fault>) {
    let name = &node.key;
    if let Some(section) = node.section(&["proxyProtocol"]) {
        let trusts = section.field("trustedIPs").is_some_and(|t| !t.list().is_empty());
        if !trusts && !section.flag(&["insecure"], false) {
            let words = "error creating proxy protocol listener: no trusted IPs provided";
            let path = format!("entryPoints.{name}.proxyProtocol");
            found.push(Fault::new(Mistake::NoTrustedIps, section.key_at, path).says(words));
        }
    }
    for section in ["proxyProtocol", "forwardedHeaders"] {
        let list = node.find(&[section, "trustedIPs"]).map(Node::list).unwrap_or_default();
        for (ip, place) in list.into_iter().filter(|(ip, _)| !is_network(ip)) {
            let mistake =
                Mistake::BadValue { value: ip.to_owned(), wanted: "an IP address, or a network as 10.0.0.0/8" };
            let words = format!("parsing CIDR trusted IPs <nil>: invalid CIDR address: {ip}");
            found.push(Fault::new(mistake, place, format!("entryPoints.{name}.{section}.trustedIPs")).says(words));
        }
    }
}

fn is_network(text: &str) -> bool {
    use std::net::IpAddr;
    match text.split_once('/') {
        None => text.parse::<IpAddr>().is_ok(),
        Some((ip, bits)) => match (ip.parse::<IpAddr>(), bits.parse::<u8>()) {
            (Ok(IpAddr::V4(_)), Ok(bits)) => bits <= 32,
            (Ok(IpAddr::V6(_)), Ok(bits)) => bits <= 128,
            _ => false,
        },
    }
}

/// What to do with header names that have underscores.
fn strategies(node: &Node, found: &mut Vec<Fault>) {
    let name = &node.key;
    let fields = ["aliasHeadersStrategy", "underscoreHeadersStrategy"];
    for field in fields {
        let value =
            node.find(&["http", field]).filter(|v| !matches!(v.text(), Some("keep" | "delete" | "reject" | "")));
        if let Some(value) = value {
            let words = format!("invalid {field} value {:?}", value.text().unwrap_or_default());
            let path = format!("entryPoints.{name}.http.{field}");
            found.push(at(value, bad(value, "keep, delete or reject"), path).says(words));
        }
    }
    let text = |field: &str| node.find(&["http", field]).and_then(Node::text).filter(|t| !t.is_empty());
    if let (Some(new), Some(old)) = (text(fields[0]), text(fields[1]))
        && let Some(value) = node.find(&["http", fields[1]]).filter(|_| new != old)
    {
        let words = format!(
            "entry point {name:?} cannot have both underscoreHeadersStrategy and aliasHeadersStrategy options configured with different values"
        );
        found.push(at(value, Mistake::TwoStrategies, format!("entryPoints.{name}.http.{}", fields[1])).says(words));
    }
}

fn default_entry_points(root: &Node, config: &StaticConfig, found: &mut Vec<Fault>) {
    if !config.default_entry_points().is_empty() {
        return;
    }
    let culprit =
        config.entry_points.iter().find(|e| e.as_default).map(|e| (e.at, format!("entryPoints.{}.asDefault", e.name)));
    // Where all take UDP there may well be no HTTP and TCP routers.
    let only_udp = culprit.is_none() && config.entry_points.iter().any(|e| e.udp);
    let (place, path) = culprit
        .unwrap_or_else(|| (root.field("entryPoints").map_or(Span::default(), |e| e.key_at), "entryPoints".to_owned()));
    if !only_udp {
        found.push(Fault::new(Mistake::NoDefaultEntryPoint, place, path).says("no valid entryPoint for this router"));
    }
}

fn resolver(node: &Node, config: &StaticConfig, found: &mut Vec<Fault>) {
    let name = &node.key;
    let path = |rest: &str| format!("certificatesResolvers.{name}{rest}");
    let unusable = |problem| Mistake::ResolverUnusable { resolver: name.clone(), problem };
    let acme = node.field("acme").filter(|acme| !acme.fields().is_empty());
    if acme.is_some() && node.section(&["tailscale"]).is_some() {
        let words = format!(
            "unable to initialize certificates resolver {name:?}, as ACME and Tailscale providers are mutually exclusive"
        );
        let mistake = Mistake::TwoResolversInOne { resolver: name.clone() };
        found.push(Fault::new(mistake, node.key_at, path("")).says(words));
    }
    let Some(acme) = acme else {
        if node.section(&["tailscale"]).is_none() {
            let words = "Router uses a nonexistent certificate resolver";
            found.push(Fault::new(unusable(ResolverProblem::Empty), node.key_at, path("")).says(words));
        }
        return;
    };
    if let Some(storage) = acme.field("storage").filter(|s| s.text() == Some("")) {
        let words = format!(
            "unable to initialize certificates resolver {name:?} with no storage location for the certificates"
        );
        found.push(at(storage, bad(storage, "the path of a file"), path(".acme.storage")).says(words));
    }
    if let Some(duration) = acme.field("certificatesDuration").filter(|d| d.text() == Some("0")) {
        let words = "The ACME resolve is skipped from the resolvers list";
        found.push(at(duration, unusable(ResolverProblem::NoDuration), path(".acme.certificatesDuration")).says(words));
    }
    let challenges = ["httpChallenge", "tlsChallenge", "dnsChallenge"];
    if challenges.iter().all(|c| acme.section(&[c]).is_none()) {
        found.push(Fault::new(unusable(ResolverProblem::NoChallenge), node.key_at, path(".acme")));
    }
    let target = acme.find(&["httpChallenge", "entryPoint"]);
    if let Some((value, wanted)) = target.and_then(|t| Some((t, t.text().filter(|t| !t.is_empty())?)))
        && config.entry_point(wanted).is_none_or(|e| e.udp)
    {
        let mistake = Mistake::UnknownEntryPoint { name: wanted.to_owned(), service: "the HTTP challenge" };
        let words = format!("EntryPoint doesn't exist entryPointName={wanted}");
        found.push(at(value, mistake, path(".acme.httpChallenge.entryPoint")).says(words));
    }
}

fn core_and_providers(root: &Node, found: &mut Vec<Fault>) {
    if let Some(syntax) = root.find(&["core", "defaultRuleSyntax"]).filter(|s| !matches!(s.text(), Some("v2" | "v3"))) {
        let words = format!("unsupported default rule syntax configuration: {:?}", syntax.text().unwrap_or_default());
        found.push(at(syntax, bad(syntax, "v2 or v3"), "core.defaultRuleSyntax").says(words));
    }
    for (name, place) in root.find(&["providers", "precedence"]).map(Node::list).unwrap_or_default() {
        let lower = name.to_ascii_lowercase();
        if !PROVIDERS.iter().any(|(_, known)| *known == lower) {
            let mistake =
                Mistake::BadValue { value: name.to_owned(), wanted: "the name of a provider, as file or docker" };
            let words = format!("provider {lower:?} is not a valid provider name");
            found.push(Fault::new(mistake, place, "providers.precedence").says(words));
        }
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_.:~-".contains(c);
    let base = root.find(&["api", "basePath"]).filter(|_| root.section(&["api"]).is_some());
    if let Some(base) = base.filter(|b| !b.text().is_some_and(|t| t.starts_with('/') && t.chars().all(allowed))) {
        let words = "API basePath must be a valid absolute URL path";
        found.push(at(base, bad(base, "a path that begins with a slash"), "api.basePath").says(words));
    }
    for (path, switch, words) in [
        (
            ["accessLog", "otlp"],
            "otlplogs",
            "the experimental OTLPLogs feature must be enabled to use OTLP access logging",
        ),
        (["log", "otlp"], "otlplogs", "the experimental OTLPLogs feature must be enabled to use OTLP logging"),
        (
            ["providers", "knative"],
            "knative",
            "the experimental Knative feature must be enabled to use the Knative provider",
        ),
    ] {
        if let Some(node) = root.section(&path).filter(|_| !root.flag(&["experimental", switch], false)) {
            found.push(Fault::new(Mistake::NeedsExperimental { switch }, node.key_at, path.join(".")).says(words));
        }
    }
    for node in root.find(&["ocsp", "responderOverrides"]).into_iter().flat_map(Node::children) {
        if node.text() == Some("") {
            let words = format!("OCSP responder override value for {} cannot be empty", node.key);
            found.push(at(node, bad(node, "a URL"), "ocsp.responderOverrides").says(words));
        }
    }
    if let Some(address) = root.find(&["spiffe", "workloadAPIAddr"]) {
        let text = address.text().unwrap_or_default();
        if !text.is_empty() && !text.starts_with("unix:") && !text.starts_with("tcp:") {
            let words = "unable to create SPIFFE x509 source: workload endpoint socket URI must have a \"tcp\" or \"unix\" scheme";
            found.push(
                at(address, bad(address, "a URI with the scheme unix or tcp"), "spiffe.workloadAPIAddr").says(words),
            );
        }
    }
}

fn file_provider(root: &Node, found: &mut Vec<Fault>) {
    let Some(file) = root.find(&["providers", "file"]).filter(|f| !f.fields().is_empty()) else { return };
    let given = |field: &str| file.field(field).filter(|v| v.text() != Some(""));
    let watch = file.flag(&["watch"], true);
    let mut push = |node: &Node, problem, path: &str, words: &str| {
        let place = if path == "providers.file" { node.key_at } else { node.at };
        found.push(Fault::new(Mistake::FileProvider(problem), place, path).says(words));
    };
    match (given("directory"), given("filename")) {
        (Some(list), _) if matches!(list.value, Value::List(_)) => {
            push(list, FileProblem::List, "providers.file.directory", "Cannot start the provider *file.Provider")
        }
        (Some(_), Some(filename)) => push(filename, FileProblem::Both, "providers.file.filename", ""),
        (None, None) => push(
            file,
            FileProblem::Neither,
            "providers.file",
            "error using file configuration provider, neither filename nor directory is defined",
        ),
        (None, Some(filename)) => {
            let name = filename.text().unwrap_or_default();
            if watch && Format::of(name).is_none() {
                let words = format!("unsupported file extension for file {name}");
                push(filename, FileProblem::Extension, "providers.file.filename", &words);
            }
        }
        (Some(_), None) => {}
    }
}

fn internal_services(root: &Node, config: &StaticConfig, found: &mut Vec<Fault>) {
    let services: [(&[&str], &'static str, &Option<super::Internal>); 2] =
        [(&["ping"], "ping", &config.ping), (&["metrics", "prometheus"], "prometheus", &config.prometheus)];
    for (path, service, internal) in services {
        let Some(internal) = internal.as_ref().filter(|i| !i.manual_routing) else { continue };
        let known = config.entry_point(&internal.entry_point).is_some_and(|e| !e.udp);
        let Some(node) = root.find(path).and_then(|n| n.field("entryPoint")).filter(|_| !known) else { continue };
        let mistake = Mistake::UnknownEntryPoint { name: internal.entry_point.clone(), service };
        let words = format!("EntryPoint doesn't exist entryPointName={}", internal.entry_point);
        found.push(at(node, mistake, format!("{}.entryPoint", path.join("."))).says(words));
    }
}

fn plugins(root: &Node, found: &mut Vec<Fault>) {
    for (plugin, list, why) in broken_plugins(root) {
        let mistake = Mistake::PluginBroken { plugin: plugin.key.clone(), why };
        let words = "Plugins are disabled because an error has occurred.";
        found.push(Fault::new(mistake, plugin.key_at, format!("experimental.{list}.{}", plugin.key)).says(words));
    }
}

fn logs(root: &Node, found: &mut Vec<Fault>) {
    let mut push = |node: &Node, path: &str, wanted, words: &str| {
        let value = node.text().unwrap_or_default().to_owned();
        found.push(at(node, Mistake::NoEffect { value, wanted }, path).says(words));
    };
    let text = |node: &Node| node.text().map(str::to_ascii_lowercase);
    if let Some(log) =
        root.field("log").filter(|l| text(l).is_some_and(|t| !matches!(t.as_str(), "" | "true" | "false")))
    {
        push(log, "log", "a section, as log: {level: WARN}", "");
    }
    const LEVELS: [&str; 8] = ["", "trace", "debug", "info", "warn", "error", "fatal", "panic"];
    if let Some(level) = root.find(&["log", "level"]).filter(|l| text(l).is_none_or(|t| !LEVELS.contains(&&*t))) {
        let words = "Unspecified or invalid log level, setting the level to default (ERROR)...";
        push(level, "log.level", "one of TRACE, DEBUG, INFO, WARN, ERROR, FATAL, PANIC", words);
    }
    let format = root.find(&["log", "format"]);
    if let Some(format) = format.filter(|f| !matches!(f.text(), Some("json" | "common" | ""))) {
        push(format, "log.format", "json or common", "");
    }
}

fn deprecated(root: &Node, found: &mut Vec<Fault>) {
    let mut push = |node: &Node, option: String, instead, words: &str| {
        let mistake = Mistake::Deprecated { option: option.clone(), instead };
        found.push(Fault::new(mistake, node.key_at, option).says(words));
    };
    let fixed: [(&[&str], &str, &str); 4] = [
        (
            &["core", "defaultRuleSyntax"],
            "rules in the syntax of v3, without this option",
            "`Core.DefaultRuleSyntax` option has been deprecated in v3.4, and will be removed in the next major version.",
        ),
        (
            &["experimental", "kubernetesGateway"],
            "nothing: the provider is no experiment any more",
            "KubernetesGateway provider is not an experimental feature starting with v3.1.",
        ),
        (
            &["experimental", "kubernetesIngressNGINX"],
            "nothing: the provider is no experiment any more",
            "KubernetesIngressNGINX provider is not an experimental feature starting with v3.7.2.",
        ),
        (
            &["providers", "kubernetesIngress", "disableIngressClassLookup"],
            "disableClusterScopeResources",
            "Kubernetes Ingress provider `disableIngressClassLookup` option has been deprecated in v3.1, and will be removed in the next major version.",
        ),
    ];
    for (path, instead, words) in fixed {
        if let Some(node) = root.find(path) {
            push(node, path.join("."), instead, words);
        }
    }
    for resolver in root.field("certificatesResolvers").into_iter().flat_map(Node::children) {
        for (field, instead) in [
            ("delayBeforeCheck", "propagation.delayBeforeChecks"),
            ("disablePropagationCheck", "propagation.disableChecks"),
        ] {
            if let Some(node) = resolver.find(&["acme", "dnsChallenge", field]) {
                let words = format!("{field} is now deprecated, please use {instead} instead.");
                push(
                    node,
                    format!("certificatesResolvers.{}.acme.dnsChallenge.{field}", resolver.key),
                    instead,
                    &words,
                );
            }
        }
    }
    for entry in root.field("entryPoints").into_iter().flat_map(Node::children) {
        if let Some(node) = entry.find(&["http", "underscoreHeadersStrategy"]) {
            let words = "underscoreHeadersStrategy is deprecated, please use aliasHeadersStrategy instead";
            push(
                node,
                format!("entryPoints.{}.http.underscoreHeadersStrategy", entry.key),
                "aliasHeadersStrategy",
                words,
            );
        }
    }
}
