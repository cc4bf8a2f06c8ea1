//! Arguments of `serve-register`.

use crate::register::http::Bounds;
use clap::{Args, ValueEnum};
use std::net::SocketAddr;

/// Serve the HTTP endpoint at which agents register themselves
///
/// An agent joins with a token (`agent token create`) and a key of its own, and gets routes within what it is granted; what it asks for beyond that is refused. What /openapi.json says is the API; `cloudlunacy agent join` speaks it. Runs until SIGTERM; what it does is one line of JSON each on standard error, and one in the audit log of the state folder.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy serve-register --listen 0.0.0.0:7843 \\
      --tls-cert /etc/cloudlunacy/front.pem --tls-key /etc/cloudlunacy/front-key.pem
  cloudlunacy serve-register --listen 10.8.0.1:7843 --self-signed --lease 90s
  cloudlunacy serve-register --listen 127.0.0.1:7843 --insecure-http --compat", after_help = bounds())]
pub struct ServeRegister {
    /// Where to listen; once for each address; sockets that systemd hands over come before it
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:7843")]
    pub listen: Vec<SocketAddr>,
    /// The certificate of the server, in PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "self_signed")]
    pub tls_cert: Option<String>,
    /// Its key
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<String>,
    /// Make a certificate of its own, which agents know by its fingerprint (`agent join --pin`)
    #[arg(long)]
    pub self_signed: bool,
    /// Let in only who has a certificate of this authority, in PEM
    #[arg(long, value_name = "FILE")]
    pub client_ca: Option<String>,
    /// Speak plain HTTP on addresses other than loopback, as behind Traefik: credentials can be read on the way
    #[arg(long, conflicts_with_all = ["tls_cert", "self_signed"])]
    pub insecure_http: bool,
    /// A name that the server is called by; once for each [default: any]
    #[arg(long = "server-name", value_name = "NAME")]
    pub server_names: Vec<String>,
    /// The domain below which applications get their names [default: the setting agents.app-domain]
    #[arg(long, value_name = "DOMAIN")]
    pub app_domain: Option<String>,
    /// The domain below which databases get their names [default: the setting agents.mongo-domain]
    #[arg(long, value_name = "DOMAIN")]
    pub mongo_domain: Option<String>,
    /// Take an agent's routes away that has said that it is alive, and then not for twice so long; they come back when it does [default: never]
    #[arg(long, value_name = "TIME")]
    pub lease: Option<String>,
    /// Whether agents that are new wait for `agent approve`
    #[arg(long, value_enum, value_name = "auto|manual", default_value = "auto", hide_possible_values = true)]
    pub approve: Approve,
    /// Serve the requests of older agents too: the token is their agentKey, and must be for one id
    #[arg(long)]
    pub compat: bool,
    /// Serve /metrics for Prometheus there, in plain HTTP
    #[arg(long, value_name = "ADDR:PORT")]
    pub metrics: Option<SocketAddr>,
    /// Requests a second from one address; more where many agents come through one proxy
    #[arg(long, value_name = "N", default_value_t = Bounds::DEFAULT.rate, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub rate: u32,
    /// Requests a second of one agent; four times as many at once after a rest
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub agent_rate: u32,
}

/// Who lets agents in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Approve {
    /// The token alone.
    Auto,
    /// An administrator, each time.
    Manual,
}

fn bounds() -> String {
    let lines: String = Bounds::DEFAULT.in_words().lines().map(|line| format!("  {line}\n")).collect();
    format!("Bounds:\n{}", lines.trim_end())
}
