//! Credentials that are guessed, stolen, used up, or of somebody else.

use super::{BY_HAND, ME, Siege, secret};
use crate::support::place::Place;
use crate::support::register::{Server, key, token};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The same credential with another secret, and a check that fits.
fn with_other_secret(credential: &str) -> String {
    let parts: Vec<&str> = credential.split('_').collect();
    let text = format!("{}_{}_{}", parts[0], parts[1], "0".repeat(64));
    let sum = text.bytes().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    format!("{text}_{:08x}", !sum)
}

/// What is wrong, the method and path, the credential and the body.
type Row<'r> = (&'static str, (&'static str, &'static str), Option<&'r str>, &'r str);

/// An administrator's command about agents.
fn office(place: &Place, words: &str) -> String {
    let all = format!("--state-dir state agent {words}");
    place.ok(&all.split_whitespace().collect::<Vec<_>>())
}

#[test]
fn cases_33_55_whatever_is_wrong_with_a_credential_the_answer_is_the_same() {
    let mut bodies = Vec::new();
    // Ten a minute are answered so; hence two servers.
    for half in 0..2 {
        let siege = Siege::begin();
        let grant = "--host gone.example.com --target 10.8.0.0/24";
        let (revoked, removed) = (token(&siege.place, "web-9", grant), token(&siege.place, "web-10", grant));
        let gone = siege.server.join(&removed, "{}");
        office(&siege.place, &format!("token revoke {}", revoked.split('_').nth(1).expect("an id")));
        office(&siege.place, "rm web-10");
        let join = json!({ "key": key(), "id": "web-8" }).to_string();
        let unknown_id = json!({ "key": key(), "id": "nobody" }).to_string();
        let unknown_token = key().replacen("cla", "clt", 1);
        let wrong_token = with_other_secret(&siege.token);
        let (unknown, guessed) = (key(), [&siege.key, &siege.other].map(|key| with_other_secret(key)));
        let (short, capitals) = (&siege.key[..siege.key.len() - 1], siege.key.to_uppercase());
        let agents = ("POST", "/v1/agents");
        let all: [Row<'_>; 18] = [
            ("none", ("GET", ME), None, ""),
            ("no credential", ("GET", ME), Some("x"), ""),
            ("unknown", ("GET", ME), Some(&unknown), ""),
            ("another secret", ("GET", ME), Some(&guessed[0]), ""),
            ("another's with another secret", ("GET", ME), Some(&guessed[1]), ""),
            ("a wrong check", ("GET", ME), Some(short), ""),
            ("in capitals", ("GET", ME), Some(&capitals), ""),
            ("of one that is gone", ("GET", ME), Some(&gone), ""),
            ("a token", ("GET", ME), Some(&siege.token), ""),
            ("a key", agents, Some(&siege.key), &join),
            ("no token", agents, None, &join),
            ("an unknown token", agents, Some(&unknown_token), &join),
            ("another secret of a token", agents, Some(&wrong_token), &join),
            ("and an id that nobody has", agents, Some(&wrong_token), &unknown_id),
            ("a revoked token", agents, Some(&revoked), &join),
            ("the token of one that is gone", agents, Some(&removed), &join),
            ("a path for a token", agents, Some("../agents/web-8"), &join),
            ("none, for a route", ("PUT", "/v1/agents/me/routes/shop"), None, r#"{"target": "http://10.8.0.7:3000"}"#),
        ];
        for (case, (method, path), bearer, body) in all.into_iter().skip(9 * half).take(9) {
            let (before, begun) = (siege.kept(), Instant::now());
            let said = siege.server.send(method, path, bearer, body);
            assert!(begun.elapsed() >= Duration::from_millis(99), "{case}: {:?}", begun.elapsed());
            assert_eq!(said.status, 401, "{case}: {}", said.body);
            let headers: Vec<_> = said.headers.into_iter().filter(|(name, _)| name != "date").collect();
            bodies.push((case, headers, said.body));
            assert!(siege.kept() == before, "{case}");
        }
        siege.holds();
    }
    let first = bodies.first().expect("some").clone();
    for (case, headers, body) in bodies {
        assert_eq!((&headers, &body), (&first.1, &first.2), "{case}");
    }
}

#[test]
fn case_33_who_guesses_has_to_wait_and_nobody_else_has() {
    let siege = Siege::begin();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let one = |_| scope.spawn(|| siege.server.send("GET", ME, Some(&with_other_secret(&siege.key)), ""));
        let all: Vec<_> = (0..40).map(one).collect();
        all.into_iter()
            .map(|one| one.join().expect("an answer"))
            .map(|said| {
                assert_eq!(said.status == 429, said.header("retry-after").is_some());
                said.status
            })
            .collect()
    });
    let count = |status: u16| statuses.iter().filter(|s| **s == status).count();
    assert!((10..=11).contains(&count(401)) && count(401) + count(429) == 40, "{statuses:?}");
    siege.refused((429, "too-many-requests"), ("GET", ME), Some("x"), "");
    siege.holds();
}

