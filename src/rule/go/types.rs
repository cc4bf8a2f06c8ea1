//! Types in Go expressions: read so that what is wrong in them is told in Go's words.

use super::parse::{MAX_DEPTH, Parser};
use super::token::Token;

impl Parser<'_> {
    pub(super) fn array_type(&mut self) {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.given_up = true;
        }
        self.advance();
        if !self.take("...") && !self.is("]") {
            self.binary(1);
        }
        if self.is(",") {
            self.error(self.span.start, "unexpected comma; expecting ]");
            self.advance();
        }
        self.expect(Token::Word("]"));
        self.type_name();
        self.depth -= 1;
    }

    pub(super) fn type_name(&mut self) {
        match self.token {
            Token::Name => {
                self.advance();
                if self.take(".") {
                    self.advance();
                }
            }
            Token::Word("[") => self.array_type(),
            _ => {
                self.expected("type");
                while self.token != Token::End && !matches!(self.token, Token::Word("," | ":" | ")" | "]" | "}")) {
                    self.advance();
                }
            }
        }
    }
}
