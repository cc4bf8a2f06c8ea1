//! Where asks are carried out: one thread takes all that have come meanwhile, decides, and makes one change of them. Each
//! is answered after that change is on disk.

use super::ask::{Ask, Reply, What};
use super::busy::{Busy, key_id, new_key};
use super::decide::{self, Decision, Rules, decide, joining_id, unauthorized};
use super::http::Log;
use super::identity::{public_part, same_id};
use super::leases::Leases;
use super::refusal::{Code, Refusal};
use crate::agent::Joins;
use crate::authority::{Authority, Kept};
use crate::error::{Changed, Error};
use crate::grant::Own;
use crate::name::AgentId;
use crate::plan::Verb;
use crate::registry::{self, Settled, Step, Terms};
use crate::store::{Store, local_addresses, now};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// What the server works with.
pub struct Desk {
    /// What is kept.
    pub authority: Authority,
    /// The directory.
    pub store: Store,
    /// What holds for all agents, whoever speaks for them.
    pub terms: Terms,
    /// What holds for those that speak for themselves.
    pub rules: Rules,
    /// Who has been heard of, and when.
    pub leases: Mutex<Leases>,
    /// Where a line of the log goes.
    pub log: Log,
    /// What has come of it.
    pub tally: Tally,
}

/// What has come of asks.
#[derive(Debug, Default)]
pub struct Tally {
    /// Bursts that were carried out.
    pub bursts: AtomicU64,
    /// Asks in them.
    pub asks: AtomicU64,
    /// Steps that were made.
    pub steps: AtomicU64,
    /// Whether the last one failed for no fault of the agent's.
    pub is_failing: AtomicBool,
}

/// What an ask comes to.
pub type Said = Result<Reply, Refusal>;

/// An ask that waits.
pub struct Waiting {
    ask: Ask,
    answer: oneshot::Sender<Said>,
}

/// As many are taken together.
const BURST: usize = 256;

/// One of a burst that has been decided.
struct Decided {
    waiting: Waiting,
    agent: AgentId,
    /// The public part of its credential.
    credential: String,
    step: Step,
    /// The line that says so, where it joins by a token.
    join: Option<String>,
}

/// A refusal, and to whom, where he has proved who he is: the agent, and the public part of its credential.
type Refused = (Option<(AgentId, String)>, Refusal);

