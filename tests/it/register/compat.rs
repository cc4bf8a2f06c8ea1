//! The requests of agents that were installed for an earlier server.

use crate::support::place::Place;
use crate::support::register::{Server, token};
use serde_json::{Value, json};

const DOMAINS: [&str; 6] =
    ["--compat", "--app-domain", "apps.example.com", "--mongo-domain", "mongodb.example.com", "--insecure-http"];

fn place() -> (Place, Server) {
    let place = Place::new();
    let config = "entryPoints: {web: {address: ':80'}, mongodb: {address: ':27017'}, redis: {address: ':6379'}}\n";
    std::fs::write(place.top().join("traefik.yml"), config).unwrap();
    let server = Server::start(&place, &[&DOMAINS[..], &["--static", "traefik.yml"]].concat());
    (place, server)
}

fn grant(place: &Place, id: &str, uses: u32) -> String {
    let hosts = "--host *.apps.example.com --host *.mongodb.example.com";
    token(place, id, &format!("{hosts} --target 10.8.0.0/24 --uses {uses}"))
}

/// Registers, as the installer does; gives the body.
fn register(server: &Server, id: &str, key: &str) -> (u16, Value) {
    let body = json!({ "agentId": id, "agentKey": key, "agentName": "x", "targetIp": "192.168.1.5" });
    let said = server.send("POST", "/api/agents/register", None, &body.to_string());
    (said.status, serde_json::from_str(&said.body).unwrap())
}

#[test]
fn each_recorded_request_gets_what_it_needs() {
    let (place, server) = place();
    let key = grant(&place, "srv-1", 1);
    let (status, said) = register(&server, "srv-1", &key);
    assert_eq!((status, &said["success"], &said["agentId"]), (201, &json!(true), &json!("srv-1")));
    assert!(said["tlsEnabled"].is_boolean() && said["targetIp"].is_string());
    let bearer = said["token"].as_str().filter(|token| !token.is_empty()).unwrap().to_owned();
    // Installed again, at no further use.
    assert_eq!(register(&server, "srv-1", &key).0, 201);
    let config = server.ask(200, ("GET", "/api/config/srv-1"), &bearer, "")["certificates"].clone();
    for (name, same) in [("caCert", "ca"), ("serverCert", "cert"), ("serverKey", "key")] {
        assert!(config[name].as_str().unwrap().starts_with("-----BEGIN ") && config[name] == config[same], "{name}");
    }
    assert_eq!(
        server.ask(200, ("GET", "/api/config/srv-1"), &bearer, "")["certificates"],
        config,
        "asking changes nothing"
    );
    let ask = |status: u16, method: &str, path: &str, body: Value| {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let said = server.ask(status, (method, path), &bearer, &body);
        assert_eq!(said["success"], true, "{path}: {said}");
        said
    };
    let database = json!({ "agentId": "srv-1", "targetIp": "10.8.0.7", "targetPort": 27017, "useTls": true });
    let said = ask(201, "POST", "/api/mongodb/register", database);
    assert_eq!((&said["domain"], &said["tlsEnabled"]), (&json!("srv-1.mongodb.example.com"), &json!(true)));
    assert_eq!(said["connectionString"], "mongodb://srv-1.mongodb.example.com:27017/?tls=true");
    let app = json!({ "agentId": "srv-1", "subdomain": "shop", "targetUrl": "http://10.8.0.7:3000/", "expectedDomain": "shop.apps.example.com", "options": { "useTls": false, "check": true } });
    assert_eq!(ask(201, "POST", "/api/proxy/http", app)["domain"], "shop.apps.example.com");
    let redis =
        json!({ "agentId": "srv-1", "targetHost": "10.8.0.7", "targetPort": "6379", "options": { "useTls": true } });
    ask(201, "POST", "/api/proxy/redis", redis);
    let routes = ask(200, "GET", "/api/proxy/routes", Value::Null)["routes"].clone();
    let subdomains: Vec<&str> = routes.as_array().unwrap().iter().map(|r| r["subdomain"].as_str().unwrap()).collect();
    assert_eq!(subdomains, ["srv-1", "shop", "srv-1"]);
    let said = server.send(
        "POST",
        "/api/agents/authenticate",
        None,
        &json!({ "agentId": "srv-1", "agentKey": key }).to_string(),
    );
    assert!(said.status == 200 && said.body.contains("\"token\""), "{}", said.body);
    ask(200, "GET", "/api/proxy/agents/srv-1", Value::Null);
    ask(200, "GET", "/api/agents/srv-1", Value::Null);
    ask(200, "DELETE", "/api/proxy", json!({ "agentId": "srv-1", "subdomain": "shop" }));
    ask(200, "DELETE", "/api/mongodb/srv-1", Value::Null);
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "srv-1.apps.example.com\n");
    ask(200, "DELETE", "/api/agents/srv-1", Value::Null);
    assert!(place.files().is_empty());
    assert_eq!(server.send("GET", "/health", None, "").body.trim(), "{\"status\":\"ok\"}");
    // Who has left does not come back by what he left with.
    assert_eq!(register(&server, "srv-1", &key).0, 401);
    assert_eq!(server.send("GET", "/api/proxy/routes", Some(&bearer), "").status, 401);
}

