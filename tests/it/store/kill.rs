//! Killed before, and failed at, every system call that touches the directory; and flushed in the right order.

use super::attack::Attack;
use super::{CROSSWISE, SET_PAIR, names, one, pair, run_with};
use crate::support::place::Place;

#[test]
fn promise_3_4_7_adding_the_first_route_is_whole_whatever_happens() {
    let add = ["route", "add", "n.example.com", "http://10.0.0.2:80", "--entry-point", "web"];
    Attack::on(&Place::new, &add, &add).run();
}

#[test]
fn promise_3_4_7_changing_a_route_is_whole_whatever_happens() {
    let set = ["route", "set", "a.example.com", "http://10.0.0.2:80"];
    Attack::on(&one, &set, &set).run();
}

#[test]
fn promise_3_4_7_removing_the_last_route_is_whole_whatever_happens() {
    let remove = ["route", "rm", "a.example.com"];
    Attack::on(&one, &remove, &["route", "rm", "a.example.com", "--ignore-missing"]).run();
}

#[test]
fn promise_3_4_7_a_change_of_two_files_is_whole_whatever_happens() {
    Attack::on(&pair, &SET_PAIR, &SET_PAIR).run();
}

#[test]
fn promise_3_4_7_a_change_that_writes_a_file_twice_is_whole_whatever_happens() {
    let remove = ["route", "rm", "x", "y", "--yes"];
    Attack::on(&|| Place::with(&CROSSWISE), &remove, &[&remove[..], &["--ignore-missing"]].concat()).run();
}

#[test]
fn promise_3_4_7_repairs_of_two_files_are_whole_whatever_happens() {
    let list =
        |name: &str| format!("http:\n  middlewares:\n    {name}: {{ipWhiteList: {{sourceRange: [10.0.0.0/8]}}}}\n");
    let fresh = || Place::with(&[("a.yml", &list("a")), ("b.yml", &list("b"))]);
    let fix = ["validate", "--fix", "--allow", "unused-middleware"];
    let ask = &["validate", "-o", "json"];
    Attack { fresh: &fresh, args: &fix, input: "", recover: &fix, ask }.run();
}

#[test]
fn promise_3_4_7_taking_back_a_change_of_two_files_is_whole_whatever_happens() {
    let fresh = || {
        let place = pair();
        place.ok(&SET_PAIR);
        place
    };
    Attack::on(&fresh, &["undo", "1"], &["undo", "1"]).run();
}

#[test]
fn promise_3_4_7_many_commands_at_once_are_whole_whatever_happens() {
    let input = "[\"route\",\"add\",\"n\",\"http://10.0.0.2:80\"]\n[\"route\",\"set\",\"pair\",\"--priority\",\"9\"]\n";
    let ask = &["route", "list", "-o", "json"];
    Attack { fresh: &pair, args: &["batch"], input, recover: &["batch"], ask }.run();
}

#[test]
fn promise_6_flushed_before_it_is_renamed_and_renamed_before_it_is_acknowledged() {
    let place = one();
    let plain = place.command(&["route", "add", "n.example.com", "http://10.0.0.2:80"]);
    let log = place.top().join("trace");
    let mut strace = place.bare_program("strace");
    strace
        .args(["-f", "-y", "-qq", "-e", "trace=write,fsync,renameat", "-o"])
        .arg(&log)
        .stdout(std::process::Stdio::piped());
    assert!(strace.arg(plain.get_program()).args(plain.get_args()).output().unwrap().status.success());
    let trace = std::fs::read_to_string(log).unwrap();
    let at = |what: &dyn Fn(&str) -> bool| trace.lines().position(what).unwrap_or_else(|| panic!("{trace}"));
    let order = [
        at(&|l| l.contains("write(") && l.contains("/staged-")),
        at(&|l| l.contains("fsync(") && l.contains("/staged-")),
        at(&|l| l.contains("write(") && l.contains("/history>")),
        at(&|l| l.contains("fsync(") && l.contains("/history>")),
        at(&|l| l.contains("renameat(") && l.contains("\"routes.yml\"")),
        at(&|l| l.contains("fsync(") && l.contains("/dynamic>")),
        at(&|l| l.contains("write(1<")),
    ];
    assert!(order.is_sorted(), "{order:?}\n{trace}");
}

#[test]
fn promise_6_a_directory_that_can_not_be_flushed_is_never_called_done_or_unchanged() {
    let place = one();
    let add = ["route", "add", "n.example.com", "http://10.0.0.2:80"];
    let ran = run_with(&place, &["fsync:error=EIO:when=3+"], &add);
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("written, durability unknown"), "{}", ran.err);
    assert_eq!(names(&place), ["a.example.com", "n.example.com"]);
    let ran = run_with(&place, &["fsync:error=EIO:when=1+"], &[&add[..], &["-o", "json"]].concat());
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &answer["error"]["changed"]), (4, &"unknown".into()), "{}", ran.out);
    assert!(place.ok(&add).starts_with("unchanged"));
}
