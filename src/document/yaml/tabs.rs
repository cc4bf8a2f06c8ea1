//! Tabs where Go's YAML library and the parser disagree: inside brackets and braces, as in JSON, Go's takes them for
//! spaces at the start of a line; elsewhere it refuses them where a key could begin, on blank lines too.

use super::{Kind, Style, SyntaxError, Tree, error_at};

/// The text with such tabs as spaces, byte for byte; `None` where there are none.
///
/// Brackets are found by looking at quotes and comments only. Where that is mistaken, the parser still sees every
/// character but these tabs, and refuses what is no YAML.
pub(super) fn as_spaces(source: &str) -> Option<String> {
    let mut bytes = source.as_bytes().to_vec();
    let (mut depth, mut quote, mut changed) = (0usize, None, false);
    let (mut line_start, mut before) = (true, b'\n');
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let opens_token = matches!(before, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b'{' | b':');
        match (quote, byte) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') if opens_token => quote = Some(byte),
            (None, b'#') if matches!(before, b' ' | b'\t' | b'\n' | b'\r') => {
                at += bytes[at..].iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(bytes.len() - at);
                before = b' ';
                continue;
            }
            (None, b'[' | b'{') if depth > 0 || opens_token => depth += 1,
            (None, b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'\t') if depth > 0 && line_start => {
                bytes[at] = b' ';
                changed = true;
            }
            _ => {}
        }
        line_start = matches!(byte, b'\n' | b'\r') || (line_start && matches!(byte, b' ' | b'\t'));
        before = byte;
        at += 1;
    }
    if changed { String::from_utf8(bytes).ok() } else { None }
}

/// Refuses the tabs that Go's library refuses and the parser passes over.
pub(super) fn check(source: &str, tree: &Tree) -> Result<(), SyntaxError> {
    if !source.contains('\t') {
        return Ok(());
    }
    let column = |at: usize| at - source[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
    // The columns of the block collections that are open, each with one past its last node.
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut from, mut after) = (tree.body.start as usize, After::Other);
    let mut id = 0;
    while let Some(node) = tree.nodes.get(id) {
        while open.last().is_some_and(|(end, _)| *end <= id) {
            open.pop();
        }
        let (start, end) = (node.span.start as usize, node.span.end as usize);
        if matches!(node.kind, Kind::Map | Kind::Seq) && node.style == Style::Block {
            open.push((node.next as usize, column(start)));
            id += 1;
            continue;
        }
        if node.style == Style::Flow {
            flow(source, tree, id, open.last().map_or(0, |(_, column)| column + 1))?;
        }
        if end > start && start >= from {
            gap(source, from, start, after)?;
            (from, after) =
                (end, After::of(source, node.style, node.kind, start, open.last().map_or(0, |(_, c)| c + 1)));
        }
        id = node.next as usize;
    }
    gap(source, from, (tree.body.end as usize).max(from), after)
}

/// Inside brackets a plain scalar alone could go on, and a tab before the column of its block is in the way.
fn flow(source: &str, tree: &Tree, id: usize, indent: usize) -> Result<(), SyntaxError> {
    let scalars = tree.nodes[id..tree.nodes[id].next as usize].iter();
    for node in scalars.filter(|n| n.kind == Kind::Scalar && n.style == Style::Plain && n.span.end > n.span.start) {
        let end = node.span.end as usize;
        let blank = source[end..].bytes().take_while(|b| b.is_ascii_whitespace()).count();
        if source[end..end + blank].contains('\t') {
            gap(source, end, end + blank, After::Plain(indent))?;
        }
    }
    Ok(())
}

/// What stands before a stretch of blanks, comments and indicators.
#[derive(Clone, Copy)]
enum After {
    /// A plain scalar, which could go on at this column.
    Plain(usize),
    /// A block scalar whose lines begin at this column.
    Literal(usize),
    /// Anything else.
    Other,
}

impl After {
    fn of(source: &str, style: Style, kind: Kind, start: usize, indent: usize) -> After {
        match style {
            Style::Plain if kind == Kind::Scalar => After::Plain(indent),
            Style::Literal => {
                let lines = source[start..].lines().skip(1).filter(|line| !line.trim().is_empty());
                After::Literal(lines.map(|line| line.len() - line.trim_start_matches(' ').len()).next().unwrap_or(0))
            }
            _ => After::Other,
        }
    }
}

/// Looks at the text between two values.
fn gap(source: &str, from: usize, to: usize, mut after: After) -> Result<(), SyntaxError> {
    const NO_TOKEN: &str = "found character that cannot start any token";
    let bytes = source.as_bytes();
    // Whether a key could begin here; before the first value one can.
    let mut key_allowed = from == 0;
    let (mut line_start, mut at) = (from, from);
    while at < to {
        match bytes[at] {
            b'\n' | b'\r' => (key_allowed, line_start) = (true, at + 1),
            b' ' => {}
            b'\t' => {
                let leads = line_start > from || from == 0;
                let words = match after {
                    After::Plain(indent) if leads && at - line_start < indent => {
                        Some("found a tab character that violates indentation")
                    }
                    After::Literal(indent) if leads && at - line_start < indent => {
                        Some("found a tab character where an indentation space is expected")
                    }
                    After::Other if key_allowed => Some(NO_TOKEN),
                    _ => None,
                };
                if let Some(words) = words {
                    return Err(error_at(source, at, words));
                }
            }
            b'#' => {
                at += bytes[at..to].iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(to - at);
                after = After::Other;
                continue;
            }
            byte => {
                after = After::Other;
                // Of an anchor or a tag every byte ends up here.
                key_allowed = matches!(byte, b'-' | b'?') && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
            }
        }
        at += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::as_spaces;
    use crate::document::{Document, Format};

    #[test]
    fn only_tabs_that_begin_a_line_in_brackets_change() {
        assert_eq!(as_spaces("{\n\t\"a\":\t[\n\t\t1\n\t]\n}\n").as_deref(), Some("{\n \"a\":\t[\n  1\n ]\n}\n"));
        assert_eq!(as_spaces("a:\n\tb: '['\n\tc: 1 # [\n\td: x[\n"), None);
        assert_eq!(as_spaces("a: [\n 'x\n\ty'\n]\n"), None);
    }

    #[test]
    fn tabs_where_a_key_could_begin_are_refused() {
        let error = |source: &str| Document::parse(Format::Yaml, source.into()).err().map(|e| (e.line, e.message));
        for (source, line) in [
            ("x: 1\n\t\ny: 2\n", 2),
            ("x: 1\n\t# c\ny: 2\n", 2),
            ("\t\nx: 1\n", 1),
            ("x:\n\t\n  y: 1\n", 2),
            ("x: |\n  a\n\t\ny: 1\n", 3),
            ("x:\n  - a\n\t\n  - b\n", 3),
            ("x:\n  -\ta\n", 2),
            ("x:\n  - \ta\n", 2),
            ("x: 'a'\n  \t\ny: 1\n", 2),
            ("x: {\n\ta: b\n\t}\n", 3),
        ] {
            assert_eq!(error(source).map(|e| e.0), Some(line), "{source:?}");
        }
        for source in [
            "x:\t1\t\ny: 2\n",
            "x: 1\n  \t\ny: 2\n",
            "x: 'a\n\tb'\n",
            "x: |\n  a\n  \tb\n",
            "x: 1\t# c\n",
            "x:\n  - a\t# c\n",
        ] {
            assert_eq!(error(source), None, "{source:?}");
        }
    }
}
