//! `agent join` and servers that are not what they should be. With the real server it is tested where that is.

mod daemon;

use crate::support::place::{Place, Ran};
use crate::support::scripted::{Act, Scripted, answer, bearer, body};
use cloudlunacy::certificate::authority::{Authority, Issued};
use cloudlunacy::token::{Token, Use};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

/// A place with a token in the file `token`.
fn place() -> (Place, String) {
    let place = Place::new();
    let token = Token::random(Use::Join).unwrap().secret().to_owned();
    std::fs::write(place.top().join("token"), format!("{token}\n")).unwrap();
    (place, token)
}

/// The command `agent join URL ARGS…`, with its key in `key` where nothing else is said.
fn command(place: &Place, url: &str, args: &str) -> Command {
    let mut command = place.bare();
    command.args(["agent", "join", url]).args(args.split_whitespace());
    if !args.contains("--key-file") {
        command.args(["--key-file", "key"]);
    }
    command
}

fn join(place: &Place, url: &str, args: &str) -> Ran {
    let ran = Ran::of(command(place, url, args).output().unwrap());
    assert!(!holds_secret(&ran.out) && !holds_secret(&ran.err), "{ran:?}");
    ran
}

/// Whether a token or a key stands in a text.
fn holds_secret(text: &str) -> bool {
    let is_secret = |at: usize| text[at + 4..].starts_with(|c: char| c.is_ascii_hexdigit());
    ["clt_", "cla_"].iter().any(|prefix| text.match_indices(prefix).any(|(at, _)| is_secret(at)))
}

const AGENT: &str = r#"{"id":"web-7","state":"active","outcome":"added","change":1,"lease":null,"routes":{"shop":{"host":"shop.apps.example.com","target":"http://127.0.0.1:3000"}}}"#;
const UNKNOWN: &str = r#"{"code":"unauthorized","message":"the credential is not known","hint":"join anew"}"#;

fn plain(server: &Scripted) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

fn secure(server: &Scripted) -> String {
    format!("https://localhost:{}", server.port)
}

fn pin(issued: &Issued) -> String {
    let der = CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap();
    format!("sha256:{}", cloudlunacy::hash::sha256(&der))
}

fn now() -> i64 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() as i64
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_with_the_same_key() {
    let (place, token) = place();
    let key_file = place.top().join("key");
    let there = key_file.clone();
    let mut joins = 0;
    let server = Scripted::start(None, move |request| match request.starts_with("POST /v1/agents ") {
        true => {
            // Before the server hears of a key, that is where no power cut takes it away.
            assert!(std::fs::read_to_string(&there).unwrap().contains(body(request)["key"].as_str().unwrap()));
            joins += 1;
            if joins == 1 { Act::Drop } else { answer(201, AGENT) }
        }
        false if joins < 2 => answer(401, UNKNOWN),
        false => answer(200, &AGENT.replace("added", "unchanged")),
    });
    let args = "--token-file token --app shop=3000";
    let ran = join(&place, &plain(&server), args);
    assert_eq!(ran.code, 4, "{ran:?}");
    assert!(ran.err.contains("closes the connection without an answer"), "{ran:?}");
    assert_eq!(std::fs::metadata(&key_file).unwrap().mode() & 0o777, 0o600);
    let ran = join(&place, &plain(&server), args);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "joined  agent  web-7\n        shop.apps.example.com  →  http://127.0.0.1:3000\n"),
        "{ran:?}"
    );
    let requests = server.requests();
    let [first, asked, second] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((bearer(first), bearer(second)), (token.as_str(), token.as_str()));
    assert_eq!(body(first), body(second), "the same request finishes what the first began");
    assert_eq!(bearer(asked), body(first)["key"].as_str().unwrap());
    assert_eq!(body(first)["routes"]["shop"]["target"], "http://127.0.0.1:3000");
    // From now on the key does; the token may be gone.
    std::fs::remove_file(place.top().join("token")).unwrap();
    assert_eq!(join(&place, &plain(&server), args).out, "unchanged\n");
    let json: Value = serde_json::from_str(&join(&place, &plain(&server), "-o json").out).unwrap();
    assert_eq!(
        (&json["schema_version"], &json["id"], &json["outcome"]),
        (&1.into(), &"web-7".into(), &"unchanged".into())
    );
    let last = server.requests().pop().unwrap();
    assert!(last.starts_with("PUT /v1/agents/me ") && body(&last).get("routes").is_none(), "{last}");
    // The key is for this server alone.
    let other = Scripted::always(answer(200, AGENT));
    assert_eq!(join(&place, &plain(&other), "").code, 2);
    assert!(other.requests().is_empty());
}

