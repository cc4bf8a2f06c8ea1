//! What a step of an agent does to the directory: a pure decision.

use crate::agent::{Agent, OwnRoute, State};
use crate::claim::{Claim, Routers, Why};
use crate::error::{Code, Error, Place};
use crate::grant::{Denied, Grant, Own};
use crate::inventory::{Definition, Inventory, Part};
use crate::name::{EntryPointName, Host, Kind, Target};
use crate::plan::{self, AddRequest, Change, Facts, ListEdit, Plan, Wanted};
use crate::route::{Route, Tls};
use crate::surroundings::Surroundings;
use std::net::IpAddr;

/// What holds for all agents.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What is known beside the files.
    pub facts: Facts,
    /// What is known of this machine.
    pub own: Own,
}

/// What steps are planned on, one after the other.
pub(super) struct Ground<'g, 'a> {
    inventory: &'g Inventory<'a>,
    routers: Routers<'g, 'a>,
    terms: &'g Terms,
    surroundings: Surroundings,
}

impl<'g, 'a> Ground<'g, 'a> {
    pub(super) fn of(inventory: &'g Inventory<'a>, terms: &'g Terms) -> Ground<'g, 'a> {
        let Facts { static_config, release, .. } = &terms.facts;
        let surroundings = Surroundings { static_config: static_config.clone(), ..Surroundings::unknown(*release) };
        Ground { inventory, routers: Routers::of(inventory), terms, surroundings }
    }
}

/// Whose a router is, and what shall become of an agent's.
pub(super) fn follow(ground: &Ground<'_, '_>, before: Option<&Agent>, after: &Agent) -> Result<Plan, Error> {
    let inventory = ground.inventory;
    must_be_granted(after, &ground.terms.own)?;
    let wanted = after.served();
    let is_wanted = |kind: Kind, name: &str| wanted.iter().any(|r| r.kind() == kind && r.name().as_str() == name);
    let mut gone = before.map(|before| own_routers(before, inventory)).unwrap_or_default();
    gone.retain(|(kind, router)| !is_wanted(*kind, router.name));
    let words: Vec<String> = gone.iter().map(|(kind, router)| format!("{kind}/{}", router.name)).collect();
    let mut all = if words.is_empty() { Plan::default() } else { plan::remove(inventory, &words, true)? };
    for route in wanted {
        all.join(add(ground, before, (after, route))?);
    }
    Ok(all)
}

/// Puts a route into the directory, unless it, or its host, is somebody else's.
fn add(ground: &Ground<'_, '_>, before: Option<&Agent>, (agent, route): (&Agent, &OwnRoute)) -> Result<Plan, Error> {
    let Ground { inventory, terms, .. } = *ground;
    let (kind, name) = (route.kind(), route.name());
    // What it had before, not what it asks for, is its own.
    let is_own = |router: &Definition<'_>| before.is_some_and(|agent| owns(agent, inventory, kind, router));
    let entry_points = entry_points(terms, agent, route);
    must_be_free(ground, before, (&route.host, &entry_points))?;
    match inventory.get(kind, Part::Router, name.as_str()) {
        Some(router) if is_own(&router) => {}
        Some(other) => {
            let message = format!("{kind} router {:?} is there already, and it is not the agent's", other.name);
            return Err(Error::new(Code::NameTaken, message).at(inventory.place(&other)));
        }
        None => {}
    }
    let entry_points: Vec<String> = entry_points.iter().map(EntryPointName::to_string).collect();
    let wanted = Wanted {
        name: Some(name),
        entry_points: ListEdit { replace: (!entry_points.is_empty()).then_some(entry_points), ..ListEdit::default() },
        tls: route.tls,
        cert_resolver: resolver(terms, route).map_or(Change::Keep, Change::Set),
        file: Some(agent.file()),
        ..Wanted::default()
    };
    let request = AddRequest {
        host: route.host.clone(),
        path: None,
        more_hosts: Vec::new(),
        targets: vec![route.target.clone()],
        wanted,
        replace: true,
    };
    plan::add(inventory, &terms.facts, &request)
}

/// Where a route listens: as it says, else as the grant says for applications. A database listens on the entry point that
/// is named like its protocol; where there is none, where the grant says. None means what holds for every new route.
fn entry_points(terms: &Terms, agent: &Agent, route: &OwnRoute) -> Vec<EntryPointName> {
    let granted = || agent.grant.iter().flat_map(|grant| &grant.entry_points).cloned().collect();
    if !route.entry_points.is_empty() {
        return route.entry_points.clone();
    }
    if route.kind() == Kind::Http {
        return granted();
    }
    let named = route.target.scheme().as_str();
    match &terms.facts.static_config {
        _ if !terms.facts.defaults.tcp.entry_points.is_empty() => Vec::new(),
        Some(known) if known.entry_point(named).is_some() => Vec::new(),
        Some(_) => granted(),
        None => named.parse().into_iter().collect(),
    }
}

