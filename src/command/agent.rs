//! `agent …`: servers that register routes of their own.

mod join;
pub(super) mod register;
mod token;

use super::{Context, Outcome};
use crate::agent::{Agent, JoinToken, TokenState};
use crate::authority::Authority;
use crate::cli::{AgentCommand, Can, GrantFields};
use crate::error::{Code, Error};
use crate::grant::{Denied, Own};
use crate::name::{AgentId, EntryPointName, Host, Target};
use crate::plan::bad_value;
use crate::store::{Author, local_addresses, now};
use serde_json::{Value, json};

/// What came of a command about agents that changes no route.
pub enum Agents {
    /// A token was made; its secret is shown this once.
    Made {
        /// What is kept of it.
        token: Box<JoinToken>,
        /// All of it.
        secret: String,
    },
    /// Tokens, and what can be done with each.
    Tokens(Vec<(JoinToken, TokenState)>),
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
        AgentCommand::Rm(args) => register::remove(context, args),
        AgentCommand::Grant(args) => register::grant(context, args),
        AgentCommand::List => Ok(Outcome::Agents(Agents::List(all(context)?))),
        AgentCommand::Show { id } => {
            Ok(Outcome::Agents(Agents::One(Box::new(existing(&open(context)?, &parsed(id)?)?))))
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
    let (address, port) = register::address_of(&target)?;
    let own = own(context);
    Ok(grant.allows_host(&host).and_then(|()| grant.allows_target(address, port, &own)))
}

/// What is known of this machine: its addresses, and where its Traefik listens.
fn own(context: &Context) -> Own {
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
