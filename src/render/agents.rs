//! Agents and tokens: for people, and as JSON. No secret is shown but to whom it is made for, once.

use super::Style;
use super::json::SCHEMA_VERSION;
use super::table::table;
use super::text::{moment, sanitize};
use crate::agent::{Agent, JoinToken, Joins, OwnRoute, TokenState};
use crate::command::Agents;
use crate::grant::Grant;
use serde_json::{Value, json};

pub(super) fn text(agents: &Agents, style: Style) -> String {
    match agents {
        Agents::Made { token, secret, join_command } => format!(
            "made   token {}: {} can join until {}\n       hosts: {}; targets: {}; at most {} routes\n\n{secret}\n\nIt is shown this once. Revoke it with: cloudlunacy agent token revoke {}\n{}",
            token.id,
            count(token),
            moment(token.expires),
            sanitize(&token.grant.hosts.join(", ")),
            listed(&token.grant.targets),
            token.grant.max_routes,
            token.id,
            join_command
                .as_ref()
                .map(|line| format!(
                    "On the agent's machine, with the token on its standard input: {}\n",
                    sanitize(line)
                ))
                .unwrap_or_default(),
        ),
        Agents::Tokens(tokens) => table(style.width, &TOKENS, tokens.iter().map(token_row).collect(), &[4, 5]),
        Agents::Revoked(id, true) => format!("revoked  token {id}: nobody can join by it any more\n"),
        Agents::Revoked(..) => "unchanged\n".into(),
        Agents::List(agents) => table(style.width, &AGENTS, agents.iter().map(agent_row).collect(), &[3, 4]),
        Agents::One(agent) => one(agent),
        Agents::Can(Ok(())) => "yes\n".into(),
        Agents::Can(Err(denied)) => format!("no: {}\n", sanitize(&denied.to_string())),
        Agents::Joined(agent) => joined(agent),
        Agents::Left(id) => format!("left  agent  {}\n", sanitize(id.as_deref().unwrap_or("-"))),
    }
}

const TOKENS: [&str; 6] = ["TOKEN", "AGENT", "STATE", "EXPIRES", "HOSTS", "TARGETS"];
const AGENTS: [&str; 6] = ["AGENT", "STATE", "ADDRESS", "HOSTS", "TARGETS", "ROUTES"];

fn count(token: &JoinToken) -> String {
    match token.uses {
        1 => format!("agent {}", token.agent),
        uses => format!("{uses} agents {}", token.agent),
    }
}

fn token_row((token, joins, state): &(JoinToken, Joins, TokenState)) -> Vec<String> {
    let state = match state {
        TokenState::Open if token.uses > 1 => format!("open, {} of {} used", joins.count(), token.uses),
        state => state.as_str().to_owned(),
    };
    vec![
        token.id.clone(),
        token.agent.clone(),
        state,
        moment(token.expires),
        token.grant.hosts.join(", "),
        listed(&token.grant.targets),
    ]
}

fn agent_row(agent: &Agent) -> Vec<String> {
    let address = agent.address.map_or_else(|| "-".into(), |address| address.to_string());
    let (hosts, targets) = match &agent.grant {
        Some(grant) => (listed(&grant.hosts), listed(&grant.targets)),
        None => ("(no grant)".into(), "-".into()),
    };
    vec![agent.id.to_string(), agent.state.as_str().to_owned(), address, hosts, targets, agent.routes.len().to_string()]
}

fn one(agent: &Agent) -> String {
    let mut lines = vec![
        ("agent", agent.id.to_string()),
        ("state", agent.state.as_str().to_owned()),
        ("address", agent.address.map_or_else(|| "-".into(), |address| address.to_string())),
        ("since", moment(agent.created)),
    ];
    match &agent.grant {
        None => lines.push(("grant", "none: an administrator registered it".into())),
        Some(Grant { hosts, targets, max_routes, entry_points }) => {
            lines.push(("hosts", listed(hosts)));
            lines.push(("targets", listed(targets)));
            lines.push(("routes", format!("at most {max_routes}")));
            if !entry_points.is_empty() {
                lines.push(("listens on", listed(entry_points)));
            }
        }
    }
    lines.extend(
        agent.routes.iter().map(|route| ("route", format!("{}  {}  →  {}", route.label, route.host, route.target))),
    );
    lines.iter().map(|(key, value)| format!("{key:<11} {}\n", sanitize(value))).collect()
}

