//! `agent join --daemon`: through failures of its server, renewals of its key, to its end.

use super::{AGENT, UNKNOWN, command, holds_secret, join, place, plain};
use crate::support::place::Place;
use crate::support::scripted::{Act, Scripted, answer, bearer, body};
use crate::support::{Guarded, wait_for};
use serde_json::Value;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BEAT: &str = r#"{"id":"web-7","state":"active","lease":3}"#;

fn start(place: &Place, server: &Scripted, args: &str) -> Guarded {
    let mut command = command(place, &plain(server), &format!("--daemon {args}"));
    let log = std::fs::File::create(place.top().join("log")).unwrap();
    Guarded(command.stdout(Stdio::null()).stderr(log).env("NOTIFY_SOCKET", place.top().join("notify")).spawn().unwrap())
}

/// Ends it as a service manager does; gives its exit code.
fn end(daemon: &mut Guarded) -> Option<i32> {
    let begin = Instant::now();
    assert!(Command::new("kill").arg(daemon.0.id().to_string()).status().unwrap().success());
    let status = wait_for("its end", || daemon.0.try_wait().unwrap());
    assert!(begin.elapsed() < Duration::from_secs(5), "it ends at once");
    status.code()
}

fn log(place: &Place) -> String {
    std::fs::read_to_string(place.top().join("log")).unwrap()
}

fn kept(place: &Place) -> Value {
    serde_json::from_str(&std::fs::read_to_string(place.top().join("key")).unwrap()).unwrap()
}

fn is_beat(request: &str) -> bool {
    request.starts_with("POST /v1/agents/me/heartbeat ")
}

#[test]
fn it_beats_whatever_the_server_does_and_ends_when_it_is_told() {
    let (place, _) = place();
    let notified = UnixDatagram::bind(place.top().join("notify")).unwrap();
    notified.set_read_timeout(Some(crate::support::PATIENCE)).unwrap();
    let mut turns = 0;
    let server = Scripted::start(None, move |_| {
        turns += 1;
        match turns {
            1 => Act::Drop,
            2 => answer(401, UNKNOWN),
            3 => answer(201, AGENT),
            5 => answer(500, "<html>"),
            7 => Act::Say("garbage\r\n\r\n".into()),
            _ => answer(200, BEAT),
        }
    });
    let mut daemon = start(&place, &server, "--token-file token --every 1s");
    let requests: Vec<String> = (0..9).map(|_| server.next()).collect();
    assert!(
        requests[0].starts_with("POST /v1/agents ")
            && requests[1].starts_with("PUT ")
            && requests[2].starts_with("POST /v1/agents ")
    );
    assert!(requests[3..].iter().all(|request| is_beat(request)), "{requests:?}");
    assert!(requests[3..].iter().all(|request| bearer(request) == body(&requests[0])["key"].as_str().unwrap()));
    assert!(
        requests[3].contains("content-length: 2\r\n") && requests[3].contains("connection: close\r\n"),
        "{requests:?}"
    );
    assert_eq!(end(&mut daemon), Some(0));
    let mut told = String::new();
    while !told.contains("STOPPING=1") {
        let mut buffer = [0; 1000];
        let read = notified.recv(&mut buffer).unwrap();
        told.push_str(std::str::from_utf8(&buffer[..read]).unwrap());
    }
    assert!(told.find("STATUS=can't ask").unwrap() < told.find("READY=1").unwrap(), "{told}");
    let log = log(&place);
    assert!(
        log.contains("agent web-7 of http://127.0.0.1")
            && log.contains("it answers 500")
            && log.contains("does not speak HTTP"),
        "{log}"
    );
    assert!(!holds_secret(&log), "{log}");
}

#[test]
fn it_ends_where_the_server_does_not_know_it_and_only_there() {
    let (place, _) = place();
    let mut beats = 0;
    let server = Scripted::start(None, move |request| match is_beat(request) {
        false => answer(201, AGENT),
        true => {
            beats += 1;
            if beats < 3 { answer(200, BEAT) } else { answer(401, UNKNOWN) }
        }
    });
    let mut daemon = start(&place, &server, "--token-file token --every 1s");
    let status = wait_for("its end", || daemon.0.try_wait().unwrap());
    assert_eq!(status.code(), Some(3));
    assert!(log(&place).contains("the credential is not known (unauthorized)"), "{}", log(&place));
    // A server that is not there is none that says no; even then it ends when it is told.
    let silent = Scripted::always(Act::Drop);
    let mut daemon = start(&place, &silent, "--token-file token --key-file other --every 1s");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!((daemon.0.try_wait().unwrap(), end(&mut daemon)), (None, Some(0)));
    // What it asks for and is refused it would never get.
    let refusal = r#"{"code":"not-granted","message":"m"}"#;
    let mut daemon = start(&place, &Scripted::always(answer(403, refusal)), "--token-file token --key-file third");
    assert_eq!(wait_for("its end", || daemon.0.try_wait().unwrap()).code(), Some(3));
}

#[test]
fn a_key_is_renewed_and_no_lost_answer_locks_the_agent_out() {
    let (place, _) = place();
    let first = Scripted::always(answer(201, AGENT));
    join(&place, &plain(&first), "--token-file token");
    let mut old = kept(&place);
    let first_key = old["keys"][0].as_str().unwrap().to_owned();
    // The server takes the new key, and the answer is lost.
    let mut taken = first_key.clone();
    let server = Scripted::start(None, move |request| {
        if bearer(request) != taken {
            return answer(401, UNKNOWN);
        }
        if is_beat(request) {
            return answer(200, BEAT);
        }
        match body(request)["key"].as_str() {
            Some(key) => {
                taken = key.to_owned();
                Act::Drop
            }
            None => answer(200, AGENT),
        }
    });
    (old["since"], old["server"]) = (0.into(), plain(&server).into());
    std::fs::write(place.top().join("key"), old.to_string()).unwrap();
    let mut daemon = start(&place, &server, "--every 1s");
    let renewed = wait_for("a new key", || Some(kept(&place)).filter(|kept| kept["since"].as_i64() > Some(0)));
    assert_eq!(renewed["keys"].as_array().unwrap().len(), 1);
    let new = renewed["keys"][0].as_str().unwrap();
    assert_ne!(new, first_key);
    let requests = server.requests();
    let renewal = requests.iter().find(|request| request.starts_with("PUT") && body(request).get("key").is_some());
    assert_eq!(body(renewal.unwrap())["key"], new);
    assert!(bearer(&server.next()) == new || bearer(&server.next()) == new);
    // Whoever leaves meanwhile ends it.
    std::fs::remove_file(place.top().join("key")).unwrap();
    assert_eq!(wait_for("its end", || daemon.0.try_wait().unwrap()).code(), Some(3));
    assert!(log(&place).contains("this machine has left"), "{}", log(&place));
}
