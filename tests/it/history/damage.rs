//! A history that was cut short, scribbled over, or written by somebody else.

use super::{add, numbers, routes, three};
use crate::support::place::Place;

fn log(place: &Place) -> std::path::PathBuf {
    place.dir().join(".cloudlunacy/history")
}

#[test]
fn an_unfinished_end_is_nothing() {
    for cut in [1, 5, 100] {
        let place = three();
        let bytes = std::fs::read(log(&place)).unwrap();
        // A fourth record, of which the end is missing.
        add(&place, "d");
        let longer = std::fs::read(log(&place)).unwrap();
        place.sh("rm dynamic/.cloudlunacy/history-index");
        std::fs::write(log(&place), &longer[..longer.len() - cut]).unwrap();
        assert_eq!(numbers(&place), ["4", "3", "2", "1"], "the change itself is there: by hand, for all one can know");
        add(&place, "e");
        assert_eq!(numbers(&place)[..2], ["5", "4"]);
        assert!(std::fs::read(log(&place)).unwrap().starts_with(&bytes));
        place.ok(&["undo", "4"]);
        assert_eq!(routes(&place), "a b c e");
    }
}

#[test]
fn a_lost_index_is_made_again() {
    let place = three();
    for index in ["", "{", "{\"version\":1,\"inode\":0,\"length\":9,\"number\":77,\"oldest\":0,\"files\":{}}"] {
        place.write(".cloudlunacy/history-index", index);
        assert_eq!(numbers(&place), ["3", "2", "1"]);
    }
    add(&place, "d");
    assert_eq!(numbers(&place)[0], "4");
}

#[test]
fn promise_17_a_damaged_history_is_put_aside_and_stops_no_change() {
    let place = three();
    let mut bytes = std::fs::read(log(&place)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(log(&place), &bytes).unwrap();
    let said = place.fails(4, &["history"]);
    assert!(said.contains("the history is damaged") && said.contains("move history in .cloudlunacy away"), "{said}");
    place.sh("rm dynamic/.cloudlunacy/history-index");
    let ran = place.run(&["route", "add", "d", "http://10.0.0.1:80"]);
    assert!(ran.code == 0 && ran.err.contains("it lies in .cloudlunacy/history-damaged"), "{ran:?}");
    assert_eq!(std::fs::read(place.dir().join(".cloudlunacy/history-damaged")).unwrap(), bytes);
    place.ok(&["undo"]);
    assert_eq!(routes(&place), "a b c");
}

#[test]
fn promise_17_what_is_no_plain_file_is_put_aside_too() {
    for odd in ["mkfifo history", "mkdir history", "truncate -s 5G history"] {
        let place = three();
        place.sh(&format!("cd dynamic/.cloudlunacy; mv history old; {odd}"));
        let said = place.fails(4, &["history"]);
        assert!(said.contains("move history in .cloudlunacy away"), "{odd}: {said}");
        let ran = place.run(&["route", "add", "d", "http://10.0.0.1:80"]);
        assert!(ran.code == 0 && ran.err.contains("it lies in .cloudlunacy/history-damaged"), "{odd}: {ran:?}");
        place.ok(&["undo"]);
        assert_eq!(routes(&place), "a b c");
    }
}

#[test]
fn nothing_that_a_stranger_wrote_is_believed() {
    let place = three();
    if !rustix::process::geteuid().is_root() {
        return;
    }
    place.sh("chown 23456 dynamic/.cloudlunacy/history");
    assert!(place.fails(4, &["history"]).contains("was written by user 23456"));
    assert!(place.fails(4, &["route", "add", "d", "http://10.0.0.1:80"]).contains("was written by user 23456"));
    // Readers of the files need no history.
    assert_eq!(routes(&place), "a b c");
    let place = three();
    place.sh("cd dynamic/.cloudlunacy; mv history ../../victim; ln -s ../../victim history");
    let before = std::fs::read(place.top().join("victim")).unwrap();
    assert_eq!(place.run(&["route", "add", "d", "http://10.0.0.1:80"]).code, 4);
    assert_eq!(std::fs::read(place.top().join("victim")).unwrap(), before);
}
