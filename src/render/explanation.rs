//! What `explain` says of rules, of error codes and of fields.

use super::json::SCHEMA_VERSION;
use super::table::table;
use super::text::paint;
use super::{Style, text};
use crate::command::{Explanation, answers};
use crate::error::Code;
use crate::finding::Severity;
use crate::lint::{Example, LINTS, Lint};
use crate::register::refusal;
use crate::schema::table::Field;
use serde_json::{Value, json};

/// For people.
pub(super) fn text(found: &Explanation, style: Style) -> String {
    match found {
        Explanation::All => all(style),
        Explanation::Rule(lint) => rule(lint, style),
        Explanation::Code(code) => format!(
            "{} (error, exit code {})\n\n{}\n",
            paint(code.as_str(), "1", style.color),
            code.exit_code(),
            sentence(code.meaning())
        ),
        Explanation::Answer(code) => format!(
            "{} (answer to an agent, status {})\n\n{}\n",
            paint(code.as_str(), "1", style.color),
            code.status(),
            sentence(code.meaning())
        ),
        Explanation::Field(found) => field(found, style),
    }
}

/// The names alone.
pub(super) fn names(found: &Explanation) -> Vec<&'static str> {
    match found {
        Explanation::All => {
            let errors = Code::ALL.iter().map(|code| code.as_str());
            LINTS.iter().map(|lint| lint.name).chain(errors).chain(answers().map(|code| code.as_str())).collect()
        }
        Explanation::Rule(lint) => vec![lint.name],
        Explanation::Code(code) => vec![code.as_str()],
        Explanation::Answer(code) => vec![code.as_str()],
        Explanation::Field(field) => vec![field.path],
    }
}

/// For programs.
pub(super) fn json(found: &Explanation) -> Value {
    match found {
        Explanation::All => json!({
            "schema_version": SCHEMA_VERSION,
            "rules": LINTS.iter().map(|lint| rule_value(lint)).collect::<Vec<_>>(),
            "errors": Code::ALL.iter().map(|code| code_value(*code)).collect::<Vec<_>>(),
            "answers": answers().map(answer_value).collect::<Vec<_>>(),
        }),
        Explanation::Rule(lint) => json!({ "schema_version": SCHEMA_VERSION, "rule": rule_value(lint) }),
        Explanation::Code(code) => json!({ "schema_version": SCHEMA_VERSION, "error": code_value(*code) }),
        Explanation::Answer(code) => json!({ "schema_version": SCHEMA_VERSION, "answer": answer_value(*code) }),
        Explanation::Field(field) => json!({ "schema_version": SCHEMA_VERSION, "field": {
            "path": field.path,
            "type": field.type_name,
            "default": field.default,
            "since": field.since().map(|release| release.to_string()),
            "deprecated": field.is_deprecated,
            "ignored": field.is_ignored,
            "fields": field.fields.iter().map(Field::name).collect::<Vec<_>>(),
        }}),
    }
}

fn rule_value(lint: &Lint) -> Value {
    let example = |example: Example| -> Vec<Value> {
        example.iter().map(|(file, text)| json!({ "file": file, "text": text })).collect()
    };
    json!({
        "name": lint.name, "severity": lint.severity.as_str(), "summary": lint.summary,
        "explanation": lint.explanation, "bad": example(lint.bad), "good": example(lint.good),
    })
}

fn code_value(code: Code) -> Value {
    json!({ "code": code.as_str(), "exit_code": code.exit_code(), "meaning": code.meaning() })
}

fn answer_value(code: refusal::Code) -> Value {
    json!({ "code": code.as_str(), "status": code.status(), "meaning": code.meaning() })
}

fn all(style: Style) -> String {
    let rules = LINTS.iter().map(|l| vec![l.name.to_owned(), l.severity.as_str().to_owned(), l.summary.to_owned()]);
    let codes = Code::ALL.iter().map(|c| vec![c.as_str().to_owned(), c.exit_code().to_string(), sentence(c.meaning())]);
    let rules = table(style.width, &["RULE", "SEVERITY", "FINDS"], rules.collect(), &[2]);
    let codes = table(style.width, &["ERROR", "EXIT", "MEANS"], codes.collect(), &[2]);
    let answers = answers().map(|c| vec![c.as_str().to_owned(), c.status().to_string(), sentence(c.meaning())]);
    let answers = table(style.width, &["ANSWER TO AGENTS", "STATUS", "MEANS"], answers.collect(), &[2]);
    format!("{rules}\n{codes}\n{answers}")
}

fn rule(lint: &Lint, style: Style) -> String {
    let color = match lint.severity {
        Severity::Error => "1;31",
        Severity::Warning => "1;33",
        Severity::Note => "1;32",
    };
    let head = paint(&format!("{}[{}]", lint.severity.as_str(), lint.name), color, style.color);
    let width = style.width.map_or(80, usize::from).clamp(40, 100);
    format!(
        "{head}: {}\n\n{}\n\n{}:\n{}\n{}:\n{}",
        lint.summary,
        wrapped(lint.explanation, width),
        paint("Bad", "1", style.color),
        example(lint.bad),
        paint("Good", "1", style.color),
        example(lint.good),
    )
}

fn field(field: &Field, style: Style) -> String {
    let mut text = format!("{} ({})\n\n", paint(field.path, "1", style.color), field.type_name);
    let mut line = |what: &str, value: &str| text.push_str(&format!("{what:<10} {value}\n"));
    line("default", if field.default.is_empty() { "-" } else { field.default });
    line("since", &field.since().map_or_else(|| "all of 3.x".to_owned(), |release| release.to_string()));
    if field.is_deprecated {
        line("deprecated", "Traefik has given it up");
    }
    if field.is_ignored {
        line("ignored", "the file provider takes it without effect");
    }
    let below: Vec<&str> = field.fields.iter().map(Field::name).collect();
    if !below.is_empty() {
        line("fields", &below.join(", "));
    }
    text
}

fn example(example: Example) -> String {
    let file = |(name, text): &(&str, &str)| {
        let lines: String = text.lines().map(|line| format!("    {}\n", text::sanitize(line))).collect();
        format!("  {name}\n{lines}")
    };
    example.iter().map(file).collect::<Vec<_>>().join("\n")
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Words in lines that are no longer than `width`.
fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width => {
                line.push_str(if line.is_empty() { "" } else { " " });
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}
