//! `agent register|rm|grant`: changes to an agent and to its routes, as one.

use super::{decision, entry_points, existing, open, own, parsed};
use crate::agent::{Agent, OwnRoute};
use crate::authority::Authority;
use crate::claim::{self, Claim};
use crate::cli::{ChangeFlags, GrantAgent, Register, RemoveAgent, TlsArg};
use crate::command::change::make;
use crate::command::{Context, Outcome, Report};
use crate::error::{Changed, Code, Error, Place};
use crate::grant::{Denied, Grant, Own};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::{AgentId, EntryPointName, Host, Kind, RouterName, Target, default_name};
use crate::plan::{self, AddRequest, Effect, ListEdit, Plan, Verb, Wanted};
use crate::route::{Route, Tls};
use crate::store::now;
use crate::surroundings::Surroundings;
use std::net::IpAddr;

/// A route that is asked for.
struct Wish {
    host: Host,
    target: Target,
    entry_points: Vec<String>,
    tls: Option<Tls>,
}

impl Wish {
    fn name(&self) -> RouterName {
        default_name(&self.host, None)
    }

    fn kind(&self) -> Kind {
        self.target.scheme().kind()
    }
}

pub(super) fn register(context: &Context, args: &Register) -> Result<Outcome, Error> {
    let id: AgentId = parsed(&args.id)?;
    let dry_run = args.change.dry_run;
    let authority =
        if dry_run { Authority::open(&context.state_dir)? } else { Some(Authority::create(&context.state_dir)?) };
    let _lock = authority.as_ref().filter(|_| !dry_run).map(|authority| authority.lock(&context.store)).transpose()?;
    let before = authority.as_ref().map(|authority| authority.agent(&id)).transpose()?.flatten();
    let before = before.filter(|agent| agent.removed.is_none());
    let mut agent = before.clone().unwrap_or_else(|| Agent::new(id, now()));
    let wishes = wishes(context, args, &agent)?;
    for wish in &wishes {
        agent.add_route(wish.kind(), wish.name().as_str());
    }
    agent.address = Some(args.address);
    if let Some(grant) = &agent.grant {
        must_be_allowed(grant, &wishes, agent.routes.len(), &own(context))?;
    }
    // What it owned before, not what it asks for, is its own.
    let plan = |inventory: &Inventory<'_>| plan_all(context, inventory, before.as_ref(), (&agent.file(), &wishes));
    let report = together(context, authority.as_ref(), &args.change, ("register", before.as_ref(), &agent), plan)?;
    Ok(Outcome::Change(report))
}

/// The routes that are asked for.
fn wishes(context: &Context, args: &Register, agent: &Agent) -> Result<Vec<Wish>, Error> {
    let settings = &context.settings.agents;
    let granted = agent.grant.iter().flat_map(|grant| grant.entry_points.iter().map(EntryPointName::as_str));
    let granted: Vec<String> = granted.map(str::to_owned).collect();
    let apps_on = if args.entry_points.is_empty() { granted } else { args.entry_points.clone() };
    let below = |name: &str, domain: Option<&String>, flag: &str| -> Result<Host, Error> {
        let domain = domain.ok_or_else(|| {
            Error::new(Code::Usage, format!("{name:?} needs a domain to stand below"))
                .hint(format!("say it with --{flag}, or by the setting agents.{flag}"))
        })?;
        parsed(&format!("{name}.{domain}"))
    };
    let mut wishes = Vec::new();
    for app in &args.apps {
        let bad = || {
            Error::new(Code::BadValue, format!("--app: {app:?} is not SUB=PORT or HOST=PORT")).hint("write shop=3000")
        };
        let (name, port) = app.rsplit_once('=').ok_or_else(bad)?;
        let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
        let host = match name.contains('.') {
            true => parsed(name)?,
            false => below(name, args.app_domain.as_ref().or(settings.app_domain.as_ref()), "app-domain")?,
        };
        let target = parsed(&format!("http://{}", std::net::SocketAddr::new(args.address, port)))?;
        wishes.push(Wish { host, target, entry_points: apps_on.clone(), tls: None });
    }
    if let Some(port) = args.mongodb {
        let domain = args.mongo_domain.as_ref().or(settings.mongo_domain.as_ref());
        let host = below(agent.id.as_str(), domain, "mongo-domain")?;
        let target = parsed(&format!("mongodb://{}", std::net::SocketAddr::new(args.address, port)))?;
        let tls = args.tls.map(|tls| match tls {
            TlsArg::Off => Tls::Off,
            TlsArg::On => Tls::On,
            TlsArg::Passthrough => Tls::Passthrough,
        });
        wishes.push(Wish { host, target, entry_points: Vec::new(), tls });
    }
    match wishes.is_empty() {
        true => Err(Error::new(Code::Usage, "nothing to register was named")
            .hint("name applications with --app, a database with --mongodb")),
        false => Ok(wishes),
    }
}

