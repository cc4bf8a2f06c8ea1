//! The server killed before, and failed at, every system call by which it carries a request out; and then asked again.

#![allow(clippy::print_stdout, reason = "the figures are what a run is for")]

use crate::store::attack::wrongs;
use crate::support::place::Place;
use crate::support::register::{Server, agree, key, token};
use crate::support::{Guarded, wait_for};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) const GRANT: &str = "--host *.apps.example.com --target 10.8.0.0/24 --max-routes 2 --ttl 7d";
const CALLS: &str = "openat,write,fsync,renameat,renameat2,unlinkat,fchmod,fchown,flock,ftruncate,mkdirat";
const BY_HAND: &str = "# ask Bob\nhttp:\n  routers: {kept: {rule: Host(`kept.example.com`), service: kept}} # as it is\n  services: {kept: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}}\n";

/// How many things go wrong in a plain run, of each request.
const SAMPLE: usize = 9;

/// A request, and how things stand when it comes.
struct Story {
    place: Place,
    /// The token by which `web-7` joins, or has joined.
    token: String,
    /// The key that `web-7` has, or will have.
    key: String,
    /// Method, path, bearer and body.
    request: (&'static str, &'static str, String, String),
    /// What it may be answered when it is sent again. A credential that has been given up is one of these for good.
    again: &'static [u16],
}

impl Story {
    /// An administrator's file, another agent with a route, and `web-7` with these routes; or none yet.
    fn begin(routes: Option<Value>) -> Story {
        let place = Place::with(&[("by-hand.yml", BY_HAND)]);
        let server = Server::start(&place, &["--lease", "90s"]);
        server.join(
            &token(&place, "web-8", "--host b.example.com --target 10.8.0.8"),
            &json!({ "b": { "host": "b.example.com", "target": "mongodb://10.8.0.8:27017" } }).to_string(),
        );
        let token = token(&place, "web-7", GRANT);
        let key = match routes {
            Some(routes) => server.join(&token, &routes.to_string()),
            None => key(),
        };
        assert_eq!(server.stop(), Some(0));
        Story { place, token, key, request: ("", "", String::new(), String::new()), again: &[200, 201] }
    }

    fn asking(self, method: &'static str, path: &'static str, bearer: &str, body: &Value) -> Story {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Story { request: (method, path, bearer.to_owned(), body), ..self }
    }

    /// The same once more.
    fn copy(&self) -> Place {
        let place = Place::new();
        let from = format!("{}/.", self.place.top().display());
        let copied = Command::new("cp").args(["-a", &from]).arg(place.top()).status().unwrap();
        assert!(copied.success());
        place
    }

    fn send(&self, server: &Server) -> Option<(u16, String)> {
        let (method, path, bearer, body) = &self.request;
        server.try_send(method, path, Some(bearer), body).ok().map(|answer| (answer.status, answer.body))
    }

    /// Lets everything go wrong, once each.
    fn run(&self) {
        let (points, done) = self.undisturbed();
        let wrongs = wrongs(&points, SAMPLE);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while let Some(wrong) = wrongs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.judge(wrong, &done);
                    }
                });
            }
        });
        println!("{} {}: {} calls, {} runs", self.request.0, self.request.1, points.len(), wrongs.len());
    }

    /// Each call of a run in which nothing goes wrong, and how things stand then.
    fn undisturbed(&self) -> (Vec<String>, String) {
        let place = self.copy();
        let server = Server::start(&place, &["--lease", "90s"]);
        let log = place.top().join("trace");
        let _strace = strace(&server, &["-y", "-e", &format!("trace={CALLS}"), "-o", &log.display().to_string()]);
        let (status, body) = self.send(&server).unwrap();
        assert!(self.again.contains(&status), "{status}: {body}");
        assert_eq!(server.stop(), Some(0));
        let mut counts = HashMap::new();
        let log = std::fs::read_to_string(log).unwrap();
        let mut points = Vec::new();
        for (line, name) in log.lines().filter_map(|line| Some((line, line.split_once('(')?.0))) {
            let count = counts.entry(name).and_modify(|count| *count += 1).or_insert(1);
            // By such a write one thread wakes another; it has nothing to do with the disk, and never fails.
            if !line.contains("[eventfd]") {
                points.push(format!("{name}:when={count}"));
            }
        }
        assert!(points.len() > 20, "the server hardly touched the disk: {log}");
        (points, stands(&place))
    }

    fn judge(&self, wrong: &str, done: &str) {
        let place = self.copy();
        let before = (routes(&place), others(&place));
        let server = Server::start(&place, &["--lease", "90s"]);
        let (call, _) = wrong.split_once(':').unwrap();
        let mut injector =
            strace(&server, &["-o", "/dev/null", "-e", &format!("trace={call}"), "-e", &format!("inject={wrong}")]);
        let said = self.send(&server);
        let is_killed = wrong.contains("KILL");
        let mut server = server;
        if is_killed {
            wait_for("the server to be killed", || server.process.0.try_wait().unwrap());
            wait_for("strace to end", || injector.0.try_wait().unwrap());
            // What a reader sees is old or new, and loads.
            assert!([before.0.as_str(), routes_of(done)].contains(&&*routes(&place)), "{wrong}: {}", routes(&place));
            place.ok(&["validate"]);
            server = Server::start(&place, &["--lease", "90s"]);
        }
        let is_done = |said: &Option<(u16, String)>| said.as_ref().is_some_and(|(status, _)| *status < 300);
        match &said {
            None => assert!(is_killed, "{wrong}: no answer: {}", server.log()),
            _ if is_done(&said) => assert_eq!(stands(&place), done, "{wrong}: acknowledged, and not done"),
            Some((status, body)) => {
                assert!(!wrong.contains("EINTR"), "{wrong} was noticed: {body}");
                assert!(matches!(status, 500 | 503), "{wrong}: {status} {body}");
                server.has_logged("\"failed\"");
            }
        }
        let (status, body) = self.send(&server).unwrap();
        assert!(self.again.contains(&status), "{wrong}: sent again: {status} {body}\n{}", server.log());
        assert_eq!(stands(&place), done, "{wrong}: sent again");
        assert!(!server.log().contains("panicked"), "{wrong}: {}", server.log());
        assert_eq!(others(&place), before.1, "{wrong}: somebody else's");
        assert_eq!(place.leftovers(), [""; 0], "{wrong}");
        agree(&place);
        // By its token nobody else joins, and no other key is its own.
        let other = key();
        let body = json!({ "key": other }).to_string();
        let status = server.send("POST", "/v1/agents", Some(&self.token), &body).status;
        assert!(matches!(status, 401 | 403), "{wrong}: another key: {status}");
        server.ask(401, ("GET", "/v1/agents/me"), &other, "");
        assert_eq!(stands(&place), done, "{wrong}: another key");
    }
}

