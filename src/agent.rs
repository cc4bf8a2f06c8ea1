//! Agents, and the tokens by which they join: what is kept of them. Plain values.

use crate::grant::{Grant, TargetRange};
use crate::name::{
    AgentId, BadName, EntryPointName, Host, Kind, RouteLabel, RouterName, Target, default_name, glob_match,
};
use crate::route::Tls;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A token by which agents join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JoinToken {
    /// Its public part.
    pub id: String,
    /// The hash of all of it.
    pub hash: String,
    /// The agent's id, or a pattern of ids (`web-*`).
    pub agent: String,
    /// What an agent that joins by it may claim. In its hosts `{id}` stands for the agent's id.
    pub grant: GrantPattern,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// From when on nobody can join by it.
    pub expires: i64,
    /// How many agents may join by it.
    pub uses: u32,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

/// An agent that has joined by a token: the token is bound to what it was used with first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The agent.
    pub agent: AgentId,
    /// The hash of its key; nothing where the token itself goes on being its credential.
    pub key: Option<String>,
    /// When, in seconds since 1970.
    pub at: i64,
}

/// All who have joined by a token, a line each, so that each is added without the others being written anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joins(String);

impl Joins {
    /// Reads what is kept. What was cut off while it was written was never believed.
    pub fn of(text: String) -> Joins {
        Joins(text)
    }

    /// Adds one; gives its line.
    pub fn add(&mut self, join: &Join) -> String {
        let line = format!("{}\n", serde_json::json!(join));
        if !self.0.is_empty() && !self.0.ends_with('\n') {
            self.0.push('\n');
        }
        self.0.push_str(&line);
        line
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.lines().count()
    }

    /// Those of an agent.
    pub fn of_agent(&self, agent: &AgentId) -> impl Iterator<Item = Join> {
        let named = format!("\"{agent}\"");
        self.lines().filter(move |line| line.contains(&named)).filter_map(parsed).filter(|join| join.agent == *agent)
    }

    /// All of them, in the order in which they came.
    pub fn all(&self) -> impl Iterator<Item = Join> {
        self.lines().filter_map(parsed)
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.lines().filter(|line| line.ends_with('}'))
    }
}

fn parsed(line: &str) -> Option<Join> {
    serde_json::from_str(line).ok()
}

/// A grant of which the hosts may hold `{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantPattern {
    /// Patterns of hosts, as written.
    pub hosts: Vec<String>,
    /// Where routes may lead.
    pub targets: Vec<TargetRange>,
    /// How many routes there may be.
    pub max_routes: u32,
    /// On which entry points routes listen.
    #[serde(default)]
    pub entry_points: Vec<EntryPointName>,
}

/// What stands for the agent's id.
pub const PLACEHOLDER: &str = "{id}";

impl GrantPattern {
    /// The grant of one agent.
    pub fn of(&self, agent: &AgentId) -> Result<Grant, BadName> {
        let hosts = self.hosts.iter().map(|host| host.replace(PLACEHOLDER, agent.as_str()).parse());
        Ok(Grant {
            hosts: hosts.collect::<Result<_, _>>()?,
            targets: self.targets.clone(),
            max_routes: self.max_routes,
            entry_points: self.entry_points.clone(),
        })
    }
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// What it may claim; an agent that an administrator registered may have none, and then is held to nothing.
    pub grant: Option<Grant>,
    /// Its address, as it was last said.
    pub address: Option<IpAddr>,
    /// When it was registered first, in seconds since 1970.
    pub created: i64,
    /// The routes that it has, or will have as soon as it serves.
    pub routes: Vec<OwnRoute>,
    /// Routes that it gives up, as long as they may stand in the directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leaving: Vec<OwnRoute>,
    /// Whether its routes stand in the directory, or why not.
    pub state: State,
    /// By what it proves who it is; nothing where only administrators speak for it.
    pub credential: Option<Credential>,
    /// Since when that holds, in seconds since 1970.
    pub credential_since: i64,
    /// Whether it has ever said that it is alive, which it has to go on doing then.
    pub has_beaten: bool,
    /// When it was removed. It is still known then, so that nothing of it comes back by itself.
    pub removed: Option<i64>,
}

/// Whether the routes of an agent stand in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// They do.
    Active,
    /// Not before an administrator approves.
    Pending,
    /// Not as long as an administrator says so.
    Disabled,
    /// It has not said for too long that it is alive; they come back when it does.
    Expired,
}

impl State {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Pending => "pending",
            State::Disabled => "disabled",
            State::Expired => "expired",
        }
    }
}

/// By what an agent proves who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Credential {
    /// A key that it made itself: its public part, and the hash of all of it.
    Key {
        /// The public part.
        id: String,
        /// The hash.
        hash: String,
    },
    /// The token by which it joined, for agents that have no key of their own: its public part.
    Token(String),
}

/// A route of an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRoute {
    /// What the agent calls it.
    pub label: RouteLabel,
    /// The host that it is for.
    pub host: Host,
    /// Where it leads.
    pub target: Target,
    /// Where it listens, if not where routes of this agent do.
    pub entry_points: Vec<EntryPointName>,
    /// TLS, if not what new routes get.
    pub tls: Option<Tls>,
}

