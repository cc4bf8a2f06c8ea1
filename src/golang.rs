//! Texts as Go's standard library writes them, for Traefik's words are Go's.

/// A text in quotes, as `%q` writes it.
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

/// A character in a quoted text.
pub fn escaped(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\u{07}' => "\\a".into(),
        '\u{08}' => "\\b".into(),
        '\u{0b}' => "\\v".into(),
        '\u{0c}' => "\\f".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        '\t' => "\\t".into(),
        c if is_printable(c) => c.into(),
        c if c.is_ascii() => format!("\\x{:02x}", c as u32),
        c if c <= '\u{ffff}' => format!("\\u{:04x}", c as u32),
        c => format!("\\U{:08x}", c as u32),
    }
}

/// A text as `strings.ToLower` writes it: each character becomes one.
pub fn lower(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

/// A character as `%#U` writes it.
pub fn code_point(c: char) -> String {
    let shown = if is_printable(c) { format!(" '{c}'") } else { String::new() };
    format!("U+{:04X}{shown}", c as u32)
}

/// Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the ASCII space.
fn is_printable(c: char) -> bool {
    // Rust escapes what can't be printed, too, and what joins the character before it, which Go prints.
    c.is_ascii_graphic() || c == ' ' || !c.is_ascii() && (c.is_alphanumeric() || c.escape_debug().count() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_printed_is_escaped() {
        assert_eq!(
            quote("a\"\\\n\u{7f}\u{1}ü\u{85}\u{feff}\u{1f600}\u{e0001} "),
            r#""a\"\\\n\x7f\x01ü\u0085\ufeff😀\U000e0001 ""#
        );
        assert_eq!((code_point('\u{a0}'), code_point('x')), ("U+00A0".into(), "U+0078 'x'".into()));
    }
}
