//! What this tool says of routes, compared with what the real Traefik has loaded from the same files.

use crate::support::place::Place;
use crate::support::traefik::{Options, Traefik};
use serde_json::{Map, Value};

/// Hand-written routes in every spelling that Traefik accepts.
const SPELLINGS: &str = r#"
x-common: &common {middlewares: [strip], entryPoints: "web, websecure"}
HTTP:
  Routers:
    plain: {rule: Host(`plain.test`), service: s}
    fields: {RULE: Host(`fields.test`), Service: s, PRIORITY: "7", EntryPoints: web}
    merged: {<<: *common, rule: Host(`merged.test`), service: s}
    tls-empty: {rule: Host(`t1.test`), service: s, tls: {}}
    tls-null: {rule: Host(`t2.test`), service: s, tls: }
    tls-true: {rule: Host(`t3.test`), service: s, tls: true}
    tls-TRUE: {rule: Host(`t4.test`), service: s, tls: "TRUE"}
    tls-false: {rule: Host(`t5.test`), service: s, tls: false}
    tls-list: {rule: Host(`t6.test`), service: s, tls: []}
    tls-word: {rule: Host(`t7.test`), service: s, tls: hello}
    tls-options: {rule: Host(`t8.test`), service: s, tls: {certResolver: le, Options: default}}
    literal:
      rule: |
        Host(`literal.test`) &&
        PathPrefix(`/a`)
      service: >-
        s
      priority: 0x10
    octal: {rule: Host(`octal.test`), service: s, priority: 010}
    "quoted \u006eame": {"rule": "Host(\u0060quoted.test\u0060)", 'service': 's@file'}
    no: {rule: Host(`no.test`), service: s}
    dropped: ~
    aliased: &aliased {rule: Host(`aliased.test`), service: s}
    alias: *aliased
    list: {rule: Host(`list.test`), service: s, middlewares: [ strip , strip2@file ], entryPoints: [web, websecure]}
    two-hosts: {rule: "Host(`two.test`) || host(`TWO2.test`)", service: w}
    empty-tls-text: {rule: Host(`t9.test`), service: s, tls: ""}
  services:
    s: {loadBalancer: {servers: [{url: "http://127.0.0.1:1"}, {URL: http://127.0.0.1:2}]}}
    w: {weighted: {services: [{name: s, weight: 2}]}}
  middlewares:
    strip: {stripPrefix: {prefixes: /x}}
    strip2: {stripPrefix: {prefixes: [/y]}}
tcp:
  routers:
    sni: {rule: HostSNI(`sni.test`), service: t, tls: {passthrough: "true"}}
    sni-one: {rule: HostSNI(`one.test`), service: t, tls: {passthrough: 1}}
    ended: {rule: HostSNI(`ended.test`), service: t, tls: {passthrough: false}}
    any: {rule: HostSNI(`*`), service: t, entryPoints: [mongodb]}
  services:
    t: {loadBalancer: {servers: [{address: "127.0.0.1:3"}]}}
udp:
  routers:
    u: {entryPoints: dns, service: u}
  services:
    u: {loadBalancer: {servers: [{address: "127.0.0.1:4"}]}}
"#;

fn traefik(place: &Place) -> Traefik {
    let resolver = "certificatesResolvers: {le: {acme: {email: a@b.test, storage: acme.json, caServer: 'http://127.0.0.1:1/dir', httpChallenge: {entryPoint: web}}}}\n";
    Traefik::start(
        &Options::directory(&place.dir()).tcp("web").tcp("websecure").tcp("mongodb").udp("dns").extra(resolver),
    )
}

/// Compares every route that is listed with Traefik's own view; gives how many there were.
fn compare(place: &Place, traefik: &Traefik) -> usize {
    let listed = place.json(&["route", "list"]);
    let raw = traefik.api("/api/rawdata");
    let section = |kind: &str, http: &str| {
        raw[if kind == "http" { http.to_owned() } else { format!("{kind}{}", capital(http)) }].clone()
    };
    let routes = listed["routes"].as_array().unwrap();
    for kind in ["http", "tcp", "udp"] {
        let theirs = section(kind, "routers");
        let mut names: Vec<String> = theirs
            .as_object()
            .unwrap_or(&Map::new())
            .keys()
            .filter_map(|k| k.strip_suffix("@file").map(str::to_owned))
            .collect();
        let mut ours: Vec<String> =
            routes.iter().filter(|r| r["kind"] == kind).map(|r| r["name"].as_str().unwrap().to_owned()).collect();
        ours.sort();
        names.sort();
        assert_eq!(ours, names, "{kind} routers");
    }
    for route in routes {
        let (kind, name) = (route["kind"].as_str().unwrap(), route["name"].as_str().unwrap());
        let theirs = &section(kind, "routers")[format!("{name}@file")];
        let same =
            |field: &str, ours: &Value, theirs: &Value| assert_eq!(ours, theirs, "{kind} {name}: {field}\n{theirs:#}");
        assert_eq!(theirs["status"], "enabled", "{name}: {theirs:#}");
        same("rule", &route["rule"], &theirs["rule"]);
        same("service", &route["service"], &theirs["service"]);
        if route["entry_points"] != Value::Array(Vec::new()) {
            same(
                "entry points",
                &Value::from(sorted(&route["entry_points"])),
                &Value::from(sorted(&theirs["entryPoints"])),
            );
        }
        let tls = match &theirs["tls"] {
            Value::Null => "off",
            tls if tls["passthrough"] == true => "passthrough",
            _ => "on",
        };
        same("tls", &route["tls"], &Value::from(tls));
        same("certificate resolver", &route["cert_resolver"], &theirs["tls"]["certResolver"]);
        let qualified = |m: &Value| {
            Value::from(m.as_str().map(|m| if m.contains('@') { m.to_owned() } else { format!("{m}@file") }))
        };
        let middlewares: Vec<Value> = route["middlewares"].as_array().unwrap().iter().map(qualified).collect();
        let used =
            theirs["middlewares"].as_array().cloned().unwrap_or_default().iter().map(qualified).collect::<Vec<_>>();
        same("middlewares", &Value::from(middlewares), &Value::from(used));
        if !route["priority"].is_null() {
            same("priority", &route["priority"], &theirs["priority"]);
        }
        let service = theirs["service"].as_str().unwrap().trim_end_matches("@file");
        if let Some(servers) =
            section(kind, "services")[format!("{service}@file")]["loadBalancer"]["servers"].as_array()
        {
            let servers: Vec<Value> =
                servers.iter().map(|s| if kind == "http" { s["url"].clone() } else { s["address"].clone() }).collect();
            same("servers", &route["servers"], &Value::from(servers));
        }
    }
    routes.len()
}

fn capital(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}

fn sorted(list: &Value) -> Vec<String> {
    let mut all: Vec<String> = list.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

#[test]
fn promise_16_every_spelling_is_read_as_traefik_reads_it() {
    let place = Place::with(&[("a.yml", SPELLINGS)]);
    let traefik = traefik(&place);
    traefik.wait_router("http", "plain@file");
    assert_eq!(traefik.refusals(), 0, "{:?}", traefik.refused());
    assert_eq!(compare(&place, &traefik), 25);
}

#[test]
fn promise_16_every_route_that_can_be_added_is_enabled() {
    let place = Place::with(&[("m.yml", "http:\n  middlewares:\n    m.1: {compress: {}}\n"), ("t.toml", "")]);
    let traefik = traefik(&place);
    let hosts = [
        "a.test",
        "UPPER.test.",
        "under_score.test",
        "*.wild.test",
        "x--y.test",
        "1.2.test",
        "xn--bcher-kva.test",
        "deep.er.and.deep.er.test",
    ];
    let paths = ["", "/api", "/a/b.c~d", "/!$&'()*+,;=:@", "/%2F%25", "/-._"];
    let mut count = 0;
    for (at, host) in hosts.iter().enumerate() {
        for path in paths {
            let host_path = format!("{host}{path}");
            let file = if at % 2 == 0 { "t.toml" } else { "routes.yml" };
            place.ok(&[
                "route",
                "add",
                &host_path,
                "http://127.0.0.1:1",
                "https://[::1]:2",
                "--file",
                file,
                "--middleware",
                "m.1",
                "--priority",
                "3",
            ][..if count % 3 == 0 { 11 } else { 9 }]);
            count += 1;
        }
        place.ok(&[
            "route",
            "add",
            host,
            "mongodb://under_score:1",
            "--entry-point",
            "mongodb",
            "--file",
            if at % 2 == 0 { "t.toml" } else { "tcp.yaml" },
        ]);
        count += 1;
    }
    let rules = [
        r"HostRegexp(`^[a-z]+\.re\.test$`)",
        r#"Host("quoted.test") && Query(`a`, `"b"`)"#,
        "Method(`GET`) && !PathPrefix(`/x: #y`)",
        "Path(`/{id}`) || Header(`X-A`, `'`)",
    ];
    for (at, rule) in rules.iter().enumerate() {
        for (file, name) in [("t.toml", "toml"), ("routes.yml", "yaml")] {
            let rule = format!("({rule}) && Host(`{name}.test`)");
            let name = format!("rule:-{at}-{name}");
            place.ok(&[
                "route",
                "add",
                "any.test",
                "http://127.0.0.1:1",
                "--name",
                &name,
                "--rule",
                &rule,
                "--file",
                file,
                "--priority",
                "-5",
            ]);
            count += 1;
        }
    }
    for name in [
        "yes",
        "1e3",
        "0x1F",
        "2024-01-01",
        "null",
        "~",
        "a:b",
        "[0]",
        "*x",
        "&y",
        "!z",
        "é",
        "-",
        "%41",
        "#1",
        "<<",
        "{a}",
        "true",
        ".5",
        "=",
        "|",
        "?",
        "long-".repeat(60).as_str(),
    ] {
        let host = format!("name{count}.test");
        place.ok(&[
            "route",
            "add",
            &host,
            "http://127.0.0.1:1",
            "--name",
            name,
            "--file",
            if count % 2 == 0 { "t.toml" } else { "routes.yml" },
        ]);
        count += 1;
    }
    place.ok(&["route", "add", "*", "udp://127.0.0.1:9", "--entry-point", "dns", "--name", "dns"]);
    count += 1;
    traefik.wait_router("udp", "dns@file");
    traefik.quiet();
    assert_eq!(traefik.refusals(), 0, "{:?}", traefik.refused());
    assert_eq!(compare(&place, &traefik), count);
}
