//! What two asks of one burst must not both change.

use super::ask::What;
use crate::agent::{Agent, Credential};
use crate::name::AgentId;
use crate::token::Token;
use std::collections::BTreeSet;

/// Of whom a burst knows something already: the agents that it changes, and the keys that they take up.
#[derive(Default)]
pub(super) struct Busy {
    agents: BTreeSet<AgentId>,
    keys: BTreeSet<String>,
}

impl Busy {
    /// An agent is changed.
    pub(super) fn take(&mut self, agent: &Agent) {
        self.agents.insert(agent.id.clone());
        self.keys.extend(key_id(agent).map(str::to_owned));
    }

    /// Whether an ask has to wait until the burst is carried out.
    pub(super) fn has(&self, agent: &AgentId, what: &What) -> bool {
        self.agents.contains(agent) || new_key(what).is_some_and(|key| self.keys.contains(key.id()))
    }
}

/// The key that is to be taken up.
pub(super) fn new_key(what: &What) -> Option<&Token> {
    match what {
        What::Join { key, .. } | What::Put { key, .. } => key.as_ref(),
        _ => None,
    }
}

/// The public part of an agent's key.
pub(super) fn key_id(agent: &Agent) -> Option<&str> {
    match &agent.credential {
        Some(Credential::Key { id, .. }) => Some(id),
        _ => None,
    }
}
