//! TLS, where the server name decides: clients that send the name they like,
//! and servers that hold their own certificate behind a passthrough router.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::certs::{Ca, Leaf};
use super::http::Response;
use super::{Guarded, answer, python};

/// A client still to be sent off.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    port: u16,
    name: Option<String>,
    ca: Option<PathBuf>,
    alpn: Vec<String>,
    postgres: bool,
}

/// What a handshake and the words after it brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The names in the certificate; known only when it was verified.
    pub(crate) names: Vec<String>,
    /// The application protocol agreed on.
    pub(crate) alpn: Option<String>,
    /// The answer to what was sent.
    pub(crate) text: String,
}

impl Client {
    /// A client that sends `name` as the server name and trusts anyone.
    pub(crate) fn new(port: u16, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::nameless(port) }
    }

    /// A client that sends no server name.
    pub(crate) fn nameless(port: u16) -> Self {
        Self { port, name: None, ca: None, alpn: Vec::new(), postgres: false }
    }

    /// Trusts this authority only, and only for the name.
    pub(crate) fn trusting(mut self, ca: &Ca) -> Self {
        self.ca = Some(ca.pem());
        self
    }

    /// Offers an application protocol.
    pub(crate) fn alpn(mut self, protocol: &str) -> Self {
        self.alpn.push(protocol.to_owned());
        self
    }

    /// Asks for TLS as PostgreSQL's clients do, before the handshake.
    pub(crate) fn postgres(mut self) -> Self {
        self.postgres = true;
        self
    }

    /// Sends a line and returns with the line that comes back.
    pub(crate) fn say(&self, line: &str) -> Result<Reply, String> {
        let mut command = self.command();
        command.arg(format!("--send={line}\n"));
        answer(&mut command).map(|value| Reply::from(&value))
    }

    /// Sends an HTTP request for the server name and a path.
    pub(crate) fn get(&self, path: &str) -> Result<Response, String> {
        let host = self.name.as_deref().unwrap_or("localhost");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let mut command = self.command();
        command.args(["--until-close", "--send", &request]);
        let reply = Reply::from(&answer(&mut command)?);
        Response::read(&mut reply.text.as_bytes()).map_err(|e| format!("{e}: {}", reply.text))
    }

    fn command(&self) -> Command {
        let mut command = python("tls.py");
        command.args(["client", &self.port.to_string()]);
        command.args(self.name.iter().flat_map(|name| ["--name", name]));
        if let Some(ca) = &self.ca {
            command.arg("--ca").arg(ca);
        }
        command.args(self.alpn.iter().flat_map(|protocol| ["--alpn", protocol]));
        command.args(self.postgres.then_some("--postgres"));
        command
    }
}

impl From<&Value> for Reply {
    fn from(value: &Value) -> Self {
        let names = value["names"].as_array().into_iter().flatten();
        Self {
            names: names.filter_map(Value::as_str).map(str::to_owned).collect(),
            alpn: value["alpn"].as_str().map(str::to_owned),
            text: value["text"].as_str().unwrap_or_default().to_owned(),
        }
    }
}

/// A TLS server that answers every line with `ID LINE`.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
    _process: Guarded,
}

impl Server {
    /// Starts one with a certificate of its own.
    pub(crate) fn start(leaf: &Leaf, id: &str) -> Self {
        Self::launch(leaf, id, None)
    }

    /// Starts one that begins TLS as PostgreSQL does.
    pub(crate) fn postgres(leaf: &Leaf, id: &str) -> Self {
        Self::launch(leaf, id, Some("--postgres"))
    }

    fn launch(leaf: &Leaf, id: &str, flag: Option<&str>) -> Self {
        let mut command = python("tls.py");
        command.arg("server").arg(&leaf.cert).arg(&leaf.key).arg(id).args(flag);
        let (process, first) = announced(&mut command);
        Self { port: port(&first), _process: process }
    }

    /// Its address as `loadBalancer.servers[].address` wants it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// Starts a script that prints a line of JSON when it is ready, and ends when
/// its standard input does.
pub(super) fn announced(command: &mut Command) -> (Guarded, Value) {
    let mut process = Guarded(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python runs"));
    let mut first = String::new();
    let output = process.0.stdout.as_mut().expect("its output");
    BufReader::new(output).read_line(&mut first).expect("a first line");
    let first = serde_json::from_str(&first).unwrap_or_else(|e| panic!("{command:?} does not start ({e}): {first}"));
    (process, first)
}

pub(super) fn port(announcement: &Value) -> u16 {
    let port = announcement["port"].as_u64().and_then(|port| port.try_into().ok());
    port.expect("a port")
}
