//! What has happened, and the way back.

mod corners;
mod damage;
mod random;

use crate::store::run_with;
use crate::support::place::Place;

fn add(place: &Place, host: &str) {
    place.ok(&["route", "add", host, "http://10.0.0.1:80"]);
}

/// `a`, `b` and `c`, each added by a change of its own.
fn three() -> Place {
    let place = Place::new();
    ["a", "b", "c"].iter().for_each(|host| add(&place, host));
    place
}

/// The numbers of all changes, newest first.
fn numbers(place: &Place) -> Vec<String> {
    place.ok(&["history", "-o", "name"]).lines().map(str::to_owned).collect()
}

fn routes(place: &Place) -> String {
    place.ok(&["route", "list", "-o", "name"]).lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_change_says_its_number_and_how_to_take_it_back() {
    let place = Place::new();
    let said = place.ok(&["route", "add", "a", "http://10.0.0.1:80"]);
    assert!(said.contains("\n       change 1; undo: cloudlunacy --dir dynamic undo 1\n"), "{said}");
    assert_eq!(place.json(&["route", "add", "b", "http://10.0.0.1:80"])["change"], 2);
    // What is so already is no change.
    assert_eq!(place.json(&["route", "add", "b", "http://10.0.0.1:80"])["change"], serde_json::Value::Null);
    let tried = place.json(&["route", "rm", "b", "-n"]);
    assert_eq!((&tried["change"], &tried["changed"]), (&serde_json::Value::Null, &false.into()));
    assert_eq!(numbers(&place), ["2", "1"]);
    let undone = place.ok(&["undo", "1"]);
    assert!(undone.starts_with("removed  http  a ") && undone.contains("change 3;"), "{undone}");
}

#[test]
fn a_change_is_recorded_with_who_made_it_and_why() {
    let place = Place::new();
    let mut command = place.command(&["route", "add", "a", "http://10.0.0.1:80", "-m", "for the shop"]);
    command.env("SUDO_USER", "eve").env("SSH_CONNECTION", "10.9.9.9 5000 10.0.0.1 22");
    assert!(command.output().unwrap().status.success());
    let history = place.json(&["history"]);
    let change = &history["changes"][0];
    assert_eq!(change["author"]["uid"], rustix::process::getuid().as_raw());
    assert_eq!((&change["author"]["sudo_says"], &change["author"]["ssh_says"]), (&"eve".into(), &"10.9.9.9".into()));
    assert_eq!(change["message"], "for the shop");
    assert_eq!(change["command"], "cloudlunacy -d dynamic route add a http://10.0.0.1:80 -m 'for the shop'");
    assert_eq!(change["objects"], serde_json::json!([{"verb": "added", "kind": "http", "name": "a"}]));
    assert_eq!(change["files"], serde_json::json!([{"path": "routes.yml", "verb": "created"}]));
    let shown = place.ok(&["history", "show", "1"]);
    for line in ["message  for the shop", "+ new router a: Host(`a`) to service a", "+++ b/routes.yml"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn no_secret_of_a_command_line_is_kept() {
    let place = Place::new();
    let flags = "--providers.redis.password=hush --entryPoints.web.address=:80";
    place.ok(&["--static-args", flags, "route", "add", "a", "http://10.0.0.1:80"]);
    let history = place.ok(&["history"]);
    assert!(history.contains("--providers.redis.password=***") && !history.contains("hush"), "{history}");
    assert!(!place.sh("cat dynamic/.cloudlunacy/lock").out.contains("hush"));
}

#[test]
fn undo_walks_back_through_ones_own_changes() {
    let place = three();
    let before = place.files();
    place.ok(&["undo"]);
    assert_eq!(routes(&place), "a b");
    place.ok(&["undo"]);
    assert_eq!(routes(&place), "a");
    // Taking back is a change like any other.
    place.ok(&["undo", "5"]);
    place.ok(&["undo", "4"]);
    assert_eq!((routes(&place), place.files()), ("a b c".into(), before));
    place.ok(&["undo"]);
    place.ok(&["undo"]);
    place.ok(&["undo"]);
    assert!(place.files().is_empty(), "the file that the first change made has gone with it");
    assert!(place.fails(3, &["undo"]).contains("no change of yours"));
}

#[test]
fn undo_takes_back_an_old_change_and_leaves_what_came_later() {
    let place = three();
    place.ok(&["undo", "1"]);
    assert_eq!(routes(&place), "b c");
    let said = place.run(&["undo", "1"]);
    assert!(said.out.starts_with("unchanged") && said.err.contains("taken back already, by change 4"), "{said:?}");
    place.ok(&["route", "set", "b", "http://10.0.0.2:80"]);
    place.ok(&["route", "set", "c", "--priority", "7"]);
    place.write("routes.yml", &place.read("routes.yml").replace("    b:\n", "    # by hand\n    b:\n"));
    place.ok(&["undo", "5"]);
    let text = place.read("routes.yml");
    assert!(text.contains("# by hand\n") && text.contains("priority: 7") && !text.contains("10.0.0.2"), "{text}");
}

#[test]
fn undo_says_what_stands_in_its_way() {
    let place = three();
    place.ok(&["route", "set", "a", "--priority", "5"]);
    place.ok(&["route", "set", "a", "--priority", "6"]);
    let said = place.fails(3, &["undo", "4"]);
    assert!(said.contains("change 5 (`cloudlunacy -d dynamic route set a --priority 6`) has changed"), "{said}");
    assert!(said.contains("http.routers.a.priority") && said.contains("undo 5"), "{said}");
    let value: serde_json::Value = serde_json::from_str(&place.run(&["undo", "4", "-o", "json"]).out).unwrap();
    assert_eq!(value["error"]["code"], "changed-since");
    // What came with the change is in use now.
    place.write("more.yml", "http: {routers: {more: {rule: Host(`more`), service: b}}}\n");
    let said = place.fails(3, &["undo", "2"]);
    assert!(said.contains("http service \"b\" is still used by router \"more\""), "{said}");
    assert!(place.fails(3, &["undo", "99"]).contains("the history has 1 to 6"));
}

#[test]
fn undo_does_not_guess_where_somebody_else_was_here_since() {
    let place = three();
    place.write("hand.yml", "http: {services: {x: {loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}}}}\n");
    let said = place.fails(3, &["undo"]);
    assert!(said.contains("change 4, by hand, is newer than your last one, change 3"), "{said}");
    assert!(said.contains("undo 3` or `cloudlunacy --dir dynamic undo 4`"), "{said}");
    place.ok(&["undo", "4"]);
    place.ok(&["undo"]);
    assert_eq!(routes(&place), "a b");
    if rustix::process::geteuid().is_root() {
        place.sh("chmod -R a+rwX . dynamic; chgrp -R 5555 dynamic; chmod 2775 dynamic; chmod 755 .");
        place.ok(&["route", "set", "a", "--priority", "1"]);
        let other = "setpriv --reuid=5556 --regid=5555 --clear-groups";
        place.sh("cp ${CL%% *} command; chmod 755 command");
        let ran = place.sh(&format!("{other} ./command -d dynamic undo"));
        assert!(ran.code == 3 && ran.err.contains("there is no change of yours"), "{ran:?}");
        let ran = place.sh(&format!("{other} ./command -d dynamic route add d http://10.0.0.1:80"));
        assert_eq!(ran.code, 0, "{ran:?}");
        let said = place.fails(3, &["undo"]);
        assert!(said.contains("by user 5556, is newer than your last one"), "{said}");
    }
}

#[test]
fn hand_edits_are_noticed_and_can_be_brought_back() {
    let place = three();
    let mine = "# mine\nhttp: {middlewares: {m: {stripPrefix: {prefixes: [/x]}}}}\n";
    place.write("mine.yml", mine);
    let said = place.ok(&["history"]);
    assert!(
        said.lines().nth(1).unwrap().contains("hand  mine.yml (the next command that writes records it)"),
        "{said}"
    );
    place.ok(&["route", "rm", "c"]);
    std::fs::remove_file(place.dir().join("mine.yml")).unwrap();
    add(&place, "d");
    let by_hand: Vec<_> =
        place.json(&["history"])["changes"].as_array().unwrap().iter().map(|c| c["by_hand"] == true).collect();
    assert_eq!(by_hand, [false, true, false, true, false, false, false]);
    place.ok(&["undo", "6"]);
    assert_eq!(place.read("mine.yml"), mine);
    // What is only touched has not changed.
    place.sh("touch dynamic/*.yml; cp dynamic/mine.yml x; mv x dynamic/mine.yml");
    assert_eq!(numbers(&place).len(), 8);
    assert!(place.run(&["diff"]).out.contains("no difference between @8 and the files"));
    place.write("mine.yml", &mine.replace("/x", "/y"));
    let ran = place.run(&["diff"]);
    assert!(ran.code == 1 && ran.out.contains("stripPrefix.prefixes"), "{ran:?}");
}

#[test]
fn restore_brings_back_the_whole_directory() {
    let place = Place::with(&[("old.yml", "# there before\n")]);
    let before = place.files();
    add(&place, "a");
    let first = place.files();
    add(&place, "b");
    std::fs::remove_file(place.dir().join("old.yml")).unwrap();
    place.write("new.yml", "# new\n");
    let shown = place.ok(&["restore", "1", "-n"]);
    assert!(shown.contains("--- a/new.yml") && shown.contains("+++ b/old.yml"), "{shown}");
    let said = place.ok(&["restore", "1"]);
    assert!(said.starts_with("removed  http  b"), "{said}");
    assert_eq!(place.files(), first);
    assert!(place.ok(&["restore", "1"]).starts_with("unchanged"));
    place.ok(&["restore", "0"]);
    assert_eq!(place.files(), before);
    place.ok(&["undo"]);
    assert_eq!(place.files(), first);
    assert!(place.fails(3, &["restore", "77"]).contains("there is no change 77"));
}

#[test]
fn what_a_change_is_not_about_is_not_called_changed() {
    let text = "http:\n  services:\n    s: &s {loadBalancer: {servers: [{url: \"http://10.0.0.1:80\"}]}}\n    t: *s\n  routers:\n    q: {rule: \"Host(`q`)\", service: 's'}\n    r: {rule: 'Host(`r`)', service: t}\n";
    let place = Place::with(&[("quoted.yml", text)]);
    add(&place, "a");
    assert_eq!(place.ok(&["undo"]).lines().count(), 2);
    assert_eq!(place.ok(&["restore", "1"]).lines().filter(|line| line.starts_with("added")).count(), 1);
    assert_eq!(routes(&place), "q r a");
}

#[test]
fn any_two_moments_can_be_compared() {
    let place = three();
    let said = place.run(&["diff", "@1", "@2"]);
    assert!(said.code == 1 && said.out.starts_with("+ new router b: Host(`b`)"), "{said:?}");
    assert!(place.run(&["diff", "@0", "@1"]).out.contains("+ new router a"));
    assert_eq!(place.run(&["diff", "@3"]).code, 0);
    assert!(place.fails(3, &["diff", "@9"]).contains("there is no change 9; the history has 1 to 3"));
}

#[test]
fn the_history_keeps_in_its_bounds() {
    let place = three();
    std::fs::write(place.top().join("small.toml"), "[history]\nmax-size = \"3kB\"\n").unwrap();
    let settings = ["-c", "small.toml"];
    for n in 0..20 {
        let target = format!("http://10.0.0.{n}:80");
        place.ok(&[&settings[..], &["route", "set", "a", &target]].concat());
    }
    let size = std::fs::metadata(place.dir().join(".cloudlunacy/history")).unwrap().len();
    assert!(size < 3500, "{size}");
    let kept = numbers(&place);
    assert_eq!(kept[0], "23");
    assert!(kept.len() > 2 && kept.len() < 20, "{kept:?}");
    let oldest: u64 = kept.last().unwrap().parse().unwrap();
    assert!(place.fails(3, &["restore", "2"]).contains(&format!("the history has {oldest} to 23")));
    // All that is kept can be taken back, to the moment before the first of them.
    place.ok(&["restore", &(oldest - 1).to_string()]);
    assert!(place.read("routes.yml").contains(&format!("http://10.0.0.{}:80", oldest - 5)));
    let small = [&settings[..], &["config", "-o", "json"]].concat();
    assert!(place.ok(&small).contains("\"history.max-size\""));

    std::fs::write(place.top().join("none.toml"), "[history]\nmax-size = \"0\"\n").unwrap();
    let none = Place::new();
    let path = place.top().join("none.toml");
    let said = none.ok(&["-c", path.to_str().unwrap(), "route", "add", "a", "http://10.0.0.1:80"]);
    assert!(!said.contains("undo"), "{said}");
    assert!(!none.state().contains(&"history".to_owned()));
    for bad in ["much", "1001MB"] {
        std::fs::write(place.top().join("bad.toml"), format!("[history]\nmax-size = \"{bad}\"\n")).unwrap();
        assert!(place.fails(2, &["-c", "bad.toml", "history"]).contains("write 64MB, 500kB, or 0"));
    }
}

#[test]
fn what_is_old_goes_but_for_the_last_hundred_which_no_clock_can_take() {
    let place = three();
    std::fs::write(place.top().join("short.toml"), "[history]\nmax-age = \"1s\"\n").unwrap();
    let set = |n: u64| {
        let target = format!("http://10.0.0.1:{n}");
        place.ok(&["-c", "short.toml", "route", "set", "a", &target]);
    };
    (1000..1110).for_each(set);
    std::thread::sleep(std::time::Duration::from_millis(2500));
    set(1110);
    let kept = numbers(&place);
    assert_eq!((kept.len(), kept[0].as_str(), kept[99].as_str()), (100, "114", "15"));
    place.ok(&["restore", "14"]);
    assert!(place.read("routes.yml").contains("http://10.0.0.1:1010"));
}

#[test]
fn a_change_costs_the_history_no_more_than_its_own_size() {
    let many: String = (0..5000).map(|n| format!("    r{n}: {{rule: Host(`r{n}`), service: s}}\n")).collect();
    let services = "  services:\n    s: {loadBalancer: {servers: [{url: 'http://10.0.0.1'}]}}\n";
    let place = Place::with(&[("routes.yml", &format!("http:\n  routers:\n{many}{services}"))]);
    let size = || std::fs::metadata(place.dir().join(".cloudlunacy/history")).unwrap().len();
    add(&place, "first");
    let (text, first) = (place.read("routes.yml").len() as u64, size());
    assert!(first < text / 3, "the first copy is compressed: {first} of {text}");
    for host in ["x", "y", "z"] {
        let before = size();
        add(&place, host);
        assert!(size() - before < 1000, "{}", size() - before);
    }
    place.ok(&["route", "rename", "x", "xx"]);
    assert!(size() - first < 5000);
}

#[test]
fn promise_17_a_command_that_dies_leaves_no_record_of_what_it_did_not_do() {
    let place = three();
    let files = place.files();
    assert_eq!(
        run_with(&place, &["renameat:signal=KILL:when=1"], &["route", "add", "d", "http://10.0.0.1:80"]).code,
        -1
    );
    assert_eq!((place.files(), numbers(&place)), (files, ["3", "2", "1"].map(String::from).to_vec()));
    add(&place, "e");
    assert_eq!(numbers(&place)[0], "4");
    assert!(place.ok(&["history"]).lines().nth(1).unwrap().contains("added http e"));
    // Killed once the file is in its place: the change is made, and recorded.
    assert_eq!(
        run_with(&place, &["renameat:signal=KILL:when=2"], &["route", "add", "f", "http://10.0.0.1:80"]).code,
        -1
    );
    assert_eq!(routes(&place), "a b c e f");
    assert_eq!(numbers(&place)[0], "5");
    place.ok(&["undo", "5"]);
    assert_eq!(routes(&place), "a b c e");
    // Refused by the disk: as if it had never been asked for.
    assert_eq!(run_with(&place, &["renameat:error=EIO:when=1"], &["route", "add", "g", "http://10.0.0.1:80"]).code, 4);
    assert_eq!(numbers(&place)[0], "6");
    add(&place, "h");
    assert_eq!(numbers(&place)[0], "7");
}
