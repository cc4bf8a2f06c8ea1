//! The formats, several of them in one run.

use super::{RULE, bare, place};
use crate::support::place::Ran;
use serde_json::Value;
use std::process::Command;

#[test]
fn one_run_gives_every_format() {
    let place = place();
    let args = [
        "validate",
        "-o",
        "text",
        "-o",
        "sarif=f.sarif",
        "-o",
        "gitlab=f.json",
        "-o",
        "junit=f.xml",
        "-o",
        "json=all.json",
    ];
    let out = place.ok(&args);
    assert!(out.contains("warning[unknown-suppression]: ") && out.contains("\n1 warning"), "{out}");
    let read = |name: &str| std::fs::read_to_string(place.top().join(name)).unwrap();
    let value = |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap();
    assert_eq!(value("f.sarif")["version"], "2.1.0");
    assert_eq!(value("f.json")[0]["location"]["path"], "dynamic/routes.yml");
    assert_eq!(value("all.json")["schema_version"], 1);
    assert!(read("f.xml").starts_with("<?xml"));
    let left: Vec<_> = std::fs::read_dir(place.top()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 5, "{left:?}");
    let annotations = place.ok(&["validate", "-o", "github"]);
    assert!(
        annotations.starts_with("::warning title=unknown-suppression,file=dynamic/routes.yml,line=5,endLine=5,col=41,"),
        "{annotations}"
    );
    let ran = place.run(&["validate", "-o", "json=nowhere/x.json"]);
    assert!(ran.code == 4 && ran.err.contains("nowhere/x.json"), "{ran:?}");
}

#[test]
fn a_format_may_stand_before_the_command_and_in_the_environment() {
    let place = place();
    assert!(bare(&place, &["-o", "github", "validate", "dynamic"]).out.starts_with("::warning"));
    let by_environment =
        |format: &str| Ran::of(place.command(&["validate"]).env("CLOUDLUNACY_OUTPUT", format).output().unwrap()).out;
    assert!(by_environment("json").starts_with('{'));
    assert!(by_environment("yaml").starts_with("warning["), "validate has no such format");
    assert!(
        place.fails(2, &["route", "list", "-o", "sarif"]).contains("[possible values: table, json, jsonl, yaml, name]")
    );
    assert!(place.fails(2, &["validate", "-o", "yaml"]).contains("sarif, github, gitlab, junit]"));
    assert!(place.fails(2, &["-o", "nonsense", "validate"]).contains("nonsense"));
}

#[test]
fn every_finding_can_be_explained() {
    let place = place();
    let out = place.ok(&["validate"]);
    assert!(out.contains(&format!("cloudlunacy explain {RULE}\n")), "{out}");
    place.ok(&["explain", RULE]);
}

#[test]
fn sarif_validates_against_its_schema() {
    let place = place();
    place.write("two.yml", "# cloudlunacy: allow(unknown-suppression) a try\n# cloudlunacy: allow(nonsense)\n");
    place.ok(&["validate", "-o", "sarif=f.sarif"]);
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/validate/sarif-2.1.0.json");
    let check = "import json, jsonschema, sys\n\
                 schema, found = (json.load(open(name)) for name in sys.argv[1:])\n\
                 jsonschema.validators.validator_for(schema)(schema).validate(found)";
    let output = Command::new(crate::support::real("venv/bin/python3"))
        .args(["-c", check, schema])
        .arg(place.top().join("f.sarif"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
