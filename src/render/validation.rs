//! What `validate` found, for people and for programs.

use super::json::SCHEMA_VERSION;
use crate::command::Validation;
use serde_json::{Value, json};

/// One JSON value.
pub(super) fn json(found: &Validation) -> Value {
    let objects: Vec<Value> = found
        .objects
        .iter()
        .map(|o| {
            json!({
                "kind": o.kind, "name": o.name, "provider": "file", "file": o.place.file, "line": o.place.line,
                "status": o.status.as_str(), "errors": o.errors,
            })
        })
        .collect();
    let findings: Vec<Value> = found
        .findings
        .iter()
        .map(|f| json!({ "rule": f.rule, "severity": f.severity.as_str(), "path": f.path, "message": f.message }))
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "traefik": found.release.to_string(),
        "static": found.static_file,
        "verdict": found.verdict.as_str(),
        "objects": objects,
        "findings": findings,
    })
}

/// For people.
pub(super) fn text(found: &Validation) -> String {
    found.findings.iter().map(|f| format!("{}[{}]: {}\n", f.severity.as_str(), f.rule, f.message)).collect()
}
