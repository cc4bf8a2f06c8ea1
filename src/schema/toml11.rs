//! What TOML 1.1 allows and TOML 1.0 does not: older releases of Traefik refuse it.

use crate::document::{Document, Kind, Ref, Span, Style};

/// The first use of TOML 1.1 in a document, with the words of the library that knows 1.0 only.
pub(super) fn first_use(document: &Document) -> Option<(Span, &'static str)> {
    document.nodes().find_map(|node| match (node.kind(), node.style()) {
        (Kind::Map, Style::Flow) if node.raw().starts_with('{') => Some((node.span(), in_table(node)?)),
        (Kind::Scalar, Style::Quoted) if has_new_escape(node.raw()) => Some((node.span(), "invalid escape character")),
        (Kind::Scalar, Style::Plain) if has_no_seconds(node.raw()) => Some((node.span(), "invalid datetime")),
        _ => None,
    })
}

fn in_table(table: Ref<'_>) -> Option<&'static str> {
    let source = table.document().source();
    let mut from = table.span().start as usize + 1;
    // Headers elsewhere may have added to it.
    for child in table.children().filter(|child| table.span().range().contains(&(child.span().start as usize))) {
        let between = source.get(from..child.span().start as usize).unwrap_or_default();
        if between.contains('\n') {
            return Some("newlines not allowed within inline tables");
        }
        from = from.max(child.span().end as usize);
    }
    let last = source.get(from..table.span().end as usize).unwrap_or_default();
    match (last.contains('\n'), last.contains(',')) {
        (true, _) => Some("newlines not allowed within inline tables"),
        (false, true) => Some("trailing comma not allowed in inline tables"),
        (false, false) => None,
    }
}

/// `\e` and `\x…` in a text in double quotes.
fn has_new_escape(raw: &str) -> bool {
    let mut escaped = false;
    raw.starts_with('"')
        && raw.bytes().any(|byte| {
            let new = escaped && matches!(byte, b'e' | b'x');
            escaped = !escaped && byte == b'\\';
            new
        })
}

/// A time of hours and minutes alone.
fn has_no_seconds(raw: &str) -> bool {
    let Some(at) = raw.find(':') else { return false };
    let behind = raw.as_bytes().get(at + 1..).unwrap_or_default();
    behind.len() >= 2 && behind[..2].iter().all(u8::is_ascii_digit) && behind.get(2) != Some(&b':')
}
