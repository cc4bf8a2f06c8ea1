//! One JSON value with everything. Written finding by finding: there may be very many.

use super::view::{Spot, View};
use crate::command::{ShownObject, Validation};
use crate::error::Error;
use crate::finding::{Finding, Severity, Suppressed};
use crate::render::json::{self, SCHEMA_VERSION};
use crate::render::{Format, diff};
use serde::Serialize;
use serde::ser::SerializeSeq;
use serde_json::{Value, json};

#[derive(Serialize)]
struct Whole<'v> {
    schema_version: u32,
    traefik: String,
    r#static: Option<&'v str>,
    verdict: &'static str,
    objects: Each<'v, ShownObject>,
    findings: Each<'v, Finding>,
    suppressed: Each<'v, Suppressed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed: Option<Value>,
    summary: Value,
}

/// A list, each item of which becomes a value only when it is written.
struct Each<'v, T> {
    items: &'v [T],
    view: &'v View<'v>,
    value: fn(&'v View<'v>, &'v T) -> Value,
}

impl<T> Serialize for Each<'_, T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(Some(self.items.len()))?;
        for item in self.items {
            all.serialize_element(&(self.value)(self.view, item))?;
        }
        all.end()
    }
}

pub(super) fn text(found: &Validation) -> Result<String, Error> {
    let view = &View::of(found);
    let whole = Whole {
        schema_version: SCHEMA_VERSION,
        traefik: found.release.to_string(),
        r#static: found.static_used.as_ref().map(|used| used.text.machine.as_str()),
        verdict: found.verdict.as_str(),
        objects: Each { items: &found.objects, view, value: object },
        findings: Each { items: &found.findings, view, value: finding },
        suppressed: Each { items: &found.suppressed, view, value: suppressed },
        fixed: found.fixed.as_ref().map(|fixed| {
            let repairs = fixed.repairs.iter().map(|r| json!({"rule": r.rule, "file": r.file, "title": r.title}));
            json!({
                "dry_run": fixed.dry_run,
                "undo": fixed.undo,
                "repairs": repairs.collect::<Vec<_>>(),
                "diff": diff::unified(&fixed.files),
            })
        }),
        summary: summary(found),
    };
    json::text(&whole, Format::Json)
}

fn summary(found: &Validation) -> Value {
    json!({
        "errors": found.count(Severity::Error),
        "warnings": found.count(Severity::Warning),
        "notes": found.count(Severity::Note),
        "suppressed": found.suppressed.len(),
        "files": found.counts.files,
        "routers": found.counts.routers,
        "services": found.counts.services,
        "middlewares": found.counts.middlewares,
        "lost_at_restart": found.counts.lost.routes,
        "static": found.static_used.as_ref().map(|used| {
            let started_by = used.launch.as_ref().map(|launch| &launch.machine);
            json!({"file": used.text.machine, "found": used.how, "read": used.is_read, "started_by": started_by})
        }),
        "traefik": found.release.to_string(),
        "changed_since": found.since,
    })
}

fn object(view: &View<'_>, object: &ShownObject) -> Value {
    let spot = view.spot(object.at);
    json!({
        "kind": object.kind, "name": object.name, "provider": "file", "file": spot.path, "line": spot.line(),
        "status": object.status.as_str(), "errors": object.errors,
    })
}

fn finding(view: &View<'_>, finding: &Finding) -> Value {
    let spot = view.spot(finding.at);
    let mut value = json!({
        "rule": finding.rule,
        "severity": finding.severity.as_str(),
        "file": spot.path,
    });
    put_range(&mut value, spot);
    value["path"] = json!(finding.path);
    value["message"] = json!(finding.message);
    value["help"] = json!(finding.help);
    if let Some(says) = &finding.traefik_says {
        value["traefik_says"] = json!(says);
    }
    if !finding.labels.is_empty() {
        let label = |label: &crate::finding::Label| {
            let spot = view.spot(label.at);
            let mut value = json!({ "file": spot.path });
            put_range(&mut value, spot);
            value["text"] = json!(label.text);
            value
        };
        value["labels"] = finding.labels.iter().map(label).collect();
    }
    if let Some(fix) = &finding.fix {
        value["fix"] = json!(fix.title);
    }
    value
}

fn suppressed(view: &View<'_>, suppressed: &Suppressed) -> Value {
    let mut value = finding(view, &suppressed.finding);
    value["reason"] = json!(suppressed.reason);
    value["suppressed_in_line"] = json!(suppressed.by.and_then(|by| view.spot(by).line()));
    value
}

fn put_range(value: &mut Value, spot: Spot<'_>) {
    let (start, end) = spot.range.map_or((None, None), |(start, end)| (Some(start), Some(end)));
    value["line"] = json!(start.map(|p| p.line));
    value["column"] = json!(start.map(|p| p.column));
    value["end_line"] = json!(end.map(|p| p.line));
    value["end_column"] = json!(end.map(|p| p.column));
}
