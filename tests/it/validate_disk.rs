//! `validate` and the disk around the files: links, pipes, odd names, permissions, certificates, own addresses.

use crate::support::certs::Ca;
use crate::support::place::Place;
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

const ROUTE: &str = "http:\n  routers:\n    a:\n      rule: Host(`a.example.com`)\n      service: noop@internal\n";

/// The verdict, and each finding of these rules as `rule: message`.
fn validate(place: &Place, args: &[&str]) -> (String, Vec<String>) {
    let json = place.json(&[&["validate"], args].concat());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let findings = json["findings"].as_array().unwrap();
    let found = findings.iter().map(|f| format!("{}: {}", text(&f["rule"]), text(&f["message"])));
    (text(&json["verdict"]), found.collect())
}

fn chmod(place: &Place, name: &str, mode: u32) {
    set_permissions(place.dir().join(name), Permissions::from_mode(mode)).unwrap();
}

fn only(found: &[String], rule: &str) -> Vec<String> {
    let prefix = format!("{rule}: ");
    found.iter().filter_map(|f| f.strip_prefix(&prefix)).map(str::to_owned).collect()
}

#[test]
fn a_link_that_leads_nowhere_is_refused_and_one_to_the_null_device_is_empty() {
    for target in ["me@host.1:2", ".#a.yml", "routes.yml/x"] {
        let place = Place::with(&[("routes.yml", ROUTE)]);
        symlink(target, place.dir().join(".#a.yml")).unwrap();
        let (verdict, found) = validate(&place, &[]);
        assert_eq!(verdict, "rejected", "{found:?}");
        assert_eq!(only(&found, "dangling-link"), [format!("this link leads nowhere: {target:?}")]);
        assert_eq!(place.run(&["validate"]).code, 1);
    }
    let place = Place::with(&[("routes.yml", ROUTE)]);
    symlink("/dev/null", place.dir().join("masked.yml")).unwrap();
    symlink("nowhere", place.dir().join("notes.txt")).unwrap();
    let (verdict, found) = validate(&place, &[]);
    assert_eq!((verdict.as_str(), only(&found, "irregular-file").len()), ("accepted", 0), "{found:?}");
}

#[test]
fn a_pipe_or_a_link_to_a_folder_under_a_loaded_name_is_refused_and_nothing_hangs() {
    let place = Place::with(&[("routes.yml", ROUTE)]);
    assert!(Command::new("mkfifo").arg(place.dir().join("pipe.yml")).status().unwrap().success());
    let (verdict, found) = validate(&place, &[]);
    assert_eq!((verdict.as_str(), only(&found, "irregular-file").len()), ("rejected", 1), "{found:?}");

    let place = Place::with(&[("routes.yml", ROUTE)]);
    symlink(place.top(), place.dir().join("folder.yml")).unwrap();
    let (verdict, found) = validate(&place, &[]);
    assert_eq!((verdict.as_str(), only(&found, "irregular-file").len()), ("rejected", 1), "{found:?}");

    let place = Place::with(&[("folder.yml/routes.yml", ROUTE)]);
    assert_eq!(validate(&place, &[]).0, "accepted");
}

#[test]
fn odd_names_are_said_to_be_loaded_or_not() {
    let place = Place::with(&[
        ("routes.yml", ROUTE),
        ("routes.bak.yml", ""),
        (".git/hooks.yml", ""),
        ("team/a.yml", ""),
        ("team/b.yml", ""),
        ("old.yml.bak", ""),
        ("all.json", "{}"),
        ("routes.yml~", ""),
    ]);
    symlink(place.top(), place.dir().join("linked")).unwrap();
    let (verdict, found) = validate(&place, &[]);
    assert_eq!(verdict, "accepted");
    assert_eq!(only(&found, "editor-file"), ["this looks like a backup, and Traefik loads it"]);
    assert_eq!(only(&found, "hidden-folder-loaded"), ["Traefik loads this file, although .git is hidden"]);
    let unwatched = only(&found, "unwatched-file");
    assert!(
        unwatched.contains(&"Traefik loads this file and 1 more in team/, but does not see when it changes".into())
    );
    assert_eq!(only(&found, "not-loaded-file").len(), 3, "{found:?}");
}

#[test]
fn what_others_may_write_or_read_is_told_by_modes() {
    let place = Place::with(&[
        ("routes.yml", "http:\n  middlewares:\n    auth:\n      basicAuth:\n        users: ['a:$2y$05$x']\n"),
        ("sub/more.yml", ROUTE),
    ]);
    chmod(&place, "routes.yml", 0o640);
    chmod(&place, "sub/more.yml", 0o644);
    chmod(&place, "sub", 0o755);
    let (_, found) = validate(&place, &[]);
    assert!(only(&found, "file-permissions").is_empty() && only(&found, "secret-permissions").is_empty(), "{found:?}");
    chmod(&place, "routes.yml", 0o646);
    chmod(&place, "sub", 0o777);
    let (_, found) = validate(&place, &[]);
    assert_eq!(only(&found, "file-permissions").len(), 2, "{found:?}");
    assert_eq!(
        only(&found, "secret-permissions"),
        ["every user of the machine can read these hashes (mode 0646 of the file)"]
    );
}

