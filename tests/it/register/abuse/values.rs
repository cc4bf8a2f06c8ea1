//! Hosts, targets, names and fields that an agent may not have.

use super::{ME, Siege};
use crate::support::register::{key, token};
use serde_json::{Value, json};

const BAD: (u16, &str) = (422, "bad-value");
const UNKNOWN: (u16, &str) = (422, "unknown-field");
const TAKEN: (u16, &str) = (409, "host-taken");
const NOT_GRANTED: (u16, &str) = (403, "not-granted");
const FORBIDDEN: (u16, &str) = (403, "target-forbidden");

fn to(host: &str) -> Value {
    json!({ "host": host, "target": "http://10.8.0.7:3000" })
}

fn at(target: &str) -> Value {
    json!({ "host": "new.apps.example.com", "target": target })
}

#[test]
fn cases_1_4_5_8_9_10_22_23_hosts_that_are_none() {
    let siege = Siege::begin();
    let long = format!("{}.apps.example.com", "a".repeat(64));
    let longest = format!("{}apps.example.com", "a.".repeat(120));
    let hosts = [
        "a.com`) || Host(`b.com",
        "a.apps.example.com`) || PathPrefix(`/",
        "a.apps.example.com\\`) || Host(`b",
        "a.apps.example.com\")",
        "a.apps.example.com/x",
        "a.apps.example.com\nrule: x",
        "a.apps.example.com\r\n",
        "a.apps.example.com\0",
        "a\u{2028}.apps.example.com",
        "a\u{202e}.apps.example.com",
        "a\u{200b}.apps.example.com",
        "a\u{1b}[31m.apps.example.com",
        "{{ env \"CF_API_TOKEN\" }}",
        "{{env}}.apps.example.com",
        "{{.apps.example.com",
        "{a.apps.example.com",
        "a: {x",
        "*anchor",
        "!!tag",
        "<<",
        "# ",
        "- ",
        "a.apps.example.com..",
        ".a.apps.example.com",
        "",
        " ",
        ".",
        "*",
        "*.",
        "**.apps.example.com",
        "a*.apps.example.com",
        "*.*.apps.example.com",
        "а.apps.example.com",
        "ａ.apps.example.com",
        "a。apps.example.com",
        "ß.apps.example.com",
        "İ.apps.example.com",
        "\u{212a}.apps.example.com",
        "-a.apps.example.com",
        "a-.apps.example.com",
        "a..apps.example.com",
        "a_b.apps.example.com",
        "a b.apps.example.com",
        "a.apps.example.com:443",
        "a.apps.example.com@file",
        "http://a.apps.example.com",
        "1.2.3.4",
        "[::1]",
        "::1",
        &long,
        &longest,
    ];
    for host in hosts {
        siege.route_refused(BAD, &to(host));
    }
    for subdomain in ["x`) || HostRegexp(`.+`) || Host(`y", "*", "", "{{env}}", "-a", "a/b", "a\n", "a..b", "а"] {
        siege.route_refused(BAD, &json!({ "subdomain": subdomain, "target": "http://10.8.0.7:3000" }));
    }
    siege.route_refused(BAD, &json!({ "subdomain": "a", "host": "a.apps.example.com", "target": "http://10.8.0.7:1" }));
    siege.route_refused(BAD, &json!({ "target": "http://10.8.0.7:3000" }));
    siege.route_refused(BAD, &json!({ "target": "mongodb://10.8.0.7:3000" }));
    // What is the same to Traefik is the same here.
    let put = |host: &str| {
        let said = siege.server.send("PUT", &format!("{ME}/routes/shop"), Some(&siege.key), &to(host).to_string());
        assert_eq!((said.status, said.body.contains("\"unchanged\"")), (200, true), "{host}: {}", said.body);
    };
    ["shop.apps.example.com", "SHOP.Apps.Example.COM", "shop.apps.example.com."].iter().for_each(|host| put(host));
    siege.holds();
}

