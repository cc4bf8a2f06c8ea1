//! A server that says what it was asked, and what comes of plain requests to it.

use super::{Bounds, Counters, Server, Site, Tls};
use crate::register::exchange::{Answer, Body, Request};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The credential that is right.
pub(super) const RIGHT: &str = "cla_right";

/// A server that runs in a thread of its own.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) others: Vec<SocketAddr>,
    pub(super) counters: Arc<Counters>,
    pub(super) log: Arc<Mutex<Vec<Value>>>,
    pub(super) calls: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(super) fn new(bounds: Bounds) -> Running {
        Running::at(&["127.0.0.1:0"], bounds, None, &[])
    }

    pub(super) fn at(addresses: &[&str], bounds: Bounds, tls: Option<Tls>, hosts: &[&str]) -> Running {
        let sockets: Vec<_> = addresses.iter().map(|address| TcpListener::bind(address).unwrap()).collect();
        let mut others: Vec<SocketAddr> = sockets.iter().map(|socket| socket.local_addr().unwrap()).collect();
        let address = others.remove(0);
        let (counters, log, calls) = <(Arc<Counters>, Arc<Mutex<Vec<Value>>>, Arc<AtomicUsize>)>::default();
        let (events, called) = (log.clone(), calls.clone());
        let handler = Arc::new(move |request| {
            called.fetch_add(1, SeqCst);
            Box::pin(echo(request)) as _
        });
        let site = Arc::new(Site { tls, hosts: hosts.iter().map(ToString::to_string).collect(), handler });
        let server = Server {
            doors: sockets.into_iter().map(|socket| (socket, site.clone())).collect(),
            bounds,
            log: Arc::new(move |event| events.lock().unwrap().push(event)),
            counters: counters.clone(),
        };
        let (stop, stopped) = oneshot::channel();
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(server.run(async { stopped.await.unwrap_or_default() })).unwrap();
        };
        Running { address, others, counters, log, calls, stop: Some(stop), thread: Some(std::thread::spawn(run)) }
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// What comes back until the server closes the connection.
    pub(super) fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        // A server that has refused already need not read on.
        let _ = stream.write_all(bytes.as_ref());
        rest(stream)
    }

    /// The same for one request with these lines of a header and this body.
    pub(super) fn ask(&self, line: &str, headers: &str, body: &str) -> String {
        self.send(format!("{line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n{body}"))
    }

    pub(super) fn events(&self, name: &str) -> Vec<Value> {
        self.log.lock().unwrap().iter().filter(|event| event["event"] == name).cloned().collect()
    }

    pub(super) fn stop(&mut self) -> JoinHandle<()> {
        let _ = self.stop.take().unwrap().send(());
        self.thread.take().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.stop.is_some() {
            let _ = self.stop().join();
        }
    }
}

async fn echo(request: Request) -> Answer {
    let Request { method, path, bearer, body, peer } = request;
    match path.as_str() {
        "/panic" => panic!("on purpose"),
        "/slow" => tokio::time::sleep(Duration::from_millis(800)).await,
        "/big" => return Answer::text("text/plain", "x".repeat(64 << 20)),
        "/secret" if bearer.as_deref() != Some(RIGHT) => {
            return Answer { code: Some("unauthorized"), ..Answer::json(401, json!({ "code": "unauthorized" })) };
        }
        _ => {}
    }
    let body = String::from_utf8(body).unwrap();
    let peer = peer.to_string();
    Answer::json(200, json!({ "method": method, "path": path, "bearer": bearer, "body": body, "peer": peer }))
}

pub(super) fn rest(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if bytes.is_empty() => format!("{:?}", error.kind()),
        _ => String::from_utf8(bytes).unwrap(),
    }
}

pub(super) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer:?}"))
}

