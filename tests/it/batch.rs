//! Many commands as one change.

use crate::support::place::{Place, Ran};
use std::io::Write;
use std::process::Stdio;

/// Runs `batch` with these lines on standard input.
fn batch(place: &Place, args: &[&str], lines: &[&str]) -> Ran {
    batch_of(place, args, lines.join("\n").as_bytes())
}

fn batch_of(place: &Place, args: &[&str], input: &[u8]) -> Ran {
    let mut command = place.command(&[&["batch"], args].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

fn values(text: &str) -> Vec<serde_json::Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

const ADD_A: &str = r#"["route", "add", "a", "http://10.0.0.1:80"]"#;
const ADD_B: &str = r#"["route","add","b","http://10.0.0.2:80","--file","b.toml"]"#;
const RENAME_A: &str = r#"["route", "rename", "a", "aa"]"#;
const RM_B: &str = r#"["route", "rm", "b"]"#;

#[test]
fn many_commands_are_one_change() {
    let place = Place::new();
    let ran = batch(&place, &["-m", "all at once"], &[ADD_A, "", ADD_B, RENAME_A]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let results = values(&ran.out);
    let seen: Vec<_> =
        results.iter().map(|r| (r["command"].as_u64(), r["outcome"].as_str(), r["change"].as_u64())).collect();
    assert_eq!(
        seen,
        [(Some(1), Some("added"), Some(1)), (Some(2), Some("added"), Some(1)), (Some(3), Some("changed"), Some(1))]
    );
    assert_eq!((&results[0]["objects"][0]["name"], &results[2]["objects"][0]["name"]), (&"a".into(), &"aa".into()));
    let history = place.json(&["history"]);
    assert_eq!(history["changes"].as_array().unwrap().len(), 1);
    assert_eq!(history["changes"][0]["message"], "all at once");
    place.ok(&["undo"]);
    assert!(place.files().is_empty());
}

#[test]
fn all_happen_or_none() {
    let place = Place::new();
    for bad in [r#"["route","rm","nobody"]"#, r#"["route","add","x"]"#, "{}", r#"["route","list"]"#, r#"["undo"]"#] {
        let ran = batch(&place, &[], &[ADD_A, bad, RM_B]);
        assert!(ran.code == 2 || ran.code == 3, "{bad}: {ran:?}");
        assert!(ran.err.starts_with("error: command 2: ") && ran.out.is_empty(), "{bad}: {ran:?}");
        assert!(place.files().is_empty() && place.state().is_empty(), "{bad}");
    }
    for flag in [r#""-d","x""#, r#""-n""#, r#""-o","json""#, r#""-m","x""#] {
        let line = format!(r#"["route","add","x","http://10.0.0.1",{flag}]"#);
        let ran = batch(&place, &[], &[&line]);
        assert!(ran.code == 2 && ran.err.contains("give it to `cloudlunacy batch` itself"), "{flag}: {ran:?}");
    }
    assert_eq!(batch(&place, &[], &[]).code, 2);
}

#[test]
fn what_is_refused_can_be_left_out() {
    let place = Place::new();
    let ran = batch(&place, &["--keep-going"], &[ADD_A, RM_B, RENAME_A]);
    assert!(ran.code == 4 && ran.err.contains("written, but 1 of 3 commands refused"), "{ran:?}");
    let results = values(&ran.out);
    assert_eq!((&results[1]["error"]["code"], &results[2]["outcome"]), (&"not-found".into(), &"changed".into()));
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "aa\n");
    let ran = batch(&place, &["--keep-going"], &[RM_B, RM_B]);
    assert!(ran.code == 3 && values(&ran.out).iter().all(|r| r["error"]["code"] == "not-found"), "{ran:?}");
    // A command that would take another route down is left out by itself.
    place.write("more.yml", "http: {routers: {more: {rule: Host(`more`), service: aa}}}\n");
    let lines = [r#"["route","set","aa","--name","x"]"#, ADD_B];
    let ran = batch(&place, &["--keep-going", "-o", "json"], &lines);
    let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &value["changed"]), (0, &true.into()), "{ran:?}");
}

#[test]
fn a_dry_run_shows_one_diff_and_writes_nothing() {
    let place = Place::new();
    let ran = batch(&place, &["-n"], &[ADD_A, ADD_B, RM_B]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("--- /dev/null\n+++ b/routes.yml\n") && !ran.out.contains("b.toml"), "{}", ran.out);
    assert_eq!(values(&ran.err).len(), 3);
    assert!(place.files().is_empty() && place.state().is_empty());
    let ran = batch(&place, &["-q"], &[ADD_A]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    // Asked for what is so already, a batch writes nothing.
    let before = place.sh("stat -c %y dynamic dynamic/.cloudlunacy/history").out;
    let ran = batch(&place, &[], &[ADD_A]);
    assert_eq!((ran.code, &values(&ran.out)[0]["outcome"]), (0, &"unchanged".into()));
    assert_eq!(place.sh("stat -c %y dynamic dynamic/.cloudlunacy/history").out, before);
}

#[test]
fn lines_are_taken_as_other_systems_write_them_and_only_commands_count() {
    let place = Place::new();
    let ran = batch_of(&place, &[], format!("\u{feff}{ADD_A}\r\n\r\n{RENAME_A}\r\n").as_bytes());
    assert_eq!((ran.code, values(&ran.out).len()), (0, 2), "{ran:?}");
    let ran = batch_of(&place, &[], b"[\"route\", \"rm\", \"\xff\"]");
    assert!(ran.code == 2 && ran.err.contains("standard input is not UTF-8"), "{ran:?}");
    for line in [r#"["--help"]"#, r#"["route", "add", "--help"]"#, r#"["--version"]"#] {
        let ran = batch(&place, &[], &[line]);
        assert!(ran.code == 2 && ran.err.contains("only route add, set, rm and rename can stand"), "{line}: {ran:?}");
    }
}
