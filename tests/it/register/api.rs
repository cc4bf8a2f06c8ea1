//! What agents ask for, and get.

use crate::support::place::Place;
use crate::support::register::{Server, key, token};
use crate::support::wait_for;
use serde_json::{Value, json};

const GRANT: &str = "--host *.apps.example.com --target 10.8.0.0/24:3000-3999 --max-routes 3";
const ME: &str = "/v1/agents/me";

fn route(host: &str, port: u16) -> String {
    json!({ "host": host, "target": format!("http://10.8.0.7:{port}") }).to_string()
}

#[test]
fn an_agent_has_what_it_asks_for_and_says_it_again() {
    let place = Place::new();
    let server = Server::start(&place, &["--app-domain", "apps.example.com"]);
    let key = server
        .join(&token(&place, "web-7", GRANT), r#"{"shop": {"subdomain": "shop", "target": "http://10.8.0.7:3000"}}"#);
    let shown = server.ask(200, ("GET", ME), &key, "");
    assert_eq!(
        shown["routes"],
        json!({ "shop": { "host": "shop.apps.example.com", "target": "http://10.8.0.7:3000" } })
    );
    assert_eq!((&shown["id"], &shown["state"], &shown["lease"]), (&json!("web-7"), &json!("active"), &Value::Null));

    let put = |path: &str, status: u16, body: &str| server.ask(status, ("PUT", &format!("{ME}{path}")), &key, body);
    let said = put("/routes/blog", 201, &route("blog.apps.example.com", 3001));
    assert_eq!((&said["outcome"], &said["change"]), (&json!("added"), &json!(2)));
    let times = place.sh("stat -c '%y %n' dynamic/* state/agents/*").out;
    let said = put("/routes/blog", 200, &route("blog.apps.example.com", 3001));
    assert_eq!((&said["outcome"], &said["change"]), (&json!("unchanged"), &Value::Null));
    assert_eq!(place.sh("stat -c '%y %n' dynamic/* state/agents/*").out, times, "nothing is written for nothing");
    // The same name at another host is another route; the old one goes in the same change.
    put("/routes/blog", 201, &route("news.apps.example.com", 3001));
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "shop.apps.example.com\nnews.apps.example.com\n");
    // All of them at once.
    let all = json!({ "address": "10.8.0.9", "routes": { "a": { "host": "a.apps.example.com", "target": "http://10.8.0.9:3000" } } });
    assert_eq!(put("", 200, &all.to_string())["routes"].as_object().map(|routes| routes.len()), Some(1));
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "a.apps.example.com\n");
    server.ask(200, ("DELETE", &format!("{ME}/routes/a")), &key, "");
    assert_eq!(server.ask(200, ("DELETE", &format!("{ME}/routes/a")), &key, "")["outcome"], "unchanged");
    assert!(place.ok(&["route", "list", "-o", "name"]).is_empty());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn promise_20_a_token_is_bound_to_the_key_that_it_is_used_with() {
    let place = Place::new();
    let server = Server::start(&place, &[]);
    let token = token(&place, "web-7", GRANT);
    let body = |key: &str| format!("{{\"key\": \"{key}\"}}");
    let (own, other) = (key(), key());
    assert_eq!(server.ask(201, ("POST", "/v1/agents"), &token, &body(&own))["outcome"], "added");
    assert_eq!(server.ask(200, ("POST", "/v1/agents"), &token, &body(&own))["outcome"], "unchanged");
    assert_eq!(server.ask(403, ("POST", "/v1/agents"), &token, &body(&other))["code"], "used-up");
    server.ask(401, ("GET", ME), &other, "");
    // A new key is taken up, and the old one is void.
    server.ask(200, ("PUT", ME), &own, &body(&other));
    server.ask(401, ("GET", ME), &own, "");
    server.ask(200, ("GET", ME), &other, "");
    server.ask(401, ("POST", "/v1/agents"), &token, &body(&own));
    // What an administrator removes never comes back by itself.
    place.ok(&["--state-dir", "state", "agent", "rm", "web-7"]);
    server.ask(401, ("GET", ME), &other, "");
    for key in [&own, &other] {
        server.ask(401, ("POST", "/v1/agents"), &token, &body(key));
    }
}

