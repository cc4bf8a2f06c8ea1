//! What a change may do to what it is not about: nothing.

use crate::support::place::Place;

/// A router with TLS options, another, and what they need.
const ROUTES: &str = "\
http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app
      tls: {options: strict}
    other:
      rule: Host(`other.example.com`)
      service: app
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
tls:
  options:
    strict: {minVersion: VersionTLS13}
";

fn place(text: &str) -> Place {
    Place::with(&[("routes.yml", text)])
}

#[test]
fn promise_14_a_change_that_would_take_another_router_down_is_refused() {
    let place = place(ROUTES);
    // With other TLS options for the same host, Traefik falls back to its default ones for both.
    std::fs::write(place.top().join("traefik.yml"), "entryPoints: {websecure: {address: ':443'}}\n").unwrap();
    let args =
        ["--static", "traefik.yml", "route", "add", "app.example.com/admin", "http://10.0.0.6:3000", "--tls", "on"];
    let said = place.fails(3, &args);
    assert!(said.contains("routes.yml:3: Traefik would warn of http router \"app\" after this change"), "{said}");
    assert_eq!(place.read("routes.yml"), ROUTES);
    let value: serde_json::Value =
        serde_json::from_str(&place.run(&[&args[..], &["-o", "json"]].concat()).out).unwrap();
    assert_eq!(value["error"]["code"], "would-disable");
}

#[test]
fn what_was_broken_before_may_stay_broken() {
    let place = place(&ROUTES.replace("service: app\n  services", "service: gone\n  services"));
    place.ok(&["route", "add", "new.example.com", "http://10.0.0.6:3000"]);
}

#[test]
fn promise_14_a_broken_directory_takes_only_what_mends_it() {
    let place = place(ROUTES);
    place.write(
        "a.yml",
        "http:\n  routers:\n    x: {rule: 'Host(`x.example.com`)', service: app, priority: high, nope: 1}\n",
    );
    place.write("b.yml", "http: [\n");
    let said = place.fails(3, &["route", "add", "new.example.com", "http://10.0.0.6:3000"]);
    assert!(said.contains("Traefik refuses this directory as it stands"), "{said}");
    assert!(said.contains("a restart would lose at least 3 routes"), "{said}");
    let ran = place.run(&["route", "rm", "x", "--yes"]);
    assert_eq!(ran.code, 0, "one fault fewer, and none that is new: {ran:?}");
    assert!(ran.err.contains("b.yml:") && ran.err.contains("a restart would lose at least 2 routes"), "{ran:?}");
}

#[test]
fn promise_14_the_release_that_reads_the_files_judges_the_change() {
    let place = place(
        &ROUTES.replace("service: app\n      tls", "service: app\n      observability: {accessLogs: true}\n      tls"),
    );
    let add = ["route", "add", "new.example.com", "http://10.0.0.6:3000"];
    let said = place.fails(3, &[&["--traefik", "3.2"], &add[..]].concat());
    assert!(said.contains("routes.yml:6"), "3.2 has no observability: {said}");
    place.ok(&[&["--traefik", "3.3"], &add[..]].concat());
}
