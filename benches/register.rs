//! `serve-register` with 1, 100 and 10 000 agents already there: how many registrations and heartbeats a second, how long
//! each takes, and how much memory the server has had at most.
//!
//! cargo bench --bench register     (with numbers of agents after `--`, for those alone)

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

use cloudlunacy::token::{Token, Use};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

fn main() {
    let named: Vec<usize> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let sizes = if named.is_empty() { vec![1, 100, 10_000] } else { named };
    println!("| agents | at once | request | a second | median | 99 of 100 | peak memory |");
    println!("|---:|---:|---|---:|---:|---:|---:|");
    sizes.into_iter().for_each(measure);
}

fn measure(agents: usize) {
    let place = tempfile::tempdir().expect("a folder");
    let place = place.path();
    fs::create_dir(place.join("dynamic")).expect("a folder");
    let create = ["agent", "token", "create", "web-*", "--host", "*.{id}.example.com", "--target", "10.0.0.0/8"];
    let output = command(place).args(create).args(["--uses", "100000", "-o", "json"]).output().expect("a process");
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let token = made["token"].as_str().expect("a token").to_owned();
    {
        let server = Server::start(place);
        server.join(&token, &Agent::new("web-0".into()));
    }
    // What the server has made of one is copied for the others, each a different one.
    for number in 1..agents {
        for name in ["state/agents/web-0.json", "dynamic/agent-web-0.yml"] {
            let text = fs::read_to_string(place.join(name)).expect("a file");
            let id = format!("web-{number}");
            fs::write(place.join(name.replace("web-0", &id)), text.replace("web-0", &id)).expect("a file");
        }
    }
    for (at_once, joins, beats) in [(1, 30, 500), (50, 300, 5_000)] {
        let server = Server::start(place);
        // What the first change of all costs is not what each costs.
        let first = Agent::new("web-first".into());
        server.join(&token, &first);
        server.send("DELETE", "/v1/agents/me", &first.key, "");
        let new: Vec<Agent> = (0..joins).map(|number| Agent::new(format!("web-new{at_once}-{number}"))).collect();
        let joined = all(at_once, joins, |number| server.join(&token, &new[number]));
        report(agents, at_once, "registration", joined, server.peak());
        let beat = |number: usize| {
            server.send("POST", "/v1/agents/me/heartbeat", &new[number % joins].key, "");
        };
        // The first beat of each is kept, for it has a lease then.
        all(at_once, joins, beat);
        report(agents, at_once, "heartbeat", all(at_once, beats, beat), server.peak());
        all(50, joins, |number| server.send("DELETE", "/v1/agents/me", &new[number].key, ""));
    }
}

/// An agent that is to join.
struct Agent {
    id: String,
    key: String,
}

impl Agent {
    fn new(id: String) -> Agent {
        Agent { id, key: Token::random(Use::Agent).expect("random numbers").secret().to_owned() }
    }
}

/// Does so many things, so many at once; how long each took, and all of them.
fn all(at_once: usize, count: usize, one: impl Fn(usize) + Sync) -> (Vec<Duration>, Duration) {
    let (next, times) = (Mutex::new(0..count), Mutex::new(Vec::new()));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(number) = { next.lock().expect("numbers").next() } {
                    let start = Instant::now();
                    one(number);
                    times.lock().expect("times").push(start.elapsed());
                }
            });
        }
    });
    (times.into_inner().expect("times"), start.elapsed())
}

fn report(agents: usize, at_once: usize, what: &str, (mut times, whole): (Vec<Duration>, Duration), peak: f64) {
    times.sort_unstable();
    let milliseconds = |hundredth: usize| times[(times.len() - 1) * hundredth / 100].as_secs_f64() * 1e3;
    let rate = times.len() as f64 / whole.as_secs_f64();
    let (median, late) = (milliseconds(50), milliseconds(99));
    println!("| {agents} | {at_once} | {what} | {rate:.0} | {median:.1} ms | {late:.1} ms | {peak:.0} MB |");
}

fn command(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudlunacy"));
    command.current_dir(place).args(["-d", "dynamic", "--state-dir", "state"]).stdin(Stdio::null());
    command
}

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    fn start(place: &Path) -> Server {
        let words = "serve-register --listen 127.0.0.1:0 --lease 90s --rate 1000000 --agent-rate 1000000";
        let log = place.join("log");
        let into = fs::File::create(&log).expect("a log");
        let mut process = command(place).args(words.split(' ')).stderr(into).spawn().expect("a server");
        let port = loop {
            let text = fs::read_to_string(&log).expect("a log");
            let address = text.split_once("\"addresses\":[\"127.0.0.1:").map(|(_, rest)| rest);
            if let Some((port, _)) = address.and_then(|address| address.split_once('"')) {
                break port.parse().expect("a port");
            }
            assert_eq!(process.try_wait().expect("a state"), None, "the server has ended: {text}");
            std::thread::sleep(Duration::from_millis(5));
        };
        Server { process, port }
    }

    fn join(&self, token: &str, Agent { id, key }: &Agent) {
        let route = format!("{{\"host\": \"a.{id}.example.com\", \"target\": \"http://10.8.0.7:3000\"}}");
        let body = format!("{{\"key\": \"{key}\", \"id\": \"{id}\", \"routes\": {{\"a\": {route}}}}}");
        self.send("POST", "/v1/agents", token, &body);
    }

    fn send(&self, method: &str, path: &str, bearer: &str, body: &str) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        let form = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nHost: front\r\nAuthorization: Bearer {bearer}\r\n");
        let request = format!("{head}{form}Content-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
    }

    /// The most memory that it has had, in megabytes.
    fn peak(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("its status");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
        peak.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1e3
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("ended");
    }
}
