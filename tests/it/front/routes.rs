//! Every flag of `route add` and `route set`, and what Traefik serves then.

use super::{Front, served};
use crate::support::certs::Ca;
use crate::support::http::Upstream;
use crate::support::place::Place;
use crate::support::tcp::Listener;
use crate::support::tls::Client;
use std::collections::BTreeSet;

const MIDDLEWARES: &str = "http:\n  middlewares:\n    strip:\n      stripPrefix:\n        prefixes:\n          - /api\n    \
                           add:\n      addPrefix:\n        prefix: /v2\n";

const RESOLVER: &str = "certificatesResolvers:\n  le:\n    acme:\n      email: admin@example.com\n      storage: acme.json\n      \
                        caServer: http://127.0.0.1:1/directory\n      tlsChallenge: {}";

#[test]
fn paths_and_middlewares() {
    let front = Front::usual(Place::with(&[("middlewares.yml", MIDDLEWARES)]));
    let (app, api) = (Upstream::start("app"), Upstream::start("api"));

    front.live(&format!("route add app.example.com {}", app.url()));
    let out = front.live(&format!("route add app.example.com/api {} --middleware strip", api.url()));
    assert!(out.starts_with("added  http  app.example.com~api"), "{out}");
    assert_eq!(front.get("app.example.com", "/"), served("app /"));
    assert_eq!(front.get("app.example.com", "/api"), served("api /"));
    assert_eq!(front.get("app.example.com", "/api/users"), served("api /users"));
    assert_eq!(front.get("app.example.com", "/apix"), served("app /apix"));

    front.live("route set app.example.com/api --add-middleware add");
    assert_eq!(front.get("app.example.com", "/api/users"), served("api /v2/users"));
    front.live("route set app.example.com/api --middleware add --middleware strip");
    assert_eq!(front.get("app.example.com", "/api/users"), served("api /v2/api/users"));
    front.live("route set app.example.com/api --remove-middleware add");
    assert_eq!(front.get("app.example.com", "/api/users"), served("api /users"));
    front.live("route set app.example.com/api --no-middleware");
    assert_eq!(front.get("app.example.com", "/api/users"), served("api /api/users"));

    let complaint = front.fails(3, "route set app.example.com/api --middleware nope");
    assert!(complaint.contains("Traefik would disable the route"), "{complaint}");
    assert!(complaint.contains("there are: strip, add"), "{complaint}");
    front.live("route rm app.example.com/api");
    assert_eq!(front.get("app.example.com", "/api/users"), served("app /api/users"));
}

/// Who answers a few requests.
fn answering(front: &Front, host: &str) -> String {
    let bodies: BTreeSet<String> = (0..6).map(|_| front.get(host, "/").1).collect();
    bodies.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn several_targets_share_the_load() {
    let front = Front::usual(Place::new());
    let (a, b, c) = (Upstream::start("a"), Upstream::start("b"), Upstream::start("c"));
    front.live(&format!("route add app.example.com {} {}", a.url(), b.url()));
    assert_eq!(answering(&front, "app.example.com"), "a / b /");
    front.live(&format!("route set app.example.com --add-target {}", c.url()));
    assert_eq!(answering(&front, "app.example.com"), "a / b / c /");
    front.live(&format!("route set app.example.com --remove-target {} --remove-target {}", a.url(), c.url()));
    assert_eq!(answering(&front, "app.example.com"), "b /");
    front.live(&format!("route set app.example.com {} {}", c.url(), a.url()));
    assert_eq!(answering(&front, "app.example.com"), "a / c /");
    let complaint =
        front.fails(2, &format!("route set app.example.com --remove-target {} --remove-target {}", a.url(), c.url()));
    assert!(complaint.contains("a route needs a target"), "{complaint}");
}

#[test]
fn rules_hosts_and_priorities() {
    let front = Front::usual(Place::new());
    let (app, admin, beta) = (Upstream::start("app"), Upstream::start("admin"), Upstream::start("beta"));
    front.live(&format!("route add app.example.com {} --host www.example.com", app.url()));
    assert_eq!(front.get("www.example.com", "/"), served("app /"));
    front.live("route set app.example.com --add-host shop.example.com --remove-host www.example.com");
    assert_eq!(front.get("shop.example.com", "/"), served("app /"));
    assert_eq!(front.get("www.example.com", "/").0, 404);
    front.live("route set app.example.com --host app.example.com --host www.example.com");
    assert_eq!(front.get("shop.example.com", "/").0, 404);

    let rule = "Host(`app.example.com`) && Query(`beta`, `1`)";
    front.live(&format!("route add app.example.com {} --name beta --rule '{rule}'", beta.url()));
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("beta /?beta=1"));
    assert_eq!(front.get("app.example.com", "/?beta=2"), served("app /?beta=2"));
    front.live("route set app.example.com/ --priority 1000");
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("app /?beta=1"));
    front.live("route set beta --priority 1001");
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("beta /?beta=1"));
    front.live("route set http/beta --no-priority");
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("app /?beta=1"));
    front.live("route set app.example.com@file --no-priority");
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("beta /?beta=1"));

    // Everything else, whatever host it asks for.
    front.live(&format!("route add '*' {} --name rest --priority -1", admin.url()));
    assert_eq!(front.get("unheard.example.org", "/x"), served("admin /x"));
    assert_eq!(front.get("www.example.com", "/x"), served("app /x"));

    front.live("route set beta --rule 'Host(`app.example.com`) && Method(`DELETE`)'");
    assert_eq!(front.get("app.example.com", "/?beta=1"), served("app /?beta=1"));
    let complaint = front.fails(2, "route set beta --rule 'Host(`app.example.com`'");
    assert!(complaint.contains('^'), "{complaint}");

    front.live("route rename app.example.com@file shop");
    assert_eq!(front.get("app.example.com", "/"), served("app /"));
    assert_eq!(front.traefik.api("/api/http/routers/shop@file")["service"], "shop");
    front.live("route set shop --name app --file apps/app.yml");
    assert_eq!(front.get("app.example.com", "/"), served("app /"));
    front.live("route rm app beta rest --yes");
    assert_eq!(front.get("app.example.com", "/").0, 404);
    assert_eq!(front.place.files(), []);
}

