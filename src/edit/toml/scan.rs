//! The smallest parts of a TOML text: keys and values, each with its bytes.
//!
//! The text has been parsed before, so nothing is validated here; what makes no sense only ends early.

use std::borrow::Cow;
use std::ops::Range;

/// One segment of a dotted key.
#[derive(Clone, Debug)]
pub(super) struct Key<'s> {
    /// Without quotes and escapes.
    pub(super) text: Cow<'s, str>,
    /// As written.
    pub(super) span: Range<usize>,
}

/// A value after an equals sign, or in brackets.
#[derive(Debug)]
pub(super) struct Item<'s> {
    pub(super) span: Range<usize>,
    pub(super) shape: Shape<'s>,
}

#[derive(Debug)]
pub(super) enum Shape<'s> {
    Scalar,
    Array(Vec<Item<'s>>),
    Table(Vec<Entry<'s>>),
}

/// `key = value` in braces.
#[derive(Debug)]
pub(super) struct Entry<'s> {
    pub(super) keys: Vec<Key<'s>>,
    pub(super) value: Item<'s>,
}

impl Entry<'_> {
    pub(super) fn span(&self) -> Range<usize> {
        self.keys.first().map_or(self.value.span.start, |key| key.span.start)..self.value.span.end
    }
}

impl<'s> Item<'s> {
    /// The entries of an inline table.
    pub(super) fn entries(&self) -> &[Entry<'s>] {
        match &self.shape {
            Shape::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The bytes of each part of an array or table.
    pub(super) fn parts(&self) -> Vec<Range<usize>> {
        match &self.shape {
            Shape::Scalar => Vec::new(),
            Shape::Array(items) => items.iter().map(|item| item.span.clone()).collect(),
            Shape::Table(entries) => entries.iter().map(Entry::span).collect(),
        }
    }
}

/// A place in a text that moves on.
pub(super) struct Scanner<'s> {
    pub(super) source: &'s str,
    pub(super) at: usize,
}

impl<'s> Scanner<'s> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.source.as_bytes().get(self.at).copied()
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.source.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()))
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    pub(super) fn skip_spaces(&mut self) {
        self.skip_while(|b| matches!(b, b' ' | b'\t'));
    }

    pub(super) fn skip_line(&mut self) {
        self.skip_while(|b| b != b'\n');
    }

    /// Skips white space, line ends and comments.
    pub(super) fn skip_blank(&mut self) {
        loop {
            self.skip_while(|b| b.is_ascii_whitespace());
            if self.peek() != Some(b'#') {
                return;
            }
            self.skip_line();
        }
    }

    /// Reads `a."b".c`.
    pub(super) fn keys(&mut self) -> Vec<Key<'s>> {
        let mut keys = Vec::new();
        loop {
            self.skip_spaces();
            keys.push(self.key());
            self.skip_spaces();
            if self.peek() != Some(b'.') {
                return keys;
            }
            self.at += 1;
        }
    }

    fn key(&mut self) -> Key<'s> {
        let start = self.at;
        let quoted = matches!(self.peek(), Some(b'"' | b'\''));
        match quoted {
            true => self.string(),
            false => self.skip_while(|b| !b.is_ascii_whitespace() && !matches!(b, b'.' | b'=' | b']')),
        }
        let raw = &self.source[start..self.at];
        let parsed = quoted.then(|| toml_edit::Key::parse(raw).ok()?.pop()).flatten();
        Key { text: parsed.map_or(raw.into(), |key| key.get().to_owned().into()), span: start..self.at }
    }

    /// Skips a string of any of the four sorts.
    fn string(&mut self) {
        let Some(quote) = self.peek() else { return };
        let literal = quote == b'\'';
        let long = if literal { "'''" } else { "\"\"\"" };
        let multi_line = self.starts_with(long);
        self.at += if multi_line { 3 } else { 1 };
        while let Some(byte) = self.peek() {
            if byte == b'\\' && !literal {
                self.at = (self.at + 2).min(self.source.len());
            } else if !multi_line && byte == quote {
                self.at += 1;
                return;
            } else if multi_line && self.starts_with(long) {
                // Up to two quotes may stand before the three that close the string.
                self.skip_while(|b| b == quote);
                return;
            } else {
                self.at += 1;
            }
        }
    }

    /// Reads a value.
    pub(super) fn item(&mut self) -> Item<'s> {
        let start = self.at;
        let shape = match self.peek() {
            Some(b'"' | b'\'') => {
                self.string();
                Shape::Scalar
            }
            Some(b'[') => Shape::Array(self.list(|s| s.item())),
            Some(b'{') => Shape::Table(self.list(|s| {
                let keys = s.keys();
                s.at += 1;
                s.skip_spaces();
                Entry { keys, value: s.item() }
            })),
            _ => {
                self.skip_while(|b| !matches!(b, b',' | b']' | b'}' | b'#' | b'\n' | b'\r'));
                let text = self.source[start..self.at].trim_end();
                self.at = start + text.len();
                Shape::Scalar
            }
        };
        Item { span: start..self.at, shape }
    }

    fn list<T>(&mut self, part: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut parts = Vec::new();
        self.at += 1;
        loop {
            self.skip_blank();
            match self.peek() {
                Some(b']' | b'}') => {
                    self.at += 1;
                    return parts;
                }
                Some(b',') => self.at += 1,
                Some(_) => parts.push(part(self)),
                None => return parts,
            }
        }
    }
}
