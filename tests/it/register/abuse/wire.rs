//! Requests that are none, come from a browser, or never end: nothing of them is carried out.

use super::{ME, Siege};
use crate::support::http::Response;
use serde_json::{Value, json};
use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

const ROUTE: &str = r#"{"host":"new.apps.example.com","target":"http://10.8.0.7:3000"}"#;

fn connect(siege: &Siege) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", siege.server.port)).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
    stream
}

/// The head of a request for a route, with this instead of the length of its body.
fn head(siege: &Siege, lines: &str) -> String {
    let json = "Content-Type: application/json\r\n";
    format!("PUT {ME}/routes/new HTTP/1.1\r\nHost: front\r\nAuthorization: Bearer {}\r\n{json}{lines}\r\n", siege.key)
}

#[test]
fn cases_24_25_29_to_32_requests_that_are_not_carried_out() {
    let siege = Siege::with(&["--server-name", "front"]);
    let before = siege.kept();
    let length = format!("Content-Length: {}\r\n", ROUTE.len());
    let with = |lines: &str| format!("{}{ROUTE}", head(&siege, &format!("{length}{lines}")));
    let chunked = format!("{:x}\r\n{ROUTE}\r\n0\r\n\r\n", ROUTE.len());
    let instead = |lines: &str, body: &str| format!("{}{body}", head(&siege, lines));
    let large = format!("{{\"host\":\"{}\"", "a".repeat(16 * 1024));
    let rows: [(&str, String, u16); 25] = [
        (
            "length and chunks",
            format!("{}{chunked}", head(&siege, &format!("{length}Transfer-Encoding: chunked\r\n"))),
            400,
        ),
        ("two lengths", with(&length), 400),
        ("other lengths", with("Content-Length: 0\r\n"), 400),
        ("a signed length", instead("Content-Length: +5\r\n", ROUTE), 400),
        ("a list of lengths", instead("Content-Length: 5, 5\r\n", ROUTE), 400),
        ("chunks and more", instead("Transfer-Encoding: chunked, identity\r\n", &chunked), 400),
        ("a tab before chunked", instead("Transfer-Encoding:\x0bchunked\r\n", &chunked), 400),
        ("a space before the colon", with("X-A : b\r\n"), 400),
        ("a folded line", with("X-A: b\r\n c\r\n"), 400),
        ("a bare line feed", with("X-A: b\nX-B: c\r\n"), 400),
        ("a NUL", with("X-A: b\0c\r\n"), 400),
        ("two credentials", with(&format!("Authorization: Bearer {}\r\n", siege.other)), 400),
        ("no length", instead("", ""), 400),
        ("a large body", instead(&format!("Content-Length: {}\r\n", 10 << 20), ""), 413),
        ("a body one byte too large", instead("Content-Length: 16385\r\n", ""), 413),
        (
            "large chunks",
            instead("Transfer-Encoding: chunked\r\n", &format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len())),
            413,
        ),
        ("a compressed body", with("Content-Encoding: gzip\r\n"), 415),
        ("another type", with("").replace("application/json", "text/plain"), 415),
        ("a form", with("").replace("application/json", "application/x-www-form-urlencoded"), 415),
        ("many lines", with(&"X-A: b\r\n".repeat(200)), 431),
        ("a long line", with(&format!("X-A: {}\r\n", "b".repeat(64 * 1024))), 431),
        ("a page in a browser", with("Origin: https://evil.example\r\n"), 403),
        ("a page without an origin", with("Origin: null\r\n"), 403),
        ("another host", with("").replace("Host: front", "Host: evil.example"), 421),
        ("a query", with("").replace("/routes/new", &format!("/routes/new?token={}", siege.key)), 400),
    ];
    for (case, request, status) in rows {
        let mut stream = connect(&siege);
        // It may be refused before all of it is there.
        let _ = stream.write_all(request.as_bytes());
        let said = Response::read(&mut BufReader::new(stream)).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(said.status, status, "{case}: {}", said.body);
        let code: Value = serde_json::from_str(&said.body).expect("JSON");
        siege.must_be_discreet(case, &said.body, code["code"].as_str().expect("a code"));
        assert_eq!((said.header("server"), said.header("access-control-allow-origin")), (None, None), "{case}");
        assert_eq!(said.header("connection"), Some("close"), "{case}");
        assert!(siege.kept() == before, "{case}");
    }
    for (method, path, status, code) in [
        ("PATCH", ME, 405, "method-not-allowed"),
        ("POST", ME, 405, "method-not-allowed"),
        ("PUT", "/v1/agents", 405, "method-not-allowed"),
        ("GET", "/v1/agents/me/routes/shop", 405, "method-not-allowed"),
        ("POST", "/healthz", 405, "method-not-allowed"),
        ("GET", "//v1/agents/me", 404, "no-such-path"),
        ("GET", "/v1/../v1/agents/me", 404, "no-such-path"),
        ("GET", "/v1/agents/%6de", 404, "no-such-path"),
        ("GET", "/v1/agents/web-8", 404, "no-such-path"),
        ("GET", "/v1/agents/me/", 404, "no-such-path"),
        ("GET", "/V1/agents/me", 404, "no-such-path"),
        ("GET", "/metrics", 404, "no-such-path"),
        ("GET", "/api/agents/web-8", 404, "no-such-path"),
    ] {
        siege.refused((status, code), (method, path), Some(&siege.key), "");
    }
    siege.holds();
}

