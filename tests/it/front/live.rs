//! `--wait`: a command is over when the real Traefik has loaded its change, or says what Traefik has instead; `--rollback`:
//! then takes it back.

use super::{Front, refs, words};
use crate::support::http::{self, Upstream};
use crate::support::place::{Place, Ran};
use crate::support::tcp::{Listener, UdpEcho, echoed, udp};
use crate::support::traefik::{Options, Traefik};
use serde_json::{Value, json};

impl Front {
    /// Where its API is.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port("traefik"))
    }

    /// Types `cloudlunacy LINE`.
    pub(super) fn types(&self, line: &str) -> Ran {
        self.place.run(&refs(&self.words(line)))
    }

    /// Types what must be live, and says so.
    fn is_live(&self, line: &str) -> String {
        let out = self.ok(line);
        assert!(out.contains("live   in Traefik after "), "{out}");
        out
    }

    /// What the API says of an object.
    fn has(&self, path: &str, name: &str) -> Option<Value> {
        self.traefik.try_api(&format!("/api/{path}/{}", http::encoded(name)))
    }
}

#[test]
fn promise_18_a_command_is_over_when_clients_get_what_it_says() {
    let place = Place::new();
    let front = Front::start(place, |o| o.tcp("web").tcp("raw").udp("dns"));
    let (one, two, echo, dns) =
        (Upstream::start("one"), Upstream::start("two"), Listener::echo(), UdpEcho::start("dns"));
    let get = |host: &str| http::get(front.port("web"), host, "/");

    front.is_live(&format!("route add app.example.com {} --wait", one.url()));
    assert_eq!(get("app.example.com"), (200, "one /".into()));
    front.is_live(&format!("route set app.example.com {} --wait=5s", two.url()));
    assert_eq!(get("app.example.com"), (200, "two /".into()));
    front.is_live("route set app.example.com --add-host www.example.com --priority 7 --entry-point web --wait");
    assert_eq!(get("www.example.com"), (200, "two /".into()));
    front.is_live("route set app.example.com --no-priority --no-entry-point --wait");
    front.is_live("route rename app.example.com app --wait");
    assert!(
        front.has("http/routers", "app@file").is_some() && front.has("http/routers", "app.example.com@file").is_none()
    );
    front.is_live("route set app --host www.example.com --wait");
    assert_eq!((get("app.example.com").0, get("www.example.com").0), (404, 200));
    let again = front.is_live(&format!("route add www.example.com {} --name app --wait", two.url()));
    assert!(again.starts_with("unchanged"), "{again}");
    front.is_live(&format!("route add app.example.com/a/b {} --wait", one.url()));
    assert_eq!(http::get(front.port("web"), "app.example.com", "/a/b"), (200, "one /a/b".into()));

    front.is_live(&format!("route add '*' tcp://{} --entry-point raw --name raw --wait", echo.address()));
    assert_eq!(echoed(front.port("raw"), b"hello").unwrap(), b"hello");
    front.is_live(&format!("route add '*' udp://{} --entry-point dns --name dns --wait", dns.address()));
    assert_eq!(udp(front.port("dns"), "hello").unwrap(), "dns hello");

    front.is_live("route rm app raw dns app.example.com/a/b --wait");
    assert_eq!(get("www.example.com").0, 404);
    assert!(front.has("tcp/routers", "raw@file").is_none() && front.has("udp/services", "dns@file").is_none());
}

#[test]
fn names_that_urls_escape_and_files_that_move_are_found() {
    let odd = "http:\n  routers:\n    'a b%~ü&?#': {rule: Host(`a.example.com`), service: s}\n  services:\n    s: {loadBalancer: {servers: [{url: http://127.0.0.1:1}]}}\n";
    let front = Front::usual(Place::with(&[("odd.yml", odd)]));
    front.is_live("route set a.example.com http://127.0.0.1:2 --wait");
    front.is_live("route set a.example.com --add-host b.example.com --wait");
    front.is_live("route add c.example.com http://127.0.0.1:1 --wait");
    front.is_live("route set c.example.com --file other.yml --wait");
    assert!(front.place.read("other.yml").contains("c.example.com"));
}

#[test]
fn copies_of_a_router_for_entry_points_count_together() {
    let place = Place::with(&[("m.yml", "http:\n  middlewares:\n    m: {addPrefix: {prefix: /m}}\n")]);
    let front = Front::start(place, |o| {
        o.tcp("web")
            .tcp_with("secure", "http:\n  tls: {}\n  middlewares: [m@file]")
            .tcp_with("also", "http:\n  tls: {}")
    });
    let one = Upstream::start("one");
    front.is_live(&format!("route add app.example.com {} --wait", one.url()));
    assert!(front.has("http/routers", "secure-app.example.com@file").is_some());
    front.is_live("route set app.example.com --entry-point secure --entry-point also --middleware m --wait");
    assert!(front.has("http/routers", "app.example.com@file").is_none());
    front.is_live("route rm app.example.com --wait");
    assert!(front.has("http/routers", "also-app.example.com@file").is_none());
}

