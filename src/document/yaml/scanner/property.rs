//! Directives, anchors, aliases, tags.

use super::super::cursor::is_name;
use super::{Fault, Mark, Scanner, TokenKind};

impl<'s> Scanner<'s> {
    pub(super) fn directive(&mut self) -> Result<(), Fault> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.cursor.skip_name();
        if name.is_empty() {
            return Err(self.fault(start, "could not find expected directive name"));
        }
        if !self.cursor.is_space_or_end(0) {
            return Err(self.fault(start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_prefix(start)?,
            _ => return Err(self.fault(start, "found unknown directive name")),
        };
        let end = self.cursor.mark;
        self.cursor.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_to_line_end();
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.fault(start, "did not find expected comment or line break"));
        }
        self.cursor.skip_break();
        self.push(kind, start);
        if let Some(token) = self.tokens.back_mut() {
            token.end = end;
        }
        Ok(())
    }

    fn version(&mut self, start: Mark) -> Result<TokenKind<'s>, Fault> {
        self.cursor.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.fault(start, "did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        Ok(TokenKind::Version(major, self.version_number(start)?))
    }

    fn version_number(&mut self, start: Mark) -> Result<u8, Fault> {
        let mut number = None;
        for digits in 0.. {
            let byte = self.cursor.peek(0);
            match byte {
                b'0'..=b'9' if digits == 2 => {
                    return Err(self.fault(start, "found extremely long version number"));
                }
                b'0'..=b'9' => number = Some(number.unwrap_or(0) * 10 + byte - b'0'),
                _ => break,
            }
            self.cursor.skip();
        }
        number.ok_or_else(|| self.fault(start, "did not find expected version number"))
    }

    fn tag_prefix(&mut self, start: Mark) -> Result<TokenKind<'s>, Fault> {
        self.cursor.skip_blanks();
        let handle = self.tag_handle(start)?;
        if handle != "!" && !(handle.len() > 1 && handle.ends_with('!')) {
            return Err(self.fault(start, "did not find expected '!'"));
        }
        if !self.cursor.is_blank(0) {
            return Err(self.fault(start, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let prefix = self.tag_uri("", start)?;
        if !self.cursor.is_space_or_end(0) {
            return Err(self.fault(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagPrefix(handle, prefix))
    }

    pub(super) fn anchor(&mut self, alias: bool) -> Result<(), Fault> {
        let start = self.cursor.mark;
        self.cursor.skip();
        let name = self.cursor.skip_name();
        let ends = matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !(ends || self.cursor.is_space_or_end(0)) {
            return Err(self.fault(start, "did not find expected alphabetic or numeric character"));
        }
        self.push(if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Result<(), Fault> {
        let start = self.cursor.mark;
        let (handle, rest) = if self.cursor.peek(1) == b'<' {
            self.cursor.skip_bytes(2);
            let uri = self.tag_uri("", start)?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.fault(start, "did not find the expected '>'"));
            }
            self.cursor.skip();
            ("", uri)
        } else {
            match self.tag_handle(start)? {
                handle if handle.len() > 1 && handle.ends_with('!') => (handle, self.tag_uri("", start)?),
                head => match self.tag_uri(head, start)? {
                    rest if rest.is_empty() => ("", "!".into()),
                    rest => ("!", rest),
                },
            }
        };
        if !self.cursor.is_space_or_end(0) {
            return Err(self.fault(start, "did not find expected whitespace or line break"));
        }
        self.push(TokenKind::Tag(handle, rest), start);
        Ok(())
    }

    /// `!`, `!!`, `!name!`; or `!name`, of which the name is no handle.
    fn tag_handle(&mut self, start: Mark) -> Result<&'s str, Fault> {
        if self.cursor.peek(0) != b'!' {
            return Err(self.fault(start, "did not find expected '!'"));
        }
        let from = self.cursor.mark.at();
        self.cursor.skip();
        self.cursor.skip_name();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        }
        Ok(&self.cursor.source[from..self.cursor.mark.at()])
    }

    /// The rest of a tag; of `head` all but its `!` comes first.
    fn tag_uri(&mut self, head: &str, start: Mark) -> Result<String, Fault> {
        let mut uri: Vec<u8> = head.bytes().skip(1).collect();
        let from = self.cursor.mark;
        loop {
            match self.cursor.peek(0) {
                b'%' => self.uri_escapes(&mut uri, start)?,
                byte if is_name(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) => {
                    uri.push(byte);
                    self.cursor.skip();
                }
                _ => break,
            }
        }
        if head.is_empty() && self.cursor.mark == from {
            return Err(self.fault(start, "did not find expected tag URI"));
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// The escaped bytes of one character.
    fn uri_escapes(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), Fault> {
        let mut left = 0;
        loop {
            let digit = |ahead| char::from(self.cursor.peek(ahead)).to_digit(16);
            let octet = match (self.cursor.peek(0), digit(1), digit(2)) {
                (b'%', Some(high), Some(low)) => (high << 4 | low) as u8,
                _ => return Err(self.fault(start, "did not find URI escaped octet")),
            };
            left = match octet {
                _ if left > 0 && octet & 0xc0 != 0x80 => {
                    return Err(self.fault(start, "found an incorrect trailing UTF-8 octet"));
                }
                _ if left > 0 => left - 1,
                0..0x80 => 0,
                0xc0..0xe0 => 1,
                0xe0..0xf0 => 2,
                0xf0..0xf8 => 3,
                _ => return Err(self.fault(start, "found an incorrect leading UTF-8 octet")),
            };
            uri.push(octet);
            self.cursor.skip_bytes(3);
            if left == 0 {
                return Ok(());
            }
        }
    }
}
