//! An agent in the eyes of its server: it joins, says what it has, beats, renews its key, and leaves.
//!
//! No answer is relied on: whatever was sent before the power went is sent again with the same key, and where two keys
//! may hold, both are tried.

use super::{Failure, KeyFile, Kind, Membership, Method, Server, TokenFile, Wishes};
use crate::error::{Code, Error};
use crate::name::AgentId;
use crate::store::now;
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::Duration;

/// How long a key is used.
const RENEWAL: i64 = 30 * 24 * 3600;
const ME: &str = "/v1/agents/me";

/// An agent and its server.
pub struct Member {
    /// The server.
    pub server: Server,
    /// Where its key is kept.
    pub file: KeyFile,
    /// The token by which it may join.
    pub token: TokenFile,
    /// What it asks for.
    pub wishes: Wishes,
}

/// What the server says to a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beat {
    /// What it takes the agent for.
    pub state: String,
    /// After how long without a beat it withdraws the routes.
    pub lease: Option<Duration>,
}

impl Member {
    /// Says what the agent has; joins where it has not. Gives what the server makes of it.
    pub async fn present(&self) -> Result<Value, Failure> {
        let known = self.file.read(self.server.url())?;
        let mut refusal = None;
        if known.is_some() {
            match self.say((Method::PUT, ME), &|local| Some(self.wishes.all(local))).await {
                Err(failure) if failure.is_unauthorized() => refusal = Some(failure),
                answer => return answer,
            }
        }
        let Some(token) = self.token.token()? else {
            let hint = "give the token of `cloudlunacy agent token create` with --token-file";
            return Err(match refusal {
                Some(failure) => Failure { error: failure.error.hint(hint), ..failure },
                None => {
                    let what = format!("there is no key yet in {}: joining takes a token", self.file.path().display());
                    Error::new(Code::Usage, what).hint(hint).into()
                }
            });
        };
        let kept = match known {
            None => {
                let new = Membership::new(self.server.url(), now())?;
                self.file.create(&new)?;
                new
            }
            // A key that was taken once is not given up before another is.
            Some(mut kept) if kept.agent.is_some() => {
                kept.prepare()?;
                self.file.replace(&kept)?;
                kept
            }
            Some(kept) => kept,
        };
        let Some(key) = kept.keys.last() else { return Err(self.server.strange()) };
        let body = |local| Some(self.wishes.joining(key, local));
        let answer = self.server.ask((Method::POST, "/v1/agents"), token, body).await?;
        let id =
            answer["id"].as_str().filter(|id| id.parse::<AgentId>().is_ok()).ok_or_else(|| self.server.strange())?;
        if let Some(kept) = kept.taken(key, id, now()) {
            self.file.replace(&kept)?;
        }
        Ok(answer)
    }

    /// Says that the agent is there.
    pub async fn beat(&self) -> Result<Beat, Failure> {
        let answer = self.say((Method::POST, "/v1/agents/me/heartbeat"), &|_| Some(json!({}))).await?;
        let state = answer["state"].as_str().ok_or_else(|| self.server.strange())?;
        Ok(Beat { state: state.to_owned(), lease: answer["lease"].as_u64().map(Duration::from_secs) })
    }

    /// Whether the key has been used long enough.
    pub fn is_renewal_due(&self) -> bool {
        let kept = self.file.read(self.server.url()).ok().flatten();
        kept.is_some_and(|kept| kept.agent.is_some() && now().saturating_sub(kept.since) >= RENEWAL)
    }

    /// Has the server take a new key in place of the present one.
    pub async fn renew(&self) -> Result<(), Failure> {
        let Some(mut kept) = self.file.read(self.server.url())? else { return Ok(()) };
        kept.prepare()?;
        self.file.replace(&kept)?;
        let [old, new] = kept.keys.as_slice() else { return Ok(()) };
        let body = |_: IpAddr| Some(json!({ "key": new.secret() }));
        let answer = self.server.ask((Method::PUT, ME), old, body).await?;
        let id = answer["id"].as_str().ok_or_else(|| self.server.strange())?;
        if let Some(kept) = kept.taken(new, id, now()) {
            self.file.replace(&kept)?;
        }
        Ok(())
    }

    /// Leaves; the key goes with it. Gives the agent's id, where it is known.
    pub async fn leave(&self) -> Result<Option<String>, Failure> {
        let Some(kept) = self.file.read(self.server.url())? else {
            let what = format!("there is no key in {}: nothing here has joined", self.file.path().display());
            return Err(Error::new(Code::NotFound, what).hint("--key-file names another file").into());
        };
        match self.say((Method::DELETE, ME), &|_| None).await {
            Err(failure) if failure.is_unauthorized() => {
                let hint = format!("if it has left before, remove {}", self.file.path().display());
                return Err(Failure { error: failure.error.hint(hint), ..failure });
            }
            said => said?,
        };
        self.file.remove()?;
        Ok(kept.agent)
    }

    /// Asks with the agent's key; where two may hold, with one after the other.
    async fn say(
        &self,
        (method, path): (Method, &str),
        body: &dyn Fn(IpAddr) -> Option<Value>,
    ) -> Result<Value, Failure> {
        // It is read each time: another process may have renewed the key.
        let Some(kept) = self.file.read(self.server.url())? else {
            let what = format!("the key file {} is gone: this machine has left", self.file.path().display());
            return Err(Failure { error: Error::new(Code::NotFound, what), kind: Kind::Here });
        };
        let mut refusal = self.server.strange();
        for key in &kept.keys {
            match self.server.ask((method.clone(), path), key, body).await {
                Err(failure) if failure.is_unauthorized() => refusal = failure,
                Err(failure) => return Err(failure),
                Ok(answer) => {
                    let id = answer["id"].as_str().or(kept.agent.as_deref()).unwrap_or_default();
                    if let Some(kept) = kept.taken(key, id, now()) {
                        self.file.replace(&kept)?;
                    }
                    return Ok(answer);
                }
            }
        }
        Err(refusal)
    }
}