impl Desk {
    /// The table of who has been heard of.
    pub fn leases(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down who has been heard of.
    pub fn write_down(&self) {
        let news = self.leases().news();
        if let Some(Err(error)) = news.map(|seen| self.authority.put_seen(&seen)) {
            self.failed(&error);
        }
    }

    /// What went wrong, for the log; the client is told less.
    pub(super) fn failed(&self, error: &Error) -> Refusal {
        let refusal = Refusal::from(error);
        if refusal.code.status() >= 500 {
            self.tally.is_failing.store(true, Relaxed);
            (self.log)(
                json!({ "level": "error", "event": "failed", "code": error.code.as_str(), "message": error.to_string() }),
            );
        }
        refusal
    }

    /// Begins a thread that carries asks out; it ends when nobody can ask any more.
    pub fn open(self: Arc<Desk>) -> std::io::Result<(Sender<Waiting>, JoinHandle<()>)> {
        let (sender, inbox) = channel();
        let named = std::thread::Builder::new().name("desk".into());
        Ok((sender, named.spawn(move || self.work(&inbox))?))
    }

    fn work(&self, inbox: &Receiver<Waiting>) {
        let mut later: Vec<Waiting> = Vec::new();
        loop {
            let mut burst = std::mem::take(&mut later);
            if burst.is_empty() {
                match inbox.recv() {
                    Ok(first) => burst.push(first),
                    Err(_) => return,
                }
            }
            burst.extend(inbox.try_iter().take(BURST.saturating_sub(burst.len())));
            self.tally.bursts.fetch_add(1, Relaxed);
            self.tally.asks.fetch_add(burst.len() as u64, Relaxed);
            // A bug must not end the server: those of this burst are told of it, and the lock is given back.
            let carried = catch_unwind(AssertUnwindSafe(|| self.carry_out(burst)));
            later = carried.unwrap_or_else(|_| {
                (self.log)(json!({ "level": "error", "event": "panicked" }));
                Vec::new()
            });
        }
    }

    /// Carries out a burst; gives back what must wait for the next one, since the same agent has asked twice.
    fn carry_out(&self, burst: Vec<Waiting>) -> Vec<Waiting> {
        let _lock = match self.authority.lock(&self.store) {
            Ok(lock) => lock,
            Err(error) => {
                let refusal = self.failed(&error);
                burst.into_iter().for_each(|waiting| waiting.say(Err(refusal.clone())));
                return Vec::new();
            }
        };
        let (mut later, mut decided, mut lines) = (Vec::new(), Vec::<Decided>::new(), Vec::new());
        let (mut joins, mut said) = (BTreeMap::new(), Vec::new());
        let mut busy = Busy::default();
        for waiting in burst {
            match self.decide(&waiting.ask, &mut joins, &busy) {
                Ok(None) => later.push(waiting),
                Ok(Some((credential, Decision::Nothing(agent)))) => {
                    lines.push(line(&waiting.ask, Some((&agent.id, &credential)), "unchanged"));
                    said.push((waiting, Ok(Reply::unchanged(*agent))));
                }
                Ok(Some((credential, Decision::Step(step, join)))) => {
                    let agent = step.after.id.clone();
                    lines.push(line(&waiting.ask, Some((&agent, &credential)), "granted"));
                    busy.take(&step.after);
                    let join = join.map(|join| joins.entry(credential.clone()).or_default().add(&join));
                    decided.push(Decided { waiting, agent, credential, step: *step, join });
                }
                Err((whose, refusal)) => {
                    // Of those who prove nothing the audit log would only grow.
                    let whose = whose.as_ref().map(|(id, credential)| (id, credential.as_str()));
                    if whose.is_some() {
                        lines.push(line(&waiting.ask, whose, refusal.code.as_str()));
                    }
                    said.push((waiting, Err(refusal)));
                }
            }
        }
        let audited = self.authority.audit_all(&lines);
        said.into_iter().for_each(|(waiting, said)| waiting.say(said));
        if let Err(error) = audited {
            let refusal = self.failed(&error);
            decided.into_iter().for_each(|one| one.waiting.say(Err(refusal.clone())));
            return later;
        }
        self.settle(decided);
        later
    }

    /// What becomes of one ask; nothing where its agent has one in this burst already.
    fn decide(
        &self,
        ask: &Ask,
        joins: &mut BTreeMap<String, Joins>,
        busy: &Busy,
    ) -> Result<Option<(String, Decision)>, Refused> {
        let anonymous = |refusal| (None, refusal);
        let text = ask.credential.as_deref().unwrap_or_default();
        let What::Join { key, .. } = &ask.what else {
            let agent = match (&ask.what, &ask.id) {
                (What::Lapse, Some(id)) => {
                    let agent = self.authority.agent(id).map_err(|error| anonymous(self.failed(&error)))?;
                    agent.filter(|agent| agent.removed.is_none()).ok_or_else(|| anonymous(unauthorized()))?
                }
                _ => self.asker(ask).map_err(anonymous)?,
            };
            if busy.has(&agent.id, &ask.what) {
                return Ok(None);
            }
            let (id, credential) = (agent.id.clone(), public_part(&agent));
            let decided = same_id(&agent.id, ask).and_then(|()| self.key_is_free(&ask.what, &agent.id));
            let decided = decided.and_then(|()| decide(&self.rules, agent, &ask.what, now()));
            return decided
                .map(|decision| Some((credential.clone(), decision)))
                .map_err(|r| (Some((id, credential)), r));
        };
        let token = self.open_token(text).map_err(anonymous)?;
        let joins = match joins.entry(token.id.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(self.authority.joins(&token.id).map_err(|error| anonymous(self.failed(&error)))?)
            }
        };
        let credential = token.id.clone();
        // Who may join, but not as the one he names, is written down with that name.
        let named = |refusal| (ask.id.clone().map(|id| (id, credential.clone())), refusal);
        let id = joining_id(&token, ask.id.as_ref()).map_err(named)?;
        if busy.has(&id, &ask.what) {
            return Ok(None);
        }
        let whose = Some((id.clone(), credential.clone()));
        let agent = self.authority.agent(&id).map_err(|error| anonymous(self.failed(&error)))?;
        let decided = self
            .key_is_free(&ask.what, &id)
            .and_then(|()| decide::join(&self.rules, (&token, joins), (id, agent), (key.as_ref(), &ask.what), now()));
        decided.map(|decision| Some((credential, decision))).map_err(|refusal| (whose, refusal))
    }

    /// Nobody takes up a key of which the public part is another's.
    fn key_is_free(&self, what: &What, id: &AgentId) -> Result<(), Refusal> {
        let Some(key) = new_key(what) else { return Ok(()) };
        match self.authority.key_owner(key.id()).map_err(|error| self.failed(&error))? {
            Some(owner) if owner != *id => {
                Err(Refusal::new(Code::BadValue, "the key can't be used", "make another key"))
            }
            _ => Ok(()),
        }
    }

