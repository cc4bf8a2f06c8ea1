//! Changing a route that is there: only what was named, entry by entry.

use super::{
    Change, Effect, Facts, ListEdit, Plan, References, Verb, bad_value, check_references, conflict, defaults, find,
    must_be_direct, own_service, parse_rule, relocate::move_to, route_word,
};
use crate::document::{Kind as NodeKind, Ref};
use crate::edit::{Patch, Value};
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::{Kind, RouterName, Target};
use crate::release::Release;
use crate::route::{Route, Tls, protocol, server_list, server_text};
use crate::rule::Rule;
use std::borrow::Cow;

/// What was named on the command line.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Another name.
    pub name: Option<RouterName>,
    /// Servers, as `SCHEME://HOST:PORT`.
    pub targets: ListEdit,
    /// Hosts, checked.
    pub hosts: ListEdit,
    /// The rule, in Traefik's words.
    pub rule: Option<String>,
    /// Entry points.
    pub entry_points: ListEdit,
    /// TLS.
    pub tls: Option<Tls>,
    /// The certificate resolver.
    pub cert_resolver: Change<String>,
    /// Middlewares.
    pub middlewares: ListEdit,
    /// The priority.
    pub priority: Change<i64>,
    /// The file that the route is to stand in.
    pub file: Option<String>,
}

/// Plans `route set`.
pub fn set(inventory: &Inventory<'_>, facts: &Facts, route: &str, wanted: &Wanted) -> Result<Plan, Error> {
    let (kind, router) = find(inventory, route)?;
    let hosts = wanted.hosts.is_named();
    if kind == Kind::Udp && (hosts || wanted.rule.is_some() || wanted.tls.is_some() || wanted.priority != Change::Keep)
    {
        return Err(Error::new(
            Code::Usage,
            "a UDP router has no hosts, rule, TLS or priority: its entry point alone decides",
        ));
    }
    let mut wanted = Cow::Borrowed(wanted);
    let rule = match (&wanted.rule, hosts) {
        (Some(_), true) => return Err(Error::new(Code::Usage, "--rule says which hosts are meant; leave --host out")),
        (Some(text), false) => Some(parse_rule(kind, text, facts.release).map(|parsed| (parsed, text.clone()))?),
        (None, true) => {
            let (rule, priority) = rule_with_hosts(inventory, facts, kind, &router, &wanted.hosts)?;
            if wanted.priority == Change::Keep {
                wanted.to_mut().priority = priority;
            }
            Some(rule)
        }
        (None, false) => None,
    };
    let mut plan = change(inventory, facts, kind, &router, rule, &wanted)?;
    let name = wanted.name.as_ref().filter(|n| n.as_str() != router.name);
    if let Some(file) = &wanted.file {
        move_to(inventory, facts, kind, &router, file, name.is_some(), &mut plan)?;
    }
    if let Some(name) = name {
        super::remove::rename_into(inventory, kind, &router, name, &mut plan)?;
    }
    Ok(plan)
}

/// The router's rule with its hosts edited, and what that means for its priority; everything else that it asks for stays.
fn rule_with_hosts(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    router: &Definition<'_>,
    edit: &ListEdit,
) -> Result<((Rule, String), Change<i64>), Error> {
    let route = Route::of(inventory, kind, router);
    let refused = || {
        Error::new(
            Code::NotEditable,
            format!(
                "the hosts of the rule {:?} are not one set that could be edited",
                route.rule.as_deref().unwrap_or_default()
            ),
        )
        .hint("give the whole rule with --rule")
        .at(inventory.place(router))
    };
    let rule = route.parsed_rule().ok_or_else(refused)?;
    let now = rule.host_set().ok_or_else(refused)?;
    let hosts = edit.apply(&now);
    if hosts.is_empty() {
        return Err(Error::new(Code::Usage, "a route needs a host; for every host say --host '*'"));
    }
    if hosts == now {
        let text = route.rule.unwrap_or_default();
        return Ok(((rule, text), Change::Keep));
    }
    let new = rule.with_hosts(protocol(kind), &hosts, !facts.release.has_wildcard_hosts()).ok_or_else(refused)?;
    let text = new.to_string();
    let default =
        |hosts: &[String]| defaults::priority(kind, hosts, |host| rule.with_hosts(protocol(kind), &[host], false));
    let priority = match (default(&now), default(&hosts)) {
        (before, after) if before == after || route.priority != before => Change::Keep,
        (_, Some(after)) => Change::Set(after),
        (_, None) => Change::Clear,
    };
    Ok(((new, text), priority))
}

