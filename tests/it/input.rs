//! Bad input: each case is refused with what is wrong and what would be right, and not a byte changes.

use crate::support::place::{Place, Ran};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

const START: &str = "http:\n  routers:\n    app: {rule: Host(`app.example.com`), service: app}\n  services:\n    app: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}\n";

fn place() -> Place {
    Place::with(&[("routes.yml", START)])
}

/// Runs what must be refused as malformed; gives what it said.
fn refused(place: &Place, args: &[&str]) -> String {
    let said = place.fails(2, args);
    assert!(!said.contains("panicked"), "{args:?}\n{said}");
    assert!(said.starts_with("error: ") && !said.contains(|c: char| c.is_control() && c != '\n'), "{args:?}\n{said:?}");
    assert!(
        !place.dir().join(".cloudlunacy").exists(),
        "{args:?} is wrong in itself; no need to open the directory for it"
    );
    said
}

#[test]
fn hosts() {
    let place = place();
    for (host, fragment) in [
        ("", "the host is empty"),
        ("a b.com", "a host can't hold spaces"),
        ("a.com`) || Host(`b.com", "a host can't hold a backtick"),
        ("Host(`a.com`)", "give a.com"),
        ("\"a.com\"", "a double quote"),
        ("'a.com'", "a single quote"),
        ("a\nb.com", "control character `\\n`"),
        ("a\u{1b}[31m.com", "control character `\\u{1b}`"),
        ("a\u{202e}.com", "\\u{202e}"),
        ("a\u{200b}.com", "\\u{200b}"),
        ("bücher.example.com", "give xn--bcher-kva.example.com"),
        ("аpple.com", "give xn--pple-43d.com"),
        ("10.0.0.1", "10.0.0.1 is an address"),
        ("1.2.3.4:80", "1.2.3.4 is an address"),
        ("[::1]", "::1 is an address"),
        ("::1", "::1 is an address"),
        ("a.com:443", "a host has no port: give a.com"),
        ("https://a.com/x", "a host has no scheme: give a.com/x"),
        ("a..b", "two dots in a row"),
        (".a.com", "begins with a dot"),
        ("a.com..", "two dots in a row"),
        ("-a.com", "begins with a hyphen"),
        ("a-.com", "ends with a hyphen"),
        ("a.*.com", "`*` stands for the whole first label"),
        ("a*.com", "`*` stands for the whole first label"),
        ("**", "`*` stands for the whole first label"),
        ("*.*.com", "`*` stands for the whole first label"),
        ("*.", "`*` stands for the whole first label"),
        ("{{ env `X` }}.com", "Go template"),
        ("a.com/{{x}}", "Go template"),
        ("{a}.com", "a host can't hold `{`"),
        ("a,b.com", "a host can't hold `,`"),
        ("a@b.com", "a host can't hold `@`"),
        ("a.com/x`) || PathPrefix(`/", "a path can't hold a backtick"),
        ("a.com/x y", "a path can't hold"),
        ("a.com/x\\y", "a path can't hold `\\`"),
        ("a.com/x\"", "a path can't hold a double quote"),
        ("a.com/x?y=1", "a path ends before `?`"),
        ("a.com/x#y", "a path ends before `#`"),
        ("a.com/%zz", "two hexadecimal digits"),
        ("a.com/../b", "never matches"),
        ("a.com/x\ny", "control character"),
    ] {
        let said = refused(&place, &["route", "add", "--", host, "http://10.0.0.9"]);
        assert!(said.contains(fragment), "{host:?}\n{said}");
        // The caret stands under what is wrong wherever the text can be shown.
        let shown = !host.is_empty() && !host.contains(|c: char| c.is_control());
        assert!(!shown || said.contains("\n  ") && said.contains('^'), "{host:?}\n{said}");
    }
    for (host, fragment) in [
        (format!("{}.com", "a".repeat(64)), "at most 63"),
        (format!("{}.com", ["a"; 126].join(".")), "at most 253 bytes"),
    ] {
        assert!(refused(&place, &["route", "add", &host, "http://10.0.0.9"]).contains(fragment), "{host}");
    }
    assert!(
        refused(&place, &["route", "add", "ok.example.com", "http://a", "--host", "1.2.3.4"])
            .starts_with("error: --host: ")
    );
    assert!(refused(&place, &["route", "set", "app", "--add-host", "a b"]).starts_with("error: --add-host: "));
}

