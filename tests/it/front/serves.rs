//! HTTP and MongoDB through one Traefik, as the front server of many small ones.

use super::Front;
use crate::support::certs::Ca;
use crate::support::http::{self, Upstream};
use crate::support::mongo::{Client, Security, Server};
use crate::support::place::Place;

const APPS: &str = "*.apps.cloudlunacy.uk";
const MONGODB: &str = "*.mongodb.cloudlunacy.uk";

/// A directory in which someone has put the certificate for all names of the front server.
fn with_certificate(ca: &Ca) -> Place {
    Place::with(&[("certificates.yml", &ca.leaf(&[APPS, MONGODB]).dynamic())])
}

/// Writes a document and reads it again, on this server, with the server's name checked against the certificate.
fn trip(front: &Front, ca: &Ca, host: &str, server: &str, text: &str) {
    let again = || Client::new(host, front.port("mongodb"), Security::Verified(ca)).round_trip(text).unwrap();
    let trip = front.eventually(again, |trip| trip.server == server);
    assert_eq!((trip.server.as_str(), trip.text.as_str()), (server, text), "{host}");
}

#[test]
fn the_front_server_serves_both() {
    let ca = Ca::new();
    let front = Front::usual(with_certificate(&ca));
    let (app1, db1) = (Upstream::start("app1"), Server::start("db1"));

    let said = front.live(&format!("route add app1.apps.cloudlunacy.uk {}", app1.url()));
    assert!(said.starts_with("added  http  app1.apps.cloudlunacy.uk"), "{said}");
    assert!(said.contains("entry points: Traefik's default; tls: off"), "{said}");
    front.serves("app1.apps.cloudlunacy.uk", "/hello?a=b", "app1 /hello?a=b");
    front.lacks("app2.apps.cloudlunacy.uk", "/hello");

    let said = front.live(&format!("route add db1.mongodb.cloudlunacy.uk mongodb://{}", db1.address()));
    assert!(said.starts_with("added  tcp  db1.mongodb.cloudlunacy.uk"), "{said}");
    assert!(said.contains("entry point: mongodb (static configuration); tls: on"), "{said}");
    trip(&front, &ca, "db1.mongodb.cloudlunacy.uk", "db1", "hello");
    let mut stranger = Client::patient("db2.mongodb.cloudlunacy.uk", front.port("mongodb"), Security::Tls, 1000);
    assert!(stranger.round_trip("hello").is_err(), "no route leads there");

    // The server gets a certificate of its own, and TLS is left to it.
    let own = Server::tls("db1 itself", &ca.leaf(&["db1.mongodb.cloudlunacy.uk"]));
    let target = format!("mongodb://{}", own.address());
    let said = front.live(&format!("route set db1.mongodb.cloudlunacy.uk {target} --tls passthrough"));
    assert!(said.starts_with("changed  tcp  db1.mongodb.cloudlunacy.uk"), "{said}");
    trip(&front, &ca, "db1.mongodb.cloudlunacy.uk", "db1 itself", "again");
    front.serves("app1.apps.cloudlunacy.uk", "/", "app1 /");

    front.live("route rm db1.mongodb.cloudlunacy.uk");
    front.traefik.wait_gone("tcp", "db1.mongodb.cloudlunacy.uk@file");
    front.live("route rm app1.apps.cloudlunacy.uk");
    front.lacks("app1.apps.cloudlunacy.uk", "/");
}

