//! Adding a route.

use super::change::{MOST_TARGETS, change, check_tls, server_of, server_value, too_many_targets};
use super::{
    Change, Effect, Facts, Plan, References, Verb, Wanted, check_references, conflict, defaults, parse_rule,
    route_word, shell_word,
};
use crate::edit::{Patch, Value};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::{Host, Kind, RoutePath, RouterName, Target, default_name};
use crate::route::{Route, Tls, protocol};
use crate::rule::{Rule, for_hosts};

/// What `route add` was asked for. The fields named beside host and targets are in `wanted`.
#[derive(Clone, Debug)]
pub struct AddRequest {
    /// The host.
    pub host: Host,
    /// The path.
    pub path: Option<RoutePath>,
    /// More hosts.
    pub more_hosts: Vec<Host>,
    /// The servers; at least one.
    pub targets: Vec<Target>,
    /// Fields that were named.
    pub wanted: Wanted,
    /// Whether an existing route is to be changed.
    pub replace: bool,
}

/// Plans `route add`.
pub fn add(inventory: &Inventory<'_>, facts: &Facts, request: &AddRequest) -> Result<Plan, Error> {
    let kind = check(facts, request)?;
    let hosts: Vec<String> =
        std::iter::once(&request.host).chain(&request.more_hosts).map(|h| h.as_str().to_owned()).collect();
    let rule = match (&request.wanted.rule, kind) {
        (_, Kind::Udp) => None,
        (Some(text), _) => Some((parse_rule(kind, text)?, text.clone())),
        (None, _) => {
            let path = request.path.as_ref().map(RoutePath::as_str);
            let rule = for_hosts(protocol(kind), &hosts, path, !facts.release.has_wildcard_hosts());
            let text = rule.to_string();
            Some((rule, text))
        }
    };
    let default = default_name(&request.host, request.path.as_ref());
    let name = request.wanted.name.as_ref().unwrap_or(&default);
    if let Some(router) = inventory.get(kind, Part::Router, name.as_str()) {
        return existing(inventory, facts, kind, &router, rule, request);
    }
    new_route(inventory, facts, kind, name, rule, &hosts, request)
}

/// Checks what needs no files; gives the kind of the route.
fn check(facts: &Facts, request: &AddRequest) -> Result<Kind, Error> {
    let usage = |message: String, hint: &str| Err(Error::new(Code::Usage, message).hint(hint));
    let Some(first) = request.targets.first() else {
        return usage("a route needs a target".into(), "say where the requests go, for example http://10.0.0.5:3000");
    };
    let scheme = first.scheme();
    let kind = scheme.kind();
    if request.targets.len() > MOST_TARGETS {
        return Err(too_many_targets(request.targets.len()));
    }
    if let Some(other) =
        request.targets.iter().find(|t| t.scheme().kind() != kind || (kind != Kind::Http && t.scheme() != scheme))
    {
        return usage(
            format!("the targets of one route speak one protocol: {first} and {other} don't"),
            "make a route for each",
        );
    }
    let any = request.host.is_any();
    if kind == Kind::Udp && !any {
        return usage(
            "UDP has no host names: a UDP router takes everything on its entry point".into(),
            "say HOST '*', with --entry-point and --name",
        );
    }
    let listens = request.wanted.entry_points.replace.is_some() || !defaults::of(facts, kind).entry_points.is_empty();
    if kind == Kind::Udp && (request.wanted.name.is_none() || !listens) {
        return usage(
            "a UDP route needs --entry-point and --name: nothing else tells it from others".into(),
            "for example: route add '*' udp://10.0.0.9:53 --entry-point dns --name dns",
        );
    }
    if kind == Kind::Udp
        && (request.wanted.rule.is_some() || !request.more_hosts.is_empty() || request.wanted.priority != Change::Keep)
    {
        return usage(
            "a UDP router has no hosts, rule or priority: its entry point alone decides".into(),
            "leave --rule, --host and --priority out",
        );
    }
    if scheme.server_speaks_first() && !any {
        return usage(
            format!(
                "{scheme}:// can't be chosen by host name: the server speaks first, so Traefik never sees which name the client wants"
            ),
            "say HOST '*' with an entry point for this server alone",
        );
    }
    if kind != Kind::Http && request.path.is_some() {
        return usage(format!("a {kind} route has no path"), "give the host alone");
    }
    if request.wanted.rule.is_some() && !request.more_hosts.is_empty() {
        return usage("--rule says which hosts are meant".into(), "leave --host out, or put the hosts into the rule");
    }
    Ok(kind)
}

