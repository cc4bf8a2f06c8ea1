//! `--check-target`: servers are tried as Traefik and its clients will use them, before anything is written.

use super::{Front, refs, words};
use crate::support::certs::Ca;
use crate::support::http::Upstream;
use crate::support::mongo;
use crate::support::place::Place;
use crate::support::tcp::{Listener, UdpEcho};
use crate::support::tls::Server;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// What `route add LINE --check-target` prints.
fn added(line: &str) -> String {
    Place::new().ok(&refs(&words(&format!("route add {line} --check-target"))))
}

/// What it complains of, having changed nothing.
fn refused(line: &str) -> String {
    let place = Place::new();
    let complaint = place.fails(3, &refs(&words(&format!("route add {line} --check-target"))));
    assert!(complaint.contains("nothing was changed"), "{complaint}");
    complaint
}

fn closed() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn an_http_server_must_answer() {
    let one = Upstream::start("one");
    let out = added(&format!("app.example.com/x {0} {0}", one.url()));
    assert!(out.contains(&format!("{} answers 200", one.url())), "{out}");
    assert!(one.requests()[0].starts_with("GET /x HTTP/1.1\nhost: app.example.com\n"), "{:?}", one.requests());
    let ill = Listener::start(|mut stream| {
        let _ = stream.read(&mut [0; 4096])?;
        stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
    });
    assert!(refused(&format!("a.example.com http://{}", ill.address())).contains("it answers 503"));
    assert!(refused(&format!("a.example.com http://127.0.0.1:{}", closed())).contains("the connection is refused"));
    assert!(refused("a.example.com http://nowhere.invalid:80").contains("\"nowhere.invalid\" resolves to nothing"));
    let echo = Listener::echo();
    assert!(refused(&format!("a.example.com http://{}", echo.address())).contains("it does not speak HTTP"));
    let both = refused(&format!("a.example.com {} http://127.0.0.1:{}", one.url(), closed()));
    assert!(both.contains("refused") && !both.contains(&one.url()), "only what fails is named: {both}");
}

#[test]
fn all_are_tried_at_once_and_none_is_waited_for_for_ever() {
    let silent = Listener::start(|stream| std::io::copy(&mut &stream, &mut std::io::sink()).map(drop));
    let start = Instant::now();
    let complaint = refused(&format!("a.example.com http://{0} h2c://{0}", silent.address()));
    assert_eq!(complaint.matches("within 5s").count(), 2, "{complaint}");
    assert!(start.elapsed() < Duration::from_secs(9));
}

#[test]
fn a_certificate_must_be_one_that_traefik_takes() {
    let ca = Ca::new();
    let front = Front::start(Place::with(&[("c.yml", &ca.leaf(&["localhost", "127.0.0.1"]).dynamic())]), |o| {
        o.tcp_with("secure", "http:\n  tls: {}").tcp("web")
    });
    let secure = format!("https://127.0.0.1:{}", front.port("secure"));
    let line = |target: &str| format!("route add app.example.com {target} --check-target");
    let complaint = front.fails(3, &line(&secure));
    for words in ["no authority that is trusted here", "answer each request with 500", "insecureSkipVerify"] {
        assert!(complaint.contains(words), "{complaint}");
    }
    let one = Upstream::start("one");
    let complaint = front.fails(3, &line(&format!("https://127.0.0.1:{}", one.port())));
    assert!(complaint.contains("it closes the connection") && !complaint.contains("insecureSkipVerify"), "{complaint}");
    // What Traefik itself makes of that certificate.
    front.ok(&format!("route add bad.example.com {secure} --entry-point web --wait"));
    let got = crate::support::http::get(front.port("web"), "bad.example.com", "/");
    assert_eq!(got.0, 500);

    let trusting = |target: &str| {
        let words = front.words(&line(target));
        front.place.command(&refs(&words)).env("SSL_CERT_FILE", ca.pem()).output().map(crate::support::place::Ran::of)
    };
    let ran = trusting(&format!("https://localhost:{}", front.port("secure"))).unwrap();
    assert!(ran.code == 0 && ran.out.contains("answers 404"), "{ran:?}");
}

