//! The server at which agents register, and agents that speak to it.

use super::http::{self, Response};
use super::place::Place;
use super::{Guarded, wait_for};
use cloudlunacy::token::{Token, Use};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A running `serve-register`, over the directory `dynamic` and the folder `state` of a place.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) port: u16,
    /// The process.
    pub(crate) process: Guarded,
    log: PathBuf,
}

impl Server {
    /// Starts it on a free port of loopback, with these arguments more.
    pub(crate) fn start(place: &Place, args: &[&str]) -> Server {
        let all = ["--state-dir", "state", "serve-register", "--listen", "127.0.0.1:0"];
        let all: Vec<&str> = all.iter().chain(args).copied().collect();
        Server::run(place, place.command(&all))
    }

    /// Starts what becomes the server.
    pub(crate) fn run(place: &Place, mut command: Command) -> Server {
        let log = place.top().join("server.log");
        let into = std::fs::File::create(&log).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(into).spawn().expect("the server starts");
        let mut process = Guarded(child);
        let address = wait_for("the server to listen", || {
            if let Ok(Some(status)) = process.0.try_wait() {
                panic!("the server ended with {status}: {}", std::fs::read_to_string(&log).unwrap_or_default());
            }
            let log = std::fs::read_to_string(&log).ok()?;
            let event = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            let listening = event.into_iter().find(|event| event["event"] == "listening")?;
            Some(listening["addresses"][0].as_str()?.to_owned())
        });
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
        Server { port, process, log }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it has logged this text: the log is written beside the work.
    pub(crate) fn has_logged(&self, text: &str) {
        wait_for(&format!("{text:?} in the log"), || self.log().contains(text).then_some(()));
    }

    /// Tells it to stop, and waits; gives its exit code.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let pid = self.process.0.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        wait_for("the server to stop", || self.process.0.try_wait().ok().flatten()).code()
    }

    /// Sends a request, with JSON unless the body is empty.
    pub(crate) fn send(&self, method: &str, path: &str, bearer: Option<&str>, body: &str) -> Response {
        self.try_send(method, path, bearer, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same, where there may be no answer.
    pub(crate) fn try_send(
        &self,
        method: &str,
        path: &str,
        bearer: Option<&str>,
        body: &str,
    ) -> std::io::Result<Response> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let bearer = bearer.map(|bearer| format!("Authorization: Bearer {bearer}\r\n")).unwrap_or_default();
        let form = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: front\r\n{bearer}{form}Content-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes())?;
        Response::read(&mut BufReader::new(stream))
    }

    /// Sends what must be answered with this status; gives the JSON.
    pub(crate) fn ask(&self, status: u16, (method, path): (&str, &str), bearer: &str, body: &str) -> Value {
        let response = self.send(method, path, Some(bearer), body);
        assert_eq!(response.status, status, "{method} {path} {body}: {}", response.body);
        serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body))
    }

    /// Joins with a key of one's own, and routes in JSON; gives the key.
    pub(crate) fn join(&self, token: &str, routes: &str) -> String {
        let key = key();
        let body = format!("{{\"key\": \"{key}\", \"routes\": {routes}}}");
        self.ask(201, ("POST", "/v1/agents"), token, &body);
        key
    }
}

/// Makes sure that records and directory say the same: what an active agent's record names stands in its file, and nothing
/// else; of the others nothing does.
pub(crate) fn agree(place: &Place) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (kept, written) = (place.json(&["--state-dir", "state", "agent", "list"]), place.json(&["route", "list"]));
    let mut said = BTreeSet::new();
    for agent in list(&kept["agents"]).iter().filter(|agent| agent["state"] == "active") {
        for route in list(&agent["routes"]) {
            let leads = text(&route["target"]);
            let leads = if route["kind"] == "http" { leads } else { leads.rsplit("//").next().unwrap().to_owned() };
            let route = (text(&route["kind"]), text(&route["name"]), text(&route["host"]), leads);
            assert!(said.insert((format!("agent-{}.yml", text(&agent["id"])), route)), "twice: {agent}");
        }
    }
    let of_agents = list(&written["routes"]).into_iter().filter(|route| text(&route["file"]).starts_with("agent-"));
    let stands: BTreeSet<_> = of_agents
        .map(|route| {
            assert_eq!((list(&route["hosts"]).len(), list(&route["servers"]).len()), (1, 1), "{route}");
            let leads = (text(&route["hosts"][0]), text(&route["servers"][0]));
            (text(&route["file"]), (text(&route["kind"]), text(&route["name"]), leads.0, leads.1))
        })
        .collect();
    assert_eq!(said, stands, "what the records say, and what stands there");
    assert_eq!(place.run(&["validate"]).code, 0);
    for line in std::fs::read_to_string(place.top().join("state/audit.jsonl")).unwrap_or_default().lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "the audit log has a line that is no JSON: {line}");
    }
}

/// A key that nobody has yet.
pub(crate) fn key() -> String {
    Token::random(Use::Agent).expect("random numbers").secret().to_owned()
}

/// Makes a token for joining.
pub(crate) fn token(place: &Place, id: &str, args: &str) -> String {
    let all = format!("--state-dir state agent token create {id} {args}");
    let made = place.json(&all.split_whitespace().collect::<Vec<_>>());
    made["token"].as_str().expect("a token").to_owned()
}

/// `GET` over plain HTTP, as Prometheus sends it.
#[allow(dead_code)]
pub(crate) fn get(port: u16, path: &str) -> (u16, String) {
    http::get(port, "front", path)
}
