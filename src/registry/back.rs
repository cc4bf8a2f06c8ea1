//! What an undo does to routes of agents: no more than is granted, and the records follow it.

use super::plan::covers_written;
use super::{Step, put_back, settle_records};
use crate::agent::{Agent, OwnRoute, State};
use crate::authority::{Authority, Kept};
use crate::error::{Changed, Code, Error};
use crate::grant::Own;
use crate::name::{AgentId, Host, Kind, Target, default_name};
use crate::plan::{Effect, Verb};
use crate::route::Route;
use std::collections::BTreeMap;

/// The routes in files that may be agents'.
fn of_agents<'e>(effects: impl Iterator<Item = &'e Effect>) -> impl Iterator<Item = (AgentId, Verb, &'e Route)> {
    effects.filter_map(|effect| Some((effect.verb, effect.route.as_ref()?))).filter_map(|(verb, route)| {
        let id = route.file.strip_prefix("agent-")?.strip_suffix(".yml")?;
        Some((id.parse().ok()?, verb, route))
    })
}

/// Whether a route comes, or changes, in a file that may be an agent's.
pub fn comes_to_agents<'e>(effects: impl Iterator<Item = &'e Effect>) -> bool {
    of_agents(effects).any(|(_, verb, _)| comes(verb))
}

fn comes(verb: Verb) -> bool {
    matches!(verb, Verb::Added | Verb::Changed)
}

/// How the records of agents follow what an undo does to their routes. What an agent once had, and has no more, no undo
/// brings back: what is not granted any more is refused.
pub fn following<'e>(
    own: &Own,
    authority: &Authority,
    effects: impl Iterator<Item = &'e Effect>,
) -> Result<Vec<Step>, Error> {
    let mut steps: BTreeMap<AgentId, Step> = BTreeMap::new();
    for (id, verb, route) in of_agents(effects) {
        if !steps.contains_key(&id) {
            // A file of that name that was never an agent's is an administrator's.
            let Some(agent) = authority.agent(&id)? else { continue };
            steps.insert(id.clone(), Step { before: Some(agent.clone()), after: agent, routes_follow: false });
        }
        let Some(Step { after: agent, .. }) = steps.get_mut(&id) else { continue };
        if comes(verb) {
            must_be_granted(own, agent, route)?;
        }
        if agent.removed.is_none() {
            follow(agent, verb, route);
        }
    }
    Ok(steps.into_values().filter(|step| step.before.as_ref() != Some(&step.after)).collect())
}

fn must_be_granted(own: &Own, agent: &Agent, route: &Route) -> Result<(), Error> {
    let id = &agent.id;
    let why = match &agent.grant {
        _ if agent.removed.is_some() => format!("agent {id} has been removed"),
        _ if agent.state != State::Active => format!("agent {id} is {}", agent.state.as_str()),
        Some(grant) if !covers_written(grant, own, route) => format!("agent {id} is not granted it any more"),
        _ => return Ok(()),
    };
    Err(Error::new(Code::NotGranted, format!("{} route {:?} can't come back: {why}", route.kind, route.name))
        .hint("`cloudlunacy agent register` or `agent grant` says what holds now"))
}

fn follow(agent: &mut Agent, verb: Verb, route: &Route) {
    let is_it = |own: &OwnRoute| own.kind() == route.kind && own.name().as_str() == route.name;
    match verb {
        Verb::Removed => agent.routes.retain(|own| !is_it(own)),
        Verb::Added if !agent.routes.iter().any(is_it) => {
            if let Some(wish) = wish(agent, route) {
                agent.put_route(wish);
            }
        }
        _ => {}
    }
}

/// What an agent would have asked for to have this route; nothing where it is no route of an agent any more.
fn wish(agent: &Agent, route: &Route) -> Option<OwnRoute> {
    let host: Host = route.name.parse().ok().filter(|host| default_name(host, None).as_str() == route.name)?;
    let server = route.servers.first()?;
    let target: Target = match route.kind {
        Kind::Http => server.parse().ok()?,
        _ => format!("tls://{server}").parse().ok()?,
    };
    let entry_points = route.entry_points.iter().map(|name| name.parse().ok()).collect::<Option<_>>()?;
    let label = agent.label_for(&host, target.scheme().kind());
    Some(OwnRoute { label, host, target, entry_points, tls: Some(route.tls) })
}

/// Makes a change that the records of agents follow: they are the first to know of routes and the last to forget them.
pub fn alongside<T>(
    authority: &Authority,
    steps: &[Step],
    make: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    let noted: Vec<Agent> = steps.iter().filter_map(Step::note).collect();
    if !noted.is_empty() {
        authority.put_all(&noted.iter().map(Kept::Agent).collect::<Vec<_>>())?;
    }
    match make() {
        Ok(made) => settle_records(authority, &steps.iter().collect::<Vec<_>>()).map(|()| made),
        Err(error) if error.code.changed() == Changed::No => {
            Err(steps.iter().fold(error, |error, step| put_back(authority, step, error)))
        }
        Err(error) => Err(error),
    }
}