/// Goes between the server and the system, for the one thread of it that carries requests out.
pub(super) fn strace(server: &Server, args: &[&str]) -> Guarded {
    let tasks = format!("/proc/{}/task", server.process.0.id());
    let is_desk = |task: &PathBuf| std::fs::read_to_string(task.join("comm")).is_ok_and(|comm| comm == "desk\n");
    let desk =
        wait_for("the thread", || std::fs::read_dir(&tasks).unwrap().map(|entry| entry.unwrap().path()).find(is_desk));
    let number = desk.file_name().unwrap().to_str().unwrap();
    let strace = Command::new("strace").args(["-qq", "-p", number]).args(args).stderr(Stdio::null()).spawn();
    let strace = Guarded(strace.expect("strace runs: see tests/setup"));
    wait_for("strace to be there", || {
        let status = std::fs::read_to_string(desk.join("status")).ok()?;
        (!status.contains("TracerPid:\t0\n")).then_some(())
    });
    strace
}

fn routes(place: &Place) -> String {
    place.ok(&["route", "list", "-o", "name"])
}

/// The routes, agents and uses of tokens, as whoever asks is told.
fn stands(place: &Place) -> String {
    let mut agents = place.json(&["--state-dir", "state", "agent", "list"]);
    for agent in agents["agents"].as_array_mut().unwrap() {
        agent["created"].take();
    }
    let tokens = place.json(&["--state-dir", "state", "agent", "token", "list"]);
    let tokens: Vec<_> = tokens["tokens"].as_array().unwrap().iter().map(|token| &token["used_by"]).collect();
    format!("{}\n{agents}\n{tokens:?}\n{:?}", routes(place), place.files())
}

fn routes_of(stands: &str) -> &str {
    stands.split_once("\n{").unwrap().0
}

/// What belongs to nobody but an administrator, and another agent.
fn others(place: &Place) -> Vec<Vec<u8>> {
    let read = |path: &Path| std::fs::read(path).unwrap();
    let names = ["dynamic/by-hand.yml", "dynamic/agent-web-8.yml", "state/agents/web-8.json"];
    names.iter().map(|name| read(&place.top().join(name))).collect()
}

pub(super) fn app(name: &str) -> Value {
    json!({ "host": format!("{name}.apps.example.com"), "target": "http://10.8.0.7:3000" })
}

#[test]
fn promise_20_joining_is_whole_whatever_happens() {
    let story = Story::begin(None);
    let (token, body) = (story.token.clone(), json!({ "key": story.key, "routes": { "a": app("a"), "b": app("b") } }));
    story.asking("POST", "/v1/agents", &token, &body).run();
}

#[test]
fn promise_20_other_routes_are_whole_whatever_happens() {
    let story = Story::begin(Some(json!({ "a": app("a"), "b": app("b") })));
    let (key, body) = (story.key.clone(), json!({ "routes": { "a": app("other"), "c": app("c") } }));
    story.asking("PUT", "/v1/agents/me", &key, &body).run();
}

#[test]
fn promise_20_another_host_of_a_route_is_whole_whatever_happens() {
    let story = Story::begin(Some(json!({ "a": app("a"), "b": app("b") })));
    let key = story.key.clone();
    story.asking("PUT", "/v1/agents/me/routes/a", &key, &app("other")).run();
}

#[test]
fn promise_20_leaving_is_whole_whatever_happens() {
    let story = Story::begin(Some(json!({ "a": app("a") })));
    let key = story.key.clone();
    Story { again: &[200, 401], ..story.asking("DELETE", "/v1/agents/me", &key, &Value::Null) }.run();
}

#[test]
fn promise_20_coming_back_is_whole_whatever_happens() {
    let story = Story::begin(Some(json!({ "a": app("a") })));
    let server = Server::start(&story.place, &["--lease", "1s"]);
    let key = story.key.clone();
    let beat = ("POST", "/v1/agents/me/heartbeat");
    server.ask(200, beat, &key, "");
    wait_for("the route to go", || (!routes(&story.place).contains("a.apps")).then_some(()));
    drop(server);
    story.asking(beat.0, beat.1, &key, &Value::Null).run();
}

#[test]
fn promise_20_a_new_key_is_whole_whatever_happens() {
    let story = Story::begin(Some(json!({ "a": app("a") })));
    let (old, new) = (story.key.clone(), key());
    story.asking("PUT", "/v1/agents/me", &old, &json!({ "key": new, "routes": { "c": app("c") } })).run();
}
