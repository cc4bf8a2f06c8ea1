//! Go's expression parser, with its way of going on after an error.

use super::scan::Scanner;
use super::token::Token;
use std::ops::Range;

/// An expression, as far as it matters what it is.
#[derive(Debug)]
pub(crate) enum Expr<'a> {
    /// A number, character or string.
    Literal(Token, &'a str),
    Name(&'a str),
    /// `x.y`: the names, or `None` where x is something else, and of which sort.
    Selector(Option<Vec<&'a str>>, &'static str),
    Index,
    Call(Box<Expr<'a>>, Vec<Expr<'a>>),
    Paren(Box<Expr<'a>>),
    Unary(&'static str, Box<Expr<'a>>),
    /// Operands from left to right, each after the first with the operator before it.
    Binary(Box<Expr<'a>>, Vec<(&'static str, Expr<'a>)>),
    /// What Go calls this sort of expression.
    Other(&'static str),
}

impl Expr<'_> {
    /// What Go calls this sort of expression.
    pub(crate) fn sort(&self) -> &'static str {
        match self {
            Expr::Literal(..) => "*ast.BasicLit",
            Expr::Name(_) => "*ast.Ident",
            Expr::Selector(..) => "*ast.SelectorExpr",
            Expr::Index => "*ast.IndexExpr",
            Expr::Call(..) => "*ast.CallExpr",
            Expr::Paren(_) => "*ast.ParenExpr",
            Expr::Unary(..) => "*ast.UnaryExpr",
            Expr::Binary(..) => "*ast.BinaryExpr",
            Expr::Other(sort) => sort,
        }
    }
}

/// Deeper expressions are given up, as reading them takes stack.
pub(super) const MAX_DEPTH: usize = 300;

/// Reads an expression, or says what Go says.
pub(crate) fn parse(text: &str) -> Result<Expr<'_>, String> {
    let mut parser = Parser {
        text,
        scanner: Scanner::new(text),
        token: Token::End,
        span: 0..0,
        depth: 0,
        given_up: false,
        stopped: false,
        last: None,
    };
    parser.advance();
    let expr = parser.binary(1);
    if parser.token == Token::Newline {
        parser.advance();
    }
    parser.expect(Token::End);
    // the parser stops at its first error on a line, the scanner may find more in what follows
    parser.errors(expr)
}

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) scanner: Scanner<'a>,
    pub(super) token: Token,
    pub(super) span: Range<usize>,
    pub(super) depth: usize,
    /// Too deep to go on.
    pub(super) given_up: bool,
    /// After so many lines with errors Go stops.
    pub(super) stopped: bool,
    /// Where the last error is.
    pub(super) last: Option<usize>,
}

