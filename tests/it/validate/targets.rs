//! What is judged: the configured directory, another one, files with the directory that they lie in, standard input.

use super::{ROUTES, RULE, bare, of_rule, place};
use crate::support::place::{Place, Ran};
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;

/// A second file, with a finding of its own.
const OTHER: &str = "\
http:
  routers:
    two:
      rule: Host(`two.example.com`) # cloudlunacy: allow(nor-this)
      service: app
";

fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e} {ran:?}"))
}

fn files(value: &Value) -> Vec<&str> {
    of_rule(value, RULE).iter().map(|f| f["file"].as_str().unwrap()).collect()
}

#[test]
fn a_directory_is_judged_as_a_whole_and_a_file_with_its_directory() {
    let place = place();
    place.write("sub/two.yml", OTHER);
    let whole = json(&bare(&place, &["validate", "dynamic", "-o", "json"]));
    assert_eq!(files(&whole), ["dynamic/routes.yml", "dynamic/sub/two.yml"]);
    assert_eq!(whole["summary"]["files"], 2);
    let one = place.json(&["validate", "dynamic/sub/two.yml"]);
    assert_eq!((files(&one), &one["summary"]["files"]), (vec!["dynamic/sub/two.yml"], &2.into()));
    assert!(of_rule(&one, "unknown-service").is_empty(), "the service stands in the other file");
    let elsewhere = json(&bare(&place, &["validate", "dynamic/sub/two.yml", "-o", "json"]));
    assert_eq!(elsewhere["summary"]["files"], 1, "the folder that it lies in, for it is not the managed one");
    let alone = place.json(&["validate", "--alone", "dynamic/sub/two.yml"]);
    assert_eq!((files(&alone), &alone["summary"]["files"]), (vec!["dynamic/sub/two.yml"], &1.into()));
    let both = place.json(&["validate", "dynamic/sub/two.yml", "dynamic/routes.yml"]);
    assert_eq!((files(&both).len(), &both["summary"]["files"]), (2, &2.into()));
}

#[test]
fn a_fault_in_another_file_is_not_reported_with_this_one() {
    let place = place();
    place.write("broken.yml", "http: [\n");
    let ran = place.run(&["validate", "dynamic/routes.yml"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("would refuse the directory"), "{}", ran.out);
}

#[test]
fn standard_input_stands_for_a_file() {
    let place = place();
    let run = |args: &[&str], text: &str| {
        let mut command = place.command(&[&["validate", "-", "-o", "json"], args].concat());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        json(&Ran::of(child.wait_with_output().unwrap()))
    };
    let replaced = run(&["--stdin-filename", "dynamic/routes.yml"], &format!("# a line\n{ROUTES}"));
    assert_eq!((&of_rule(&replaced, RULE)[0]["line"], &replaced["summary"]["files"]), (&6.into(), &1.into()));
    let added = run(&["--stdin-filename", "dynamic/new.yml"], OTHER);
    assert_eq!((files(&added), &added["summary"]["files"]), (vec!["dynamic/new.yml"], &2.into()));
    let nameless = run(&[], ROUTES);
    assert_eq!((files(&nameless), &nameless["summary"]["files"]), (vec!["stdin.yml"], &1.into()));
    assert_eq!(place.read("routes.yml"), ROUTES);
}

#[test]
fn paths_begin_at_the_work_tree_for_programs_and_here_for_people() {
    let place = Place::new();
    std::fs::create_dir(place.top().join(".git")).unwrap();
    std::fs::create_dir(place.top().join("deep")).unwrap();
    place.write("routes.yml", ROUTES);
    let from = |folder: &str, args: &[&str]| {
        Ran::of(place.bare().current_dir(place.top().join(folder)).args(args).output().unwrap())
    };
    for (folder, dir) in [("", "dynamic"), ("deep", "../dynamic"), ("dynamic", ".")] {
        assert_eq!(files(&json(&from(folder, &["validate", dir, "-o", "json"]))), ["dynamic/routes.yml"]);
    }
    assert!(from("dynamic", &["validate", "."]).out.contains("--> routes.yml:5:41\n"));
    assert!(from("deep", &["validate", "../dynamic"]).out.contains("--> ../dynamic/routes.yml:5:41\n"));
}

#[test]
fn repairs_that_stop_half_way_say_what_is_written() {
    let old = "http:\n  middlewares:\n    m: {ipWhiteList: {sourceRange: [10.0.0.0/8]}}\n";
    let place = Place::with(&[("a.yml", old)]);
    place.sh("mkdir other; cp dynamic/a.yml other; touch other/.cloudlunacy");
    let ran = place.run(&["validate", "dynamic", "other", "--fix", "--allow", "unused-middleware"]);
    assert!(ran.code == 4 && ran.err.contains("written, but not all: "), "{ran:?}");
    assert!(place.read("a.yml").contains("ipAllowList"));
    let ran = place.run(&["validate", "other", "--fix", "-m", "x"]);
    assert!(ran.code == 4 && !ran.err.contains("written"), "{ran:?}");
    let ran = place.run(&["validate", "other", "-m", "x"]);
    assert!(ran.code == 2 && ran.err.contains("hint: add --fix"), "{ran:?}");
}
