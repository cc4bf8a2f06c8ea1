//! The API of agents, version 1: paths, methods and bodies, and what is answered.

use super::ask::{Ask, HostAsk, Reply, RouteAsk, What, Which};
use super::exchange::{Answer, Request};
use super::refusal::{Code, Refusal};
use crate::agent::OwnRoute;
use crate::name::{AgentId, BadName, RouteLabel, Scheme, Target};
use crate::plan::Verb;
use crate::route::Tls;
use crate::token::{Token, Use};
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use std::fmt;
use std::net::IpAddr;

/// One thing that can be done.
pub struct Operation {
    /// The method.
    pub method: &'static str,
    /// The path; `{name}` stands for one segment.
    pub path: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Whose credential it takes.
    pub credential: Holder,
    /// What it takes.
    pub body: Body,
    /// The statuses of success, and what they mean.
    pub answers: &'static [(u16, &'static str)],
    read: Read,
}

/// Reads a request, with the segment that `{name}` stands for: who says that it asks, and for what.
type Read = fn(&Request, &str) -> Result<(Option<AgentId>, What), Refusal>;

/// Whose credential an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A token that was made for joining.
    Token,
    /// The key of an agent.
    Key,
}

/// What an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// A [`JoinBody`].
    Join,
    /// A [`PutBody`].
    Put,
    /// A [`RouteBody`].
    Route,
}

/// Everything that an agent can do.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        method: "POST",
        path: "/v1/agents",
        summary: "Join by a token, with a key of one's own; said again with the same key, it finishes what was begun",
        credential: Holder::Token,
        body: Body::Join,
        answers: &[(200, "it has joined before"), (201, "it has joined"), (202, "it waits for an administrator")],
        read: |request, _| {
            let JoinBody { key, id, address, routes } = decoded(&request.body)?;
            Ok((id, What::Join { key: Some(key.0), address, routes: routes.map(asked).transpose()? }))
        },
    },
    Operation {
        method: "GET",
        path: "/v1/agents/me",
        summary: "Show the agent: its state, its grant, its routes",
        credential: Holder::Key,
        body: Body::None,
        answers: &[(200, "the agent")],
        read: |_, _| Ok((None, What::Show)),
    },
    Operation {
        method: "PUT",
        path: "/v1/agents/me",
        summary: "Have just these routes, another address, another key; what is not named stays",
        credential: Holder::Key,
        body: Body::Put,
        answers: &[(200, "the agent")],
        read: |request, _| {
            let PutBody { key, address, routes } = decoded(&request.body)?;
            Ok((None, What::Put { key: key.map(|key| key.0), address, routes: routes.map(asked).transpose()? }))
        },
    },
    Operation {
        method: "DELETE",
        path: "/v1/agents/me",
        summary: "Leave, with all routes; the key is void then",
        credential: Holder::Key,
        body: Body::None,
        answers: &[(200, "it is gone")],
        read: |_, _| Ok((None, What::Leave)),
    },
    Operation {
        method: "PUT",
        path: "/v1/agents/me/routes/{name}",
        summary: "Have a route",
        credential: Holder::Key,
        body: Body::Route,
        answers: &[(200, "the agent"), (201, "the agent, with a route that is new")],
        read: |request, name| Ok((None, What::PutRoute(Some(label(name)?), route(decoded(&request.body)?)?))),
    },
    Operation {
        method: "DELETE",
        path: "/v1/agents/me/routes/{name}",
        summary: "Have a route no more",
        credential: Holder::Key,
        body: Body::None,
        answers: &[(200, "the agent")],
        read: |_, name| Ok((None, What::RemoveRoute(Which::Label(label(name)?)))),
    },
    Operation {
        method: "POST",
        path: "/v1/agents/me/heartbeat",
        summary: "Say that one is alive; with a lease, this is what keeps the routes",
        credential: Holder::Key,
        body: Body::None,
        answers: &[(200, "the state of the agent, and how long its lease is")],
        read: |_, _| Ok((None, What::Beat)),
    },
];

