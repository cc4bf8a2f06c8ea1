//! A change of several files that was interrupted.

use super::{CROSSWISE, Place, ROUTER, SERVICE, SET_PAIR, names, pair, run_with};

/// The pair, with the change of both its files interrupted between the two renames.
fn interrupted() -> Place {
    let place = pair();
    assert_eq!(run_with(&place, &["renameat:signal=KILL:when=3"], &SET_PAIR).code, -1);
    assert!(place.state().contains(&"journal".to_owned()));
    assert_ne!(place.read("a.yml") == ROUTER, place.read("b.yml") == SERVICE, "one of the two is in place");
    place
}

fn is_new(place: &Place) -> bool {
    let shown = place.ok(&["route", "show", "pair", "-o", "json"]);
    let (port, priority) = (shown.contains("10.0.0.1:2"), shown.contains("\"priority\": 2"));
    assert_eq!(port, priority, "half of it: {shown}");
    port
}

#[test]
fn a_reader_sees_the_finished_change_and_writes_nothing() {
    let place = interrupted();
    let (files, state) = (place.files(), place.state());
    assert!(is_new(&place));
    place.ok(&["route", "add", "n.example.com", "http://10.0.0.1:80", "--dry-run"]);
    assert_eq!((place.files(), place.state()), (files, state));
}

#[test]
fn the_next_command_that_writes_finishes_it() {
    let place = interrupted();
    let ran = place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert!(ran.code == 0 && ran.err.contains("finished a change"), "{}", ran.err);
    assert!(is_new(&place));
    assert_eq!(place.leftovers(), [""; 0]);
}

#[test]
fn a_hand_edit_after_the_crash_is_kept() {
    let place = interrupted();
    let pending = if place.read("a.yml") == ROUTER { "a.yml" } else { "b.yml" };
    let edited = place.read(pending) + "# by hand\n";
    place.write(pending, &edited);
    let ran = place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert!(
        ran.code == 0 && ran.err.contains(&format!("{pending} is not as an earlier command left it")),
        "{}",
        ran.err
    );
    assert_eq!(place.read(pending), edited);
}

#[test]
fn what_lacks_a_staged_file_is_taken_back() {
    let place = interrupted();
    let pending = if place.read("a.yml") == ROUTER { "a.yml" } else { "b.yml" };
    let wanted = if pending == "a.yml" { "priority: 2" } else { "10.0.0.1:2" };
    place.sh(&format!("cd dynamic/.cloudlunacy && rm $(grep -l {wanted:?} staged-*)"));
    let ran = place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert!(ran.code == 0 && ran.err.contains("took back a change"), "{}", ran.err);
    assert!(!is_new(&place));
    assert_eq!((place.read("a.yml"), place.read("b.yml")), (ROUTER.to_owned(), SERVICE.to_owned()));
}

/// The routes that lie crosswise, with their removal interrupted before the last write: one file is in between.
fn interrupted_in_between() -> (Place, &'static str) {
    let place = Place::with(&CROSSWISE);
    let remove = ["route", "rm", "x", "y", "--yes"];
    assert_eq!(run_with(&place, &["renameat:signal=KILL:when=4"], &remove).code, -1);
    let between = CROSSWISE.iter().find(|(name, _)| place.read(name).contains("services")).unwrap().0;
    assert!(!place.read(between).contains("routers") && names(&place).is_empty());
    (place, between)
}

#[test]
fn a_file_in_between_that_is_edited_by_hand_is_kept() {
    let (place, between) = interrupted_in_between();
    let edited = place.read(between) + "# by hand\n";
    place.write(between, &edited);
    let ran = place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    let said = format!("{between} is not as an earlier command left it");
    assert!(ran.code == 0 && ran.err.matches(&said).count() == 1, "{}", ran.err);
    assert_eq!(place.read(between), edited);
}

#[test]
fn what_is_taken_back_from_in_between_is_the_very_old_text() {
    let (place, between) = interrupted_in_between();
    // Without its last text the change can't be finished.
    place.sh("cd dynamic/.cloudlunacy && rm $(grep -L -e routers -e services staged-*)");
    let ran = place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert!(ran.code == 0 && ran.err.contains("took back a change"), "{between}: {}", ran.err);
    for (name, text) in CROSSWISE {
        assert_eq!(place.read(name), text);
    }
    assert_eq!(place.leftovers(), [""; 0]);
}

