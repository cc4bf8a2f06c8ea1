//! What becomes of what an agent asks for: pure decisions, on what is kept of it and of its token.
//!
//! Whoever may not know whether an id exists gets the same answer either way.

use super::ask::{HostAsk, RouteAsk, What, Which};
use super::refusal::{ASK, Code, Refusal};
use crate::agent::{Agent, Credential, Join, JoinToken, Joins, OwnRoute, State, TokenState};
use crate::name::{AgentId, Kind, RouteLabel, Scheme};
use crate::registry::{Domains, Named, Step};
use crate::route::Tls;
use crate::token::Token;

/// What holds for every agent.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Below which names they get theirs.
    pub domains: Domains,
    /// Whether those that are new wait for an administrator.
    pub needs_approval: bool,
    /// Whether those that have said that they are alive must go on saying it.
    pub has_leases: bool,
}

/// What was decided.
#[derive(Debug)]
pub enum Decision {
    /// There is nothing to change.
    Nothing(Box<Agent>),
    /// The agent changes; and it joins by a token, where it does.
    Step(Box<Step>, Option<Join>),
}

/// The one answer to a credential that does not count, whatever is wrong with it.
pub fn unauthorized() -> Refusal {
    Refusal::new(
        Code::Unauthorized,
        "the credential does not count",
        "ask the administrator of the front server for one",
    )
}

fn not_granted(message: impl Into<String>) -> Refusal {
    Refusal::new(Code::NotGranted, message, ASK)
}

/// Which agent wants to join by a token.
pub fn joining_id(token: &JoinToken, named: Option<&AgentId>) -> Result<AgentId, Refusal> {
    match (named, token.only_agent()) {
        (Some(id), _) if !token.is_for(id) => Err(not_for_that_id()),
        (Some(id), _) => Ok(id.clone()),
        (None, Some(id)) => Ok(id),
        (None, None) => Err(Refusal::bad_value("which agent is it?", "say its `id`")),
    }
}

fn not_for_that_id() -> Refusal {
    not_granted("an agent of that id can't join by this credential")
}

/// Joins an agent, or goes on with what was begun before: a token is bound to the first key that it is used with.
pub fn join(
    rules: &Rules,
    (token, joins): (&JoinToken, &Joins),
    (id, kept): (AgentId, Option<Agent>),
    (key, what): (Option<&Token>, &What),
    now: i64,
) -> Result<Decision, Refusal> {
    let present = kept.as_ref().filter(|agent| agent.removed.is_none());
    let credential = match key {
        Some(key) => Credential::Key { id: key.id().to_owned(), hash: key.hash() },
        None => Credential::Token(token.id.clone()),
    };
    let hash = key.map(Token::hash);
    let begun = joins.of_agent(&id).find(|join| join.key == hash);
    let has_it = present.is_some_and(|agent| agent.credential.as_ref() == Some(&credential));
    // What has happened to the agent since it joined so counts for more. Clocks are set back: that a join comes after
    // what was before it does not depend on them.
    let is_over =
        !has_it && kept.as_ref().zip(begun.as_ref()).is_some_and(|(agent, join)| agent.last_turn() >= join.at);
    let next = kept.as_ref().map_or(now, |agent| now.max(agent.last_turn().saturating_add(1)));
    let at = begun.as_ref().map_or(next, |join| join.at.max(next));
    let state = token.state(joins.count(), now);
    let base = match (&begun, present) {
        // What many have would make each of them all the others.
        _ if key.is_none() && token.only_agent().is_none() => return Err(not_for_that_id()),
        _ if is_over => return Err(unauthorized()),
        (None, _) if state != TokenState::Open => return Err(closed(state)),
        // Whoever has a token for many may not take the place of one of them.
        (None, Some(_)) if token.only_agent().is_none() => return Err(not_for_that_id()),
        (_, Some(agent)) => agent.clone(),
        (_, None) => {
            let state = if rules.needs_approval { State::Pending } else { State::Active };
            Agent { state, ..Agent::new(id.clone(), now) }
        }
    };
    let grant = match &base.grant {
        Some(grant) => grant.clone(),
        None => token.grant.of(&id).map_err(|_| not_for_that_id())?,
    };
    let is_new = begun.is_none();
    let base = Agent { grant: Some(grant), ..enabled(base)?.with_credential(credential, at) };
    let after = changed(rules, base, what, now)?;
    let join = is_new.then_some(Join { agent: id, key: hash, at });
    Ok(Decision::Step(Box::new(Step { before: kept, after, routes_follow: true }), join))
}

