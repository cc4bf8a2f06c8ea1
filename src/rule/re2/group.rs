//! What can follow `(?`: names and flags.

use super::{Fault, fault};

/// What a group opens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    Capture,
    Group,
    /// Only flags were set.
    Nothing,
}

/// Reads from `(?` on.
pub(super) fn read<'a>(text: &'a str) -> Result<(Opens, &'a str), Fault<'a>> {
    let named = text.strip_prefix("(?P<").or_else(|| text.strip_prefix("(?<"));
    // Go looks for a name only where there is room for one
    if let Some(inner) = named.filter(|inner| !inner.is_empty() || text.starts_with("(?<")).filter(|_| text.len() > 3) {
        let Some(end) = text.find('>') else { return fault("invalid named capture", text) };
        let capture = &text[..=end];
        let name = &inner[..inner.len() - (text.len() - end)];
        let valid = |b: u8| b == b'_' || b.is_ascii_alphanumeric();
        if name.is_empty() || !name.bytes().all(valid) {
            return fault("invalid named capture", capture);
        }
        return Ok((Opens::Capture, &text[end + 1..]));
    }
    let mut rest = &text[2..];
    let (mut negated, mut saw_flag) = (false, false);
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            'i' | 'm' | 's' | 'U' => saw_flag = true,
            '-' if !negated => (negated, saw_flag) = (true, false),
            ':' | ')' if !negated || saw_flag => {
                let opens = if c == ':' { Opens::Group } else { Opens::Nothing };
                return Ok((opens, rest));
            }
            _ => break,
        }
    }
    fault("invalid or unsupported Perl syntax", &text[..text.len() - rest.len()])
}
