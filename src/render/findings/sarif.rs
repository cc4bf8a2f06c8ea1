//! SARIF 2.1.0, for code scanning.

use super::view::{Spot, View};
use crate::command::Validation;
use crate::document::{Document, Format};
use crate::edit;
use crate::error::Error;
use crate::finding::{Finding, Fix, Severity, Source, Suppressed};
use crate::lint::LINTS;
use anyhow::Context;
use serde_json::{Value, json};
use std::collections::HashMap;

/// How many repairs are written out: each is made on the whole file.
const MOST_FIXES: usize = 100;

pub(super) fn text(found: &Validation) -> Result<String, Error> {
    let view = View::of(found);
    let all = || found.findings.iter().chain(found.suppressed.iter().map(|s| &s.finding));
    let mut results: Vec<Value> = all().map(|finding| result(&view, finding)).collect();
    for (result, fingerprint) in results.iter_mut().zip(view.fingerprints(all())) {
        result["partialFingerprints"] = json!({ "cloudlunacy/v1": fingerprint });
    }
    let fixes = found.findings.iter().zip(0..).filter_map(|(finding, at)| Some((finding, finding.fix.as_ref()?, at)));
    let mut documents = HashMap::new();
    for (finding, fix, at) in fixes.take(MOST_FIXES) {
        if let (Some(fix), Some(result)) = (self::fix(&view, found, finding, fix, &mut documents), results.get_mut(at))
        {
            result["fixes"] = json!([fix]);
        }
    }
    for (result, suppressed) in results.iter_mut().skip(found.findings.len()).zip(&found.suppressed) {
        result["suppressions"] = json!([suppression(suppressed)]);
    }
    let whole = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules(),
            }},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": { "SRCROOT": { "description": { "text": "The root of the work tree" } } },
            "properties": { "traefik": found.release.to_string(), "verdict": found.verdict.as_str() },
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&whole).context("can't write SARIF")? + "\n")
}

fn rules() -> Vec<Value> {
    let rule = |lint: &&crate::lint::Lint| {
        json!({
            "id": lint.name,
            "shortDescription": { "text": lint.summary },
            "fullDescription": { "text": lint.explanation },
            "help": { "text": format!("{}\n\ncloudlunacy explain {}", lint.explanation, lint.name) },
            "defaultConfiguration": { "level": level(lint.severity) },
        })
    };
    LINTS.iter().map(rule).collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(view: &View<'_>, finding: &Finding) -> Value {
    let parts = [Some(&finding.message), finding.help.as_ref()];
    let mut text: Vec<String> = parts.into_iter().flatten().cloned().collect();
    text.extend(finding.traefik_says.iter().map(|says| format!("Traefik: {says}")));
    let mut place = location(view.spot(finding.at));
    if !finding.path.is_empty() {
        place["logicalLocations"] = json!([{ "fullyQualifiedName": finding.path }]);
    }
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": text.join("\n") },
        "locations": [place],
    });
    if let Some(index) = LINTS.iter().position(|lint| lint.name == finding.rule) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.labels.is_empty() {
        let related = |label: &crate::finding::Label| {
            let mut place = location(view.spot(label.at));
            place["message"] = json!({ "text": label.text });
            place
        };
        result["relatedLocations"] = finding.labels.iter().map(related).collect();
    }
    result
}

/// A repair as the text that goes and the text that comes. `documents` keeps what has been parsed for others.
fn fix(
    view: &View<'_>,
    found: &Validation,
    finding: &Finding,
    fix: &Fix,
    documents: &mut HashMap<Source, Option<Document>>,
) -> Option<Value> {
    let text = found.text(finding.at.source)?;
    let parse = || Document::parse(Format::of(&text.machine)?, text.text.clone()).ok();
    let document = documents.entry(finding.at.source).or_insert_with(parse).as_ref()?;
    let (old, repaired) = (document.source(), edit::apply(document, &fix.patch).ok()?);
    let new = repaired.source();
    let same = |a: &mut dyn Iterator<Item = (char, char)>| -> usize {
        a.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    };
    let start = same(&mut old.chars().zip(new.chars()));
    let end = same(&mut old[start..].chars().rev().zip(new[start..].chars().rev()));
    let lines = view.lines(finding.at.source)?;
    let (from, to) = (lines.position(start), lines.position(old.len() - end));
    Some(json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": location(view.spot(finding.at))["physicalLocation"]["artifactLocation"],
            "replacements": [{
                "deletedRegion": {
                    "startLine": from.line, "startColumn": from.utf16, "endLine": to.line, "endColumn": to.utf16,
                },
                "insertedContent": { "text": new[start..new.len() - end] },
            }],
        }],
    }))
}

fn location(spot: Spot<'_>) -> Value {
    let mut artifact = json!({ "uri": uri(spot.path) });
    if !spot.path.starts_with('/') {
        artifact["uriBaseId"] = json!("SRCROOT");
    }
    let mut physical = json!({ "artifactLocation": artifact });
    if let Some((start, end)) = spot.range {
        physical["region"] = json!({
            "startLine": start.line, "startColumn": start.utf16, "endLine": end.line, "endColumn": end.utf16,
        });
    }
    json!({ "physicalLocation": physical })
}

fn suppression(suppressed: &Suppressed) -> Value {
    let kind = if suppressed.by.is_some() { "inSource" } else { "external" };
    let mut value = json!({ "kind": kind });
    if !suppressed.reason.is_empty() {
        value["justification"] = json!(suppressed.reason);
    }
    value
}

/// A path as a URI reference.
fn uri(path: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    let encoded: String = path
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    if path.starts_with('/') { format!("file://{encoded}") } else { encoded }
}
