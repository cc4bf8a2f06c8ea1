//! `agent rm|grant|disable|enable|approve|reject|rotate`: what an administrator does with agents that are there.

use super::office::Office;
use super::{Agents, chosen, decision, entry_points, own, parsed, token};
use crate::agent::{Agent, GrantPattern, State};
use crate::cli::{GrantAgent, OneAgent, RemoveAgent, Rotate};
use crate::command::{Context, Outcome};
use crate::error::{Code, Error};
use crate::grant::Grant;
use crate::name::AgentId;
use crate::registry::{Step, covers};
use crate::store::now;

pub(super) fn remove(context: &Context, args: &RemoveAgent) -> Result<Outcome, Error> {
    let office = Office::open(context, &args.change)?;
    let agents = match &args.id {
        Some(id) => vec![office.existing(&parsed(id)?)?],
        None if args.filter.is_empty() => {
            return Err(Error::new(Code::Usage, "which agent? None was named")
                .hint("name one, or choose several with --state or --older-than"));
        }
        None => chosen(context, &args.filter)?,
    };
    let steps: Vec<Step> = agents.into_iter().map(|agent| departure(agent, !args.keep_routes)).collect();
    revoke_tokens(&office, &steps)?;
    office.settle("rm", &steps)
}

/// What is left of an agent that goes is that it was there.
fn departure(agent: Agent, routes_follow: bool) -> Step {
    let after = agent.without_rights(now());
    Step { before: Some(agent), after, routes_follow }
}

/// Nobody joins again by the token of an agent that goes.
fn revoke_tokens(office: &Office<'_>, steps: &[Step]) -> Result<(), Error> {
    let Some(authority) = office.authority() else { return Ok(()) };
    let gone = |id: AgentId| steps.iter().any(|step| step.after.id == id);
    for token in authority.tokens()? {
        if token.revoked.is_none() && token.only_agent().is_some_and(gone) {
            token::void(authority, token)?;
        }
    }
    Ok(())
}

pub(super) fn grant(context: &Context, args: &GrantAgent) -> Result<Outcome, Error> {
    let office = Office::open(context, &args.change)?;
    let before = office.existing(&parsed(&args.id)?)?;
    let grant = Grant {
        hosts: args.grant.hosts.iter().map(|host| parsed(host)).collect::<Result<_, _>>()?,
        targets: args.grant.targets.iter().map(|range| parsed(range)).collect::<Result<_, _>>()?,
        max_routes: args.grant.max_routes,
        entry_points: entry_points(context, &args.grant)?,
    };
    let own = own(context);
    let mut after = Agent { grant: Some(grant.clone()), ..before.clone() };
    after.routes.retain(|route| covers(&grant, &own, route));
    office.settle("grant", &[Step { before: Some(before), after, routes_follow: true }])
}

/// `disable` and `enable`.
pub(super) fn set_state(context: &Context, args: &OneAgent, action: &str, state: State) -> Result<Outcome, Error> {
    becomes(context, args, (action, state), |before| match before.state {
        State::Pending => Err(not_pending(before, true)),
        _ => Ok(()),
    })
}

pub(super) fn approve(context: &Context, args: &OneAgent) -> Result<Outcome, Error> {
    becomes(context, args, ("approve", State::Active), |before| match before.state {
        State::Pending | State::Active => Ok(()),
        _ => Err(not_pending(before, false)),
    })
}

/// Puts an agent that may come to it into a state.
fn becomes(
    context: &Context,
    args: &OneAgent,
    (action, state): (&str, State),
    may: impl FnOnce(&Agent) -> Result<(), Error>,
) -> Result<Outcome, Error> {
    let office = Office::open(context, &args.change)?;
    let before = office.existing(&parsed(&args.id)?)?;
    may(&before)?;
    let after = Agent { state, ..before.clone() };
    office.settle(action, &[Step { before: Some(before), after, routes_follow: true }])
}

pub(super) fn reject(context: &Context, args: &OneAgent) -> Result<Outcome, Error> {
    let office = Office::open(context, &args.change)?;
    let before = office.existing(&parsed(&args.id)?)?;
    if before.state != State::Pending {
        return Err(not_pending(&before, false));
    }
    let steps = [departure(before, true)];
    revoke_tokens(&office, &steps)?;
    office.settle("reject", &steps)
}

fn not_pending(agent: &Agent, is_pending: bool) -> Error {
    let id = agent.id.as_str();
    match is_pending {
        true => Error::new(Code::NotGranted, format!("agent {id} has not been approved yet"))
            .hint(format!("`cloudlunacy agent approve {id}`, or `agent reject {id}`")),
        false => {
            Error::new(Code::NotFound, format!("agent {id} does not wait for approval: it is {}", agent.state.as_str()))
                .hint("`cloudlunacy agent list --state pending` shows those that do")
        }
    }
}

/// A token by which the agent takes up a new key; the old one is void from then on, with `--now` from now on.
pub(super) fn rotate(context: &Context, args: &Rotate) -> Result<Agents, Error> {
    let authority = super::open(context)?;
    let _lock = authority.lock(&context.store)?;
    let id: AgentId = parsed(&args.id)?;
    let agent = super::existing(&authority, &id)?;
    let Some(grant) = &agent.grant else {
        return Err(Error::new(Code::NotGranted, format!("agent {id} has no grant, so it can't speak for itself"))
            .hint(format!("say what it may claim first: `cloudlunacy agent grant {id} --host … --target …`")));
    };
    let grant = GrantPattern {
        hosts: grant.hosts.iter().map(ToString::to_string).collect(),
        targets: grant.targets.clone(),
        max_routes: grant.max_routes,
        entry_points: grant.entry_points.clone(),
    };
    if args.now {
        authority.audit(&decision("rotate", Some(id.as_str()), None))?;
        let credential_since = now().max(agent.credential_since);
        authority.put_agent(&Agent { credential: None, credential_since, ..agent })?;
    }
    token::make(context, &authority, (id.as_str(), grant), (&args.ttl, 1), args.print_join_command)
}
