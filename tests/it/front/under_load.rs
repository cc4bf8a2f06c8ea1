//! Changes while the front server is in use.

use super::Front;
use crate::support::http::Upstream;
use crate::support::load::Load;
use crate::support::place::Place;
use crate::support::tcp::{Listener, LongLived};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn promise_15_two_hundred_changes_lose_nothing() {
    let front = Front::start(Place::new(), |o| o.tcp("web").tcp("raw").throttle(Duration::from_millis(5)));
    let (one, two) = (Upstream::start("app"), Upstream::start("app"));
    let (echo, spare) = (Listener::echo(), Listener::echo());
    front.live(&format!("route add app.example.com {}", one.url()));
    front.live(&format!("route add '*' tcp://{} --entry-point raw --name raw", echo.address()));
    front.serves("app.example.com", "/", "app /");
    assert_eq!(front.hears("raw", b"ready?", b"ready?"), Some(b"ready?".to_vec()));

    let before = front.traefik.applied();
    let load = Load::start(front.port("web"), "app.example.com", "/", 4);
    let connection = LongLived::start(front.port("raw"));
    let began = Instant::now();
    // One after the other, so that Traefik applies each on its own however busy the machine is.
    let change = |words: &str| {
        let (seen, asked) = (front.traefik.applied(), Instant::now());
        front.ok(words);
        while front.traefik.applied() == seen && asked.elapsed() < Duration::from_secs(1) {
            sleep(Duration::from_millis(1));
        }
    };
    for turn in 0..20 {
        let other = |at: usize| format!("other{}.example.com", 2 * turn + at);
        change(&format!("route add {} {}", other(0), two.url()));
        change(&format!("route set app.example.com --add-target {}", two.url()));
        change(&format!("route add {} {} --file others.yml", other(1), two.url()));
        change(&format!("route set app.example.com --priority {}", 100 + turn));
        change(&format!("route set {} {} --entry-point web", other(0), one.url()));
        change(&format!("route rename {} renamed{turn}", other(1)));
        change(&format!("route set raw --add-target tcp://{}", spare.address()));
        change(&format!("route set app.example.com --remove-target {}", two.url()));
        change(&format!("route set raw --remove-target tcp://{}", spare.address()));
        change(&format!("route rm {} renamed{turn} --yes", other(0)));
    }
    let took = began.elapsed();
    front.traefik.quiet();
    sleep(Duration::from_millis(100));

    let (answers, failures, first) = load.stop();
    assert_eq!((failures, first), (0, None), "of {answers} requests");
    let turns = connection.stop().unwrap();
    let applied = front.traefik.applied() - before;
    assert!(applied >= 150, "only {applied} of 200 changes were applied on their own");
    assert!(answers > 2000 && turns > 200, "no load: {answers} answers, {turns} turns in {took:?}");
    assert_eq!(front.ok("route list -o name"), "app.example.com\nraw\n");
    // A file may go between the moment at which Traefik lists it and that at which it reads it.
    let refused = front.traefik.refused().unwrap_or_default();
    assert!(refused.is_empty() || refused.ends_with("others.yml: no such file or directory"), "{refused}");
}
