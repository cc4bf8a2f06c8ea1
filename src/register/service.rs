//! What the server answers: which path is for whom, and how often an agent may ask.

use super::api;
use super::ask::{Ask, Reply, What};
use super::bucket::Bucket;
use super::compat::Compat;
use super::decide::{Decision, decide};
use super::desk::{Desk, Said, Waiting};
use super::exchange::{Answer, Answering, Request};
use super::http::Counters;
use super::identity::same_id;
use super::openapi;
use super::refusal::{Code, Refusal};
use crate::agent::{Agent, State};
use crate::certificate::authority as ca;
use crate::error::Error;
use crate::name::AgentId;
use crate::store::now;
use std::collections::HashMap;
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Everything behind the sockets.
pub struct Service {
    desk: Arc<Desk>,
    /// The way to the desk, until the server ends.
    inbox: Mutex<Option<Sender<Waiting>>>,
    /// How often an agent must be heard of that has once said that it is alive.
    lease: Option<Duration>,
    /// Asks of one agent, a second.
    rate: u32,
    /// What agents have left of that.
    paces: Mutex<HashMap<AgentId, Bucket>>,
    /// The words of older agents, where those are understood.
    compat: Option<Compat>,
    certificates: Mutex<()>,
}

impl Service {
    /// A service over a desk, whose asks an agent may put so many of a second.
    pub fn new(
        desk: Arc<Desk>,
        inbox: Sender<Waiting>,
        lease: Option<Duration>,
        rate: u32,
        compat: Option<Compat>,
    ) -> Service {
        Service {
            desk,
            inbox: Some(inbox).into(),
            lease,
            rate,
            paces: Mutex::default(),
            compat,
            certificates: Mutex::new(()),
        }
    }

    fn inbox(&self) -> MutexGuard<'_, Option<Sender<Waiting>>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes nothing more in.
    pub fn close(&self) {
        self.inbox().take();
    }

    fn send(&self, waiting: Waiting) -> Option<()> {
        self.inbox().as_ref()?.send(waiting).ok()
    }

    /// Begins a thread that sees to what time brings: leases that end, and what is written down now and then. It ends when
    /// the service is closed.
    pub fn tick(self: Arc<Service>) -> JoinHandle<()> {
        const WRITE_EVERY: u64 = 60;
        const TICK: Duration = Duration::from_millis(500);
        std::thread::spawn(move || {
            for count in 1u64.. {
                std::thread::sleep(TICK);
                if self.inbox().is_none() {
                    return;
                }
                // Once more is how long it has to come back.
                let late = self.lease.map(|lease| self.desk.leases().lapsed(lease.saturating_mul(2), Instant::now()));
                for id in late.into_iter().flatten() {
                    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
                    let (waiting, _) = Waiting::new(Ask { credential: None, id: Some(id), peer, what: What::Lapse });
                    self.send(waiting);
                }
                if count % (2 * WRITE_EVERY) == 0 {
                    self.desk.write_down();
                }
            }
        })
    }

    /// Answers agents.
    pub fn answer(self: Arc<Service>, request: Request) -> Answering {
        Box::pin(async move {
            match self.public(&request) {
                Some(answer) => answer,
                None => self.api(request).await,
            }
        })
    }

    /// What everybody may know.
    fn public(&self, request: &Request) -> Option<Answer> {
        let answer = match request.path.as_str() {
            "/healthz" => Answer::text(PLAIN, "ok\n"),
            "/readyz" if self.desk.tally.is_failing.load(Relaxed) => {
                let message = "the last change failed, for no fault of the agent's";
                Refusal::new(Code::StorageFailed, message, "the log of the server says why").into()
            }
            "/readyz" => Answer::text(PLAIN, "ready\n"),
            "/openapi.json" => Answer::json(200, openapi::document()),
            _ => return None,
        };
        Some(if request.method == "GET" { answer } else { api::not_allowed("GET") })
    }

    async fn api(self: Arc<Service>, request: Request) -> Answer {
        if let Some(compat) = self.compat.as_ref().filter(|_| Compat::is_for(&request.path)) {
            return compat.answer(&self, request).await;
        }
        let ask = match api::read(&request) {
            Ok(ask) => ask,
            Err(answer) => return answer,
        };
        let what = ask.what.clone();
        match self.carry_out(ask).await {
            Ok(reply) => api::answer(&what, &reply, self.lease.map(|lease| lease.as_secs())),
            Err(refusal) => refusal.into(),
        }
    }

    /// Carries an ask out: at once what changes nothing, else together with others at the desk.
    pub async fn carry_out(self: &Arc<Service>, ask: Ask) -> Said {
        let service = self.clone();
        let looked = tokio::task::spawn_blocking(move || service.look_at(ask)).await;
        let ask = match looked.map_err(|_| broken())?? {
            Looked::Said(reply) => return Ok(*reply),
            Looked::Asks(ask) => ask,
        };
        let (waiting, answer) = Waiting::new(ask);
        self.send(waiting).ok_or_else(broken)?;
        answer.await.map_err(|_| broken())?
    }

