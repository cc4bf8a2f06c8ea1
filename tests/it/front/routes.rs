//! Every flag of `route add` and `route set`, and what Traefik serves then.

use super::Front;
use crate::support::certs::Ca;
use crate::support::http::{self, Upstream};
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
    front.serves("app.example.com", "/", "app /");
    front.serves("app.example.com", "/api", "api /");
    front.serves("app.example.com", "/api/users", "api /users");

    front.live("route set app.example.com/api --add-middleware add");
    front.serves("app.example.com", "/api/users", "api /v2/users");
    front.live("route set app.example.com/api --middleware add --middleware strip");
    front.serves("app.example.com", "/api/users", "api /v2/api/users");
    front.live("route set app.example.com/api --remove-middleware add");
    front.serves("app.example.com", "/api/users", "api /users");
    front.live("route set app.example.com/api --no-middleware");
    front.serves("app.example.com", "/api/users", "api /api/users");

    let complaint = front.fails(3, "route set app.example.com/api --middleware nope");
    assert!(complaint.contains("Traefik would disable the route"), "{complaint}");
    assert!(complaint.contains("there are: strip, add"), "{complaint}");
    front.live("route rm app.example.com/api");
    front.serves("app.example.com", "/api/users", "app /api/users");
}

/// Waits until these answer a few requests, all of them and nobody else.
fn answered_by(front: &Front, who: &[&str]) {
    let bodies =
        || -> BTreeSet<String> { (0..6).map(|_| http::get(front.port("web"), "app.example.com", "/").1).collect() };
    let expected = who.iter().map(|id| format!("{id} /")).collect();
    assert_eq!(front.eventually(bodies, |got| *got == expected), expected);
}

#[test]
fn several_targets_share_the_load() {
    let front = Front::usual(Place::new());
    let (a, b, c) = (Upstream::start("a"), Upstream::start("b"), Upstream::start("c"));
    front.live(&format!("route add app.example.com {} {}", a.url(), b.url()));
    answered_by(&front, &["a", "b"]);
    front.live(&format!("route set app.example.com --add-target {}", c.url()));
    answered_by(&front, &["a", "b", "c"]);
    front.live(&format!("route set app.example.com --remove-target {} --remove-target {}", a.url(), c.url()));
    answered_by(&front, &["b"]);
    front.live(&format!("route set app.example.com {} {}", c.url(), a.url()));
    answered_by(&front, &["a", "c"]);
    let complaint =
        front.fails(2, &format!("route set app.example.com --remove-target {} --remove-target {}", a.url(), c.url()));
    assert!(complaint.contains("a route needs a target"), "{complaint}");
}

#[test]
fn rules_hosts_and_priorities() {
    let front = Front::usual(Place::new());
    let (app, admin, beta) = (Upstream::start("app"), Upstream::start("admin"), Upstream::start("beta"));
    front.live(&format!("route add app.example.com {} --host www.example.com", app.url()));
    front.serves("www.example.com", "/", "app /");
    front.live("route set app.example.com --add-host shop.example.com --remove-host www.example.com");
    front.serves("shop.example.com", "/", "app /");
    front.lacks("www.example.com", "/");
    front.live("route set app.example.com --host app.example.com --host www.example.com");
    front.lacks("shop.example.com", "/");

    front.live(&format!("route add two.example.com {}", admin.url()));
    for line in [
        "route set two.example.com --add-host app.example.com",
        "route set two.example.com --rule 'Host(`www.example.com`)'",
        "route add www.example.com http://10.0.0.1",
    ] {
        let complaint = front.fails(3, line);
        assert!(complaint.contains("routes.yml:3: "), "{complaint}");
    }
    front.live("route rm two.example.com");

    let rule = "Host(`app.example.com`) && PathPrefix(`/`) && Query(`beta`, `1`)";
    front.live(&format!("route add app.example.com {} --name beta --rule '{rule}'", beta.url()));
    front.serves("app.example.com", "/?beta=1", "beta /?beta=1");
    front.serves("app.example.com", "/?beta=2", "app /?beta=2");
    front.live("route set app.example.com --priority 1000");
    front.serves("app.example.com", "/?beta=1", "app /?beta=1");
    front.live("route set beta --priority 1001");
    front.serves("app.example.com", "/?beta=1", "beta /?beta=1");
    front.live("route set http/beta --no-priority");
    front.serves("app.example.com", "/?beta=1", "app /?beta=1");
    front.live("route set app.example.com@file --no-priority");
    front.serves("app.example.com", "/?beta=1", "beta /?beta=1");

    // Everything else, whatever host it asks for.
    front.live(&format!("route add '*' {} --name rest", admin.url()));
    front.live(&format!("route add a.io {}", beta.url()));
    front.serves("a.io", "/x", "beta /x");
    front.serves("unheard.example.org", "/x", "admin /x");
    front.serves("www.example.com", "/x", "app /x");

    front.live("route set beta --rule 'Host(`app.example.com`) && Method(`DELETE`)'");
    front.serves("app.example.com", "/?beta=1", "app /?beta=1");
    let complaint = front.fails(2, "route set beta --rule 'Host(`app.example.com`'");
    assert!(complaint.contains('^'), "{complaint}");

    front.live("route rename app.example.com@file shop");
    front.serves("app.example.com", "/", "app /");
    assert_eq!(front.traefik.wait_router("http", "shop@file")["service"], "shop");
    std::fs::create_dir(front.place.dir().join("apps")).unwrap();
    let complaint = front.fails(2, "route set shop --name app --file apps/app.yml");
    assert!(complaint.contains("make other changes in a command of their own"), "{complaint}");
    front.ok("route set shop --file apps/app.yml");
    front.live("route set shop --name app");
    front.serves("app.example.com", "/", "app /");
    front.live("route rm app beta rest a.io --yes");
    front.lacks("app.example.com", "/");
    assert_eq!(front.place.files(), []);
}

