//! A directory and a state folder in which something is not as it should be.

use super::{ME, Siege};
use crate::support::place::Place;
use crate::support::register::{Server, get, key, token};
use serde_json::json;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::time::{Duration, Instant};

const ROUTE: &str = r#"{"host": "new.apps.example.com", "target": "http://10.8.0.7:3000"}"#;

/// Asks for a route: it must be refused so, in time, and nothing may change; the server lives on.
fn refused(siege: &Siege, expected: (u16, &str)) {
    let begun = Instant::now();
    siege.refused(expected, ("PUT", &format!("{ME}/routes/new")), Some(&siege.key), ROUTE);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(get(siege.server.port, "/healthz").0, 200);
    siege.server.ask(200, ("GET", ME), &siege.key, "");
}

/// And once that is mended, it is granted without a restart.
fn granted(siege: &Siege) {
    let path = format!("{ME}/routes/new");
    siege.server.ask(201, ("PUT", &path), &siege.key, ROUTE);
    siege.server.ask(200, ("DELETE", &path), &siege.key, "");
}

#[test]
fn what_cannot_be_written_down_does_not_happen() {
    let siege = Siege::begin();
    let audit = siege.place.top().join("state/audit.jsonl");
    let aside = siege.place.top().join("aside");
    fs::rename(&audit, &aside).expect("it moves");
    fs::create_dir(&audit).expect("a directory");
    refused(&siege, (503, "storage-failed"));
    let join = json!({ "key": key() }).to_string();
    let fresh = token_with_log(&siege, &audit, &aside);
    siege.refused((503, "storage-failed"), ("POST", "/v1/agents"), Some(&fresh), &join);
    siege.refused((503, "storage-failed"), ("DELETE", ME), Some(&siege.key), "");
    assert_eq!(get(siege.server.port, "/readyz").0, 503);
    fs::remove_dir(&audit).expect("it goes");
    // No link is followed either.
    symlink("/dev/full", &audit).expect("a link");
    refused(&siege, (503, "storage-failed"));
    fs::remove_file(&audit).expect("it goes");
    fs::rename(&aside, &audit).expect("it comes back");
    siege.server.ask(201, ("POST", "/v1/agents"), &fresh, &join);
    granted(&siege);
    assert_eq!(get(siege.server.port, "/readyz").0, 200);
    siege.holds();
}

/// A token made while the log is where it belongs.
fn token_with_log(siege: &Siege, audit: &std::path::Path, aside: &std::path::Path) -> String {
    fs::remove_dir(audit).expect("it goes");
    fs::rename(aside, audit).expect("it comes back");
    let made = token(&siege.place, "web-9", "--host x.example.com --target 10.8.0.0/24");
    fs::rename(audit, aside).expect("it moves");
    fs::create_dir(audit).expect("a directory");
    made
}