pub(super) fn body(answer: &str) -> Value {
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// Waits until something is so.
pub(super) fn wait_for(what: &str, is: impl Fn() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub(super) const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn a_plain_request_is_answered_and_the_connection_closed() {
    let server = Running::new(Bounds::DEFAULT);
    let headers = format!("{JSON}Authorization: bearer {RIGHT}\r\nContent-Length: 2\r\nConnection: keep-alive\r\n");
    let answer = server.ask("PUT //v1/../a%2e", &headers, "{}");
    assert_eq!(status(&answer), 200);
    let expected = json!({
        "method": "PUT", "path": "//v1/../a%2e", "bearer": RIGHT, "body": "{}", "peer": "127.0.0.1"
    });
    assert_eq!(body(&answer), expected);
    let head = answer.to_lowercase();
    for line in
        ["\r\nconnection: close\r\n", "\r\ncontent-type: application/json\r\n", "\r\ncache-control: no-store\r\n"]
    {
        assert!(head.contains(line), "{answer}");
    }
    assert!(!head.contains("\r\nserver:") && !head.contains("keep-alive"), "{answer}");
    assert_eq!([server.counters.answers(2), server.counters.answers(4)], [1, 0]);
    wait_for("the place is free", || server.counters.open() == 0);
}

#[test]
fn bodies_may_come_in_chunks_and_in_pieces() {
    let server = Running::new(Bounds::DEFAULT);
    let headers = format!("{JSON}Transfer-Encoding: chunked\r\n");
    let answer = server.ask("POST /", &headers, "2\r\n{\"\r\n4;x=y\r\na\":1\r\n1\r\n}\r\n0\r\n\r\n");
    assert_eq!(body(&answer)["body"], "{\"a\":1}");
    let mut stream = server.connect();
    let request = format!("POST / HTTP/1.1\r\nHost: a\r\n{JSON}Content-Length: 7\r\n\r\n{{\"a\":1}}");
    for byte in request.bytes() {
        stream.write_all(&[byte]).unwrap();
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(body(&rest(stream))["body"], "{\"a\":1}");
    // A client that waits for leave to send its body gets it.
    let mut stream = server.connect();
    let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{JSON}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}").unwrap();
    assert_eq!(body(&rest(stream))["body"], "{}");
    // One that has said all may close its side.
    let mut stream = server.connect();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(status(&rest(stream)), 200);
}

#[test]
fn a_panic_costs_only_its_own_request() {
    let server = Running::new(Bounds::DEFAULT);
    let answer = server.ask("GET /panic", "", "");
    assert_eq!((status(&answer), &body(&answer)["code"]), (500, &json!("internal")));
    assert_eq!(status(&server.ask("GET /", "", "")), 200);
    let answer = server.ask("HEAD /panic", "", "");
    assert!(status(&answer) == 500 && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[test]
fn a_decision_that_takes_too_long_is_carried_to_its_end() {
    let server = Running::new(Bounds { answer_time: Duration::from_millis(50), ..Bounds::DEFAULT });
    let answer = server.ask("GET /slow", "", "");
    assert_eq!((status(&answer), &body(&answer)["code"]), (503, &json!("no-answer")));
    assert!(answer.to_lowercase().contains("\r\nretry-after: 5\r\n"), "{answer}");
    assert_eq!(server.counters.open(), 1, "it keeps its place meanwhile");
    wait_for("the decision ends", || server.counters.open() == 0);
}

#[test]
fn what_is_under_way_is_answered_when_the_server_stops() {
    let mut server = Running::new(Bounds::DEFAULT);
    let idle = server.connect();
    let mut stream = server.connect();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    wait_for("the request is taken up", || server.calls.load(SeqCst) == 1);
    let start = Instant::now();
    let thread = server.stop();
    wait_for("nobody listens", || TcpStream::connect(server.address).is_err());
    assert_eq!(status(&rest(stream)), 200);
    assert_eq!(rest(idle), "", "who has not asked is not waited for");
    thread.join().unwrap();
    assert!(start.elapsed() < Bounds::DEFAULT.stop_time);
    assert!(server.events("stopped-early").is_empty());
}

#[test]
fn a_server_does_not_wait_for_ever_when_it_stops() {
    let mut server = Running::new(Bounds { stop_time: Duration::from_millis(50), ..Bounds::DEFAULT });
    let mut stream = server.connect();
    stream.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    wait_for("the request is taken up", || server.calls.load(SeqCst) == 1);
    server.stop().join().unwrap();
    assert_eq!(server.events("stopped-early").len(), 1);
    assert_eq!(rest(stream), "");
}

#[test]
fn the_log_says_what_was_asked_and_no_credential() {
    let server = Running::new(Bounds::DEFAULT);
    let key = "cla_0123_abcdef";
    server.ask(&format!("GET /{key}"), &format!("Authorization: Bearer {key}\r\nUser-Agent: {key}\r\n"), "");
    server.ask(&format!("GET /secret?key={key}"), &format!("Authorization: {key}\r\n"), "");
    server.ask("GET /secret", &format!("Authorization: Bearer {key}\r\n{key}: {key}\r\n"), "");
    server.ask(&format!("{key} /"), &format!("{key} : {key}\r\n"), "");
    server.send(format!("{key}\n{key}"));
    let text = Value::from(server.log.lock().unwrap().clone()).to_string();
    assert!(!text.contains("abcdef"), "{text}");
    let answered = server.events("answered");
    let lines: Vec<_> = answered.iter().map(|e| format!("{} {} {}", e["path"], e["status"], e["code"])).collect();
    assert_eq!(
        lines,
        [
            "\"/…\" 200 null",
            "\"/secret\" 400 \"query-refused\"",
            "\"/secret\" 401 \"unauthorized\"",
            "\"\" 400 \"malformed-request\"",
            "\"\" 400 \"malformed-request\"",
        ]
    );
    assert!(answered[0]["peer"].as_str().unwrap().starts_with("127.0.0.1:"));
}

#[test]
fn every_answer_is_written_alike() {
    let answer = Answer { allow: Some("GET"), retry_after: Some(3), ..Answer::json(405, json!({ "code": "x" })) };
    let text = String::from_utf8(super::connection::bytes(&answer)).unwrap();
    assert!(
        text.starts_with("HTTP/1.1 405 Method Not Allowed\r\n") && text.ends_with("\r\n\r\n{\"code\":\"x\"}\n"),
        "{text}"
    );
    assert!(text.contains("allow: GET\r\n") && text.contains("retry-after: 3\r\n"), "{text}");
    assert!(matches!(Answer::text("text/plain", "").body, Body::Text { .. }));
}