#[test]
fn promise_19_a_key_is_not_given_up_for_one_that_is_not_taken() {
    let (place, _) = place();
    let server =
        Scripted::start(
            None,
            |request| {
                if request.starts_with("POST") { answer(201, AGENT) } else { answer(401, UNKNOWN) }
            },
        );
    join(&place, &plain(&server), "--token-file token");
    let read = || std::fs::read_to_string(place.top().join("key")).unwrap();
    let before = read();
    // The server's state is away for a while: without a token nothing can be done, with one nothing is lost.
    let ran = join(&place, &plain(&server), "");
    assert!(ran.code == 3 && ran.err.contains("refuses: the credential is not known (unauthorized)"), "{ran:?}");
    assert_eq!(read(), before);
    let used = Scripted::always(answer(401, UNKNOWN));
    std::fs::write(place.top().join("key"), before.replace(&plain(&server), &plain(&used))).unwrap();
    for _ in 0..3 {
        assert_eq!(join(&place, &plain(&used), "--token-file token").code, 3);
    }
    let keys: Value = serde_json::from_str(&read()).unwrap();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);
    assert!(before.contains(keys["keys"][0].as_str().unwrap()));
}

#[test]
fn nobody_hears_a_secret_but_the_server_that_is_meant() {
    let authority = Authority::new(now()).unwrap();
    let issued = authority.issue(&["localhost"], now(), None).unwrap();
    let elsewhere = authority.issue(&["other.example.com"], now(), None).unwrap();
    let (place, _) = place();
    std::fs::write(place.top().join("ca.pem"), &authority.certificate).unwrap();
    std::fs::write(place.top().join("other.pem"), Authority::new(now()).unwrap().certificate).unwrap();
    let server = Scripted::start(Some(&issued), |_| answer(201, AGENT));
    let url = secure(&server);
    for (trust, says) in [
        (String::new(), "its certificate is not taken"),
        (format!("--pin {}", pin(&elsewhere)), &*format!("it is not the pinned one, but {}", pin(&issued))),
        ("--ca other.pem".to_owned(), "its certificate is not taken"),
        ("--ca token".to_owned(), "holds no certificate"),
    ] {
        let ran = join(&place, &url, &format!("--token-file token {trust}"));
        assert!(ran.code == 4 && ran.err.contains(says), "{trust}: {ran:?}");
    }
    let other = Scripted::start(Some(&elsewhere), |_| answer(201, AGENT));
    let ran = join(&place, &secure(&other), "--token-file token --ca ca.pem --key-file elsewhere");
    assert!(ran.code == 4 && ran.err.contains("it is for other names"), "{ran:?}");
    assert!(server.requests().is_empty() && other.requests().is_empty(), "a request was sent");
    // A certificate proves nothing of one who has not its key.
    let thief = Issued { key: elsewhere.key.clone(), ..issued.clone() };
    let thief = Scripted::start(Some(&thief), |_| answer(201, AGENT));
    for trust in [format!("--pin {}", pin(&issued)), "--ca ca.pem".to_owned()] {
        let ran = join(&place, &secure(&thief), &format!("--token-file token --key-file thief {trust}"));
        assert!(ran.code == 4 && ran.err.contains("BadSignature"), "{ran:?}");
    }
    assert!(thief.requests().is_empty());
    assert_eq!(join(&place, &url, &format!("--token-file token --pin {}", pin(&issued))).code, 0);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(join(&place, &url, "--ca ca.pem").code, 0);
    // Without TLS only on this machine.
    let ran = join(&place, "http://192.0.2.1:7843", "--token-file token --key-file other");
    assert!(ran.code == 2 && ran.err.contains("is not on this machine"), "{ran:?}");
    // It stays with the server that was named.
    let to = format!("HTTP/1.1 307 To\r\nLocation: {}/v1/agents\r\nContent-Length: 0\r\n\r\n", plain(&other));
    let ran = join(&place, &plain(&Scripted::always(Act::Say(to))), "--token-file token --key-file moved");
    assert!(ran.code == 4 && ran.err.contains("a redirection"), "{ran:?}");
}

