//! What Traefik's static configuration says that matters here: entry points, certificate resolvers,
//! and where the dynamic configuration lies. Pure: text in, values out.

mod model;
mod tree;

use crate::document::{Document, Format, Kind, Ref, Span, SyntaxError};
use std::borrow::Cow;
use tree::Node;

/// The entry point that Traefik adds for its own services.
pub const TRAEFIK: &str = "traefik";

/// A static configuration, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaticConfig {
    /// Entry points in the order of the file, then those that Traefik adds by itself.
    pub entry_points: Vec<EntryPoint>,
    /// The certificate resolvers.
    pub resolvers: Vec<Resolver>,
    /// `providers.file.directory`.
    pub directory: Option<String>,
    /// `providers.file.filename`; without effect where there is a directory.
    pub filename: Option<String>,
    /// `providers.file.watch`.
    pub watch: bool,
    /// The providers that are enabled, by the name that references have after the `@`.
    pub providers: Vec<String>,
    /// `providers.precedence` in lower case, where it is given.
    pub precedence: Option<Vec<String>>,
    /// `core.defaultRuleSyntax`, where anything of `core` is set.
    pub default_rule_syntax: Option<String>,
    /// `core.strictTLSOptions`.
    pub strict_tls_options: bool,
    /// `api`, where it is on.
    pub api: Option<Api>,
    /// `ping`, where it is on.
    pub ping: Option<Internal>,
    /// `metrics.prometheus`, where it is on.
    pub prometheus: Option<Internal>,
    /// `providers.rest.insecure`.
    pub rest_insecure: bool,
    /// The plugins for middlewares, remote and local.
    pub plugins: Vec<NamedAt>,
    /// A plugin that surely can't be set up: Traefik then gives up all of them.
    pub broken_plugin: Option<NamedAt>,
}

/// An entry point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name; references match it exactly.
    pub name: String,
    /// Where its name stands.
    pub at: Span,
    /// Its address as it is written.
    pub address: String,
    /// The port of the address.
    pub port: Option<u16>,
    /// Whether it takes UDP, not TCP.
    pub udp: bool,
    /// `asDefault`.
    pub as_default: bool,
    /// Whether HTTP routers on it get TLS without asking.
    pub tls: bool,
    /// The certificate resolver of that TLS.
    pub cert_resolver: Option<String>,
    /// The TLS options of that TLS.
    pub options: Option<String>,
    /// The names for which that TLS asks for certificates.
    pub domains: Vec<String>,
    /// Middlewares that come before those of each HTTP router.
    pub middlewares: Vec<NamedAt>,
    /// Whether Traefik makes copies of HTTP routers that are on it and on others.
    pub has_model: bool,
    /// The redirection of everything plain.
    pub redirection: Option<Redirection>,
    /// `allowACMEByPass`.
    pub allow_acme_by_pass: bool,
    /// Whether Traefik adds it by itself.
    pub implicit: bool,
}

/// A name, and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamedAt {
    /// The name.
    pub name: String,
    /// Its bytes.
    pub at: Span,
}

impl NamedAt {
    fn key(node: &Node) -> NamedAt {
        NamedAt { name: node.key.clone(), at: node.key_at }
    }
}

/// The redirection of an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The other entry point, or a port as `:8443`; empty where none is said.
    pub to: String,
    /// Where that stands.
    pub at: Span,
    /// The scheme.
    pub scheme: String,
    /// Whether it answers with 301, not 302.
    pub permanent: bool,
    /// The priority of its router; 0 means the length of its rule.
    pub priority: i64,
}

/// A certificate resolver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolver {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub at: Span,
    /// Whether Traefik knows it as far as the settings decide: one with nothing in it counts as nonexistent.
    pub usable: bool,
    /// The entry point of its HTTP challenge.
    pub http_challenge: Option<String>,
    /// Whether it has a TLS challenge.
    pub tls_challenge: bool,
    /// Whether it has a DNS challenge.
    pub dns_challenge: bool,
    /// The file in which an ACME resolver keeps its certificates.
    pub storage: Option<String>,
}

