//! The words of a rule, cut as Go's scanner cuts them.

use super::RuleError;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, not yet known to be a matcher's.
    Name,
    /// A string in backticks or double quotes, decoded.
    Text(String),
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
    Ellipsis,
    /// A line break where Go would put a semicolon: the rule has to end here.
    Newline,
    End,
    /// What no rule can hold. Its span is one character.
    Other,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
    /// After a name, a string or `)`, a line break is a token; elsewhere it is a blank.
    line_can_end: bool,
}

/// Go's scanner refuses these even inside strings and comments.
const NOWHERE: [char; 2] = ['\0', BYTE_ORDER_MARK];
const BYTE_ORDER_MARK: char = '\u{feff}';

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Result<Lexer<'a>, RuleError> {
        // at the very start Go takes a byte order mark for one
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        match text[start..].char_indices().find(|(_, c)| NOWHERE.contains(c)) {
            None => Ok(Lexer { text, at: start, line_can_end: false }),
            Some((i, c)) => {
                let (what, span) =
                    (if c == '\0' { "NUL" } else { "byte order mark" }, start + i..start + i + c.len_utf8());
                Err(error(span, format!("the rule holds a {what} character (Traefik: illegal {what})"), None))
            }
        }
    }

    /// The next token and where it stands.
    pub(super) fn next(&mut self) -> Result<(Token, Range<usize>), RuleError> {
        if let Some(newline) = self.skip_blanks()? {
            self.line_can_end = false;
            return Ok((Token::Newline, newline));
        }
        let (start, rest) = (self.at, &self.text[self.at..]);
        let Some(first) = rest.chars().next() else {
            return Ok((Token::End, start..start));
        };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            ',' => (Token::Comma, 1),
            '!' if !rest.starts_with("!=") => (Token::Not, 1),
            '&' if rest.starts_with("&&") => (Token::And, 2),
            '|' if rest.starts_with("||") => (Token::Or, 2),
            '.' if rest.starts_with("...") => (Token::Ellipsis, 3),
            '`' => raw_string(rest, start)?,
            '"' => string(rest, start)?,
            c if c == '_' || c.is_alphabetic() => {
                let name = |c: char| c == '_' || c.is_alphanumeric();
                (Token::Name, rest.find(|c| !name(c)).unwrap_or(rest.len()))
            }
            c => (Token::Other, c.len_utf8()),
        };
        self.at += length;
        self.line_can_end = matches!(token, Token::Name | Token::Text(_) | Token::Close);
        Ok((token, start..self.at))
    }

    /// Skips blanks and comments, up to the line break that is a token, if one comes.
    fn skip_blanks(&mut self) -> Result<Option<Range<usize>>, RuleError> {
        loop {
            let (start, rest) = (self.at, &self.text[self.at..]);
            let length = if rest.starts_with([' ', '\t', '\r', '\n']) {
                1
            } else if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let end = comment.find("*/").ok_or_else(|| {
                    error(start..self.text.len(), "this comment has no end (Traefik: comment not terminated)", None)
                })?;
                end + 4
            } else {
                return Ok(None);
            };
            self.at += length;
            if self.line_can_end && rest[..length].contains('\n') {
                return Ok(Some(start..self.at));
            }
        }
    }
}

fn raw_string(rest: &str, start: usize) -> Result<(Token, usize), RuleError> {
    let end = rest[1..].find('`').ok_or_else(|| {
        error(
            start..start + rest.len(),
            "this string has no closing backtick (Traefik: raw string literal not terminated)",
            None,
        )
    })?;
    // Go drops carriage returns from raw strings
    Ok((Token::Text(rest[1..=end].replace('\r', "")), end + 2))
}

fn string(rest: &str, start: usize) -> Result<(Token, usize), RuleError> {
    let mut value = Vec::new();
    let mut at = 1;
    loop {
        match rest.as_bytes().get(at) {
            None | Some(b'\n') => {
                return Err(error(
                    start..start + at,
                    "this string has no closing double quote (Traefik: string literal not terminated)",
                    None,
                ));
            }
            Some(b'"') => break,
            Some(b'\\') => {
                let length = escape(&rest[at..], &mut value).ok_or_else(|| {
                    let end = rest[at + 1..].chars().next().map_or(1, |c| 1 + c.len_utf8());
                    let message =
                        "this escape sequence does not exist in double quotes (Traefik: unknown escape sequence)";
                    let hint = "between backticks a backslash is only a backslash: `\\.`".to_owned();
                    error(start + at..start + at + end, message, Some(hint))
                })?;
                at += length;
            }
            Some(byte) => {
                value.push(*byte);
                at += 1;
            }
        }
    }
    let value = String::from_utf8(value)
        .map_err(|_| error(start..start + at + 1, "the bytes escaped in this string are not UTF-8", None))?;
    Ok((Token::Text(value), at + 1))
}

/// Decodes the escape sequence that `text` begins with, and tells its length.
fn escape(text: &str, value: &mut Vec<u8>) -> Option<usize> {
    let kind = *text.as_bytes().get(1)?;
    let number = |from: usize, length: usize, radix: u32| {
        let digits = text.get(from..from + length)?;
        // from_str_radix would take a sign
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok())?
    };
    let simple = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0c,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0b,
        b'\\' | b'"' => kind,
        b'x' => {
            value.push(u8::try_from(number(2, 2, 16)?).ok()?);
            return Some(4);
        }
        b'0'..=b'7' => {
            value.push(u8::try_from(number(1, 3, 8)?).ok()?);
            return Some(4);
        }
        b'u' | b'U' => {
            let length = if kind == b'u' { 4 } else { 8 };
            let c = char::from_u32(number(2, length, 16)?)?;
            value.extend(c.encode_utf8(&mut [0; 4]).bytes());
            return Some(2 + length);
        }
        _ => return None,
    };
    value.push(simple);
    Some(2)
}

pub(super) fn error(span: Range<usize>, message: impl Into<String>, hint: Option<String>) -> RuleError {
    RuleError { span, message: message.into(), hint, says: String::new(), says_for_tls: None, read: None }
}
