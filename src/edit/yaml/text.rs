//! Values as YAML text.

use super::Value;

/// Where a value is written.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// Inside `{…}` or `[…]`.
    pub(super) flow: bool,
    /// The neighbours are JSON: everything textual is in double quotes.
    pub(super) json: bool,
    /// Spaces from a key to the keys below it.
    pub(super) step: usize,
    /// Spaces from a key to the dashes of its list.
    pub(super) dash: usize,
}

/// The lines of a block entry.
pub(super) fn entry_lines(key: &str, value: &Value, column: usize, context: Context) -> Vec<String> {
    let head = format!("{}{}:", " ".repeat(column), key_text(key, context));
    let below: Vec<String> = match value {
        Value::Map(entries) if !entries.is_empty() => {
            entries.iter().flat_map(|(k, v)| entry_lines(k, v, column + context.step, context)).collect()
        }
        Value::List(items) if !items.is_empty() => {
            items.iter().flat_map(|item| item_lines(item, column + context.dash, context)).collect()
        }
        _ => return vec![format!("{head} {}", inline(value, context))],
    };
    std::iter::once(head).chain(below).collect()
}

/// The lines of an item of a block list whose dash stands at `column`.
pub(super) fn item_lines(item: &Value, column: usize, context: Context) -> Vec<String> {
    let mut lines = match item {
        Value::Map(entries) if !entries.is_empty() => {
            entries.iter().flat_map(|(k, v)| entry_lines(k, v, column + 2, context)).collect()
        }
        _ => vec![format!("{}{}", " ".repeat(column + 2), inline(item, context))],
    };
    if let Some(first) = lines.first_mut() {
        first.replace_range(column..column + 1, "-");
    }
    lines
}

/// A value on one line.
pub(super) fn inline(value: &Value, context: Context) -> String {
    let flow = Context { flow: true, ..context };
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Str(text) => scalar_text(text, context),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|v| inline(v, flow)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(k, v)| format!("{}: {}", key_text(k, flow), inline(v, flow))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

/// A key.
pub(super) fn key_text(key: &str, context: Context) -> String {
    // A plain key is looked for within 1 024 characters, so a longer one would not be read as a key at all.
    match key.len() <= 512 && key != "<<" {
        true => scalar_text(key, context),
        false => format!("? {}", quoted(key)).split_off(2),
    }
}

fn scalar_text(text: &str, context: Context) -> String {
    let flow_safe = !context.flow || !text.contains([',', '[', ']', '{', '}', '?']);
    match !context.json && flow_safe && is_plain(text) {
        true => text.to_owned(),
        false if !context.json && text.contains(['\\', '"']) && !text.contains(needs_escape) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        false => quoted(text),
    }
}

/// Whether a character would end a line, or be refused, or be lost.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether bare text is read back as this text, by every YAML reader.
fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '/');
    starts_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(needs_escape)
        && reads_as_text(text)
}

/// Whether bare text is text to a YAML reader, and not a number, boolean, date or null.
pub(in crate::edit) fn reads_as_text(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    let number_like = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || matches!(c, '+' | '-' | '.' | ':' | '_' | 'x' | 'X' | 'o' | 'T' | 'Z'));
    let special = [
        "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "+.inf", "-.inf", "<<",
        "=",
    ];
    !number_like && !special.contains(&word.as_str())
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