#[test]
fn json_says_whether_a_change_is_live() {
    let front = Front::usual(Place::new());
    let add = "route add app.example.com http://127.0.0.1:1 -o json";
    let value = |line: &str| serde_json::from_str::<Value>(&front.types(line).out).unwrap();
    assert_eq!(value(&format!("{add} -n --wait"))["live"], Value::Null);
    assert_eq!(value(&format!("{add} --wait"))["live"], json!(true));
    assert_eq!(value("route rm app.example.com -o json")["live"], Value::Null);
    let failed = value("route add b.example.com http://127.0.0.1:1 --middleware m@docker --wait=1s -o json");
    assert_eq!((&failed["error"]["code"], &failed["error"]["changed"]), (&json!("not-live"), &json!(true)), "{failed}");
}

#[test]
fn what_traefik_has_instead_is_said() {
    let front = Front::usual(Place::new());
    let ran = front.types("route add a.example.com http://127.0.0.1:1 --middleware m@docker --wait 1s");
    let disabled =
        "it has loaded http router \"a.example.com\", but disabled it: middleware \"m@docker\" does not exist";
    assert!(ran.code == 5 && ran.err.contains(disabled), "{ran:?}");
    assert!(front.place.read("routes.yml").contains("m@docker"), "it is written");

    // A Traefik that looks elsewhere.
    let elsewhere = Place::new();
    let mut line = words(&format!("route add b.example.com http://127.0.0.1:1 --wait=500ms --api {}", front.url()));
    let ran = elsewhere.run(&refs(&line));
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.err.contains("not live in Traefik within 500ms: it has no http router \"b.example.com\""), "{ran:?}");
    assert!(ran.err.contains("watch dynamic? its log says"), "{ran:?}");
    line.push("--rollback".into());
    let ran = elsewhere.run(&refs(&line));
    assert!(ran.code == 5 && ran.err.contains("the files have said so before"), "nothing was changed: {ran:?}");
}

#[test]
fn promise_18_a_change_that_is_not_taken_up_is_taken_back() {
    const ROUTER: &str =
        "# ours\nhttp:\n  routers:\n    # here\n    app: {rule: Host(`app.example.com`), service: app}\n";
    const SERVICE: &str = "http:\n  services:\n    app: {loadBalancer: {servers: [{url: http://127.0.0.1:1}]}}\n";
    let place = Place::with(&[("routes.yml", ROUTER), ("services.yml", SERVICE)]);
    let front = Front::start(place, |o| o.tcp("web").watch(false));
    let (files, loaded) = (front.place.files(), front.traefik.api("/api/rawdata"));
    for line in [
        "route set app http://127.0.0.1:2",
        "route set app --add-host b.example.com http://127.0.0.1:2",
        "route add new.example.com http://127.0.0.1:2 --file new.yml",
        "route rename app other",
        "route rm app",
    ] {
        let ran = front.types(&format!("{line} --wait=300ms --rollback"));
        assert_eq!(ran.code, 3, "{line}: {ran:?}");
        assert!(ran.err.contains("the change was taken back") && ran.err.contains("a SIGHUP makes it load"), "{ran:?}");
        assert_eq!(front.place.files(), files, "{line}");
    }
    let failed = front.types("route set app http://127.0.0.1:2 --wait=300ms --rollback -o json");
    let failed: Value = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((&failed["error"]["code"], &failed["error"]["changed"]), (&json!("rolled-back"), &json!(false)));
    front.traefik.reload();
    front.traefik.quiet();
    assert_eq!(front.traefik.api("/api/rawdata"), loaded);

    let ran = front.types("route set app http://127.0.0.1:2 --wait=300ms");
    assert_eq!(ran.code, 5, "{ran:?}");
    let instead = "http service \"app\" has loadBalancer.servers: http://127.0.0.1:1 instead of http://127.0.0.1:2";
    assert!(ran.err.contains(instead) && ran.err.contains("--rollback"), "{ran:?}");
    front.traefik.reload();
    front.is_live("route set app http://127.0.0.1:2 --wait");
    assert_eq!(front.types("route rm app --rollback").code, 2, "there is nothing to wait for");
}

#[test]
fn a_traefik_with_its_usual_throttle_is_waited_for() {
    let place = Place::new();
    let traefik =
        Traefik::start(&Options::directory(&place.dir()).tcp("web").throttle(std::time::Duration::from_secs(2)));
    let front = Front { place, traefik };
    for number in 1..4 {
        front.is_live(&format!("route add app{number}.example.com http://127.0.0.1:1 --wait"));
    }
}

#[test]
fn what_somebody_has_edited_meanwhile_is_not_taken_back() {
    let front = Front::start(Place::new(), |o| o.tcp("web").watch(false));
    front.ok("route add app.example.com http://127.0.0.1:1");
    let words = front.words("route add other.example.com http://127.0.0.1:1 --wait=2s --rollback");
    let mut command = front.place.command(&refs(&words));
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    crate::support::wait_for("the change", || front.place.read("routes.yml").contains("other").then_some(()));
    front.place.ok(&["route", "set", "app.example.com", "--priority", "9"]);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert!(ran.code == 5 && ran.err.contains("could not be taken back: routes.yml has been changed since"), "{ran:?}");
    assert!(front.place.read("routes.yml").contains("other.example.com"));
}