#[test]
fn promise_4_a_change_that_fails_half_way_is_taken_back_even_if_that_is_interrupted() {
    for killed in 1..12 {
        let place = pair();
        run_with(&place, &["renameat:error=EIO:when=3", &format!("fsync:signal=KILL:when={killed}")], &SET_PAIR);
        let told = is_new(&place);
        place.ok(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
        assert_eq!(
            is_new(&place),
            told,
            "killed at fsync {killed}: the next command decided otherwise than the reader was told"
        );
        assert_eq!(place.leftovers(), [""; 0]);
    }
}

#[test]
fn a_change_that_can_be_neither_finished_nor_taken_back_says_so() {
    let place = pair();
    let ran = run_with(&place, &["renameat:error=EIO:when=3+2"], &SET_PAIR);
    assert!(ran.code == 4 && ran.err.contains("written, durability unknown"), "{}", ran.err);
    place.ok(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert!(!is_new(&place));
}

#[test]
fn a_journal_that_is_not_ours_is_refused_and_moves_nothing() {
    let add = ["route", "add", "n.example.com", "http://10.0.0.1:80"];
    let outside = r#"{"version":1,"steps":[{"path":"../victim","beside":false,"before":null,"new":null,"old":null}]}"#;
    let mut hostile: Vec<String> = ["{", "", "[]", r#"{"version":2,"steps":[]}"#, outside].map(str::to_owned).into();
    // In whichever of several steps of one file it stands.
    let step = |path: &str, staged: &str| {
        let stamp = r#"{"inode":1,"size":1,"seconds":1,"nanoseconds":1}"#;
        let new = format!(r#"{{"name":"{staged}","stamp":{stamp}}}"#);
        format!(r#"{{"path":"{path}","beside":false,"before":{stamp},"new":{new},"old":null}}"#)
    };
    for (path, staged) in [
        ("/etc/passwd", "staged-1"),
        ("a/../../victim", "staged-1"),
        (".cloudlunacy/lock", "staged-1"),
        ("a.yml", "../../victim"),
        ("a.yml", "staged-1/../../../victim"),
        ("a.yml", "lock"),
    ] {
        let steps = [step("a.yml", "staged-1"), step(path, staged)].join(",");
        hostile.push(format!(r#"{{"version":1,"steps":[{steps}]}}"#));
    }
    for text in &hostile {
        let place = interrupted();
        place.write(".cloudlunacy/journal", text);
        let said = place.fails(4, &add);
        assert!(said.contains(".cloudlunacy/journal") && said.contains("hint: look at it"), "{text}: {said}");
    }
    if rustix::process::geteuid().is_root() {
        let place = interrupted();
        place.sh("chown 23456 dynamic/.cloudlunacy/journal");
        assert!(place.fails(4, &add).contains("was written by user 23456"));
    }
}

#[test]
fn the_journal_of_one_who_shares_the_directory_follows_no_link() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = interrupted();
    let pending = if place.read("a.yml") == ROUTER { "a.yml" } else { "b.yml" };
    place.sh(&format!(
        "chgrp -R 5555 dynamic; chmod 2775 dynamic; chown 23456 dynamic/.cloudlunacy/journal; mv dynamic/{pending} victim; ln -s ../victim dynamic/{pending}"
    ));
    place.ok(&["route", "list"]);
    let before = std::fs::read_to_string(place.top().join("victim")).unwrap();
    place.run(&["route", "add", "n.example.com", "http://10.0.0.1:80"]);
    assert_eq!(std::fs::read_to_string(place.top().join("victim")).unwrap(), before);
}

#[test]
fn promise_4_a_file_that_can_not_be_replaced_stops_the_others_too() {
    // A mount point can't be renamed over: what `docker run -v file:file` makes of a file.
    let place = pair();
    let ran = place.sh(
        "unshare -Urm bash -c 'for f in a.yml b.yml; do touch mounted; cat dynamic/$f > mounted
           mount -o bind mounted dynamic/$f; $CL route set pair http://10.0.0.1:2 --priority 2; echo $?; umount dynamic/$f; done'",
    );
    assert_eq!(ran.out, "4\n4\n", "{}", ran.err);
    assert!(ran.err.contains("mount the directory that the file lies in"), "{}", ran.err);
    assert_eq!((place.read("a.yml"), place.read("b.yml")), (ROUTER.to_owned(), SERVICE.to_owned()));
    assert_eq!(names(&place), ["pair"]);
    assert_eq!(place.leftovers(), [""; 0]);
}
