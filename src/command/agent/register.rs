//! `agent register`: an administrator does for an agent what it could do for itself.

use super::office::Office;
use super::{domains, parsed};
use crate::agent::{Agent, OwnRoute};
use crate::cli::{Register, TlsArg};
use crate::command::{Context, Outcome};
use crate::error::{Code, Error};
use crate::join::App;
use crate::name::{AgentId, EntryPointName, Host, Target};
use crate::registry::{Named, Step};
use crate::route::Tls;
use crate::store::now;
use std::net::SocketAddr;

pub(super) fn register(context: &Context, args: &Register) -> Result<Outcome, Error> {
    let id: AgentId = parsed(&args.id)?;
    let office = Office::open_or_create(context, &args.change)?;
    let before = office.agent(&id)?;
    let known = before.clone().filter(|agent| agent.removed.is_none());
    // What it proved itself by before it was removed stays void, whatever the clock says now.
    let since = before.as_ref().map_or(now(), |agent| now().max(agent.last_turn()));
    let mut agent = known.unwrap_or_else(|| Agent::new(id, since));
    agent.address = Some(args.address);
    for route in wishes(context, args, &agent)? {
        let label = agent.label_for(&route.host, route.kind());
        agent.put_route(OwnRoute { label, ..route });
    }
    office.settle("register", &[Step { before, after: agent, routes_follow: true }])
}

/// The routes that are asked for.
fn wishes(context: &Context, args: &Register, agent: &Agent) -> Result<Vec<OwnRoute>, Error> {
    let domains = domains(context, args.app_domain.as_ref(), args.mongo_domain.as_ref());
    let target = |scheme: &str, port: u16| -> Result<Target, Error> {
        parsed(&format!("{scheme}://{}", SocketAddr::new(args.address, port)))
    };
    let route = |host: Host, target: Target, entry_points: Vec<EntryPointName>, tls: Option<Tls>| {
        let label = agent.label_for(&host, target.scheme().kind());
        OwnRoute { label, host, target, entry_points, tls }
    };
    let apps_on: Vec<EntryPointName> = args.entry_points.iter().map(|name| parsed(name)).collect::<Result<_, _>>()?;
    let mut wishes = Vec::new();
    for app in &args.apps {
        let App { name, port } = app.parse()?;
        let (name, target) = (name.as_str(), target("http", port)?);
        let named = if name.contains('.') { Named::Host(name) } else { Named::Subdomain(name) };
        wishes.push(route(domains.host(&agent.id, named, &target)?, target, apps_on.clone(), None));
    }
    if let Some(port) = args.mongodb {
        let target = target("mongodb", port)?;
        let host = domains.host(&agent.id, Named::ById, &target)?;
        wishes.push(route(host, target, Vec::new(), args.tls.map(TlsArg::of_route)));
    }
    match wishes.is_empty() {
        true => Err(Error::new(Code::Usage, "nothing to register was named")
            .hint("name applications with --app, a database with --mongodb")),
        false => Ok(wishes),
    }
}
