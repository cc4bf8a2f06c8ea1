//! The stable machine formats. Fields are only ever added; `schema_version` counts the rest.

use super::{Format, agents, diff, explanation, history};
use crate::command::{Batched, Outcome, PartOfRoute, Report, outcome_of};
use crate::error::{Changed, Error};
use crate::plan::Verb;
use crate::route::Route;
use anyhow::Context;
use serde::Serialize;
use serde_json::{Value, json};

/// The version of every format here.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// All routes, written without a copy of them in between: there may be very many.
#[derive(Serialize)]
struct Routes<'r> {
    schema_version: u32,
    routes: &'r [Route],
}

pub(super) fn outcome(outcome: &Outcome, format: Format) -> Result<String, Error> {
    match (outcome, format) {
        (Outcome::Routes(routes), Format::Jsonl) => routes.iter().map(|route| text(route, format)).collect(),
        (Outcome::Routes(routes), Format::Json) => text(&Routes { schema_version: SCHEMA_VERSION, routes }, format),
        (Outcome::History(all), Format::Jsonl) => all.iter().map(|one| text(&history::value(one), format)).collect(),
        (Outcome::Batch(batched), Format::Jsonl) => Ok(batch_lines(batched)),
        (_, Format::Yaml) => yaml(value(outcome)),
        _ => text(&value(outcome), format),
    }
}

/// JSON, on one line where each value has its line.
pub(super) fn text(value: &impl Serialize, format: Format) -> Result<String, Error> {
    let text = if format == Format::Jsonl { serde_json::to_string(value) } else { serde_json::to_string_pretty(value) };
    Ok(text.context("can't write JSON")? + "\n")
}

/// YAML that means the same to readers of version 1.1, to whom a bare `off` is `false` and `1:30` is 90.
fn yaml(value: Value) -> Result<String, Error> {
    // Private characters around a text keep the writer from leaving it bare; no other text keeps them.
    const QUOTES: [char; 2] = ['\u{e000}', '\u{e001}'];
    fn marked(value: Value) -> Value {
        match value {
            Value::String(text) => {
                let text = text.replace(QUOTES, "\u{fffd}");
                Value::String(if means_else(&text) { format!("{}{text}{}", QUOTES[0], QUOTES[1]) } else { text })
            }
            Value::Array(items) => Value::Array(items.into_iter().map(marked).collect()),
            Value::Object(fields) => {
                Value::Object(fields.into_iter().map(|(key, value)| (key, marked(value))).collect())
            }
            other => other,
        }
    }
    let text = serde_yaml::to_string(&marked(value)).context("can't write YAML")?;
    Ok(text.replace(QUOTES, "\""))
}

/// Whether YAML 1.1 takes a bare text for a truth value, a number or a date.
fn means_else(text: &str) -> bool {
    let number = |c: char| c.is_ascii_hexdigit() || "_:.+-xobTZ".contains(c);
    ["y", "n", "yes", "no", "on", "off"].iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) && text.chars().all(number)
}

fn value(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Routes(routes) => json!({ "schema_version": SCHEMA_VERSION, "routes": routes }),
        Outcome::Route(detail) => {
            let parts: Vec<Value> = detail.parts.iter().map(part).collect();
            json!({ "schema_version": SCHEMA_VERSION, "route": detail.route, "parts": parts })
        }
        Outcome::Change(report) => change(report),
        Outcome::Batch(batched) => {
            let refused = batched.refused();
            json!({
                "schema_version": SCHEMA_VERSION,
                "outcome": if refused > 0 { "refused" } else if batched.files.is_empty() { "unchanged" } else { "changed" },
                "changed": batched.changed(),
                "change": batched.number,
                "refused": refused,
                "results": (0..batched.results.len()).map(|at| batch_result(batched, at)).collect::<Vec<_>>(),
                "diff": diff::unified(&batched.files),
            })
        }
        Outcome::Ready(ready) => {
            let mut value = change(&ready.report);
            value["dir"] = json!(ready.dir);
            value["made"] = json!(ready.made);
            value["changed"] = json!(ready.report.changed() || (!ready.made.is_empty() && !ready.report.dry_run));
            value["routes"] = json!(ready.routes);
            value
        }
        Outcome::Settings(settings) => {
            let all: serde_json::Map<String, Value> = settings
                .iter()
                .map(|(key, s)| (key.clone(), json!({ "value": s.value, "origin": s.origin.to_string() })))
                .collect();
            json!({ "schema_version": SCHEMA_VERSION, "settings": all })
        }
        Outcome::Agents(found) => agents::json(found),
        Outcome::History(all) => history::list_json(all),
        Outcome::Happened(shown) => history::one_json(shown),
        Outcome::Explanation(found) => explanation::json(found),
        // It has formats of its own.
        Outcome::Validation(_) | Outcome::Comparison(_) => Value::Null,
        Outcome::Text(text) => json!({ "schema_version": SCHEMA_VERSION, "text": text }),
    }
}

