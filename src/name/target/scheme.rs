//! What Traefik speaks to a server.

use super::{BadName, shown};
use std::fmt;
use std::str::FromStr;

/// How Traefik speaks to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
    /// HTTP/2 without TLS, as gRPC servers speak it.
    H2c,
    /// MongoDB, over TCP.
    Mongodb,
    /// PostgreSQL, over TCP.
    Postgres,
    /// Redis, over TCP.
    Redis,
    /// TLS, over TCP.
    Tls,
    /// Any bytes, over TCP.
    Tcp,
    /// MySQL, over TCP.
    Mysql,
    /// Any datagrams, over UDP.
    Udp,
}

const SCHEMES: [(&str, Scheme); 11] = [
    ("http", Scheme::Http),
    ("https", Scheme::Https),
    ("h2c", Scheme::H2c),
    ("mongodb", Scheme::Mongodb),
    ("postgres", Scheme::Postgres),
    ("postgresql", Scheme::Postgres),
    ("redis", Scheme::Redis),
    ("tls", Scheme::Tls),
    ("tcp", Scheme::Tcp),
    ("mysql", Scheme::Mysql),
    ("udp", Scheme::Udp),
];

/// Schemes of other tools, and what to write in their place.
const FOREIGN: [(&str, &str); 6] = [
    (
        "rediss",
        "the scheme says what Traefik speaks to the server; use redis:// with --tls passthrough when the server itself \
         does TLS",
    ),
    ("mongodb+srv", "Traefik does not look up SRV records; give each server, as in mongodb://10.0.0.6:27017"),
    ("ws", "WebSocket begins as HTTP; use http://"),
    ("wss", "WebSocket begins as HTTP; use http://, or https:// when the server itself does TLS"),
    ("grpc", "gRPC is HTTP/2; use h2c://, or https:// when the server itself does TLS"),
    ("mariadb", "MariaDB speaks as MySQL does; use mysql://"),
];

impl Scheme {
    /// As it is written before `://`.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
            Scheme::H2c => "h2c",
            Scheme::Mongodb => "mongodb",
            Scheme::Postgres => "postgres",
            Scheme::Redis => "redis",
            Scheme::Tls => "tls",
            Scheme::Tcp => "tcp",
            Scheme::Mysql => "mysql",
            Scheme::Udp => "udp",
        }
    }

    /// Which of Traefik's routers such a server belongs to.
    pub fn kind(self) -> Kind {
        match self {
            Scheme::Http | Scheme::Https | Scheme::H2c => Kind::Http,
            Scheme::Udp => Kind::Udp,
            _ => Kind::Tcp,
        }
    }

    /// Whether the server speaks first, so that a client sends no TLS greeting from which Traefik
    /// could read a host: such a server can be routed to by entry point alone.
    pub fn server_speaks_first(self) -> bool {
        self == Scheme::Mysql
    }

    /// The port to fill in. HTTP has none, as Traefik fills in its own.
    pub(super) fn default_port(self) -> Option<u16> {
        match self {
            Scheme::Mongodb => Some(27017),
            Scheme::Postgres => Some(5432),
            Scheme::Redis => Some(6379),
            Scheme::Mysql => Some(3306),
            _ => None,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scheme {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Scheme, BadName> {
        let (given, at) = (text.to_ascii_lowercase(), 0..text.len());
        if let Some((_, scheme)) = SCHEMES.iter().find(|(name, _)| *name == given) {
            return Ok(*scheme);
        }
        if let Some((name, cure)) = FOREIGN.iter().find(|(name, _)| *name == given) {
            return Err(BadName::new(format!("no scheme `{name}` here: {cure}"), at));
        }
        // Beyond two slips it would be guessing; so would it be in a word of two or three letters.
        let near = SCHEMES.iter().map(|(name, _)| (distance(&given, name), *name)).min();
        let near = near.filter(|(slips, name)| *slips <= if name.len() > 4 { 2 } else { 1 });
        let cure =
            near.map_or("write one such as http, tcp or udp".into(), |(_, name)| format!("did you mean {name}?"));
        Err(BadName::new(format!("unknown scheme `{}`: {cure}", shown(text)), at).hint(choices()))
    }
}

/// All schemes, for a hint.
pub(super) fn choices() -> String {
    let names: Vec<&str> = SCHEMES.iter().map(|(name, _)| *name).collect();
    format!("schemes: {}", names.join(", "))
}

/// How many letters to change, add or leave out to get from one word to another (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

/// Which of Traefik's three families of routers and services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `http.routers`, `http.services`.
    Http,
    /// `tcp.routers`, `tcp.services`.
    Tcp,
    /// `udp.routers`, `udp.services`.
    Udp,
}

impl Kind {
    /// The section of the configuration, and the word in lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Http => "http",
            Kind::Tcp => "tcp",
            Kind::Udp => "udp",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Kind, BadName> {
        match text {
            "http" => Ok(Kind::Http),
            "tcp" => Ok(Kind::Tcp),
            "udp" => Ok(Kind::Udp),
            _ => Err(BadName::new(format!("unknown kind `{}`: write http, tcp or udp", shown(text)), 0..text.len())),
        }
    }
}