fn closed(state: TokenState) -> Refusal {
    match state {
        TokenState::Open | TokenState::Revoked => unauthorized(),
        TokenState::Used => Refusal::new(
            Code::UsedUp,
            "as many agents have joined by this credential as may",
            "ask the administrator of the front server for another",
        ),
        TokenState::Expired => Refusal::new(
            Code::Expired,
            "the time in which agents could join by this credential is over",
            "ask the administrator of the front server for another",
        ),
    }
}

fn enabled(agent: Agent) -> Result<Agent, Refusal> {
    match agent.state {
        State::Disabled => Err(Refusal::new(Code::Disabled, "the agent is disabled", ASK)),
        _ => Ok(agent),
    }
}

/// What an agent asks for that has proved who it is.
pub fn decide(rules: &Rules, agent: Agent, what: &What, now: i64) -> Result<Decision, Refusal> {
    let agent = enabled(agent)?;
    let after = match what {
        What::Show => return Ok(Decision::Nothing(Box::new(agent))),
        What::Leave => agent.without_rights(now),
        // One that has expired may have routes left, if the server has died over taking them away.
        What::Lapse if matches!(agent.state, State::Active | State::Expired) => {
            Agent { state: State::Expired, ..agent.clone() }
        }
        What::Lapse => return Ok(Decision::Nothing(Box::new(agent))),
        _ => changed(rules, agent.clone(), what, now)?,
    };
    let is_settled = matches!(what, What::Beat) && agent == after;
    Ok(match is_settled {
        true => Decision::Nothing(Box::new(agent)),
        false => Decision::Step(Box::new(Step { before: Some(agent), after, routes_follow: true }), None),
    })
}

/// The agent with what it asks for.
fn changed(rules: &Rules, mut agent: Agent, what: &What, now: i64) -> Result<Agent, Refusal> {
    match what {
        What::Join { address, routes, .. } | What::Put { address, routes, .. } => {
            agent.address = address.or(agent.address);
            if let Some(routes) = routes {
                let wanted: Vec<OwnRoute> = routes
                    .iter()
                    .map(|(label, route)| wish(rules, &agent, Some(label), route))
                    .collect::<Result<_, _>>()?;
                let is_same = |at: usize, route: &OwnRoute| wanted.iter().take(at).any(|other| other.is_for(route));
                if let Some((_, route)) = wanted.iter().enumerate().find(|(at, route)| is_same(*at, route)) {
                    let what = format!("two routes are for {}", route.host);
                    return Err(Refusal::bad_value(what, "leave one of them out"));
                }
                agent.routes.retain(|own| wanted.iter().any(|route| route.label == own.label));
                wanted.into_iter().for_each(|route| agent.put_route(route));
            }
        }
        What::PutRoute(label, route) => {
            let route = wish(rules, &agent, label.as_ref(), route)?;
            agent.put_route(route);
        }
        What::RemoveRoute(Which::Label(label)) => agent.routes.retain(|route| route.label != *label),
        What::RemoveRoute(Which::Mongodb) => agent.routes.retain(|route| route.target.scheme() != Scheme::Mongodb),
        What::RemoveRoute(Which::Subdomain(label)) => {
            let host = rules.domains.app.as_ref().map(|domain| format!("{label}.{domain}"));
            let is_it = |route: &OwnRoute| route.kind() == Kind::Http && Some(route.host.as_str()) == host.as_deref();
            agent.routes.retain(|route| !is_it(route));
        }
        What::Beat if rules.has_leases => agent.has_beaten = true,
        What::Beat | What::Show | What::Leave | What::Lapse => {}
    }
    if let What::Put { key: Some(key), .. } = what {
        agent = agent.with_credential(Credential::Key { id: key.id().to_owned(), hash: key.hash() }, now);
    }
    // Whoever asks for anything is alive.
    if agent.state == State::Expired && !matches!(what, What::Show) {
        agent.state = State::Active;
    }
    Ok(agent)
}