#[test]
fn a_servers_transport_says_which_certificates_count() {
    let ca = Ca::new();
    let leaf = ca.leaf(&["own.example.com"]);
    let transports = format!(
        "http:\n  routers:\n    a: {{rule: Host(`a.example.com`), service: a, entryPoints: [traefik]}}\n    b: {{rule: Host(`b.example.com`), service: b, entryPoints: [traefik]}}\n  services:\n    a: {{loadBalancer: {{servers: [{{url: https://127.0.0.1:1}}], serversTransport: any}}}}\n    b: {{loadBalancer: {{servers: [{{url: https://127.0.0.1:1}}], serversTransport: own@file}}}}\n  serversTransports:\n    any: {{insecureSkipVerify: true}}\n    own: {{rootCAs: [{}], serverName: own.example.com}}\n",
        ca.pem().display()
    );
    let front = Front::start(Place::with(&[("c.yml", &leaf.dynamic()), ("t.yml", &transports)]), |o| {
        o.tcp_with("secure", "http:\n  tls: {}")
    });
    let secure = format!("https://127.0.0.1:{}", front.port("secure"));
    for route in ["a", "b"] {
        let out = front.ok(&format!("route set {route} {secure} --check-target"));
        assert!(out.contains("answers 404"), "{out}");
    }
    let complaint = front.fails(3, &format!("route add c.example.com {secure} --check-target"));
    assert!(complaint.contains("its certificate is not taken"), "{complaint}");
    let careless = front.place.top().join("careless.yml");
    std::fs::write(&careless, "serversTransport: {insecureSkipVerify: true}\nentryPoints: {web: {address: ':80'}}\n")
        .unwrap();
    let line = format!("route add c.example.com {secure} --check-target --static careless.yml");
    assert!(front.place.ok(&refs(&words(&line))).contains("answers 404"));
}

#[test]
fn http2_without_tls_is_told_from_http() {
    let front = Front::usual(Place::new());
    let h2c = format!("h2c://127.0.0.1:{}", front.port("web"));
    let out = added(&format!("app.example.com {h2c}"));
    assert!(out.contains(&format!("{h2c} answers 404")), "{out}");
    let one = Upstream::start("one");
    let complaint = refused(&format!("a.example.com h2c://127.0.0.1:{}", one.port()));
    assert!(complaint.contains("HTTP/2"), "{complaint}");
}

#[test]
fn mongodb_must_answer_hello() {
    let ca = Ca::new();
    let (plain, secure) = (mongo::Server::start("plain"), mongo::Server::tls("secure", &ca.leaf(&["db.example.com"])));
    let line = |server: &str| format!("db.example.com mongodb://{server} --entry-point mongodb");
    let out = added(&line(&plain.address()));
    assert!(out.contains("answers hello"), "{out}");
    let out = added(&format!("{} --tls passthrough", line(&secure.address())));
    assert!(out.contains("answers hello"), "{out}");
    refused(&format!("{} --tls passthrough", line(&plain.address())));
    refused(&line(&secure.address()));
    let one = Upstream::start("one");
    refused(&line(&format!("127.0.0.1:{}", one.port())));
    let echo = Listener::echo();
    let complaint = refused(&line(&echo.address()));
    assert!(complaint.contains("hello"), "{complaint}");
}

#[test]
fn other_servers_must_take_connections_and_tls_where_they_end_it() {
    let ca = Ca::new();
    let leaf = ca.leaf(&["a.example.com"]);
    let (own, postgres, echo) = (Server::start(&leaf, "own"), Server::postgres(&leaf, "own"), Listener::echo());
    for (scheme, server, tls) in [
        ("tls", echo.address(), "on"),
        ("redis", echo.address(), "on"),
        ("tls", own.address(), "passthrough"),
        ("postgres", postgres.address(), "passthrough"),
    ] {
        let out = added(&format!("a.example.com {scheme}://{server} --entry-point x --tls {tls}"));
        assert!(out.contains(if tls == "on" { "takes connections" } else { "speaks TLS" }), "{out}");
    }
    let refuses = |scheme: &str, server: &str| {
        refused(&format!("a.example.com {scheme}://{server} --entry-point x --tls passthrough"))
    };
    let complaint = refuses("tls", &echo.address());
    assert!(complaint.contains("it does not speak TLS"), "{complaint}");
    assert!(refuses("postgres", &echo.address()).contains("it does not take TLS"));
    let nobody = format!("127.0.0.1:{}", closed());
    for line in [format!("a.example.com tcp://{nobody}"), format!("'*' mysql://{nobody} --name a")] {
        assert!(refused(&format!("{line} --entry-point x")).contains("the connection is refused"));
    }
}

#[test]
fn a_udp_server_can_not_be_tried_and_set_tries_what_is_new() {
    let place = Place::new();
    let dns = UdpEcho::start("dns");
    let line = format!("route add '*' udp://{} --entry-point dns --name dns --check-target", dns.address());
    let ran = place.run(&refs(&words(&line)));
    assert!(ran.code == 0 && ran.err.contains("is not tried: a UDP server need not answer"), "{ran:?}");

    let one = Upstream::start("one");
    place.ok(&["route", "add", "app.example.com", "http://127.0.0.1:1"]);
    let out = place.ok(&["route", "set", "app.example.com", "--add-target", &one.url(), "--check-target"]);
    assert!(out.contains("answers 200"), "{out}");
    let bad = format!("http://127.0.0.1:{}", closed());
    place.fails(3, &["route", "set", "app.example.com", &bad, "--check-target"]);
    place.fails(3, &["route", "set", "app.example.com", "--add-target", &bad, "--check-target", "--dry-run"]);
    place.fails(3, &["route", "add", "app.example.com", &one.url(), "--name", "taken", "--check-target"]);
}
