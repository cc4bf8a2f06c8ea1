//! Media types, as Go's `mime.ParseMediaType` reads them.

use std::collections::HashSet;

/// Whether Go reads this as a media type with parameters; if not, its words.
pub(super) fn check(text: &str) -> Result<(), &'static str> {
    let (kind, mut rest) = match text.split_once(';') {
        Some((kind, _)) => (kind, &text[kind.len()..]),
        None => (text, ""),
    };
    disposition(kind.trim())?;
    let mut seen = HashSet::new();
    loop {
        rest = rest.trim_start_matches(is_blank);
        if rest.is_empty() {
            return Ok(());
        }
        match parameter(rest) {
            Some((name, after)) => {
                // `a*0` and `a*` are pieces of one value, and told apart by all of the name.
                if !seen.insert(name.to_ascii_lowercase()) {
                    return Err("mime: duplicate parameter name");
                }
                rest = after;
            }
            None if rest.trim() == ";" => return Ok(()),
            None => return Err("mime: invalid media parameter"),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{a0}')
        || (!c.is_ascii() && c.is_whitespace())
}

fn disposition(kind: &str) -> Result<(), &'static str> {
    let (first, rest) = token(kind);
    if first.is_empty() {
        return Err("mime: no media type");
    }
    let Some(rest) = rest.strip_prefix('/') else {
        return if rest.is_empty() { Ok(()) } else { Err("mime: expected slash after first token") };
    };
    match token(rest) {
        ("", _) => Err("mime: expected token after slash"),
        (_, "") => Ok(()),
        _ => Err("mime: unexpected content after media subtype"),
    }
}

/// The token that a text begins with, and what follows.
fn token(text: &str) -> (&str, &str) {
    let is_token = |c: char| c.is_ascii_graphic() && !r#"()<>@,;:\"/[]?="#.contains(c);
    text.split_at(text.find(|c| !is_token(c)).unwrap_or(text.len()))
}

/// The name of the parameter that a text begins with (`; name=value`), and what follows.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(';')?.trim_start_matches(is_blank);
    let (name, rest) = token(rest);
    let rest = rest.trim_start_matches(is_blank).strip_prefix('=')?.trim_start_matches(is_blank);
    let after = match rest.strip_prefix('"') {
        Some(quoted) => after_quoted(quoted)?,
        None => match token(rest) {
            ("", _) => return None,
            (_, after) => after,
        },
    };
    (!name.is_empty()).then_some((name, after))
}

/// What follows the closing quote.
fn after_quoted(text: &str) -> Option<&str> {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return text.get(at + 1..),
            // A backslash escapes only what is no part of a token.
            '\\' if text[at + 1..].starts_with(|c: char| c.is_ascii() && token(&c.to_string()).0.is_empty()) => {
                chars.next();
            }
            '\r' | '\n' => return None,
            _ => {}
        }
    }
    None
}
