//! How two configurations differ: in words, as Markdown for a pull request, as JSON.

use super::json::{self, SCHEMA_VERSION};
use super::text::{count, paint, sanitize};
use super::{Format, Shown, Style, diff};
use crate::cli::DiffFormat;
use crate::command::Compared;
use crate::compare::{Change, Comparison, Detail, Difference, Meaning};
use crate::error::Error;
use crate::judge::Verdict;
use crate::runtime::Status;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Shows it in the format that was asked for.
pub fn comparison(found: &Compared, style: Style) -> Result<Shown, Error> {
    let out = match found.format {
        DiffFormat::Table => table(found, style),
        DiffFormat::Markdown => markdown(found),
        DiffFormat::Json => json::text(&value(found), Format::Json)?,
    };
    Ok(Shown { out, err: String::new() })
}

/// A line that says what differs, and whether it is a gain, a loss or neither.
struct Line {
    mark: char,
    text: String,
}

pub(super) fn table(found: &Compared, style: Style) -> String {
    let mut text = String::new();
    for line in lines(found) {
        let color = match line.mark {
            '+' => "32",
            '-' => "31",
            _ => "33",
        };
        let mark = paint(&line.mark.to_string(), color, style.color);
        text.push_str(&format!("{mark} {}\n", sanitize(&line.text)));
    }
    let texts = diff::unified(&found.texts);
    if !texts.is_empty() {
        text.push_str(&format!("\n{texts}\n"));
    }
    if !style.quiet {
        text.push_str(&format!("{}\n", sanitize(&summary(found))));
    }
    text
}

fn summary(found: &Compared) -> String {
    let (from, to) = &found.names;
    let comparison = &found.comparison;
    match comparison.differences.len() + comparison.opaque.len() {
        0 if !comparison.is_same() => format!("nothing else differs between {from} and {to}"),
        0 if comparison.texts.is_empty() => format!("no difference between {from} and {to}"),
        0 => format!(
            "no difference for Traefik between {from} and {to}; {} {} in the text alone",
            count(comparison.texts.len(), "file"),
            if comparison.texts.len() == 1 { "differs" } else { "differ" }
        ),
        number => format!("{} between {from} and {to}", count(number, "difference")),
    }
}

fn markdown(found: &Compared) -> String {
    let mut text = format!("### Traefik configuration: {}\n\n", escaped(&summary(found)));
    for line in lines(found) {
        let mark = match line.mark {
            '+' => "➕",
            '-' => "➖",
            _ => "✏️",
        };
        text.push_str(&format!("- {mark} {}\n", escaped(&line.text)));
    }
    let texts = diff::unified(&found.texts);
    if !texts.is_empty() {
        // More backticks than stand in a row anywhere in it.
        let longest = texts.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(3.max(longest + 1));
        text.push_str(&format!("\n<details><summary>Text</summary>\n\n{fence}diff\n{texts}{fence}\n\n</details>\n"));
    }
    text
}

/// Text that Markdown shows as it is, and that mentions nobody.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        if "\\`*_{}[]<>#|~@!&".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn lines(found: &Compared) -> Vec<Line> {
    let comparison = &found.comparison;
    let mut lines: Vec<Line> = verdict(comparison).into_iter().collect();
    // What happens to many routers alike is said once.
    let mut alike: HashMap<(&str, &Detail), Vec<&str>> = HashMap::new();
    for difference in &comparison.differences {
        if let Change::Changed(details) = &difference.change {
            details.iter().for_each(|d| alike.entry((difference.kind, d)).or_default().push(&difference.name));
        }
    }
    const MANY: usize = 3;
    for difference in &comparison.differences {
        let Difference { kind, name, change, .. } = difference;
        let noun = noun(kind);
        match change {
            Change::Added { says: meaning, state } => {
                lines.push(Line { mark: '+', text: format!("new {noun} {name}{}", says(kind, meaning)) });
                let state = state.iter().flat_map(|detail| words(kind, detail));
                lines.extend(state.map(|line| Line { text: format!("{noun} {name}: {}", line.text), ..line }));
            }
            Change::Removed(meaning) => {
                lines.push(Line { mark: '-', text: format!("{noun} {name} gone{}", says(kind, meaning)) });
            }
            Change::Renamed { from } => {
                lines.push(Line { mark: '~', text: format!("{noun} {name}: was called {from}") });
            }
            Change::Changed(details) => {
                for detail in details {
                    let names = alike.get(&(*kind, detail)).map_or(&[][..], Vec::as_slice);
                    if names.len() < MANY {
                        lines.extend(
                            words(kind, detail)
                                .into_iter()
                                .map(|line| Line { text: format!("{noun} {name}: {}", line.text), ..line }),
                        );
                    } else if names.first() == Some(&name.as_str()) {
                        let all = format!("{} {noun}s ({})", names.len(), listed(names));
                        lines.extend(words(kind, detail).into_iter().map(|line| together(line, detail, &all)));
                    }
                }
            }
        }
    }
    let closed =
        |path: &String| Line { mark: '~', text: format!("{path} differs; what it says can't be told from its text") };
    lines.extend(comparison.opaque.iter().map(closed));
    lines
}