/// Refuses what a grant does not cover.
fn must_be_allowed(grant: &Grant, wishes: &[Wish], routes: usize, own: &Own) -> Result<(), Error> {
    for wish in wishes {
        let (address, port) = address_of(&wish.target)?;
        let granted = grant.allows_host(&wish.host).and_then(|()| grant.allows_target(address, port, own));
        granted.map_err(denied)?;
    }
    grant.allows_routes(routes).map_err(denied)
}

/// The address and port of a target, which agents must give as such: a name could come to mean anything.
pub(super) fn address_of(target: &Target) -> Result<(IpAddr, u16), Error> {
    target.ip().map(|address| (address, target.port_or_default())).ok_or_else(|| {
        Error::new(Code::BadValue, format!("{target} is named, not given by its address"))
            .hint("a name can lead elsewhere tomorrow; give the address")
    })
}

fn denied(denied: Denied) -> Error {
    Error::new(Code::NotGranted, denied.to_string())
        .hint("`cloudlunacy agent show ID` shows the grant, `agent grant` changes it")
}

fn plan_all(
    context: &Context,
    inventory: &Inventory<'_>,
    owner: Option<&Agent>,
    (file, wishes): (&str, &[Wish]),
) -> Result<Plan, Error> {
    let mut all = Plan::default();
    must_be_free(context, inventory, owner, wishes)?;
    for wish in wishes {
        let (kind, name) = (wish.kind(), wish.name());
        let present = inventory.get(kind, Part::Router, name.as_str());
        let is_own = |router: &Definition<'_>| owner.is_some_and(|agent| owns(agent, inventory, kind, router));
        if let Some(other) = present.filter(|router| !is_own(router)) {
            let message = format!("{kind} router {:?} is there already, and it is not the agent's", other.name);
            return Err(Error::new(Code::NameTaken, message).at(inventory.place(&other)));
        }
        let entry_points = (!wish.entry_points.is_empty()).then(|| wish.entry_points.clone());
        let wanted = Wanted {
            name: Some(name),
            entry_points: ListEdit { replace: entry_points, ..ListEdit::default() },
            tls: wish.tls,
            file: Some(file.to_owned()),
            ..Wanted::default()
        };
        let request = AddRequest {
            host: wish.host.clone(),
            path: None,
            more_hosts: Vec::new(),
            targets: vec![wish.target.clone()],
            wanted,
            replace: true,
        };
        all.join(plan::add(inventory, &context.facts, &request)?);
    }
    Ok(all)
}

fn owns(agent: &Agent, inventory: &Inventory<'_>, kind: Kind, router: &Definition<'_>) -> bool {
    agent.owns(kind, router.name, inventory.path(router))
}