#[test]
fn entry_points_tls_and_certificate_resolvers() {
    let ca = Ca::new();
    let place = Place::with(&[("certificates.yml", &ca.leaf(&["*.example.com"]).dynamic())]);
    let front = Front::start(place, |o| o.tcp("web").tcp("websecure").tcp("inner").extra(RESOLVER));
    let app = Upstream::start("app");
    let secure = |host: &str, body: &str| {
        let client = Client::new(front.port("websecure"), host).trusting(&ca);
        let got = front.eventually(|| client.get("/").map(|r| r.body), |got| got.as_deref() == Ok(body));
        assert_eq!(got, Ok(body.to_owned()), "{host}");
    };

    front.live(&format!("route add app.example.com {} --entry-point web", app.url()));
    front.serves("app.example.com", "/", "app /");
    front.lacks_on("inner", "app.example.com", "/");
    front.live("route set app.example.com --add-entry-point inner --remove-entry-point web");
    front.lacks("app.example.com", "/");
    front.serves_on("inner", "app.example.com", "/", "app /");
    front.live("route set app.example.com --no-entry-point");
    front.serves("app.example.com", "/", "app /");

    front.live("route set app.example.com --entry-point websecure --tls on");
    secure("app.example.com", "app /");
    front.live("route set app.example.com --cert-resolver le");
    secure("app.example.com", "app /");
    let resolver = || front.traefik.api("/api/http/routers/app.example.com@file")["tls"]["certResolver"].clone();
    assert_eq!(front.eventually(resolver, |name| name == "le"), "le");
    let complaint = front.fails(3, "route set app.example.com --cert-resolver nope");
    assert!(complaint.contains("certificate resolvers: le"), "{complaint}");
    front.live("route set app.example.com --no-cert-resolver");
    secure("app.example.com", "app /");
    front.live("route set app.example.com --no-tls --entry-point web");
    front.serves("app.example.com", "/", "app /");

    // With a resolver, TLS goes without saying.
    let out =
        front.live(&format!("route add two.example.com {} --entry-point websecure --cert-resolver le", app.url()));
    assert!(out.contains("tls: on (certificate resolver)"), "{out}");
    secure("two.example.com", "app /");

    let echo = Listener::echo();
    let target = format!("tls://{}", echo.address());
    front.live(&format!("route add three.example.com {target} --entry-point inner --cert-resolver le"));
    let client = Client::new(front.port("inner"), "three.example.com").trusting(&ca);
    let said = front.eventually(|| client.say("x").map(|reply| reply.text), |got| *got == Ok("x\n".into()));
    assert_eq!(said, Ok("x\n".into()));
    let complaint = front.fails(2, "route set three.example.com --tls passthrough --cert-resolver le");
    assert!(complaint.contains("no effect unless Traefik ends TLS"), "{complaint}");
    let complaint = front.fails(2, "route set app.example.com --tls passthrough");
    assert!(complaint.contains("an HTTP route can't pass TLS through"), "{complaint}");
    let complaint = front.fails(3, "route set app.example.com --entry-point Web");
    assert!(complaint.contains("TCP entry points: web, websecure, inner"), "{complaint}");
}
