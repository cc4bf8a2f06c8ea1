//! What Traefik's static configuration says that matters here: entry points, certificate resolvers,
//! and where the dynamic configuration lies. Pure: text in, values out.

mod check;
mod compose;
mod fault;
mod flags;
mod launch;
mod model;
mod paths;
mod schema;
mod tree;
mod words;

use crate::document::{Document, Format, Span, SyntaxError};
pub use compose::{is_compose, read_compose};
pub use fault::{AddressProblem, Fault, FileProblem, Mistake, ResolverProblem};
pub use launch::Launch;
pub use paths::{Mapped, Mount, PathMap};
use tree::Node;
use words::Word;
pub use words::variables;

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
    /// `serversTransport`.
    pub servers_transport: ServersTransport,
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

/// `serversTransport`: how HTTPS servers are spoken to where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServersTransport {
    /// `insecureSkipVerify`.
    pub insecure_skip_verify: bool,
    /// `rootCAs`.
    pub root_cas: Vec<String>,
}

/// `api`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// Whether it is served on the entry point `traefik`.
    pub insecure: bool,
    /// `basePath`, without a slash at its end.
    pub base_path: String,
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

/// What came of reading a static configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What it says, unless it can't be parsed.
    pub config: Option<StaticConfig>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl Reading {
    /// Reads Traefik's own file.
    pub fn of_file(format: Format, text: &str) -> Reading {
        match Document::parse(format, text.to_owned()) {
            Ok(document) => Reading::of_document(&document),
            Err(error) => {
                let at = line_span(text, error.line);
                let mistake = Mistake::Syntax { message: error.message, line: error.line };
                Reading { config: None, faults: vec![Fault::new(mistake, at, "")] }
            }
        }
    }

    /// Reads Traefik's own file, once it is parsed.
    pub fn of_document(document: &Document) -> Reading {
        let tree = document.root().map(Node::of).unwrap_or_default();
        let known = |node: &Node| schema::ROOT.iter().any(|(name, _)| name.eq_ignore_ascii_case(&node.key));
        let mut reading = Reading::of(&tree);
        if !tree.children().any(known) {
            let words = if tree.fields().is_empty() {
                "no configuration found in file"
            } else {
                "no valid configuration found in file"
            };
            reading.faults.push(Fault::new(Mistake::NoSettings, Span::default(), "").says(words));
        }
        reading
    }

    /// Reads flags; where there are none, variables of the environment.
    fn of_flags(words: &[Word], environment: &[(String, String, Span)]) -> Reading {
        let mut faults = Vec::new();
        let flags = flags::read(words, &mut faults);
        let variables = flags::environment(environment);
        let tree = match (flags.is_empty(), &variables) {
            (true, Some(tree)) => tree.clone(),
            _ => flags.tree(),
        };
        if !flags.is_empty() {
            let variable = environment.iter().find(|(name, ..)| name.starts_with("TRAEFIK_"));
            let mistake = || Mistake::Ignored { what: "variables", by: "the flags" };
            faults.extend(variable.filter(|_| variables.is_some()).map(|(.., at)| Fault::new(mistake(), *at, "")));
        }
        let mut reading = Reading::of(&tree);
        reading.faults.extend(faults);
        reading
    }

    /// Why it can't be parsed at all.
    pub fn syntax(&self) -> Option<SyntaxError> {
        self.faults.iter().find_map(|fault| match &fault.mistake {
            Mistake::Syntax { message, line } => {
                Some(SyntaxError { line: *line, column: 1, message: message.clone(), says: None })
            }
            _ => None,
        })
    }

    fn of(tree: &Node) -> Reading {
        let config = model::of(tree);
        let mut faults = Vec::new();
        schema::check(tree, &mut faults);
        check::check(tree, &config, &mut faults);
        Reading { config: Some(config), faults }
    }
}

/// The bytes of a line.
fn line_span(text: &str, line: usize) -> Span {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text.get(before..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Span::new(before, before + length)
}

/// Whether a key at the top of a file is a section of the static configuration.
pub fn is_section(key: &str) -> bool {
    schema::ROOT.iter().any(|(name, _)| name.eq_ignore_ascii_case(key))
}

/// Whether a file among dynamic ones is a static configuration all the same.
pub fn has_static_sections(document: &Document) -> bool {
    document.root().is_some_and(|root| ["entryPoints", "providers"].iter().any(|name| root.field(name).is_some()))
}

impl StaticConfig {
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

#[cfg(test)]
mod tests;
