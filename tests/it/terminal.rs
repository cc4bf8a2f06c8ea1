//! What people see at a real terminal, and what they are asked there.

use crate::support::place::{Place, Ran};
use std::io::Write;
use std::process::{Command, Stdio};

/// What a person at a terminal of this width sees; `script` makes the terminal.
fn at_a_terminal(place: &Place, columns: u16, args: &str, variables: &[(&str, &str)]) -> String {
    asked(place, columns, args, variables, "").out
}

/// The same, with someone who types.
fn asked(place: &Place, columns: u16, args: &str, variables: &[(&str, &str)], typed: &str) -> Ran {
    let binary = assert_cmd::cargo::cargo_bin("cloudlunacy");
    let line = format!("stty cols {columns}; {} -d dynamic {args}", binary.display());
    let mut script = Command::new("script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(place.top());
    script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    script.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("TERM", "xterm").env("SHELL", "/bin/sh");
    let mut script = script.envs(variables.iter().copied()).spawn().unwrap();
    let mut keyboard = script.stdin.take().unwrap();
    keyboard.write_all(typed.as_bytes()).unwrap();
    let ran = Ran::of(script.wait_with_output().unwrap());
    drop(keyboard);
    Ran { out: ran.out.replace("\r\n", "\n"), ..ran }
}

#[test]
fn a_terminal_gets_what_fits_it() {
    let place = Place::new();
    let host = "quite-a-long-name.apps.example.com";
    place.ok(&[
        "route",
        "add",
        host,
        "http://10.0.0.5:3000",
        "http://10.0.0.6:3000",
        "--host",
        "www.example.com",
        "--entry-point",
        "websecure",
    ]);
    for columns in [80, 120, 160, 200] {
        for args in [
            "route list".to_owned(),
            "config".into(),
            format!("route add {host} http://10.0.0.5:3000 http://10.0.0.6:3000 --host www.example.com"),
        ] {
            let seen = at_a_terminal(&place, columns, &args, &[("NO_COLOR", "1")]);
            assert!(seen.lines().all(|l| l == l.trim_end()), "{seen}");
            // One rule may be longer than any terminal; nothing else is.
            let too_long = |l: &&str| l.chars().count() > columns.into() && !l.trim_start().starts_with("Host(");
            assert_eq!(seen.lines().find(too_long), None, "{columns} {seen}");
            assert!(
                args == "config" || seen.contains(host) && seen.contains("http://10.0.0.5:3000"),
                "names and servers stay whole: {seen}"
            );
        }
    }
    let coloured = at_a_terminal(&place, 80, &format!("route set {host} --priority 3"), &[]);
    assert!(coloured.starts_with("\u{1b}[32mchanged\u{1b}[0m  http  "), "{coloured:?}");
    assert!(
        !at_a_terminal(&place, 80, &format!("route set {host} --priority 4"), &[("NO_COLOR", "1")]).contains('\u{1b}')
    );
    assert!(
        !at_a_terminal(&place, 80, &format!("route set {host} --priority 5"), &[("TERM", "dumb")]).contains('\u{1b}')
    );
}

#[test]
fn removing_several_routes_asks_at_a_terminal_and_nowhere_else() {
    let place = Place::new();
    for host in ["a.example.com", "b.example.com", "c.example.com"] {
        place.ok(&["route", "add", host, "http://10.0.0.1"]);
    }
    let before = place.files();
    let ran = asked(&place, 100, "route rm a.example.com b.example.com", &[], "n");
    assert!(ran.code == 3 && ran.out.contains("Remove 2 routes: a.example.com, b.example.com?"), "{ran:?}");
    assert!(ran.out.contains("nothing was removed") && ran.out.contains("--yes answers the question"), "{ran:?}");
    assert_eq!(place.files(), before);
    let ran = asked(&place, 100, "route rm a.example.com b.example.com -n", &[], "");
    assert!(ran.code == 0 && !ran.out.contains("Remove 2"), "{ran:?}");
    assert_eq!(asked(&place, 100, "route rm a.example.com b.example.com", &[], "y").code, 0);
    let ran = asked(&place, 100, "route rm c.example.com", &[], "");
    assert!(ran.code == 0 && !ran.out.contains('?'), "one route is what was asked for: {ran:?}");
    for host in ["a.example.com", "b.example.com"] {
        place.ok(&["route", "add", host, "http://10.0.0.1"]);
    }
    let ran = asked(&place, 100, "route rm --yes a.example.com b.example.com", &[], "");
    assert!(ran.code == 0 && !ran.out.contains('?'), "{ran:?}");
    assert_eq!(place.files(), []);
}
