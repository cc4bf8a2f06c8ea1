//! HTTP and MongoDB through one Traefik, as the front server of many small ones.

use super::{Front, served};
use crate::support::certs::Ca;
use crate::support::http::Upstream;
use crate::support::mongo::{Client, Security, Server};
use crate::support::place::Place;

const APPS: &str = "*.apps.cloudlunacy.uk";
const MONGODB: &str = "*.mongodb.cloudlunacy.uk";

/// A directory in which someone has put the certificate for all names of the front server.
fn with_certificate(ca: &Ca) -> Place {
    Place::with(&[("certificates.yml", &ca.leaf(&[APPS, MONGODB]).dynamic())])
}

/// Writes a document and reads it, with the server's name checked against the certificate.
fn trip(front: &Front, ca: &Ca, host: &str, text: &str) -> (String, String) {
    let trip = Client::new(host, front.port("mongodb"), Security::Verified(ca)).round_trip(text).unwrap();
    (trip.server, trip.text)
}

#[test]
fn the_front_server_serves_both() {
    let ca = Ca::new();
    let front = Front::usual(with_certificate(&ca));
    let (app1, db1) = (Upstream::start("app1"), Server::start("db1"));

    let said = front.live(&format!("route add app1.apps.cloudlunacy.uk {}", app1.url()));
    assert!(said.starts_with("added  http  app1.apps.cloudlunacy.uk"), "{said}");
    assert!(said.contains("entry points: Traefik's default; tls: off"), "{said}");
    assert_eq!(front.get("app1.apps.cloudlunacy.uk", "/hello?a=b"), served("app1 /hello?a=b"));
    assert_eq!(front.get("app2.apps.cloudlunacy.uk", "/hello").0, 404);

    let said = front.live(&format!("route add db1.mongodb.cloudlunacy.uk mongodb://{}", db1.address()));
    assert!(said.starts_with("added  tcp  db1.mongodb.cloudlunacy.uk"), "{said}");
    assert!(said.contains("entry point: mongodb (static configuration); tls: on"), "{said}");
    assert_eq!(trip(&front, &ca, "db1.mongodb.cloudlunacy.uk", "hello"), ("db1".into(), "hello".into()));
    let mut stranger = Client::patient("db2.mongodb.cloudlunacy.uk", front.port("mongodb"), Security::Tls, 1000);
    assert!(stranger.round_trip("hello").is_err(), "no route leads there");

    // The server gets a certificate of its own, and TLS is left to it.
    let own = Server::tls("db1 itself", &ca.leaf(&["db1.mongodb.cloudlunacy.uk"]));
    let target = format!("mongodb://{}", own.address());
    let said = front.live(&format!("route set db1.mongodb.cloudlunacy.uk {target} --tls passthrough"));
    assert!(said.starts_with("changed  tcp  db1.mongodb.cloudlunacy.uk"), "{said}");
    assert_eq!(trip(&front, &ca, "db1.mongodb.cloudlunacy.uk", "again"), ("db1 itself".into(), "again".into()));
    assert_eq!(front.get("app1.apps.cloudlunacy.uk", "/"), served("app1 /"));

    front.live("route rm db1.mongodb.cloudlunacy.uk");
    front.traefik.wait_gone("tcp", "db1.mongodb.cloudlunacy.uk@file");
    front.live("route rm app1.apps.cloudlunacy.uk");
    assert_eq!(front.get("app1.apps.cloudlunacy.uk", "/").0, 404);
}

/// Wildcards take the names that no other route has, however short those are.
fn wildcards(front: &Front, ca: &Ca, flags: &str) {
    let (any, one, short) = (Upstream::start("any"), Upstream::start("one"), Upstream::start("short"));
    front.live(&format!("route add '{APPS}' {} {flags}", any.url()));
    front.live(&format!("route add app1.apps.cloudlunacy.uk {} {flags}", one.url()));
    front.live(&format!("route add a.apps.cloudlunacy.uk {} {flags}", short.url()));
    assert_eq!(front.get("other.apps.cloudlunacy.uk", "/"), served("any /"));
    assert_eq!(front.get("apps.cloudlunacy.uk", "/").0, 404);
    assert_eq!(front.get("deep.er.apps.cloudlunacy.uk", "/").0, 404);
    for _ in 0..5 {
        assert_eq!(front.get("app1.apps.cloudlunacy.uk", "/"), served("one /"));
        assert_eq!(front.get("a.apps.cloudlunacy.uk", "/"), served("short /"));
        front.traefik.reload();
    }

    let (any, one) = (Server::start("any"), Server::start("one"));
    front.live(&format!("route add '{MONGODB}' mongodb://{} {flags}", any.address()));
    front.live(&format!("route add a.mongodb.cloudlunacy.uk mongodb://{} {flags}", one.address()));
    assert_eq!(trip(front, ca, "other.mongodb.cloudlunacy.uk", "x"), ("any".into(), "x".into()));
    assert_eq!(trip(front, ca, "a.mongodb.cloudlunacy.uk", "y"), ("one".into(), "y".into()));
}

#[test]
fn a_wildcard_serves_every_other_name() {
    let ca = Ca::new();
    let front = Front::usual(with_certificate(&ca));
    wildcards(&front, &ca, "");
    assert!(front.place.read("routes.yml").contains("Host(`*.apps.cloudlunacy.uk`)"));
}

#[test]
fn a_wildcard_serves_with_an_older_release_too() {
    let ca = Ca::new();
    let front = Front::start(with_certificate(&ca), |o| o.release("3.5.3").tcp("web").tcp("websecure").tcp("mongodb"));
    wildcards(&front, &ca, "--traefik 3.5");
    let text = front.place.read("routes.yml");
    assert!(text.contains(r"HostRegexp(`^[^.]+\.apps\.cloudlunacy\.uk$`)"), "{text}");
    assert!(text.contains(r"HostSNIRegexp(`^[^.]+\.mongodb\.cloudlunacy\.uk$`)"), "{text}");
    let listed = front.ok("route list --traefik 3.5");
    assert!(listed.contains("*.apps.cloudlunacy.uk"), "{listed}");
}
