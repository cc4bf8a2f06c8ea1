//! What the static configuration decides: which files are managed, and what new routes get.

use super::{Front, words};
use crate::support::certs::Ca;
use crate::support::http::{self, Upstream};
use crate::support::place::{Place, Ran};
use crate::support::tls::Client;
use crate::support::traefik::{Options, Traefik};
use crate::support::wait_for;

/// Types a command that knows nothing but Traefik's static configuration.
fn typed(place: &Place, traefik: &Traefik, line: &str) -> Ran {
    let output = place.bare().args(words(line)).arg("--static").arg(traefik.static_file()).output().unwrap();
    Ran::of(output)
}

#[test]
fn one_file_is_managed_where_traefik_reads_one_file() {
    let place = Place::with(&[("dynamic.yml", "# by hand\n"), ("neighbour.yml", "http: [")]);
    let traefik = Traefik::start(&Options::filename(&place.dir().join("dynamic.yml")).tcp("web"));
    let app = Upstream::start("app");
    let ok = |line: &str| {
        let ran = typed(&place, &traefik, line);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
        ran.out
    };

    let out = ok(&format!("route add app.example.com {}", app.url()));
    assert!(out.contains("dynamic.yml:"), "{out}");
    traefik.wait_router("http", "app.example.com@file");
    wait_for("the target", || (http::get(traefik.port("web"), "app.example.com", "/").1 == "app /").then_some(()));

    let before = place.files();
    let ran = typed(&place, &traefik, "route add b.example.com http://10.0.0.1 --file other.yml");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("the one file \"dynamic.yml\""), "{}", ran.err);
    assert_eq!(place.files(), before);

    let two = Upstream::start("two");
    ok(&format!("route set app.example.com {}", two.url()));
    wait_for("the other target", || {
        (http::get(traefik.port("web"), "app.example.com", "/").1 == "two /").then_some(())
    });
    ok("route rm app.example.com");
    traefik.wait_gone("http", "app.example.com@file");
    assert!(place.read("dynamic.yml").starts_with("# by hand\n"));

    let mut names: Vec<_> = std::fs::read_dir(place.dir()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".cloudlunacy", "dynamic.yml", "neighbour.yml"]);
    assert!(traefik.refused().is_none(), "{:?}", traefik.refused());
}

/// The one file that Traefik reads must not go with its last route: Traefik would keep what it has loaded.
#[test]
fn the_one_file_stays_when_its_last_route_goes() {
    let place = Place::new();
    let file = place.dir().join("dynamic.yml");
    let provider = format!("providers: {{file: {{filename: {:?}}}}}\n", file.display().to_string());
    std::fs::write(place.top().join("static.yml"), provider).unwrap();
    let command = |line: &str| {
        let output = place.bare().args(words(line)).args(["--static", "static.yml"]).output().unwrap();
        let ran = Ran::of(output);
        assert_eq!(ran.code, 0, "{line}: {}", ran.err);
    };
    // Traefik does not start its file provider while the file is missing.
    command("route add app.example.com http://10.0.0.1");
    let traefik = Traefik::start(&Options::filename(&file).tcp("web"));
    traefik.wait_router("http", "app.example.com@file");
    command("route rm app.example.com");
    traefik.wait_gone("http", "app.example.com@file");
    assert_eq!(place.read("dynamic.yml"), "");
}

#[test]
fn the_directory_comes_from_the_static_configuration() {
    let place = Place::new();
    let traefik = Traefik::start(&Options::directory(&place.dir()).tcp("web"));
    let app = Upstream::start("app");
    let ran = typed(&place, &traefik, &format!("route add app.example.com {}", app.url()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    traefik.wait_router("http", "app.example.com@file");
    wait_for("the target", || (http::get(traefik.port("web"), "app.example.com", "/").1 == "app /").then_some(()));
}

#[test]
fn http_routes_get_tls_where_their_entry_points_have_it() {
    const RESOLVER: &str = "certificatesResolvers:\n  le:\n    acme:\n      email: admin@example.com\n      \
                            storage: acme.json\n      caServer: http://127.0.0.1:1/directory\n      tlsChallenge: {}";
    let ca = Ca::new();
    let other = "http:\n  routers:\n    other:\n      rule: Host(`other.example.com`)\n      service: noop@internal\n      \
                 entryPoints:\n        - inner\n      tls: {}\n";
    let place = Place::with(&[("certificates.yml", &ca.leaf(&["*.example.com"]).dynamic()), ("other.yml", other)]);
    let front = Front::start(place, |o| {
        let secure = "http:\n  tls:\n    certResolver: le\n    options: strict@file\n";
        o.tcp("web").tcp_with("websecure", secure).tcp("inner").extra(RESOLVER)
    });
    front.by_hand("options.yml", "tls:\n  options:\n    strict:\n      minVersion: VersionTLS13\n");
    let app = Upstream::start("app");
    let secure = |entry_point: &str, host: &str, body: &str| {
        let client = Client::new(front.port(entry_point), host).trusting(&ca);
        let got = front.eventually(|| client.get("/").map(|r| r.body), |got| got.as_deref() == Ok(body));
        assert_eq!(got, Ok(body.to_owned()), "{host}");
    };

    let out = front.live(&format!("route add a.example.com {} --entry-point websecure", app.url()));
    assert!(out.contains("tls: on (entry point websecure)"), "{out}");
    secure("websecure", "a.example.com", "app /");
    let tls = &front.traefik.wait_router("http", "a.example.com@file")["tls"];
    assert_eq!((&tls["certResolver"], &tls["options"]), (&"le".into(), &"strict@file".into()));

    let out = front.live(&format!("route add b.example.com {} --entry-point inner", app.url()));
    assert!(out.contains("tls: on (as router \"other\")"), "{out}");
    secure("inner", "b.example.com", "app /");

    let out = front.live(&format!("route add c.example.com {} --entry-point websecure --entry-point inner", app.url()));
    assert!(out.contains("tls: on"), "{out}");
    secure("inner", "c.example.com", "app /");

    let out = front.live(&format!("route add d.example.com {} --entry-point web --entry-point inner", app.url()));
    assert!(out.contains("tls: off"), "{out}");
    front.serves("d.example.com", "/", "app /");
    front.serves_on("inner", "d.example.com", "/", "app /");

    let out = front.live(&format!("route add e.example.com {} --entry-point websecure --entry-point web", app.url()));
    assert!(out.contains("tls: off"), "{out}");
    front.serves("e.example.com", "/", "app /");
    secure("websecure", "e.example.com", "app /");

    let out = front.live(&format!("route add f.example.com {}", app.url()));
    assert!(out.contains("entry points: Traefik's default; tls: off"), "{out}");
    front.serves("f.example.com", "/", "app /");
    secure("websecure", "f.example.com", "app /");
}