    fn look_at(&self, ask: Ask) -> Result<Looked, Refusal> {
        let Some(agent) = self.desk.look_at(&ask)? else { return Ok(Looked::Asks(ask)) };
        self.pace(&agent)?;
        let goes_on = agent.has_beaten || !self.desk.rules.has_leases;
        let changes_nothing = match ask.what {
            What::Show => true,
            What::Beat => goes_on && agent.state != State::Expired,
            _ => false,
        };
        if !changes_nothing || same_id(&agent.id, &ask).is_err() {
            return Ok(Looked::Asks(ask));
        }
        // What is refused is written down, which the desk does.
        match decide(&self.desk.rules, agent, &ask.what, now()) {
            Ok(Decision::Nothing(agent)) => Ok(Looked::Said(Box::new(Reply::unchanged(*agent)))),
            Ok(Decision::Step(..)) | Err(_) => Ok(Looked::Asks(ask)),
        }
    }

    /// Refuses what comes too soon after the agent's other asks.
    fn pace(&self, agent: &Agent) -> Result<(), Refusal> {
        let now = Instant::now();
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        // Only those who have proved who they are come into it.
        let bucket = paces
            .entry(agent.id.clone())
            .or_insert_with(|| Bucket::full(self.rate.saturating_mul(4), self.rate.into(), now));
        bucket.take(now).map_err(|wait| {
            let refusal = Refusal::new(Code::TooManyRequests, "the agent asks too often", "wait a little");
            refusal.retry_after(wait.seconds)
        })
    }

    /// The certificate of an agent; without one that will do, it is made.
    pub fn certificate(&self, id: &AgentId, hosts: &[&str], by: &ca::Authority) -> Result<ca::Issued, Error> {
        // One at a time, so that each agent has one.
        let _making = self.certificates.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.desk.authority.certificate(id)?;
        if let Some(kept) = kept.as_ref().filter(|kept| !kept.is_due(hosts, now())) {
            return Ok(kept.clone());
        }
        let made = by.issue(hosts, now(), kept.as_ref().map(|kept| kept.key.as_str()))?;
        self.desk.authority.put_certificate(id, &made)?;
        Ok(made)
    }

    /// The port of an entry point, where that is known.
    pub fn port_of(&self, entry_point: &str) -> Option<u16> {
        self.desk.terms.facts.static_config.as_ref()?.entry_point(entry_point)?.port
    }

    /// Answers Prometheus.
    pub fn metrics(&self, request: &Request, counters: &Counters) -> Answer {
        match (request.path.as_str(), request.method.as_str()) {
            ("/metrics", "GET") => Answer::text("text/plain; version=0.0.4", self.told(counters)),
            ("/metrics", _) => api::not_allowed("GET"),
            _ => api::no_such_path().into(),
        }
    }

    fn told(&self, counters: &Counters) -> String {
        let tally = &self.desk.tally;
        let mut text = String::new();
        let mut tell = |name: &str, kind: &str, help: &str, values: &[(String, u64)]| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "# HELP cloudlunacy_{name} {help}\n# TYPE cloudlunacy_{name} {kind}");
            for (labels, value) in values {
                let _ = writeln!(text, "cloudlunacy_{name}{labels} {value}");
            }
        };
        let one = |value: u64| [(String::new(), value)];
        let classes: Vec<_> =
            (2..=5).map(|class| (format!("{{class=\"{class}xx\"}}"), counters.answers(class))).collect();
        tell("answers_total", "counter", "Answers, by class of status.", &classes);
        tell("limited_total", "counter", "Requests that were told to come again later.", &one(counters.limited()));
        tell("dropped_total", "counter", "Connections that were closed at once.", &one(counters.dropped()));
        tell("unfinished_total", "counter", "Connections that ended without an answer.", &one(counters.unfinished()));
        tell("connections", "gauge", "Connections at the moment.", &one(counters.open()));
        tell("asks_total", "counter", "Requests that could change something.", &one(tally.asks.load(Relaxed)));
        tell("bursts_total", "counter", "Bursts in which they were carried out.", &one(tally.bursts.load(Relaxed)));
        tell("steps_total", "counter", "Changes to an agent that were made.", &one(tally.steps.load(Relaxed)));
        tell("failing", "gauge", "Whether the last change failed.", &one(tally.is_failing.load(Relaxed).into()));
        tell("leases", "gauge", "Agents that must go on being heard of.", &one(self.desk.leases().count()));
        text
    }
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// What a first look at an ask comes to.
enum Looked {
    Said(Box<Reply>),
    Asks(Ask),
}

/// What is said of a bug.
pub fn broken() -> Refusal {
    Refusal::new(Code::Internal, "the server has a bug", "the administrator of the front server finds it in the log")
}
