//! TCP and UDP servers of several manners behind Traefik.

use super::Front;
use crate::support::certs::Ca;
use crate::support::place::Place;
use crate::support::tcp::{GREETING, Listener, UdpEcho, echoed, listen, udp};
use crate::support::tls::{Client, Server};

/// Traefik with an entry point for each manner, and a certificate for `*.example.com`.
fn front(ca: &Ca) -> Front {
    let place = Place::with(&[("certificates.yml", &ca.leaf(&["*.example.com"]).dynamic())]);
    Front::start(place, |o| {
        ["web", "postgres", "redis", "secure", "mysql", "raw"].into_iter().fold(o, |o, name| o.tcp(name)).udp("dns")
    })
}

/// What comes back through a route that ends TLS: the certificate's names, and the line.
fn said(client: &Client, ca: &Ca, line: &str) -> (Vec<String>, String) {
    let reply = client.clone().trusting(ca).say(line).unwrap();
    (reply.names, reply.text)
}

#[test]
fn postgres_is_chosen_by_the_server_name_behind_its_own_greeting() {
    let ca = Ca::new();
    let front = front(&ca);
    let (plain, own) = (Listener::echo(), Server::postgres(&ca.leaf(&["own.example.com"]), "own"));

    let out = front.live(&format!("route add pg.example.com postgres://{}", plain.address()));
    assert!(out.contains("entry point: postgres (static configuration); tls: on"), "{out}");
    let client = Client::new(front.port("postgres"), "pg.example.com").postgres();
    assert_eq!(said(&client, &ca, "select 1"), (vec!["*.example.com".into()], "select 1\n".into()));

    let out = front.live(&format!("route add own.example.com postgresql://{} --tls passthrough", own.address()));
    assert!(out.starts_with("added  tcp  own.example.com"), "{out}");
    let client = Client::new(front.port("postgres"), "own.example.com").postgres();
    assert_eq!(said(&client, &ca, "select 2"), (vec!["own.example.com".into()], "own select 2\n".into()));

    let other = Client::new(front.port("postgres"), "other.example.com").postgres();
    assert!(other.say("select 3").is_err(), "no route leads there");
}

#[test]
fn redis_and_plain_tls_are_chosen_by_the_server_name() {
    let ca = Ca::new();
    let front = front(&ca);
    let echo = Listener::echo();
    let ended = |entry_point: &str, name: &str| {
        let client = Client::new(front.port(entry_point), name);
        assert_eq!(said(&client, &ca, "PING"), (vec!["*.example.com".into()], "PING\n".into()), "{name}");
    };

    let out = front.live(&format!("route add cache.example.com redis://{}", echo.address()));
    assert!(out.contains("entry point: redis (static configuration); tls: on"), "{out}");
    ended("redis", "cache.example.com");
    front.live(&format!("route add a.example.com tls://{} --entry-point secure", echo.address()));
    ended("secure", "a.example.com");
    front.live(&format!("route add b.example.com tcp://{} --entry-point secure", echo.address()));
    ended("secure", "b.example.com");
    ended("secure", "a.example.com");

    let own = Server::start(&ca.leaf(&["c.example.com"]), "own");
    front.live(&format!("route add c.example.com tls://{} --entry-point secure --tls passthrough", own.address()));
    let client = Client::new(front.port("secure"), "c.example.com");
    assert_eq!(said(&client, &ca, "PING"), (vec!["c.example.com".into()], "own PING\n".into()));

    // `*` with TLS takes every other name, and the client that gives none.
    let rest = Listener::echo();
    let out = front.live(&format!("route add '*' tls://{} --entry-point secure --name rest", rest.address()));
    assert!(out.contains("tls: on"), "{out}");
    assert_eq!(Client::new(front.port("secure"), "z.example.org").say("x").unwrap().text, "x\n");
    assert_eq!(Client::nameless(front.port("secure")).say("y").unwrap().text, "y\n");
    assert_eq!(rest.connections(), 2);

    let complaint = front.fails(2, "route add d.example.com tcp://127.0.0.1:1 --entry-point secure --tls off");
    assert!(complaint.contains("Traefik would disable the route"), "{complaint}");
    let complaint = front.fails(2, "route add d.example.com tls://127.0.0.1:1");
    assert!(complaint.contains("say --entry-point EP; there are: "), "{complaint}");
}

#[test]
fn servers_without_names_take_an_entry_point_as_a_whole() {
    let ca = Ca::new();
    let front = front(&ca);
    let (mysql, raw, dns) = (Listener::speaking_first(GREETING), Listener::echo(), UdpEcho::start("dns"));

    let out = front.live(&format!("route add '*' mysql://{} --name mysql", mysql.address()));
    assert!(out.contains("entry point: mysql (static configuration); tls: off"), "{out}");
    assert_eq!(listen(front.port("mysql"), GREETING.len()).unwrap(), GREETING);
    let complaint = front.fails(2, &format!("route add db.example.com mysql://{}", mysql.address()));
    assert!(complaint.contains("the server speaks first"), "{complaint}");

    front.live(&format!("route add '*' tcp://{} --entry-point raw --name raw", raw.address()));
    assert_eq!(echoed(front.port("raw"), b"\x00\x01any bytes").unwrap(), b"\x00\x01any bytes");
    let complaint = front.fails(3, &format!("route add '*' tcp://{} --entry-point raw --name two", raw.address()));
    assert!(complaint.contains("answered by router \"raw\" already"), "{complaint}");

    let target = format!("udp://{}", dns.address());
    let out = front.live(&format!("route add '*' {target} --entry-point dns --name dns"));
    assert!(out.starts_with("added  udp  dns"), "{out}");
    assert_eq!(udp(front.port("dns"), "question").unwrap(), "dns question");
    let complaint = front.fails(3, &format!("route add '*' {target} --entry-point dns --name dns2"));
    assert!(complaint.contains("another UDP router listens on that entry point"), "{complaint}");
    let complaint = front.fails(3, &format!("route add '*' {target} --entry-point raw --name dns2"));
    assert!(complaint.contains("no UDP entry point \"raw\""), "{complaint}");

    let two = UdpEcho::start("two");
    front.live(&format!("route set dns udp://{}", two.address()));
    assert_eq!(udp(front.port("dns"), "question").unwrap(), "two question");
    front.live("route rm dns mysql raw --yes");
    front.traefik.wait_gone("udp", "dns@file");
    assert!(echoed(front.port("raw"), b"x").is_err());
}