/// The route that an ask means.
pub fn wish(rules: &Rules, agent: &Agent, label: Option<&RouteLabel>, route: &RouteAsk) -> Result<OwnRoute, Refusal> {
    let named = match &route.host {
        HostAsk::Whole(host) => Named::Host(host),
        HostAsk::Subdomain(label) if label.contains('*') => {
            return Err(Refusal::bad_value("a subdomain is a name, and no wildcard", "name the host instead"));
        }
        HostAsk::Subdomain(label) => Named::Subdomain(label),
        HostAsk::ById => Named::ById,
    };
    let host = rules.domains.host(&agent.id, named, &route.target).map_err(|error| Refusal::from(&error))?;
    if host.is_any() {
        return Err(Refusal::bad_value("`*` is every host, which no agent can have", "name a domain"));
    }
    if host.as_str().contains('_') {
        return Err(Refusal::bad_value(
            format!("{host} holds a `_`, which no host on the web does"),
            "letters, digits and `-` are possible",
        ));
    }
    let (target, tls) = (route.target.clone(), route.tls);
    match (target.scheme().kind(), tls) {
        (Kind::Http, Some(Tls::Passthrough)) => {
            return Err(Refusal::bad_value("the TLS of HTTP can't be passed through", "say on or off"));
        }
        (Kind::Tcp | Kind::Udp, Some(Tls::Off)) => {
            return Err(Refusal::bad_value(
                "without TLS it can't be told which host a client means",
                "say on or passthrough",
            ));
        }
        _ => {}
    }
    let label = label.cloned().unwrap_or_else(|| agent.label_for(&host, target.scheme().kind()));
    let before = agent.routes.iter().find(|own| own.label == label);
    let entry_points = before.map(|own| own.entry_points.clone()).unwrap_or_default();
    Ok(OwnRoute { label, host, target, entry_points, tls })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::GrantPattern;
    use crate::token::Use;

    fn token() -> JoinToken {
        let secret = Token::random(Use::Join).unwrap();
        let grant = GrantPattern {
            hosts: vec!["*.example.com".into()],
            targets: vec!["10.8.0.0/24".parse().unwrap()],
            max_routes: 1,
            entry_points: Vec::new(),
        };
        let (id, hash) = (secret.id().to_owned(), secret.hash());
        let agent = "web-7".to_owned();
        JoinToken { id, hash, agent, grant, created: 0, expires: 9000, uses: 1, revoked: None }
    }

    #[test]
    fn a_clock_that_is_set_back_revives_nothing_and_takes_no_use_away() {
        let id: AgentId = "web-7".parse().unwrap();
        let (first, second) = (Token::random(Use::Agent).unwrap(), Token::random(Use::Agent).unwrap());
        let ask = |key: &Token| What::Join { key: Some(key.clone()), address: None, routes: None };
        let rules = Rules::default();
        let token = token();
        let by = |joins: Joins, kept: Option<Agent>, key: &Token, now: i64| match join(
            &rules,
            (&token, &joins),
            (id.clone(), kept),
            (Some(key), &ask(key)),
            now,
        ) {
            Ok(Decision::Step(step, join)) => {
                let added = join.map(|join| {
                    let mut joins = joins.clone();
                    joins.add(&join);
                    joins
                });
                Ok((step.after, added))
            }
            Ok(Decision::Nothing(_)) => panic!("a join is a step"),
            Err(refusal) => Err(refusal.code),
        };
        let (agent, used) = by(Joins::default(), None, &first, 5000).unwrap();
        let used = used.unwrap();
        for now in [5000, 1000, 8000] {
            assert_eq!(by(used.clone(), Some(agent.clone()), &first, now).unwrap(), (agent.clone(), None), "again");
            // It has gone, or has another key, by a clock that says something else.
            let gone = agent.without_rights(now);
            assert_eq!(by(used.clone(), Some(gone.clone()), &first, 1000), Err(Code::Unauthorized));
            let What::Join { key, .. } = ask(&second) else { return };
            let put = What::Put { key, address: None, routes: None };
            let Ok(Decision::Step(step, _)) = decide(&rules, agent.clone(), &put, now) else { panic!("a step") };
            assert_eq!(by(used.clone(), Some(step.after), &first, 1000), Err(Code::Unauthorized));
            // A join by a new token, cut short before the agent was kept, is finished by the same request.
            let (again, fresh) = by(Joins::default(), Some(gone.clone()), &first, now).unwrap();
            for later in [now, 1000] {
                let finished = by(fresh.clone().unwrap(), Some(gone.clone()), &first, later).unwrap().0;
                assert_eq!((&finished.credential, finished.removed), (&again.credential, None));
                let gone = finished.without_rights(1);
                assert_eq!(by(fresh.clone().unwrap(), Some(gone), &first, later), Err(Code::Unauthorized));
            }
        }
    }
}