#[test]
fn entry_points_tls_and_certificate_resolvers() {
    let ca = Ca::new();
    let place = Place::with(&[("certificates.yml", &ca.leaf(&["*.example.com"]).dynamic())]);
    let front = Front::start(place, |o| o.tcp("web").tcp("websecure").tcp("inner").extra(RESOLVER));
    let app = Upstream::start("app");
    let secure = |host: &str| {
        let client = Client::new(front.port("websecure"), host).trusting(&ca);
        client.get("/").map(|r| (r.status, r.body))
    };

    front.live(&format!("route add app.example.com {} --entry-point web", app.url()));
    assert_eq!(front.get("app.example.com", "/"), served("app /"));
    assert_eq!(crate::support::http::get(front.port("inner"), "app.example.com", "/").0, 404);
    front.live("route set app.example.com --add-entry-point inner --remove-entry-point web");
    assert_eq!(front.get("app.example.com", "/").0, 404);
    assert_eq!(crate::support::http::get(front.port("inner"), "app.example.com", "/"), served("app /"));
    front.live("route set app.example.com --no-entry-point");
    assert_eq!(front.get("app.example.com", "/"), served("app /"));

    front.live("route set app.example.com --entry-point websecure --tls on");
    assert_eq!(secure("app.example.com"), Ok(served("app /")));
    front.live("route set app.example.com --cert-resolver le");
    assert_eq!(secure("app.example.com"), Ok(served("app /")));
    assert_eq!(front.traefik.api("/api/http/routers/app.example.com@file")["tls"]["certResolver"], "le");
    let complaint = front.fails(3, "route set app.example.com --cert-resolver nope");
    assert!(complaint.contains("certificate resolvers: le"), "{complaint}");
    front.live("route set app.example.com --no-cert-resolver");
    assert_eq!(secure("app.example.com"), Ok(served("app /")));
    front.live("route set app.example.com --no-tls --entry-point web");
    assert_eq!(front.get("app.example.com", "/"), served("app /"));

    // With a resolver, TLS goes without saying.
    let out =
        front.live(&format!("route add two.example.com {} --entry-point websecure --cert-resolver le", app.url()));
    assert!(out.contains("tls: on (certificate resolver)"), "{out}");
    assert_eq!(secure("two.example.com"), Ok(served("app /")));

    let echo = Listener::echo();
    let target = format!("tls://{}", echo.address());
    front.live(&format!("route add three.example.com {target} --entry-point inner --cert-resolver le"));
    let client = Client::new(front.port("inner"), "three.example.com").trusting(&ca);
    assert_eq!(client.say("x").unwrap().text, "x\n");
    let complaint = front.fails(2, "route set three.example.com --tls passthrough --cert-resolver le");
    assert!(complaint.contains("no effect unless Traefik ends TLS"), "{complaint}");
    let complaint = front.fails(2, "route set app.example.com --tls passthrough");
    assert!(complaint.contains("an HTTP route can't pass TLS through"), "{complaint}");
    let complaint = front.fails(3, "route set app.example.com --entry-point Web");
    assert!(complaint.contains("TCP entry points: web, websecure, inner"), "{complaint}");
}
