//! Tabs at the start of lines inside brackets and braces, as in JSON: Go's YAML library takes them for spaces there,
//! and the parser does not.

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

#[cfg(test)]
mod tests {
    use super::as_spaces;

    #[test]
    fn only_tabs_that_begin_a_line_in_brackets_change() {
        assert_eq!(as_spaces("{\n\t\"a\":\t[\n\t\t1\n\t]\n}\n").as_deref(), Some("{\n \"a\":\t[\n  1\n ]\n}\n"));
        assert_eq!(as_spaces("a:\n\tb: '['\n\tc: 1 # [\n\td: x[\n"), None);
        assert_eq!(as_spaces("a: [\n 'x\n\ty'\n]\n"), None);
    }
}
