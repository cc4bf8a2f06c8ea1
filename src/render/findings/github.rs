//! Annotations of a GitHub workflow: a command a line, in which nothing from a file can begin another command.

use super::view::View;
use crate::command::Validation;
use crate::finding::{Finding, Severity};

pub(super) fn text(found: &Validation) -> String {
    let view = View::of(found);
    let mut text: String = found.findings.iter().map(|finding| line(&view, finding, "")).collect();
    if found.since.is_some() {
        let suppressed = found.suppressed.iter();
        text.extend(suppressed.map(|s| line(&view, &s.finding, &format!("suppressed ({}): ", s.reason))));
    }
    text
}

fn line(view: &View<'_>, finding: &Finding, prefix: &str) -> String {
    let command = match finding.severity {
        _ if !prefix.is_empty() => "notice",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let spot = view.spot(finding.at);
    let mut properties = format!("title={}", property(finding.rule));
    if !spot.path.is_empty() {
        properties.push_str(&format!(",file={}", property(spot.path)));
    }
    if let Some((start, end)) = spot.range {
        properties.push_str(&format!(",line={},endLine={}", start.line, end.line));
        // GitHub takes columns only where an annotation stays in one line.
        if start.line == end.line {
            properties.push_str(&format!(",col={},endColumn={}", start.column, end.column.max(start.column + 1) - 1));
        }
    }
    let mut message = format!("{prefix}{}", finding.message);
    message.extend(finding.help.iter().map(|help| format!("\nhelp: {help}")));
    message.extend(finding.traefik_says.iter().map(|says| format!("\nTraefik: {says}")));
    format!("::{command} {properties}::{}\n", data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
