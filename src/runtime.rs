//! What Traefik makes of a configuration that it has loaded: which routers, services and middlewares are enabled,
//! and why others are not. The names are those that Traefik's API shows.

pub mod middleware;
pub(crate) mod tls_options;
pub(crate) mod transport;

use crate::finding::Location;
use crate::inventory::Inventory;
use crate::surroundings::Surroundings;
use middleware::BrokenKind;
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
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
    },
    /// A middleware that is not there.
    UnknownMiddleware {
        /// As it is referred to.
        name: String,
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

/// Builds what Traefik would build.
pub fn build<'a>(_inventory: &Inventory<'a>, _surroundings: &Surroundings) -> Runtime<'a> {
    Runtime::default()
}