#[test]
fn cases_11_to_15_hosts_that_others_have() {
    let siege = Siege::begin();
    for (expected, host) in [
        // Another agent's, also by other letters, and under its wildcard, and over it.
        (TAKEN, "blog.apps.example.com"),
        (TAKEN, "BLOG.apps.example.com."),
        (TAKEN, "mongo.apps.example.com"),
        (TAKEN, "a.pool.apps.example.com"),
        (TAKEN, "*.pool.apps.example.com"),
        (TAKEN, "*.apps.example.com"),
        // An administrator's: HTTP, by a pattern, for one path, in odd words, by TCP.
        (TAKEN, "traefik.apps.example.com"),
        (TAKEN, "a.wild.apps.example.com"),
        (TAKEN, "path.apps.example.com"),
        (TAKEN, "negated.apps.example.com"),
        (TAKEN, "db.apps.example.com"),
        // A host of one's own, but the name of its router is an administrator's, or that of its service.
        (TAKEN, "name.apps.example.com"),
        (TAKEN, "service.apps.example.com"),
        // Nobody's, and not the agent's either.
        (NOT_GRANTED, "b.wild.apps.example.com"),
        (NOT_GRANTED, "example.com"),
        (NOT_GRANTED, "apps.example.com"),
        (NOT_GRANTED, "a.b.apps.example.com"),
        (NOT_GRANTED, "*.example.com"),
        (NOT_GRANTED, "*.wild.apps.example.com"),
        (NOT_GRANTED, "xn--pple-43d.com"),
        (NOT_GRANTED, "aapps.example.com"),
        (NOT_GRANTED, "a.apps.example.com.example.org"),
    ] {
        siege.route_refused(expected, &to(host));
    }
    // By another protocol it is the same host.
    for target in ["mongodb", "postgres", "redis", "tls"] {
        let route = json!({ "host": "blog.apps.example.com", "target": format!("{target}://10.8.0.7:3000"), "tls": "passthrough" });
        siege.route_refused(TAKEN, &route);
    }
    // Who may have one route of two has none.
    let both = json!({ "routes": { "a": to("fine.apps.example.com"), "b": to("blog.apps.example.com") } });
    siege.refused(TAKEN, ("PUT", ME), Some(&siege.key), &both.to_string());
    siege.holds();
}

#[test]
fn case_13_a_rule_that_nobody_can_read_may_be_for_any_host() {
    let siege = Siege::begin();
    let file = "http:\n  routers:\n    odd: {rule: 'Host(`x`) &&& Path(', service: odd}\n  services:\n    odd: {loadBalancer: {servers: [{url: 'http://192.0.2.1:1'}]}}\n";
    siege.place.write("odd.yml", file);
    siege.refused(
        TAKEN,
        ("PUT", &format!("{ME}/routes/new")),
        Some(&siege.key),
        &to("new.apps.example.com").to_string(),
    );
    siege.place.write("odd.yml", "{{ range $i := until 3 }}\n{{ end }}\n");
    siege.refused(
        TAKEN,
        ("PUT", &format!("{ME}/routes/new")),
        Some(&siege.key),
        &to("new.apps.example.com").to_string(),
    );
    std::fs::remove_file(siege.place.dir().join("odd.yml")).expect("it goes");
    siege.server.ask(201, ("PUT", &format!("{ME}/routes/new")), &siege.key, &to("new.apps.example.com").to_string());
}

