//! What Go says of a rule: Traefik hands it to Go's own expression parser, so that an error may speak of any part of
//! that language. Asked only of rules that are refused, for Traefik's words.

mod brackets;
mod evaluate;
mod operand;
mod parse;
mod scan;
mod token;
mod types;

pub(super) use evaluate::{Outcome, evaluate};
pub(crate) use operand::{Constant, constant, function_name};
pub(crate) use parse::{Expr, parse};

/// A text as Go's `%q` writes it.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\u{07}' => quoted.push_str("\\a"),
            '\u{08}' => quoted.push_str("\\b"),
            '\u{0c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{0b}' => quoted.push_str("\\v"),
            c if is_printable(c) => quoted.push(c),
            c if c < ' ' || c == '\u{7f}' => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c if c <= '\u{ffff}' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push_str(&format!("\\U{:08x}", c as u32)),
        }
    }
    quoted.push('"');
    quoted
}

/// A text as Go's `strings.ToLower` writes it: each character becomes one.
pub(crate) fn lower(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..);
    c == ' ' || !(c.is_control() || c.is_whitespace() || invisible)
}

/// A character as Go's `%#U` writes it.
fn code_point(c: char) -> String {
    let shown = if is_printable(c) { format!(" '{c}'") } else { String::new() };
    format!("U+{:04X}{shown}", c as u32)
}