fn verdict(comparison: &Comparison) -> Option<Line> {
    use Verdict::{Accepted, Rejected, Unknown};
    let lost = comparison.lost;
    let refused =
        |what| format!("Traefik would refuse {what}, and a restart would lose {lost}: see `cloudlunacy validate`");
    let (mark, text) = match comparison.verdicts {
        (Accepted, Accepted) | (Unknown, Unknown) => return None,
        (Rejected, Rejected) => ('~', refused("both")),
        (_, Rejected) => ('-', refused("this now")),
        (Rejected, _) => ('+', "Traefik would load this now; it would have refused all of it".to_owned()),
        (_, Unknown) => ('~', "a Go template decides now whether Traefik would load this".to_owned()),
        (Unknown, _) => ('~', "no Go template decides any more whether Traefik would load this".to_owned()),
    };
    Some(Line { mark, text })
}

/// A few names, and how many more there are.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let more = names.len().saturating_sub(SHOWN);
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// What happens to many at once.
fn together(line: Line, detail: &Detail, all: &str) -> Line {
    let is_of_middlewares = matches!(detail, Detail::Items { field, .. } if field == "middlewares");
    let text = match line.mark {
        '+' if is_of_middlewares => format!("{} to {all}", line.text),
        '-' if is_of_middlewares => format!("{} from {all}", line.text),
        _ => format!("{all}: {}", line.text),
    };
    Line { text, ..line }
}

fn noun(kind: &str) -> String {
    let (protocol, part) = kind.split_once('.').unwrap_or(("", kind));
    let part = match part {
        "serversTransport" => "servers transport",
        part => part,
    };
    match (protocol, part) {
        ("http", part) | ("tls", part @ "certificate") => part.to_owned(),
        (protocol, part) => format!("{} {part}", protocol.to_ascii_uppercase()),
    }
}

/// What an object is, in a few words.
fn says(kind: &str, meaning: &Meaning) -> String {
    let text = |path: &[&str]| meaning.at(path).map(ToString::to_string);
    let words = match kind.split_once('.').map_or(kind, |(_, part)| part) {
        "router" => {
            let target = text(&["service"]).map(|service| format!("to service {service}"));
            [text(&["rule"]), target].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        "service" => meaning
            .at(&["loadBalancer", "servers"])
            .map(|s| s.items().join(", "))
            .or_else(|| first(meaning))
            .unwrap_or_default(),
        "middleware" => first(meaning).unwrap_or_default(),
        _ => String::new(),
    };
    if words.is_empty() { words } else { format!(": {words}") }
}

/// The name of its first field: the type of a middleware or a service.
fn first(meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Fields(fields) => fields.keys().next().cloned(),
        _ => None,
    }
}

