//! Go's scanner.

use super::token::Token;
use crate::golang::code_point;
use std::ops::Range;

/// Cuts a text into words, and notes what Go's scanner complains of.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line_can_end: bool,
    /// Complaints of characters that Go takes nowhere, the last first, until it comes upon them.
    ahead: Vec<(usize, String)>,
    /// Where, and what.
    pub(super) errors: Vec<(usize, String)>,
}

const BYTE_ORDER_MARK: char = '\u{feff}';

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        let at = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        // Go complains of these wherever they stand
        let ahead = text[at..].char_indices().filter_map(|(i, c)| match c {
            '\0' => Some((at + i, "illegal character NUL".to_owned())),
            BYTE_ORDER_MARK => Some((at + i, "illegal byte order mark".to_owned())),
            _ => None,
        });
        let mut ahead: Vec<_> = ahead.collect();
        ahead.reverse();
        Scanner { text, at, line_can_end: false, ahead, errors: Vec::new() }
    }

    /// The next word, and where it stands.
    pub(super) fn next(&mut self) -> (Token, Range<usize>) {
        let next = self.scan();
        // Go has read one character ahead
        while let Some(error) = self.ahead.pop_if(|(at, _)| *at <= self.at) {
            self.errors.push(error);
        }
        next
    }

    fn scan(&mut self) -> (Token, Range<usize>) {
        if let Some(at) = self.skip_blanks() {
            self.line_can_end = false;
            return (Token::Newline, at..at);
        }
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            // Go ends the last line, too
            let token = if std::mem::take(&mut self.line_can_end) { Token::Newline } else { Token::End };
            return (token, start..start);
        };
        let second = rest[first.len_utf8()..].chars().next();
        let token = match first {
            '_' => self.name(),
            c if c.is_alphabetic() => self.name(),
            '0'..='9' => self.number(),
            '.' if second.is_some_and(|c| c.is_ascii_digit()) => self.number(),
            '`' => self.raw_string(),
            '"' => self.string(),
            '\'' => self.character(),
            c => match Token::operator(rest) {
                Some(operator) => {
                    self.at += operator.len();
                    Token::Word(operator)
                }
                None => {
                    self.at += c.len_utf8();
                    match c {
                        BYTE_ORDER_MARK => {}
                        '“' | '”' => {
                            self.error(start, format!("curly quotation mark '{c}' (use neutral '\"')"));
                        }
                        c => self.error(start, format!("illegal character {}", code_point(c))),
                    }
                    Token::Illegal
                }
            },
        };
        if token != Token::Illegal {
            self.line_can_end = token.can_end_line();
        }
        (token, start..self.at)
    }

    fn error(&mut self, at: usize, message: impl Into<String>) {
        self.errors.push((at, message.into()));
    }

    /// Skips blanks and comments; where a line ends that can end, its end.
    fn skip_blanks(&mut self) -> Option<usize> {
        loop {
            let rest = &self.text[self.at..];
            if rest.starts_with([' ', '\t', '\r']) || rest.starts_with('\n') && !self.line_can_end {
                self.at += 1;
            } else if rest.starts_with('\n') {
                self.at += 1;
                return Some(self.at - 1);
            } else if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let start = self.at;
                let length = comment.find("*/").map_or(rest.len(), |end| end + 4);
                if !rest[..length].ends_with("*/") || length < 4 {
                    self.error(start, "comment not terminated");
                }
                self.at += length;
                if let Some(newline) = rest[..length].find('\n').filter(|_| self.line_can_end) {
                    return Some(start + newline);
                }
            } else {
                return None;
            }
        }
    }

    fn name(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let length = rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len());
        self.at += length;
        Token::of_name(&rest[..length])
    }

    /// Goes past digits and `_`; says whether there was a digit, and notes the first that is too large.
    fn digits(&mut self, radix: u32, too_large: &mut Option<usize>) -> bool {
        let rest = &self.text[self.at..];
        // Go takes all decimal digits, and complains later of those that are too large
        let length = rest.find(|c: char| c != '_' && !c.is_digit(radix.max(10))).unwrap_or(rest.len());
        let large = rest[..length].find(|c: char| c != '_' && !c.is_digit(radix));
        *too_large = too_large.or(large.map(|at| self.at + at));
        self.at += length;
        rest[..length].bytes().any(|b| b != b'_')
    }

    fn number(&mut self) -> Token {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let is_zero = bytes.get(start) == Some(&b'0');
        let prefix = bytes.get(start + 1).map(u8::to_ascii_lowercase).filter(|_| is_zero);
        let (radix, name) = match prefix {
            Some(b'x') => (16, "hexadecimal literal"),
            Some(b'o') => (8, "octal literal"),
            Some(b'b') => (2, "binary literal"),
            _ if is_zero => (8, "octal literal"),
            _ => (10, "decimal literal"),
        };
        let prefixed = matches!(prefix, Some(b'x' | b'o' | b'b'));
        if prefixed {
            self.at += 2;
        }
        let (mut token, mut too_large) = (Token::Int, None);
        let mut has_digits = self.digits(radix, &mut too_large);
        if self.text[self.at..].starts_with('.') {
            token = Token::Float;
            if prefixed && radix != 16 {
                self.error(self.at, format!("invalid radix point in {name}"));
            }
            self.at += 1;
            has_digits |= self.digits(radix, &mut too_large);
        }
        if !has_digits {
            self.error(self.at, format!("{name} has no digits"));
        }
        if let Some(letter @ ('e' | 'E' | 'p' | 'P')) = self.text[self.at..].chars().next() {
            let is_decimal = letter.eq_ignore_ascii_case(&'e');
            if is_decimal && prefixed {
                self.error(self.at, format!("'{letter}' exponent requires decimal mantissa"));
            } else if !is_decimal && radix != 16 {
                self.error(self.at, format!("'{letter}' exponent requires hexadecimal mantissa"));
            }
            self.at += 1;
            token = Token::Float;
            if self.text[self.at..].starts_with(['+', '-']) {
                self.at += 1;
            }
            if !self.digits(10, &mut None) {
                self.error(self.at, "exponent has no digits");
            }
        } else if radix == 16 && token == Token::Float {
            self.error(self.at, "hexadecimal mantissa requires a 'p' exponent");
        }
        if self.text[self.at..].starts_with('i') {
            self.at += 1;
            token = Token::Imaginary;
        }
        if let (Token::Int, Some(at)) = (token, too_large) {
            let digit = &self.text[at..=at];
            self.error(at, format!("invalid digit '{digit}' in {name}"));
        }
        let text = &self.text[start..self.at];
        if let Some(at) = wrong_separator(text, prefixed) {
            self.error(start + at, "'_' must separate successive digits");
        }
        token
    }

    fn raw_string(&mut self) -> Token {
        let start = self.at;
        match self.text[start + 1..].find('`') {
            Some(end) => self.at = start + end + 2,
            None => {
                self.at = self.text.len();
                self.error(start, "raw string literal not terminated");
            }
        }
        Token::Text
    }

    fn string(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        loop {
            match self.text[self.at..].chars().next() {
                None | Some('\n') => {
                    self.error(start, "string literal not terminated");
                    break;
                }
                Some('"') => {
                    self.at += 1;
                    break;
                }
                Some('\\') => {
                    self.escape('"');
                }
                Some(c) => self.at += c.len_utf8(),
            }
        }
        Token::Text
    }

    fn character(&mut self) -> Token {
        let start = self.at;
        self.at += 1;
        let (mut valid, mut count) = (true, 0);
        loop {
            match self.text[self.at..].chars().next() {
                None | Some('\n') => {
                    // only one error for one literal
                    if valid {
                        self.error(start, "rune literal not terminated");
                        valid = false;
                    }
                    break;
                }
                Some('\'') => {
                    self.at += 1;
                    break;
                }
                Some('\\') => {
                    count += 1;
                    valid &= self.escape('\'');
                }
                Some(c) => {
                    count += 1;
                    self.at += c.len_utf8();
                }
            }
        }
        if valid && count != 1 {
            self.error(start, "illegal rune literal");
        }
        Token::Char
    }

    /// Goes past an escape sequence; says whether it is one.
    fn escape(&mut self, quote: char) -> bool {
        let start = self.at;
        self.at += 1;
        let Some(kind) = self.text[self.at..].chars().next() else {
            self.error(start + 1, "escape sequence not terminated");
            return false;
        };
        let (digits, radix, max) = match kind {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => (0, 0, 0),
            c if c == quote => (0, 0, 0),
            '0'..='7' => (3, 8, 255),
            'x' => (2, 16, 255),
            'u' => (4, 16, 0x10_ffff),
            'U' => (8, 16, 0x10_ffff),
            _ => {
                self.error(start + 1, "unknown escape sequence");
                return false;
            }
        };
        if radix != 8 {
            self.at += kind.len_utf8();
        }
        let mut value: u32 = 0;
        for _ in 0..digits {
            let digit = self.text[self.at..].chars().next();
            match digit.and_then(|c| c.to_digit(radix)) {
                Some(d) => {
                    value = value.saturating_mul(radix).saturating_add(d);
                    self.at += 1;
                }
                None => {
                    let message = match digit {
                        Some(c) => format!("illegal character {} in escape sequence", code_point(c)),
                        None => "escape sequence not terminated".to_owned(),
                    };
                    self.error(self.at, message);
                    return false;
                }
            }
        }
        if value > max || (0xd800..0xe000).contains(&value) {
            self.error(start + 1, "escape sequence is invalid Unicode code point");
            return false;
        }
        true
    }
}

/// Where in a number a `_` stands that is not between two digits; a prefix such as `0x` counts as a digit.
fn wrong_separator(text: &str, prefixed: bool) -> Option<usize> {
    let radix = if prefixed && text[1..].starts_with(['x', 'X']) { 16 } else { 10 };
    let mut last = if prefixed { '0' } else { '.' };
    for (at, c) in text.char_indices().skip(if prefixed { 2 } else { 0 }) {
        let (kind, wrong) = match c {
            '_' => ('_', (last != '0').then_some(at)),
            c if c.is_digit(radix) => ('0', None),
            _ => ('.', (last == '_').then(|| at - 1)),
        };
        if wrong.is_some() {
            return wrong;
        }
        last = kind;
    }
    (last == '_').then(|| text.len() - 1)
}
