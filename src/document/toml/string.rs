//! TOML's four kinds of strings.

use super::SyntaxError;
use super::statement::Parser;

impl<'s> Parser<'s> {
    /// The string that starts here, as a value: in three quotes it may have several lines.
    pub(super) fn string_value(&mut self, quote: char) -> Result<String, SyntaxError> {
        self.next()?;
        if self.accept(quote)? {
            if self.accept(quote)? {
                return if quote == '"' { self.lines() } else { self.raw_lines() };
            }
            return Ok(String::new());
        }
        self.string_rest(quote)
    }

    /// The string that starts here, on one line.
    pub(super) fn string(&mut self, quote: char) -> Result<String, SyntaxError> {
        self.next()?;
        self.string_rest(quote)
    }

    fn string_rest(&mut self, quote: char) -> Result<String, SyntaxError> {
        self.string_start = self.at;
        let mut text = String::new();
        let mut wrong = None;
        loop {
            match self.peek()? {
                None => return Err(self.unclosed(&quote.to_string())),
                // Of `\r\n` Go's library has passed one character only, and counts a line too few.
                Some(c @ ('\r' | '\n')) => {
                    let line = self.line - u32::from(c == '\r');
                    return Err(self.fault(line, self.at, "strings cannot contain newlines"));
                }
                Some('\\') if quote == '"' => self.escape(&mut text, &mut wrong)?,
                Some(c) if c == quote => break,
                Some(c) => {
                    text.push(c);
                    self.pass(c);
                }
            }
        }
        self.end(wrong)?;
        self.next()?;
        Ok(text)
    }

    /// Behind `"""`.
    fn lines(&mut self) -> Result<String, SyntaxError> {
        let mut text = String::new();
        let mut wrong = None;
        self.string_start = self.at;
        self.skip_first_break()?;
        loop {
            match self.peek()? {
                None => return Err(self.unclosed("\"\"\"")),
                Some('\\') => {
                    let rest = &self.source[self.at + 1..];
                    let text_from = rest.trim_start_matches([' ', '\t', '\r', '\n']);
                    let blanks = &rest[..rest.len() - text_from.len()];
                    if blanks.contains('\n') {
                        self.next()?;
                        self.skip_while(|c| matches!(c, ' ' | '\t' | '\r' | '\n'))?;
                    } else {
                        self.escape(&mut text, &mut wrong)?;
                    }
                }
                Some('"') => {
                    if self.closes('"', &mut text)? {
                        self.end(wrong)?;
                        self.skip_quotes()?;
                        return Ok(text);
                    }
                }
                Some(c) => {
                    text.push(c);
                    self.pass(c);
                }
            }
        }
    }

    /// Behind `'''`.
    fn raw_lines(&mut self) -> Result<String, SyntaxError> {
        let mut text = String::new();
        self.skip_first_break()?;
        loop {
            match self.peek()? {
                None => return Err(self.unclosed("'''")),
                Some('\'') => {
                    if self.closes('\'', &mut text)? {
                        self.skip_quotes()?;
                        return Ok(text);
                    }
                }
                Some(c) => {
                    text.push(c);
                    self.pass(c);
                }
            }
        }
    }

    /// A line break right behind the quotes is not part of the text.
    fn skip_first_break(&mut self) -> Result<(), SyntaxError> {
        if self.peek()? == Some('\r') {
            self.next()?;
        }
        if self.peek()? == Some('\n') {
            self.next()?;
        }
        Ok(())
    }

    /// Whether the three quotes that close a text are next. One or two more before them are part of the text.
    fn closes(&mut self, quote: char, text: &mut String) -> Result<bool, SyntaxError> {
        let quotes = self.source[self.at..].chars().take_while(|c| *c == quote).count();
        let ahead = self.source[self.at + quotes..].chars().next();
        if quotes > 5 {
            let mut words = format!("unexpected '{}'", "\"".repeat(6));
            if quote == '\'' {
                words = format!("unexpected \"{}\"", "'".repeat(6));
            }
            return Err(self.fault_ahead(&words));
        }
        let extra = if quotes < 3 { quotes } else { quotes - 3 };
        for _ in 0..extra {
            text.push(quote);
            self.next()?;
        }
        // The library looks at what follows three quotes.
        if quotes >= 3 && ahead.is_some() {
            let here = self.at;
            self.at += 3;
            let seen = self.peek();
            self.at = here;
            seen?;
        }
        Ok(quotes >= 3)
    }

    fn skip_quotes(&mut self) -> Result<(), SyntaxError> {
        for _ in 0..3 {
            self.next()?;
        }
        Ok(())
    }

    fn unclosed(&self, quotes: &str) -> SyntaxError {
        let marks = if quotes.starts_with('"') { "'" } else { "\"" };
        self.fault_behind(&format!("unexpected EOF; expected {marks}{quotes}{marks}"))
    }

    /// What is wrong with an escape although it has the right form is said at the end of the text.
    fn end(&self, wrong: Option<String>) -> Result<(), SyntaxError> {
        match wrong {
            Some(words) => Err(self.fault_ahead(&words)),
            None => Ok(()),
        }
    }

    fn escape(&mut self, text: &mut String, wrong: &mut Option<String>) -> Result<(), SyntaxError> {
        self.next()?;
        let start = self.at;
        let c = self.peek()?;
        let simple = match c {
            Some('b') => '\u{8}',
            Some('t') => '\t',
            Some('n') => '\n',
            Some('f') => '\u{c}',
            Some('r') => '\r',
            Some('e') => '\u{1b}',
            Some(c @ ('"' | '\\')) => c,
            Some(c @ (' ' | '\t')) => {
                wrong.get_or_insert_with(|| format!("invalid escape: '\\{c}'"));
                c
            }
            Some('x') => return self.code(2, "two hexadecimal digits after '\\x'", text, wrong),
            Some('u') => return self.code(4, "four hexadecimal digits after '\\u'", text, wrong),
            Some('U') => return self.code(8, "eight hexadecimal digits after '\\U'", text, wrong),
            Some(c) => {
                let words = format!("invalid escape in string '\\{c}'");
                return Err(self.fault(self.line + u32::from(c == '\n'), start - 1, &words));
            }
            None => return Err(self.fault(self.line - 1, start - 1, "invalid escape in string '\\\u{0}'")),
        };
        self.next()?;
        text.push(simple);
        Ok(())
    }

    fn code(
        &mut self,
        digits: usize,
        what: &str,
        text: &mut String,
        wrong: &mut Option<String>,
    ) -> Result<(), SyntaxError> {
        self.next()?;
        let start = self.at;
        for _ in 0..digits {
            let c = self.peek()?;
            if !c.is_some_and(|c| c.is_ascii_hexdigit()) {
                // The words name the whole string up to here.
                let end = self.at + c.map_or(0, char::len_utf8);
                let seen = crate::golang::quote(&self.source[self.string_start..end]);
                return Err(self.fault_behind(&format!("expected {what}, but got {seen} instead")));
            }
            self.next()?;
        }
        let written = &self.source[start..self.at];
        match u32::from_str_radix(written, 16).ok().and_then(char::from_u32) {
            Some(c) => text.push(c),
            None => {
                wrong.get_or_insert_with(|| format!("Escaped character '\\u{written}' is not valid UTF-8."));
            }
        }
        Ok(())
    }
}