#[test]
fn promise_20_of_fifty_that_join_by_one_token_one_does() {
    let place = Place::new();
    let server = Server::start(&place, &["--rate", "10000"]);
    let token = token(&place, "web-7", GRANT);
    let joins = std::thread::scope(|scope| {
        let one = |_| {
            scope.spawn(|| {
                let key = key();
                let body =
                    format!("{{\"key\": \"{key}\", \"routes\": {{\"a\": {}}}}}", route("a.apps.example.com", 3000));
                let status = server.send("POST", "/v1/agents", Some(&token), &body).status;
                (key, status)
            })
        };
        (0..50).map(one).collect::<Vec<_>>().into_iter().map(|join| join.join().unwrap()).collect::<Vec<_>>()
    });
    let won: Vec<_> = joins.iter().filter(|(_, status)| *status == 201).collect();
    assert_eq!(won.len(), 1, "{joins:?}");
    assert!(joins.iter().all(|(_, status)| matches!(status, 201 | 403)), "{joins:?}");
    server.ask(200, ("GET", ME), &won[0].0, "");
    let kept = place.json(&["--state-dir", "state", "agent", "token", "list"]);
    assert_eq!(kept["tokens"][0]["used_by"], json!(["web-7"]));
}

#[test]
fn many_that_come_together_are_one_change() {
    let place = Place::new();
    let server = Server::start(&place, &["--rate", "10000"]);
    let token = token(&place, "web-*", "--host *.{id}.example.com --target 10.8.0.0/16 --uses 100");
    let joins = std::thread::scope(|scope| {
        let (server, token) = (&server, &token);
        let one = |n: usize| {
            scope.spawn(move || {
                let host = format!("a.web-{n}.example.com");
                let body = json!({ "key": key(), "id": format!("web-{n}"), "routes": { "a": { "host": host, "target": "http://10.8.0.7:80" } } });
                server.ask(201, ("POST", "/v1/agents"), token, &body.to_string())["change"].as_u64().unwrap()
            })
        };
        (0..60).map(one).collect::<Vec<_>>().into_iter().map(|join| join.join().unwrap()).collect::<Vec<_>>()
    });
    let changes = joins.iter().max().unwrap();
    assert!(*changes < 60, "{changes} changes for 60 agents");
    assert_eq!(place.ok(&["route", "list", "-o", "name"]).lines().count(), 60);
    // What one of them asks for is nobody else's.
    let history = place.json(&["history", "show", &changes.to_string()]);
    assert!(history.to_string().contains("web-"), "{history}");
}

#[test]
fn an_agent_that_stops_beating_loses_its_routes_until_it_beats_again() {
    let place = Place::new();
    let server = Server::start(&place, &["--lease", "1s"]);
    let routes = format!("{{\"a\": {}}}", route("a.apps.example.com", 3000));
    let key = server.join(&token(&place, "web-7", GRANT), &routes);
    let silent = server.join(
        &token(&place, "web-8", "--host b.example.com --target 10.8.0.0/24"),
        &format!("{{\"a\": {}}}", route("b.example.com", 1)),
    );
    let beat = |key: &str| server.ask(200, ("POST", "/v1/agents/me/heartbeat"), key, "");
    assert_eq!(beat(&key)["lease"], 1);
    let names = || place.ok(&["route", "list", "-o", "name"]);
    let times = place.sh("stat -c '%y %n' dynamic dynamic/*").out;
    beat(&key);
    assert_eq!(place.sh("stat -c '%y %n' dynamic dynamic/*").out, times, "a beat writes nothing to the directory");
    wait_for("the routes to go", || (names() == "b.example.com\n").then_some(()));
    let listed = place.json(&["--state-dir", "state", "agent", "list", "--state", "expired"]);
    assert_eq!(listed["agents"][0]["id"], "web-7");
    assert_eq!(beat(&key)["state"], "active");
    assert_eq!(names(), "a.apps.example.com\nb.example.com\n");
    // A restart expires nobody: each has his whole lease before him.
    assert_eq!(server.stop(), Some(0));
    std::thread::sleep(std::time::Duration::from_millis(2500));
    let server = Server::start(&place, &["--lease", "1s"]);
    assert_eq!(names(), "a.apps.example.com\nb.example.com\n");
    // One that has never beaten has no lease.
    wait_for("the routes to go again", || (names() == "b.example.com\n").then_some(()));
    server.ask(200, ("GET", ME), &silent, "");
}