#[test]
fn promise_19_the_faults_of_the_earlier_server_are_gone() {
    let (place, server) = place();
    let (one, two) = (grant(&place, "srv-1", 3), grant(&place, "srv-2", 3));
    register(&server, "srv-1", &one);
    register(&server, "srv-2", &two);
    let app = |agent: &str, subdomain: &str, url: &str| {
        json!({ "agentId": agent, "subdomain": subdomain, "targetUrl": url, "options": { "useTls": false } })
            .to_string()
    };
    server.ask(201, ("POST", "/api/proxy/http"), &one, &app("srv-1", "shop", "http://10.8.0.7:3000"));
    let before = place.files();
    let refused = |status: u16, method: &str, path: &str, bearer: Option<&str>, body: &str| {
        let said = server.send(method, path, bearer, body);
        assert_eq!(said.status, status, "{method} {path} {body}: {}", said.body);
        assert!(!said.body.to_lowercase().contains("token"), "{}", said.body);
        assert_eq!(place.files(), before, "{method} {path} {body}");
    };
    let http = "/api/proxy/http";
    // Registration proves something.
    for (id, key) in [
        ("srv-1", "guess"),
        ("srv-1", &two),
        ("srv-3", &one),
        ("../x", &one),
        ("srv`1", &one),
        ("", &one),
        ("SRV-1", &one),
    ] {
        let status = register(&server, id, key).0;
        assert!(matches!(status, 401 | 403 | 422), "{id}: {status}");
    }
    let token = json!({ "agentId": "token", "agentKey": "token token" }).to_string();
    refused(401, "POST", "/api/agent/register", None, &token);
    // Nobody speaks for another, in the body or in the path.
    refused(403, "POST", http, Some(&two), &app("srv-1", "mine", "http://10.8.0.7:3000"));
    refused(403, "DELETE", "/api/proxy", Some(&two), r#"{"agentId": "srv-1", "subdomain": "shop"}"#);
    refused(403, "DELETE", "/api/agents/srv-1", Some(&two), "");
    refused(403, "GET", "/api/config/srv-1", Some(&two), "");
    refused(401, "GET", "/api/config/srv-1", None, "");
    refused(401, "GET", "/api/config/srv-1", Some("x"), "");
    // Nothing reaches the rule.
    for subdomain in ["x`) || HostRegexp(`.+`) || Host(`y", "*", "", "a b", "{{env}}", "-a", "a/b", "shop\n"] {
        refused(422, "POST", http, Some(&one), &app("srv-1", subdomain, "http://10.8.0.7:3000"));
    }
    // Targets are checked.
    for (status, url) in [
        (403, "http://169.254.169.254"),
        (403, "http://127.0.0.1:8080"),
        (403, "http://10.9.0.1:3000"),
        (422, "http://localhost:3000"),
        (422, "http://10.8.0.7:abc"),
        (422, "file:///etc/passwd"),
        (422, "http://u:p@10.8.0.7"),
        (422, "http://10.8.0.7/path?x"),
        (422, "tcp://10.8.0.7:22"),
    ] {
        refused(status, "POST", http, Some(&one), &app("srv-1", "new", url));
    }
    let database = |ip: &str, port: Value| {
        json!({ "agentId": "srv-1", "targetIp": ip, "targetPort": port, "useTls": true }).to_string()
    };
    refused(422, "POST", "/api/mongodb/register", Some(&one), &database("10.8.0.7", json!("abc")));
    refused(422, "POST", "/api/mongodb/register", Some(&one), &database("10.8.0.7; reboot", json!(27017)));
    refused(403, "POST", "/api/mongodb/register", Some(&one), &database("192.168.1.5", json!(27017)));
    refused(422, "POST", "/api/mongodb/register", Some(&one), &database("", json!(27017)));
    // One host has one owner.
    refused(409, "POST", http, Some(&two), &app("srv-2", "shop", "http://10.8.0.9:3000"));
    // Nothing unknown is a success.
    refused(404, "GET", "/api/anything", Some(&one), "");
    refused(405, "DELETE", http, Some(&one), "");
    // A token for many ids would let each be all of them.
    let many =
        crate::support::register::token(&place, "vps-*", "--host {id}.apps.example.com --target 10.8.0.0/24 --uses 9");
    assert_eq!(register(&server, "vps-1", &many).0, 403);
    // Revoked, it counts no more, at the next request.
    let id = one.split('_').nth(1).unwrap();
    place.ok(&["--state-dir", "state", "agent", "token", "revoke", id]);
    refused(401, "POST", http, Some(&one), &app("srv-1", "shop", "http://10.8.0.7:3000"));
}
