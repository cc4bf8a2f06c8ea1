//! Killed before, and failed at, every system call that touches the directory.
//!
//! A kill at the entry of each call visits every state that the disk passes through.

use super::{SET_PAIR, names, one, pair, run_with};
use crate::support::place::Place;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

const CALLS: &str = "openat,mkdirat,write,fsync,renameat,renameat2,unlinkat,fchmod,fchown,flock,ftruncate,utimensat";

type Files = Vec<(String, Vec<u8>)>;

/// Each call of a run, as `NAME:when=N`, from the first that touches the directory.
fn points(place: &Place, args: &[&str]) -> Vec<String> {
    let plain = place.command(args);
    let log = place.top().join("trace");
    let mut strace = place.bare_program("strace");
    strace.args(["-f", "-y", "-qq", "-e", &format!("trace={CALLS}"), "-o"]).arg(&log);
    assert!(strace.arg(plain.get_program()).args(plain.get_args()).status().unwrap().success());
    let (mut counts, mut touched, mut points) = (HashMap::new(), false, Vec::new());
    for line in std::fs::read_to_string(log).unwrap().lines() {
        let Some((name, rest)) = line.split_whitespace().nth(1).and_then(|w| w.split_once('(')).map(|(n, _)| (n, line))
        else {
            continue;
        };
        let count = counts.entry(name.to_owned()).and_modify(|n| *n += 1).or_insert(1);
        touched |= rest.contains("/dynamic");
        if touched {
            points.push(format!("{name}:when={count}"));
        }
    }
    assert!(points.len() > 10, "the command hardly touched the directory: {points:?}");
    points
}

/// What a reader is told.
fn told(place: &Place) -> String {
    place.ok(&["route", "list", "-o", "json"])
}

fn attack(fresh: impl Fn() -> Place + Sync, args: &[&str], recover: &[&str]) {
    let before = fresh();
    let (old, old_told): (Files, String) = (before.files(), told(&before));
    let points = points(&before, args);
    let (new, new_told) = (before.files(), told(&before));
    let wrongs: Vec<String> = points
        .iter()
        .flat_map(|point| {
            let (name, when) = point.split_once(':').unwrap();
            ["signal=KILL", "error=EIO", "error=EINTR"].map(|what| format!("{name}:{what}:{when}"))
        })
        .filter(|w| !w.contains("EINTR") || ["openat", "write", "flock", "fsync"].iter().any(|c| w.starts_with(c)))
        .collect();
    let next = AtomicUsize::new(0);
    let judge = |wrong: &str| {
        let place = fresh();
        let ran = run_with(&place, &[wrong], args);
        let (now, now_told) = (place.files(), told(&place));
        for (path, bytes) in &now {
            let whole = [&old, &new].iter().any(|files| files.iter().any(|(p, b)| (p, b) == (path, bytes)));
            assert!(whole, "{wrong}: {path} is neither old nor new: {}", String::from_utf8_lossy(bytes));
        }
        assert!(now_told == old_told || now_told == new_told, "{wrong}: a reader sees half: {now_told}");
        let written = ran.err.contains("written, ");
        match ran.code {
            -1 => {}
            0 => assert_eq!(now, new, "{wrong}: acknowledged but not done"),
            4 if written => assert_eq!(now_told, new_told, "{wrong}: {}", ran.err),
            4 => assert_eq!(now, old, "{wrong}: failed, but changed something: {}", ran.err),
            code => panic!("{wrong}: exit {code}: {}", ran.err),
        }
        assert!(!wrong.contains("EINTR") || ran.code == 0, "{wrong} was noticed: {}", ran.err);
        assert!(!place.state().iter().any(|n| n.ends_with(".yml") || n.ends_with(".yaml") || n.ends_with(".toml")));
        place.ok(recover);
        assert_eq!(told(&place), new_told, "{wrong}: after the next command");
        assert_eq!(place.leftovers(), [""; 0], "{wrong}");
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(wrong) = wrongs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    judge(wrong);
                }
            });
        }
    });
}

#[test]
fn promise_1_2_adding_the_first_route_is_whole_whatever_happens() {
    let add = ["route", "add", "n.example.com", "http://10.0.0.2:80", "--entry-point", "web"];
    attack(Place::new, &add, &add);
}

#[test]
fn promise_1_2_removing_the_last_route_is_whole_whatever_happens() {
    attack(one, &["route", "rm", "a.example.com"], &["route", "rm", "a.example.com", "--ignore-missing"]);
}

#[test]
fn promise_1_2_a_change_of_two_files_is_whole_whatever_happens() {
    attack(pair, &SET_PAIR, &SET_PAIR);
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
        at(&|l| l.contains("renameat(") && l.contains("\"routes.yml\"")),
        at(&|l| l.contains("fsync(") && l.contains("/dynamic>")),
        at(&|l| l.contains("write(1<")),
    ];
    assert!(order.is_sorted(), "{order:?}\n{trace}");
}

#[test]
fn promise_12_a_directory_that_can_not_be_flushed_is_never_called_done_or_unchanged() {
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
