//! Names that YAML, TOML, URLs or Traefik could take for something else.

use super::Front;
use crate::support::http::Upstream;
use crate::support::place::Place;
use std::collections::BTreeSet;

/// The names of the HTTP routers that Traefik has from files, all of which it must have enabled.
fn loaded(front: &Front) -> BTreeSet<String> {
    let routers = front.traefik.api("/api/http/routers?per_page=1000");
    let ours = routers.as_array().unwrap().iter().filter(|r| r["provider"] == "file");
    ours.map(|r| {
        assert_eq!(r["status"], "enabled", "{r}");
        r["name"].as_str().unwrap().strip_suffix("@file").unwrap().to_owned()
    })
    .collect()
}

const NAMES: [&str; 21] = [
    "123",
    "1e3",
    "0x10",
    "0o7",
    "1_000",
    "+1",
    ".5",
    "true",
    "null",
    "no",
    "Yes",
    "~",
    "2024-01-01",
    "12:30:45",
    "=",
    "<<",
    "&a",
    "!b",
    "#f",
    "*g",
    "%ü",
];

#[test]
fn every_name_is_the_same_to_traefik() {
    let front = Front::usual(Place::new());
    let app = Upstream::start("app");
    for file in ["routes.yml", "more.toml"] {
        for (at, name) in NAMES.iter().enumerate() {
            let host = format!("h{at}.example.com");
            front.place.ok(&["route", "add", &host, &app.url(), "--file", file, "--name", name]);
        }
        let added: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let got = front.eventually(|| loaded(&front), |got| *got == added);
        assert_eq!(got, added, "{}", front.place.read(file));
        let listed: BTreeSet<String> = front.ok("route list -o name").lines().map(str::to_owned).collect();
        assert_eq!(listed, added);

        let renamed: BTreeSet<String> = added.iter().map(|name| format!("{name}x")).collect();
        for name in &added {
            front.place.ok(&["route", "rename", &format!("http/{name}"), &format!("{name}x")]);
        }
        let got = front.eventually(|| loaded(&front), |got| *got == renamed);
        assert_eq!(got, renamed, "{}", front.place.read(file));
        for name in &renamed {
            front.place.ok(&["route", "rm", &format!("http/{name}")]);
        }
        assert_eq!(front.eventually(|| loaded(&front), BTreeSet::is_empty), BTreeSet::new());
        assert_eq!(front.place.files(), []);
    }
}

#[test]
fn hosts_and_paths_are_served_as_clients_ask_for_them() {
    let front = Front::usual(Place::new());
    let app = Upstream::start("app");
    for (typed, host, path) in [
        ("Shop.Example.COM", "shop.example.com", "/"),
        ("dot.example.com.", "dot.example.com", "/"),
        ("localhost", "localhost", "/"),
        ("123", "123", "/"),
        ("under_score.example.com", "under_score.example.com", "/"),
        ("p.example.com/a/b", "p.example.com", "/a/b/c"),
        ("p.example.com/50%25", "p.example.com", "/50%25"),
        ("p.example.com/q'uote", "p.example.com", "/q'uote"),
        ("p.example.com/a+b", "p.example.com", "/a+b"),
    ] {
        front.place.ok(&["route", "add", typed, &app.url()]);
        front.serves(host, path, &format!("app {path}"));
        if path == "/" {
            front.serves(&format!("{}:8080", host.to_uppercase()), path, "app /");
        }
    }
}

#[test]
fn what_traefik_would_never_match_is_refused_with_what_it_would() {
    let front = Front::usual(Place::new());
    for (typed, complaint) in [
        ("bücher.example.com", "give xn--bcher-kva.example.com"),
        ("127.0.0.1", "routers match names"),
        ("p.example.com/ü", "clients send %C3%BC"),
    ] {
        let said = front.fails(2, &format!("route add {typed} http://10.0.0.1"));
        assert!(said.contains(complaint), "{said}");
    }
}

#[test]
fn toml_serves_as_yaml_does() {
    let front = Front::usual(Place::with(&[("by-hand.toml", "# by hand\n")]));
    let (one, two) = (Upstream::start("one"), Upstream::start("two"));
    front.live(&format!("route add app.example.com {} --file by-hand.toml", one.url()));
    front.serves("app.example.com", "/", "one /");
    front.live(&format!("route set app.example.com {} --add-host www.example.com", two.url()));
    front.serves("www.example.com", "/", "two /");
    front.live("route set app.example.com --name app --priority 12");
    assert_eq!(front.traefik.wait_router("http", "app@file")["priority"], 12);
    front.ok("route set app --file new.toml");
    front.serves("www.example.com", "/", "two /");
    front.live("route rm app");
    front.lacks("www.example.com", "/");
    assert_eq!(front.place.files().len(), 1);
    assert!(front.place.read("by-hand.toml").starts_with("# by hand\n"));
    assert!(front.traefik.refused().is_none(), "{:?}", front.traefik.refused());
}
