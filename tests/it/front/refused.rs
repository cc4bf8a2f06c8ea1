//! Directories that Traefik refuses, and files that can't be edited.

use super::Front;
use crate::support::http::Upstream;
use crate::support::place::Place;

#[test]
fn nothing_is_added_to_a_directory_that_traefik_refuses() {
    let front = Front::usual(Place::new());
    let app = Upstream::start("app");
    front.live(&format!("route add app.example.com {}", app.url()));
    front.place.write("broken.yml", "http:\n  routers:\n    b:\n      rule: Host(`b.example.com`)\n      servce: b\n");
    front.traefik.quiet();
    assert!(front.traefik.refused().unwrap().contains("field not found, node: servce"));
    let (applied, refusals) = (front.traefik.applied(), front.traefik.refusals());

    for line in [
        "route add new.example.com http://10.0.0.1",
        "route set app.example.com http://10.0.0.1",
        "route rm app.example.com",
        "route rename app.example.com app",
        "route add new.example.com http://10.0.0.1 --file broken.yml",
    ] {
        let complaint = front.fails(3, line);
        assert!(complaint.contains("broken.yml:5"), "{line}: {complaint}");
        assert!(complaint.contains("servce"), "{line}: {complaint}");
    }
    front.traefik.quiet();
    assert_eq!((front.traefik.applied(), front.traefik.refusals()), (applied, refusals));
    front.serves("app.example.com", "/", "app /");

    let listed = front.place.run(&["route", "list"]);
    assert_eq!(listed.code, 0);
    assert!(listed.err.contains("warning: broken.yml:5"), "{}", listed.err);

    front.by_hand(
        "broken.yml",
        "http:\n  routers:\n    b:\n      rule: Host(`b.example.com`)\n      service: app.example.com\n",
    );
    front.live(&format!("route add new.example.com {}", app.url()));
    front.serves("new.example.com", "/", "app /");
    front.serves("b.example.com", "/", "app /");
}

#[test]
fn a_syntax_error_is_refused_with_its_line() {
    let front = Front::usual(Place::new());
    front.place.write("broken.yml", "http:\n  routers:\n\tb: {}\n");
    front.traefik.quiet();
    assert!(front.traefik.refusals() > 0);
    let complaint = front.fails(3, "route add new.example.com http://10.0.0.1");
    assert!(complaint.contains("broken.yml:3"), "{complaint}");
}

/// Rules on which Traefik's word is asked: it disables a router whose regular expression it can't read.
const REGEXPS: [&str; 22] = [
    "a",
    "(",
    "a)",
    "(?!x)",
    "(?<=x)a",
    "(?>a)",
    "[a",
    "[]",
    "[]a]",
    "[[:alpha:]]",
    "*",
    "a|?",
    "(+)",
    "(?i)a",
    "(?P<n>a)",
    r"(a)\1",
    r"\Q(\E",
    r"a\",
    "{h:.+}",
    "^*",
    "(?:a)+?",
    "[a[]",
];

#[test]
fn rules_that_traefik_would_disable_are_refused() {
    let routers: String = (REGEXPS.iter().enumerate())
        .map(|(at, regexp)| format!("    r{at}:\n      rule: PathRegexp(`{regexp}`)\n      service: noop@internal\n"))
        .collect();
    let front = Front::usual(Place::with(&[("by-hand.yml", &format!("http:\n  routers:\n{routers}"))]));
    for (at, regexp) in REGEXPS.iter().enumerate() {
        let router = front.traefik.api(&format!("/api/http/routers/r{at}@file"));
        let rule = format!("Method(`GET`) && PathRegexp(`{regexp}`)");
        let add = ["route", "add", "new.example.com", "http://10.0.0.1", "--rule", &rule, "--dry-run"];
        let expected = if router["status"] == "enabled" { 0 } else { 2 };
        assert_eq!(front.place.run(&add).code, expected, "{regexp}: {router}");
    }

    front.live("route add new.example.com http://10.0.0.1 --priority 9223372036854774807");
    assert_eq!(front.traefik.wait_router("http", "new.example.com@file")["status"], "enabled");
    front.fails(2, "route set new.example.com --priority 9223372036854774808");
    front.fails(2, "route add '*.example.com' tcp://10.0.0.1:1 --entry-point web --tls off");
    front.fails(2, "route add '*.example.com' tcp://10.0.0.1:1 --entry-point web --tls off --traefik 3.5");
}

#[test]
fn promise_2_a_template_stays_as_it_is_beside_files_that_are_edited() {
    let template = "http:\n  routers:\n{{ range $i := until 2 }}    t{{ $i }}:\n      rule: Host(`t{{ $i }}.example.com`)\n      \
                    service: app.example.com\n{{ end }}";
    let front = Front::usual(Place::with(&[("template.yml", template)]));
    let app = Upstream::start("app");
    front.live(&format!("route add app.example.com {}", app.url()));
    front.serves("app.example.com", "/", "app /");
    front.serves("t1.example.com", "/", "app /");

    let complaint = front.fails(3, "route add new.example.com http://10.0.0.1 --file template.yml");
    assert!(complaint.contains("template.yml:3: this file is a Go template"), "{complaint}");
    let complaint = front.fails(3, "route rm t1");
    assert!(complaint.contains("what Go templates ({{) define is not seen"), "{complaint}");

    let two = Upstream::start("two");
    front.live(&format!("route set app.example.com {}", two.url()));
    front.serves("t0.example.com", "/", "two /");
    assert_eq!(front.place.read("template.yml"), template);
}
