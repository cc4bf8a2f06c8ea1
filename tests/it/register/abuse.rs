//! Agents, and strangers, that ask for what they may not have: what they are told, and that nothing changes.

mod credentials;
mod directory;
mod many;
mod values;
mod wire;

use crate::support::place::Place;
use crate::support::register::{Server, token};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const ME: &str = "/v1/agents/me";

const BY_HAND: &str = "# ours; agents keep out
http:
  routers:
    dashboard: {rule: 'Host(`traefik.apps.example.com`)', service: by-hand}
    wild: {rule: 'HostRegexp(`^.+\\.wild\\.apps\\.example\\.com$`)', service: by-hand}
    deep: {rule: 'Host(`path.apps.example.com`) && PathPrefix(`/api`)', service: by-hand, priority: 1}
    negated: {rule: '!Host(`a.example.org`) && Host(`negated.apps.example.com`)', service: by-hand}
    name.apps.example.com: {rule: 'Host(`elsewhere.example.org`)', service: by-hand}
    own-service: {rule: 'Host(`own-service.example.org`)', service: service.apps.example.com}
  services:
    by-hand: {loadBalancer: {servers: [{url: 'http://192.0.2.1:1'}]}}
    service.apps.example.com: {loadBalancer: {servers: [{url: 'http://192.0.2.1:1'}]}}
tcp:
  routers:
    database: {rule: 'HostSNI(`db.apps.example.com`)', service: by-hand, tls: {passthrough: true}}
  services:
    by-hand: {loadBalancer: {servers: [{address: '192.0.2.1:1'}]}}
";

/// A front server with routes of an administrator and of another agent, and an agent that goes too far.
struct Siege {
    place: Place,
    server: Server,
    /// The token by which the agent has joined.
    token: String,
    /// Its key.
    key: String,
    /// The key of the other agent.
    other: String,
}

impl Siege {
    fn begin() -> Siege {
        Siege::with(&[])
    }

    fn with(args: &[&str]) -> Siege {
        let place = Place::with(&[("by-hand.yml", BY_HAND)]);
        let always = ["--app-domain", "apps.example.com", "--rate", "10000", "--agent-rate", "10000"];
        let server = Server::start(&place, &[&always[..], args].concat());
        let grant = "--host *.apps.example.com --host *.pool.apps.example.com --host a.wild.apps.example.com \
                     --target 10.8.0.0/24:3000-3999";
        let (token, others) = (self::token(&place, "web-7", grant), self::token(&place, "web-8", grant));
        let key =
            server.join(&token, r#"{"shop": {"host": "shop.apps.example.com", "target": "http://10.8.0.7:3000"}}"#);
        let routes = r#"{"a": {"host": "blog.apps.example.com", "target": "http://10.8.0.8:3000"},
                         "b": {"host": "*.pool.apps.example.com", "target": "http://10.8.0.8:3000"},
                         "c": {"host": "mongo.apps.example.com", "target": "mongodb://10.8.0.8:3017", "tls": "passthrough"}}"#;
        let other = server.join(&others, routes);
        Siege { place, server, token, key, other }
    }

    /// Everything that must stay as it is: the directory, and what is kept of tokens, keys and agents.
    fn kept(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let state = self.place.top().join("state");
        let mut kept: Vec<_> = self.place.files().into_iter().map(|(name, bytes)| (name.into(), bytes)).collect();
        let is_log = |path: &Path| ["audit.jsonl", "seen.json", "lock"].iter().any(|name| path.ends_with(name));
        kept.extend(files_below(&state).into_iter().filter(|(path, _)| !is_log(path)));
        kept
    }

    /// Sends what must be refused, so and with this code, and must change nothing.
    fn refused(&self, (status, code): (u16, &str), (method, path): (&str, &str), bearer: Option<&str>, body: &str) {
        let before = self.kept();
        let said = self.server.send(method, path, bearer, body);
        let case = format!("{method} {path} {}", body.chars().take(200).collect::<String>());
        assert_eq!(said.status, status, "{case}: {}", said.body);
        self.must_be_discreet(&case, &said.body, code);
        assert!(self.kept() == before, "{case}: refused, but something has changed");
    }

    /// An answer holds a code, a message and a hint: nothing of this machine, nobody's name, no secret.
    fn must_be_discreet(&self, case: &str, body: &str, code: &str) {
        let said: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{case}: {error}: {body}"));
        assert_eq!(said["code"], code, "{case}: {body}");
        let fields: Vec<&String> = said.as_object().into_iter().flat_map(|said| said.keys()).collect();
        assert_eq!(fields, ["code", "message", "hint"], "{case}");
        assert!(said["message"].as_str().is_some_and(|text| !text.is_empty()), "{case}: {body}");
        let top = self.place.top().display().to_string();
        for word in [&top, "/tmp", "web-8", "by-hand", "dashboard", ".yml", ".rs:", "audit", secret(&self.other)] {
            assert!(!body.contains(word), "{case}: {word} in {body}");
        }
    }

    /// Asks for a route under the name `new`.
    fn route_refused(&self, expected: (u16, &str), route: &Value) {
        self.refused(expected, ("PUT", &format!("{ME}/routes/new")), Some(&self.key), &route.to_string());
        // The same among all routes, and at the beginning.
        let all = json!({ "routes": { "new": route } }).to_string();
        self.refused(expected, ("PUT", ME), Some(&self.key), &all);
    }

    /// The server works as ever, and what was there before is served.
    fn holds(&self) {
        let shown = self.server.ask(200, ("GET", ME), &self.key, "");
        assert_eq!(shown["routes"].as_object().map(|routes| routes.len()), Some(1), "{shown}");
        self.server.ask(200, ("GET", ME), &self.other, "");
        assert_eq!(self.place.read("by-hand.yml"), BY_HAND);
        let log = self.server.log();
        assert!(!log.contains("panicked") && !log.contains("\"internal\""), "{log}");
        self.must_hold_no_secret(&[]);
    }

    /// No file that is kept anywhere, and nothing that was logged, holds a secret.
    fn must_hold_no_secret(&self, more: &[&str]) {
        let all = [&self.token, &self.key, &self.other].into_iter().map(String::as_str).chain(more.iter().copied());
        let secrets: Vec<&str> = all.map(secret).collect();
        for (path, bytes) in files_below(self.place.top()) {
            let text = String::from_utf8_lossy(&bytes);
            for secret in &secrets {
                assert!(!text.contains(secret), "{} holds a secret", path.display());
            }
        }
    }
}

/// The part of a credential that nobody else may see.
fn secret(credential: &str) -> &str {
    credential.split('_').nth(2).expect("a credential")
}

/// Every regular file below a folder, with its bytes; no link is followed.
fn files_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").map_while(Result::ok) {
            let kind = entry.file_type().expect("its kind");
            match () {
                () if kind.is_dir() => folders.push(entry.path()),
                () if kind.is_file() => found.push((entry.path(), std::fs::read(entry.path()).unwrap_or_default())),
                () => {}
            }
        }
    }
    found.sort();
    found
}