/// Plans the change of one router and its service to what was named; `rule` is the new rule and its text.
pub(super) fn change(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    router: &Definition<'_>,
    rule: Option<(Rule, String)>,
    wanted: &Wanted,
) -> Result<Plan, Error> {
    let route = Route::of(inventory, kind, router);
    let mut fields: Vec<(&str, Patch)> = Vec::new();
    if let Some((parsed, text)) = &rule
        && route.rule.as_ref() != Some(text)
        && (wanted.rule.is_some() || route.parsed_rule().as_ref() != Some(parsed))
    {
        fields.push(("rule", Patch::Set(Value::str(text))));
    }
    let entry_points = wanted.entry_points.apply(&route.entry_points);
    fields.extend(
        list_patch(router.value.field("entryPoints"), &route.entry_points, &entry_points).map(|p| ("entryPoints", p)),
    );
    let middlewares = wanted.middlewares.apply(&route.middlewares);
    if kind == Kind::Udp && !middlewares.is_empty() {
        return Err(Error::new(Code::Usage, "a UDP router has no middlewares"));
    }
    fields.extend(
        list_patch(router.value.field("middlewares"), &route.middlewares, &middlewares).map(|p| ("middlewares", p)),
    );
    match wanted.priority {
        Change::Set(priority) if route.priority != Some(priority) => {
            fields.push(("priority", Patch::Set(Value::Int(priority))))
        }
        Change::Clear if router.value.field("priority").is_some() => fields.push(("priority", Patch::Remove)),
        _ => {}
    }
    let (tls, resolver) = tls_wanted(&route, wanted)?;
    fields.extend(tls_patch(router, &route, tls, resolver.as_deref()).map(|p| ("tls", p)));
    let new_rule = rule.as_ref().map(|r| &r.0).cloned().or_else(|| route.parsed_rule());
    check_tls(kind, tls, resolver.as_deref(), new_rule.as_ref(), facts.release)?;
    if fields.iter().any(|(field, _)| ["rule", "entryPoints", "tls"].contains(field)) {
        not_newly_taken(inventory, kind, router, &route, new_rule.as_ref(), &entry_points, tls)?;
    }
    check_references(
        inventory,
        facts,
        kind,
        &References {
            middlewares: &new_items(&route.middlewares, &middlewares),
            entry_points: &new_items(&route.entry_points, &entry_points),
            cert_resolver: resolver.as_deref().filter(|_| resolver != route.cert_resolver),
        },
    )?;

    let mut plan = Plan::default();
    if let Some((path, patch)) = servers_patch(inventory, kind, router, &route, &wanted.targets)? {
        plan.patch(path, patch);
    }
    if !fields.is_empty() {
        must_be_direct(inventory, router)?;
        let entries = fields.into_iter().map(|(field, patch)| (field.to_owned(), patch)).collect();
        plan.patch(inventory.path(router), Patch::Inside(entries).at([kind.as_str(), "routers", router.name]));
    }
    let verb = if plan.edits.is_empty() { Verb::Unchanged } else { Verb::Changed };
    plan.effects.push(Effect { verb, kind, name: router.name.to_owned(), notes: Vec::new(), route: None });
    Ok(plan)
}

/// Refuses to let a route answer for what another answers for already; where both did so before, they may go on.
fn not_newly_taken(
    inventory: &Inventory<'_>,
    kind: Kind,
    router: &Definition<'_>,
    route: &Route,
    rule: Option<&Rule>,
    entry_points: &[String],
    tls: Tls,
) -> Result<(), Error> {
    let taken = |rule: Option<&Rule>, entry_points: &[String], tls: Tls| {
        // A rule that takes requests without a host too can meet any router.
        let any = rule.and_then(Rule::claims).is_some_and(|claims| claims.iter().any(|claim| claim.host.is_none()));
        let hosts = rule.filter(|_| !any).map(Rule::hosts).unwrap_or_default();
        let hosts: Vec<String> = hosts.into_iter().map(str::to_owned).collect();
        conflict::taken_by(inventory, kind, rule, entry_points, tls, &hosts, Some(router.name))
    };
    match taken(rule, entry_points, tls) {
        Some(other) if taken(route.parsed_rule().as_ref(), &route.entry_points, route.tls).is_none() => {
            Err(Error::new(Code::HostTaken, format!("router {:?} would answer the same requests", other.name))
                .hint(format!(
                    "change or remove that one first, with `cloudlunacy route set {0} …` or `cloudlunacy route rm {0}`",
                    route_word(inventory, kind, &other)
                ))
                .at(inventory.place(&other)))
        }
        _ => Ok(()),
    }
}