/// Refuses hosts that a router of somebody else answers for, or may answer for.
fn must_be_free(
    context: &Context,
    inventory: &Inventory<'_>,
    owner: Option<&Agent>,
    wishes: &[Wish],
) -> Result<(), Error> {
    let surroundings = Surroundings {
        static_config: context.facts.static_config.clone(),
        ..Surroundings::unknown(context.facts.release)
    };
    let is_own = |kind: Kind, name: &str| {
        let router = inventory.get(kind, Part::Router, name);
        router.zip(owner).is_some_and(|(router, agent)| owns(agent, inventory, kind, &router))
    };
    for wish in wishes {
        let entry_points = wish.entry_points.iter().map(|name| parsed(name)).collect::<Result<Vec<_>, _>>()?;
        let hosts = std::slice::from_ref(&wish.host);
        let claim = Claim { hosts, entry_points: &entry_points, surroundings: &surroundings };
        let Some(taken) = claim::taken(inventory, &claim, is_own) else { continue };
        let (why, host) = (taken.why, &taken.host);
        let what = match taken.router {
            Some((kind, router)) => format!("{kind} router {:?}, which is not the agent's, {why} {host}", router.name),
            None => format!("this file {why} {host}"),
        };
        let line = taken.router.map_or(0, |(_, router)| router.key.line());
        let file = inventory.files().get(taken.file).map(|file| file.path.clone()).unwrap_or_default();
        return Err(Error::new(Code::HostTaken, what).at(Place { file, line }));
    }
    Ok(())
}

/// The agent's routers that are there.
fn own_routers<'a>(agent: &Agent, inventory: &Inventory<'a>) -> Vec<(Kind, Definition<'a>)> {
    inventory.definitions(Part::Router).filter(|(kind, router)| owns(agent, inventory, *kind, router)).collect()
}

/// Removes routers with their services.
fn without(inventory: &Inventory<'_>, routers: &[(Kind, Definition<'_>)]) -> Result<Plan, Error> {
    let words: Vec<String> = routers.iter().map(|(kind, router)| format!("{kind}/{}", router.name)).collect();
    if words.is_empty() { Ok(Plan::default()) } else { plan::remove(inventory, &words, true) }
}

pub(super) fn remove(context: &Context, args: &RemoveAgent) -> Result<Outcome, Error> {
    let authority = open(context)?;
    let _lock = authority.lock(&context.store)?;
    let agent = existing(&authority, &parsed(&args.id)?)?;
    let plan = |inventory: &Inventory<'_>| match args.keep_routes {
        true => Ok(Plan::default()),
        false => without(inventory, &own_routers(&agent, inventory)),
    };
    let removed = Agent { removed: Some(now()), grant: None, routes: Vec::new(), ..agent.clone() };
    let report = together(context, Some(&authority), &args.change, ("rm", Some(&agent), &removed), plan)?;
    Ok(Outcome::Change(report))
}

pub(super) fn grant(context: &Context, args: &GrantAgent) -> Result<Outcome, Error> {
    let authority = open(context)?;
    let _lock = authority.lock(&context.store)?;
    let before = existing(&authority, &parsed(&args.id)?)?;
    let grant = Grant {
        hosts: args.grant.hosts.iter().map(|host| parsed(host)).collect::<Result<_, _>>()?,
        targets: args.grant.targets.iter().map(|range| parsed(range)).collect::<Result<_, _>>()?,
        max_routes: args.grant.max_routes,
        entry_points: entry_points(context, &args.grant)?,
    };
    let own = own(context);
    let plan = |inventory: &Inventory<'_>| {
        let routers = own_routers(&before, inventory).into_iter();
        let uncovered: Vec<_> =
            routers.filter(|(kind, router)| !covers(&grant, &own, &Route::of(inventory, *kind, router))).collect();
        without(inventory, &uncovered)
    };
    let after = Agent { grant: Some(grant.clone()), ..before.clone() };
    let report = together(context, Some(&authority), &args.change, ("grant", Some(&before), &after), plan)?;
    Ok(Outcome::Change(report))
}

/// Whether a grant covers a route that is there.
fn covers(grant: &Grant, own: &Own, route: &Route) -> bool {
    let host = |host: &String| host.parse().is_ok_and(|host| grant.allows_host(&host).is_ok());
    let server = |server: &String| {
        let target = match server.contains("://") {
            true => server.parse::<Target>(),
            false => format!("tcp://{server}").parse(),
        };
        let place = target.ok().and_then(|target| address_of(&target).ok());
        place.is_some_and(|(address, port)| grant.allows_target(address, port, own).is_ok())
    };
    !route.hosts.is_empty() && route.hosts.iter().all(host) && route.servers.iter().all(server)
}

