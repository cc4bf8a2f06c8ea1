//! Agents, and the tokens by which they join: what is kept of them. Plain values.

use crate::grant::{Grant, TargetRange};
use crate::name::{AgentId, BadName, EntryPointName, Kind};
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
    /// Those that have.
    #[serde(default)]
    pub used_by: Vec<String>,
    /// When it was revoked.
    #[serde(default)]
    pub revoked: Option<i64>,
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
    /// Its routers. What is on the way to being one counts.
    pub routes: Vec<OwnRoute>,
    /// When it was removed. It is still known then, so that nothing of it comes back by itself.
    #[serde(default)]
    pub removed: Option<i64>,
}

/// A router of an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnRoute {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

impl Agent {
    /// An agent that is new.
    pub fn new(id: AgentId, now: i64) -> Agent {
        Agent { id, grant: None, address: None, created: now, routes: Vec::new(), removed: None }
    }

    /// The file in the managed directory that its routes stand in.
    pub fn file(&self) -> String {
        self.id.file_name()
    }

    /// Whether a router that stands in this file is its own. Its record alone does not make it so: an administrator may
    /// have given the name to something else since.
    pub fn owns(&self, kind: Kind, name: &str, file: &str) -> bool {
        let is_named = |route: &OwnRoute| route.kind == kind.as_str() && route.name == name;
        self.removed.is_none() && file == self.file() && self.routes.iter().any(is_named)
    }

    /// Adds a router to its own.
    pub fn add_route(&mut self, kind: Kind, name: &str) {
        let route = OwnRoute { kind: kind.to_string(), name: name.to_owned() };
        if !self.routes.contains(&route) {
            self.routes.push(route);
        }
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
    /// What can be done with it at a time.
    pub fn state(&self, now: i64) -> TokenState {
        match () {
            () if self.revoked.is_some() => TokenState::Revoked,
            () if self.used_by.len() >= self.uses as usize => TokenState::Used,
            () if now >= self.expires => TokenState::Expired,
            () => TokenState::Open,
        }
    }
}
