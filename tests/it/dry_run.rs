//! `--dry-run`: its diff, through the real `patch -p1`, gives exactly what the command writes.

use crate::support::place::Place;
use std::io::Write;
use std::process::{Command, Stdio};

const ROUTES: &str = "# hand-written\nhttp:\n  routers:\n    a:\n      rule: Host(`a.example.com`)\n      service: a\n    b: {rule: Host(`b.example.com`), service: b}\n  services:\n    a: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}\n    b: {loadBalancer: {servers: [{url: http://10.0.0.2}]}}\n";
const TOML: &str = "# hand-written\n[http.routers.a]\nrule = \"Host(`a.example.com`)\"\nservice = \"a\"\n\n[http.services.a.loadBalancer]\nservers = [{ url = \"http://10.0.0.1\" }]\n";

/// Runs one command three ways: dry, dry and patched, and for real.
fn agree(files: &[(&str, &str)], args: &[&str]) {
    let (patched, real) = (Place::with(files), Place::with(files));
    let dry = [args, &["--dry-run"]].concat();
    let before = patched.files();
    let diff = patched.ok(&dry);
    assert!(!diff.is_empty(), "{args:?}");
    assert_eq!(patched.files(), before, "{args:?}");
    assert!(!patched.dir().join(".cloudlunacy").exists(), "a dry run leaves nothing behind");

    let mut patch = Command::new("patch")
        .args(["-p1", "--binary", "--no-backup-if-mismatch"])
        .current_dir(patched.dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    patch.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
    let output = patch.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}\n{diff}\n{}", String::from_utf8_lossy(&output.stdout));
    real.ok(args);
    assert_eq!(patched.files(), real.files(), "{args:?}\n{diff}");
    assert_eq!(real.json(&[&["route", "ls"], &[][..]].concat()), patched.json(&["route", "ls"]));
}

#[test]
fn patch_applies_what_the_command_would_write() {
    let add: &[&str] = &["route", "add", "c.example.com", "http://10.0.0.3"];
    for args in [
        add,
        &["route", "set", "a", "--add-host", "www.example.com", "--priority", "3"],
        &["route", "rm", "a", "b"],
        &["route", "rename", "a", "z"],
        &["route", "add", "c.example.com", "http://10.0.0.3", "--file", "new.yml"],
    ] {
        agree(&[("routes.yml", ROUTES)], args);
    }
    agree(&[], add);
    agree(&[("two words.yml", ROUTES)], &["route", "set", "a", "http://10.0.0.9"]);
    agree(&[], &["route", "add", "c.example.com", "http://10.0.0.3", "--file", "two words.yml"]);
    agree(&[("routes.yml", ROUTES.trim_end())], &["route", "set", "b", "http://10.0.0.9"]);
    agree(&[("routes.yml", ROUTES.trim_end())], add);
    agree(&[("routes.yml", &ROUTES.replace('\n', "\r\n"))], add);
    agree(&[("routes.yml", &ROUTES.replace('\n', "\r\n"))], &["route", "rm", "a"]);
    agree(&[("routes.yml", &format!("\u{feff}{ROUTES}"))], &["route", "set", "a", "--priority", "3"]);
    agree(
        &[
            ("a.yml", ROUTES),
            (
                "b.yml",
                "tcp:\n  routers:\n    t: {rule: 'HostSNI(`*`)', entryPoints: [x], service: t}\n  services:\n    t: {loadBalancer: {servers: [{address: 'h:1'}]}}\n",
            ),
        ],
        &["route", "rm", "a", "t"],
    );
}

#[test]
fn patch_applies_to_toml() {
    for args in [
        &["route", "set", "a", "--priority", "3", "http://10.0.0.9"][..],
        &["route", "add", "c.example.com", "http://10.0.0.3", "--file", "routes.toml"],
        &["route", "rename", "a", "z"],
    ] {
        agree(&[("routes.toml", TOML)], args);
    }
}

#[test]
fn patch_removes_a_file_that_add_created() {
    let place = Place::new();
    place.ok(&["route", "add", "c.example.com", "http://10.0.0.3"]);
    let diff = place.ok(&["route", "rm", "c.example.com", "-n"]);
    assert!(diff.starts_with("--- a/routes.yml\n+++ /dev/null\n@@ -1,"), "{diff}");
    let mut patch = Command::new("patch")
        .arg("-p1")
        .current_dir(place.dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    patch.stdin.take().unwrap().write_all(diff.as_bytes()).unwrap();
    assert!(patch.wait().unwrap().success());
    assert_eq!(place.files(), []);
}

#[test]
fn what_a_dry_run_says_besides_goes_to_standard_error() {
    let place = Place::with(&[("routes.yml", ROUTES)]);
    let ran = place.run(&["route", "rm", "a", "-n"]);
    assert!(
        ran.out.starts_with("--- a/routes.yml\n+++ b/routes.yml\n") && ran.err.starts_with("would remove  http  a  "),
        "{ran:?}"
    );
    let ran = place.run(&["route", "rm", "a", "-nq"]);
    assert!(ran.out.starts_with("--- a/") && ran.err.is_empty(), "{ran:?}");
    let ran = place.run(&["route", "add", "a.example.com", "http://10.0.0.1", "--name", "a", "-n"]);
    assert!(ran.code == 0 && ran.out.is_empty() && ran.err.starts_with("unchanged"), "{ran:?}");
    let value = place.json(&["route", "rm", "a", "-n"]);
    assert_eq!((&value["outcome"], &value["changed"]), (&"removed".into(), &false.into()));
    assert!(value["diff"].as_str().unwrap().starts_with("--- a/routes.yml\n"));
    let fresh = Place::new();
    std::fs::remove_dir(fresh.dir()).unwrap();
    fresh.run(&["init", "--example", "-n"]);
    assert!(!fresh.dir().exists());
}