/// `api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Whether it is served on the entry point `traefik`.
    pub insecure: bool,
    /// Whether there is a dashboard.
    pub dashboard: bool,
    /// Whether there are `/debug` pages.
    pub debug: bool,
}

/// A service of Traefik's own that is served on an entry point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Internal {
    /// The entry point.
    pub entry_point: String,
    /// Whether only routers of the dynamic configuration serve it.
    pub manual_routing: bool,
}

/// Why a text is not a static configuration.
#[derive(Debug)]
pub enum BadStatic {
    /// It can't be parsed.
    Syntax(SyntaxError),
    /// It is a compose file in which the service is not named, or not there.
    Service(String),
}

impl StaticConfig {
    /// Reads Traefik's own file, or the flags in a compose file's service (`service` where several run Traefik).
    pub fn parse(format: Format, source: String, service: Option<&str>) -> Result<StaticConfig, BadStatic> {
        let document = Document::parse(format, source).map_err(BadStatic::Syntax)?;
        let Some(root) = document.root() else { return Ok(StaticConfig::default()) };
        let is_compose = root.field("entryPoints").is_none() && root.field("providers").is_none();
        let tree = match root.field("services").filter(|_| is_compose) {
            Some(services) => flags(compose_service(services, service)?),
            None => Node::of(root),
        };
        Ok(model::of(&tree))
    }

    /// The entry point of this name.
    pub fn entry_point(&self, name: &str) -> Option<&EntryPoint> {
        self.entry_points.iter().find(|e| e.name == name)
    }

    /// The entry points of HTTP and TCP routers that name none, sorted.
    pub fn default_entry_points(&self) -> Vec<&str> {
        let any = self.entry_points.iter().any(|e| e.as_default);
        let fits = |e: &&EntryPoint| !e.udp && e.name != TRAEFIK && (e.as_default || !any);
        sorted(self.entry_points.iter().filter(fits))
    }

    /// The entry points of UDP routers that name none, sorted.
    pub fn udp_entry_points(&self) -> Vec<&str> {
        sorted(self.entry_points.iter().filter(|e| e.udp))
    }

    /// The resolver of this name.
    pub fn resolver(&self, name: &str) -> Option<&Resolver> {
        self.resolvers.iter().find(|r| r.name == name)
    }

    /// Whether something of this provider can exist, as `docker` in `auth@docker`.
    pub fn provider_declared(&self, name: &str) -> bool {
        matches!(name, "file" | "internal") || self.providers.iter().any(|p| p == name)
    }

    /// Whether Traefik has its own service of this name, as `api` in `api@internal`.
    pub fn internal_service_enabled(&self, name: &str) -> bool {
        match name {
            "noop" => true,
            "api" => self.api.is_some(),
            "dashboard" => self.api.as_ref().is_some_and(|api| api.dashboard),
            "ping" => self.ping.is_some(),
            "prometheus" => self.prometheus.is_some(),
            "rest" => self.providers.iter().any(|p| p == "rest"),
            "acme-http" => self.resolvers.iter().any(|r| r.http_challenge.is_some()),
            _ => false,
        }
    }

    /// Whether a redirection leads somewhere; else Traefik leaves it out.
    pub fn redirects(&self, redirection: &Redirection) -> bool {
        let port = redirection.to.strip_prefix(':');
        port.is_some_and(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()))
            || self.entry_point(&redirection.to).is_some_and(|target| target.address.contains(':'))
    }
}