fn new_items(now: &[String], wanted: &[String]) -> Vec<String> {
    wanted.iter().filter(|item| !now.contains(item)).cloned().collect()
}

/// The smallest patch that makes one list of names the other.
fn list_patch(node: Option<Ref<'_>>, now: &[String], wanted: &[String]) -> Option<Patch> {
    if now == wanted {
        return None;
    }
    if wanted.is_empty() {
        return Some(Patch::Remove);
    }
    let is_list = node.is_some_and(|n| n.kind() == NodeKind::Seq && n.items().count() == now.len());
    match is_list.then(|| kept_and_new(now, wanted)).flatten() {
        Some((drop, new)) => Some(Patch::Items { drop, push: new.iter().map(Value::str).collect() }),
        None => Some(Patch::Set(Value::list(wanted))),
    }
}

/// Which items go and which come at the end; `None` where the order changes too.
fn kept_and_new<'w>(now: &[String], wanted: &'w [String]) -> Option<(Vec<usize>, &'w [String])> {
    let drop: Vec<usize> = (0..now.len()).filter(|i| !wanted.contains(&now[*i])).collect();
    let kept: Vec<&String> = now.iter().filter(|item| wanted.contains(item)).collect();
    let in_order = wanted.len() >= kept.len() && wanted.iter().zip(&kept).all(|(a, b)| a == *b);
    in_order.then(|| (drop, &wanted[kept.len()..]))
}

/// TLS and certificate resolver as they are to be.
pub(super) fn tls_wanted(route: &Route, wanted: &Wanted) -> Result<(Tls, Option<String>), Error> {
    let asks_resolver = matches!(wanted.cert_resolver, Change::Set(_));
    let tls = wanted.tls.unwrap_or(if asks_resolver && route.tls == Tls::Off { Tls::On } else { route.tls });
    let resolver = match &wanted.cert_resolver {
        Change::Set(name) => Some(name.clone()),
        Change::Clear => None,
        Change::Keep => route.cert_resolver.clone().filter(|_| tls == Tls::On),
    };
    Ok((tls, resolver))
}

/// Refuses combinations that Traefik would disable or that have no effect.
pub(super) fn check_tls(
    kind: Kind,
    tls: Tls,
    resolver: Option<&str>,
    rule: Option<&Rule>,
    release: Release,
) -> Result<(), Error> {
    let usage = |message: &str, hint: &str| Err(Error::new(Code::Usage, message).hint(hint));
    match (kind, tls) {
        (Kind::Http, Tls::Passthrough) => usage(
            "an HTTP route can't pass TLS through: Traefik must read the request",
            "use --tls on, or make it a TCP route with a tls:// target",
        ),
        (Kind::Udp, Tls::On | Tls::Passthrough) => usage("a UDP route has no TLS", "leave --tls out"),
        (Kind::Tcp, Tls::Off) if rule.is_some_and(|rule| rule.wants_server_name(release)) => usage(
            "a TCP route is chosen by the server name that a TLS client sends; with --tls off there is none, and Traefik would disable the route",
            "use --tls on or --tls passthrough, or HOST '*' for everything on an entry point",
        ),
        (_, Tls::Off | Tls::Passthrough) if resolver.is_some() => usage(
            "a certificate resolver has no effect unless Traefik ends TLS",
            "use --tls on, or leave --cert-resolver out",
        ),
        _ => Ok(()),
    }
}

/// The patch of a router's `tls`. A mapping that would be left empty stays as `tls: {}`: taking it away would turn TLS off.
fn tls_patch(router: &Definition<'_>, route: &Route, tls: Tls, resolver: Option<&str>) -> Option<Patch> {
    if route.tls == tls && route.cert_resolver.as_deref() == resolver {
        return None;
    }
    let node = router.value.field("tls");
    let fields = node.map(Ref::fields).unwrap_or_default();
    let has = |name: &str| fields.iter().any(|(k, _)| k.text().is_some_and(|t| t.eq_ignore_ascii_case(name)));
    if tls == Tls::Off {
        return node.map(|_| Patch::Remove);
    }
    let others = fields.iter().any(|(k, _)| {
        k.text().is_some_and(|t| !["certresolver", "passthrough"].contains(&t.to_ascii_lowercase().as_str()))
    });
    let mut new = Vec::new();
    new.extend((tls == Tls::Passthrough).then(|| ("passthrough".to_owned(), Value::Bool(true))));
    new.extend(resolver.map(|r| ("certResolver".to_owned(), Value::str(r))));
    if !others {
        return Some(Patch::Set(Value::Map(new)));
    }
    let mut patches: Vec<(String, Patch)> = new.iter().map(|(k, v)| (k.clone(), Patch::Set(v.clone()))).collect();
    for field in ["passthrough", "certResolver"] {
        if has(field) && !new.iter().any(|(k, _)| k == field) {
            patches.push((field.to_owned(), Patch::Remove));
        }
    }
    Some(Patch::Inside(patches))
}