#[test]
fn cases_3_14_16_what_is_not_for_agents() {
    let siege = Siege::begin();
    for field in [
        "rule",
        "priority",
        "service",
        "middlewares",
        "entryPoints",
        "entry_points",
        "path",
        "name",
        "hosts",
        "file",
        "{{",
    ] {
        for value in [json!("HostRegexp(`.*`)"), json!(99999), json!(["api@internal"]), Value::Null] {
            let mut route = to("new.apps.example.com");
            route[field] = value;
            siege.route_refused(UNKNOWN, &route);
        }
    }
    for field in ["grant", "state", "max_routes", "agent", "id", "credential"] {
        siege.refused(UNKNOWN, ("PUT", ME), Some(&siege.key), &json!({ field: "web-8" }).to_string());
    }
    for method in ["GET", "DELETE"] {
        siege.refused(UNKNOWN, (method, ME), Some(&siege.key), r#"{"id": "web-8"}"#);
    }
    for (scheme, tls) in [("http", "passthrough"), ("https", "passthrough"), ("mongodb", "off"), ("tls", "off")] {
        let target = format!("{scheme}://10.8.0.7:3000");
        siege.route_refused(BAD, &json!({ "host": "new.apps.example.com", "target": target, "tls": tls }));
    }
    let twice = json!({ "a": to("new.apps.example.com"), "b": to("NEW.apps.example.com.") });
    siege.refused(BAD, ("PUT", ME), Some(&siege.key), &json!({ "routes": twice }).to_string());
    for tls in [json!("maybe"), json!({ "options": "none@file" }), json!({ "certResolver": "x" })] {
        let mut route = to("new.apps.example.com");
        route["tls"] = tls;
        siege.route_refused(BAD, &route);
    }
    siege.holds();
}

#[test]
fn cases_17_to_21_targets_that_are_none_or_not_the_agents() {
    let siege = Siege::begin();
    for target in ["http://evil.example", "http://localhost:3000", "http://metadata.google.internal", "http://a.b:3000"]
    {
        siege.route_refused((422, "target-not-an-address"), &at(target));
    }
    for target in [
        "http://127.1:3000",
        "http://2130706433",
        "http://0x7f.1",
        "http://0177.0.0.1",
        "http://0x7f000001:3000",
        "file:///etc/passwd",
        "unix:/run/x.sock",
        "gopher://10.8.0.7:3000",
        "javascript:alert(1)",
        "h2c://10.8.0.7:3000",
        "tcp://10.8.0.7:3000",
        "udp://10.8.0.7:3000",
        "http://u:p@10.8.0.7:3000",
        "http://10.8.0.7:3000/x?y#z",
        "http://10.8.0.7:3000/x",
        "http://10.8.0.7:0",
        "http://10.8.0.7:65536",
        "http://10.8.0.7:80:80",
        "http:///",
        "http://",
        "http:10.8.0.7",
        "//10.8.0.7:3000",
        "10.8.0.7:3000",
        "http://10.8.0.7:\t3000",
        " http://10.8.0.7:3000",
        "http://10.8.0.7:3000\n",
        "http://10.8.0.7:+3000",
        "http://10.8.0.7:３０００",
        "http://１０.8.0.7:3000",
        "http://[::1",
        "http://::1",
        "http://[fe80::1%25eth0]:3000",
        "http://[fe80::1%eth0]:3000",
        "http://10.8.0:3000",
        "http://10.8.0.7.:3000",
        "http://010.8.0.7:3000",
        "http://10.8.0.7:3000{{env}}",
        "http://{{env}}",
        "http://10.8.0.7:3000`",
        "",
        "http://10.8.0.7:3000@127.0.0.1",
        "HTTP://10.8.0.7:3000 ",
        "http://10.8.0.7\\@127.0.0.1",
        "http://*:3000",
    ] {
        let said = siege.server.send("PUT", &format!("{ME}/routes/new"), Some(&siege.key), &at(target).to_string());
        let code: Value = serde_json::from_str(&said.body).expect("JSON");
        let code = code["code"].as_str().expect("a code").to_owned();
        assert!(["bad-value", "target-not-an-address"].contains(&code.as_str()), "{target:?}: {}", said.body);
        siege.route_refused((422, &code), &at(target));
    }
    for target in [
        "http://127.0.0.1:3000",
        "http://[::1]:3000",
        "http://0.0.0.0:3000",
        "http://[::]:3000",
        "http://[::ffff:127.0.0.1]:3000",
        "http://[::127.0.0.1]:3000",
        "http://169.254.169.254",
        "http://[fe80::1]:3000",
        "http://[fd00:ec2::254]:3000",
        "http://100.100.100.200:3000",
        "http://10.8.1.7:3000",
        "http://10.8.0.7:2999",
        "http://10.8.0.7:4000",
        "http://10.8.0.7",
        "http://[::ffff:10.9.0.7]:3000",
        "mongodb://10.8.0.7",
        "redis://192.0.2.1:3000",
    ] {
        siege.route_refused(FORBIDDEN, &at(target));
    }
    // Who may reach everything may reach nothing of this machine.
    let grant = "--host *.wide.example.com --target 0.0.0.0/0 --target ::/0";
    let wide = siege.server.join(&token(&siege.place, "wide", grant), "{}");
    let own = format!("http://127.0.0.1:{}", siege.server.port);
    for target in [
        own.as_str(),
        "http://127.0.0.1:3000",
        "http://127.255.255.254:3000",
        "http://[::1]:3000",
        "http://0.0.0.0:3000",
        "http://[::]:3000",
        "http://[::ffff:127.0.0.1]:3000",
        "http://[::127.0.0.1]:3000",
        "http://[64:ff9b::7f00:1]:3000",
        "http://[2002:7f00:1::]:3000",
        "http://[::ffff:a9fe:a9fe]:3000",
        "http://169.254.169.254",
        "http://[fe80::1]:3000",
        "http://[fd00:ec2::254]",
        "http://100.100.100.200",
        "http://224.0.0.1:3000",
        "http://255.255.255.255:3000",
        "http://[ff02::1]:3000",
        "http://[64:ff9b::a9fe:a9fe]",
        "http://[2002:a9fe:a9fe::1]",
    ] {
        let route = json!({ "host": "a.wide.example.com", "target": target }).to_string();
        siege.refused(FORBIDDEN, ("PUT", &format!("{ME}/routes/a")), Some(&wide), &route);
    }
    // Loopback by name does not hold for the ports of our own.
    let near = siege.server.join(&token(&siege.place, "near", "--host n.example.com --target 127.0.0.0/8"), "{}");
    let route = |target: &str| json!({ "host": "n.example.com", "target": target }).to_string();
    siege.refused(FORBIDDEN, ("PUT", &format!("{ME}/routes/a")), Some(&near), &route(&own));
    siege.server.ask(201, ("PUT", &format!("{ME}/routes/a")), &near, &route("http://127.0.0.1:3000"));
    siege.holds();
}

#[test]
fn cases_5_6_names_that_are_none() {
    let siege = Siege::begin();
    let long = "a".repeat(64);
    let names = [
        "..%2f",
        "%2e%2e",
        ".",
        "..",
        "",
        "a.yml",
        "con.yml",
        "-a",
        "a-",
        "A",
        "a_b",
        "a:b",
        "*anchor",
        "!!tag",
        "&a",
        "~",
        "%00",
        "%0a",
        "a%0d%0aX:y",
        "{{x}}",
        "a`b",
        "a'b",
        "a,b",
        "a@file",
        "%D0%B0",
        long.as_str(),
    ];
    for name in names {
        let body = to("new.apps.example.com").to_string();
        let path = format!("{ME}/routes/{name}");
        let before = siege.kept();
        let said = siege.server.send("PUT", &path, Some(&siege.key), &body);
        assert!(matches!(said.status, 400 | 404 | 422), "{name}: {} {}", said.status, said.body);
        assert!(siege.kept() == before, "{name}");
    }
    for path in ["/routes/a/b", "/routes/../me", "/routes", "//routes/a", "/routes/a/", "/./routes/a", "/%72outes/a"] {
        siege.refused((404, "no-such-path"), ("PUT", &format!("{ME}{path}")), Some(&siege.key), "{}");
    }
    for name in ["", "../x", "/abs", "A", "a.b", "a b", "a\n", "<<", "{{", "а", "a\0", "a\u{2028}", &long] {
        siege.refused(
            BAD,
            ("PUT", ME),
            Some(&siege.key),
            &json!({ "routes": { name: to("new.apps.example.com") } }).to_string(),
        );
        let join = json!({ "key": key(), "id": name }).to_string();
        siege.refused(BAD, ("POST", "/v1/agents"), Some(&siege.token), &join);
    }
    // Names that YAML takes for something else are names.
    for name in ["yes", "null", "1e3", "0x1", "on", "1", "true"] {
        let body = to("new.apps.example.com").to_string();
        siege.server.send("PUT", &format!("{ME}/routes/{name}"), Some(&siege.key), &body);
        let shown = siege.server.ask(200, ("GET", ME), &siege.key, "");
        assert_eq!(shown["routes"][name]["host"], "new.apps.example.com", "{name}: {shown}");
    }
    siege.server.ask(200, ("DELETE", &format!("{ME}/routes/true")), &siege.key, "");
    siege.holds();
}

#[test]
fn case_37_no_more_routes_than_are_granted() {
    let siege = Siege::begin();
    let route = |n: usize| (format!("r{n}"), to(&format!("r{n}.apps.example.com")));
    let of = |count: usize| json!({ "routes": (0..count).map(route).collect::<serde_json::Map<_, _>>() }).to_string();
    siege.refused((403, "quota"), ("PUT", ME), Some(&siege.key), &of(33));
    siege.refused((413, "body-too-large"), ("PUT", ME), Some(&siege.key), &of(1000));
    siege.server.ask(200, ("PUT", ME), &siege.key, &of(32));
    let one = to("new.apps.example.com").to_string();
    siege.refused((403, "quota"), ("PUT", &format!("{ME}/routes/new")), Some(&siege.key), &one);
    siege.server.ask(200, ("PUT", ME), &siege.key, &of(1));
    siege.holds();
}
