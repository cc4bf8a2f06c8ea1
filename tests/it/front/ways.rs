//! Every way of changing something waits for Traefik alike: `batch`, `undo`, `restore`; and what is taken back is history.

use super::{Front, refs};
use crate::support::http::{self, Upstream};
use crate::support::place::{Place, Ran};
use std::io::Write;
use std::process::Stdio;

impl Front {
    /// Types a command with these lines on standard input.
    fn fed(&self, line: &str, lines: &[String]) -> Ran {
        let mut command = self.place.command(&refs(&self.words(line)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
        Ran::of(child.wait_with_output().unwrap())
    }
}

#[test]
fn many_commands_are_live_together() {
    let front = Front::usual(Place::new());
    let one = Upstream::start("one");
    let mut lines: Vec<String> = (0..60)
        .map(|n| {
            format!("[\"route\", \"add\", \"app{n}.example.com\", \"{}\", \"--file\", \"f{}.yml\"]", one.url(), n % 3)
        })
        .collect();
    lines.push("[\"route\", \"rename\", \"app7.example.com\", \"seven\"]".into());
    lines.push("[\"route\", \"rm\", \"app8.example.com\"]".into());
    let ran = front.fed("batch --wait", &lines);
    assert_eq!(ran.code, 0, "{ran:?}");
    let first: serde_json::Value = serde_json::from_str(ran.out.lines().next().unwrap()).unwrap();
    assert_eq!(first["live"], true);
    let get = |n: usize| http::get(front.port("web"), &format!("app{n}.example.com"), "/").0;
    assert_eq!((get(0), get(7), get(8), get(59)), (200, 200, 404, 200));
    let ran = front.fed("batch --wait", &["[\"route\", \"rm\", \"seven\", \"--wait\"]".into()]);
    assert!(ran.code == 2 && ran.err.contains("--wait can't stand in a batch"), "{ran:?}");
    let add = format!("[\"route\", \"add\", \"x\", \"{}\", \"--check-target\"]", one.url());
    let ran = front.fed("batch", &[add]);
    assert!(ran.code == 2 && ran.err.contains("--check-target can't stand in a batch"), "{ran:?}");
}

#[test]
fn the_way_back_is_live_when_it_is_over() {
    let front = Front::usual(Place::new());
    let (one, two) = (Upstream::start("one"), Upstream::start("two"));
    let get = || http::get(front.port("web"), "app.example.com", "/");
    front.ok(&format!("route add app.example.com {} --wait", one.url()));
    front.ok(&format!("route set app.example.com {} --wait", two.url()));
    let out = front.ok("undo 2 --wait");
    assert!(out.contains("live   in Traefik"), "{out}");
    assert_eq!(get(), (200, "one /".into()));
    let out = front.ok("restore 2 --wait");
    assert!(out.contains("live   in Traefik"), "{out}");
    assert_eq!(get(), (200, "two /".into()));
    let text = front.place.read("routes.yml").replace("app.example.com`", "www.example.com`");
    front.place.write("routes.yml", &text);
    front.ok("restore 2 --wait");
    assert_eq!(get(), (200, "two /".into()));
}

#[test]
fn what_was_taken_back_is_history_and_what_was_not_says_how() {
    let front = Front::start(Place::new(), |o| o.tcp("web").watch(false));
    let ran = front.types("route add app.example.com http://127.0.0.1:1 --wait=300ms");
    assert!(ran.code == 5 && ran.err.contains("undo 1` takes it back"), "{ran:?}");
    let files = front.place.files();
    let ran = front.types("route set app.example.com --priority 9 --wait=300ms --rollback");
    assert_eq!((ran.code, front.place.files()), (3, files), "{ran:?}");
    let history = front.place.json(&["history"]);
    let changes = history["changes"].as_array().unwrap();
    assert_eq!((changes[0]["undoes"].as_u64(), changes[0]["message"].as_str().is_some()), (Some(2), true), "{history}");
    let ran = front.types("undo 1 --wait 300ms --rollback");
    assert_eq!(ran.code, 0, "it never was live: {ran:?}");
    assert!(front.place.files().is_empty());
}