/// What a server elsewhere says of this machine, in lines like those of changes.
fn joined(agent: &Value) -> String {
    let word = match (said(&agent["state"]), said(&agent["outcome"])) {
        ("pending", _) => "held for approval",
        (_, "added") => "joined",
        (_, "unchanged") => return "unchanged\n".into(),
        _ => "changed",
    };
    let mut lines = vec![format!("{word}  agent  {}", sanitize(said(&agent["id"])))];
    for route in agent["routes"].as_object().into_iter().flat_map(|routes| routes.values()) {
        let (host, target) = (said(&route["host"]), said(&route["target"]));
        lines.push(format!("{:<width$}  {}  →  {}", "", sanitize(host), sanitize(target), width = word.len()));
    }
    lines.join("\n") + "\n"
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn listed<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

pub(super) fn names(agents: &Agents) -> Vec<String> {
    match agents {
        Agents::Made { token, .. } => vec![token.id.clone()],
        Agents::Tokens(tokens) => tokens.iter().map(|(token, ..)| token.id.clone()).collect(),
        Agents::Revoked(id, _) => vec![id.clone()],
        Agents::List(agents) => agents.iter().map(|agent| agent.id.to_string()).collect(),
        Agents::One(agent) => vec![agent.id.to_string()],
        Agents::Joined(agent) => vec![said(&agent["id"]).to_owned()],
        Agents::Left(id) => id.iter().cloned().collect(),
        Agents::Can(answer) => vec![if answer.is_ok() { "yes" } else { "no" }.to_owned()],
    }
}

pub(super) fn json(agents: &Agents) -> Value {
    let mut value = match agents {
        Agents::Made { token, secret, join_command } => {
            let mut value = token_json(token, &Joins::default(), TokenState::Open);
            value["token"] = json!(secret);
            value["join_command"] = json!(join_command);
            value
        }
        Agents::Tokens(tokens) => {
            json!({ "tokens": tokens.iter().map(|(t, joins, state)| token_json(t, joins, *state)).collect::<Vec<_>>() })
        }
        Agents::Revoked(id, changed) => {
            json!({ "id": id, "outcome": if *changed { "revoked" } else { "unchanged" }, "changed": changed })
        }
        Agents::List(agents) => json!({ "agents": agents.iter().map(agent_json).collect::<Vec<_>>() }),
        Agents::One(agent) => json!({ "agent": agent_json(agent) }),
        Agents::Joined(agent) => agent.clone(),
        Agents::Left(id) => json!({ "id": id, "outcome": "removed", "changed": true }),
        Agents::Can(answer) => {
            json!({ "allowed": answer.is_ok(), "reason": answer.as_ref().err().map(ToString::to_string) })
        }
    };
    value["schema_version"] = json!(SCHEMA_VERSION);
    value
}

fn token_json(token: &JoinToken, joins: &Joins, state: TokenState) -> Value {
    let mut value = json!({
        "id": token.id,
        "agent": token.agent,
        "state": state.as_str(),
        "created": moment(token.created),
        "expires": moment(token.expires),
        "uses": token.uses,
        "used_by": joins.all().map(|join| join.agent).collect::<Vec<_>>(),
        "hosts": token.grant.hosts,
        "targets": token.grant.targets,
        "max_routes": token.grant.max_routes,
        "entry_points": token.grant.entry_points,
    });
    value["revoked"] = json!(token.revoked.map(moment));
    value
}

fn agent_json(agent: &Agent) -> Value {
    json!({
        "id": agent.id,
        "state": agent.state.as_str(),
        "address": agent.address,
        "created": moment(agent.created),
        "grant": agent.grant,
        "routes": agent.routes.iter().map(route_json).collect::<Vec<_>>(),
    })
}

fn route_json(route: &OwnRoute) -> Value {
    json!({
        "label": route.label,
        "kind": route.kind().as_str(),
        "name": route.name().as_str(),
        "host": route.host,
        "target": route.target,
        "tls": route.tls,
    })
}