#[test]
fn an_agent_waits_for_approval_where_it_must() {
    let place = Place::new();
    let server = Server::start(&place, &["--approve", "manual"]);
    let token = token(&place, "web-7", GRANT);
    let key = key();
    let body = format!("{{\"key\": \"{key}\", \"routes\": {{\"a\": {}}}}}", route("a.apps.example.com", 3000));
    let said = server.ask(202, ("POST", "/v1/agents"), &token, &body);
    assert_eq!(said["state"], "pending");
    assert!(place.files().is_empty());
    assert_eq!(server.ask(202, ("POST", "/v1/agents"), &token, &body)["outcome"], "unchanged");
    let office = |words: &str| {
        let all: Vec<&str> = ["--state-dir", "state", "agent"].into_iter().chain(words.split(' ')).collect();
        place.run(&all)
    };
    assert_eq!(office("list --state pending -o name").out, "web-7\n");
    assert_eq!(office("disable web-7").code, 3);
    assert!(office("approve web-7").out.starts_with("changed  agent  web-7"));
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "a.apps.example.com\n");
    assert_eq!(server.ask(200, ("GET", ME), &key, "")["state"], "active");
    // Disabled, it is told so, and nothing else.
    office("disable web-7");
    assert!(place.ok(&["route", "list", "-o", "name"]).is_empty());
    for method in ["GET", "DELETE"] {
        assert_eq!(server.ask(403, (method, ME), &key, "")["code"], "disabled");
    }
    office("enable web-7");
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "a.apps.example.com\n");
    // By the token of `rotate` it takes up another key; the old one is void then.
    let rotated: Value = serde_json::from_str(&office("rotate web-7 -o json").out).unwrap();
    server.ask(200, ("GET", ME), &key, "");
    let fresh = crate::support::register::key();
    let said = server.ask(
        200,
        ("POST", "/v1/agents"),
        rotated["token"].as_str().unwrap(),
        &format!("{{\"key\": \"{fresh}\"}}"),
    );
    assert_eq!((&said["state"], said["routes"].as_object().map(|routes| routes.len())), (&json!("active"), Some(1)));
    server.ask(401, ("GET", ME), &key, "");
    server.ask(200, ("GET", ME), &fresh, "");
}

#[test]
fn one_server_alone_ends_leases_and_clears_what_the_dead_have_left() {
    let place = Place::new();
    let server = Server::start(&place, &["--lease", "90s"]);
    let again = ["--state-dir", "state", "--lock-timeout", "300ms", "serve-register", "--listen", "127.0.0.1:0"];
    let ran = place.run(&[&again[..], &["--lease", "1s"]].concat());
    assert!(ran.code == 4 && ran.err.contains("another server sees to the leases of these agents"), "{ran:?}");
    let left = place.top().join("state/agents/.staged-0");
    std::fs::write(&left, "{").unwrap();
    // Without leases there may be as many as one likes.
    assert_eq!(Server::start(&place, &[]).stop(), Some(0));
    assert!(!left.exists());
    assert_eq!(server.stop(), Some(0));
}
