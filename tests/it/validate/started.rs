//! Where Traefik's static configuration stands: a file, a compose file, flags; and what its paths are on this machine.

use super::{bare, of_rule};
use crate::support::place::{Place, Ran};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

const ROUTES: &str = "\
http:
  routers:
    app:
      rule: Host(`app.example.com`)
      entryPoints: [web]
      service: noop@internal
      tls: {certResolver: le}
tls:
  certificates:
    - {certFile: /dyn/app.pem, keyFile: /certs/app.key}
";
const COMPOSE: &str = "\
services:
  traefik:
    image: traefik:v3.7
    command: --entryPoints.websecure.address=:${PORT:-443} --providers.file.directory=/dyn
    volumes:
      - ./dynamic:/dyn
";
const FILE: &str = "entryPoints: {web: {address: ':80'}}\nproviders: {file: {directory: /dyn}}\n";

fn place() -> Place {
    Place::with(&[("routes.yml", ROUTES)])
}

fn beside(place: &Place, name: &str, text: &str) {
    std::fs::write(place.top().join(name), text).unwrap();
}

fn json(place: &Place, args: &[&str]) -> Value {
    let ran: Ran = bare(place, &[&["validate", "-o", "json"], args].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e} {ran:?}"))
}

/// The static configuration that was used, and how it was found.
fn used(value: &Value) -> (&str, &str) {
    let used = &value["summary"]["static"];
    (used["file"].as_str().unwrap_or(""), used["found"].as_str().unwrap_or(""))
}

fn paths<'v>(value: &'v Value, rule: &str) -> Vec<&'v str> {
    of_rule(value, rule).iter().map(|f| f["path"].as_str().unwrap()).collect()
}

#[test]
fn a_compose_file_beside_the_directory_is_found_by_what_it_mounts() {
    let place = place();
    beside(&place, "compose.yaml", COMPOSE);
    let found = json(&place, &["dynamic"]);
    assert_eq!(used(&found), ("compose.yaml", "found beside the directory"));
    assert_eq!(paths(&found, "unknown-entry-point"), ["http.routers.app.entryPoints"], "it has websecure only");
    assert_eq!(paths(&found, "certificate-missing"), ["tls.certificates[0].certFile"], "mounted, and not there");
    assert_eq!(paths(&found, "unmapped-path"), ["tls.certificates[0].keyFile"], "mounted nowhere");
    beside(&place, "compose.yaml", &COMPOSE.replace("./dynamic:", "./other:"));
    assert_eq!(used(&json(&place, &["dynamic"])), ("", ""));
    let mapped = json(&place, &["--static", "compose.yaml", "--map", "/dyn=dynamic", "--map", "/certs=."]);
    assert_eq!(paths(&mapped, "unmapped-path"), [""; 0]);
    assert_eq!(paths(&mapped, "certificate-missing").len(), 2);
}

#[test]
fn a_compose_file_may_lead_to_a_file_that_it_mounts() {
    let place = place();
    let launch = COMPOSE.replace("      - ./dyn", "      - ./main.yml:/etc/traefik/traefik.yml\n      - ./dyn");
    beside(&place, "compose.yaml", &launch);
    beside(&place, "main.yml", FILE);
    let found = json(&place, &["--static", "compose.yaml#traefik"]);
    assert_eq!(used(&found), ("main.yml", "flag"));
    assert_eq!(found["summary"]["static"]["started_by"], "compose.yaml");
    assert!(of_rule(&found, "unknown-entry-point").is_empty(), "the file has web");
    let ignored = of_rule(&found, "static-setting")[0];
    assert_eq!((&ignored["file"], &ignored["line"]), (&"compose.yaml".into(), &4.into()), "{ignored}");
    let named = COMPOSE.replace("command:", "command: --configFile=/conf/t.yml");
    beside(&place, "compose.yaml", &named);
    let unknown = json(&place, &["--static", "compose.yaml", "dynamic"]);
    assert!(of_rule(&unknown, "unmapped-path").iter().any(|f| f["file"] == "compose.yaml"), "{unknown}");
    assert_eq!(unknown["summary"]["static"]["read"], false);
    assert!(of_rule(&unknown, "unknown-entry-point").is_empty(), "unknown, so taken to exist");
}