/// Who certifies the name of an application that asks for TLS: where there is one resolver, that one.
fn resolver(terms: &Terms, route: &OwnRoute) -> Option<String> {
    let known = terms.facts.static_config.as_ref()?;
    match known.resolvers.as_slice() {
        [only] if route.tls == Some(Tls::On) && route.kind() == Kind::Http => Some(only.name.clone()),
        _ => None,
    }
}

/// Refuses what a grant does not cover. What an agent has that serves nothing is looked at when it serves again: taking
/// away must never fail for what is taken away.
fn must_be_granted(agent: &Agent, own: &Own) -> Result<(), Error> {
    let is_wanted = agent.removed.is_none() && matches!(agent.state, State::Active | State::Pending);
    let Some(grant) = agent.grant.as_ref().filter(|_| is_wanted) else { return Ok(()) };
    for route in &agent.routes {
        granted(grant, own, &route.host, &route.target)?.map_err(denied)?;
    }
    grant.allows_routes(agent.routes.len()).map_err(denied)
}

/// Whether a grant covers a host that leads to a target.
pub fn granted(grant: &Grant, own: &Own, host: &Host, target: &Target) -> Result<Result<(), Denied>, Error> {
    let (address, port) = address_of(target)?;
    Ok(grant.allows_host(host).and_then(|()| grant.allows_target(address, port, own)))
}

/// The address and port of a target, which agents must give as such: a name could come to mean anything.
fn address_of(target: &Target) -> Result<(IpAddr, u16), Error> {
    target.ip().map(|address| (address, target.port_or_default())).ok_or_else(|| {
        Error::new(Code::TargetNotAnAddress, format!("{target} is named, not given by its address"))
            .hint("a name can lead elsewhere tomorrow; give the address")
    })
}

fn denied(denied: Denied) -> Error {
    let code = match denied {
        Denied::Host(_) => Code::NotGranted,
        Denied::Target(..) | Denied::Forbidden(..) | Denied::OwnPort(..) => Code::TargetForbidden,
        Denied::TooMany(_) => Code::Quota,
    };
    Error::new(code, denied.to_string()).hint("`cloudlunacy agent show ID` shows the grant, `agent grant` changes it")
}

fn owns(agent: &Agent, inventory: &Inventory<'_>, kind: Kind, router: &Definition<'_>) -> bool {
    agent.owns(kind, router.name, inventory.path(router))
}

/// The agent's routers that are there.
fn own_routers<'a>(agent: &Agent, inventory: &Inventory<'a>) -> Vec<(Kind, Definition<'a>)> {
    let routes = agent.written().map(|route| (route.kind(), route.name()));
    let found = routes.filter_map(|(kind, name)| Some((kind, inventory.get(kind, Part::Router, name.as_str())?)));
    found.filter(|(kind, router)| owns(agent, inventory, *kind, router)).collect()
}

/// Refuses a host that a router of somebody else answers for, or may answer for.
fn must_be_free(
    ground: &Ground<'_, '_>,
    owner: Option<&Agent>,
    (host, entry_points): (&Host, &[EntryPointName]),
) -> Result<(), Error> {
    let Ground { inventory, routers, surroundings, .. } = ground;
    let is_own = |kind: Kind, name: &str| {
        let router = inventory.get(kind, Part::Router, name);
        router.zip(owner).is_some_and(|(router, agent)| owns(agent, inventory, kind, &router))
    };
    let claim = Claim { hosts: std::slice::from_ref(host), entry_points, surroundings };
    let Some(taken) = routers.taken(&claim, is_own) else { return Ok(()) };
    let (why, host) = (taken.why, &taken.host);
    let what = match taken.router {
        Some((kind, router)) => format!("{kind} router {:?}, which is not the agent's, {why} {host}", router.name),
        None => format!("this file {why} {host}"),
    };
    let line = taken.router.map_or(0, |(_, router)| router.key.line());
    let file = inventory.files().get(taken.file).map(|file| file.path.clone()).unwrap_or_default();
    // Nothing is anybody's before that is mended.
    let code = if why == Why::BrokenFile { Code::WouldNotLoad } else { Code::HostTaken };
    Err(Error::new(code, what).at(Place { file, line }))
}

/// Whether a grant covers a route that an agent wants.
pub fn covers(grant: &Grant, own: &Own, route: &OwnRoute) -> bool {
    granted(grant, own, &route.host, &route.target).is_ok_and(|granted| granted.is_ok())
}

/// Whether a grant covers a route as it stands in the files.
pub(super) fn covers_written(grant: &Grant, own: &Own, route: &Route) -> bool {
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