#[test]
fn certificates_are_read_where_they_are_named() {
    let ca = Ca::new();
    let (app, other) = (ca.leaf(&["app.example.com"]), ca.leaf(&["other.example.com"]));
    let router = |host: &str| ROUTE.replace("a.example.com", host) + "      tls: {}\n";
    let place = Place::with(&[("routes.yml", &(router("app.example.com") + &app.dynamic()))]);
    let rules = ["certificate-missing", "certificate-broken", "certificate-unreadable", "host-not-covered"];
    let found = validate(&place, &[]).1;
    assert!(rules.iter().all(|rule| only(&found, rule).is_empty()), "{found:?}");

    place.write("routes.yml", &(router("www.example.com") + &app.dynamic()));
    assert_eq!(only(&validate(&place, &[]).1, "host-not-covered"), ["no certificate covers www.example.com"]);

    let mixed = app.dynamic().replace(app.key.to_str().unwrap(), other.key.to_str().unwrap());
    place.write("routes.yml", &mixed);
    let words = "Traefik can't use this certificate: private key does not match public key";
    assert_eq!(only(&validate(&place, &[]).1, "certificate-broken"), [words]);

    place.write("routes.yml", &app.dynamic().replace(app.key.to_str().unwrap(), "/nowhere/app.key"));
    assert_eq!(only(&validate(&place, &[]).1, "certificate-missing"), ["there is no file \"/nowhere/app.key\""]);

    place.write("routes.yml", &app.dynamic().replace(app.key.to_str().unwrap(), place.top().to_str().unwrap()));
    let unreadable = only(&validate(&place, &[]).1, "certificate-unreadable");
    assert!(unreadable.len() == 1 && unreadable[0].ends_with("it is a folder"), "{unreadable:?}");
}

#[test]
fn relative_paths_are_tried_in_the_working_directory_and_beside_the_static_configuration() {
    let ca = Ca::new();
    let leaf = ca.leaf(&["app.example.com"]);
    let pair = "tls:\n  certificates:\n    - certFile: certs/app.pem\n      keyFile: certs/app.key\n";
    let place = Place::with(&[("tls.yml", pair)]);
    let missing = |args: &[&str]| only(&validate(&place, args).1, "certificate-missing").len();
    assert_eq!(missing(&[]), 2);
    let beside = place.top().join("etc/certs");
    std::fs::create_dir_all(&beside).unwrap();
    std::fs::write(place.top().join("etc/traefik.yml"), "entryPoints:\n  web:\n    address: ':80'\n").unwrap();
    std::fs::copy(&leaf.cert, beside.join("app.pem")).unwrap();
    std::fs::copy(&leaf.key, beside.join("app.key")).unwrap();
    assert_eq!((missing(&[]), missing(&["--static", "etc/traefik.yml"])), (2, 0));
    assert!(Command::new("cp").arg("-r").arg(&beside).arg(place.top()).status().unwrap().success());
    assert_eq!(missing(&[]), 0);
}

#[test]
fn a_named_pipe_or_a_huge_file_in_place_of_a_certificate_does_no_harm() {
    let pair = "tls:\n  certificates:\n    - certFile: pipe\n      keyFile: huge\n    - certFile: /dev/zero\n      keyFile: huge\n";
    let place = Place::with(&[("tls.yml", pair)]);
    assert!(Command::new("mkfifo").arg(place.top().join("pipe")).status().unwrap().success());
    std::fs::File::create(place.top().join("huge")).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(only(&validate(&place, &[]).1, "certificate-unreadable").len(), 4);
}

#[test]
fn a_server_on_this_machine_s_own_entry_point_is_found() {
    let service = "http:\n  services:\n    a:\n      loadBalancer:\n        servers:\n          - url: http://127.0.0.1:8000/\n          - url: http://127.0.0.1:8001\n";
    let place = Place::with(&[("routes.yml", service)]);
    std::fs::write(place.top().join("traefik.yml"), "entryPoints:\n  web:\n    address: ':8000'\n").unwrap();
    let found = validate(&place, &["--static", "traefik.yml"]).1;
    assert_eq!(only(&found, "target-is-traefik"), ["this is Traefik's own entry point \"web\""]);
    assert!(only(&validate(&place, &[]).1, "target-is-traefik").is_empty());
}
