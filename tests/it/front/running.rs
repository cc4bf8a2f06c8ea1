//! `diff live`: what the real Traefik has loaded, compared with the files.

use super::Front;
use crate::support::place::Place;

/// A bit of everything that Traefik's API tells in words of its own.
const EVERYTHING: &str = "\
http:
  routers:
    plain: {rule: Host(`plain.example.com`), service: plain}
    full: {rule: 'Host(`full.example.com`) && PathPrefix(`/x`)', service: plain@file, entryPoints: [secure, web], middlewares: [auth, strip@file], priority: 42, tls: {options: default, domains: [{main: example.com, sans: ['*.example.com']}]}}
    'odd name/~': {rule: Host(`odd.example.com`), service: weighted, entryPoints: web, observability: {accessLogs: false}}
    absent: {rule: Host(`absent.example.com`), service: nowhere}
  services:
    plain:
      loadBalancer:
        servers: [{url: 'http://127.0.0.1:1'}, {url: 'http://127.0.0.1:2/', weight: 3}]
        sticky: {cookie: {}}
        healthCheck: {path: /}
        serversTransport: own
    weighted: {weighted: {services: [{name: plain, weight: 3}, {name: mirrored@file}], sticky: {cookie: {name: w}}}}
    mirrored: {mirroring: {service: plain, mirrors: [{name: plain, percent: 10}]}}
    failing: {failover: {service: plain, fallback: weighted}}
  middlewares:
    auth: {basicAuth: {users: ['eve:$2y$05$secret'], realm: here}}
    strip: {stripPrefix: {prefixes: /a, forceSlash: true}}
    limit: {rateLimit: {average: 10, period: 1m}}
    squeeze: {compress: {}}
    chained: {chain: {middlewares: [auth, strip@file]}}
    errors: {errors: {status: 500-599, service: plain, query: /e}}
    forward: {forwardAuth: {address: http://127.0.0.1:9, trustForwardHeader: true}}
    again: {retry: {attempts: 3}}
    head: {headers: {customRequestHeaders: {X-A: b}, stsSeconds: 5}}
  serversTransports:
    own: {insecureSkipVerify: true, forwardingTimeouts: {dialTimeout: 3}}
tcp:
  routers:
    db: {rule: HostSNI(`db.example.com`), service: db, entryPoints: [mongodb], tls: {passthrough: true}}
    rest: {rule: HostSNI(`*`), service: db, entryPoints: [mongodb], middlewares: only}
  services:
    db: {loadBalancer: {servers: [{address: '127.0.0.1:3'}], proxyProtocol: {}}}
  middlewares:
    only: {ipAllowList: {sourceRange: [10.0.0.0/8]}}
udp:
  routers: {dns: {service: dns}}
  services: {dns: {loadBalancer: {servers: [{address: '127.0.0.1:53'}]}}}
tls:
  options: {strict: {minVersion: VersionTLS12}}
";
const TOML: &str = "[http.routers.toml]\nrule = 'Host(`toml.example.com`)'\nservice = 'toml'\n[http.routers.toml.tls]\n[[http.services.toml.loadBalancer.servers]]\nurl = 'http://127.0.0.1:4'\n";
const SAME: &str = "no difference between the running Traefik and the files\n";

fn front(watch: bool) -> Front {
    Front::start(Place::with(&[("all.yml", EVERYTHING), ("sub/more.toml", TOML)]), |o| {
        o.tcp("web")
            .tcp_with("secure", "http:\n  tls: {}\n  middlewares: [auth@file]\nobservability: {metrics: false}")
            .tcp("mongodb")
            .udp("dns")
            .watch(watch)
    })
}

impl Front {
    fn differs(&self, line: &str) -> String {
        let ran = self.types(line);
        assert_eq!(ran.code, 1, "{ran:?}");
        ran.out
    }
}

#[test]
fn promise_18_what_is_loaded_does_not_differ() {
    let front = front(true);
    assert_eq!(front.ok("diff live"), SAME);
    assert_eq!(front.ok("diff dynamic live"), "no difference between dynamic and the running Traefik\n");
    for change in [
        "route add new.example.com http://127.0.0.1:5 --wait",
        "route set plain --entry-point web --entry-point secure --wait",
        "route set plain --entry-point secure --middleware limit --tls on --wait",
        "route rm full --wait",
    ] {
        front.ok(change);
        assert_eq!(front.ok("diff live"), SAME, "{change}");
    }
}

#[test]
fn what_is_not_loaded_is_named() {
    let front = front(false);
    front.ok("route add new.example.com http://127.0.0.1:5");
    front.ok("route set full --no-priority --remove-middleware auth");
    front.place.write("sub/more.toml", &TOML.replace(":4", ":6"));
    let text = front.place.read("all.yml").replace("$secret", "$other").replace("average: 10", "average: 20");
    front.place.write("all.yml", &text.replace("    again: {retry: {attempts: 3}}\n", ""));
    assert_eq!(
        front.differs("diff live"),
        "\
- router full: middleware auth removed
- router full: priority no longer set; it was 42
+ new router new.example.com: Host(`new.example.com`) to service new.example.com
+ new service new.example.com: http://127.0.0.1:5
+ service toml: new server http://127.0.0.1:6
- service toml: server http://127.0.0.1:4 gone
- middleware again gone: retry
~ middleware auth: basicAuth.users: new password for eve
~ middleware limit: rateLimit.average is 20; it was 10
7 differences between the running Traefik and the files
"
    );
    let found = front.place.run(&["diff", "live", "-o", "json", "--api", &front.url()]);
    assert!(!found.out.contains("$other") && !found.out.contains("$secret"), "{}", found.out);
    let found: serde_json::Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(
        (&found["from"], found["differences"].as_array().map(Vec::len)),
        (&"the running Traefik".into(), Some(7))
    );
}

#[test]
fn a_hand_edit_that_traefik_refuses_is_named() {
    let front = front(true);
    let before = front.traefik.refusals();
    front.place.write("sub/more.toml", &TOML.replace(":4", ":6").replace("rule =", "rules ="));
    front.place.write("all.yml", &EVERYTHING.replace("average: 10", "average: 20"));
    crate::support::wait_for("a refusal", || (front.traefik.refusals() > before).then_some(()));
    let out = front.differs("diff live");
    for line in [
        "- Traefik would refuse this now, and a restart would lose all 8 routes: see `cloudlunacy validate`",
        "~ middleware limit: rateLimit.average is 20; it was 10",
        "+ service toml: new server http://127.0.0.1:6",
    ] {
        assert!(out.contains(line), "{line}\n{out}");
    }
}

#[test]
fn what_a_template_says_is_left_out() {
    let front = Front::usual(Place::with(&[(
        "t.yml",
        "http: {services: {t: {loadBalancer: {servers: [{url: 'http://127.0.0.1:{{ 9 }}'}]}}}}\n",
    )]));
    front.ok("route add a.example.com http://127.0.0.1:1 --wait");
    let ran = front.types("diff live");
    assert_eq!((ran.code, ran.out.as_str()), (0, SAME), "{ran:?}");
    assert!(ran.err.contains("t.yml is a Go template: what it says is not compared"), "{ran:?}");
}

#[test]
fn it_is_one_side_only_and_must_be_running() {
    let place = Place::new();
    assert_eq!(place.run(&["diff", "live", "live"]).code, 2);
    assert_eq!(place.run(&["diff", "live"]).code, 4);
    assert_eq!(place.run(&["diff", "live", "--api", "http://127.0.0.1:1"]).code, 4);
}
