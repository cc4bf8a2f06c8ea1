//! Where things stand on their lines, and how a file is laid out.

use crate::document::{Document, Kind, Ref, Style};

/// How this file is laid out; new lines follow it.
pub(super) struct Layout {
    pub(super) eol: &'static str,
    /// Spaces from a key to the keys below it.
    pub(super) step: usize,
    /// Spaces from a key to the dashes of its list.
    pub(super) dash: usize,
}

impl Layout {
    pub(super) fn of(document: &Document) -> Layout {
        let source = document.source();
        let eol = match source.find(['\n', '\r']) {
            Some(at) if source[at..].starts_with("\r\n") => "\r\n",
            Some(at) if source.as_bytes()[at] == b'\r' => "\r",
            _ => "\n",
        };
        let (mut step, mut dash) = (None, None);
        let mut before: Option<Ref<'_>> = None;
        for node in document.nodes() {
            // The node before a block collection is its key, or it is an item of a list and tells nothing.
            let key = before.replace(node).filter(|key| node.style() == Style::Block && key.kind() == Kind::Scalar);
            let slot = if node.kind() == Kind::Map { &mut step } else { &mut dash };
            if let Some(key) = key.filter(|_| slot.is_none()) {
                let between = source.get(key.span().end as usize..node.span().start as usize).unwrap_or_default();
                *slot = column(node).checked_sub(column(key)).filter(|_| between.contains(['\n', '\r']));
            }
            if step.is_some() && dash.is_some() {
                break;
            }
        }
        let step = step.filter(|n| *n > 0).unwrap_or(2);
        Layout { eol, step, dash: dash.unwrap_or(step) }
    }
}

/// Characters before a node on its line; of an explicit key (`? key`), before its question mark.
pub(super) fn column(node: Ref<'_>) -> usize {
    let source = node.document().source();
    // An anchor or tag of a collection stands on the line of its key; one of a key, on its own.
    let span = if node.kind() == Kind::Scalar { node.full_span() } else { node.span() };
    let start = span.start as usize;
    let before = &source[line_start(source, start)..start];
    before.trim_end().strip_suffix('?').unwrap_or(before).chars().count()
}

pub(super) fn line_start(source: &str, byte: usize) -> usize {
    let first = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    source[..byte].rfind(['\n', '\r']).map_or(first.min(byte), |at| at + 1)
}

/// The byte after the end of the line, and whether the line has an end at all.
pub(super) fn line_end(source: &str, byte: usize) -> (usize, bool) {
    match source[byte..].find(['\n', '\r']) {
        None => (source.len(), false),
        Some(at) if source[byte + at..].starts_with("\r\n") => (byte + at + 2, true),
        Some(at) => (byte + at + 1, true),
    }
}

/// The byte after the colon of a key.
pub(super) fn value_start(key: Ref<'_>) -> usize {
    let end = key.full_span().end as usize;
    key.document().source()[end..].find(':').map_or(end, |at| end + at + 1)
}

/// Where an entry's text ends.
pub(super) fn entry_end(key: Ref<'_>, value: Ref<'_>) -> usize {
    key.full_span().end.max(value.full_span().end) as usize
}

/// The indentation and the end of the line at `at`, where that line holds a comment and nothing else.
pub(super) fn comment_line(source: &str, at: usize) -> Option<(usize, usize)> {
    let rest = &source[at..];
    let indent = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[indent..].starts_with('#').then(|| (indent, line_end(source, at).0))
}

/// Whether a node lies in a flow collection.
pub(super) fn in_flow(document: &Document, node: Ref<'_>) -> bool {
    let at = node.span();
    let around = |n: &Ref<'_>| n.id() < node.id() && n.span().start <= at.start && at.end <= n.span().end;
    document.nodes().take_while(|n| n.id() <= node.id()).filter(around).any(|n| n.style() == Style::Flow)
}
