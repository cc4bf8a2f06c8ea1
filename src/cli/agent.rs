//! Arguments of `agent …`.

mod join;

use super::ChangeFlags;
use super::route::TlsArg;
use crate::agent::State;
use clap::{Args, Subcommand, ValueEnum};
pub use join::Join;

/// What to do with agents: servers that register routes of their own.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Make, list and revoke the tokens by which agents join
    #[command(before_help = "\
Examples:
  cloudlunacy agent token create web-7 --host '*.web-7.apps.example.com' \\
      --target 10.8.0.7:3000-3999
  cloudlunacy agent token list
  cloudlunacy agent token revoke 5f1d0c2b7a9e4483")]
    Token {
        /// What to do with tokens.
        #[command(subcommand)]
        command: TokenCommand,
    },
    #[allow(missing_docs)]
    Register(Box<Register>),
    /// List agents, with their grants and routes
    #[command(
        visible_alias = "ls",
        before_help = "Examples:\n  cloudlunacy agent list\n  cloudlunacy agent list --state pending -o name\n  cloudlunacy agent list --older-than 30d"
    )]
    List(AgentFilter),
    /// Show an agent: its grant, and its routes
    #[command(before_help = "Examples:\n  cloudlunacy agent show web-7")]
    Show {
        /// The agent
        #[arg(value_name = "ID")]
        id: String,
    },
    #[allow(missing_docs)]
    #[command(visible_alias = "remove")]
    Rm(RemoveAgent),
    #[allow(missing_docs)]
    Grant(GrantAgent),
    #[allow(missing_docs)]
    Can(Can),
    #[allow(missing_docs)]
    Join(Box<Join>),
    /// Make a token by which an agent takes up a new key
    ///
    /// The agent joins with it as it did first, and keeps its grant and its routes; its old key is void from then on.
    #[command(before_help = "Examples:\n  cloudlunacy agent rotate web-7\n  cloudlunacy agent rotate web-7 --now")]
    Rotate(Rotate),
    /// Take an agent's routes away, and answer it no more, until it is enabled
    #[command(before_help = "Examples:\n  cloudlunacy agent disable web-7")]
    Disable(OneAgent),
    /// Give an agent that was disabled, or has expired, its routes again
    #[command(before_help = "Examples:\n  cloudlunacy agent enable web-7")]
    Enable(OneAgent),
    /// Let an agent in that waits for it, with its routes
    #[command(before_help = "Examples:\n  cloudlunacy agent list --state pending\n  cloudlunacy agent approve web-7")]
    Approve(OneAgent),
    /// Turn an agent away that waits for approval, and revoke its token
    #[command(before_help = "Examples:\n  cloudlunacy agent reject web-7")]
    Reject(OneAgent),
}

/// Which agents.
#[derive(Args, Clone, Debug, Default)]
pub struct AgentFilter {
    /// Only those in this state
    #[arg(long, value_enum, value_name = "STATE")]
    pub state: Option<StateArg>,
    /// Only those that have not been heard of for so long: 90s, 12h, 30d; the time is kept to a minute
    #[arg(long, value_name = "TIME")]
    pub older_than: Option<String>,
}

impl AgentFilter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.state.is_none() && self.older_than.is_none()
    }
}

/// A state of an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StateArg {
    /// Its routes stand in the directory.
    Active,
    /// It waits for approval.
    Pending,
    /// An administrator has disabled it.
    Disabled,
    /// It has stopped saying that it is alive.
    Expired,
}

impl StateArg {
    /// The state.
    pub fn of_agent(self) -> State {
        match self {
            StateArg::Active => State::Active,
            StateArg::Pending => State::Pending,
            StateArg::Disabled => State::Disabled,
            StateArg::Expired => State::Expired,
        }
    }
}

/// One agent.
#[derive(Args, Debug)]
pub struct OneAgent {
    /// The agent
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// How an agent gets a new key.
#[derive(Args, Debug)]
pub struct Rotate {
    /// The agent
    #[arg(value_name = "ID")]
    pub id: String,
    /// Make its old key void at once, not when it has a new one
    #[arg(long)]
    pub now: bool,
    /// How long it can join by the token: 30m, 1h, 7d
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub ttl: String,
    /// Print what to type on the agent's machine
    #[arg(long)]
    pub print_join_command: bool,
}

/// What to do with the tokens by which agents join.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    #[allow(missing_docs)]
    Create(CreateToken),
    /// List tokens: for whom, for what, until when; never their secrets
    #[command(visible_alias = "ls", before_help = "Examples:\n  cloudlunacy agent token list")]
    List,
    /// Revoke a token: nobody can join by it any more
    #[command(before_help = "Examples:\n  cloudlunacy agent token revoke 5f1d0c2b7a9e4483")]
    Revoke {
        /// The public id of the token: what stands between its first two `_`
        #[arg(value_name = "TOKEN-ID")]
        id: String,
    },
}

