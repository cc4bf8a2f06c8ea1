//! What Traefik makes of the states between the writes of a change over several files.

use super::Front;
use crate::store::attack::Attack;
use crate::store::{CROSSWISE, SET_PAIR, pair};
use crate::support::http::Upstream;
use crate::support::load::Load;
use crate::support::oracle::{NEWEST, Oracle, PLAIN, Said};
use crate::support::place::Place;

const SERVICE: &str = "loadBalancer: {servers: [{url: http://10.0.0.1}]}";

/// A router in one file, its middleware and service in others.
fn spread() -> Place {
    let middleware = "http: {middlewares: {auth: {addPrefix: {prefix: /}}, kept: {addPrefix: {prefix: /}}}}\n";
    let router = "http:\n  routers:\n    app: {rule: Host(`app`), service: app, middlewares: [auth]}\n";
    let service = format!("http:\n  services:\n    app: {{{SERVICE}}}\n");
    Place::with(&[("m.yml", middleware), ("r.yml", router), ("s.yml", &service)])
}

#[test]
fn promise_5_every_state_between_two_writes_is_valid_for_traefik() {
    let moved = || {
        let whole =
            format!("http:\n  routers:\n    b: {{rule: Host(`b`), service: b}}\n  services:\n    b: {{{SERVICE}}}\n");
        Place::with(&[("b.yml", &whole)])
    };
    let mut oracle = Oracle::start(NEWEST, &PLAIN);
    let mut states = 0;
    let mut look = |fresh: &(dyn Fn() -> Place + Sync), args: &[&str], written: usize| {
        let all = Attack::on(fresh, args, &[]).states();
        assert_eq!(all.len(), written + 1, "{args:?}");
        for files in all {
            oracle.put(&files);
            let Said::Accepted(objects) = oracle.load() else { panic!("{args:?}: {files:?}") };
            for ((kind, name), (status, errors)) in objects {
                assert!(status == "enabled" && errors.is_empty(), "{args:?}: {kind} {name}: {errors:?}\n{files:?}");
            }
            states += 1;
        }
    };
    look(&pair, &SET_PAIR, 2);
    look(&pair, &["route", "rm", "pair"], 2);
    look(&spread, &["route", "rm", "app"], 2);
    look(&moved, &["route", "set", "b", "--file", "a.yml"], 2);
    look(&moved, &["route", "set", "b", "--file", "c.yml"], 2);
    look(&|| Place::with(&CROSSWISE), &["route", "rm", "x", "y", "--yes"], 3);
    assert_eq!(states, 19);
}

#[test]
fn promise_5_15_a_route_that_moves_to_another_file_answers_all_the_time() {
    let front = Front::start(Place::new(), |o| o.tcp("web"));
    let upstream = Upstream::start("app");
    front.live(&format!("route add app.example.com {}", upstream.url()));
    front.serves("app.example.com", "/", "app /");
    let load = Load::start(front.port("web"), "app.example.com", "/", 4);
    for turn in 0..20 {
        front.ok(&format!("route set app.example.com --file {}.yml", ["a", "z"][turn % 2]));
    }
    front.traefik.quiet();
    let (answers, failures, first) = load.stop();
    assert_eq!((failures, first), (0, None), "of {answers} requests");
    assert!(answers > 100, "no load: {answers} answers");
    let log = front.traefik.log();
    assert!(!log.contains("does not exist"), "{log}");
}
