//! `agent …`: servers that register routes of their own.

mod join;
mod manage;
mod office;
mod register;
mod token;

use super::{Context, Outcome};
use crate::agent::{Agent, JoinToken, Joins, State, TokenState};
use crate::authority::Authority;
use crate::cli::{AgentCommand, AgentFilter, Can, GrantFields, StateArg};
use crate::error::{Code, Error};
use crate::grant::{Denied, Own};
use crate::name::{AgentId, EntryPointName, Host, Target};
use crate::plan::bad_value;
use crate::registry::{Domains, Terms, granted};
use crate::settings::duration;
use crate::store::{Author, local_addresses, now};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What came of a command about agents that changes no route.
pub enum Agents {
    /// A token was made; its secret is shown this once.
    Made {
        /// What is kept of it.
        token: Box<JoinToken>,
        /// All of it.
        secret: String,
        /// What to type on the agent's machine, where that was asked for.
        join_command: Option<String>,
    },
    /// Tokens, who has joined by each, and what can be done with it.
    Tokens(Vec<(JoinToken, Joins, TokenState)>),
    /// A token is revoked; false where it was already.
    Revoked(String, bool),
    /// Agents.
    List(Vec<Agent>),
    /// One agent.
    One(Box<Agent>),
    /// Whether an agent may have a route.
    Can(Result<(), Denied>),
    /// This machine is an agent of a server elsewhere, which has said this of it.
    Joined(Value),
    /// It is one no longer.
    Left(Option<String>),
}

pub(super) fn run(context: &Context, command: &AgentCommand) -> Result<Outcome, Error> {
    match command {
        AgentCommand::Token { command } => token::run(context, command).map(Outcome::Agents),
        AgentCommand::Register(args) => register::register(context, args),
        AgentCommand::Rm(args) => manage::remove(context, args),
        AgentCommand::Grant(args) => manage::grant(context, args),
        AgentCommand::Disable(args) => manage::set_state(context, args, "disable", State::Disabled),
        AgentCommand::Enable(args) => manage::set_state(context, args, "enable", State::Active),
        AgentCommand::Approve(args) => manage::approve(context, args),
        AgentCommand::Reject(args) => manage::reject(context, args),
        AgentCommand::Rotate(args) => manage::rotate(context, args).map(Outcome::Agents),
        AgentCommand::List(filter) => Ok(Outcome::Agents(Agents::List(chosen(context, filter)?))),
        AgentCommand::Show { id } => {
            let agent = existing(&open(context)?, &parsed(id)?)?;
            Ok(Outcome::Agents(Agents::One(Box::new(agent))))
        }
        AgentCommand::Join(args) => join::join(context, args),
        AgentCommand::Can(args) => can(context, args).map(|answer| Outcome::Agents(Agents::Can(answer))),
    }
}

/// Every agent; none where nothing has been kept yet.
pub(super) fn all(context: &Context) -> Result<Vec<Agent>, Error> {
    let all = Authority::open(&context.state_dir)?.map_or_else(|| Ok(Vec::new()), |authority| authority.agents())?;
    Ok(all.into_iter().filter(|agent| agent.removed.is_none()).collect())
}

/// The agents that a filter lets through.
fn chosen(context: &Context, filter: &AgentFilter) -> Result<Vec<Agent>, Error> {
    let older_than = filter.older_than.as_ref().map(|text| {
        duration(text).ok_or_else(|| {
            Error::new(Code::BadValue, format!("--older-than: {text:?} is no length of time"))
                .hint("write 90s, 12h or 30d")
        })
    });
    let older_than = older_than.transpose()?;
    let seen = match (older_than, Authority::open(&context.state_dir)?) {
        (Some(_), Some(authority)) => authority.seen()?,
        _ => BTreeMap::new(),
    };
    let now = now();
    let state = filter.state.map(StateArg::of_agent);
    let is_old = |agent: &Agent| {
        let last = seen.get(agent.id.as_str()).copied().unwrap_or(agent.created).max(agent.created);
        older_than.is_none_or(|age| now.saturating_sub(last) > age.as_secs() as i64)
    };
    Ok(all(context)?
        .into_iter()
        .filter(|agent| state.is_none_or(|state| agent.state == state) && is_old(agent))
        .collect())
}

/// The state folder, where something has been kept.
fn open(context: &Context) -> Result<Authority, Error> {
    Authority::open(&context.state_dir)?.ok_or_else(|| {
        Error::new(Code::NotFound, format!("nothing is kept in {} yet: there is no agent", context.state_dir.display()))
            .hint("`cloudlunacy agent token create` or `agent register` begins it; --state-dir names another folder")
    })
}

fn existing(authority: &Authority, id: &AgentId) -> Result<Agent, Error> {
    authority.agent(id)?.filter(|agent| agent.removed.is_none()).ok_or_else(|| {
        Error::new(Code::NotFound, format!("there is no agent {:?}", id.as_str()))
            .hint("`cloudlunacy agent list` shows the agents")
    })
}

fn can(context: &Context, args: &Can) -> Result<Result<(), Denied>, Error> {
    let agent = existing(&open(context)?, &parsed(&args.id)?)?;
    let host: Host = parsed(&args.host)?;
    let target: Target = parsed(&args.target)?;
    let Some(grant) = &agent.grant else { return Ok(Ok(())) };
    granted(grant, &own(context), &host, &target)
}

/// Below which names agents get theirs: as was said, else as the settings say.
pub(super) fn domains(context: &Context, app: Option<&String>, mongo: Option<&String>) -> Domains {
    let settings = &context.settings.agents;
    Domains {
        app: app.or(settings.app_domain.as_ref()).cloned(),
        mongo: mongo.or(settings.mongo_domain.as_ref()).cloned(),
    }
}

/// What holds for all agents.
pub(super) fn terms(context: &Context) -> Terms {
    Terms { facts: context.facts.clone(), own: own(context) }
}

/// What is known of this machine: its addresses, and where its Traefik listens.
pub(super) fn own(context: &Context) -> Own {
    let entry_points = context.facts.static_config.iter().flat_map(|config| &config.entry_points);
    Own { addresses: local_addresses(), ports: entry_points.filter_map(|entry_point| entry_point.port).collect() }
}

fn parsed<T: std::str::FromStr<Err = crate::name::BadName>>(text: &str) -> Result<T, Error> {
    text.parse().map_err(bad_value)
}

/// Checked entry points of a grant, which must be there as far as that is known.
fn entry_points(context: &Context, fields: &GrantFields) -> Result<Vec<EntryPointName>, Error> {
    let known = context.facts.static_config.as_ref();
    let check = |name: &String| {
        let parsed: EntryPointName = parsed(name)?;
        match known.is_some_and(|config| config.entry_point(name).is_none()) {
            true => {
                Err(Error::new(Code::UnknownReference, format!("the static configuration has no entry point {name:?}")))
            }
            false => Ok(parsed),
        }
    };
    fields.entry_points.iter().map(check).collect()
}

/// A line of the audit log.
fn decision(action: &str, agent: Option<&str>, token: Option<&str>) -> Value {
    let author = Author::of_process();
    json!({
        "time": now(),
        "by": author,
        "action": action,
        "agent": agent,
        "token": token,
    })
}
