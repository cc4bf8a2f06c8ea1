//! What can follow an operand in brackets: an index, a slice, the elements of a composite literal.

use super::parse::{Expr, MAX_DEPTH, Parser};
use super::token::Token;

impl<'a> Parser<'a> {
    pub(super) fn index(&mut self) -> Expr<'a> {
        self.advance();
        if self.is("]") {
            self.expected("operand");
            self.advance();
            return Expr::Other("*ast.IndexExpr");
        }
        if !self.is(":") {
            self.binary(1);
        }
        let mut expr = Expr::Index;
        // where each colon stands, and whether an index follows
        let mut colons: Vec<(usize, bool)> = Vec::new();
        while colons.len() < 2 && self.is(":") {
            let at = self.span.start;
            self.advance();
            expr = Expr::Other("*ast.SliceExpr");
            let indexed = !self.is(":") && !self.is("]") && self.token != Token::End;
            if indexed {
                self.binary(1);
            }
            colons.push((at, indexed));
        }
        while colons.is_empty() && self.take(",") {
            expr = Expr::Other("*ast.IndexListExpr");
            if !self.is("]") && self.token != Token::End {
                self.type_name();
            }
        }
        self.expect(Token::Word("]"));
        if let [middle, last] = colons[..] {
            for ((at, indexed), which) in [(middle, "middle"), (last, "final")] {
                if !indexed {
                    self.error(at, format!("{which} index required in 3-index slice"));
                }
            }
        }
        expr
    }

    /// `{a, b: c}` after a type.
    pub(super) fn composite(&mut self) {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.given_up = true;
        }
        self.advance();
        while !self.is("}") && self.token != Token::End {
            self.element();
            if self.take(":") {
                self.element();
            }
            if !self.at_comma("composite literal", "}") {
                break;
            }
            self.advance();
        }
        self.close("}", "composite literal");
        self.depth -= 1;
    }

    fn element(&mut self) {
        if self.is("{") {
            self.composite();
        } else {
            self.binary(1);
        }
    }
}
