//! Files that are no UTF-8, commands that died, moments that were restored: where the past is easily mistaken.

use super::{add, numbers, routes, three};
use crate::store::run_with;
use crate::support::place::Place;

#[test]
fn a_file_that_is_no_text_any_more_can_be_brought_back() {
    let utf_16 = |text: &str| [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let latin_1 = |text: &str| [text.as_bytes(), b"# caf\xe9\n"].concat();
    for broken in [&utf_16 as &dyn Fn(&str) -> Vec<u8>, &latin_1] {
        for back in [["restore", "3"], ["undo", "4"]] {
            let place = three();
            let before = place.files();
            std::fs::write(place.dir().join("routes.yml"), broken(&place.read("routes.yml"))).unwrap();
            place.ok(&back);
            assert_eq!(place.files(), before);
            assert_eq!(numbers(&place)[0], "5");
            // What it said then is not lost: it just can't be written as text.
            assert!(place.fails(3, &["restore", "4"]).contains("was not UTF-8 text"));
        }
    }
}

#[test]
fn promise_17_what_a_dead_command_did_not_do_is_not_recorded_though_the_file_was_edited_since() {
    for (wrong, args) in [
        ("renameat:signal=KILL:when=1", &["route", "set", "a", "--priority", "7"][..]),
        ("unlinkat:signal=KILL:when=1", &["route", "rm", "a"]),
    ] {
        let place = Place::new();
        add(&place, "a");
        assert_eq!(run_with(&place, &[wrong], args).code, -1);
        place.write("routes.yml", &format!("{}# by hand\n", place.read("routes.yml")));
        assert_eq!(numbers(&place), ["2", "1"], "{args:?}");
        add(&place, "b");
        let history = place.ok(&["history"]);
        assert_eq!(numbers(&place), ["3", "2", "1"], "{history}");
        assert!(history.lines().nth(2).unwrap().contains("hand  routes.yml"), "{history}");
        assert_eq!(routes(&place), "a b");
    }
}

#[test]
fn a_reader_takes_no_change_of_a_command_for_one_by_hand() {
    let place = three();
    let traced = run_with(&place, &["openat:delay_enter=0"], &["history"]);
    assert_eq!(traced.code, 0);
    for at in 15..30 {
        let held = format!("openat:delay_enter=300000:when={at}");
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| run_with(&place, &[&held], &["history", "-o", "json"]));
            std::thread::sleep(std::time::Duration::from_millis(200));
            add(&place, &format!("x{at}"));
            let ran = reader.join().unwrap();
            assert!(ran.code == 0 && !ran.out.contains("\"by_hand\": true"), "{at}: {ran:?}");
        });
    }
}

#[test]
fn what_a_restored_moment_knows_nothing_of_is_not_taken_back() {
    let place = three();
    place.ok(&["undo", "2"]);
    place.ok(&["restore", "3"]);
    assert_eq!(routes(&place), "a b c");
    let shown = place.ok(&["history"]);
    assert!(!shown.contains("taken back by"), "{shown}");
    place.ok(&["undo", "2"]);
    assert_eq!(routes(&place), "a c");
    place.ok(&["undo", "5"]);
    assert!(place.run(&["undo", "2"]).err.contains("taken back already, by change 6"));
}

#[test]
fn undo_does_not_walk_over_what_somebody_else_took_back() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = three();
    place.sh("chmod -R a+rwX . dynamic; chgrp -R 5555 dynamic; chmod 2775 dynamic; chmod 755 .");
    place.sh("cp ${CL%% *} command; chmod 755 command");
    let other = |args: &str| {
        let ran = place.sh(&format!("setpriv --reuid=5556 --regid=5555 --clear-groups ./command -d dynamic {args}"));
        assert_eq!(ran.code, 0, "{ran:?}");
    };
    other("route add d http://10.0.0.1:80");
    other("undo");
    // He was here, but nothing of it is left.
    assert!(place.ok(&["undo", "-n"]).contains("\n-    c:\n"));
    other("undo 3");
    let said = place.fails(3, &["undo"]);
    assert!(said.contains("change 6, by user 5556, is newer than your last one, change 2"), "{said}");
}
