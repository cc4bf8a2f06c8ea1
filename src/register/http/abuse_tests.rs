//! What a hostile client may try with bare sockets, and what it gets for that.

use super::Bounds;
use super::tests::{JSON, RIGHT, Running, body, rest, status, wait_for};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(200);

#[test]
fn odd_requests_are_refused_and_never_decided() {
    let server = Running::at(&["127.0.0.1:0"], Bounds { burst: 1000, ..Bounds::DEFAULT }, None, &["localhost"]);
    let plain = |headers: &str| format!("POST /v1/agents HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n");
    let first = |line: &str| format!("{line}\r\nHost: localhost\r\n\r\n");
    let chunks = format!("{JSON}Transfer-Encoding: chunked\r\n");
    let mut odd = vec![
        (
            plain(&format!("{JSON}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n")) + "0\r\n\r\n",
            400,
            "malformed-request",
        ),
        (plain(&format!("{chunks}Content-Length: 2\r\n")) + "0\r\n\r\n", 400, "malformed-request"),
        (plain(&format!("{JSON}Content-Length: 2\r\nContent-Length: 2\r\n")) + "{}", 400, "malformed-request"),
        (plain(&format!("{JSON}Content-Length: 2\r\nContent-Length: 3\r\n")) + "{} ", 400, "malformed-request"),
        (plain(&format!("{JSON}Content-Length: +5\r\n")) + "{   }", 400, "malformed-request"),
        (plain(&format!("{JSON}Content-Length: 0x5\r\n")) + "{   }", 400, "malformed-request"),
        (plain(&format!("{JSON}Content-Length: 2, 2\r\n")) + "{}", 400, "malformed-request"),
        (plain(&format!("{JSON}Transfer-Encoding: chunked, identity\r\n")) + "0\r\n\r\n", 400, "malformed-request"),
        (plain(&format!("{JSON}Transfer-Encoding:\x0bchunked\r\n")) + "0\r\n\r\n", 400, "malformed-request"),
        (plain("X: a\r\n b\r\n"), 400, "malformed-request"),
        (plain("X: a\nY: b\r\n"), 400, "malformed-request"),
        ("GET / HTTP/1.1\nHost: localhost\n\n".into(), 400, "malformed-request"),
        (plain("X : a\r\n"), 400, "malformed-request"),
        (plain("X: a\0\r\n"), 400, "malformed-request"),
        (plain("Host: localhost\r\n"), 400, "malformed-request"),
        ("GET / HTTP/1.1\r\n\r\n".into(), 400, "malformed-request"),
        (first("GET http://localhost/ HTTP/1.1"), 400, "malformed-request"),
        (first("CONNECT localhost:443 HTTP/1.1"), 400, "malformed-request"),
        (first("OPTIONS * HTTP/1.1"), 400, "malformed-request"),
        (first("GET / HTTP/1.0"), 400, "malformed-request"),
        ("GET /\r\n".into(), 400, "malformed-request"),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n".into(), 400, "malformed-request"),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".into(), 400, "malformed-request"),
        ("\x16\x03\x01\x02\x00\x01\x00\x01\x7c\x03\x03".into(), 400, "malformed-request"),
        (plain("Origin: null\r\n"), 403, "origin-refused"),
        (first("GET /v1/agents/me?token=a HTTP/1.1"), 400, "query-refused"),
        (first("GET /? HTTP/1.1"), 400, "query-refused"),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".into(), 421, "wrong-host"),
        (
            plain(&format!("{JSON}Content-Encoding: gzip\r\nContent-Length: 2\r\n")) + "{}",
            415,
            "unsupported-media-type",
        ),
        (plain("Content-Length: 2\r\n") + "{}", 415, "unsupported-media-type"),
        (
            plain("Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
            415,
            "unsupported-media-type",
        ),
        (plain("Expect: a-pony\r\n"), 417, "expectation-failed"),
        (plain(&"X: y\r\n".repeat(200)), 431, "header-too-large"),
        (plain(&format!("X: {}\r\n", "y".repeat(64 << 10))), 431, "header-too-large"),
        (first(&format!("GET /{} HTTP/1.1", "y".repeat(64 << 10))), 431, "header-too-large"),
        (plain(&format!("{JSON}Content-Length: 16385\r\n")), 413, "body-too-large"),
        (plain(&format!("{JSON}Content-Length: 10000000\r\n")) + &" ".repeat(10_000_000), 413, "body-too-large"),
        (plain(&chunks) + "4001\r\n" + &" ".repeat(0x4001), 413, "body-too-large"),
        (plain(&chunks) + "FFFFFFFFFFFFFFFF\r\n" + &" ".repeat(0x5000), 413, "body-too-large"),
    ];
    for bad in
        ["0x2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n", "2\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n", "-1\r\n", "\r\n"]
    {
        odd.push((plain(&chunks) + bad, 400, "malformed-request"));
    }
    odd.push((plain(&chunks) + "10000000000000000\r\n", 400, "malformed-request"));
    for (request, expected, code) in odd {
        let answer = server.send(&request);
        let shown: String = request.chars().take(120).collect();
        assert_eq!(status(&answer), expected, "{shown:?}: {answer}");
        let said = body(&answer);
        assert_eq!(said["code"], code, "{shown:?}");
        assert!(said["message"].is_string() && said["hint"].is_string(), "{said}");
        assert!(answer.to_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
        // The installer of agents in the field takes any answer with this word for a success.
        assert!(!answer.contains("token"), "{answer}");
    }
    assert_eq!(server.calls.load(SeqCst), 0);
    assert_eq!(status(&server.ask("GET /", "", "")), 200);
    assert_eq!(status(&server.send("GET / HTTP/1.1\r\nHost: LocalHost:8080\r\n\r\n")), 200);
}

#[test]
fn no_byte_is_taken_here_and_refused_by_hyper_which_would_not_say_why() {
    let bounds = Bounds { burst: 10_000, linger_time: SHORT, ..Bounds::DEFAULT };
    let server = Running::new(bounds);
    for byte in 0..=255u8 {
        let places: [(&[u8], &[u8]); 5] = [
            (b"GET /a", b"b HTTP/1.1\r\nHost: a\r\n\r\n"),
            (b"G", b"T / HTTP/1.1\r\nHost: a\r\n\r\n"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX", b"Y: a\r\n\r\n"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nX: ", b"\r\n\r\n"),
            (b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer", b"a\r\n\r\n"),
        ];
        for (before, after) in places {
            let answer = server.send([before, &[byte], after].concat());
            assert!([200, 400].contains(&status(&answer)) && body(&answer).is_object(), "{byte}: {answer}");
        }
    }
    assert!(server.events("broken-off").is_empty());
}

#[test]
fn the_largest_body_is_taken() {
    let server = Running::new(Bounds::DEFAULT);
    let text = " ".repeat(16 * 1024);
    let answer = server.ask("POST /", &format!("{JSON}Content-Length: 16384\r\n"), &text);
    assert_eq!(body(&answer)["body"], text);
    let answer =
        server.ask("POST /", &format!("{JSON}Transfer-Encoding: chunked\r\n"), &format!("4000\r\n{text}\r\n0\r\n\r\n"));
    assert_eq!(body(&answer)["body"], text);
}

#[test]
fn a_second_request_on_a_connection_is_never_looked_at() {
    let server = Running::new(Bounds::DEFAULT);
    let one = |path: &str| format!("POST {path} HTTP/1.1\r\nHost: a\r\n{JSON}Content-Length: 2\r\n\r\n{{}}");
    let answer = server.send(one("/first") + &one("/second") + &one("/third"));
    assert_eq!(body(&answer)["path"], "/first");
    let mut stream = server.connect();
    stream.write_all((one("/slow") + &one("/second")).as_bytes()).unwrap();
    assert_eq!(body(&rest(stream))["path"], "/slow");
    assert_eq!(server.calls.load(SeqCst), 2);
    // Bytes after a request without a body are no request either.
    server.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_eq!(server.calls.load(SeqCst), 3);
}

#[test]
fn a_body_that_breaks_off_is_not_decided_on() {
    let server = Running::new(Bounds::DEFAULT);
    for headers in ["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n"] {
        let mut stream = server.connect();
        let request = format!("POST / HTTP/1.1\r\nHost: a\r\n{JSON}{headers}\r\n2\r");
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(status(&rest(stream)), 400, "{headers}");
    }
    assert_eq!(server.calls.load(SeqCst), 0);
}

#[test]
fn slow_clients_are_cut_off_and_others_are_served() {
    let server = Running::new(Bounds { header_time: SHORT, request_time: 3 * SHORT, ..Bounds::DEFAULT });
    let slow = |text: &'static [u8]| {
        let mut stream = server.connect();
        stream.write_all(text).unwrap();
        stream
    };
    let idle = server.connect();
    let header = slow(b"GET / HTTP/1.1\r\nHost: a\r\nX");
    let text = slow(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{");
    let mut drip = slow(b"P");
    let start = Instant::now();
    while drip.write_all(b"P").is_ok() && start.elapsed() < Duration::from_secs(20) {
        assert_eq!(status(&server.ask("GET /", "", "")), 200);
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(start.elapsed() < Duration::from_secs(20), "one byte after the other keeps no connection");
    assert_eq!(rest(idle), "");
    for stream in [header, text] {
        let answer = rest(stream);
        assert_eq!((status(&answer), &body(&answer)["code"]), (408, &json!("timeout")));
    }
    wait_for("all places are free", || server.counters.open() == 0);
}

#[test]
fn a_client_that_does_not_read_is_cut_off() {
    let server = Running::new(Bounds { write_time: SHORT, ..Bounds::DEFAULT });
    let mut stream = server.connect();
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    wait_for("it is cut off", || server.events("broken-off").len() == 1 && server.counters.open() == 0);
    assert_eq!(server.counters.unfinished(), 1);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    assert!(bytes.len() < 64 << 20);
    assert_eq!(status(&server.ask("GET /", "", "")), 200);
}

#[test]
fn a_flood_of_idle_connections_leaves_room_for_others() {
    let bounds =
        Bounds { header_time: 300 * SHORT, burst: 1000, per_loopback: 100, connections: 110, ..Bounds::DEFAULT };
    let has_ipv6 = TcpListener::bind("[::1]:0").is_ok();
    let addresses: &[&str] = if has_ipv6 { &["127.0.0.1:0", "[::1]:0"] } else { &["127.0.0.1:0"] };
    let server = Running::at(addresses, bounds, None, &[]);
    let flood: Vec<TcpStream> = (0..300).map(|_| server.connect()).collect();
    wait_for("the flood is bounded", || server.counters.dropped() >= 200);
    assert!(server.counters.open() <= 100);
    for other in &server.others {
        let mut stream = TcpStream::connect(other).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        assert_eq!(status(&rest(stream)), 200, "another address is served meanwhile");
    }
    drop(flood);
    wait_for("the places are free", || server.counters.open() == 0);
    assert_eq!(status(&server.ask("GET /", "", "")), 200);
}

#[test]
fn more_connections_than_places_wait_for_one() {
    let server = Running::new(Bounds { header_time: SHORT, connections: 4, ..Bounds::DEFAULT });
    let idle: Vec<TcpStream> = (0..12).map(|_| server.connect()).collect();
    assert_eq!(status(&server.ask("GET /", "", "")), 200, "its turn comes");
    assert_eq!(server.counters.dropped(), 0);
    drop(idle);
}

#[test]
fn requests_are_limited_before_a_credential_is_looked_at() {
    let server = Running::new(Bounds { rate: 1, burst: 5, ..Bounds::DEFAULT });
    let answers: Vec<String> =
        (0..40).map(|_| server.ask("GET /secret", &format!("Authorization: Bearer {RIGHT}\r\n"), "")).collect();
    let of = |wanted: u16| answers.iter().filter(|a| a.starts_with("HTTP") && status(a) == wanted).count();
    let (served, told) = (of(200), of(429));
    assert!((5..20).contains(&served) && (5..20).contains(&told), "{served} {told}");
    assert_eq!(server.calls.load(SeqCst), served);
    assert_eq!(server.counters.limited(), told as u64);
    assert_eq!(server.counters.dropped(), (40 - served - told) as u64);
    let limited = answers.iter().find(|answer| answer.contains(" 429 ")).unwrap();
    assert!(limited.to_lowercase().contains("\r\nretry-after: "), "{limited}");
    assert_eq!(body(limited)["code"], "too-many-requests");
}

#[test]
fn guesses_are_limited_and_a_right_credential_never_is() {
    let server = Running::new(Bounds { failures: 3, failure_time: SHORT, ..Bounds::DEFAULT });
    let ask = |key: &str| {
        let start = Instant::now();
        let answer = server.ask("GET /secret", &format!("Authorization: Bearer {key}\r\n"), "");
        (status(&answer), start.elapsed(), answer)
    };
    for guess in 0..6 {
        let (status, time, answer) = ask(&format!("cla_{guess}"));
        assert_eq!(status, if guess < 3 { 401 } else { 429 }, "{answer}");
        assert!(time >= SHORT, "{time:?} tells that it was looked up");
        let header = if guess < 3 { "\r\nwww-authenticate: bearer\r\n" } else { "\r\nretry-after: " };
        assert!(answer.to_lowercase().contains(header), "{answer}");
        assert_eq!(ask(RIGHT).0, 200);
    }
}