/// Wildcards take the names that no other route has, however short those are.
fn wildcards(front: &Front, ca: &Ca, flags: &str) {
    let (any, one, short) = (Upstream::start("any"), Upstream::start("one"), Upstream::start("short"));
    front.live(&format!("route add '{APPS}' {} {flags}", any.url()));
    front.live(&format!("route add app1.apps.cloudlunacy.uk {} {flags}", one.url()));
    front.live(&format!("route add a.apps.cloudlunacy.uk {} {flags}", short.url()));
    front.serves("other.apps.cloudlunacy.uk", "/", "any /");
    front.lacks("apps.cloudlunacy.uk", "/");
    front.lacks("deep.er.apps.cloudlunacy.uk", "/");
    front.serves("app1.apps.cloudlunacy.uk", "/", "one /");
    front.serves("a.apps.cloudlunacy.uk", "/", "short /");

    let (any, one) = (Server::start("any"), Server::start("one"));
    front.live(&format!("route add '{MONGODB}' mongodb://{} {flags}", any.address()));
    front.live(&format!("route add a.mongodb.cloudlunacy.uk mongodb://{} {flags}", one.address()));
    trip(front, ca, "other.mongodb.cloudlunacy.uk", "any", "x");
    trip(front, ca, "a.mongodb.cloudlunacy.uk", "one", "y");

    // Neither depends on the order in which Traefik happens to build its routers.
    for priority in 1..=8 {
        front.live(&format!("route set app1.apps.cloudlunacy.uk --priority {priority}000 {flags}"));
        front.traefik.quiet();
        assert_eq!(http::get(front.port("web"), "a.apps.cloudlunacy.uk", "/").1, "short /");
        trip(front, ca, "a.mongodb.cloudlunacy.uk", "one", "z");
    }
}

#[test]
fn a_wildcard_serves_every_other_name() {
    let ca = Ca::new();
    let front = Front::usual(with_certificate(&ca));
    wildcards(&front, &ca, "");
    assert!(front.place.read("routes.yml").contains("Host(`*.apps.cloudlunacy.uk`)"));
}

#[test]
fn a_route_that_gets_a_wildcard_later_goes_behind_single_hosts_too() {
    let front = Front::start(Place::new(), |o| o.release("3.5.3").tcp("web"));
    let (any, one) = (Upstream::start("any"), Upstream::start("one"));
    front.live(&format!("route add x.apps.cloudlunacy.uk {} --traefik 3.5", one.url()));
    front.live(&format!("route add any.apps.cloudlunacy.uk {} --name any --traefik 3.5", any.url()));
    front.live(&format!("route set any --host '{APPS}' --traefik 3.5"));
    front.serves("other.apps.cloudlunacy.uk", "/", "any /");
    front.serves("x.apps.cloudlunacy.uk", "/", "one /");
    assert_eq!(front.place.json(&["route", "show", "any"])["route"]["priority"], 28);
    front.live("route set any --host y.apps.cloudlunacy.uk --traefik 3.5");
    front.lacks("other.apps.cloudlunacy.uk", "/");
    assert_eq!(front.place.json(&["route", "show", "any"])["route"]["priority"], serde_json::Value::Null);

    // A priority of the user's own stays.
    front.live("route set any --priority 5 --traefik 3.5");
    front.live(&format!("route set any --host '{APPS}' --traefik 3.5"));
    assert_eq!(front.place.json(&["route", "show", "any"])["route"]["priority"], 5);
}

#[test]
fn a_wildcard_serves_with_older_releases_too() {
    let ca = Ca::new();
    for (release, known_as) in [("3.5.3", "3.5"), ("3.6.15", "3.6.15")] {
        let front =
            Front::start(with_certificate(&ca), |o| o.release(release).tcp("web").tcp("websecure").tcp("mongodb"));
        wildcards(&front, &ca, &format!("--traefik {known_as}"));
        let text = front.place.read("routes.yml");
        assert!(text.contains(r"HostRegexp(`^[^.]+\.apps\.cloudlunacy\.uk$`)"), "{text}");
        assert!(text.contains(r"HostSNIRegexp(`^[^.]+\.mongodb\.cloudlunacy\.uk$`)"), "{text}");
        let listed = front.ok(&format!("route list --traefik {known_as} --host '{APPS}'"));
        assert!(listed.contains("*.apps.cloudlunacy.uk"), "{listed}");
        let taken = front.fails(3, &format!("route add '{APPS}' http://10.0.0.1 --name again"));
        assert!(taken.contains("answered by router \"*.apps.cloudlunacy.uk\" already"), "{taken}");
        front.live(&format!("route set '{APPS}' --name any --traefik {known_as}"));
        assert_eq!(front.place.json(&["route", "show", APPS])["route"]["hosts"][0], APPS);
    }
}
