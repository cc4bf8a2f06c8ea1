//! The characters of a TOML text, and the words for what is wrong with them.

use super::super::error_at;
use super::SyntaxError;
use super::statement::Parser;
use crate::golang;

impl<'s> Parser<'s> {
    /// The next character, which stays the next. Go's library refuses control characters as soon as it looks at them.
    #[inline]
    pub(super) fn peek(&self) -> Result<Option<char>, SyntaxError> {
        match self.source.as_bytes().get(self.at) {
            Some(byte @ (b' '..=b'~' | b'\t' | b'\n')) => Ok(Some(char::from(*byte))),
            _ => self.peek_unusual(),
        }
    }

    fn peek_unusual(&self) -> Result<Option<char>, SyntaxError> {
        let rest = &self.source[self.at..];
        let Some(c) = rest.chars().next() else { return Ok(None) };
        let refused = match c {
            '\t' | '\n' => false,
            '\r' => !rest.starts_with("\r\n"),
            c => c.is_ascii_control(),
        };
        match refused {
            true => {
                let words = format!("TOML files cannot contain control characters: '0x{:02x}'", c as u32);
                Err(self.fault(self.line, self.at, &words))
            }
            false => Ok(Some(c)),
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<char>, SyntaxError> {
        let next = self.peek()?;
        if let Some(c) = next {
            self.pass(c);
        }
        Ok(next)
    }

    /// Passes the next character, which is this one.
    pub(super) fn pass(&mut self, c: char) {
        self.at += c.len_utf8();
        self.line += u32::from(c == '\n');
    }

    /// Passes this character, if it is the next.
    pub(super) fn accept(&mut self, wanted: char) -> Result<bool, SyntaxError> {
        let found = self.peek()? == Some(wanted);
        if found {
            self.pass(wanted);
        }
        Ok(found)
    }

    pub(super) fn skip_while(&mut self, wanted: impl Fn(char) -> bool) -> Result<(), SyntaxError> {
        while let Some(c) = self.peek()?.filter(|c| wanted(*c)) {
            self.pass(c);
        }
        Ok(())
    }

    pub(super) fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        self.skip_while(|c| matches!(c, ' ' | '\t'))
    }

    /// Passes blanks, line breaks and comments.
    pub(super) fn skip_lines(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.skip_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))?;
            if self.peek()? != Some('#') {
                return Ok(());
            }
            self.skip_comment()?;
        }
    }

    pub(super) fn skip_comment(&mut self) -> Result<(), SyntaxError> {
        self.skip_while(|c| !matches!(c, '\r' | '\n'))
    }

    /// A fault at a byte, with the line that Go's library would name.
    pub(super) fn fault(&self, line: u32, byte: usize, words: &str) -> SyntaxError {
        let key = match (&*self.current_key, self.tables.written(self.context)) {
            ("", context) => context,
            (key, context) if context.is_empty() => key.to_owned(),
            (key, context) => format!("{context}.{key}"),
        };
        let says = match key.is_empty() {
            true => format!("toml: line {line}: {words}"),
            false => format!("toml: line {line} (last key {}): {words}", golang::quote(&key)),
        };
        SyntaxError { says: Some(says), ..error_at(self.source, byte, words) }
    }

    /// A fault of what is next, which Go's library has only looked at.
    pub(super) fn fault_ahead(&self, words: &str) -> SyntaxError {
        self.fault(self.line, self.at, words)
    }

    /// A fault of the character that is next, which Go's library has passed: at a line's end it counts the next line.
    pub(super) fn fault_behind(&self, words: &str) -> SyntaxError {
        let line = match self.source[self.at..].chars().next() {
            Some(c) => self.line + u32::from(c == '\n'),
            None => self.line - u32::from(self.source[..self.at].ends_with('\n')),
        };
        self.fault(line, self.at, words)
    }

    pub(super) fn too_deep(&self, byte: usize) -> SyntaxError {
        error_at(self.source, byte, format!("more than {} levels are not read", super::DEEPEST))
    }
}

/// A character as Go writes it in quotes; at the end of the text there is none.
pub(super) fn quoted_char(c: Option<char>) -> String {
    match c {
        None => r"'\x00'".into(),
        Some('\'') => r"'\''".into(),
        Some('"') => "'\"'".into(),
        Some(c) => format!("'{}'", golang::escaped(c)),
    }
}

/// What a quoted key needs escapes for.
pub(super) fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        c if c.is_ascii_control() => format!("\\u{:04x}", c as u32),
        c => c.into(),
    };
    text.chars().map(escape).collect()
}
