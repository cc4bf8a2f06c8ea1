//! A code quality report of GitLab.

use super::view::View;
use crate::command::Validation;
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::render::{Format, json};
use serde_json::{Value, json};

pub(super) fn text(found: &Validation) -> Result<String, Error> {
    let view = View::of(found);
    let new_suppressions = found.suppressed.iter().filter(|_| found.since.is_some()).map(|s| &s.finding);
    let all: Vec<(&Finding, bool)> =
        found.findings.iter().map(|f| (f, false)).chain(new_suppressions.map(|f| (f, true))).collect();
    let fingerprints = view.fingerprints(all.iter().map(|(finding, _)| *finding));
    let issues: Vec<Value> = all.iter().zip(fingerprints).map(|(one, print)| issue(&view, *one, print)).collect();
    json::text(&issues, Format::Json)
}

fn issue(view: &View<'_>, (finding, is_suppressed): (&Finding, bool), fingerprint: String) -> Value {
    let severity = match finding.severity {
        _ if is_suppressed => "info",
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    };
    let prefix = if is_suppressed { "suppressed: " } else { "" };
    let spot = view.spot(finding.at);
    let (begin, end) = spot.range.map_or((1, 1), |(start, end)| (start.line, end.line));
    json!({
        "description": format!("{prefix}{}", finding.message),
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": spot.path, "lines": { "begin": begin, "end": end } },
    })
}
