//! What agents ask for, and what they are told: plain values, whatever the words on the wire.

use crate::agent::{Agent, OwnRoute, State};
use crate::name::{AgentId, RouteLabel, Target};
use crate::plan::Verb;
use crate::route::Tls;
use crate::token::Token;
use std::net::IpAddr;

/// A request of an agent.
#[derive(Clone, Debug)]
pub struct Ask {
    /// By what it proves who it is: its key, or the token that it joins by.
    pub credential: Option<String>,
    /// Who it says that it is, where it says so. It is never taken at its word.
    pub id: Option<AgentId>,
    /// Its address.
    pub peer: IpAddr,
    /// What it asks for.
    pub what: What,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub enum What {
    /// To join by a token.
    Join {
        /// Its own key; where it has none, the token goes on being its credential.
        key: Option<Token>,
        /// Its address, as it says.
        address: Option<IpAddr>,
        /// Its routes; nothing where it names none.
        routes: Option<Vec<(RouteLabel, RouteAsk)>>,
    },
    /// To be told what it has.
    Show,
    /// To have just these routes, or a new key.
    Put {
        /// A new key.
        key: Option<Token>,
        /// Its address, as it says.
        address: Option<IpAddr>,
        /// Its routes; nothing where they stay.
        routes: Option<Vec<(RouteLabel, RouteAsk)>>,
    },
    /// To have one route; without a label it gets one by its host.
    PutRoute(Option<RouteLabel>, RouteAsk),
    /// To have a route no more.
    RemoveRoute(Which),
    /// To go, with all its routes.
    Leave,
    /// That it is alive.
    Beat,
    /// By the server itself: that it has not been heard of for too long.
    Lapse,
}

impl What {
    /// The word in the audit log.
    pub fn action(&self) -> &'static str {
        match self {
            What::Join { .. } => "join",
            What::Show => "show",
            What::Put { .. } => "put",
            What::PutRoute(..) => "put route",
            What::RemoveRoute(_) => "remove route",
            What::Leave => "leave",
            What::Beat => "beat",
            What::Lapse => "lapse",
        }
    }
}

/// A route that is asked for.
#[derive(Clone, Debug)]
pub struct RouteAsk {
    /// Its host, or the label below the domain of applications.
    pub host: HostAsk,
    /// Where it leads.
    pub target: Target,
    /// TLS.
    pub tls: Option<Tls>,
}

/// Which route.
#[derive(Clone, Debug)]
pub enum Which {
    /// The one that the agent calls so.
    Label(RouteLabel),
    /// The application at that label below the domain of applications.
    Subdomain(String),
    /// That of its database.
    Mongodb,
}

/// How the host of a route is named.
#[derive(Clone, Debug)]
pub enum HostAsk {
    /// By all of it.
    Whole(String),
    /// By the label below the domain of applications.
    Subdomain(String),
    /// Not at all: by the agent's id.
    ById,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The agent as it is now.
    pub agent: Agent,
    /// The route that was asked for, where it was one.
    pub route: Option<OwnRoute>,
    /// What happened.
    pub outcome: Verb,
    /// The number of the change.
    pub change: Option<u64>,
}

impl Reply {
    /// Nothing has changed.
    pub fn unchanged(agent: Agent) -> Reply {
        Reply { agent, route: None, outcome: Verb::Unchanged, change: None }
    }

    /// Whether the agent waits for an administrator.
    pub fn is_pending(&self) -> bool {
        self.agent.state == State::Pending
    }
}