/// A body of `POST /v1/agents`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinBody {
    key: Key,
    id: Option<AgentId>,
    address: Option<IpAddr>,
    routes: Option<Routes>,
}

/// A body of `PUT /v1/agents/me`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutBody {
    key: Option<Key>,
    address: Option<IpAddr>,
    routes: Option<Routes>,
}

/// A body of `PUT /v1/agents/me/routes/{name}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RouteBody {
    host: Option<String>,
    subdomain: Option<String>,
    target: Target,
    tls: Option<Tls>,
}

/// A key that an agent has made.
struct Key(Token);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Key, D::Error> {
        let text = String::deserialize(deserializer)?;
        // What was sent may be a secret all the same.
        let bad = || serde::de::Error::custom("the key is none: 32 random bytes, written as cla_ID_SECRET_CHECK");
        Token::parse(Use::Agent, &text).map(Key).ok_or_else(bad)
    }
}

/// Routes by name, each of which is there once.
struct Routes(Vec<(RouteLabel, RouteBody)>);

impl<'de> Deserialize<'de> for Routes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Routes, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Routes;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("routes by name")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Routes, A::Error> {
                let mut routes: Vec<(RouteLabel, RouteBody)> = Vec::new();
                while let Some((label, route)) = map.next_entry::<RouteLabel, RouteBody>()? {
                    if routes.iter().any(|(other, _)| *other == label) {
                        return Err(serde::de::Error::custom(format!("duplicate field `{label}`")));
                    }
                    routes.push((label, route));
                }
                Ok(Routes(routes))
            }
        }
        deserializer.deserialize_map(Each)
    }
}

fn asked(routes: Routes) -> Result<Vec<(RouteLabel, RouteAsk)>, Refusal> {
    routes.0.into_iter().map(|(label, body)| Ok((label, route(body)?))).collect()
}

fn route(body: RouteBody) -> Result<RouteAsk, Refusal> {
    let RouteBody { host, subdomain, target, tls } = body;
    let host = match (host, subdomain) {
        (Some(_), Some(_)) => {
            return Err(Refusal::bad_value("a route has a host or a subdomain, not both", "leave one of them out"));
        }
        (Some(host), None) => HostAsk::Whole(host),
        (None, Some(label)) => HostAsk::Subdomain(label),
        (None, None) => HostAsk::ById,
    };
    may_lead_there(&target)?;
    Ok(RouteAsk { host, target, tls })
}

/// Agents get routes by host alone: not those that would take a whole entry point.
pub fn may_lead_there(target: &Target) -> Result<(), Refusal> {
    const SCHEMES: [Scheme; 6] =
        [Scheme::Http, Scheme::Https, Scheme::Mongodb, Scheme::Postgres, Scheme::Redis, Scheme::Tls];
    match SCHEMES.contains(&target.scheme()) {
        true => Ok(()),
        false => Err(Refusal::bad_value(
            format!("an agent's route can't lead to {}://", target.scheme()),
            "http, https, mongodb, postgres, redis and tls are possible",
        )),
    }
}

fn label(text: &str) -> Result<RouteLabel, Refusal> {
    text.parse().map_err(|bad: BadName| Refusal::bad_value(bad.what, "for example: shop"))
}

/// A body, which must be JSON of just that form.
pub fn decoded<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        match error.classify() {
            _ if message.starts_with("duplicate field") => Refusal::new(Code::MalformedJson, message, "say it once"),
            serde_json::error::Category::Data if message.starts_with("unknown field") => Refusal::new(
                Code::UnknownField,
                message,
                "routers, rules, priorities and middlewares are not for agents",
            ),
            serde_json::error::Category::Data => Refusal::bad_value(message, "GET /openapi.json says what is taken"),
            _ => Refusal::new(Code::MalformedJson, message, "GET /openapi.json says what is taken"),
        }
    })
}