fn sorted<'c>(entry_points: impl Iterator<Item = &'c EntryPoint>) -> Vec<&'c str> {
    let mut names: Vec<&str> = entry_points.map(|e| e.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// The service of a compose file that runs Traefik.
fn compose_service<'d>(services: Ref<'d>, wanted: Option<&str>) -> Result<Ref<'d>, BadStatic> {
    let all = services.fields();
    let names = || all.iter().filter_map(|(k, _)| k.text()).collect::<Vec<_>>().join(", ");
    let runs_traefik =
        |service: &Ref<'_>| service.field("image").and_then(Ref::text).is_some_and(|i| i.contains("traefik"));
    let found: Vec<_> = match wanted {
        Some(name) => all.iter().filter(|(k, _)| k.text() == Some(name)).collect(),
        None => all.iter().filter(|(_, v)| runs_traefik(v)).collect(),
    };
    match (found.as_slice(), wanted) {
        ([(_, service)], _) => Ok(*service),
        (_, Some(name)) => {
            Err(BadStatic::Service(format!("there is no service {name:?} in this compose file; there are {}", names())))
        }
        _ => Err(BadStatic::Service(format!(
            "say which service of this compose file runs Traefik with FILE#SERVICE; there are {}",
            names()
        ))),
    }
}

/// The static configuration that stands in a service's `command`.
fn flags(service: Ref<'_>) -> Node {
    let mut root = Node::default();
    let Some(command) = service.field("command") else { return root };
    let words: Vec<&str> = match command.kind() {
        Kind::Seq => command.items().filter_map(|item| item.resolved().text()).collect(),
        _ => command.text().unwrap_or_default().split_whitespace().collect(),
    };
    for word in words {
        let Some(flag) = word.trim().strip_prefix('-') else { continue };
        let (path, value) =
            flag.trim_start_matches('-').split_once('=').unwrap_or((flag.trim_start_matches('-'), "true"));
        let path: Vec<Cow<'_, str>> = path.split('.').map(Cow::Borrowed).collect();
        root.insert(&path, value, Span::default(), Span::default());
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_resolvers_and_the_provider_are_read() {
        let text = "entryPoints:\n  web: {address: ':80'}\n  secure:\n    address: ':443'\n    http:\n      tls:\n        certResolver: le\n  dns: {address: ':53/UDP'}\nproviders: {File: {directory: /etc/dyn}}\ncertificatesResolvers: {le: {acme: {email: a@b}}}\n";
        let config = StaticConfig::parse(Format::Yaml, text.into(), None).unwrap();
        assert_eq!(
            config.entry_points.iter().map(|e| (e.name.as_str(), e.udp, e.tls)).collect::<Vec<_>>(),
            [("web", false, false), ("secure", false, true), ("dns", true, false)]
        );
        assert_eq!(config.entry_point("secure").unwrap().cert_resolver.as_deref(), Some("le"));
        assert_eq!((config.directory.as_deref(), config.resolver("le").is_some()), (Some("/etc/dyn"), true));
    }

    #[test]
    fn a_compose_file_gives_the_flags_of_its_traefik() {
        let text = "services:\n  app: {image: nginx}\n  proxy:\n    image: traefik:v3.7\n    command:\n      - --entrypoints.web.address=:80\n      - --entryPoints.mongodb.address=:27017\n      - --providers.file.filename=/dyn.yml\n      - --entrypoints.web.http.tls\n";
        let config = StaticConfig::parse(Format::Yaml, text.into(), None).unwrap();
        assert_eq!(config.entry_points.len(), 2);
        assert!(config.entry_point("web").unwrap().tls);
        assert_eq!(config.filename.as_deref(), Some("/dyn.yml"));
        assert!(matches!(StaticConfig::parse(Format::Yaml, text.into(), Some("x")), Err(BadStatic::Service(_))));
    }

    #[test]
    fn toml_reads_the_same() {
        let text = "[entryPoints.web]\naddress = \":80\"\n[entryPoints.web.http.tls]\n";
        let config = StaticConfig::parse(Format::Toml, text.into(), None).unwrap();
        assert!(config.entry_point("web").unwrap().tls);
    }
}
