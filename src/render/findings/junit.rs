//! JUnit XML: a test case a file, which fails if there is an error in it.

use super::view::View;
use crate::command::Validation;
use crate::finding::{Finding, Severity, Source};
use crate::render::text::count;
use std::collections::HashMap;

pub(super) fn text(found: &Validation) -> String {
    let view = View::of(found);
    let mut by_path: HashMap<&str, Vec<&Finding>> = HashMap::new();
    for finding in &found.findings {
        by_path.entry(view.spot(finding.at).path).or_default().push(finding);
    }
    // A file without findings is a test that passes; a name that Traefik does not load is one only if it has some.
    let mut paths: Vec<&str> = (found.texts.iter())
        .filter(|text| text.wanted && !text.is_entry || by_path.contains_key(text.machine.as_str()))
        .map(|text| text.machine.as_str())
        .collect();
    let beside = [Source::Static, Source::Launch].into_iter().filter_map(|source| found.text(source));
    paths.extend(beside.map(|text| text.machine.as_str()).filter(|path| by_path.contains_key(path)));
    paths.sort_unstable();
    paths.dedup();
    let worst = if found.deny_warnings { Severity::Warning } else { Severity::Error };
    let none = Vec::new();
    let mut failures = 0;
    let mut cases = String::new();
    for path in &paths {
        let findings = by_path.get(path).unwrap_or(&none);
        let (failing, rest): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|f| f.severity <= worst);
        cases.push_str(&format!("    <testcase classname=\"cloudlunacy.validate\" name=\"{}\">\n", escape(path)));
        if let Some(first) = failing.first() {
            failures += 1;
            let message = match failing.len() {
                1 => first.message.clone(),
                many => format!("{}, the first: {}", count(many, "finding"), first.message),
            };
            let text: String = failing.iter().map(|f| line(&view, f)).collect();
            let (message, text) = (escape(&message), escape(&text));
            cases.push_str(&format!(
                "      <failure type=\"{}\" message=\"{message}\">{text}</failure>\n",
                escape(first.rule)
            ));
        }
        if !rest.is_empty() {
            let text: String = rest.iter().map(|f| line(&view, f)).collect();
            cases.push_str(&format!("      <system-out>{}</system-out>\n", escape(&text)));
        }
        cases.push_str("    </testcase>\n");
    }
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", paths.len());
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"cloudlunacy validate\" {counts}>\n  \
         <testsuite name=\"Traefik {}\" {counts} skipped=\"0\">\n{cases}  </testsuite>\n</testsuites>\n",
        found.release
    )
}

fn line(view: &View<'_>, finding: &Finding) -> String {
    let spot = view.spot(finding.at);
    let place = spot.range.map_or_else(String::new, |(start, _)| format!(":{}:{}", start.line, start.column));
    let mut text =
        format!("{}{place}: {}[{}]: {}\n", spot.path, finding.severity.as_str(), finding.rule, finding.message);
    text.extend(finding.help.iter().map(|help| format!("  help: {help}\n")));
    text.extend(finding.traefik_says.iter().map(|says| format!("  Traefik: {says}\n")));
    text
}

/// Text for XML, without the characters that XML can't hold.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