impl<'a> Parser<'a> {
    fn errors(mut self, expr: Expr<'a>) -> Result<Expr<'a>, String> {
        if self.given_up {
            return Err("exceeded max nesting depth".to_owned());
        }
        let mut errors = std::mem::take(&mut self.scanner.errors);
        errors.sort();
        let Some((at, message)) = errors.first() else { return Ok(expr) };
        let text = self.lines();
        let before = &text[..(*at).min(text.len())];
        let line = 1 + before.matches('\n').count();
        let column = 1 + at - before.rfind('\n').map_or(0, |newline| newline + 1);
        let more = match errors.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more errors)"),
        };
        Err(format!("{line}:{column}: {message}{more}"))
    }

    pub(super) fn advance(&mut self) {
        if self.given_up || self.stopped {
            (self.token, self.span) = (Token::End, self.text.len()..self.text.len());
            return;
        }
        let known = self.scanner.errors.len();
        (self.token, self.span) = self.scanner.next();
        if let Some((at, _)) = self.scanner.errors[known..].last() {
            self.last = Some(*at);
        }
    }

    /// The text without a line break at the very end, which to Go begins no line.
    fn lines(&self) -> &'a str {
        self.text.strip_suffix('\n').unwrap_or(self.text)
    }

    /// Notes an error, but only the first of a line.
    pub(super) fn error(&mut self, at: usize, message: impl Into<String>) {
        const MOST: usize = 10;
        let text = self.lines();
        let same_line = |last: usize| {
            let [from, to] = [last.min(at), last.max(at)].map(|at| at.min(text.len()));
            !text[from..to].contains('\n')
        };
        if self.stopped || self.last.is_some_and(same_line) {
            return;
        }
        if self.scanner.errors.len() > MOST {
            self.stopped = true;
            return;
        }
        self.last = Some(at);
        self.scanner.errors.push((at, message.into()));
    }

    pub(super) fn expected(&mut self, what: &str) {
        let found = match self.token {
            Token::Newline => "newline".to_owned(),
            Token::End => "'EOF'".to_owned(),
            Token::Illegal => "'ILLEGAL'".to_owned(),
            Token::Word(word) => format!("'{word}'"),
            // Go drops carriage returns from raw strings
            _ => self.text[self.span.clone()].replace('\r', ""),
        };
        self.error(self.span.start, format!("expected {what}, found {found}"));
    }

    pub(super) fn expect(&mut self, token: Token) {
        if self.token != token {
            let name = match token {
                Token::Word(word) => word,
                _ => "EOF",
            };
            self.expected(&format!("'{name}'"));
        }
        self.advance();
    }

    pub(super) fn is(&self, word: &'static str) -> bool {
        self.token == Token::Word(word)
    }

    pub(super) fn take(&mut self, word: &'static str) -> bool {
        let found = self.is(word);
        if found {
            self.advance();
        }
        found
    }

    /// The closing bracket of a list that may be written on several lines.
    pub(super) fn close(&mut self, word: &'static str, context: &str) {
        if self.token == Token::Newline {
            self.error(self.span.start, format!("missing ',' before newline in {context}"));
            self.advance();
        }
        self.expect(Token::Word(word));
    }

    /// Whether a list goes on; a missing comma is noted and taken as written.
    pub(super) fn at_comma(&mut self, context: &str, close: &'static str) -> bool {
        if self.is(",") {
            return true;
        }
        if self.is(close) {
            return false;
        }
        let before_newline = if self.token == Token::Newline { " before newline" } else { "" };
        self.error(self.span.start, format!("missing ','{before_newline} in {context}"));
        true
    }

    pub(super) fn binary(&mut self, least: u8) -> Expr<'a> {
        let first = self.unary();
        let mut rest = Vec::new();
        loop {
            // inside an expression Go takes = for ==
            let token = if self.is("=") { Token::Word("==") } else { self.token };
            let precedence = token.precedence();
            if precedence < least.max(1) {
                break;
            }
            self.expect(token);
            let Token::Word(operator) = token else { break };
            rest.push((operator, self.binary(precedence + 1)));
        }
        if rest.is_empty() { first } else { Expr::Binary(Box::new(first), rest) }
    }

    fn unary(&mut self) -> Expr<'a> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.given_up = true;
            self.advance();
        }
        let expr = match self.token {
            Token::Word(operator @ ("+" | "-" | "!" | "^" | "&" | "~" | "<-")) => {
                self.advance();
                Expr::Unary(operator, Box::new(self.unary()))
            }
            Token::Word("*") => {
                self.advance();
                self.unary();
                Expr::Other("*ast.StarExpr")
            }
            _ => self.primary(),
        };
        self.depth -= 1;
        expr
    }

    fn primary(&mut self) -> Expr<'a> {
        let mut expr = self.operand();
        let mut links = 0;
        loop {
            links += 1;
            if links > MAX_DEPTH {
                self.given_up = true;
                self.advance();
            }
            match self.token {
                Token::Word(".") => {
                    self.advance();
                    expr = self.selector(expr);
                }
                Token::Word("[") => expr = self.index(),
                Token::Word("(") => expr = self.call(expr),
                Token::Word("{")
                    if matches!(
                        expr,
                        Expr::Name(_)
                            | Expr::Selector(..)
                            | Expr::Index
                            | Expr::Other("*ast.IndexListExpr" | "*ast.ArrayType")
                    ) =>
                {
                    self.composite();
                    expr = Expr::Other("*ast.CompositeLit");
                }
                _ => return expr,
            }
        }
    }

    fn selector(&mut self, of: Expr<'a>) -> Expr<'a> {
        match self.token {
            Token::Name => {
                let name = &self.text[self.span.clone()];
                self.advance();
                let sort = of.sort();
                let names = match of {
                    Expr::Name(first) => Some(vec![first, name]),
                    Expr::Selector(Some(mut names), _) => {
                        names.push(name);
                        Some(names)
                    }
                    _ => None,
                };
                Expr::Selector(names, sort)
            }
            Token::Word("(") => {
                self.advance();
                if !self.take("type") {
                    self.type_name();
                }
                self.expect(Token::Word(")"));
                Expr::Other("*ast.TypeAssertExpr")
            }
            _ => {
                self.expected("selector or type assertion");
                if !self.is("}") {
                    self.advance();
                }
                Expr::Other("*ast.SelectorExpr")
            }
        }
    }

    fn call(&mut self, of: Expr<'a>) -> Expr<'a> {
        self.advance();
        let mut args = Vec::new();
        let mut ellipsis = false;
        while !self.is(")") && self.token != Token::End && !ellipsis {
            args.push(self.binary(1));
            ellipsis = self.take("...");
            if !self.at_comma("argument list", ")") {
                break;
            }
            self.advance();
        }
        self.close(")", "argument list");
        Expr::Call(Box::new(of), args)
    }

    fn operand(&mut self) -> Expr<'a> {
        let text = &self.text[self.span.clone()];
        match self.token {
            Token::Name => {
                self.advance();
                Expr::Name(text)
            }
            Token::Int | Token::Float | Token::Imaginary | Token::Char | Token::Text => {
                let token = self.token;
                self.advance();
                Expr::Literal(token, text)
            }
            Token::Word("(") => {
                self.advance();
                let inner = self.binary(1);
                self.expect(Token::Word(")"));
                Expr::Paren(Box::new(inner))
            }
            Token::Word("[") => {
                self.array_type();
                Expr::Other("*ast.ArrayType")
            }
            _ => {
                self.expected("operand");
                while self.token != Token::End && !self.token.starts_statement() {
                    self.advance();
                }
                Expr::Other("*ast.BadExpr")
            }
        }
    }
}
