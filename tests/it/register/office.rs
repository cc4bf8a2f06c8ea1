//! Administrators' commands on agents, killed before, and failed at, every system call; and then given again.

use crate::store::attack::{Attack, wrongs};
use crate::store::run_with;
use crate::support::place::Place;
use crate::support::register::agree;

/// How many things go wrong in a plain run, of each command.
const SAMPLE: usize = 20;

/// Two agents, of which one has a grant and two routes, beside what an administrator has written.
fn fresh() -> Place {
    let place = Place::with(&[("by-hand.yml", BY_HAND)]);
    ok(&place, "register web-7 --address 10.8.0.7 --app a.example.com=3000 --app b.example.com=4000");
    ok(&place, "grant web-7 --host *.example.com --target 10.8.0.7");
    ok(&place, "register web-8 --address 10.8.0.8 --mongodb 27017 --mongo-domain db.example.com");
    place
}

const BY_HAND: &str = "# ask Bob
http:
  routers: {kept: {rule: Host(`kept.example.org`), service: kept}} # as it is
  services: {kept: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}}
";

fn disabled() -> Place {
    let place = fresh();
    ok(&place, "disable web-7");
    place
}

fn words(command: &str) -> Vec<&str> {
    ["--state-dir", "state", "agent"].into_iter().chain(command.split(' ')).collect()
}

fn ok(place: &Place, command: &str) -> String {
    place.ok(&words(command))
}

fn attack(fresh: &(dyn Fn() -> Place + Sync), command: &str) {
    let args = words(command);
    let ask = &["route", "list", "-o", "name"];
    Attack { fresh, args: &args, input: "", recover: &args, ask }.run_some(SAMPLE);
}

#[test]
fn registering_an_agent_is_whole_whatever_happens() {
    attack(
        &fresh,
        "register web-9 --address 10.8.0.9 --app c.example.com=3000 --mongodb 1 --mongo-domain db.example.com",
    );
}

#[test]
fn registering_more_of_an_agent_is_whole_whatever_happens() {
    attack(&fresh, "register web-7 --address 10.8.0.7 --app a.example.com=3001 --app c.example.com=3000");
}

#[test]
fn another_grant_is_whole_whatever_happens() {
    attack(&fresh, "grant web-7 --host b.example.com --target 10.8.0.7");
}

#[test]
fn removing_agents_is_whole_whatever_happens() {
    attack(&fresh, "rm --state active");
}

#[test]
fn disabling_an_agent_is_whole_whatever_happens() {
    attack(&fresh, "disable web-7");
}

#[test]
fn enabling_an_agent_is_whole_whatever_happens() {
    attack(&disabled, "enable web-7");
}

#[test]
fn a_token_for_another_key_is_whole_whatever_happens() {
    let args = words("rotate web-7 --now");
    let attack = Attack { fresh: &fresh, args: &args, input: "", recover: &args, ask: &[] };
    for wrong in wrongs(&attack.points(&fresh()), SAMPLE) {
        let place = fresh();
        let before = place.files();
        let ran = run_with(&place, &[&wrong], &args);
        assert!(ran.code != 0 || ran.out.contains("clt_"), "{wrong}: {}", ran.out);
        let token = ok(&place, "rotate web-7 --now");
        assert!(token.contains("clt_"), "{wrong}: {token}");
        assert_eq!(place.files(), before, "{wrong}");
        agree(&place);
    }
}
