//! Configurations in which very many ways lead to one object. Going each of them would never end.

use crate::support::place::Place;
use std::fmt::Write;

/// 2^40 ways lead through these.
const LEVELS: usize = 40;

/// A file that holds `head`, a line for each level but the last, and `tail`.
fn levels(head: &str, level: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    (0..LEVELS).for_each(|n| writeln!(text, "    {}", level(n)).unwrap());
    text + tail
}

/// The number of objects of a kind in a directory of which `validate` says that all works.
fn working(text: &str, kind: &str) -> usize {
    let place = Place::with(&[("routes.yml", text)]);
    let value = place.json(&["validate"]);
    let objects = value["objects"].as_array().unwrap();
    assert!(objects.iter().all(|object| object["status"] == "enabled"), "{value}");
    objects.iter().filter(|object| object["kind"] == kind).count()
}

#[test]
fn services_are_gone_through_once() {
    for (kind, rule, server) in [
        ("http", "rule: Host(`a.example.com`), ", "url: http://10.0.0.5:3000"),
        ("tcp", "rule: HostSNI(`*`), ", "address: 10.0.0.5:3000"),
        ("udp", "", "address: 10.0.0.5:3000"),
    ] {
        let text = levels(
            &format!("{kind}:\n  routers:\n    app: {{{rule}entryPoints: [a], service: s0}}\n  services:\n"),
            |n| format!("s{n}: {{weighted: {{services: [{{name: s{0}}}, {{name: s{0}}}]}}}}", n + 1),
            &format!("    s{LEVELS}: {{loadBalancer: {{servers: [{{{server}}}]}}}}\n"),
        );
        assert_eq!(working(&text, &format!("{kind}.service")), LEVELS + 1, "{kind}");
    }
}

#[test]
fn chains_of_middlewares_are_gone_through_once() {
    let text = levels(
        "http:\n  routers:\n    app: {rule: Host(`a.example.com`), middlewares: [m0], service: noop@internal}\n  middlewares:\n",
        |n| format!("m{n}: {{chain: {{middlewares: [m{0}, m{0}]}}}}", n + 1),
        &format!("    m{LEVELS}: {{compress: {{}}}}\n"),
    );
    assert_eq!(working(&text, "http.middleware"), LEVELS + 1);
}

#[test]
fn child_routers_are_gone_through_once() {
    let text = levels(
        "http:\n  routers:\n    a0: {rule: Host(`a.example.com`)}\n    b0: {rule: Host(`b.example.com`)}\n",
        |n| {
            let service = if n + 1 == LEVELS { "service: noop@internal, " } else { "" };
            let child = |name| format!("{name}{}: {{rule: Path(`/`), {service}parentRefs: [a{n}, b{n}]}}", n + 1);
            format!("{}\n    {}", child("a"), child("b"))
        },
        "",
    );
    assert_eq!(working(&text, "http.router"), 2 * (LEVELS + 1));
}

#[test]
fn the_servers_of_a_route_are_listed_once() {
    let text = levels(
        "http:\n  routers:\n    app: {rule: Host(`a.example.com`), service: s0}\n  services:\n",
        |n| format!("s{n}: {{weighted: {{services: [{{name: s{0}}}, {{name: s{0}}}, {{name: s{n}}}]}}}}", n + 1),
        &format!("    s{LEVELS}: {{loadBalancer: {{servers: [{{url: http://10.0.0.5:3000}}]}}}}\n"),
    );
    let place = Place::with(&[("routes.yml", &text)]);
    let value = place.json(&["route", "list"]);
    assert_eq!(value["routes"][0]["servers"], serde_json::json!(["http://10.0.0.5:3000"]), "{value}");
}