#[test]
fn hosts_that_are_normalised() {
    let place = Place::new();
    for (host, name) in [
        ("API.Example.COM", "api.example.com"),
        ("dot.example.com.", "dot.example.com"),
        ("*.wild.example.com", "*.wild.example.com"),
        ("_x.a_b.example.com", "_x.a_b.example.com"),
        ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com"),
        ("slash.example.com/", "slash.example.com"),
    ] {
        place.ok(&["route", "add", host, "http://10.0.0.9"]);
        assert_eq!(place.json(&["route", "show", name])["route"]["hosts"][0], name, "{host}");
        assert!(place.ok(&["route", "add", name, "http://10.0.0.9"]).starts_with("unchanged"), "{host}");
    }
    let place = Place::new();
    place.ok(&["route", "add", "*.old.example.com", "http://10.0.0.9", "--traefik", "3.6"]);
    assert!(place.read("routes.yml").contains("HostRegexp("), "{}", place.read("routes.yml"));
}

#[test]
fn targets() {
    let place = place();
    for (target, fragment) in [
        ("", "the target is empty"),
        ("10.0.0.5:3000", "says no scheme: write http://10.0.0.5:3000"),
        ("file:///etc/passwd", "file"),
        ("unix:/run/x", "says no scheme"),
        ("ftp://a", "ftp"),
        ("http://u:secret@h", "credentials do not belong in a route"),
        ("http://h/x?y#z", "Traefik ignores the path of a target"),
        ("http://h?y", "a target has no query"),
        ("http://h#y", "fragment"),
        ("http://h:0", "port 0 does not exist"),
        ("http://h:65536", "port 65536 does not exist"),
        ("http://h:80:80", "one port"),
        ("http://h:", "no port follows"),
        ("http://h:http", "is no number"),
        ("http:///", "the target has no host"),
        ("http://", "the target has no host"),
        ("http://a\tb", "control character `\\t`"),
        ("http://a b", "spaces"),
        ("http://{{x}}", "Go template"),
        ("http://::1:80", "stands in brackets"),
        ("http://[::1", "never closed"),
        ("http://127.1", "is no IPv4 address"),
        ("http://0x7f.1", "is no IPv4 address"),
        ("http://2130706433", "is no IPv4 address"),
        ("http://bücher", "write http://xn--bcher-kva"),
        ("tcp://10.0.0.5", "has no port of its own"),
        ("udp://10.0.0.5", "has no port of its own"),
    ] {
        let said = refused(&place, &["route", "add", "new.example.com", target]);
        assert!(said.contains(fragment), "{target:?}\n{said}");
        assert!(!target.contains("secret") || !said.replace(target, "").contains("secret"), "{said}");
        refused(&place, &["route", "set", "app", "--add-target", target]);
    }
}

#[test]
fn names() {
    let place = place();
    for (name, fragment) in [
        ("", "a name can't be empty"),
        ("a@b", "Traefik reads what follows it as a provider"),
        ("a/b", "stores keep names as paths"),
        ("../../etc/cron.d/x", "stores keep names as paths"),
        (".", "a name is more than dots"),
        ("..", "a name is more than dots"),
        ("a,b", "Traefik splits lists at it"),
        ("a b", "a name can't hold spaces"),
        ("a`b", "backtick"),
        ("{{x}}", "Go template"),
        ("a\u{7}b", "control character"),
        ("a\u{2028}b", "\\u{2028}"),
    ] {
        let said = refused(&place, &["route", "add", "new.example.com", "http://10.0.0.9", "--name", name]);
        assert!(said.contains(fragment), "{name:?}\n{said}");
        refused(&place, &["route", "rename", "app", name]);
        refused(&place, &["route", "set", "app", "--name", name]);
    }
    refused(&place, &["route", "add", "new.example.com", "http://10.0.0.9", "--name", &"x".repeat(1025)]);
}

#[test]
fn names_that_yaml_would_take_for_something_else_stay_names() {
    for name in [
        "yes",
        "1e3",
        "0x1",
        "null",
        "~",
        "-",
        "*anchor",
        "&a",
        "!!tag",
        "<<",
        "a:",
        "#x",
        "-x",
        "?",
        "%a",
        "[a]",
        "{x",
        "true",
        "1:30",
        "=",
        "2001-01-01",
    ] {
        let place = place();
        // Names that begin like flags are given as one word.
        place.ok(&["route", "add", "new.example.com", "http://10.0.0.9", &format!("--name={name}")]);
        assert_eq!(place.json(&["route", "list"])["routes"][1]["name"], name);
        let shown: serde_json::Value =
            serde_json::from_str(&place.ok(&["route", "show", "-o", "json", "--", name])).unwrap();
        assert_eq!(shown["route"]["service"], name);
        place.ok(&["route", "rm", "--", name]);
        assert_eq!(place.read("routes.yml"), START, "{name}");
    }
}

