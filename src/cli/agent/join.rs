//! Arguments of `agent join`.

use crate::cli::route::TlsArg;
use crate::join::{App, Pin};
use crate::name::AgentId;
use clap::Args;
use std::net::IpAddr;
use std::time::Duration;

/// Join a server that runs `serve-register`, as an agent, and say what this machine serves
///
/// The first time this takes a token. From then on the agent has a key of its own, which it makes itself and keeps in a file that nobody else can read; with that it says again what it serves, or whatever is changed, and needs no token. What was interrupted is finished by the same command. Routes that are named take the place of all that the agent had; where none is named they stay.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy agent join https://front.example.com:7843 --token-file token \\
      --app shop=3000
  cloudlunacy agent join https://front.example.com:7843 --daemon
  cloudlunacy agent join https://front.example.com:7843 --leave")]
pub struct Join {
    /// Where the server is: https://HOST[:PORT]; http:// on this machine only
    #[arg(value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub url: String,
    /// The file that holds the token to join by, or - for standard input
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub token_file: Option<String>,
    /// The agent's id, where the token is for a pattern of ids
    #[arg(long, value_name = "ID")]
    pub id: Option<AgentId>,
    /// The address of this machine [default: the one by which it reaches the server]
    #[arg(long, value_name = "IP")]
    pub address: Option<IpAddr>,
    /// An application on this machine, and its port; once for each
    #[arg(long = "app", value_name = "SUB=PORT|HOST=PORT")]
    pub apps: Vec<App>,
    /// The port of a MongoDB server on this machine
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub mongodb: Option<u16>,
    /// TLS of the database: off; on: Traefik ends it; passthrough: the server does [default: on]
    #[arg(long, value_enum, requires = "mongodb", value_name = "off|on|passthrough", hide_possible_values = true)]
    pub tls: Option<TlsArg>,
    /// The fingerprint of the one certificate that the server may have, as sha256:HEX
    #[arg(long, value_name = "sha256:HEX")]
    pub pin: Option<Pin>,
    /// A file with the authorities that may certify the server [default: the system's]
    #[arg(long, value_name = "FILE", conflicts_with = "pin", value_hint = clap::ValueHint::FilePath)]
    pub ca: Option<String>,
    /// Send key and token without TLS to another machine, over a network that encrypts by itself
    #[arg(long)]
    pub insecure_http: bool,
    /// Where the agent's key is kept [default: join/HOST-PORT.key in the state folder]
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub key_file: Option<String>,
    /// Go on for ever: say by heartbeats that this machine is there, and renew the key each 30 days
    #[arg(long)]
    pub daemon: bool,
    /// How often, in place of three times in each lease: 30s, 1m [default: 30s, where there is no lease]
    #[arg(long, value_name = "TIME", requires = "daemon", value_parser = often)]
    pub every: Option<Duration>,
    /// Leave the server: the routes go, and the key is void
    #[arg(long, conflicts_with_all = ["daemon", "token_file", "id", "address", "apps", "mongodb"])]
    pub leave: bool,
}

fn often(text: &str) -> Result<Duration, String> {
    let every = crate::settings::duration(text).filter(|every| (1..=86_400).contains(&every.as_secs()));
    every.ok_or_else(|| "write a length of time from 1s to 1d, such as 30s".to_owned())
}
