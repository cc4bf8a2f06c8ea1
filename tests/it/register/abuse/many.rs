//! Several at once who want the same, or of whom one takes away what another is being given.

use super::{BY_HAND, ME, Siege, files_below};
use crate::support::http::Response;
use crate::support::place::Place;
use crate::support::register::{Server, key, token};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

fn to(host: &str, port: u16) -> Value {
    json!({ "host": host, "target": format!("http://10.8.0.7:{port}") })
}

/// Sends all of these at the same moment.
fn at_once(server: &Server, asks: &[((&str, &str), String, String)]) -> Vec<Response> {
    let barrier = Barrier::new(asks.len());
    std::thread::scope(|scope| {
        let barrier = &barrier;
        let all: Vec<_> = asks
            .iter()
            .map(|ask| {
                scope.spawn(move || {
                    let ((method, path), bearer, body) = ask;
                    barrier.wait();
                    server.send(method, path, Some(bearer), body)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    })
}

fn statuses(said: &[Response]) -> Vec<u16> {
    let mut statuses: Vec<u16> = said.iter().map(|said| said.status).collect();
    statuses.sort_unstable();
    statuses
}

const GRANT: &str = "--host *.apps.example.com --target 10.8.0.0/24";
const ROUTE: (&str, &str) = ("PUT", "/v1/agents/me/routes/a");

/// So many agents without routes; their keys.
fn agents(place: &Place, server: &Server, count: usize) -> Vec<String> {
    (0..count).map(|n| server.join(&token(place, &format!("a-{n}"), GRANT), "{}")).collect()
}

fn served(place: &Place) -> Vec<String> {
    place.ok(&["route", "list", "-o", "name"]).lines().map(str::to_owned).collect()
}

fn front(args: &[&str]) -> (Place, Server) {
    let place = Place::with(&[("by-hand.yml", BY_HAND)]);
    let always = ["--rate", "10000", "--agent-rate", "10000"];
    let server = Server::start(&place, &[&always[..], args].concat());
    (place, server)
}

#[test]
fn of_many_that_want_one_host_one_has_it() {
    let (place, server) = front(&[]);
    let keys = agents(&place, &server, 8);
    for round in 0..5 {
        let host = format!("h{round}.apps.example.com");
        let asks: Vec<_> = keys.iter().map(|key| (ROUTE, key.clone(), to(&host, 1).to_string())).collect();
        let said = at_once(&server, &asks);
        assert_eq!(statuses(&said), [vec![201], vec![409; 7]].concat(), "{said:?}");
        assert_eq!(served(&place).iter().filter(|name| **name == host).count(), 1);
        // Somebody who has it gives it up in the moment in which another asks: one of both at most.
        let owner = said.iter().position(|said| said.status == 201).expect("one");
        let other = (owner + 1) % keys.len();
        let asks = [
            (("DELETE", ROUTE.1), keys[owner].clone(), String::new()),
            (ROUTE, keys[other].clone(), to(&host, 2).to_string()),
        ];
        let said = at_once(&server, &asks);
        assert!(said[0].status == 200 && matches!(said[1].status, 201 | 409), "{said:?}");
        let count = served(&place).iter().filter(|name| **name == host).count();
        assert_eq!(count, usize::from(said[1].status == 201));
        for key in &keys {
            server.ask(200, ("DELETE", ROUTE.1), key, "");
        }
    }
}

#[test]
fn of_a_wildcard_and_a_host_below_it_one_is_granted() {
    let (place, server) = front(&[]);
    let keys: Vec<String> = (0..6)
        .map(|n| {
            let grant = "--host *.w.example.com --target 10.8.0.0/24";
            server.join(&token(&place, &format!("a-{n}"), grant), "{}")
        })
        .collect();
    for _ in 0..5 {
        let hosts = [
            "*.w.example.com",
            "a.w.example.com",
            "*.w.example.com",
            "b.w.example.com",
            "a.w.example.com",
            "c.w.example.com",
        ];
        let asks: Vec<_> =
            keys.iter().zip(hosts).map(|(key, host)| (ROUTE, key.clone(), to(host, 1).to_string())).collect();
        let said = at_once(&server, &asks);
        let granted: Vec<&str> =
            said.iter().zip(hosts).filter(|(said, _)| said.status == 201).map(|(_, host)| host).collect();
        match granted.as_slice() {
            ["*.w.example.com"] => {}
            several => {
                assert!(!several.contains(&"*.w.example.com"), "{several:?}");
                assert_eq!(several.len(), 3, "{several:?}");
            }
        }
        keys.iter().for_each(|key| drop(server.ask(200, ("DELETE", ROUTE.1), key, "")));
    }
}

#[test]
fn two_agents_have_no_key_together() {
    let (place, server) = front(&[]);
    for round in 0..10 {
        let key = key();
        let asks: Vec<_> = (0..3)
            .map(|n| {
                let token = token(&place, &format!("r{round}-{n}"), GRANT);
                (("POST", "/v1/agents"), token, json!({ "key": key }).to_string())
            })
            .collect();
        let said = at_once(&server, &asks);
        assert_eq!(statuses(&said), [201, 422, 422], "{said:?}");
        let id = |said: &str| serde_json::from_str::<Value>(said).expect("JSON")["id"].clone();
        let winner = said.iter().find(|said| said.status == 201).expect("one");
        assert_eq!(server.ask(200, ("GET", ME), &key, "")["id"], id(&winner.body));
    }
    // Nor does anybody take another's later, or another secret for its public part.
    let (own, other) = (key(), key());
    let keys = agents(&place, &server, 2);
    server.ask(200, ("PUT", ME), &keys[0], &json!({ "key": own }).to_string());
    assert_eq!(server.ask(422, ("PUT", ME), &keys[1], &json!({ "key": own }).to_string())["code"], "bad-value");
    // What is refused leaves no key behind.
    let kept = || files_below(&place.top().join("state/keys")).len();
    let before = kept();
    let too_much = json!({ "key": other, "routes": { "a": to("traefik.apps.example.com", 1) } }).to_string();
    assert_eq!(server.ask(409, ("PUT", ME), &keys[1], &too_much)["code"], "host-taken");
    assert_eq!(kept(), before);
    server.ask(200, ("GET", ME), &keys[1], "");
    server.ask(401, ("GET", ME), &other, "");
}

#[test]
fn hosts_that_change_places_under_their_names() {
    let siege = Siege::begin();
    let all = |routes: Value| siege.server.ask(200, ("PUT", ME), &siege.key, &json!({ "routes": routes }).to_string());
    let (one, two) = ("one.apps.example.com", "two.apps.example.com");
    all(json!({ "a": to(one, 3001), "b": to(two, 3002) }));
    let said = all(json!({ "a": to(two, 3001), "b": to(one, 3002) }));
    assert_eq!(said["routes"], json!({ "a": to(two, 3001), "b": to(one, 3002) }));
    let file = siege.place.read("agent-web-7.yml");
    let (first, second) = (file.find(one).expect("it is there"), file.find(two).expect("it is there"));
    assert!(first != second && file.contains(":3001") && file.contains(":3002"), "{file}");
    let listed = siege.place.json(&["route", "list"]).to_string();
    assert!(listed.contains(one) && listed.contains(two), "{listed}");
    all(json!({ "shop": to("shop.apps.example.com", 3000) }));
    siege.holds();
}

#[test]
fn what_administrators_take_away_stays_away_while_agents_go_on_asking() {
    let (place, server) = front(&[]);
    let keys = agents(&place, &server, 4);
    let office = |words: &str| {
        let all = format!("--state-dir state agent {words}");
        place.ok(&all.split_whitespace().collect::<Vec<_>>())
    };
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking: Vec<_> = keys
            .iter()
            .enumerate()
            .map(|(n, key)| {
                let (server, is_done) = (&server, &is_done);
                scope.spawn(move || {
                    (0..30_000u16)
                        .take_while(|_| !is_done.load(Relaxed))
                        .map(|port| {
                            let body = to(&format!("h{n}.apps.example.com"), 3000 + port).to_string();
                            server.send("PUT", ROUTE.1, Some(key), &body).status
                        })
                        .collect::<Vec<u16>>()
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(60));
        office("grant a-0 --host *.other.example.com --target 10.8.0.0/24");
        office("rm a-1");
        office("disable a-2");
        // Each has asked once more at least.
        std::thread::sleep(std::time::Duration::from_millis(500));
        is_done.store(true, Relaxed);
        let said: Vec<Vec<u16>> = asking.into_iter().map(|one| one.join().expect("answers")).collect();
        for (n, refused) in [(0, 403), (1, 401), (2, 403)] {
            let first = said[n].iter().position(|status| *status >= 400).expect("the command came in time");
            assert!(said[n][..first].iter().all(|status| matches!(status, 200 | 201)), "{:?}", said[n]);
            let after = &said[n][first..];
            // Who is gone is told to wait, as a guesser would be.
            assert!(after.iter().all(|status| *status == refused || refused == 401 && *status == 429), "{n} {after:?}");
        }
        assert!(said[3].iter().all(|status| matches!(status, 200 | 201)), "{:?}", said[3]);
    });
    let left: Vec<String> = served(&place).into_iter().filter(|name| name.starts_with('h')).collect();
    assert_eq!(left, ["h3.apps.example.com"]);
    assert_eq!(place.run(&["validate"]).code, 0);
}

#[test]
fn case_38_who_asks_without_end_waits_and_the_others_do_not() {
    let place = Place::with(&[("by-hand.yml", BY_HAND)]);
    let server = Server::start(&place, &["--rate", "10000", "--agent-rate", "5"]);
    let keys = agents(&place, &server, 2);
    let put =
        |key: &str, port: u16| server.send("PUT", ROUTE.1, Some(key), &to("h.apps.example.com", port).to_string());
    let said: Vec<Response> = (0..80).map(|n| put(&keys[0], 3000 + n % 2)).collect();
    let refused: Vec<&Response> = said.iter().filter(|said| said.status == 429).collect();
    assert!(!refused.is_empty() && said.iter().all(|said| matches!(said.status, 200 | 201 | 429)));
    assert!(refused.iter().all(|said| said.header("retry-after").is_some() && said.body.contains("too-many-requests")));
    server.ask(200, ("GET", ME), &keys[1], "");
    // What is the same again is no change, so that nothing has to be loaded for it.
    let before = place.sh("stat -c '%y %i %n' dynamic/*").out;
    let last = said.iter().rev().find(|said| said.status < 300).expect("some were carried out");
    let port = if last.body.contains(":3001") { 3001 } else { 3000 };
    // It is as good as its word on when to come again.
    let wait = refused.last().and_then(|said| said.header("retry-after")?.parse().ok()).expect("seconds");
    std::thread::sleep(std::time::Duration::from_secs(wait));
    assert_eq!(put(&keys[0], port).status, 200);
    assert_eq!(place.sh("stat -c '%y %i %n' dynamic/*").out, before);
}

#[test]
fn what_is_not_granted_any_more_can_be_taken_away() {
    let (place, server) = front(&[]);
    let grant = "--host *.n.example.com --target 127.0.0.0/8";
    let key = server.join(
        &token(&place, "near", grant),
        r#"{"a": {"host": "a.n.example.com", "target": "http://127.0.0.1:3001"}}"#,
    );
    // Traefik has come to listen there since.
    std::fs::write(place.top().join("traefik.yml"), "entryPoints: {web: {address: ':3001'}}\n").expect("a file");
    let office = |words: &str| {
        let all = format!("--state-dir state --static traefik.yml agent {words}");
        place.run(&all.split_whitespace().collect::<Vec<_>>()).code
    };
    assert_eq!(office("disable near"), 0);
    assert!(!served(&place).contains(&"a.n.example.com".to_owned()));
    assert_eq!(server.ask(403, ("GET", ME), &key, "")["code"], "disabled");
    assert_eq!(office("enable near"), 3, "it would serve again what is not granted");
    assert_eq!(office("rm near"), 0);
    server.ask(401, ("GET", ME), &key, "");
}

#[test]
fn a_token_for_many_takes_nobodys_place() {
    let siege = Siege::begin();
    let many = token(&siege.place, "web-*", "--host {id}.m.example.com --target 10.8.0.0/24 --uses 3");
    let join = |id: &str, key: &str| json!({ "key": key, "id": id }).to_string();
    let agents = ("POST", "/v1/agents");
    for id in ["web-7", "web-8"] {
        siege.refused((403, "not-granted"), agents, Some(&many), &join(id, &key()));
    }
    siege.refused((422, "bad-value"), agents, Some(&many), &json!({ "key": key() }).to_string());
    // At once for one id, which is new: one of them. None of the others has used it up.
    let asks: Vec<_> = (0..6).map(|_| (agents, many.clone(), join("web-20", &key()))).collect();
    assert_eq!(statuses(&at_once(&siege.server, &asks)), [201, 403, 403, 403, 403, 403]);
    // At once for many ids: as many as there are uses left.
    let asks: Vec<_> = (0..6).map(|n| (agents, many.clone(), join(&format!("web-3{n}"), &key()))).collect();
    assert_eq!(statuses(&at_once(&siege.server, &asks)), [201, 201, 403, 403, 403, 403]);
    siege.holds();
}

#[test]
fn two_servers_on_one_state_are_as_one() {
    let siege = Siege::begin();
    let second = Server::start(&siege.place, &["--app-domain", "apps.example.com"]);
    let token = token(&siege.place, "web-9", "--host *.apps.example.com --target 10.8.0.0/24");
    let joins: Vec<u16> = std::thread::scope(|scope| {
        let one = |server| {
            let token = &token;
            scope.spawn(move || {
                let server: &Server = server;
                server.send("POST", "/v1/agents", Some(token), &json!({ "key": key() }).to_string()).status
            })
        };
        let all: Vec<_> = [&siege.server, &second].into_iter().cycle().take(12).map(one).collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    assert_eq!(joins.iter().filter(|status| **status == 201).count(), 1, "{joins:?}");
    assert!(joins.iter().all(|status| matches!(status, 201 | 403)), "{joins:?}");
    // What one of them takes away the other does not give.
    siege.server.ask(200, ("DELETE", ME), &siege.key, "");
    second.ask(401, ("GET", ME), &siege.key, "");
    siege.must_hold_no_secret(&[&token]);
}
