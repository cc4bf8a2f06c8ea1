//! A route: a router together with the service that it names. What users list, add and remove.

use crate::document::Ref;
use crate::inventory::{Definition, Inventory, Part, bare, names};
use crate::name::{Host, Kind, glob_match, split_host_path};
use crate::rule::{self, Protocol, Rule};
use serde::Serialize;
use std::collections::HashSet;

/// Whether a route takes TLS, and who ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// No TLS.
    Off,
    /// Traefik ends TLS.
    On,
    /// The server ends TLS; Traefik only reads the name that the client asks for.
    Passthrough,
}

impl Tls {
    /// As it is written on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Tls::Off => "off",
            Tls::On => "on",
            Tls::Passthrough => "passthrough",
        }
    }
}

/// A route as it stands in the files. Its fields, in this order, are the JSON contract.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// The router's name.
    pub name: String,
    /// `http`, `tcp` or `udp`.
    #[serde(serialize_with = "as_text")]
    pub kind: Kind,
    /// The rule, as written; none for UDP.
    pub rule: Option<String>,
    /// The hosts that the rule names.
    pub hosts: Vec<String>,
    /// Entry points as written; none means Traefik's default.
    pub entry_points: Vec<String>,
    /// `off`, `on` or `passthrough`.
    pub tls: Tls,
    /// The certificate resolver.
    pub cert_resolver: Option<String>,
    /// Middlewares in the order in which they act.
    pub middlewares: Vec<String>,
    /// The service.
    pub service: Option<String>,
    /// URLs (HTTP) or addresses (TCP, UDP) of the servers.
    pub servers: Vec<String>,
    /// The priority, where one is written.
    pub priority: Option<i64>,
    /// The router's file.
    pub file: String,
    /// The router's line.
    pub line: usize,
    /// The agent whose route it is.
    pub agent: Option<String>,
}

fn as_text<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

/// The rule language of a kind; UDP routers have no rules.
pub fn protocol(kind: Kind) -> Protocol {
    Protocol::of(kind).unwrap_or(Protocol::Tcp)
}

impl Route {
    /// Reads a router and its service.
    pub fn of(inventory: &Inventory<'_>, kind: Kind, router: &Definition<'_>) -> Route {
        let text = |field: &str| router.value.field(field).and_then(Ref::text).map(str::to_owned);
        let rule = text("rule");
        let service = text("service").filter(|s| !s.is_empty());
        let place = inventory.place(router);
        let tls = router.value.field("tls");
        Route {
            name: router.name.to_owned(),
            kind,
            hosts: rule.as_deref().map(|r| hosts(kind, r)).unwrap_or_default(),
            rule,
            entry_points: names(router.value.field("entryPoints")),
            tls: tls.map_or(Tls::Off, tls_of),
            cert_resolver: tls.and_then(|t| t.field("certResolver")).and_then(Ref::text).map(str::to_owned),
            middlewares: names(router.value.field("middlewares")),
            servers: service.as_deref().map(|s| servers(inventory, kind, s)).unwrap_or_default(),
            service,
            priority: text("priority").and_then(|p| integer(&p)),
            file: place.file,
            line: place.line,
            agent: None,
        }
    }

    /// The rule as a tree.
    pub fn parsed_rule(&self) -> Option<Rule> {
        rule::parse(protocol(self.kind), self.rule.as_deref()?).ok()
    }
}

fn hosts(kind: Kind, rule: &str) -> Vec<String> {
    match rule::parse(protocol(kind), rule) {
        Ok(rule) => rule.hosts_and_wildcards(),
        Err(_) => Vec::new(),
    }
}

/// A whole number as Traefik reads it: decimal, `0x10`, `0o17`, `017`, with `_` between digits.
fn integer(text: &str) -> Option<i64> {
    let digits = text.replace('_', "");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", digits.strip_prefix('+').unwrap_or(&digits)),
    };
    let (radix, digits) = match digits.to_ascii_lowercase() {
        d if d.starts_with("0x") => (16, d[2..].to_owned()),
        d if d.starts_with("0o") => (8, d[2..].to_owned()),
        d if d.starts_with("0b") => (2, d[2..].to_owned()),
        d if d.len() > 1 && d.starts_with('0') => (8, d[1..].to_owned()),
        d => (10, d),
    };
    let unsigned = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    unsigned.then(|| i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()).flatten()
}