#[test]
fn no_proxy_of_the_environment_hears_of_it() {
    let (place, _) = place();
    let (proxy, server) = (Scripted::always(Act::Drop), Scripted::always(answer(201, AGENT)));
    let mut command = command(&place, &plain(&server), "--token-file token");
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, plain(&proxy));
    }
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);
    assert!(proxy.requests().is_empty() && server.requests().len() == 1);
}

#[test]
fn what_is_no_answer_is_an_error_and_does_no_harm() {
    for (act, says) in [
        (Act::Drop, "closes the connection without an answer"),
        (Act::Say("SSH-2.0-OpenSSH\r\n\r\n".into()), "it does not speak HTTP"),
        (Act::Say("HTTP/1.1 200 So\r\nContent-Length: 100\r\n\r\n{}".into()), "closes the connection"),
        (Act::Say(format!("HTTP/1.1 200 So\r\nX: {}", "x".repeat(1 << 20))), "the head of its answer is too large"),
        (Act::Say(format!("HTTP/1.1 200 So\r\n{}", "X: x\r\n".repeat(10_000))), "the head of its answer is too large"),
        (Act::Flood("x"), "it does not speak HTTP"),
        (Act::Say(format!("HTTP/1.1 200 So\r\n\r\n{}", "[".repeat(5 << 20))), "its answer is too large"),
        (answer(200, &"[".repeat(1 << 20)), "not as `cloudlunacy serve-register` does"),
        (answer(201, r#"{"id":"../x","state":"active"}"#), "not as `cloudlunacy serve-register` does"),
        (answer(201, r#"{"id":7}"#), "not as `cloudlunacy serve-register` does"),
        (answer(201, "null"), "not as `cloudlunacy serve-register` does"),
        (answer(503, r#"{"code":"busy","message":"later \u001b[31m"}"#), "later \\u{1b}[31m (busy)"),
        (answer(404, "<html>"), "it answers 404, but not as"),
    ] {
        let (place, _) = place();
        let ran = join(&place, &plain(&Scripted::always(act.clone())), "--token-file token");
        assert!(ran.code == 4 && ran.err.contains(says), "{says}: {ran:?}");
        assert!(std::fs::read_to_string(place.top().join("key")).unwrap().contains("\"agent\": null"));
    }
    let (place, _) = place();
    let ran = join(&place, "http://127.0.0.1:1", "--token-file token");
    assert!(ran.code == 4 && ran.err.contains("the connection is refused"), "{ran:?}");
}

#[test]
fn a_refusal_is_shown_with_its_code_and_hint() {
    let (place, _) = place();
    let refusal = r#"{"code":"target-forbidden","message":"10.0.0.1 is not granted","hint":"ask for it"}"#;
    let server = Scripted::always(answer(403, refusal));
    let ran = join(&place, &plain(&server), "--token-file token");
    assert_eq!(ran.code, 3);
    assert!(
        ran.err.contains("10.0.0.1 is not granted (target-forbidden)") && ran.err.contains("hint: ask for it"),
        "{ran:?}"
    );
    let json: Value = serde_json::from_str(&join(&place, &plain(&server), "--token-file token -o json").out).unwrap();
    assert_eq!((&json["error"]["code"], &json["error"]["hint"]), (&"target-forbidden".into(), &"ask for it".into()));
    let held = Scripted::always(answer(202, &AGENT.replace("active", "pending")));
    let ran = join(&place, &plain(&held), "--token-file token --key-file held");
    assert!(ran.code == 0 && ran.out.starts_with("held for approval  agent  web-7\n"), "{ran:?}");
}

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let (place, _) = place();
    for (args, says) in [
        ("--app shop", "is not SUB=PORT or HOST=PORT"),
        ("--id Web", "has no capitals"),
        ("--pin sha256:00", "64 hexadecimal digits"),
        ("--every 30s", "--daemon"),
        ("--leave --daemon", "cannot be used with"),
        ("--tls off", "--mongodb"),
        ("", "joining takes a token"),
        ("--leave", "nothing here has joined"),
        ("--token-file none", "can't read the token from none"),
        ("--token-file dynamic", "can't read the token from dynamic"),
        ("--token-file -", "standard input holds no token"),
    ] {
        let ran = join(&place, "http://127.0.0.1:1", args);
        assert!([2, 3, 4].contains(&ran.code) && ran.err.contains(says), "{args}: {ran:?}");
    }
    for url in ["front.example.com", "https://eve:secret@front.example.com", "https://front.example.com?x=secret"] {
        let ran = join(&place, url, "--token-file token");
        assert!(ran.code == 2 && !ran.err.contains("secret"), "{url}: {ran:?}");
    }
    assert!(!place.top().join("key").exists());
}

#[test]
fn an_agent_leaves_and_its_key_goes_with_it() {
    let (place, token) = place();
    let server = Scripted::start(None, |request| match request.starts_with("DELETE /v1/agents/me ") {
        true => answer(200, r#"{"outcome":"removed"}"#),
        false => answer(201, AGENT),
    });
    let mut joining = command(&place, &plain(&server), "--token-file -");
    let mut joining = joining.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut joining.stdin.take().unwrap(), token.as_bytes()).unwrap();
    assert!(joining.wait_with_output().unwrap().status.success());
    let ran = join(&place, &plain(&server), "--leave");
    assert_eq!((ran.code, ran.out.as_str()), (0, "left  agent  web-7\n"));
    assert!(!place.top().join("key").exists() && server.requests().len() == 2);
}

#[test]
fn the_key_is_kept_in_the_state_folder_where_nothing_is_said() {
    let (place, _) = place();
    let server = Scripted::always(answer(201, AGENT));
    let args = ["--state-dir", "state", "agent", "join", &plain(&server), "--token-file", "token"];
    assert_eq!(Ran::of(place.bare().args(args).output().unwrap()).code, 0);
    let found = place.top().join(format!("state/join/127.0.0.1-{}.key", server.port));
    assert_eq!(std::fs::metadata(&found).unwrap().mode() & 0o777, 0o600);
    for folder in ["state", "state/join"] {
        assert_eq!(std::fs::metadata(place.top().join(folder)).unwrap().mode() & 0o777, 0o700);
    }
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&found, mode).unwrap();
    let ran = Ran::of(place.bare().args(args).output().unwrap());
    assert!(ran.code == 4 && ran.err.contains("closed to all others"), "{ran:?}");
}

#[test]
fn openssl_takes_what_the_authority_signs() {
    let place = Place::new();
    let authority = Authority::new(now()).unwrap();
    let issued = authority.issue(&["web-7.mongodb.example.com"], now(), None).unwrap();
    for (name, text) in
        [("ca.pem", &authority.certificate), ("agent.pem", &issued.certificate), ("agent.key", &issued.key)]
    {
        std::fs::write(place.top().join(name), text).unwrap();
    }
    for (words, is_taken) in [
        (
            "verify -x509_strict -purpose sslserver -verify_hostname web-7.mongodb.example.com -CAfile ca.pem agent.pem",
            true,
        ),
        ("verify -x509_strict -purpose sslclient -CAfile ca.pem agent.pem", true),
        ("verify -verify_hostname web-8.mongodb.example.com -CAfile ca.pem agent.pem", false),
        ("verify -CAfile agent.pem agent.pem", false),
        ("pkey -in agent.key -noout -check", true),
    ] {
        // Where there is no openssl, rustls has judged them alone.
        let Ok(said) = Command::new("openssl").args(words.split(' ')).current_dir(place.top()).output() else { return };
        assert_eq!(said.status.success(), is_taken, "{words}: {said:?}");
    }
}