#[test]
fn case_29_what_follows_a_request_on_its_connection_is_not_carried_out() {
    let siege = Siege::begin();
    let before = siege.kept();
    let second = format!("{}{ROUTE}", head(&siege, &format!("Content-Length: {}\r\n", ROUTE.len())));
    let get = "GET /healthz HTTP/1.1\r\nHost: front\r\nConnection: keep-alive\r\n";
    for first in
        [format!("{get}\r\n"), format!("{get}Content-Length: 0\r\n\r\n"), "GET / HTTP/1.1\r\nHost: a\r\n\r\n".into()]
    {
        let mut stream = connect(&siege);
        let _ = stream.write_all(format!("{first}{second}{second}").as_bytes());
        let mut all = String::new();
        let _ = stream.read_to_string(&mut all);
        assert_eq!(all.matches("HTTP/1.1 ").count(), 1, "{all}");
    }
    // A body that is longer than it is said to be is cut, and what is left is no request.
    let mut stream = connect(&siege);
    let cut = format!("{}{{}}{second}", head(&siege, "Content-Length: 2\r\n"));
    let _ = stream.write_all(cut.as_bytes());
    assert_eq!(Response::read(&mut BufReader::new(stream)).expect("an answer").status, 422);
    assert!(siege.kept() == before);
    siege.holds();
}