/// TLS as Traefik reads a router's `tls`: null is off, and so is any text but `true` and the empty one.
fn tls_of(node: Ref<'_>) -> Tls {
    let on = node.text().is_none_or(|t| t.is_empty() || t.eq_ignore_ascii_case("true"));
    let passthrough = node.field("passthrough").and_then(Ref::text);
    match passthrough.map(str::to_ascii_lowercase).as_deref() {
        _ if node.is_null() || !on => Tls::Off,
        Some("true" | "t" | "1") => Tls::Passthrough,
        _ => Tls::On,
    }
}

/// The servers that a service reaches in the end, through weighted services too. Each service counts once, however many ways
/// lead to it.
fn servers(inventory: &Inventory<'_>, kind: Kind, service: &str) -> Vec<String> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    let mut open = vec![service];
    while let Some(name) = open.pop() {
        let place = bare(name).and_then(|name| inventory.place_of(kind, Part::Service, name));
        let Some(place) = place.filter(|place| seen.insert(*place)) else { continue };
        let service = inventory.all()[place].2.value;
        let own = server_list(service).into_iter().flat_map(Ref::items);
        all.extend(own.filter_map(|server| server_text(server).map(str::to_owned)));
        let weighted = service.field("weighted").and_then(|w| w.field("services"));
        let children: Vec<Ref<'_>> = weighted.into_iter().flat_map(Ref::items).collect();
        open.extend(children.into_iter().rev().filter_map(|child| child.resolved().field("name").and_then(Ref::text)));
    }
    all
}

/// The list of servers of a load balancer.
pub fn server_list(service: Ref<'_>) -> Option<Ref<'_>> {
    service.field("loadBalancer")?.field("servers")
}

/// A server's URL or address.
pub fn server_text(server: Ref<'_>) -> Option<&str> {
    let server = server.resolved();
    server.field("url").or_else(|| server.field("address"))?.text()
}

/// Which routes a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those with a host that this glob matches.
    pub host: Option<String>,
    /// Those of this kind.
    pub kind: Option<Kind>,
}

/// The routes that a filter lets through, in load order.
pub fn list(inventory: &Inventory<'_>, filter: &Filter) -> Vec<Route> {
    let of_kind = |kind: Kind| filter.kind.is_none_or(|wanted| wanted == kind);
    let shown =
        |route: &Route| filter.host.as_ref().is_none_or(|glob| route.hosts.iter().any(|host| glob_match(glob, host)));
    let routers = inventory.definitions(Part::Router).filter(|(kind, _)| of_kind(*kind));
    routers.map(|(kind, router)| Route::of(inventory, kind, &router)).filter(shown).collect()
}

/// The routers that a user can mean by `NAME`, `NAME@file`, `KIND/NAME`, `HOST` or `HOST/PATH`; a name goes before a host.
pub fn lookup<'a>(inventory: &Inventory<'a>, text: &str) -> Vec<(Kind, Definition<'a>)> {
    let kinds = [Kind::Http, Kind::Tcp, Kind::Udp];
    let named = |name: &str| -> Vec<_> {
        kinds.iter().filter_map(|kind| Some((*kind, inventory.get(*kind, Part::Router, name)?))).collect()
    };
    let of_kind = |(kind, name): (&str, &str)| {
        let kind = kinds.into_iter().find(|k| k.as_str() == kind)?;
        Some(vec![(kind, inventory.get(kind, Part::Router, name)?)])
    };
    let mut found = named(text);
    if found.is_empty() {
        found = text.strip_suffix("@file").map(named).unwrap_or_default();
    }
    if found.is_empty() {
        found = text.split_once('/').and_then(of_kind).unwrap_or_default();
    }
    if found.is_empty()
        && let Ok((host, path)) = split_host_path(text)
    {
        found = match path {
            None => by_host(inventory, &host),
            Some(path) => named(crate::name::default_name(&host, Some(&path)).as_str()),
        };
    }
    found
}

fn by_host<'a>(inventory: &Inventory<'a>, host: &Host) -> Vec<(Kind, Definition<'a>)> {
    let names_it = |kind: Kind, router: &Definition<'_>| {
        let rule = router.value.field("rule").and_then(Ref::text).unwrap_or_default();
        let same = |h: &String| h.trim_end_matches('.').eq_ignore_ascii_case(host.as_str());
        // Most rules don't hold the host at all, and need no parsing; a wildcard can stand there as a regular expression.
        let may = host.as_str().starts_with("*.") || rule.to_ascii_lowercase().contains(host.as_str());
        may && hosts(kind, rule).iter().any(same)
    };
    inventory.definitions(Part::Router).filter(|(kind, router)| names_it(*kind, router)).collect()
}