#[test]
fn case_55_nobody_learns_which_other_agents_there_are() {
    let siege = Siege::with(&["--compat", "--mongo-domain", "mongo.example.com"]);
    let same = |(status, code): (u16, &str), asks: &[((&str, &str), Option<&str>, String)]| {
        let mut bodies: Vec<String> = asks
            .iter()
            .map(|((method, path), bearer, body)| {
                siege.refused((status, code), (method, path), *bearer, body);
                siege.server.send(method, path, *bearer, body).body
            })
            .collect();
        bodies.dedup();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
    };
    let join = |id: &str| json!({ "key": key(), "id": id }).to_string();
    let other = |id: &str| (("POST", "/v1/agents"), Some(siege.token.as_str()), join(id));
    same((403, "not-granted"), &[other("web-8"), other("nobody")]);
    let many = token(&siege.place, "web-*", "--host {id}.example.com --target 10.8.0.0/24 --uses 9");
    let by_many = |id: &str| (("POST", "/v1/agents"), Some(many.as_str()), join(id));
    same((403, "not-granted"), &[by_many("web-8"), by_many("db-1")]);
    let of = |method: &'static str, path: &'static str| ((method, path), Some(siege.key.as_str()), String::new());
    let words = ["/api/agents/web-8", "/api/agents/nobody", "/api/config/web-8", "/api/proxy/agents/nobody"];
    same_old(&siege, &words.map(|path| of("GET", path)));
    same_old(
        &siege,
        &[of("DELETE", "/api/agents/web-8"), of("DELETE", "/api/agents/nobody"), of("DELETE", "/api/mongodb/web-8")],
    );
    siege.must_hold_no_secret(&[&many]);
    siege.holds();
}

type Asked<'a> = ((&'a str, &'a str), Option<&'a str>, String);

