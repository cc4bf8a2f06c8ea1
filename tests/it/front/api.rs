//! An API that can't be asked is said before anything is written, in words that say what to do.

use super::{Front, refs, words};
use crate::support::certs::Ca;
use crate::support::place::{Place, Ran};
use crate::support::tcp::Listener;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

/// A server that answers every request with these bytes, after a pause.
fn answering(bytes: &'static [u8], pause: Duration) -> Listener {
    Listener::start(move |mut stream| {
        let _ = stream.read(&mut [0; 4096])?;
        std::thread::sleep(pause);
        stream.write_all(bytes)
    })
}

/// What `route add … --wait` complains of, having changed nothing, not even begun.
fn complaint(url: &str) -> String {
    let place = Place::new();
    let line = format!("route add app.example.com http://127.0.0.1:1 --wait --api {url}");
    let complaint = place.fails(4, &refs(&words(&line)));
    assert!(!place.dir().join(".cloudlunacy").exists());
    assert!(complaint.contains("hint: "), "{complaint}");
    complaint
}

#[test]
fn each_way_in_which_an_api_can_not_be_one_is_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = complaint(&format!("http://127.0.0.1:{closed}"));
    assert!(refused.contains("the connection is refused") && refused.contains("is it running"), "{refused}");
    let unknown = complaint("http://nowhere.invalid:8080");
    assert!(unknown.contains("no host of that name"), "{unknown}");
    for (bytes, words) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>"[..], "a web page"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "JSON, but not as Traefik does"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\": tru}", "breaks off, or is no JSON"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"providers\":", "the connection is closed in the middle"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "the answer is empty"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"providers\":[]}", "reads no files"),
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "asks for a user and a password"),
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "answers 403"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 18\r\n\r\n404 page not found", "it answers 404"),
        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "it answers 502"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://eve:secret@b/\r\nContent-Length: 0\r\n\r\n",
            "redirection to \"http://***@b/\"",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "it does not speak HTTP"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "it does not speak HTTP"),
        (b"", "the connection is closed"),
    ] {
        let server = answering(bytes, Duration::ZERO);
        let complaint = complaint(&format!("http://127.0.0.1:{}", server.port()));
        assert!(complaint.contains(words), "{words}: {complaint}");
    }
}

#[test]
fn a_slow_api_is_not_waited_for_for_ever() {
    let server = answering(b"", Duration::from_secs(30));
    let start = Instant::now();
    let complaint = complaint(&format!("http://127.0.0.1:{}", server.port()));
    assert!(complaint.contains("no answer within 5s"), "{complaint}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_password_is_sent_and_never_shown() {
    let users = "$apr1$VsWKjRQN$P.W0EC/8KPCdMSeaeW1aT.";
    let protected = format!(
        "http:\n  routers:\n    api: {{rule: PathPrefix(`/api`), service: api@internal, middlewares: [auth], entryPoints: [web]}}\n  middlewares:\n    auth: {{basicAuth: {{users: ['eve:{users}']}}}}\n"
    );
    let front = Front::usual(Place::with(&[("api.yml", &protected)]));
    let url = |credentials: &str| format!("http://{credentials}127.0.0.1:{}", front.port("web"));
    let line =
        |host: &str, url: &str| format!("route add {host}.example.com http://127.0.0.1:1 -v --wait=3s --api {url}");
    let complaint = front.fails(4, &line("a", &url("")));
    assert!(complaint.contains("it answers 401"), "{complaint}");
    let complaint = front.fails(4, &line("a", &url("eve:wrong@")));
    assert!(complaint.contains("it answers 401") && !complaint.contains("wrong"), "{complaint}");
    let ran = front.place.run(&refs(&front.words(&line("a", &url("eve:se%2Fcr%40et@")))));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains(&url("***@")) && !ran.err.contains("se%2Fcr"), "{}", ran.err);
    let shown = front.place.run(&["config", "-o", "json", "--api", &url("eve:se%2Fcr%40et@")]);
    assert!(shown.out.contains("***@") && !shown.out.contains("se%2Fcr"), "{}", shown.out);
    let files = std::fs::read_dir(front.place.dir().join(".cloudlunacy")).unwrap();
    for file in files.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()) {
        let text = std::fs::read(&file).unwrap();
        assert!(!String::from_utf8_lossy(&text).contains("se%2Fcr"), "{}", file.display());
    }
}

#[test]
fn the_static_configuration_says_where_it_is_or_else_the_user_must() {
    let place = Place::new();
    let add = "route add app.example.com http://127.0.0.1:1 --wait";
    let complaint = place.fails(4, &refs(&words(add)));
    assert!(complaint.contains("no static configuration is known") && complaint.contains("--api"), "{complaint}");
    std::fs::write(place.top().join("traefik.yml"), "providers: {file: {directory: dynamic}}\napi: {}\n").unwrap();
    let complaint = place.fails(4, &refs(&words(&format!("{add} --static traefik.yml"))));
    assert!(complaint.contains("has no api.insecure"), "{complaint}");
    for bad in ["localhost:8080", "ftp://a", "http://a:x"] {
        assert!(place.fails(2, &refs(&words(&format!("{add} --api {bad}")))).contains("write http://HOST:PORT"));
    }
    assert_eq!(place.run(&refs(&words(&format!("{add}=10x")))).code, 2);
}

#[test]
fn a_base_path_is_kept() {
    let base = "http:\n  routers:\n    base: {rule: PathPrefix(`/base`), service: api@internal, middlewares: [strip], entryPoints: [web]}\n  middlewares:\n    strip: {stripPrefix: {prefixes: [/base]}}\n";
    let front = Front::usual(Place::with(&[("base.yml", base)]));
    for url in ["base", "base/", "base/api", "base/dashboard/"] {
        let url = format!("http://127.0.0.1:{}/{url}", front.port("web"));
        let out = front.ok(&format!("route add app.example.com http://127.0.0.1:1 --wait --api {url}"));
        assert!(out.contains("live   in Traefik"), "{out}");
    }
    let complaint =
        front.fails(4, &format!("route rm app.example.com --wait --api http://127.0.0.1:{}", front.port("web")));
    assert!(complaint.contains("answers 404") && complaint.contains("basePath"), "{complaint}");
}

#[test]
fn an_api_over_https_is_asked_where_its_certificate_is_trusted() {
    let ca = Ca::new();
    let api = "http:\n  routers:\n    api: {rule: PathPrefix(`/api`), service: api@internal, entryPoints: [secure]}\n";
    let certificate = ca.leaf(&["localhost"]).dynamic();
    let place = Place::with(&[("api.yml", api), ("certificate.yml", &certificate)]);
    let front = Front::start(place, |o| o.tcp_with("secure", "http:\n  tls: {}"));
    let url = format!("https://localhost:{}", front.port("secure"));
    let line = format!("route add app.example.com http://127.0.0.1:1 --wait --api {url}");
    let complaint = front.fails(4, &line);
    assert!(complaint.contains("TLS fails: invalid peer certificate: UnknownIssuer"), "{complaint}");
    let words = front.words(&line);
    let ran = Ran::of(front.place.command(&refs(&words)).env("SSL_CERT_FILE", ca.pem()).output().unwrap());
    assert!(ran.code == 0 && ran.out.contains("live   in Traefik"), "{ran:?}");
}
