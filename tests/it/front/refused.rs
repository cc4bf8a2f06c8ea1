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

#[test]
fn a_template_stays_as_it_is_beside_files_that_are_edited() {
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