/// The name is there already: only what was named is compared.
fn existing(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    router: &Definition<'_>,
    rule: Option<(Rule, String)>,
    request: &AddRequest,
) -> Result<Plan, Error> {
    if let Some(file) =
        request.wanted.file.as_deref().filter(|file| file.trim_start_matches("./") != inventory.path(router))
    {
        return Err(Error::new(
            Code::NameTaken,
            format!("{kind} route {:?} is there already, in another file", router.name),
        )
        .hint(format!(
            "move it with `cloudlunacy route set {} --file {}`",
            route_word(inventory, kind, router),
            shell_word(file)
        ))
        .at(inventory.place(router)));
    }
    // What the route answers for already needs no other rule; hosts that were left out stay.
    let rule = rule.filter(|(asked, _)| {
        let theirs = Route::of(inventory, kind, router).parsed_rule();
        request.wanted.rule.is_some() || !theirs.is_some_and(|theirs| answers(&theirs, asked, request))
    });
    let mut wanted = request.wanted.clone();
    wanted.targets.replace = Some(request.targets.iter().map(Target::to_string).collect());
    let asked = change(inventory, facts, kind, router, rule, &wanted);
    match asked {
        Ok(plan) if plan.edits.is_empty() || request.replace => Ok(plan),
        Err(error) if request.replace => Err(error),
        _ => Err(Error::new(
            Code::NameTaken,
            format!("{kind} route {:?} is there already, and it is different", router.name),
        )
        .hint(how_to_change(inventory, kind, router, request))
        .at(inventory.place(router))),
    }
}

/// Whether a rule answers for all that was asked for, and, where --host named more than one host, for no other.
fn answers(theirs: &Rule, asked: &Rule, request: &AddRequest) -> bool {
    let (Some(theirs), Some(asked)) = (theirs.claims(), asked.claims()) else { return false };
    asked.iter().all(|claim| theirs.contains(claim))
        && (request.more_hosts.is_empty() || theirs.iter().all(|claim| asked.contains(claim)))
}

