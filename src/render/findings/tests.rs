//! Each format on one set of findings: two in one file, with labels in another, and one about a file as a whole.

use super::*;
use crate::command::{Counts, ShownObject, StaticUsed, Text};
use crate::document::Span;
use crate::edit::Patch;
use crate::finding::{Finding, Location, Severity, Suppressed};
use crate::judge::Verdict;
use crate::release::Release;
use crate::runtime::Status;

const ROUTES: &str = "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: apq\n";
const OTHER: &str = "http:\n  services:\n    app: # über\n      loadBalancer: {}\n";

fn span(text: &str, what: &str) -> Span {
    let at = text.find(what).unwrap();
    Span::new(at, at + what.len())
}

fn finding(rule: &'static str, severity: Severity, at: Location, message: &str) -> Finding {
    Finding {
        rule,
        severity,
        at,
        path: "http.routers.app.service".into(),
        message: message.into(),
        label: String::new(),
        labels: Vec::new(),
        help: None,
        traefik_says: None,
        fix: None,
    }
}

pub(super) fn found() -> Validation {
    let text = |path: &str, text: &str, is_entry| Text {
        shown: path.into(),
        machine: format!("deploy/{path}"),
        text: text.into(),
        wanted: true,
        is_entry,
    };
    let unknown = finding(
        "unknown-service",
        Severity::Error,
        Location::of(0, span(ROUTES, "apq")),
        "there is no service \"apq\": 100%, <b> & \u{1b}[31m\n::error::x",
    );
    let unknown = unknown
        .here("not defined")
        .label(Location::of(1, span(OTHER, "app")), "this one is")
        .help("write app")
        .says("the service \"apq@file\" does not exist");
    let note = finding("unknown-suppression", Severity::Note, Location::file(2), "an editor left this file behind");
    let allowed = finding("unused-suppression", Severity::Warning, Location::of(1, span(OTHER, "{}")), "no servers");
    Validation {
        release: Release::parse("3.7").unwrap(),
        static_used: Some(StaticUsed {
            text: text("traefik.yml", "", false),
            launch: None,
            how: "flag".into(),
            is_read: true,
        }),
        verdict: Verdict::Accepted,
        objects: vec![ShownObject {
            kind: "http.router",
            name: "app".into(),
            at: Location::of(0, span(ROUTES, "app")),
            status: Status::Disabled,
            errors: vec!["the service \"apq@file\" does not exist".into()],
        }],
        findings: vec![unknown, note],
        suppressed: vec![Suppressed {
            finding: allowed,
            by: Some(Location::of(1, span(OTHER, "über"))),
            reason: "later".into(),
        }],
        texts: vec![text("routes.yml", ROUTES, false), text("other.yml", OTHER, false), text("a b~", "", true)],
        counts: Counts { files: 2, routers: 1, services: 1, middlewares: 0, lost: Default::default() },
        is_rejected_elsewhere: false,
        since: None,
        fixed: None,
        reports: Vec::new(),
        deny_warnings: false,
        exit_zero: false,
    }
}

const PLAIN: Style = Style { format: crate::render::Format::Table, width: None, color: false, quiet: false };

fn shown(format: ReportFormat) -> String {
    one(&found(), format, PLAIN).unwrap().out
}

fn value(format: ReportFormat) -> serde_json::Value {
    serde_json::from_str(&shown(format)).unwrap()
}

#[test]
fn text_is_drawn_with_both_places() {
    let expected = r#"error[unknown-service]: there is no service "apq": 100%, <b> & \u{1b}[31m
                        ::error::x
 --> routes.yml:5:16
  |
5 |       service: apq
  |                ^^^ not defined
  |
 ::: other.yml:3:5
  |
3 |     app: # über
  |     --- this one is
  |
  = help: write app
  = traefik: the service "apq@file" does not exist

note[unknown-suppression]: an editor left this file behind
--> a b~

For more about a finding: cloudlunacy explain unknown-service
1 error, 1 note, 1 suppressed in 2 files; Traefik 3.7 would load the directory (1 router, 1 service, 0 middlewares; static configuration: traefik.yml (flag))
"#;
    assert_eq!(shown(ReportFormat::Text), expected);
    let color = one(&found(), ReportFormat::Text, Style { color: true, ..PLAIN }).unwrap().out;
    assert!(color.starts_with("\u{1b}[1m\u{1b}[91merror[unknown-service]"), "{color:?}");
}

#[test]
fn many_findings_of_one_rule_are_counted() {
    let mut found = found();
    let one_of_them = found.findings[0].clone();
    found.findings = vec![one_of_them; 5000];
    let text = one(&found, ReportFormat::Text, PLAIN).unwrap().out;
    assert_eq!(text.matches("error[unknown-service]").count(), 100);
    assert!(text.contains("… and 4900 more of unknown-service") && text.contains("5000 errors"), "{text}");
}