/// In what an object differs, a line for each item.
fn words(kind: &str, detail: &Detail) -> Vec<Line> {
    let line = |mark, text| Line { mark, text };
    match detail {
        Detail::Hosts { added, removed } => {
            let came = (!added.is_empty()).then(|| line('+', format!("now also serves {}", added.join(", "))));
            let went = (!removed.is_empty()).then(|| line('-', format!("no longer serves {}", removed.join(", "))));
            came.into_iter().chain(went).collect()
        }
        Detail::Items { field, added, removed } => {
            let came = added.iter().map(|item| line('+', came(field, item)));
            came.chain(removed.iter().map(|item| line('-', went(field, item)))).collect()
        }
        Detail::Order { field, now } => vec![line('~', format!("{field} in another order: {}", now.join(", ")))],
        Detail::Secrets { field, of } => vec![line('~', format!("{field}: new password for {}", of.join(", ")))],
        Detail::Value { field, from: None, to: Some(to) } if field == "tls" && kind.ends_with(".router") => {
            let more = if to == "{}" { String::new() } else { format!(" {to}") };
            vec![line('+', format!("TLS from now on{more}"))]
        }
        Detail::Value { field, from: Some(_), to: None } if field == "tls" && kind.ends_with(".router") => {
            vec![line('-', "no TLS any more".to_owned())]
        }
        Detail::Value { field, from, to } => vec![match (from, to) {
            (None, Some(to)) => line('+', format!("{field} set to {to}")),
            (Some(from), None) => line('-', format!("{field} no longer set; it was {from}")),
            (from, to) => {
                let shown = |value: &Option<String>| value.clone().unwrap_or_default();
                line('~', format!("{field} is {}; it was {}", shown(to), shown(from)))
            }
        }],
        Detail::State { to, errors, .. } => {
            let why = if errors.is_empty() { String::new() } else { format!(": {}", errors.join("; ")) };
            vec![match to {
                Status::Enabled => line('+', "Traefik would enable it now".to_owned()),
                Status::Warning => line('-', format!("Traefik would warn of it{why}")),
                Status::Disabled => line('-', format!("Traefik would disable it{why}")),
            }]
        }
    }
}

/// What items of a list are called.
fn item_noun(field: &str) -> Option<&'static str> {
    match field.rsplit('.').next().unwrap_or(field) {
        "servers" => Some("server"),
        "middlewares" => Some("middleware"),
        "entryPoints" => Some("entry point"),
        _ => None,
    }
}

fn came(field: &str, item: &str) -> String {
    match item_noun(field) {
        Some("server") => format!("new server {item}"),
        Some(noun) => format!("{noun} {item} added"),
        None => format!("{item} added to {field}"),
    }
}

fn went(field: &str, item: &str) -> String {
    match item_noun(field) {
        Some("server") => format!("server {item} gone"),
        Some(noun) => format!("{noun} {item} removed"),
        None => format!("{item} removed from {field}"),
    }
}

pub(super) fn value(found: &Compared) -> Value {
    let comparison = &found.comparison;
    let difference = |d: &Difference| {
        let (change, details) = match &d.change {
            Change::Added { says, state } => {
                let object = json!({"what": "object", "to": says.to_string()});
                ("added", [object].into_iter().chain(state.iter().map(|state| detail(d.kind, state))).collect())
            }
            Change::Removed(meaning) => ("removed", vec![json!({"what": "object", "from": meaning.to_string()})]),
            Change::Renamed { from } => ("renamed", vec![json!({"what": "name", "from": from, "to": d.name})]),
            Change::Changed(details) => ("changed", details.iter().map(|one| detail(d.kind, one)).collect()),
        };
        json!({
            "kind": d.kind, "name": d.name, "file": d.place.file, "line": d.place.line, "change": change, "details": details,
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "from": found.names.0,
        "to": found.names.1,
        "same": comparison.is_same(),
        "verdicts": {"from": comparison.verdicts.0.as_str(), "to": comparison.verdicts.1.as_str()},
        "lost_at_restart": if comparison.verdicts.1 == Verdict::Rejected { comparison.lost.routes } else { 0 },
        "differences": comparison.differences.iter().map(difference).collect::<Vec<_>>(),
        "unreadable": comparison.opaque,
        "texts_that_differ": comparison.texts.len(),
        "words": lines(found).into_iter().map(|line| line.text).collect::<Vec<_>>(),
        "diff": diff::unified(&found.texts),
    })
}

fn detail(kind: &str, detail: &Detail) -> Value {
    let mut value = match detail {
        Detail::Hosts { added, removed } => json!({"what": "hosts", "added": added, "removed": removed}),
        Detail::Items { field, added, removed } => {
            json!({"what": "items", "field": field, "added": added, "removed": removed})
        }
        Detail::Order { field, now } => json!({"what": "order", "field": field, "to": now}),
        Detail::Secrets { field, of } => json!({"what": "secrets", "field": field, "of": of}),
        Detail::Value { field, from, to } => json!({"what": "value", "field": field, "from": from, "to": to}),
        Detail::State { from, to, errors } => {
            json!({"what": "status", "from": from.as_str(), "to": to.as_str(), "errors": errors})
        }
    };
    value["words"] = words(kind, detail).into_iter().map(|line| line.text).collect();
    value
}
