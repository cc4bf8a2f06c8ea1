//! The stable machine formats. Fields are only ever added; `schema_version` counts the rest.

use super::{Format, diff};
use crate::command::{Outcome, Report};
use crate::error::{Changed, Error};
use crate::route::Route;
use anyhow::Context;
use serde_json::{Value, json};

/// The version of every format here.
const SCHEMA_VERSION: u32 = 1;

pub(super) fn outcome(outcome: &Outcome, format: Format) -> Result<String, Error> {
    if let (Outcome::Routes(routes), Format::Jsonl) = (outcome, format) {
        let mut lines = String::new();
        for route in routes {
            lines.push_str(&serde_json::to_string(route).context("can't write JSON")?);
            lines.push('\n');
        }
        return Ok(lines);
    }
    let value = match outcome {
        Outcome::Routes(routes) => json!({ "schema_version": SCHEMA_VERSION, "routes": routes }),
        Outcome::Route(detail) => {
            let parts: serde_json::Map<String, Value> =
                detail.parts.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
            json!({ "schema_version": SCHEMA_VERSION, "route": detail.route, "parts": parts })
        }
        Outcome::Change(report) => change(report),
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
                .map(|(key, s)| ((*key).to_owned(), json!({ "value": s.value, "origin": s.origin.to_string() })))
                .collect();
            json!({ "schema_version": SCHEMA_VERSION, "settings": all })
        }
        Outcome::Text(text) => json!({ "schema_version": SCHEMA_VERSION, "text": text }),
    };
    let text = match format {
        Format::Yaml => serde_yaml::to_string(&value).context("can't write YAML")?,
        Format::Jsonl => serde_json::to_string(&value).context("can't write JSON")? + "\n",
        _ => serde_json::to_string_pretty(&value).context("can't write JSON")? + "\n",
    };
    Ok(text)
}

fn change(report: &Report) -> Value {
    let objects: Vec<&Route> = report.effects.iter().filter_map(|e| e.route.as_ref()).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "outcome": report.outcome(),
        "changed": report.changed(),
        "change": null,
        "objects": objects,
        "diff": diff::unified(&report.files),
    })
}

pub(super) fn error(error: &Error) -> String {
    let changed = match error.code.changed() {
        Changed::Yes => json!(true),
        Changed::No => json!(false),
        Changed::Unknown => json!("unknown"),
    };
    let value = json!({
        "schema_version": SCHEMA_VERSION,
        "error": {
            "code": error.code.as_str(),
            "message": error.message,
            "hint": error.hint,
            "file": error.place.as_ref().map(|p| &p.file),
            "line": error.place.as_ref().map(|p| p.line).filter(|line| *line > 0),
            "changed": changed,
        }
    });
    format!("{value:#}\n")
}
