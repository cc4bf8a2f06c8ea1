//! What a pull request brought in, told by a real git.

use super::{ROUTES, RULE, of_rule, place};
use crate::support::place::{Place, Ran};
use std::process::Command;

/// A repository with the place's files in its first commit, which the branch `base` names.
fn repository() -> Place {
    let place = place();
    place.write("linked.yml", "# words\n");
    git(&place, &["init", "-q", "-b", "main"]);
    commit(&place);
    git(&place, &["branch", "base"]);
    place
}

fn git(place: &Place, args: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(place.top()).env("HOME", place.top()).env("GIT_CONFIG_NOSYSTEM", "1").args([
        "-c",
        "user.name=tester",
        "-c",
        "user.email=tester@example.com",
    ]);
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn commit(place: &Place) {
    git(place, &["add", "-A"]);
    git(place, &["commit", "-q", "--allow-empty", "-m", "a change"]);
}

#[test]
fn only_what_is_new_is_reported() {
    let place = repository();
    let since = |args: &[&str]| place.json(&[&["validate", "--changed-since"], args].concat());
    assert!(of_rule(&since(&["git:base"]), RULE).is_empty());
    // Lines that move are not new; the same mistake once more is.
    place.write("routes.yml", &format!("# moved\n\n{ROUTES}"));
    assert!(of_rule(&since(&["git:base"]), RULE).is_empty());
    place.write("routes.yml", &format!("{ROUTES}# cloudlunacy: allow(no-such-rule) ü\n"));
    assert_eq!(of_rule(&since(&["git:base"]), RULE)[0]["line"], 11);
    let subfolder = Ran::of(
        place.bare().current_dir(place.dir()).args(["validate", "--changed-since", "git:base", "."]).output().unwrap(),
    );
    assert!(subfolder.out.contains("--> routes.yml:11:22\n"), "{subfolder:?}");
}

#[test]
fn new_suppressions_are_shown() {
    let place = repository();
    place.write("routes.yml", &format!("# cloudlunacy: allow({RULE}) on trial\n{ROUTES}"));
    let text = place.ok(&["validate", "--changed-since", "git:base"]);
    assert!(text.contains(&format!("suppressed since git:base: warning[{RULE}] dynamic/routes.yml:6: ")), "{text}");
    assert!(text.contains("(on trial)"), "{text}");
    commit(&place);
    let text = place.ok(&["validate", "--changed-since", "git:main"]);
    assert!(!text.contains("suppressed since"), "{text}");
}

#[test]
fn three_dots_mean_where_the_branch_began() {
    let place = repository();
    git(&place, &["checkout", "-q", "base"]);
    place.write("routes.yml", &ROUTES.replace("no-such-rule", "unknown-service"));
    commit(&place);
    git(&place, &["checkout", "-q", "main"]);
    let found = |revision: &str| of_rule(&place.json(&["validate", "--changed-since", revision]), RULE).len();
    assert_eq!((found("git:base"), found("git:base...")), (1, 0));
}

#[test]
fn a_shallow_clone_says_what_it_needs() {
    let place = repository();
    commit(&place);
    git(
        &place,
        &["clone", "-q", "--depth", "1", "--no-single-branch", &format!("file://{}", place.top().display()), "clone"],
    );
    let run = |revision: &str| {
        let args = ["validate", "clone/dynamic", "--changed-since", revision];
        Ran::of(place.bare().args(args).output().unwrap())
    };
    for revision in ["git:origin/base...", "git:nowhere"] {
        let ran = run(revision);
        assert!(ran.code == 2 && ran.err.contains("fetch-depth: 0"), "{ran:?}");
    }
    assert_eq!(run("git:origin/base").code, 0, "the commit itself is there");
    let ran = place.run(&["validate", "--changed-since", "base"]);
    assert!(ran.code == 2 && ran.err.contains("git:REV"), "{ran:?}");
    assert!(place.fails(2, &["validate", "--changed-since", "git:--output=x"]).contains("can't be a revision"));
}