#[test]
fn a_dynamic_file_that_is_mounted_by_itself_is_found_and_variables_come_from_env() {
    let place = place();
    beside(&place, "compose.yaml", &format!("{COMPOSE}      - ./dynamic/routes.yml:/dyn/routes.yml\n"));
    beside(&place, ".env", "PORT=http\n");
    let found = json(&place, &["dynamic"]);
    assert_eq!(of_rule(&found, "mounted-file")[0]["line"], 7);
    beside(&place, ".env", "PORT=99999\n");
    assert_eq!(of_rule(&json(&place, &["dynamic"]), "static-refused")[0]["line"], 4, "no port");
}

#[test]
fn flags_are_read_as_traefik_reads_them() {
    let place = place();
    let flags =
        "--ENTRYPOINTS.web.address=:80 --certificatesresolvers.le.acme.tlschallenge --entryPoints.web.adress=:1";
    let found = json(&place, &["dynamic", "--static-args", flags]);
    assert_eq!(used(&found), ("--static-args", "flag"));
    assert!(of_rule(&found, "unknown-entry-point").is_empty() && of_rule(&found, "unknown-resolver").is_empty());
    let refused = of_rule(&found, "static-refused")[0];
    assert_eq!((&refused["column"], &refused["path"]), (&76.into(), &"ENTRYPOINTS.web.adress".into()));
    beside(&place, "main.yml", FILE);
    let file = json(&place, &["dynamic", "--static-args", "--configFile=main.yml"]);
    assert_eq!(used(&file), ("main.yml", "flag"));
    let both = bare(&place, &["validate", "--static", "main.yml", "--static-args=--api"]);
    assert_eq!(both.code, 2, "{both:?}");
}

#[test]
fn one_that_can_t_be_read_is_a_finding_and_stops_whoever_changes_something() {
    let place = place();
    beside(&place, "main.yml", "entryPoints: [\n");
    let found = json(&place, &["dynamic", "--static", "main.yml"]);
    assert_eq!((&found["verdict"], &found["summary"]["errors"]), (&"accepted".into(), &1.into()));
    assert_eq!(of_rule(&found, "static-refused")[0]["file"], "main.yml");
    assert_eq!(place.run(&["--static", "main.yml", "route", "add", "a.example.com", "http://10.0.0.1"]).code, 2);
}

#[test]
fn one_beside_the_directory_may_be_written_for_another_machine() {
    let place = place();
    beside(&place, "traefik.yml", &FILE.replace("/dyn", "/opt/nowhere/dynamic"));
    let found = json(&place, &[&place.dir().display().to_string()]);
    assert_eq!(used(&found).1, "found beside the directory");
    let unmapped = of_rule(&found, "unmapped-path");
    let said = "\"/certs/app.key\", \"/dyn/app.pem\" can't be seen from here, so they are not looked at";
    assert_eq!(unmapped[0]["message"], said, "other paths are not of this machine");
    assert_eq!(unmapped.len(), 1, "one --map mends all");
    beside(&place, "traefik.yml", &FILE.replace("/dyn", "/opt/nowhere/else"));
    assert_eq!(used(&json(&place, &[&place.dir().display().to_string()])), ("", ""));
}

#[test]
fn a_resolver_that_cannot_use_its_storage_counts_as_none() {
    let place = place();
    let storage = place.top().join("acme.json");
    let text = format!(
        "{FILE}certificatesResolvers: {{le: {{acme: {{tlsChallenge: {{}}, storage: {}}}}}}}\n",
        storage.display()
    );
    beside(&place, "main.yml", &text);
    beside(&place, "acme.json", "{}");
    let with_rights = |mode| {
        std::fs::set_permissions(&storage, std::fs::Permissions::from_mode(mode)).unwrap();
        let found = json(&place, &["dynamic", "--static", "main.yml", "--map", "/dyn=dynamic", "--map", "/=/"]);
        (of_rule(&found, "static-setting").len(), of_rule(&found, "unknown-resolver").len())
    };
    assert_eq!(with_rights(0o600), (0, 0));
    assert_eq!(with_rights(0o644), (1, 1));
}