/// The patch of the service's servers, and the file that it is in.
fn servers_patch<'a>(
    inventory: &Inventory<'a>,
    kind: Kind,
    router: &Definition<'_>,
    route: &Route,
    edit: &ListEdit,
) -> Result<Option<(&'a str, Patch)>, Error> {
    if !edit.is_named() {
        return Ok(None);
    }
    let Some(service) = own_service(inventory, kind, route) else {
        let name = route.service.as_deref().unwrap_or_default();
        return Err(Error::new(
            Code::UnknownReference,
            format!("the servers of service {name:?} don't stand in these files"),
        )
        .at(inventory.place(router)));
    };
    let Some(list) = server_list(service.value) else {
        return Err(Error::new(
            Code::NotEditable,
            format!("service {:?} has no servers of its own: it is no load balancer", service.name),
        )
        .hint("edit it by hand")
        .at(inventory.place(&service)));
    };
    let now: Vec<String> =
        list.items().map(|s| server_text(s).unwrap_or_default().trim_end_matches('/').to_owned()).collect();
    let servers = |texts: &[String]| texts.iter().map(|t| server_of(kind, t)).collect::<Result<Vec<_>, Error>>();
    let edit = ListEdit {
        replace: edit.replace.as_deref().map(servers).transpose()?,
        add: servers(&edit.add)?,
        remove: servers(&edit.remove)?,
    };
    let wanted = edit.apply(&now);
    if wanted == now {
        return Ok(None);
    }
    if wanted.is_empty() {
        return Err(Error::new(Code::Usage, "a route needs a target; `route rm` removes the route"));
    }
    if wanted.len() > now.len().max(MOST_TARGETS) {
        return Err(too_many_targets(wanted.len()));
    }
    let others: Vec<String> = inventory
        .users_of_service(kind, service.name)
        .iter()
        .filter(|(part, user)| (*part, user.name) != (Part::Router, router.name))
        .map(|(part, user)| format!("{} {:?}", part.noun(), user.name))
        .collect();
    if !others.is_empty() {
        return Err(Error::new(
            Code::InUse,
            format!("service {:?} is also used by {}", service.name, others.join(", ")),
        )
        .hint("edit the service by hand, if all of them are to change")
        .at(inventory.place(&service)));
    }
    must_be_direct(inventory, &service)?;
    let patch = match (list.kind() == NodeKind::Seq).then(|| kept_and_new(&now, &wanted)).flatten() {
        Some((drop, new)) => Patch::Items { drop, push: new.iter().map(|s| server_value(kind, s)).collect() },
        None => Patch::Set(Value::List(wanted.iter().map(|s| server_value(kind, s)).collect())),
    };
    let path = [kind.as_str(), "services", service.name, "loadBalancer", "servers"];
    Ok(Some((inventory.path(&service), patch.at(path))))
}

/// The most targets that a route takes; more is a slip of a script.
pub(super) const MOST_TARGETS: usize = 10_000;

pub(super) fn too_many_targets(count: usize) -> Error {
    Error::new(Code::Usage, format!("{count} targets are more than the {MOST_TARGETS} that a route takes"))
        .hint("share them among several services")
}

/// What a target is in a service of this kind.
pub(super) fn server_of(kind: Kind, target: &str) -> Result<String, Error> {
    let parsed: Target = target.parse().map_err(bad_value)?;
    let of = parsed.scheme().kind();
    if of != kind {
        return Err(Error::new(Code::Usage, format!("{target} is a {of} target, but the route is {kind}")));
    }
    Ok(if kind == Kind::Http { parsed.url() } else { parsed.address() })
}

pub(super) fn server_value(kind: Kind, server: &str) -> Value {
    let field = if kind == Kind::Http { "url" } else { "address" };
    Value::Map(vec![(field.to_owned(), Value::str(server))])
}
