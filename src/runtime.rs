//! What Traefik makes of a configuration that it has loaded: which routers, services and middlewares are enabled,
//! and why others are not. The names are those that Traefik's API shows.

mod board;
mod chain;
mod hints;
mod http;
pub mod middleware;
mod router;
mod server_url;
mod service;
mod tcp;
mod tls;
pub(crate) mod tls_options;
pub(crate) mod transport;
mod tree;
mod udp;

use crate::finding::{Label, Location};
use crate::inventory::Inventory;
use crate::rule::RuleError;
use crate::surroundings::Surroundings;
use board::Board;
use middleware::BrokenKind;
pub(crate) use router::entry_points_of;
pub(crate) use server_url::scheme;
use std::borrow::Cow;

/// What Traefik's API would show.
#[derive(Debug, Default)]
pub struct Runtime<'a> {
    /// Every object, in load order.
    pub objects: Vec<Object<'a>>,
    /// What is wrong with them; several objects can suffer from one trouble.
    pub troubles: Vec<Trouble>,
}

/// A router, service, middleware or servers transport as Traefik's API shows it.
#[derive(Debug)]
pub struct Object<'a> {
    /// `http.router`, `tcp.service`, …
    pub kind: &'static str,
    /// Its name without the provider; entry points can make `websecure-NAME` of it.
    pub name: Cow<'a, str>,
    /// Where it is defined: the key.
    pub at: Location,
    /// Its state.
    pub status: Status,
    /// Traefik's words, as its API shows them.
    pub errors: Vec<String>,
}

/// The state of an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It works, as far as Traefik knows.
    #[default]
    Enabled,
    /// It works in part.
    Warning,
    /// It does not work.
    Disabled,
}

impl Status {
    /// The word that Traefik's API uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Enabled => "enabled",
            Status::Warning => "warning",
            Status::Disabled => "disabled",
        }
    }
}

/// One thing that is wrong, once for the place where it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is.
    pub cause: Cause,
    /// Where it stands: the bytes that are wrong.
    pub at: Location,
    /// The path of keys there.
    pub path: String,
    /// Traefik's words.
    pub says: String,
}

/// What can be wrong, with its facts; a lint for each finds the words.
#[derive(Debug, PartialEq, Eq)]
pub enum Cause {
    /// A service that is not there.
    UnknownService {
        /// As it is referred to.
        name: String,
        /// The nearest one that is there.
        nearest: Option<Label>,
    },
    /// A middleware that is not there.
    UnknownMiddleware {
        /// As it is referred to.
        name: String,
        /// The nearest one that is there.
        nearest: Option<Label>,
    },
    /// A servers transport that is not there.
    UnknownServersTransport {
        /// As it is referred to.
        name: String,
        /// The nearest one that is there.
        nearest: Option<Label>,
    },
    /// TLS options that are not there.
    UnknownTlsOptions {
        /// As they are referred to.
        name: String,
        /// The nearest ones that are there.
        nearest: Option<Label>,
    },
    /// A certificate resolver that is not there; Traefik only logs it.
    UnknownResolver {
        /// Its name.
        name: String,
    },
    /// An entry point that is not there, or of another protocol.
    UnknownEntryPoint {
        /// Its name.
        name: String,
        /// Those that are there.
        known: Vec<String>,
    },
    /// No entry point at all serves the router.
    NoEntryPoint,
    /// A service of Traefik's own that is off, or that Traefik does not have.
    InternalService {
        /// As it is referred to.
        name: String,
    },
    /// A rule that Traefik refuses.
    BadRule {
        /// Why.
        error: Box<RuleError>,
    },
    /// A router that has no rule.
    NoRule,
    /// A router that leads nowhere.
    NoService,
    /// A TCP router that looks at the server name, without TLS.
    HostSniWithoutTls,
    /// A priority above what users may give.
    PriorityTooHigh,
    /// What is wrong among routers that refer to their parents.
    Parents,
    /// Two routers for one host with different TLS options.
    TlsOptionsConflict {
        /// The host.
        host: String,
        /// The other router.
        other: Option<Label>,
    },
    /// TLS options on a router whose rule names no host.
    TlsOptionsWithoutHost,
    /// A service without a type.
    ServiceWithoutType {
        /// Its name.
        name: String,
    },
    /// A service, or a middleware, that reaches itself.
    Loop,
    /// A loop over which Traefik crashes.
    CrashingLoop,
    /// A service of several types.
    SeveralTypes,
    /// A URL of a server that can't be read.
    BadServerUrl {
        /// The URL.
        url: String,
    },
    /// A child that has no health check, where its parent needs one.
    HealthCheckMissing {
        /// The child.
        child: String,
    },
    /// A value of a service that Traefik refuses.
    BadService,
    /// Several UDP routers on one entry point.
    UdpEntryPointShared {
        /// The entry point.
        entry_point: String,
        /// The router that answers.
        other: Option<Label>,
    },
    /// A middleware that Traefik can't build.
    BadMiddleware {
        /// Its name.
        name: String,
        /// What sort of mistake it is.
        kind: BrokenKind,
    },
    /// A TCP servers transport, or a PROXY protocol, that Traefik can't use.
    BadTransport {
        /// Its name, or the service's.
        name: String,
    },
    /// TLS options that Traefik can't use.
    BadTlsOptions {
        /// Their name.
        name: String,
        /// What sort of mistake it is.
        kind: BrokenKind,
    },
}

/// Deeper nesting than anybody writes; what is below is taken to be in order.
const DEEPEST: usize = 200;

/// Builds what Traefik would build.
pub fn build<'a>(inventory: &Inventory<'a>, surroundings: &Surroundings) -> Runtime<'a> {
    let mut board = Board::new(inventory, surroundings);
    let http = http::build(&mut board);
    let tcp = tcp::build(&mut board);
    let udp = udp::build(&mut board);
    board.finish([http, tcp, udp])
}