    /// Makes the steps, and answers.
    fn settle(&self, decided: Vec<Decided>) {
        if decided.is_empty() {
            return;
        }
        if let Err(error) = self.keep(&decided) {
            let refusal = self.failed(&error);
            decided.into_iter().for_each(|one| one.waiting.say(Err(refusal.clone())));
            return;
        }
        // This machine may have come to addresses since, such as those of a network between the two.
        let own = Own { addresses: local_addresses(), ..self.terms.own.clone() };
        let terms = Terms { own, ..self.terms.clone() };
        let steps: Vec<Step> = decided.iter().map(|one| one.step.clone()).collect();
        let made = registry::settle_all(&self.authority, &terms, &steps, &|request| self.store.change(request));
        let mut lines = Vec::new();
        for (one, made) in decided.into_iter().zip(made) {
            let said = made.map(|made| self.reply(&one, made)).map_err(|error| self.undone(&one, &error));
            if let Err(refusal) = &said {
                lines.push(line(&one.waiting.ask, Some((&one.agent, &one.credential)), refusal.code.as_str()));
            }
            one.waiting.say(said);
        }
        if let Err(error) = self.authority.audit_all(&lines) {
            self.failed(&error);
        }
    }

    /// Keeps what the records of the agents rest on: whose their keys are, and by what tokens they joined.
    fn keep(&self, decided: &[Decided]) -> Result<(), Error> {
        let keys = decided.iter().filter_map(|one| Some(Kept::KeyOwner(one.new_key()?, &one.agent)));
        let keys: Vec<Kept<'_>> = keys.collect();
        if !keys.is_empty() {
            self.authority.put_all(&keys)?;
        }
        let mut joins: BTreeMap<&str, String> = BTreeMap::new();
        for one in decided {
            joins.entry(&one.credential).or_default().push_str(one.join.as_deref().unwrap_or_default());
        }
        joins.retain(|_, lines| !lines.is_empty());
        joins.into_iter().try_for_each(|(token, lines)| self.authority.add_joins(token, &lines))
    }

    /// What was not done, for the log; a key that was not taken up is nobody's again.
    fn undone(&self, one: &Decided, error: &Error) -> Refusal {
        if let Some(key) = one.new_key()
            && error.code.changed() == Changed::No
            && let Err(error) = self.authority.remove_key_owner(key)
        {
            self.failed(&error);
        }
        self.failed(error)
    }

    fn reply(&self, one: &Decided, made: Settled) -> Reply {
        self.tally.steps.fetch_add(1, Relaxed);
        self.tally.is_failing.store(false, Relaxed);
        let after = &one.step.after;
        // An old key leads nowhere any more.
        if let Some(key) = one.old_key()
            && let Err(error) = self.authority.remove_key_owner(key)
        {
            self.failed(&error);
        }
        if after.removed.is_some() {
            self.leases().forget(&one.agent);
        } else {
            self.heard_of_unless_lapsed(one);
        }
        let has_new = made.effects.iter().any(|effect| effect.verb == Verb::Added);
        let is_same = made.effects.iter().all(|effect| effect.verb == Verb::Unchanged);
        let outcome = match one.step.verb() {
            Verb::Unchanged if !is_same => Verb::Changed,
            Verb::Changed if has_new && matches!(one.waiting.ask.what, What::PutRoute(..)) => Verb::Added,
            verb => verb,
        };
        let route = match &one.waiting.ask.what {
            What::PutRoute(label, route) => decide::wish(&self.rules, after, label.as_ref(), route).ok(),
            _ => None,
        };
        Reply { agent: after.clone(), route, outcome, change: made.number }
    }

    fn heard_of_unless_lapsed(&self, one: &Decided) {
        match one.waiting.ask.what {
            What::Lapse => self.leases().forget(&one.agent),
            _ => self.heard_of(&one.step.after),
        }
    }
}

impl Decided {
    /// The public part of a key that the agent takes up.
    fn new_key(&self) -> Option<&str> {
        let before = self.step.before.as_ref().and_then(key_id);
        key_id(&self.step.after).filter(|key| Some(*key) != before)
    }

    /// The public part of a key that it gives up.
    fn old_key(&self) -> Option<&str> {
        let after = key_id(&self.step.after);
        self.step.before.as_ref().and_then(key_id).filter(|key| Some(*key) != after)
    }
}

impl Waiting {
    /// An ask, and where its answer will be.
    pub fn new(ask: Ask) -> (Waiting, oneshot::Receiver<Said>) {
        let (answer, receiver) = oneshot::channel();
        (Waiting { ask, answer }, receiver)
    }

    fn say(self, said: Said) {
        // Who has gone meanwhile asks again.
        let _ = self.answer.send(said);
    }
}

/// A line of the audit log.
fn line(ask: &Ask, whose: Option<(&AgentId, &str)>, result: &str) -> Value {
    json!({
        "time": now(),
        "peer": ask.peer,
        "agent": whose.map(|(id, _)| id),
        "credential": whose.map(|(_, credential)| credential),
        "action": ask.what.action(),
        "result": result,
    })
}