fn new_route(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    name: &RouterName,
    rule: Option<(Rule, String)>,
    hosts: &[String],
    request: &AddRequest,
) -> Result<Plan, Error> {
    let wanted = &request.wanted;
    let scheme = request.targets[0].scheme();
    let settings = defaults::of(facts, kind);
    let named_resolver = match &wanted.cert_resolver {
        Change::Set(name) => Some(name.clone()),
        _ => None,
    };
    let entry_points =
        defaults::entry_points(inventory, facts, scheme, wanted.entry_points.replace.as_deref().unwrap_or_default())?;
    let may_resolve = !matches!(wanted.tls.or(settings.tls), Some(Tls::Off | Tls::Passthrough));
    let resolver =
        named_resolver.or_else(|| settings.cert_resolver.clone().filter(|_| may_resolve && kind == Kind::Http));
    let tls = defaults::tls(
        inventory,
        facts,
        scheme,
        request.host.is_any(),
        wanted.tls,
        resolver.as_deref(),
        &entry_points.value,
    );
    let resolver = resolver.or(tls.value.cert_resolver.clone());
    let middlewares = wanted.middlewares.replace.clone().unwrap_or_else(|| settings.middlewares.clone());
    if kind == Kind::Udp && !middlewares.is_empty() {
        return Err(Error::new(Code::Usage, "a UDP router has no middlewares"));
    }
    check_tls(kind, tls.value.tls, resolver.as_deref(), rule.as_ref().map(|r| &r.0))?;
    check_references(
        inventory,
        facts,
        kind,
        &References {
            middlewares: &middlewares,
            entry_points: &entry_points.value,
            cert_resolver: resolver.as_deref(),
        },
    )?;

    let named_hosts = if wanted.rule.is_some() || request.host.is_any() { &[] } else { hosts };
    let parsed = rule.as_ref().map(|r| &r.0);
    if let Some(other) =
        conflict::taken_by(inventory, kind, parsed, &entry_points.value, tls.value.tls, named_hosts, None)
    {
        if request.replace && wanted.name.is_none() {
            return existing(inventory, facts, kind, &other, rule, request);
        }
        return Err(host_taken(inventory, kind, &other, request));
    }
    if let Some(service) = inventory.get(kind, Part::Service, name.as_str()) {
        return Err(Error::new(
            Code::NameTaken,
            format!("{kind} service {:?} is there already, and belongs to something else", name.as_str()),
        )
        .hint("give the route another name with --name")
        .at(inventory.place(&service)));
    }

    let mut router: Vec<(String, Value)> = Vec::new();
    router.extend(rule.map(|(_, text)| ("rule".to_owned(), Value::Str(text))));
    if !entry_points.value.is_empty() {
        router.push(("entryPoints".into(), Value::list(&entry_points.value)));
    }
    if !middlewares.is_empty() {
        router.push(("middlewares".into(), Value::list(&middlewares)));
    }
    router.push(("service".into(), Value::str(name.as_str())));
    let behind = match (&wanted.rule, kind) {
        (Some(_), _) | (None, Kind::Udp) => None,
        (None, _) => defaults::priority(kind, hosts, |host| {
            let path = request.path.as_ref().map(RoutePath::as_str);
            Some(for_hosts(protocol(kind), &[host], path, false))
        }),
    };
    let (priority, priority_note) = match wanted.priority {
        Change::Set(priority) => (Some(priority), None),
        _ => (behind, behind.map(|p| format!("priority: {p} (after single hosts)"))),
    };
    router.extend(priority.map(|p| ("priority".to_owned(), Value::Int(p))));
    if tls.value.tls != Tls::Off {
        let mut fields = Vec::new();
        fields.extend((tls.value.tls == Tls::Passthrough).then(|| ("passthrough".to_owned(), Value::Bool(true))));
        fields.extend(resolver.map(|r| ("certResolver".to_owned(), Value::Str(r))));
        fields.extend(tls.value.options.map(|o| ("options".to_owned(), Value::Str(o))));
        router.push(("tls".into(), Value::Map(fields)));
    }
    let servers: Vec<Value> = request
        .targets
        .iter()
        .map(|t| Ok(server_value(kind, &server_of(kind, &t.to_string())?)))
        .collect::<Result<_, Error>>()?;
    let balancer = Value::Map(vec![("servers".into(), Value::List(servers))]);
    let service = Value::Map(vec![("loadBalancer".into(), balancer)]);

    let mut plan = Plan::default();
    let path = defaults::file(facts, kind, wanted.file.as_deref())?;
    plan.patch(&path, Patch::Set(Value::Map(router)).at([kind.as_str(), "routers", name.as_str()]));
    plan.patch(&path, Patch::Set(service).at([kind.as_str(), "services", name.as_str()]));
    let notes = [entry_points.note, tls.note, priority_note].into_iter().flatten().collect();
    plan.effects.push(Effect { verb: Verb::Added, kind, name: name.as_str().to_owned(), notes, route: None });
    Ok(plan)
}

fn host_taken(inventory: &Inventory<'_>, kind: Kind, other: &Definition<'_>, request: &AddRequest) -> Error {
    let what = match kind {
        Kind::Udp => "another UDP router listens on that entry point".to_owned(),
        _ if request.wanted.rule.is_some() => format!("router {:?} answers the same requests already", other.name),
        _ => format!(
            "{}{} is answered by router {:?} already",
            request.host,
            request.path.as_ref().map_or("", RoutePath::as_str),
            other.name
        ),
    };
    Error::new(Code::HostTaken, what).hint(how_to_change(inventory, kind, other, request)).at(inventory.place(other))
}

/// The commands that would put what was asked for in place of a route.
fn how_to_change(inventory: &Inventory<'_>, kind: Kind, router: &Definition<'_>, request: &AddRequest) -> String {
    let replace = match &request.wanted.name {
        Some(name) if name.as_str() != router.name => {
            format!("name it: --name {} --replace", shell_word(router.name))
        }
        _ => "add --replace to this command".to_owned(),
    };
    if request.replace {
        return format!("to replace it, {replace}");
    }
    const SHOWN: usize = 3;
    let targets: Vec<String> = request.targets.iter().map(Target::to_string).collect();
    let targets = if targets.len() > SHOWN { "TARGET…".into() } else { targets.join(" ") };
    format!(
        "to replace it, {replace}; to change its servers alone: `cloudlunacy route set {} {targets}`",
        route_word(inventory, kind, router)
    )
}
