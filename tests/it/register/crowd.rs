//! The server, administrators and an editor at the same time: no update is lost, and records and directory agree.

use crate::support::place::Place;
use crate::support::register::{Server, agree, token};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long it goes on: ten times as long with `STORM=full`.
fn duration() -> Duration {
    let is_full = std::env::var("STORM").is_ok_and(|how| how == "full");
    Duration::from_secs(if is_full { 50 } else { 5 })
}

#[test]
fn many_hands_at_once_lose_nothing() {
    let place = Place::new();
    place.write("edited.yml", "# 0\n");
    let server = Server::start(&place, &["--rate", "100000", "--agent-rate", "100000"]);
    let grant = "--host *.{id}.example.com --target 10.8.0.0/24 --uses 8";
    let token = token(&place, "web-*", grant);
    let until = Instant::now() + duration();
    let (server, place) = (&server, &place);
    std::thread::scope(|scope| {
        for client in 0..8 {
            let token = &token;
            scope.spawn(move || agent(server, token, &format!("web-{client}"), until));
        }
        // An administrator narrows, widens, disables and removes agents of his own, and adds routes.
        scope.spawn(move || administrator(place, until));
        scope.spawn(move || {
            let mut turns = 0;
            while Instant::now() < until {
                turns += 1;
                place.write("edited.yml", &format!("# {turns}\n"));
                std::thread::sleep(Duration::from_millis(30));
            }
            assert_eq!(place.read("edited.yml"), format!("# {turns}\n"));
        });
    });
    agree(place);
    assert_eq!(place.leftovers(), [""; 0]);
    assert!(!server.log().contains("panicked"), "{}", server.log());
    println!("{} changes", place.json(&["history"])["changes"][0]["number"]);
}

/// Joins, and then sets and removes routes: what it was told last is what there is.
fn agent(server: &Server, token: &str, id: &str, until: Instant) {
    let host = |name: &str| format!("{name}.{id}.example.com");
    let route = |name: &str, port: u16| json!({ "host": host(name), "target": format!("http://10.8.0.7:{port}") });
    let key = crate::support::register::key();
    let body = json!({ "key": key, "id": id, "routes": { "a": route("a", 80) } });
    server.ask(201, ("POST", "/v1/agents"), token, &body.to_string());
    for port in 81.. {
        let told = server.ask(200, ("GET", "/v1/agents/me"), &key, "");
        assert_eq!(told["routes"]["a"]["target"], format!("http://10.8.0.7:{}", port - 1), "{id}: lost");
        if Instant::now() > until {
            break;
        }
        let all = json!({ "routes": { "a": route("a", port), "b": route("b", port) } });
        server.ask(200, ("PUT", "/v1/agents/me"), &key, &all.to_string());
        server.ask(200, ("POST", "/v1/agents/me/heartbeat"), &key, "");
        server.ask(200, ("DELETE", "/v1/agents/me/routes/b"), &key, "");
    }
}

fn administrator(place: &Place, until: Instant) {
    let agent = |words: &str| {
        let all: Vec<&str> = ["--state-dir", "state", "agent"].into_iter().chain(words.split(' ')).collect();
        place.ok(&all);
    };
    let mut turns = 0;
    while Instant::now() < until {
        turns += 1;
        agent("register own --address 10.8.0.9 --app a.own.example.net=80 --app b.own.example.net=81");
        agent("grant own --host a.own.example.net --target 10.8.0.9");
        place.ok(&["route", "add", &format!("r{turns}.example.org"), "http://10.0.0.1:80"]);
        agent("disable own");
        agent("enable own");
        agent("rm own");
    }
    agent("register own --address 10.8.0.9 --app a.own.example.net=80");
    let listed = place.ok(&["route", "list", "-o", "name"]);
    assert!((1..=turns).all(|turn| listed.contains(&format!("r{turn}.example.org\n"))), "{listed}");
}