impl OwnRoute {
    /// The kind of its router.
    pub fn kind(&self) -> Kind {
        self.target.scheme().kind()
    }

    /// The name of its router.
    pub fn name(&self) -> RouterName {
        default_name(&self.host, None)
    }

    /// Whether both are for the same host, by the same protocol.
    pub fn is_for(&self, other: &OwnRoute) -> bool {
        self.kind() == other.kind() && self.host == other.host
    }
}

impl Agent {
    /// An agent that is new.
    pub fn new(id: AgentId, now: i64) -> Agent {
        Agent {
            id,
            grant: None,
            address: None,
            created: now,
            routes: Vec::new(),
            leaving: Vec::new(),
            state: State::Active,
            credential: None,
            credential_since: now,
            has_beaten: false,
            removed: None,
        }
    }

    /// The file in the managed directory that its routes stand in.
    pub fn file(&self) -> String {
        self.id.file_name()
    }

    /// Whether a router that stands in this file is its own. Its record alone does not make it so: an administrator may
    /// have given the name to something else since.
    pub fn owns(&self, kind: Kind, name: &str, file: &str) -> bool {
        let is_named = |route: &OwnRoute| route.kind() == kind && route.name().as_str() == name;
        self.removed.is_none() && file == self.file() && self.written().any(is_named)
    }

    /// The routes that may stand in the directory.
    pub fn written(&self) -> impl Iterator<Item = &OwnRoute> {
        self.routes.iter().chain(&self.leaving)
    }

    /// The routes that shall stand in the directory.
    pub fn served(&self) -> &[OwnRoute] {
        match self.state == State::Active && self.removed.is_none() {
            true => &self.routes,
            false => &[],
        }
    }

    /// What is left of it when it goes: that it was there. A clock that was set back does not make it come before what
    /// it ends.
    pub fn without_rights(&self, now: i64) -> Agent {
        Agent { removed: Some(now.max(self.credential_since)), ..Agent::new(self.id.clone(), self.created) }
    }

    /// When it came to what it proves itself by, or lost that: what was begun before is over.
    pub fn last_turn(&self) -> i64 {
        self.removed.unwrap_or(self.credential_since)
    }

    /// The same with another credential.
    pub fn with_credential(self, credential: Credential, now: i64) -> Agent {
        match self.credential.as_ref() == Some(&credential) {
            true => self,
            false => {
                let credential_since = now.max(self.credential_since);
                Agent { credential: Some(credential), credential_since, ..self }
            }
        }
    }

    /// Puts a route into the place of those that have its label, or its host.
    pub fn put_route(&mut self, route: OwnRoute) {
        let is_replaced = |other: &OwnRoute| other.label == route.label || other.is_for(&route);
        let at = self.routes.iter().position(is_replaced).unwrap_or(self.routes.len());
        self.routes.retain(|other| !is_replaced(other));
        self.routes.insert(at.min(self.routes.len()), route);
    }

    /// A label for a route that nobody has given one: the one that it has, else one made from its host.
    pub fn label_for(&self, host: &Host, kind: Kind) -> RouteLabel {
        let present = self.routes.iter().find(|route| route.host == *host && route.kind() == kind);
        let free = |label: &RouteLabel| self.routes.iter().all(|route| route.label != *label);
        let label = RouteLabel::of(host);
        present.map(|route| route.label.clone()).unwrap_or_else(|| {
            let numbered = (2..).map(|number| label.numbered(number));
            std::iter::once(label.clone()).chain(numbered).find(free).unwrap_or(label.clone())
        })
    }
}

/// What can be done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenState {
    /// Agents can join by it.
    Open,
    /// As many have joined as may.
    Used,
    /// It is too old.
    Expired,
    /// It was revoked.
    Revoked,
}

impl TokenState {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            TokenState::Open => "open",
            TokenState::Used => "used",
            TokenState::Expired => "expired",
            TokenState::Revoked => "revoked",
        }
    }
}

impl JoinToken {
    /// Whether an agent of that id may join by it.
    pub fn is_for(&self, agent: &AgentId) -> bool {
        glob_match(&self.agent, agent.as_str())
    }

    /// The one agent that it is for; `None` where it is for a pattern of ids.
    pub fn only_agent(&self) -> Option<AgentId> {
        self.agent.parse().ok()
    }

    /// What can be done with it at a time, when so many have joined by it.
    pub fn state(&self, used: usize, now: i64) -> TokenState {
        match () {
            () if self.revoked.is_some() => TokenState::Revoked,
            () if used >= self.uses as usize => TokenState::Used,
            () if now >= self.expires => TokenState::Expired,
            () => TokenState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_are_lines_and_one_that_was_cut_off_is_none() {
        let join = |agent: &str| Join { agent: agent.parse().unwrap(), key: Some("ab".into()), at: 7 };
        let mut joins = Joins::default();
        let text = joins.add(&join("web-7")) + &joins.add(&join("web-70")) + "{\"agent\":\"web-7\",\"ke";
        let mut joins = Joins::of(text);
        assert_eq!((joins.count(), joins.of_agent(&"web-7".parse().unwrap()).count()), (2, 1));
        joins.add(&join("web-8"));
        let names: Vec<String> = joins.all().map(|join| join.agent.to_string()).collect();
        assert_eq!(names, ["web-7", "web-70", "web-8"]);
    }
}
