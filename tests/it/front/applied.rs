//! How often Traefik applies what a command changes: once, or not at all.

use super::Front;
use crate::support::place::Place;
use crate::support::wait_for;
use std::os::unix::fs::symlink;

fn router(name: &str) -> String {
    format!("http:\n  routers:\n    {name}:\n      rule: Host(`{name}.example.com`)\n      service: {name}\n")
}

fn service(name: &str) -> String {
    let server = "loadBalancer:\n        servers:\n          - url: http://10.0.0.1";
    format!("http:\n  services:\n    {name}:\n      {server}\n")
}

fn both(name: &str) -> String {
    router(name) + service(name).trim_start_matches("http:\n")
}

/// How many configurations Traefik applies for a command, once nothing more comes of it.
fn applied(front: &Front, line: &str) -> usize {
    front.traefik.quiet();
    let before = front.traefik.applied();
    front.ok(line);
    front.traefik.quiet();
    assert_eq!(front.traefik.refusals(), 0, "{line}: {:?}", front.traefik.refused());
    front.traefik.applied() - before
}

#[test]
fn promise_15_traefik_applies_each_change_once() {
    let place = Place::with(&[("stood.yml", &both("stood"))]);
    std::fs::write(place.top().join("elsewhere.yml"), both("linked")).unwrap();
    symlink("../elsewhere.yml", place.dir().join("link.yml")).unwrap();
    std::fs::create_dir_all(place.dir().join("sub/folder")).unwrap();
    let front = Front::usual(place);
    for (line, expected) in [
        ("route add new.example.com http://10.0.0.2", 1),
        ("route add new.example.com http://10.0.0.2", 0),
        ("route set new.example.com http://10.0.0.3", 1),
        ("route set new.example.com http://10.0.0.3", 0),
        ("route set stood http://10.0.0.4", 1),
        ("route set stood --priority 7", 1),
        ("route add below.example.com http://10.0.0.5 --file sub/x.yml", 1),
        ("route set below.example.com http://10.0.0.6", 1),
        ("route set below.example.com http://10.0.0.6", 0),
        ("route add deep.example.com http://10.0.0.5 --file sub/folder/x.yml --dry-run", 0),
        ("route rename new.example.com newer", 1),
        ("route rename newer newer", 0),
        ("route set linked http://10.0.0.7", 1),
        ("route set linked --add-host www.example.com", 1),
        ("route rm below.example.com", 1),
        ("route rm newer", 1),
        ("route rm newer --ignore-missing", 0),
    ] {
        assert_eq!(applied(&front, line), expected, "{line}");
    }
    assert!(!front.place.dir().join("routes.yml").exists(), "a file that was made for routes goes with the last one");
    assert!(!front.place.dir().join("sub/x.yml").exists());
    assert!(front.place.dir().join("link.yml").is_symlink());
    let elsewhere = std::fs::read_to_string(front.place.top().join("elsewhere.yml")).unwrap();
    assert!(elsewhere.contains("http://10.0.0.7") && elsewhere.contains("www.example.com"), "{elsewhere}");
}

#[test]
fn promise_15_a_change_over_two_files_is_applied_at_most_twice() {
    let place = Place::with(&[("routers.yml", &router("a")), ("services.yml", &service("a")), ("b.yml", &both("b"))]);
    let front = Front::usual(place);
    let many = applied(&front, "route set a http://10.0.0.9 --priority 9");
    assert!((1..=2).contains(&many), "{many}");
    let router = front.traefik.wait_router("http", "a@file");
    assert_eq!(router["priority"], 9);

    let many = applied(&front, "route set b --file moved.yml");
    assert!((0..=2).contains(&many), "{many}");
    front.traefik.wait_router("http", "b@file");

    let many = applied(&front, "route rm a");
    assert!((1..=2).contains(&many), "{many}");
    front.traefik.wait_gone("http", "a@file");
    wait_for("the service to go", || front.traefik.try_api("/api/http/services/a@file").is_none().then_some(()));
}
