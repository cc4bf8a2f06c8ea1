//! `agent token create|list|revoke`.

use super::{Agents, decision, entry_points, open, parsed};
use crate::agent::{GrantPattern, JoinToken, PLACEHOLDER};
use crate::authority::Authority;
use crate::cli::{CreateToken, TokenCommand};
use crate::command::Context;
use crate::error::{Code, Error};
use crate::name::AgentId;
use crate::plan::shell_word;
use crate::settings::duration;
use crate::store::now;
use crate::token::{Token, Use};

pub(super) fn run(context: &Context, command: &TokenCommand) -> Result<Agents, Error> {
    match command {
        TokenCommand::Create(args) => create(context, args),
        TokenCommand::List => {
            let Some(authority) = Authority::open(&context.state_dir)? else { return Ok(Agents::Tokens(Vec::new())) };
            let known = |token: JoinToken| {
                let joins = authority.joins(&token.id)?;
                let state = token.state(joins.count(), now());
                Ok((token, joins, state))
            };
            authority.tokens()?.into_iter().map(known).collect::<Result<_, Error>>().map(Agents::Tokens)
        }
        TokenCommand::Revoke { id } => revoke(context, id),
    }
}

fn create(context: &Context, args: &CreateToken) -> Result<Agents, Error> {
    check_pattern(&args.id)?;
    lifetime(&args.ttl)?;
    let grant = GrantPattern {
        hosts: args.grant.hosts.clone(),
        targets: args.grant.targets.iter().map(|range| parsed(range)).collect::<Result<_, _>>()?,
        max_routes: args.grant.max_routes,
        entry_points: entry_points(context, &args.grant)?,
    };
    // The longest id there is, and every other, must make hosts of the patterns.
    let example: AgentId = parsed(if is_pattern(&args.id) { "a" } else { &args.id })?;
    grant.of(&example).map_err(crate::plan::bad_value)?;
    if let Some(host) = grant.hosts.iter().find(|host| is_pattern(&args.id) && !host.contains(PLACEHOLDER)) {
        return Err(Error::new(
            Code::BadValue,
            format!(
                "every agent of {:?} could claim {host}: a pattern of ids needs `{PLACEHOLDER}` in each host",
                args.id
            ),
        )
        .hint(format!("write --host '*.{PLACEHOLDER}.apps.example.com'")));
    }
    let authority = Authority::create(&context.state_dir)?;
    let _lock = authority.lock(&context.store)?;
    make(context, &authority, (&args.id, grant), (&args.ttl, args.uses), args.print_join_command)
}

/// How long a token holds, in seconds.
fn lifetime(ttl: &str) -> Result<i64, Error> {
    const LONGEST: u64 = 365 * 24 * 3600;
    let seconds = duration(ttl).map(|ttl| ttl.as_secs()).filter(|ttl| (1..=LONGEST).contains(ttl));
    seconds.map(|seconds| seconds as i64).ok_or_else(|| {
        Error::new(Code::BadValue, format!("--ttl: {ttl:?} is no time from 1s to 365d")).hint("write 30m, 1h or 7d")
    })
}

/// Makes a token, with the state folder locked.
pub(super) fn make(
    context: &Context,
    authority: &Authority,
    (agent, grant): (&str, GrantPattern),
    (ttl, uses): (&str, u32),
    print_join_command: bool,
) -> Result<Agents, Error> {
    let created = now();
    let expires = created.saturating_add(lifetime(ttl)?);
    let join_command = print_join_command.then(|| join_command(context, authority, agent)).transpose()?;
    let token = Token::random(Use::Join)?;
    let (id, agent) = (token.id().to_owned(), agent.to_owned());
    let kept = JoinToken { id, hash: token.hash(), agent, grant, created, expires, uses, revoked: None };
    authority.audit(&decision("token create", Some(&kept.agent), Some(&kept.id)))?;
    authority.put_token(&kept)?;
    Ok(Agents::Made { token: Box::new(kept), secret: token.secret().to_owned(), join_command })
}

/// What to type on the agent's machine; the token goes to its standard input.
fn join_command(context: &Context, authority: &Authority, agent: &str) -> Result<String, Error> {
    let url = context.settings.agents.url.as_ref().ok_or_else(|| {
        Error::new(Code::Usage, "--print-join-command: it is not known where agents reach this machine")
            .hint("say it by the setting agents.url, for example https://front.example.com:7843")
    })?;
    let pin = match url.starts_with("https://") {
        true => authority.fingerprint()?.map(|pin| format!(" --pin {pin}")).unwrap_or_default(),
        false => " --insecure-http".to_owned(),
    };
    let id = if is_pattern(agent) { " --id ID" } else { "" };
    Ok(format!("cloudlunacy agent join {} --token-file -{pin}{id} --app SUB=PORT", shell_word(url)))
}

fn is_pattern(id: &str) -> bool {
    id.contains(['*', '?'])
}

/// An id, or a pattern of ids.
fn check_pattern(id: &str) -> Result<(), Error> {
    let filled = id.replace(['*', '?'], "a");
    parsed::<AgentId>(&filled).map(drop)
}

fn revoke(context: &Context, id: &str) -> Result<Agents, Error> {
    let not_found = || {
        Error::new(Code::NotFound, "there is no such token".to_owned())
            .hint("`cloudlunacy agent token list` shows the ids of tokens")
    };
    if !Token::is_id(id) {
        return Err(not_found());
    }
    let authority = open(context)?;
    let _lock = authority.lock(&context.store)?;
    let token = authority.token(id)?.ok_or_else(not_found)?;
    if token.revoked.is_some() {
        return Ok(Agents::Revoked(id.to_owned(), false));
    }
    void(&authority, token)?;
    Ok(Agents::Revoked(id.to_owned(), true))
}

/// Makes a token void, with the state folder locked.
pub(super) fn void(authority: &Authority, token: JoinToken) -> Result<(), Error> {
    authority.audit(&decision("token revoke", Some(&token.agent), Some(&token.id)))?;
    authority.put_token(&JoinToken { revoked: Some(now()), ..token })
}
