//! `validate` and `explain` as one uses them: what is judged, what is reported, in which format, with which exit code.

mod formats;
mod since;
mod started;
mod targets;
mod ways;

use crate::support::place::{Place, Ran};
use serde_json::Value;

/// A file in which every release of Traefik finds nothing wrong, with a comment that allows no rule there is.
const ROUTES: &str = "\
http:
  routers:
    app:
      rule: Host(`app.example.com`)
      service: app # cloudlunacy: allow(no-such-rule) ü
  services:
    app:
      loadBalancer:
        servers:
          - url: http://10.0.0.5:3000
";
/// What is found in it.
const RULE: &str = "unknown-suppression";

fn place() -> Place {
    Place::with(&[("routes.yml", ROUTES)])
}

/// Findings of a rule in what `-o json` prints.
fn of_rule<'v>(value: &'v Value, rule: &str) -> Vec<&'v Value> {
    value["findings"].as_array().unwrap().iter().filter(|f| f["rule"] == rule).collect()
}

/// Runs without `-d`.
fn bare(place: &Place, args: &[&str]) -> Ran {
    Ran::of(place.bare().args(args).output().unwrap())
}

#[test]
fn the_exit_code_follows_severity_and_flags() {
    let place = place();
    let code = |args: &[&str]| place.run(&[&["validate"], args].concat()).code;
    assert_eq!(code(&[]), 0, "a warning alone is no failure");
    assert_eq!(code(&["--deny", "warning"]), 1);
    assert_eq!(code(&["--deny", "warning", "--exit-zero"]), 0);
    place.write("broken.yml", "http: [\n");
    assert_eq!(place.json(&["validate"])["verdict"], "rejected");
}

#[test]
fn nothing_to_check_is_no_pass() {
    let place = Place::with(&[("README.md", "words\n")]);
    for args in
        [&["validate"][..], &["validate", "dynamic"], &["validate", "nowhere"], &["validate", "dynamic/README.md"]]
    {
        let ran = place.run(&[args, &["-o", "json"]].concat());
        let value: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{args:?} {e} {ran:?}"));
        assert_eq!((ran.code, &value["error"]["code"]), (2, &"nothing-to-check".into()), "{args:?}");
    }
    std::fs::remove_dir_all(place.dir()).unwrap();
    let ran = place.run(&["validate"]);
    assert!(ran.code == 2 && ran.err.contains("there is no such directory"), "{ran:?}");
}

#[test]
fn comments_flags_and_settings_suppress() {
    let place = place();
    let found = |args: &[&str]| of_rule(&place.json(&[&["validate"], args].concat()), RULE).len();
    assert_eq!(found(&[]), 1);
    assert_eq!(found(&["--allow", RULE]), 0);
    assert_eq!(found(&["--allow", RULE, "--no-suppress"]), 1);
    let commented = format!("# cloudlunacy: allow({RULE}) on trial\n{ROUTES}");
    place.write("routes.yml", &commented);
    let value = place.json(&["validate"]);
    assert_eq!((of_rule(&value, RULE).len(), &value["suppressed"][0]["reason"]), (0, &"on trial".into()));
    assert_eq!(found(&["--no-suppress"]), 1);
    place.write("routes.yml", &commented.replace("# cloudlunacy: allow(no-such-rule) ü", ""));
    let value = place.json(&["validate"]);
    assert_eq!(of_rule(&value, "unused-suppression")[0]["line"], 1);
    place.write("routes.yml", ROUTES);
    let settings = place.top().join("cloudlunacy.toml");
    std::fs::write(&settings, format!("[validate]\nallow = [\"{RULE}\"]\n")).unwrap();
    assert_eq!(found(&[]), 0);
    std::fs::write(&settings, "[validate]\ndeny = \"warning\"\n").unwrap();
    assert_eq!(place.run(&["validate"]).code, 1);
    std::fs::write(&settings, "[validate]\nallow = [\"nonsense\"]\n").unwrap();
    assert!(place.fails(2, &["validate"]).contains("nonsense"));
}

#[test]
fn explain_knows_rules_error_codes_and_fields() {
    let place = Place::new();
    let text = place.ok(&["explain", "unknown-service"]);
    assert!(text.contains("Bad:\n") && text.contains("Good:\n"), "{text}");
    assert!(place.ok(&["explain", "lock-timeout"]).contains("exit code 4"));
    for path in ["http.routers.rule", "http.routers.app.Rule", "http.routers.*.rule"] {
        assert!(place.ok(&["explain", path]).starts_with("http.routers.*.rule (string)\n"));
    }
    let all = place.ok(&["explain"]);
    assert!(all.contains(RULE) && all.contains("nothing-to-check"), "{all}");
    assert!(place.fails(3, &["explain", "unknown-servise"]).contains("did you mean unknown-service?"));
}

#[test]
fn fix_changes_nothing_where_nothing_can_be_fixed() {
    let place = place();
    let before = place.files();
    assert!(place.ok(&["validate", "--fix"]).starts_with("nothing to fix\n"));
    let ran = place.run(&["validate", "--fix", "-n"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert_eq!(place.files(), before);
}

#[test]
fn fix_repairs_what_is_deprecated_and_shows_it_first() {
    let routes =
        format!("{ROUTES}  middlewares:\n    only:\n      ipWhiteList: # ours\n        sourceRange: [10.0.0.0/8]\n");
    let place = Place::with(&[("routes.yml", &routes)]);
    let preview = place.run(&["validate", "--fix", "-n"]);
    assert!(preview.out.contains("\n-      ipWhiteList: # ours\n+      ipAllowList: # ours\n"), "{preview:?}");
    assert!(preview.err.starts_with("would fix  deprecated-field  dynamic/routes.yml: "), "{preview:?}");
    assert_eq!(place.read("routes.yml"), routes);
    assert_eq!(of_rule(&place.json(&["validate", "--fix", "--allow", "deprecated-field"]), RULE).len(), 1);
    assert_eq!(place.read("routes.yml"), routes, "what is allowed is not repaired");
    let value = place.json(&["validate", "--fix", "dynamic/routes.yml"]);
    assert_eq!(value["fixed"]["repairs"][0]["rule"], "deprecated-field");
    assert!(of_rule(&value, "deprecated-field").is_empty(), "{value}");
    assert_eq!(place.read("routes.yml"), routes.replace("ipWhiteList", "ipAllowList"));
    let text = place.ok(&["validate", "--fix"]);
    assert!(text.starts_with("nothing to fix\n"), "{text}");
}

#[test]
fn no_comment_suppresses_an_error_while_the_directory_is_refused() {
    let place = Place::with(&[(
        "routes.yml",
        &ROUTES.replace("service: app #", "bogus: 1 # cloudlunacy: allow(unknown-field) #"),
    )]);
    let value = place.json(&["validate"]);
    assert_eq!((&value["verdict"], of_rule(&value, "unknown-field").len()), (&"rejected".into(), 1));
    assert_eq!(place.run(&["validate"]).code, 1);
}

#[test]
fn a_rule_is_read_even_where_the_service_is_missing() {
    let routes =
        "http:\n  routers:\n    app:\n      rule: Host(`a.example.com`, `b.example.com`)\n      service: gone\n";
    let found = Place::with(&[("routes.yml", routes)]).json(&["validate"]);
    let rules: Vec<&str> = found["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["bad-rule", "unknown-service"]);
    assert_eq!(found["objects"][0]["errors"].as_array().unwrap().len(), 1, "Traefik says the first only");
}
