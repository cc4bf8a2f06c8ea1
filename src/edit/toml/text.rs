//! Values as TOML text. Paths are keys as they are written, quotes included.

use crate::edit::Value;

/// A key, in quotes where it needs them.
pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if bare { name.to_owned() } else { basic(name) }
}

/// Text in quotes: without escapes where that spares the reader doubled backslashes.
fn string(text: &str) -> String {
    let literal = text.contains('\\') && !text.contains(|c: char| c == '\'' || c.is_control());
    if literal { format!("'{text}'") } else { basic(text) }
}

fn basic(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_ascii_control() => quoted.push_str(&format!("\\u{:04X}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value on one line.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Str(text) => string(text),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) if entries.is_empty() => "{}".into(),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(name, value)| pair(&[key(name)], value));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// `a.b = value`.
pub(super) fn pair(keys: &[String], value: &Value) -> String {
    format!("{} = {}", keys.join("."), inline(value))
}

/// Whether a value is written with headers where its neighbours are.
pub(super) fn is_tabular(value: &Value) -> bool {
    match value {
        Value::Map(entries) => !entries.is_empty(),
        Value::List(items) => !items.is_empty() && items.iter().all(|item| matches!(item, Value::Map(_))),
        _ => false,
    }
}

/// Lines of `a.b.c = value`, one for each value that is not a map.
pub(super) fn dotted(keys: &[String], value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Map(entries) if !entries.is_empty() => {
            for (name, value) in entries {
                dotted(&[keys, &[key(name)]].concat(), value, out);
            }
        }
        _ => out.push(pair(keys, value)),
    }
}

/// How a table is set on the page.
#[derive(Clone, Copy)]
pub(super) struct Page<'p> {
    /// Before each header.
    pub(super) indent: &'p str,
    /// More of it, for what is below a header.
    pub(super) step: &'p str,
}

/// Lines of a table with headers, or of an array of tables. A header is left out where only deeper headers follow.
pub(super) fn table(path: &[String], value: &Value, page: Page<'_>, out: &mut Vec<String>) {
    let Page { indent, step } = page;
    let deeper = format!("{indent}{step}");
    let below = Page { indent: &deeper, step };
    match value {
        Value::List(items) => {
            for item in items {
                out.push(format!("{indent}[[{}]]", path.join(".")));
                body(path, item, below, out);
            }
        }
        Value::Map(entries) => {
            let only_tables = entries.iter().all(|(_, value)| matches!(value, Value::Map(_)));
            if entries.is_empty() || !only_tables {
                out.push(format!("{indent}[{}]", path.join(".")));
                body(path, value, below, out);
            } else {
                body(path, value, page, out);
            }
        }
        _ => {}
    }
}

/// What is below a header: first what belongs to it, then deeper headers.
fn body(path: &[String], value: &Value, page: Page<'_>, out: &mut Vec<String>) {
    let Value::Map(entries) = value else { return };
    let (tables, own): (Vec<_>, Vec<_>) =
        entries.iter().partition(|(_, value)| is_tabular(value) || matches!(value, Value::Map(_)));
    out.extend(own.into_iter().map(|(name, value)| format!("{}{}", page.indent, pair(&[key(name)], value))));
    for (name, value) in tables {
        table(&[path, &[key(name)]].concat(), value, page, out);
    }
}