/// What a request asks for.
pub fn read(request: &Request) -> Result<Ask, Answer> {
    let (operation, name) = find(request)?;
    let (id, what) = (operation.read)(request, name)?;
    if operation.body == Body::None && !matches!(request.body.as_slice(), b"" | b"{}") {
        return Err(Refusal::new(Code::UnknownField, "no body is taken here", "leave it out").into());
    }
    Ok(Ask { credential: request.bearer.clone(), id, peer: request.peer, what })
}

/// The operation at a path, and the segment that its `{name}` stands for.
fn find(request: &Request) -> Result<(&'static Operation, &str), Answer> {
    let there: Vec<_> = OPERATIONS.iter().filter_map(|op| Some((op, segment(op.path, &request.path)?))).collect();
    if there.is_empty() {
        return Err(no_such_path().into());
    }
    there.iter().find(|(operation, _)| operation.method == request.method).copied().ok_or_else(|| {
        let allow = ALLOWED.iter().find(|(path, _)| there.iter().any(|(op, _)| op.path == *path));
        not_allowed(allow.map_or("GET", |(_, methods)| methods))
    })
}

/// The methods of each path.
const ALLOWED: [(&str, &str); 4] = [
    ("/v1/agents", "POST"),
    ("/v1/agents/me", "GET, PUT, DELETE"),
    ("/v1/agents/me/routes/{name}", "PUT, DELETE"),
    ("/v1/agents/me/heartbeat", "POST"),
];

/// There is nothing.
pub fn no_such_path() -> Refusal {
    Refusal::new(Code::NoSuchPath, "there is nothing at this path", "GET /openapi.json lists the paths")
}

/// There is something, but not that.
pub fn not_allowed(methods: &'static str) -> Answer {
    let refusal =
        Refusal::new(Code::MethodNotAllowed, "this path does not have that method", format!("it has {methods}"));
    Answer { allow: Some(methods), ..refusal.into() }
}

/// The segment of a path at the place of `{name}`; empty where the pattern has none.
fn segment<'p>(pattern: &str, path: &'p str) -> Option<&'p str> {
    match pattern.split_once("{name}") {
        None => (pattern == path).then_some(""),
        Some((before, after)) => {
            let name = path.strip_prefix(before)?.strip_suffix(after)?;
            (!name.contains('/')).then_some(name)
        }
    }
}

/// The answer to what was done.
pub fn answer(what: &What, reply: &Reply, lease: Option<u64>) -> Answer {
    let agent = &reply.agent;
    let status = match (what, reply.outcome) {
        (What::Join { .. }, _) if reply.is_pending() => 202,
        (What::Join { .. } | What::PutRoute(..), Verb::Added) => 201,
        _ => 200,
    };
    if agent.removed.is_some() {
        return Answer::json(200, json!({ "outcome": Verb::Removed.as_str() }));
    }
    if matches!(what, What::Beat) {
        return Answer::json(200, json!({ "id": agent.id, "state": agent.state.as_str(), "lease": lease }));
    }
    let routes: serde_json::Map<String, Value> =
        agent.routes.iter().map(|route| (route.label.to_string(), route_json(route))).collect();
    Answer::json(
        status,
        json!({
            "id": agent.id,
            "state": agent.state.as_str(),
            "outcome": reply.outcome.as_str(),
            "change": reply.change,
            "lease": lease,
            "grant": agent.grant,
            "routes": routes,
        }),
    )
}

fn route_json(route: &OwnRoute) -> Value {
    let mut value = json!({ "host": route.host, "target": route.target });
    if let Some(tls) = route.tls {
        value["tls"] = json!(tls);
    }
    value
}

/// The fields that a body may have.
#[cfg(test)]
pub fn fields(body: Body) -> Vec<String> {
    let unknown = br#"{"?": 0}"#;
    let refusal = match body {
        Body::None => return Vec::new(),
        Body::Join => decoded::<JoinBody>(unknown).err(),
        Body::Put => decoded::<PutBody>(unknown).err(),
        Body::Route => decoded::<RouteBody>(unknown).err(),
    };
    let message = refusal.map(|refusal| refusal.message).unwrap_or_default();
    message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
}
