//! TCP and UDP servers of several manners behind Traefik.

use super::Front;
use crate::support::certs::Ca;
use crate::support::place::Place;
use crate::support::tcp::{GREETING, Listener, UdpEcho, echoed, udp};
use crate::support::tls::{Client, Server};

/// Traefik with an entry point for each manner, and a certificate for `*.example.com`.
fn front(ca: &Ca) -> Front {
    let place = Place::with(&[("certificates.yml", &ca.leaf(&["*.example.com"]).dynamic())]);
    Front::start(place, |o| {
        ["web", "postgres", "redis", "secure", "mysql", "raw"].into_iter().fold(o, |o, name| o.tcp(name)).udp("dns")
    })
}

/// Waits until a line comes back as this, behind a certificate with this name that the authority has signed.
fn answers(front: &Front, ca: &Ca, client: &Client, name: &str, line: &str, back: &str) {
    let client = client.clone().trusting(ca);
    let say = || client.say(line).map(|reply| (reply.names, reply.text));
    let expected = Ok((vec![name.to_owned()], format!("{back}\n")));
    assert_eq!(front.eventually(say, |got| *got == expected), expected);
}

#[test]
fn postgres_is_chosen_by_the_server_name_behind_its_own_greeting() {
    let ca = Ca::new();
    let front = front(&ca);
    let (plain, own) = (Listener::echo(), Server::postgres(&ca.leaf(&["own.example.com"]), "own"));

    let out = front.live(&format!("route add pg.example.com postgres://{}", plain.address()));
    assert!(out.contains("entry point: postgres (static configuration); tls: on"), "{out}");
    let client = Client::new(front.port("postgres"), "pg.example.com").postgres();
    answers(&front, &ca, &client, "*.example.com", "select 1", "select 1");

    let out = front.live(&format!("route add own.example.com postgresql://{} --tls passthrough", own.address()));
    assert!(out.starts_with("added  tcp  own.example.com"), "{out}");
    let client = Client::new(front.port("postgres"), "own.example.com").postgres();
    answers(&front, &ca, &client, "own.example.com", "select 2", "own select 2");

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
        answers(&front, &ca, &client, "*.example.com", "PING", "PING");
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
    answers(&front, &ca, &client, "c.example.com", "PING", "own PING");

    // `*` with TLS takes every other name, and the client that gives none.
    let rest = Listener::echo();
    let out = front.live(&format!("route add '*' tls://{} --entry-point secure --name rest", rest.address()));
    assert!(out.contains("tls: on"), "{out}");
    for client in [Client::new(front.port("secure"), "z.example.org"), Client::nameless(front.port("secure"))] {
        let say = || client.say("x").map(|reply| reply.text);
        let expected = Ok("x\n".to_owned());
        assert_eq!(front.eventually(say, |got| *got == expected), expected);
    }
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
    assert_eq!(front.hears("mysql", b"", GREETING).as_deref(), Some(GREETING));
    let complaint = front.fails(2, &format!("route add db.example.com mysql://{}", mysql.address()));
    assert!(complaint.contains("the server speaks first"), "{complaint}");

    front.live(&format!("route add '*' tcp://{} --entry-point raw --name raw", raw.address()));
    let bytes = b"\x00\x01any bytes";
    assert_eq!(front.hears("raw", bytes, bytes).as_deref(), Some(&bytes[..]));
    let complaint = front.fails(3, &format!("route add '*' tcp://{} --entry-point raw --name two", raw.address()));
    assert!(complaint.contains("answered by router \"raw\" already"), "{complaint}");

    let asked = |id: &str| {
        let ask = || udp(front.port("dns"), "question").unwrap_or_default();
        let expected = format!("{id} question");
        assert_eq!(front.eventually(ask, |got| *got == expected), expected);
    };
    let target = format!("udp://{}", dns.address());
    let out = front.live(&format!("route add '*' {target} --entry-point dns --name dns"));
    assert!(out.starts_with("added  udp  dns"), "{out}");
    asked("dns");
    let complaint = front.fails(3, &format!("route add '*' {target} --entry-point dns --name dns2"));
    assert!(complaint.contains("another UDP router listens on that entry point"), "{complaint}");
    let complaint = front.fails(3, &format!("route add '*' {target} --entry-point raw --name dns2"));
    assert!(complaint.contains("no UDP entry point \"raw\""), "{complaint}");

    let two = UdpEcho::start("two");
    front.live(&format!("route set dns udp://{}", two.address()));
    asked("two");
    front.live("route rm dns mysql raw --yes");
    front.traefik.wait_gone("udp", "dns@file");
    assert!(front.eventually(|| echoed(front.port("raw"), b"x"), Result::is_err).is_err());
}
