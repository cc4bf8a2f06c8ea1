//! YAML text to tokens, as Go's YAML library sees them: YAML 1.1 with that library's own additions and limits.
//!
//! A `key:` is known to be a key only when its colon is met. Until then every place where a key could have begun is
//! remembered, and the tokens since then wait; so does the library's parser, which is why a fault two tokens ahead is
//! reported before one in the structure here.

mod blank;
mod property;
mod scalar;
mod simple_key;

use super::Fault;
use super::Style;
use super::cursor::{Cursor, Mark};
use simple_key::SimpleKey;
use std::collections::VecDeque;

/// How deep collections may lie in one another.
const DEEPEST: usize = 10_000;

/// A token with its place.
#[derive(Debug, PartialEq)]
pub(super) struct Token<'s> {
    pub(super) kind: TokenKind<'s>,
    pub(super) start: Mark,
    pub(super) end: Mark,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'s> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    /// `%YAML 1.1`
    Version(u8, u8),
    /// `%TAG handle prefix`
    TagPrefix(&'s str, String),
    BlockSeqStart,
    BlockMapStart,
    BlockEnd,
    FlowSeqStart,
    FlowSeqEnd,
    FlowMapStart,
    FlowMapEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'s str),
    Anchor(&'s str),
    /// Handle (none for a tag that is whole) and the rest.
    Tag(&'s str, String),
    /// With its text where the bytes are not the text.
    Scalar(Style, Option<Box<str>>),
}

pub(super) struct Scanner<'s> {
    cursor: Cursor<'s>,
    tokens: VecDeque<Token<'s>>,
    /// How many tokens have been taken.
    taken: usize,
    /// Whether the first token need wait for no others.
    ready: bool,
    /// Columns of the open block collections; -1 where there is none.
    indent: i64,
    indents: Vec<i64>,
    simple_keys: Vec<SimpleKey>,
    simple_key_allowed: bool,
}

impl<'s> Scanner<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let mut scanner = Scanner {
            cursor: Cursor::new(source),
            tokens: VecDeque::new(),
            taken: 0,
            ready: false,
            indent: -1,
            indents: Vec::new(),
            simple_keys: Vec::new(),
            simple_key_allowed: true,
        };
        scanner.push_simple_key();
        scanner
    }

    /// The next token, which stays the next.
    pub(super) fn peek(&mut self) -> Result<&mut Token<'s>, Fault> {
        while !self.ready {
            self.ready = self.tokens.len() > 2 && !self.is_awaited()?;
            if !self.ready {
                let fetched = self.fetch();
                self.cursor.check_characters()?;
                fetched?;
            }
        }
        // There are at least three.
        Ok(&mut self.tokens[0])
    }

    /// Passes the next token.
    pub(super) fn skip(&mut self) {
        self.ready = false;
        self.taken += 1;
        self.tokens.pop_front();
    }

    fn push(&mut self, kind: TokenKind<'s>, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.mark });
    }

    /// Inserts a token before the one of a number.
    fn insert(&mut self, number: usize, kind: TokenKind<'s>, mark: Mark) {
        let at = number.checked_sub(self.taken).unwrap_or(self.tokens.len()).min(self.tokens.len());
        self.tokens.insert(at, Token { kind, start: mark, end: mark });
    }

    fn is_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    fn fault_here(&self, problem: &str) -> Fault {
        Fault::scanning(self.cursor.mark, self.cursor.mark, problem)
    }

    fn fault(&self, context: Mark, problem: &str) -> Fault {
        Fault::scanning(context, self.cursor.mark, problem)
    }

    fn fetch(&mut self) -> Result<(), Fault> {
        let before = self.cursor.mark;
        self.skip_to_token();
        let here = self.cursor.mark;
        self.unroll_indent(i64::from(here.column), before);
        if self.cursor.is_end() {
            return self.fetch_stream_end();
        }
        let byte = self.cursor.peek(0);
        if here.column == 0 && byte == b'%' {
            self.unroll_indent(-1, here);
            self.remove_simple_key()?;
            self.simple_key_allowed = false;
            return self.directive();
        }
        if self.cursor.is_document_indicator() {
            self.unroll_indent(-1, here);
            self.remove_simple_key()?;
            self.simple_key_allowed = false;
            self.cursor.skip_bytes(3);
            self.push(if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, here);
            return Ok(());
        }
        self.fetch_content(byte)?;
        if self.tokens.back().is_none_or(|token| token.kind != TokenKind::BlockEntry) {
            self.skip_line_comment();
        }
        Ok(())
    }

    fn fetch_content(&mut self, byte: u8) -> Result<(), Fault> {
        let spaced = self.cursor.is_space_or_end(1);
        match byte {
            b'[' => self.flow_start(TokenKind::FlowSeqStart),
            b'{' => self.flow_start(TokenKind::FlowMapStart),
            b']' => self.flow_end(TokenKind::FlowSeqEnd),
            b'}' => self.flow_end(TokenKind::FlowMapEnd),
            b',' => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.indicator(TokenKind::FlowEntry);
                Ok(())
            }
            b'-' if spaced => self.block_entry(),
            b'?' if spaced || self.is_flow() => self.key(),
            b':' if spaced || self.is_flow() => self.value(),
            b'*' | b'&' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.anchor(byte == b'*')
            }
            b'!' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.tag()
            }
            b'|' | b'>' if !self.is_flow() => {
                self.remove_simple_key()?;
                self.simple_key_allowed = true;
                self.block_scalar(byte == b'|')
            }
            b'\'' | b'"' => {
                self.save_simple_key()?;
                self.simple_key_allowed = false;
                self.quoted(byte)
            }
            b'-' | b'?' | b':' => self.fetch_plain(),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                Err(self.fault_here("found character that cannot start any token"))
            }
            _ => self.fetch_plain(),
        }
    }

    fn fetch_plain(&mut self) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        self.plain()
    }

    /// Passes one character, which is a token.
    fn indicator(&mut self, kind: TokenKind<'s>) {
        let start = self.cursor.mark;
        self.cursor.skip();
        self.push(kind, start);
    }

    fn fetch_stream_end(&mut self) -> Result<(), Fault> {
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.unroll_indent(-1, self.cursor.mark);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn roll_indent(&mut self, number: usize, kind: TokenKind<'s>, mark: Mark) -> Result<(), Fault> {
        let column = i64::from(mark.column);
        if self.is_flow() || self.indent >= column {
            return Ok(());
        }
        self.indents.push(std::mem::replace(&mut self.indent, column));
        if self.indents.len() > DEEPEST {
            let context = self.simple_keys.last().map_or(mark, |key| key.mark);
            return Err(self.fault(context, &format!("exceeded max depth of {DEEPEST}")));
        }
        self.insert(number, kind, mark);
        Ok(())
    }

    fn unroll_indent(&mut self, column: i64, mark: Mark) {
        while !self.is_flow() && self.indent > column {
            self.tokens.push_back(Token { kind: TokenKind::BlockEnd, start: mark, end: mark });
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn flow_start(&mut self, kind: TokenKind<'s>) -> Result<(), Fault> {
        self.save_simple_key()?;
        self.push_simple_key();
        if self.simple_keys.len() - 1 > DEEPEST {
            return Err(self.fault_here(&format!("exceeded max depth of {DEEPEST}")));
        }
        self.simple_key_allowed = true;
        self.indicator(kind);
        Ok(())
    }

    fn flow_end(&mut self, kind: TokenKind<'s>) -> Result<(), Fault> {
        self.remove_simple_key()?;
        if self.is_flow()
            && let Some(inner) = self.simple_keys.pop()
            && let Some(outer) = self.simple_keys.last_mut()
            && outer.number == inner.number
        {
            // Of empty brackets the library forgets that tokens wait for them.
            outer.awaited = false;
        }
        self.simple_key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn block_entry(&mut self) -> Result<(), Fault> {
        if !self.is_flow() {
            if !self.simple_key_allowed {
                return Err(self.fault_here("block sequence entries are not allowed in this context"));
            }
            self.roll_indent(self.next_number(), TokenKind::BlockSeqStart, self.cursor.mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.indicator(TokenKind::BlockEntry);
        Ok(())
    }

    fn key(&mut self) -> Result<(), Fault> {
        if !self.is_flow() {
            if !self.simple_key_allowed {
                return Err(self.fault_here("mapping keys are not allowed in this context"));
            }
            self.roll_indent(self.next_number(), TokenKind::BlockMapStart, self.cursor.mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = !self.is_flow();
        self.indicator(TokenKind::Key);
        Ok(())
    }

    fn value(&mut self) -> Result<(), Fault> {
        let level = self.simple_keys.len() - 1;
        if self.is_valid(level)? {
            let key = &mut self.simple_keys[level];
            (key.possible, key.awaited) = (false, false);
            let (number, mark) = (key.number, key.mark);
            self.insert(number, TokenKind::Key, mark);
            self.roll_indent(number, TokenKind::BlockMapStart, mark)?;
            self.simple_key_allowed = false;
        } else {
            if !self.is_flow() {
                if !self.simple_key_allowed {
                    return Err(self.fault_here("mapping values are not allowed in this context"));
                }
                self.roll_indent(self.next_number(), TokenKind::BlockMapStart, self.cursor.mark)?;
            }
            self.simple_key_allowed = !self.is_flow();
        }
        self.indicator(TokenKind::Value);
        Ok(())
    }
}