#[test]
fn references() {
    let place = place();
    for (args, code, fragment) in [
        (vec!["--middleware", "nope"], 3, "there is no http middleware \"nope\""),
        (vec!["--middleware", "a,b"], 2, "Traefik splits lists at it"),
        (vec!["--middleware", "a@b@c"], 2, "NAME or NAME@PROVIDER"),
        (vec!["--middleware", ""], 2, "can't be empty"),
        (vec!["--entry-point", "web@file"], 2, "belongs to no provider"),
        (vec!["--entry-point", ""], 2, "can't be empty"),
        (vec!["--cert-resolver", "{{x}}"], 2, "Go template"),
        (vec!["--rule", "Host(`a"], 2, "--rule: "),
        (vec!["--rule", "Host(`a`) &&"], 2, "--rule: "),
        (vec!["--rule", "Hots(`a`)"], 2, "Hots"),
        (vec!["--rule", ""], 2, "--rule: "),
        (vec!["--rule", "Host(`a`)", "--host", "b"], 2, "--rule says which hosts are meant"),
        (vec!["--file", "/etc/passwd"], 2, "must lie in the directory"),
        (vec!["--file", "../x.yml"], 2, "must lie in the directory"),
        (vec!["--file", ".cloudlunacy/x.yml"], 2, "cloudlunacy's own state"),
        (vec!["--file", "x.txt"], 2, "only .yml, .yaml and .toml"),
        (vec!["--file", ""], 2, "--file"),
        (vec!["--file", "a\nb.yml"], 2, "--file"),
        (vec!["--tls", "maybe"], 2, "off, on, passthrough"),
        (vec!["--tls", "passthrough"], 2, "an HTTP route can't pass TLS through"),
        (vec!["--tls", "off", "--cert-resolver", "le"], 2, "no effect"),
        (vec!["--priority", "high"], 2, "invalid value 'high'"),
        (vec!["--priority", "99999999999999999999"], 2, "invalid value"),
        (vec!["https://10.0.0.9", "tcp://10.0.0.9:1"], 2, "speak one protocol"),
    ] {
        let said = place.fails(code, &[&["route", "add", "new.example.com", "http://10.0.0.9"], &args[..]].concat());
        assert!(said.contains(fragment) && !said.contains("panicked"), "{args:?}\n{said}");
    }
}

#[test]
fn combinations_that_cannot_work() {
    let place = place();
    for (args, fragment) in [
        (vec!["db.example.com", "mysql://10.0.0.8", "--entry-point", "mysql"], "the server speaks first"),
        (
            vec!["db.example.com", "mongodb://10.0.0.8", "--entry-point", "m", "--tls", "off"],
            "Traefik would disable the route",
        ),
        (vec!["db.example.com/x", "mongodb://10.0.0.8", "--entry-point", "m"], "a tcp route has no path"),
        (vec!["dns.example.com", "udp://10.0.0.8:53"], "UDP has no host names"),
        (vec!["*", "udp://10.0.0.8:53", "--name", "dns"], "needs --entry-point and --name"),
        (vec!["*", "udp://10.0.0.8:53", "--entry-point", "dns"], "needs --entry-point and --name"),
        (
            vec!["*", "udp://10.0.0.8:53", "--entry-point", "dns", "--name", "dns", "--tls", "on"],
            "a UDP route has no TLS",
        ),
        (
            vec!["*", "udp://10.0.0.8:53", "--entry-point", "dns", "--name", "dns", "--priority", "1"],
            "no hosts, rule or priority",
        ),
        (vec!["db.example.com", "mongodb://10.0.0.8"], "which entry point?"),
    ] {
        let said = place.fails(2, &[&["route", "add"], &args[..]].concat());
        assert!(said.contains(fragment) && said.contains("\nhint: "), "{args:?}\n{said}");
    }
    place.fails(2, &["route", "set", "app", "tcp://10.0.0.8:1"]);
    place.fails(2, &["route", "set", "app", "--no-priority", "--priority", "1"]);
    place.fails(2, &["route", "set", "app", "--tls", "passthrough"]);
}