#[test]
fn a_long_line_is_cut_and_its_column_is_that_of_the_file() {
    let mut found = found();
    let text = format!("a: [{}\"\u{202e}here\"{}]\n", "x, ".repeat(200), ", y".repeat(200));
    found.findings[0].at = Location::of(0, span(&text, "here"));
    found.texts[0].text = text;
    let text = one(&found, ReportFormat::Text, PLAIN).unwrap().out;
    assert!(text.contains(" --> routes.yml:1:607\n") && text.contains("\"\\u{202e}here\""), "{text}");
    assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
}

#[test]
fn json_has_every_field() {
    let value = value(ReportFormat::Json);
    let first = &value["findings"][0];
    assert_eq!((&value["schema_version"], &value["verdict"]), (&1.into(), &"accepted".into()));
    assert_eq!(
        value["objects"][0],
        serde_json::json!({
            "kind": "http.router", "name": "app", "provider": "file", "file": "deploy/routes.yml", "line": 3,
            "status": "disabled", "errors": ["the service \"apq@file\" does not exist"],
        })
    );
    assert_eq!(
        ["file", "rule", "severity", "path", "help"].map(|key| first[key].as_str().unwrap()),
        ["deploy/routes.yml", "unknown-service", "error", "http.routers.app.service", "write app"]
    );
    assert_eq!(["line", "column", "end_line", "end_column"].map(|key| first[key].as_u64().unwrap()), [5, 16, 5, 19]);
    assert_eq!(first["labels"][0]["file"], "deploy/other.yml");
    assert!(value["findings"][1]["line"].is_null() && value["findings"][1].get("traefik_says").is_none());
    assert_eq!(value["suppressed"][0]["reason"], "later");
    assert_eq!((&value["summary"]["errors"], &value["summary"]["static"]["found"]), (&1.into(), &"flag".into()));
}

#[test]
fn sarif_places_results_and_keeps_what_is_suppressed() {
    let value = value(ReportFormat::Sarif);
    let run = &value["runs"][0];
    let first = &run["results"][0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(place["region"]["startColumn"], 16);
    assert_eq!(place["artifactLocation"]["uri"], "deploy/routes.yml");
    let index = first["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "unknown-service");
    assert_eq!(run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "deploy/a%20b~");
    assert_eq!(run["results"][2]["suppressions"][0]["justification"], "later");
}

#[test]
fn sarif_writes_a_repair_as_text_that_goes_and_comes() {
    let mut found = found();
    let patch = Patch::Rename("server".into()).at(["http", "routers", "app", "service"]);
    found.findings[0] = found.findings[0].clone().fix("call it server", patch);
    let value: serde_json::Value = serde_json::from_str(&one(&found, ReportFormat::Sarif, PLAIN).unwrap().out).unwrap();
    let change = &value["runs"][0]["results"][0]["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"]["uri"], "deploy/routes.yml");
    let replaced = &change["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "er");
    assert_eq!(
        (&replaced["deletedRegion"]["startColumn"], &replaced["deletedRegion"]["endColumn"]),
        (&11.into(), &14.into())
    );
}

#[test]
fn fingerprints_survive_moved_lines_and_are_unique() {
    let prints = |found: &Validation| -> Vec<String> {
        let value: serde_json::Value =
            serde_json::from_str(&one(found, ReportFormat::Gitlab, PLAIN).unwrap().out).unwrap();
        value.as_array().unwrap().iter().map(|i| i["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let mut moved = found();
    let before = prints(&moved);
    moved.texts[0].text = format!("# a line more\n{ROUTES}");
    let span = &mut moved.findings[0].at.span;
    *span = Span { start: span.start + 14, end: span.end + 14 };
    assert_eq!(prints(&moved), before);
    let again = moved.findings[0].clone();
    moved.findings.push(again);
    let now = prints(&moved);
    assert_ne!(now[0], now[2]);
}

#[test]
fn github_takes_nothing_from_a_file_for_a_command() {
    let text = shown(ReportFormat::Github);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with(
            "::error title=unknown-service,file=deploy/routes.yml,line=5,endLine=5,col=16,endColumn=18::there is no service \"apq\": 100%25, <b>"
        ),
        "{text}"
    );
    assert!(lines[0].contains("%0A::error::x%0Ahelp: write app%0ATraefik: "), "{text}");
    assert_eq!(lines[1], "::notice title=unknown-suppression,file=deploy/a b~::an editor left this file behind");
}

#[test]
fn junit_has_a_case_a_file() {
    let text = shown(ReportFormat::Junit);
    assert!(
        text.contains("<testsuites name=\"cloudlunacy validate\" tests=\"3\" failures=\"1\" errors=\"0\">"),
        "{text}"
    );
    assert!(text.contains("&lt;b&gt; &amp; \u{fffd}[31m") && !text.contains('\u{1b}'), "{text}");
    assert!(text.contains("name=\"deploy/other.yml\">\n    </testcase>"), "{text}");
}
