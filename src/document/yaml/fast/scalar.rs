//! Scalars of the subset: plain ones, and quoted ones with the simplest escapes.

use super::{Scanner, Span, Style};

/// A scalar as it stands in the text.
pub(super) struct Scalar {
    pub(super) style: Style,
    pub(super) span: Span,
    /// Only where the bytes of `span` are not the value.
    pub(super) text: Option<Box<str>>,
    /// Whether a colon stands behind it that makes it a key; it has been passed over.
    pub(super) is_key: bool,
}

/// What a byte may be in a plain scalar.
const START: u8 = 1;
const STOP: u8 = 2;
const FLOW_STOP: u8 = 4;

/// By byte. What may start one: not the indicators, nor `<` for the sake of merge keys.
const CLASSES: [u8; 256] = {
    let mut classes = [START; 256];
    let mut byte = 0;
    while byte <= b' ' as usize {
        classes[byte] = STOP | FLOW_STOP;
        byte += 1;
    }
    // A space is found by looking back from `#` and from the end.
    classes[b' ' as usize] = 0;
    set(&mut classes, b"-?:,[]{}#&*!|>'\"%@`<", 0);
    set(&mut classes, b":#", STOP | FLOW_STOP);
    set(&mut classes, b",[]{}", FLOW_STOP);
    set(&mut classes, b"?", FLOW_STOP);
    classes
};

const fn set(classes: &mut [u8; 256], bytes: &[u8], class: u8) {
    let mut at = 0;
    while at < bytes.len() {
        classes[bytes[at] as usize] = class;
        at += 1;
    }
}

impl Scanner<'_> {
    /// The scalar that starts here.
    pub(super) fn scalar(&mut self, flow: bool) -> Option<Scalar> {
        match self.peek()? {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            first => self.plain(first, flow),
        }
    }

    fn plain(&mut self, first: u8, flow: bool) -> Option<Scalar> {
        let bytes = self.bytes;
        let start = self.at;
        let starts = match first {
            // `-1`, `:8080`
            b'-' | b':' => !flow && bytes.get(start + 1).is_some_and(u8::is_ascii_alphanumeric),
            // `...` ends a document.
            b'.' => !bytes[start..].starts_with(b"..."),
            other => CLASSES[other as usize] & START != 0,
        };
        if !starts {
            return None;
        }
        let stops = if flow { FLOW_STOP } else { STOP };
        let mut at = start;
        let is_key = loop {
            let rest = &bytes[at..];
            at += rest.iter().position(|b| CLASSES[*b as usize] & stops != 0).unwrap_or(rest.len());
            match bytes.get(at) {
                None | Some(b'\n' | b'\r' | b',' | b']' | b'}') => break false,
                Some(b':') if self.ends_key(at) => break true,
                Some(b':') if flow && matches!(bytes.get(at + 1), Some(b',' | b'[' | b']' | b'{' | b'}')) => {
                    return None;
                }
                Some(b'#') if bytes[at - 1] == b' ' => break false,
                Some(b':' | b'#') => at += 1,
                Some(_) => return None,
            }
        };
        let spaces = bytes[start..at].iter().rev().take_while(|b| **b == b' ').count();
        // `key : …`: the spaces count towards the longest key too.
        if is_key && spaces > 0 {
            return None;
        }
        self.at = at + usize::from(is_key);
        Some(Scalar { style: Style::Plain, span: Span::new(start, at - spaces), text: None, is_key })
    }

    /// Whether the byte here is a colon with nothing or a space behind it.
    fn ends_key(&self, at: usize) -> bool {
        self.bytes.get(at) == Some(&b':') && matches!(self.bytes.get(at + 1), None | Some(b' ' | b'\n' | b'\r'))
    }

    fn quoted(&mut self, quote: u8) -> Option<Scalar> {
        let start = self.at;
        let mut at = start + 1;
        // What is copied starts here: the text up to it is in `text`.
        let mut from = at;
        let mut text = String::new();
        loop {
            at += self.bytes[at..].iter().position(|b| *b == quote || *b == b'\\' || *b < b' ')?;
            let next = self.bytes.get(at + 1).copied();
            match self.bytes[at] {
                b'\'' if next == Some(b'\'') => {}
                b'\\' if quote == b'"' && matches!(next, Some(b'\\' | b'"')) => {}
                b'\\' if quote == b'\'' => {
                    at += 1;
                    continue;
                }
                byte if byte == quote => break,
                _ => return None,
            }
            // Of the two characters of an escape the second is what it stands for.
            text.push_str(self.source.get(from..at)?);
            from = at + 1;
            at += 2;
        }
        text.push_str(self.source.get(from..at)?);
        at += 1;
        let is_key = self.ends_key(at);
        self.at = at + usize::from(is_key);
        Some(Scalar { style: Style::Quoted, span: Span::new(start, at), text: Some(text.into()), is_key })
    }
}