#[test]
fn case_26_json_that_is_deep_huge_or_says_things_twice() {
    let siege = Siege::begin();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(3000), close.repeat(3000));
    let target = r#""target":"http://10.8.0.7:3000""#;
    for body in [
        deep("[", "]"),
        "[".repeat(16000),
        deep(r#"{"":"#, ""),
        format!(r#"{{"host":{}}}"#, deep("[", "]")),
        format!(r#"{{"host":"a.apps.example.com","host":"new.apps.example.com",{target}}}"#),
        format!(r#"{{"h\u006fst":"a.apps.example.com","host":"new.apps.example.com",{target}}}"#),
        format!(r#"{{"host":"\ud800.apps.example.com",{target}}}"#),
        format!(r#"{{"host":NaN,{target}}}"#),
        format!(r#"{{"host":1e999,{target}}}"#),
        format!("{ROUTE}{ROUTE}"),
        format!("{ROUTE} x"),
        format!("\u{feff}{ROUTE}"),
        format!("//\n{ROUTE}"),
        ROUTE.replace('"', "'"),
        "null".into(),
        "\"\"".into(),
        "0".into(),
        "{}".into(),
        "[]".into(),
        "{".into(),
    ] {
        let before = siege.kept();
        for path in [format!("{ME}/routes/new"), ME.to_owned()] {
            if path == ME && body == "{}" {
                continue;
            }
            let said = siege.server.send("PUT", &path, Some(&siege.key), &body);
            assert!(matches!(said.status, 400 | 422), "{path} {body}: {} {}", said.status, said.body);
            assert!(siege.kept() == before, "{body}");
        }
    }
    let twice = format!(r#"{{"routes":{{"new":{ROUTE},"new":{ROUTE}}}}}"#);
    siege.refused((400, "malformed-json"), ("PUT", ME), Some(&siege.key), &twice);
    let many: String = (0..1500).map(|n| format!("\"k{n}\":0,")).collect();
    siege.refused((422, "unknown-field"), ("PUT", ME), Some(&siege.key), &format!("{{{many}\"z\":0}}"));
    siege.holds();
}

#[test]
fn cases_27_28_the_slow_do_not_keep_others_waiting() {
    let siege = Siege::begin();
    let whole = format!("{}{ROUTE}", head(&siege, &format!("Content-Length: {}\r\n", ROUTE.len())));
    let before = siege.kept();
    // As many as may be from this machine, each at another point of its request.
    let cuts = [0, 1, 20, whole.len() - ROUTE.len() - 1, whole.len() - ROUTE.len(), whole.len() - 1];
    let mut slow: Vec<TcpStream> = cuts
        .iter()
        .cycle()
        .take(120)
        .map(|cut| {
            let mut stream = connect(&siege);
            stream.write_all(&whole.as_bytes()[..*cut]).expect("room for some bytes");
            stream
        })
        .collect();
    // One that never reads what it is told.
    let mut deaf = connect(&siege);
    deaf.write_all(b"GET /openapi.json HTTP/1.1\r\nHost: front\r\n\r\n").expect("a request");
    let begun = Instant::now();
    siege.server.ask(200, ("GET", ME), &siege.key, "");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    for stream in &mut slow {
        let mut said = String::new();
        let _ = stream.read_to_string(&mut said);
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 408"), "{said}");
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(siege.kept() == before);
    // Who sends all of it, and hangs up at once, may have asked for it all the same; nothing is left half done.
    let mut gone = connect(&siege);
    gone.write_all(whole.as_bytes()).expect("a request");
    gone.shutdown(Shutdown::Both).expect("the end");
    drop(gone);
    siege.server.ask(200, ("DELETE", &format!("{ME}/routes/new")), &siege.key, "");
    siege.server.ask(200, ("DELETE", &format!("{ME}/routes/new")), &siege.key, "");
    siege.holds();
}

#[test]
fn case_53_what_clients_send_is_no_line_of_the_log() {
    let siege = Siege::begin();
    let forged = r#"{"event":"forged"}"#;
    for lines in [
        format!("GET /\x1b[2J%0a{} HTTP/1.1\r\nHost: front\r\n", "x"),
        format!("GET /%0d%0a{} HTTP/1.1\r\nHost: front\r\n", forged.replace('"', "%22")),
        format!("GET /{forged} HTTP/1.1\r\nHost: front\r\n"),
        format!("GET /v1/agents/me HTTP/1.1\r\nHost: front\r\nUser-Agent: \x1b]0;x\x07\n{forged}\r\n"),
        "GET /v1/agents/me HTTP/1.1\r\nHost: front\r\nX-Forwarded-For: 192.0.2.9\r\nForwarded: for=192.0.2.9\r\n"
            .into(),
        format!("GET /{} HTTP/1.1\r\nHost: front\r\n", siege.key),
        format!("{} / HTTP/1.1\r\nHost: front\r\n", siege.key),
        format!("\n{forged}\n"),
        "GET /\u{202e}\u{9b}31m HTTP/1.1\r\nHost: front\r\n".into(),
    ] {
        let mut stream = connect(&siege);
        let _ = stream.write_all(format!("{lines}\r\n").as_bytes());
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        assert!(!String::from_utf8_lossy(&bytes).contains(super::secret(&siege.key)));
    }
    // In what is written down of decisions there is nothing of theirs either.
    let odd = json!({ "routes": { "\u{1b}[2J\n{\"event\":\"forged\"}": {} } }).to_string();
    siege.refused((422, "bad-value"), ("PUT", ME), Some(&siege.key), &odd);
    let audit = std::fs::read_to_string(siege.place.top().join("state/audit.jsonl")).expect("it is there");
    for line in siege.server.log().lines().chain(audit.lines()) {
        let said: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert_ne!(said["event"], "forged");
        assert!(!line.contains("192.0.2.9") && line.chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line:?}");
    }
    siege.holds();
}

#[test]
fn case_51_a_signal_in_the_middle_of_requests() {
    let Siege { place, server, key, .. } = Siege::begin();
    let stop = std::thread::scope(|scope| {
        let (port, key) = (server.port, &key);
        let senders: Vec<_> = (0..8).map(|n| scope.spawn(move || {
            let path = format!("{ME}/routes/r{n}");
            let body = json!({ "host": format!("r{n}.apps.example.com"), "target": "http://10.8.0.7:3000" }).to_string();
            let mut put = 0;
            for _ in 0..200 {
                let said = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
                    let head = format!("PUT {path} HTTP/1.1\r\nHost: front\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
                    stream.write_all(format!("{head}{body}").as_bytes())?;
                    Response::read(&mut BufReader::new(stream))
                });
                match said {
                    Ok(said) if said.status < 300 => put += 1,
                    Ok(said) => panic!("{} {}", said.status, said.body),
                    Err(_) => return put,
                }
            }
            put
        })).collect();
        std::thread::sleep(Duration::from_millis(300));
        let begun = Instant::now();
        let code = server.stop();
        assert!(begun.elapsed() < Duration::from_secs(6));
        (code, senders.into_iter().map(|sender| sender.join().expect("a sender")).collect::<Vec<usize>>())
    });
    assert_eq!(stop.0, Some(0));
    let there = place.ok(&["route", "list", "-o", "name"]);
    for (n, _) in stop.1.iter().enumerate().filter(|(_, put)| **put > 0) {
        assert!(there.contains(&format!("r{n}.apps.example.com\n")), "acknowledged, but gone: {n}\n{there}");
    }
    assert_eq!(place.run(&["validate"]).code, 0);
}
