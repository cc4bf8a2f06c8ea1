//! What is edited by hand meanwhile is never lost; what changes nothing touches nothing.

use super::{Place, names, one, pair, run_with, strace};
use crate::support::{Guarded, wait_for};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Duration;

const ADD: [&str; 4] = ["route", "add", "n.example.com", "http://10.0.0.2:80"];

/// Does something while the command, which has read and staged, waits.
fn meanwhile(place: &Place, edit: impl Fn()) -> i32 {
    let mut command = strace(place, &["fsync:delay_enter=1000000:when=1"], &ADD);
    let mut child = Guarded(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    wait_for("a staged file", || place.state().iter().any(|n| n.starts_with("staged")).then_some(()));
    edit();
    child.0.wait().unwrap().code().unwrap()
}

#[test]
fn promise_11_a_hand_edit_between_reading_and_writing_is_kept() {
    let place = one();
    let edited = place.read("routes.yml").replace("10.0.0.1", "10.7.7.7");
    assert_eq!(meanwhile(&place, || place.write("routes.yml", &edited)), 0);
    assert!(place.read("routes.yml").contains("10.7.7.7"));
    assert_eq!(names(&place), ["a.example.com", "n.example.com"]);
}

#[test]
fn promise_11_a_file_made_meanwhile_is_kept() {
    let place = Place::new();
    let made = one().read("routes.yml");
    place.ok(&["route", "add", "x.example.com", "http://10.0.0.1:80", "--file", "x.yml"]);
    assert_eq!(meanwhile(&place, || place.write("routes.yml", &made)), 0);
    assert_eq!(names(&place), ["a.example.com", "n.example.com", "x.example.com"]);
}

#[test]
fn a_mode_set_meanwhile_is_kept() {
    let place = one();
    let path = place.dir().join("routes.yml");
    let narrow = || std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(meanwhile(&place, narrow), 0);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn promise_11_who_is_edited_again_and_again_gives_up_and_changes_nothing() {
    let place = one();
    let over = std::sync::atomic::AtomicBool::new(false);
    let ran = std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if over.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                let old = place.read("routes.yml");
                place.write("routes.yml", &format!("{old}# {n}\n"));
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let ran = run_with(&place, &["fsync:delay_enter=300000"], &ADD);
        over.store(true, std::sync::atomic::Ordering::Relaxed);
        ran
    });
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert_eq!(names(&place), ["a.example.com"]);
    assert_eq!(place.leftovers(), [""; 0]);
}

#[test]
fn promise_12_what_is_so_already_touches_nothing_that_traefik_watches() {
    let place = one();
    let plain = place.command(&["route", "add", "a.example.com", "http://10.0.0.1:80"]);
    let log = place.top().join("trace");
    let mut strace = place.bare_program("strace");
    strace.args(["-f", "-y", "-qq", "-e", "trace=file,desc", "-o"]).arg(&log);
    assert!(strace.arg(plain.get_program()).args(plain.get_args()).output().unwrap().status.success());
    let trace = std::fs::read_to_string(log).unwrap();
    for line in trace.lines().filter(|line| line.contains("/dynamic")) {
        let changes = ["rename", "unlink", "utimens", "mkdir", "chmod", "chown", "O_CREAT", "setxattr"];
        assert!(!changes.iter().any(|call| line.contains(call)), "{line}");
    }
}

#[test]
fn what_comes_to_nothing_leaves_no_trace() {
    let place = Place::new();
    place.fails(3, &["route", "rm", "x.example.com"]);
    place.fails(2, &["route", "add", "a b", "http://10.0.0.1:80"]);
    place.ok(&["route", "add", "a.example.com", "http://10.0.0.1:80", "--dry-run"]);
    place.ok(&["route", "list"]);
    assert_eq!(std::fs::read_dir(place.dir()).unwrap().count(), 0);
    let place = pair();
    place.ok(&["route", "set", "pair", "http://10.0.0.1:1"]);
    assert_eq!(place.state(), [""; 0]);
}
