//! Who asks: what a credential proves. All that is wrong with one gets the same answer.

use super::ask::{Ask, What};
use super::decide::unauthorized;
use super::desk::Desk;
use super::refusal::{Code, Refusal};
use crate::agent::{Agent, Credential, JoinToken};
use crate::error::Error;
use crate::name::AgentId;
use crate::store::now;
use crate::token::{Token, Use};
use std::time::Instant;

impl Desk {
    /// Who asks; 401 if that can't be told.
    pub fn authenticate(&self, credential: Option<&str>) -> Result<Agent, Refusal> {
        let found = credential.map_or(Ok(None), |text| self.find(text)).map_err(|error| self.failed(&error))?;
        let agent = found.filter(|agent| agent.removed.is_none()).ok_or_else(unauthorized)?;
        self.heard_of(&agent);
        Ok(agent)
    }

    /// Who asks for something. Whoever takes up a new key and gets no answer sends the same again, by a key that may be void
    /// by then; the new one, if the agent has it, proves as much.
    pub(super) fn asker(&self, ask: &Ask) -> Result<Agent, Refusal> {
        let asker = self.authenticate(ask.credential.as_deref());
        match (&ask.what, &asker) {
            (What::Put { key: Some(key), .. }, Err(refusal)) if refusal.code == Code::Unauthorized => {
                self.authenticate(Some(key.secret()))
            }
            _ => asker,
        }
    }

    fn find(&self, text: &str) -> Result<Option<Agent>, Error> {
        if let Some(key) = Token::parse(Use::Agent, text) {
            let Some(id) = self.authority.key_owner(key.id())? else { return Ok(None) };
            let is_its = |credential: &Credential| matches!(credential, Credential::Key { hash, .. } if key.is(hash));
            return Ok(self.authority.agent(&id)?.filter(|agent| agent.credential.as_ref().is_some_and(is_its)));
        }
        let Some(token) = self.token(text)? else { return Ok(None) };
        let Some(id) = token.only_agent().filter(|_| token.revoked.is_none()) else { return Ok(None) };
        let is_its = |credential: &Credential| *credential == Credential::Token(token.id.clone());
        Ok(self.authority.agent(&id)?.filter(|agent| agent.credential.as_ref().is_some_and(is_its)))
    }

    /// The token for joining that a text is, unless it was revoked.
    pub(super) fn open_token(&self, text: &str) -> Result<JoinToken, Refusal> {
        let token = self.token(text).map_err(|error| self.failed(&error))?;
        token.filter(|token| token.revoked.is_none()).ok_or_else(unauthorized)
    }

    /// Whether a credential counts at all, which can be told without waiting for others.
    pub fn look_at(&self, ask: &Ask) -> Result<Option<Agent>, Refusal> {
        match ask.what {
            What::Join { .. } => self.open_token(ask.credential.as_deref().unwrap_or_default()).map(|_| None),
            _ => self.asker(ask).map(Some),
        }
    }

    fn token(&self, text: &str) -> Result<Option<JoinToken>, Error> {
        let Some(token) = Token::parse(Use::Join, text) else { return Ok(None) };
        Ok(self.authority.token(token.id())?.filter(|kept| token.is(&kept.hash)))
    }

    pub(super) fn heard_of(&self, agent: &Agent) {
        self.leases().heard_of(&agent.id, agent.has_beaten && self.rules.has_leases, Instant::now(), now());
    }
}

/// What may be written down of an agent's credential.
pub(super) fn public_part(agent: &Agent) -> String {
    match &agent.credential {
        Some(Credential::Key { id, .. } | Credential::Token(id)) => id.clone(),
        None => String::new(),
    }
}

/// Whoever says that he is somebody must be.
pub(super) fn same_id(id: &AgentId, ask: &Ask) -> Result<(), Refusal> {
    match &ask.id {
        Some(named) if named != id => Err(Refusal::new(
            Code::NotGranted,
            "that is not the agent of this credential",
            "an agent speaks for itself alone",
        )),
        _ => Ok(()),
    }
}
