//! A MongoDB server and the official driver as its client, both in python.

use std::io::{BufRead, BufReader, Write};
use std::process::ChildStdout;

use serde_json::Value;

use super::certs::{Ca, Leaf};
use super::tls::{announced, port};
use super::{Guarded, python};

/// A running server; stopped and its storage removed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
    _process: Guarded,
    _storage: tempfile::TempDir,
}

impl Server {
    /// Starts a server without TLS, for routes whose TLS ends at Traefik.
    pub(crate) fn start(id: &str) -> Self {
        Self::launch(id, None)
    }

    /// Starts a server with TLS and its own certificate, for passthrough.
    pub(crate) fn tls(id: &str, leaf: &Leaf) -> Self {
        Self::launch(id, Some(leaf))
    }

    fn launch(id: &str, leaf: Option<&Leaf>) -> Self {
        let storage = tempfile::tempdir().expect("a temporary directory");
        let mut command = python("mongo_server.py");
        command.arg(id).arg(storage.path());
        if let Some(leaf) = leaf {
            command.arg("--cert").arg(&leaf.cert).arg("--key").arg(&leaf.key);
        }
        let (process, first) = announced(&mut command);
        Self { port: port(&first), _process: process, _storage: storage }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address as `loadBalancer.servers[].address` wants it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

/// How a client connects.
#[derive(Clone, Copy)]
pub(crate) enum Security<'a> {
    /// In plain bytes.
    Plain,
    /// With TLS, trusting anyone.
    Tls,
    /// With TLS, trusting this authority only, and only for the host's name.
    Verified(&'a Ca),
}

/// What a round trip told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trip {
    /// The id of the server the route led to.
    pub(crate) server: String,
    /// The text that was written and read back.
    pub(crate) text: String,
    /// How many connections the driver has opened since it was started.
    pub(crate) connections: u64,
}

/// A running driver that keeps its connection between round trips.
#[derive(Debug)]
pub(crate) struct Client {
    process: Guarded,
    output: BufReader<ChildStdout>,
}

impl Client {
    /// A client of `mongodb://HOST:PORT`; the host's name need not exist.
    ///
    /// It connects with the first round trip.
    pub(crate) fn new(host: &str, port: u16, security: Security<'_>) -> Self {
        Self::patient(host, port, security, 10_000)
    }

    /// The same, giving up after so many milliseconds: for what must fail.
    pub(crate) fn patient(host: &str, port: u16, security: Security<'_>, patience: u32) -> Self {
        let mut command = python("mongo_client.py");
        command.args([host, &port.to_string(), "--patience", &patience.to_string()]);
        match security {
            Security::Plain => {}
            Security::Tls => {
                command.arg("--tls");
            }
            Security::Verified(ca) => {
                command.arg("--tls").arg("--ca").arg(ca.pem());
            }
        }
        let (mut process, _) = announced(&mut command);
        let output = process.0.stdout.take().expect("its output");
        Self { process, output: BufReader::new(output) }
    }

    /// Writes a document with this text and reads it back. `Err` holds what the
    /// driver says.
    pub(crate) fn round_trip(&mut self, text: &str) -> Result<Trip, String> {
        let input = self.process.0.stdin.as_mut().expect("its input");
        writeln!(input, "{text}").expect("the client listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the client answers");
        let value: Value = serde_json::from_str(&line).unwrap_or_else(|e| panic!("the client broke ({e}): {line}"));
        if let Some(error) = value["error"].as_str() {
            return Err(error.to_owned());
        }
        let field = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Ok(Trip {
            server: field("server"),
            text: field("text"),
            connections: value["connections"].as_u64().unwrap_or_default(),
        })
    }
}