#[test]
fn command_lines_that_make_no_sense() {
    let place = place();
    for args in [
        &["route"][..],
        &["rout"],
        &["route", "add"],
        &["route", "add", "a.com"],
        &["route", "list", "-o", "xml"],
        &["--lock-timeout", "soon", "route", "list"],
        &["--lock-timeout", "99999999999999999999s", "route", "list"],
        &["--traefik", "2.11", "route", "list"],
        &["--traefik", "3.99", "config"],
        &["route", "rm"],
        &["-d", "", "route", "list"],
        &["--static", "", "route", "list"],
        &["completions", "tcsh"],
    ] {
        let said = place.fails(2, args);
        assert!(!said.is_empty() && !said.contains("panicked"), "{args:?}\n{said}");
    }
    for arg in [&b"\xff\xfe"[..], b"a\xf0b"] {
        let ran =
            place.command(&["route", "add"]).arg(std::ffi::OsStr::from_bytes(arg)).arg("http://a").output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.code() == Some(2) && said.contains("UTF-8"), "{said}");
    }
}

#[test]
fn long_names_and_many_targets_work_up_to_a_bound() {
    let place = Place::new();
    let name = "n".repeat(300);
    place.ok(&["route", "add", "app.example.com", "http://10.0.0.9", "--name", &name]);
    assert_eq!(place.json(&["route", "show", &name])["route"]["name"], name);
    place.ok(&["route", "rm", &name]);
    assert_eq!(place.files(), []);

    let targets: Vec<String> = (0..10_001).map(|n| format!("http://10.{}.{}.1", n / 256, n % 256)).collect();
    let targets: Vec<&str> = targets.iter().map(String::as_str).collect();
    let said = place.fails(2, &[&["route", "add", "app.example.com"], &targets[..]].concat());
    assert!(said.contains("10001 targets are more than the 10000") && said.len() < 500, "{said}");
    place.ok(&[&["route", "add", "app.example.com"], &targets[..10_000]].concat());
    assert_eq!(place.json(&["route", "list"])["routes"][0]["servers"].as_array().unwrap().len(), 10_000);
    place.fails(2, &["route", "set", "app.example.com", "--add-target", targets[10_000]]);
}

#[test]
fn directories_that_cannot_be_used() {
    let place = Place::new();
    let run = |dir: &str, args: &[&str]| Ran::of(place.bare().args(["-d", dir]).args(args).output().unwrap());
    for args in [&["route", "list"][..], &["route", "add", "a.com", "http://10.0.0.9"]] {
        let ran = run("nowhere", args);
        assert!(
            ran.code == 4
                && ran.err.contains("nowhere: there is no such directory")
                && ran.err.contains("`cloudlunacy -d nowhere init`"),
            "{ran:?}"
        );
        std::fs::write(place.top().join("file"), "").unwrap();
        let ran = run("file", args);
        assert!(ran.code == 4 && ran.err.contains("file is not a directory"), "{ran:?}");
    }
    assert!(!place.top().join("nowhere").exists());
    let ran = run("file", &["init"]);
    assert_eq!(ran.code, 4, "{ran:?}");
}

/// Root may read and write everything, so the command runs as another user where the tests are root.
#[test]
fn directories_that_may_not_be_read_or_written() {
    use std::os::unix::process::CommandExt;
    let place = place();
    let root = std::fs::metadata("/proc/self").map(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0).unwrap();
    let open =
        |path: &std::path::Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    open(place.top(), 0o755);
    // The other user must be able to start the program, wherever it was built.
    let binary = place.top().join("cloudlunacy");
    std::fs::copy(assert_cmd::cargo::cargo_bin("cloudlunacy"), &binary).unwrap();
    open(&binary, 0o755);
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(&binary);
        command.env_clear().current_dir(place.top()).args(["-d", "dynamic"]).args(args);
        if root {
            command.uid(65534).gid(65534);
        }
        Ran::of(command.output().unwrap())
    };
    for (mode, args) in [
        (0o000, &["route", "list"][..]),
        (0o000, &["route", "add", "a.com", "http://10.0.0.9"]),
        (0o555, &["route", "add", "a.com", "http://10.0.0.9"]),
    ] {
        open(&place.dir(), mode);
        let ran = run(args);
        open(&place.dir(), 0o755);
        assert!(
            ran.code == 4 && ran.err.contains("permission denied") && ran.err.contains("hint: run as a user who may"),
            "{mode:o} {args:?} {ran:?}"
        );
        assert_eq!(place.files(), [("routes.yml".to_owned(), START.into())]);
    }
    open(&place.dir().join("routes.yml"), 0o600);
    if root {
        let ran = run(&["route", "list"]);
        assert!(ran.code == 4 && ran.err.contains("routes.yml: permission denied"), "{ran:?}");
    }
}

#[test]
fn what_follows_wait_is_taken_for_a_time_and_nothing_else() {
    let place = Place::new();
    let ran = place.run(&["route", "add", "--wait", "app.example.com", "http://10.0.0.1:80"]);
    assert!(ran.code == 2 && ran.err.contains("give --wait last"), "{ran:?}");
}