/// Changes an agent's record and the directory, both or none. The record is first to know of routes and last to forget
/// them: what stands in the directory always has an owner.
fn together(
    context: &Context,
    authority: Option<&Authority>,
    flags: &ChangeFlags,
    (action, before, after): (&str, Option<&Agent>, &Agent),
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Report, Error> {
    let verb = match before {
        None => Verb::Added,
        Some(_) if after.removed.is_some() => Verb::Removed,
        Some(before) if before == after => Verb::Unchanged,
        Some(_) => Verb::Changed,
    };
    let about = Some((verb, after.id.to_string()));
    let Some(authority) = authority.filter(|_| !flags.dry_run) else {
        return make(context, flags, plan).map(|report| Report { agent: about, ..report });
    };
    if verb != Verb::Unchanged {
        // What will be refused must not be an agent's for a moment.
        context.store.preview_of(&plan)?;
        authority.audit(&decision(action, Some(after.id.as_str()), None))?;
        // Until the routes of one that goes are gone, it has them.
        let meanwhile = before.filter(|_| after.removed.is_some()).unwrap_or(after);
        authority.put_agent(meanwhile)?;
    }
    match make(context, flags, plan) {
        Ok(report) => {
            let is_gone = |route: &OwnRoute| {
                let mut gone = report.effects.iter().filter(|effect| effect.verb == Verb::Removed);
                gone.any(|effect| effect.name == route.name && effect.kind.as_str() == route.kind)
            };
            let mut now = after.clone();
            now.routes.retain(|route| !is_gone(route));
            if before != Some(&now) {
                authority.put_agent(&now)?;
            }
            Ok(Report { agent: about, ..report })
        }
        Err(error) => {
            if error.code.changed() == Changed::No && verb != Verb::Unchanged {
                match before {
                    Some(before) => authority.put_agent(before)?,
                    None => authority.remove_agent(&after.id)?,
                }
            }
            Err(error)
        }
    }
}

/// The routes that come, or change, in files that may be agents'.
fn coming_to_agents<'e>(effects: impl Iterator<Item = &'e Effect>) -> impl Iterator<Item = (AgentId, &'e Route)> {
    let comes = effects.filter(|effect| matches!(effect.verb, Verb::Added | Verb::Changed));
    comes.filter_map(|effect| effect.route.as_ref()).filter_map(|route| {
        let id = route.file.strip_prefix("agent-")?.strip_suffix(".yml")?;
        Some((id.parse().ok()?, route))
    })
}

/// Whether a route comes, or changes, in a file that may be an agent's.
pub(crate) fn comes_to_agents<'e>(effects: impl Iterator<Item = &'e Effect>) -> bool {
    coming_to_agents(effects).next().is_some()
}

/// Whether what comes back into an agent's file is still granted to it. What an agent once had, and has no more, no undo
/// brings back.
pub(crate) fn must_be_granted<'e>(
    context: &Context,
    authority: &Authority,
    effects: impl Iterator<Item = &'e Effect>,
) -> Result<(), Error> {
    let own = own(context);
    for (id, route) in coming_to_agents(effects) {
        // A file of that name that was never an agent's is an administrator's.
        let Some(agent) = authority.agent(&id)? else { continue };
        let why = match &agent.grant {
            _ if agent.removed.is_some() => format!("agent {id} has been removed"),
            Some(grant) if !covers(grant, &own, route) => format!("agent {id} is not granted it any more"),
            _ => continue,
        };
        return Err(Error::new(
            Code::NotGranted,
            format!("{} route {:?} can't come back: {why}", route.kind, route.name),
        )
        .hint("`cloudlunacy agent register` or `agent grant` says what holds now"));
    }
    Ok(())
}
