//! One writer at a time; nobody waits for ever, and a dead one frees the lock.

use super::{names, one, strace};
use crate::support::Guarded;
use crate::support::wait_for;
use std::process::Stdio;
use std::time::{Duration, Instant};

const ADD: [&str; 4] = ["route", "add", "n.example.com", "http://10.0.0.2:80"];
const IMPATIENT: [&str; 6] = ["--lock-timeout", "200ms", "route", "add", "i.example.com", "http://10.0.0.3:80"];

#[test]
fn promise_9_a_stopped_holder_is_named_and_a_killed_one_frees_the_lock() {
    let place = one();
    // It stops itself when it comes to flush its staged file: with the lock in hand.
    let mut command = strace(&place, &["fsync:signal=STOP:when=1"], &ADD);
    let mut holder = Guarded(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    wait_for("the holder to come to its staged file", || {
        place.state().iter().any(|n| n.starts_with("staged")).then_some(())
    });
    let since = Instant::now();
    let said = place.fails(4, &IMPATIENT);
    assert!(since.elapsed() < Duration::from_secs(5));
    let pid = place.sh("cut -d' ' -f1 dynamic/.cloudlunacy/lock").out.trim().to_owned();
    assert!(said.contains(&format!("process {pid} holds it")) && said.contains("route add n.example.com"), "{said}");
    place.sh(&format!("kill -KILL {pid}"));
    holder.0.wait().unwrap();
    place.ok(&IMPATIENT);
    assert_eq!(names(&place), ["a.example.com", "i.example.com"]);
    assert_eq!(place.leftovers(), [""; 0]);
}

#[test]
fn a_holder_that_left_no_note_is_not_mistaken_for_the_last_one() {
    let place = one();
    let ran = place.sh("exec 9<dynamic/.cloudlunacy/lock; flock 9; $CL --lock-timeout 100ms route add i.example.com http://10.0.0.3:80 9<&-");
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("another process holds it"), "{}", ran.err);
}

#[test]
fn a_holder_that_is_another_program_is_named_too() {
    let place = one();
    let ran = place.sh(
        "flock dynamic/.cloudlunacy/lock sleep 5 & sleep 0.3; $CL --lock-timeout 100ms route add i.example.com http://10.0.0.3:80; \\
         code=$?; echo $!; pkill -P $!; wait; exit $code",
    );
    assert_eq!(ran.code, 4);
    let holder = format!("process {} holds it: flock dynamic/.cloudlunacy/lock sleep 5", ran.out.trim());
    assert!(ran.err.contains(&holder), "{}", ran.err);
}

#[test]
fn a_lock_that_is_none_is_refused_and_left_alone() {
    for make in ["ln -s ../../victim lock", "mkdir lock", "mkfifo lock"] {
        let place = one();
        place.sh(&format!("echo precious > victim; cd dynamic/.cloudlunacy && rm lock && {make}"));
        assert!(place.fails(4, &ADD).contains(".cloudlunacy/lock is not a file of ours"));
        assert_eq!(std::fs::read_to_string(place.top().join("victim")).unwrap(), "precious\n");
        assert_eq!(names(&place), ["a.example.com"]);
    }
}

#[test]
fn a_state_folder_that_is_none_is_refused_and_readers_do_not_mind() {
    for make in ["mkdir ../other && ln -s ../other .cloudlunacy", "echo x > .cloudlunacy"] {
        let place = one();
        place.sh(&format!("cd dynamic && rm -r .cloudlunacy && {make}"));
        assert!(place.refused(4, &ADD).contains(".cloudlunacy is not a directory of ours"));
        assert_eq!(names(&place), ["a.example.com"]);
        assert_eq!(place.sh("ls -A other 2>/dev/null").out, "");
    }
}