fn part(part: &PartOfRoute) -> Value {
    let place = part.place.as_ref().ok();
    json!({ "part": part.part.noun(), "name": part.name, "file": place.map(|p| &p.file), "line": place.map(|p| p.line) })
}

fn change(report: &Report) -> Value {
    let objects: Vec<&Route> = report.effects.iter().filter_map(|e| e.route.as_ref()).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "outcome": report.outcome(),
        "changed": report.changed(),
        "change": report.number,
        "objects": objects,
        "diff": diff::unified(&report.files),
        "live": report.live.map(|_| true),
    })
}

/// A line for each command.
pub(super) fn batch_lines(batched: &Batched) -> String {
    (0..batched.results.len()).map(|at| format!("{}\n", batch_result(batched, at))).collect()
}

/// What came of one command of many.
fn batch_result(batched: &Batched, at: usize) -> Value {
    match &batched.results[at] {
        Err(error) => json!({ "command": at + 1, "error": error_value(error) }),
        Ok(effects) => {
            let is_change = effects.iter().any(|effect| effect.verb != Verb::Unchanged);
            json!({
                "command": at + 1,
                "outcome": outcome_of(effects),
                "changed": is_change && batched.changed(),
                "change": batched.number.filter(|_| is_change),
                "objects": effects.iter().filter_map(|effect| effect.route.as_ref()).collect::<Vec<_>>(),
                "live": batched.live.map(|_| true),
            })
        }
    }
}

pub(super) fn error(error: &Error, format: Format) -> String {
    let value = json!({ "schema_version": SCHEMA_VERSION, "error": error_value(error) });
    if format == Format::Jsonl { format!("{value}\n") } else { format!("{value:#}\n") }
}

fn error_value(error: &Error) -> Value {
    let changed = match error.code.changed() {
        Changed::Yes => json!(true),
        Changed::No => json!(false),
        Changed::Unknown => json!("unknown"),
    };
    json!({
        "code": error.code.as_str(),
        "message": error.message,
        "hint": error.hint,
        "file": error.place.as_ref().map(|p| &p.file),
        "line": error.place.as_ref().map(|p| p.line).filter(|line| *line > 0),
        "changed": changed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_reads_back_and_leaves_no_room_for_version_1_1() {
        let value = json!({"tls": "off", "list": ["on", "1:30", "1_000", "2001-01-01", "0x10", "10.0.0.5:80", "null", "a: b", "- x", "\u{e000}y"], "line": 3, "none": null});
        let text = yaml(value).unwrap();
        assert!(
            text.contains("tls: \"off\"\n") && text.contains("- \"1:30\"\n") && text.contains("- \"2001-01-01\"\n"),
            "{text}"
        );
        let back: Value = serde_yaml::from_str(&text).unwrap();
        assert_eq!(
            back["list"],
            json!(["on", "1:30", "1_000", "2001-01-01", "0x10", "10.0.0.5:80", "null", "a: b", "- x", "\u{fffd}y"])
        );
        assert_eq!((&back["line"], &back["none"]), (&json!(3), &Value::Null));
    }
}