/// What an agent may claim.
#[derive(Args, Clone, Debug)]
pub struct GrantFields {
    /// A host that it may have, or *.NAME for all that are one label longer; once for each
    #[arg(long = "host", value_name = "PATTERN", required = true)]
    pub hosts: Vec<String>,
    /// Where its routes may lead: an address or a network, and ports, as 10.8.0.7:3000-3999 or [fd00::/64]:80; once for each
    #[arg(long = "target", value_name = "CIDR[:PORTS]", required = true)]
    pub targets: Vec<String>,
    /// How many routes it may have
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub max_routes: u32,
    /// An entry point that its HTTP routes listen on; once for each [default: as for any new route]
    #[arg(long = "entry-point", value_name = "EP")]
    pub entry_points: Vec<String>,
}

/// Make a token by which an agent can join, and say what it may claim then
///
/// The token is shown once; only its hash is kept. ID may be a pattern, as web-*, for machines made from one image: in its hosts `{id}` stands for the id of the agent. Loopback, link-local addresses, those where clouds serve secrets and this machine's own are not granted by a larger network: a --target must lie wholly within them.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy agent token create web-7 --host '*.web-7.apps.example.com' \\
      --target 10.8.0.7:3000-3999
  cloudlunacy agent token create 'web-*' --host '*.{id}.apps.example.com' \\
      --target 10.8.0.0/24 --uses 20 --ttl 7d")]
pub struct CreateToken {
    /// The agent's id, or a pattern of ids
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub grant: GrantFields,
    /// How long agents can join by it: 30m, 1h, 7d
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub ttl: String,
    /// How many agents can join by it
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub uses: u32,
    /// Print what to type on the agent's machine; the setting agents.url says where it reaches this one
    #[arg(long)]
    pub print_join_command: bool,
}

/// Register an agent and its routes for it
///
/// An app SUB=PORT is served at SUB.DOMAIN, HOST=PORT at that host; MongoDB at ID.DOMAIN, by the TLS server name. The domains come from --app-domain and --mongo-domain, or from the settings. An agent that has a grant is held to it. What is so already is `unchanged`; routes that are not named stay.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy agent register web-7 --address 10.8.0.7 --app shop=3000 \\
      --app-domain apps.example.com
  cloudlunacy agent register db-1 --address 10.8.0.9 --mongodb 27017 \\
      --mongo-domain mongodb.example.com")]
pub struct Register {
    /// The agent: lower-case letters, digits and hyphens
    #[arg(value_name = "ID")]
    pub id: String,
    /// The address of its server
    #[arg(long, value_name = "IP")]
    pub address: std::net::IpAddr,
    /// An application on it, and its port; once for each
    #[arg(long = "app", value_name = "SUB=PORT|HOST=PORT")]
    pub apps: Vec<String>,
    /// The port of a MongoDB server on it
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub mongodb: Option<u16>,
    /// The domain below which applications get their names [default: the setting agents.app-domain]
    #[arg(long, value_name = "DOMAIN")]
    pub app_domain: Option<String>,
    /// The domain below which databases get their names [default: the setting agents.mongo-domain]
    #[arg(long, value_name = "DOMAIN")]
    pub mongo_domain: Option<String>,
    /// An entry point of the applications; once for each [default: the grant's, else as for any new route]
    #[arg(long = "entry-point", value_name = "EP")]
    pub entry_points: Vec<String>,
    /// TLS of the database: off; on: Traefik ends it; passthrough: the server does [default: on]
    #[arg(long, value_enum, value_name = "off|on|passthrough", hide_possible_values = true)]
    pub tls: Option<TlsArg>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Remove an agent, or several, with their routes; their keys and tokens are void from then on
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy agent rm web-7
  cloudlunacy agent rm web-7 --keep-routes
  cloudlunacy agent rm --state expired --older-than 30d")]
pub struct RemoveAgent {
    /// The agent
    #[arg(value_name = "ID", conflicts_with_all = ["state", "older_than"])]
    pub id: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub filter: AgentFilter,
    /// Leave its routes: they are the administrator's from then on
    #[arg(long)]
    pub keep_routes: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Give an agent another grant; routes that it does not cover go in the same change
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy agent grant web-7 --host '*.web-7.apps.example.com' \\
      --target 10.8.0.7:3000-3999")]
pub struct GrantAgent {
    /// The agent
    #[arg(value_name = "ID")]
    pub id: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub grant: GrantFields,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Say whether an agent may lead a host to a target, without asking anybody
///
/// Exits with 0 where it may, with 1 and the reason where not.
#[derive(Args, Debug)]
#[command(before_help = "Examples:\n  cloudlunacy agent can web-7 shop.web-7.apps.example.com http://10.8.0.7:3000")]
pub struct Can {
    /// The agent
    #[arg(value_name = "ID")]
    pub id: String,
    /// The host
    #[arg(value_name = "HOST")]
    pub host: String,
    /// The target
    #[arg(value_name = "TARGET")]
    pub target: String,
}