/// In the old words: refused for want of a grant, all in the same words.
fn same_old(siege: &Siege, asks: &[Asked<'_>]) {
    let mut said: Vec<_> = asks
        .iter()
        .map(|((method, path), bearer, body)| {
            let before = siege.kept();
            let said = siege.server.send(method, path, *bearer, body);
            assert!(siege.kept() == before, "{method} {path}");
            (said.status, said.body)
        })
        .collect();
    said.dedup();
    assert!(said.len() == 1 && said[0].0 == 403, "{said:?}");
}

#[test]
fn cases_35_36_what_was_sent_once_and_what_has_been_taken_away() {
    let siege = Siege::begin();
    let (first, second) = (key(), key());
    let token = token(&siege.place, "web-9", "--host n.example.com --target 10.8.0.0/24 --uses 2");
    let join = json!({ "key": first, "routes": { "a": { "host": "n.example.com", "target": "http://10.8.0.9:1" } } });
    let send = |status: u16, bearer: &str, (method, path): (&str, &str), body: &Value| {
        siege.server.ask(status, (method, path), bearer, &if body.is_null() { String::new() } else { body.to_string() })
    };
    let agents = ("POST", "/v1/agents");
    assert_eq!(send(201, &token, agents, &join)["outcome"], "added");
    assert_eq!(send(200, &token, agents, &join)["outcome"], "unchanged");
    let put = |port: u16| json!({ "host": "n.example.com", "target": format!("http://10.8.0.9:{port}") });
    let a = ("PUT", "/v1/agents/me/routes/a");
    send(200, &first, a, &put(2));
    assert_eq!(send(200, &first, a, &put(1))["outcome"], "changed", "an older one sent again is the last word");
    // Once there is another key, what was sent before with the first one counts no more.
    send(200, &first, ("PUT", ME), &json!({ "key": second }));
    siege.refused((401, "unauthorized"), a, Some(&first), &put(3).to_string());
    siege.refused((401, "unauthorized"), agents, Some(&token), &join.to_string());
    // Nor does it after the agent has left, or was removed.
    send(200, &second, ("DELETE", ME), &Value::Null);
    siege.refused((401, "unauthorized"), agents, Some(&token), &join.to_string());
    siege.refused((401, "unauthorized"), ("GET", ME), Some(&second), "");
    let again = json!({ "key": key(), "routes": join["routes"] });
    send(201, &token, agents, &again);
    let there = siege.place.read("agent-web-9.yml");
    office(&siege.place, "rm web-9 --keep-routes");
    siege.refused((401, "unauthorized"), agents, Some(&token), &again.to_string());
    assert_eq!(siege.place.read("agent-web-9.yml"), there);
    siege.must_hold_no_secret(&[&token, &first, &second, again["key"].as_str().expect("a key")]);
    siege.holds();
}

#[test]
fn no_command_and_no_file_tells_a_secret() {
    let siege = Siege::with(&["--compat", "--mongo-domain", "mongo.example.com"]);
    let old = token(&siege.place, "srv-1", "--host *.mongo.example.com --target 10.8.0.0/24");
    let register = json!({ "agentId": "srv-1", "agentKey": old, "targetIp": "10.8.0.7" }).to_string();
    assert_eq!(siege.server.send("POST", "/api/agents/register", None, &register).status, 201);
    // A secret where none belongs comes back to nobody but its sender, and stays nowhere.
    let stray = json!({ "address": siege.key, "routes": siege.other }).to_string();
    siege.server.send("PUT", ME, Some(&siege.key), &stray);
    siege.server.send("PUT", &format!("{ME}/routes/{}", siege.key), Some(&siege.key), "{}");
    siege.server.send("GET", &format!("/{}", siege.token), None, "");
    let rotated: Value = serde_json::from_str(&office(&siege.place, "rotate web-7 -o json")).expect("JSON");
    let fresh = rotated["token"].as_str().expect("a token").to_owned();
    let mut said: Vec<String> =
        ["list -o json", "show web-7 -o json", "show srv-1", "token list -o json", "token list"]
            .iter()
            .map(|words| office(&siege.place, words))
            .collect();
    said.push(siege.place.ok(&["history", "-o", "json"]));
    said.push(siege.place.ok(&["history", "show", "1", "-o", "json"]));
    let shown = siege.server.ask(200, ("GET", ME), &siege.key, "").to_string();
    said.push(shown);
    for secret in [&siege.token, &siege.key, &siege.other, &old, &fresh].map(|credential| secret(credential)) {
        assert!(said.iter().all(|said| !said.contains(secret)));
    }
    siege.must_hold_no_secret(&[&old, &fresh]);
    siege.holds();
}

#[test]
fn a_token_that_older_agents_use_is_no_key_of_newer_ones() {
    let place = Place::with(&[("by-hand.yml", BY_HAND)]);
    let server = Server::start(&place, &["--compat", "--app-domain", "apps.example.com"]);
    let once = token(&place, "srv-1", "--host *.apps.example.com --target 10.8.0.0/24");
    let register = json!({ "agentId": "srv-1", "agentKey": once }).to_string();
    let old = |status: u16| assert_eq!(server.send("POST", "/api/agents/register", None, &register).status, status);
    let new = |status: u16, token: &str| {
        server.ask(status, ("POST", "/v1/agents"), token, &json!({ "key": key() }).to_string())
    };
    old(201);
    assert_eq!(new(403, &once)["code"], "used-up");
    old(201);
    // The other way round as well.
    let other = token(&place, "srv-2", "--host *.apps.example.com --target 10.8.0.0/24");
    new(201, &other);
    let register = json!({ "agentId": "srv-2", "agentKey": other }).to_string();
    let said = server.send("POST", "/api/agents/register", None, &register);
    assert!(said.status == 403 && !said.body.contains("token"), "{} {}", said.status, said.body);
    assert_eq!(server.send("GET", "/api/agents/srv-2", Some(&other), "").status, 401);
    // By whichever words it speaks, what has joined by the token has the token's grant and no more.
    let route = json!({ "host": "db.apps.example.com", "target": "http://10.8.0.7:80" }).to_string();
    assert_eq!(server.ask(409, ("PUT", "/v1/agents/me/routes/a"), &once, &route)["code"], "host-taken");
}

#[test]
fn who_speaks_for_another_is_written_down() {
    let siege = Siege::with(&["--compat"]);
    let audit = || std::fs::read_to_string(siege.place.top().join("state/audit.jsonl")).expect("it is there");
    let told = |bearer: &str, action: &str, agent: &str, result: &str| {
        let audit = audit();
        let last: Value = serde_json::from_str(audit.lines().last().expect("a line")).expect("JSON");
        let public = bearer.split('_').nth(1).expect("an id");
        let line = json!({ "time": last["time"], "peer": "127.0.0.1", "agent": agent, "credential": public, "action": action, "result": result });
        assert_eq!(last, line);
    };
    let join = json!({ "key": key(), "id": "web-8" }).to_string();
    siege.refused((403, "not-granted"), ("POST", "/v1/agents"), Some(&siege.token), &join);
    told(&siege.token, "join", "web-8", "not-granted");
    assert_eq!(siege.server.send("GET", "/api/config/web-8", Some(&siege.key), "").status, 403);
    told(&siege.key, "show", "web-7", "not-granted");
    office(&siege.place, "disable web-8");
    siege.refused((403, "disabled"), ("GET", ME), Some(&siege.other), "");
    told(&siege.other, "show", "web-8", "disabled");
    // Of strangers, and of what changes nothing, there is no line.
    let before = audit();
    siege.refused((401, "unauthorized"), ("GET", ME), Some(&key()), "");
    siege.server.ask(200, ("GET", ME), &siege.key, "");
    siege.server.ask(200, ("POST", "/v1/agents/me/heartbeat"), &siege.key, "");
    assert_eq!(audit(), before);
}