#[test]
fn case_46_a_state_folder_that_others_can_read_is_refused() {
    let place = Place::new();
    let state = place.top().join("state");
    fs::create_dir(&state).expect("a folder");
    for mode in [0o755, 0o777, 0o750, 0o701] {
        fs::set_permissions(&state, fs::Permissions::from_mode(mode)).expect("a mode");
        let ran = place.run(&["--state-dir", "state", "serve-register", "--listen", "127.0.0.1:0"]);
        assert!(ran.code == 4 && ran.err.contains("chmod 700"), "{mode:o}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn case_39_a_directory_behind_a_link_that_moves() {
    let place = Place::new();
    let at = |release: &str| place.top().join(release);
    for release in ["seven", "eight"] {
        fs::create_dir(at(release)).expect("a folder");
        fs::write(at(release).join("by-hand.yml"), super::BY_HAND).expect("a file");
    }
    let link = |release: &str| {
        symlink(release, at("next")).expect("a link");
        fs::rename(at("next"), place.dir()).expect("it moves");
    };
    fs::remove_dir(place.dir()).expect("it goes");
    link("seven");
    let server = Server::start(&place, &["--app-domain", "apps.example.com"]);
    let key = server.join(
        &token(&place, "web-7", "--host *.apps.example.com --target 10.8.0.0/24"),
        r#"{"shop": {"subdomain": "shop", "target": "http://10.8.0.7:3000"}}"#,
    );
    let seven = fs::read(at("seven/agent-web-7.yml")).expect("it is there");
    link("eight");
    // What it has comes to where the link leads now, with what is new; what is elsewhere stays.
    server.ask(201, ("PUT", &format!("{ME}/routes/new")), &key, ROUTE);
    let eight = fs::read_to_string(at("eight/agent-web-7.yml")).expect("it is there");
    assert!(eight.contains("new.apps.example.com") && eight.contains("shop.apps.example.com"), "{eight}");
    assert_eq!(fs::read(at("seven/agent-web-7.yml")).expect("it is there"), seven);
    fs::remove_file(place.dir()).expect("it goes");
    let said = server.send("DELETE", &format!("{ME}/routes/new"), Some(&key), "");
    assert_eq!(said.status, 503, "{}", said.body);
    assert!(!said.body.contains("eight") && !said.body.contains("dynamic"), "{}", said.body);
    link("eight");
    server.ask(200, ("DELETE", &format!("{ME}/routes/new")), &key, "");
}

#[test]
fn case_40_what_is_no_file_in_the_place_of_the_agents_file() {
    let siege = Siege::begin();
    let file = siege.place.dir().join("agent-web-7.yml");
    let aside = siege.place.top().join("aside.yml");
    let outside = siege.place.top().join("outside.yml");
    fs::write(&outside, "http: {}\n").expect("a file");
    fs::rename(&file, &aside).expect("it moves");
    let try_it = |what: &str| {
        let begun = Instant::now();
        let said = siege.server.send("PUT", &format!("{ME}/routes/new"), Some(&siege.key), ROUTE);
        assert!(matches!(said.status, 409 | 503), "{what}: {} {}", said.status, said.body);
        assert!(begun.elapsed() < Duration::from_secs(5), "{what}");
        let top = siege.place.top().display().to_string();
        assert!(!said.body.contains(&top) && !said.body.contains("yml"), "{what}: {}", said.body);
        assert_eq!(get(siege.server.port, "/healthz").0, 200);
        assert_eq!(fs::read_to_string(&outside).expect("it is there"), "http: {}\n", "{what}");
        siege.server.ask(200, ("GET", ME), &siege.key, "");
    };
    let path = file.to_str().expect("text");
    siege.place.sh(&format!("mkfifo {path}"));
    try_it("a FIFO");
    fs::remove_file(&file).expect("it goes");
    for to in ["nowhere", "agent-web-7.yml", "../outside.yml", "/dev/zero", "../dynamic"] {
        symlink(to, &file).expect("a link");
        try_it(to);
        assert_eq!(fs::read_link(&file).expect("a link").to_str(), Some(to));
        fs::remove_file(&file).expect("it goes");
    }
    fs::rename(&aside, &file).expect("it comes back");
    granted(&siege);
    siege.holds();
}

#[test]
fn cases_42_43_44_a_lock_that_somebody_has_or_that_is_none() {
    let siege = Siege::with(&["--lock-timeout", "1s"]);
    let lock = siege.place.dir().join(".cloudlunacy/lock");
    for path in [lock.clone(), siege.place.top().join("state/lock")] {
        if !path.exists() {
            continue;
        }
        let held = fs::File::open(&path).expect("the lock");
        held.lock().expect("it is free");
        refused(&siege, (503, "busy"));
        let said = siege.server.send("PUT", &format!("{ME}/routes/new"), Some(&siege.key), ROUTE);
        assert!(said.header("retry-after").is_some(), "{said:?}");
        drop(held);
        granted(&siege);
    }
    let (outside, aside) = (siege.place.top().join("shadow"), siege.place.top().join("lock-aside"));
    fs::write(&outside, "precious").expect("a file");
    fs::rename(&lock, &aside).expect("it moves");
    symlink(&outside, &lock).expect("a link");
    refused(&siege, (503, "storage-failed"));
    fs::remove_file(&lock).expect("it goes");
    fs::create_dir(&lock).expect("a folder");
    refused(&siege, (503, "storage-failed"));
    fs::remove_dir(&lock).expect("it goes");
    assert_eq!(fs::read_to_string(&outside).expect("it is there"), "precious");
    fs::rename(&aside, &lock).expect("it comes back");
    granted(&siege);
    siege.holds();
}

#[test]
fn case_50_a_file_that_somebody_breaks_by_hand() {
    let siege = Siege::begin();
    for broken in ["http: {routers: {", "http:\n  routers:\n    a: {rule: [}\n", "\t- x", "http: {}\nhttp: {}\n"] {
        siege.place.write("half-done.yml", broken);
        refused(&siege, (503, "directory-does-not-load"));
        siege.refused((503, "directory-does-not-load"), ("DELETE", ME), Some(&siege.other), "");
    }
    fs::remove_file(siege.place.dir().join("half-done.yml")).expect("it goes");
    granted(&siege);
    // Its own file as well.
    let own = siege.place.read("agent-web-7.yml");
    siege.place.write("agent-web-7.yml", &own[..own.len() - 5]);
    siege.place.write("agent-web-7.yml", &format!("{own}\n  x"));
    refused(&siege, (503, "directory-does-not-load"));
    siege.place.write("agent-web-7.yml", &own);
    granted(&siege);
    siege.holds();
}

#[test]
fn what_an_administrator_adds_to_an_agents_route_stays() {
    let siege = Siege::begin();
    let own = siege.place.read("agent-web-7.yml");
    let edited = own.replacen("      service:", "      middlewares: [guard] # by Bob\n      service:", 1);
    assert_ne!(edited, own, "{own}");
    siege.place.write("agent-web-7.yml", &edited);
    siege.place.write(
        "guard.yml",
        "http:\n  middlewares:\n    guard: {basicAuth: {users: ['a:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/']}}\n",
    );
    let path = format!("{ME}/routes/shop");
    let to =
        |port: u16| json!({ "host": "shop.apps.example.com", "target": format!("http://10.8.0.7:{port}") }).to_string();
    assert_eq!(siege.server.ask(200, ("PUT", &path), &siege.key, &to(3000))["outcome"], "unchanged");
    assert_eq!(siege.place.read("agent-web-7.yml"), edited);
    siege.server.ask(200, ("PUT", &path), &siege.key, &to(3001));
    let now = siege.place.read("agent-web-7.yml");
    assert!(now.contains("[guard] # by Bob") && now.contains(":3001"), "{now}");
    // What he has set by a command is the agent's to change, within its grant.
    siege.place.ok(&["route", "set", "shop.apps.example.com", "http://192.0.2.7:80"]);
    siege.server.ask(200, ("PUT", &path), &siege.key, &to(3001));
    let now = siege.place.read("agent-web-7.yml");
    assert!(now.contains("[guard] # by Bob") && now.contains(":3001") && !now.contains("192.0.2.7"), "{now}");
    // A router that he writes into the agent's file is his.
    let more = now.replacen(
        "  routers:\n",
        "  routers:\n    mine: {rule: 'Host(`mine.apps.example.com`)', service: shop.apps.example.com}\n",
        1,
    );
    siege.place.write("agent-web-7.yml", &more);
    let mine = json!({ "host": "mine.apps.example.com", "target": "http://10.8.0.7:3000" }).to_string();
    siege.refused((409, "host-taken"), ("PUT", &format!("{ME}/routes/new")), Some(&siege.key), &mine);
    siege.holds();
}
