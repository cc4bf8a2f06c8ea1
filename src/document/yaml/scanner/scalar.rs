//! Scalars: plain, quoted, block.

use super::{Fault, Mark, Scanner, Style, TokenKind};

/// The line breaks between two parts of a text.
#[derive(Default)]
struct Fold<'s> {
    first: Option<&'s str>,
    more: String,
}

impl<'s> Fold<'s> {
    fn add(&mut self, line_break: &'s str) {
        match self.first {
            None => self.first = Some(line_break),
            Some(_) => self.more.push_str(line_break),
        }
    }

    /// One line break is a space, more are one less.
    fn into(self, text: &mut String) {
        match self.first {
            Some("\n") if self.more.is_empty() => text.push(' '),
            Some("\n") => text.push_str(&self.more),
            Some(other) => {
                text.push_str(other);
                text.push_str(&self.more);
            }
            None => text.push_str(&self.more),
        }
    }
}

impl<'s> Scanner<'s> {
    pub(super) fn plain(&mut self) -> Result<(), Fault> {
        let (start, indent) = (self.cursor.mark, self.indent + 1);
        let mut end = start;
        // Only of a text on several lines is there a copy.
        let mut text: Option<String> = None;
        let mut part = start.at();
        let mut fold: Option<Fold> = None;
        while !self.cursor.is_document_indicator() && self.cursor.peek(0) != b'#' {
            let word = self.cursor.mark;
            while !self.cursor.is_space_or_end(0) && !self.ends_plain() {
                self.cursor.skip();
            }
            if self.cursor.mark != word {
                if let Some(fold) = fold.take() {
                    let text = text.get_or_insert_default();
                    text.push_str(&self.cursor.source[part..end.at()]);
                    fold.into(text);
                    part = word.at();
                }
                end = self.cursor.mark;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            loop {
                if self.cursor.is_break(0) {
                    fold.get_or_insert_default().add(self.cursor.skip_break());
                } else if !self.cursor.is_blank(0) {
                    break;
                } else if fold.is_some() && self.cursor.peek(0) == b'\t' && self.column() < indent {
                    let fault = self.fault(start, "found a tab character that violates indentation");
                    return Err(fault);
                } else {
                    self.cursor.skip();
                }
            }
            if !self.is_flow() && self.column() < indent {
                break;
            }
        }
        if let Some(text) = &mut text {
            text.push_str(&self.cursor.source[part..end.at()]);
        }
        self.simple_key_allowed |= fold.is_some();
        self.push(TokenKind::Scalar(Style::Plain, text.map(String::into_boxed_str)), start);
        if let Some(token) = self.tokens.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    fn column(&self) -> i64 {
        i64::from(self.cursor.mark.column)
    }

    fn ends_plain(&self) -> bool {
        match self.cursor.peek(0) {
            b':' => self.cursor.is_space_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => self.is_flow(),
            _ => false,
        }
    }

    pub(super) fn quoted(&mut self, quote: u8) -> Result<(), Fault> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let mut text = String::new();
        loop {
            if self.cursor.is_document_indicator() {
                return Err(self.fault(start, "found unexpected document indicator").shown_at(start));
            }
            if self.cursor.is_end() {
                return Err(self.fault(start, "found unexpected end of stream").shown_at(start));
            }
            let escaped_break = self.quoted_word(quote, start, &mut text)?;
            if self.cursor.peek(0) == quote {
                break;
            }
            let blanks = self.cursor.mark.at();
            let mut fold = escaped_break.then(Fold::default);
            while self.cursor.is_blank(0) || self.cursor.is_break(0) {
                match self.cursor.is_break(0) {
                    true if escaped_break => {
                        let more = self.cursor.skip_break();
                        fold.get_or_insert_default().more.push_str(more);
                    }
                    true => fold.get_or_insert_default().add(self.cursor.skip_break()),
                    false => self.cursor.skip(),
                }
            }
            match fold {
                Some(fold) => fold.into(&mut text),
                None => text.push_str(&self.cursor.source[blanks..self.cursor.mark.at()]),
            }
        }
        self.cursor.skip();
        self.push(TokenKind::Scalar(Style::Quoted, Some(text.into())), start);
        Ok(())
    }

    /// Up to a blank, a line break or the closing quote; gives whether a backslash at a line's end has been passed.
    fn quoted_word(&mut self, quote: u8, start: Mark, text: &mut String) -> Result<bool, Fault> {
        let mut from = self.cursor.mark.at();
        let mut escaped_break = false;
        while !self.cursor.is_space_or_end(0) {
            let here = self.cursor.mark.at();
            let (byte, next) = (self.cursor.peek(0), self.cursor.peek(1));
            if byte == b'\'' && quote == byte && next == byte {
                text.push_str(&self.cursor.source[from..=here]);
                self.cursor.skip_bytes(2);
                from = self.cursor.mark.at();
            } else if byte == quote {
                break;
            } else if byte == b'\\' && quote == b'"' {
                text.push_str(&self.cursor.source[from..here]);
                if self.cursor.is_break(1) {
                    self.cursor.skip();
                    self.cursor.skip_break();
                    escaped_break = true;
                } else {
                    text.push(self.escape(start)?);
                }
                from = self.cursor.mark.at();
                if escaped_break {
                    break;
                }
            } else {
                self.cursor.skip();
            }
        }
        text.push_str(&self.cursor.source[from..self.cursor.mark.at()]);
        Ok(escaped_break)
    }

    fn escape(&mut self, start: Mark) -> Result<char, Fault> {
        let digits = match self.cursor.peek(1) {
            b'x' => 2,
            b'u' => 4,
            b'U' => 8,
            _ => 0,
        };
        let simple = match self.cursor.peek(1) {
            b'0' => '\0',
            b'a' => '\x07',
            b'b' => '\x08',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\x0b',
            b'f' => '\x0c',
            b'r' => '\r',
            b'e' => '\x1b',
            b'N' => '\u{85}',
            b'_' => '\u{a0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            byte @ (b' ' | b'"' | b'\'' | b'\\') => char::from(byte),
            _ if digits > 0 => '\0',
            _ => return Err(self.fault(start, "found unknown escape character")),
        };
        self.cursor.skip_bytes(2);
        if digits == 0 {
            return Ok(simple);
        }
        let mut code = 0u32;
        for ahead in 0..digits {
            match char::from(self.cursor.peek(ahead)).to_digit(16) {
                Some(digit) => code = code << 4 | digit,
                None => return Err(self.fault(start, "did not find expected hexdecimal number")),
            }
        }
        let Some(c) = char::from_u32(code) else {
            return Err(self.fault(start, "found invalid Unicode character escape code"));
        };
        self.cursor.skip_bytes(digits);
        Ok(c)
    }

    pub(super) fn block_scalar(&mut self, literal: bool) -> Result<(), Fault> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let (chomping, increment) = self.block_header(start)?;
        let mut text = String::new();
        let mut end = self.cursor.mark;
        self.cursor.skip_break();
        let mut indent = increment.map(|increment| self.indent.max(0) + i64::from(increment));
        let mut breaks = String::new();
        let mut kept_end = self.block_breaks(&mut indent, &mut breaks, start)?;
        let (mut line_break, mut was_blank) = ("", false);
        while Some(self.column()) == indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank(0);
            if !literal && !was_blank && !blank && line_break == "\n" {
                if breaks.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(line_break);
            }
            text.push_str(&breaks);
            breaks.clear();
            was_blank = blank;
            let line = self.cursor.mark.at();
            self.cursor.skip_to_line_end();
            text.push_str(&self.cursor.source[line..self.cursor.mark.at()]);
            end = self.cursor.mark;
            line_break = self.cursor.skip_break();
            kept_end = self.block_breaks(&mut indent, &mut breaks, start)?;
        }
        if chomping != Some(b'-') {
            text.push_str(line_break);
        }
        if chomping == Some(b'+') {
            text.push_str(&breaks);
            end = kept_end;
        }
        self.push(TokenKind::Scalar(Style::Literal, Some(text.into())), start);
        if let Some(token) = self.tokens.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    /// What to do with the line breaks at the end, and the indentation where it is given; up to the line's end.
    fn block_header(&mut self, start: Mark) -> Result<(Option<u8>, Option<u8>), Fault> {
        let (mut chomping, mut increment) = (None, None);
        for _ in 0..2 {
            match self.cursor.peek(0) {
                byte @ (b'+' | b'-') if chomping.is_none() => chomping = Some(byte),
                b'0' if increment.is_none() => {
                    return Err(self.fault(start, "found an indentation indicator equal to 0"));
                }
                byte @ b'1'..=b'9' if increment.is_none() => increment = Some(byte - b'0'),
                _ => break,
            }
            self.cursor.skip();
        }
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_to_line_end();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.fault(start, "did not find expected comment or line break"));
        }
        Ok((chomping, increment))
    }

    /// Passes the lines without text, and finds the indentation by them and the next one; gives where they end.
    fn block_breaks(&mut self, indent: &mut Option<i64>, breaks: &mut String, start: Mark) -> Result<Mark, Fault> {
        let mut end = self.cursor.mark;
        let mut widest = 0;
        loop {
            let inside = |column: i64| indent.is_none_or(|indent| column < indent);
            while self.cursor.peek(0) == b' ' && inside(self.column()) {
                self.cursor.skip();
            }
            widest = widest.max(self.column());
            if self.cursor.peek(0) == b'\t' && inside(self.column()) {
                return Err(self.fault(start, "found a tab character where an indentation space is expected"));
            }
            if !self.cursor.is_break(0) {
                break;
            }
            breaks.push_str(self.cursor.skip_break());
            end = self.cursor.mark;
        }
        indent.get_or_insert(widest.max(self.indent + 1).max(1));
        Ok(end)
    }
}
