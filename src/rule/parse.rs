//! From text to [`Rule`]: the grammar, and words for what breaks it.

use super::check::{check, find, name_hint};
use super::lex::{Lexer, Token, error};
use super::{Matcher, MatcherName, Protocol, Rule, RuleError, quoted};
use std::ops::Range;

/// Deeper rules are refused, as reading them takes stack.
const MAX_DEPTH: usize = 256;

/// Reads a rule.
///
/// An error is one that Traefik too would have, except for nesting deeper than 256 levels and
/// for `"\xff"` and the like, which make a string that is not UTF-8.
pub fn parse(protocol: Protocol, text: &str) -> Result<Rule, RuleError> {
    run(protocol, text, true)
}

fn run(protocol: Protocol, text: &str, checks: bool) -> Result<Rule, RuleError> {
    let mut lexer = Lexer::new(text)?;
    let (token, span) = lexer.next()?;
    let mut parser = Parser { protocol, text, lexer, token, span, depth: 0, checks };
    if parser.token == Token::End {
        return Err(parser.error("the rule is empty", None));
    }
    let rule = parser.or()?;
    let line_ended = parser.take(&Token::Newline)?;
    match parser.token {
        Token::End => Ok(rule),
        Token::And | Token::Or if line_ended => {
            let operator = parser.found();
            Err(parser.error(
                format!("the rule ends with the line before {operator} (Traefik: expected 'EOF')"),
                Some(format!("put {operator} at the end of the line before")),
            ))
        }
        _ => Err(parser.unexpected()),
    }
}

/// Reads a rule without a look at the arguments of its matchers.
pub(super) fn parse_unchecked(protocol: Protocol, text: &str) -> Result<Rule, RuleError> {
    run(protocol, text, false)
}

struct Parser<'a> {
    protocol: Protocol,
    text: &'a str,
    lexer: Lexer<'a>,
    token: Token,
    span: Range<usize>,
    depth: usize,
    /// Whether arguments are looked at.
    checks: bool,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<(), RuleError> {
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    /// Goes past `token` if it is the present one.
    fn take(&mut self, token: &Token) -> Result<bool, RuleError> {
        let found = self.token == *token;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn or(&mut self) -> Result<Rule, RuleError> {
        let mut operands = vec![self.and()?];
        while self.take(&Token::Or)? {
            operands.push(self.and()?);
        }
        Ok(Rule::or(operands))
    }

    fn and(&mut self) -> Result<Rule, RuleError> {
        let mut operands = vec![self.unary()?];
        while self.take(&Token::And)? {
            operands.push(self.unary()?);
        }
        Ok(Rule::and(operands))
    }

    fn unary(&mut self) -> Result<Rule, RuleError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("the rule is nested more than {MAX_DEPTH} levels deep"), None));
        }
        self.depth += 1;
        let open = self.span.clone();
        let rule = if self.take(&Token::Not)? {
            Rule::Not(Box::new(self.unary()?))
        } else if self.take(&Token::Open)? {
            let rule = self.or()?;
            if self.token == Token::End {
                return Err(error(open, "this parenthesis is never closed (Traefik: expected ')')", None));
            }
            if !self.take(&Token::Close)? {
                return Err(self.unexpected());
            }
            rule
        } else if self.token == Token::Name {
            Rule::Matcher(self.matcher()?)
        } else {
            return Err(self.no_operand());
        };
        self.depth -= 1;
        Ok(rule)
    }

    fn matcher(&mut self) -> Result<Matcher, RuleError> {
        let (start, word) = (self.span.clone(), &self.text[self.span.clone()]);
        self.advance()?;
        if self.token != Token::Open {
            let hint = match (word.to_ascii_lowercase().as_str(), &self.token) {
                ("not", _) => "write ! for not".to_owned(),
                (_, Token::Newline) => "put the parenthesis on the same line".to_owned(),
                _ => format!("a matcher is written with its value in backticks: {word}(`value`)"),
            };
            let message = format!("a parenthesis should follow `{word}` (Traefik: {word} is not defined)");
            return Err(error(start, message, Some(hint)));
        }
        let Some(name) = find(self.protocol, word) else {
            let rule = match self.protocol {
                Protocol::Http => "an HTTP rule",
                Protocol::Tcp => "a TCP rule",
            };
            let message = format!("{rule} has no matcher `{word}` (Traefik: unsupported function: {word})");
            return Err(error(start, message, Some(name_hint(self.protocol, word))));
        };
        let open = self.span.clone();
        self.advance()?;
        let (args, spans) = self.arguments(open)?;
        let span = start.start..self.span.end;
        self.advance()?;
        let matcher = Matcher { name, args, span };
        if self.checks {
            check(&matcher, &spans)?;
        }
        Ok(matcher)
    }

    /// Reads up to, not past, the closing parenthesis.
    fn arguments(&mut self, open: Range<usize>) -> Result<(Vec<String>, Vec<Range<usize>>), RuleError> {
        let (mut args, mut spans) = (Vec::new(), Vec::new());
        let mut last = false;
        while self.token != Token::Close {
            let Token::Text(value) = &mut self.token else {
                return Err(if self.token == Token::End { never_closed(open) } else { self.bad_argument(last) });
            };
            if last {
                return Err(self.error("nothing may follow `...`", None));
            }
            args.push(std::mem::take(value));
            spans.push(self.span.clone());
            self.advance()?;
            // Go takes f(x...) for a call, and Traefik does not look
            last = self.take(&Token::Ellipsis)?;
            if self.take(&Token::Comma)? || self.token == Token::Close {
                continue;
            }
            return Err(match self.token {
                Token::End => never_closed(open),
                Token::Newline => self.error(
                    "the line ends inside the parentheses (Traefik: missing ',' before newline in argument list)",
                    Some("put the closing parenthesis on the same line".to_owned()),
                ),
                _ => self.error(format!("a comma or a closing parenthesis is missing before {}", self.found()), None),
            });
        }
        Ok((args, spans))
    }

    fn error(&self, message: impl Into<String>, hint: Option<String>) -> RuleError {
        error(self.span.clone(), message, hint)
    }

    /// The present token, for a message.
    fn found(&self) -> String {
        let text = &self.text[self.span.clone()];
        match &self.token {
            Token::End => "the end".to_owned(),
            Token::Newline => "the end of the line".to_owned(),
            Token::Text(value) => quoted(value),
            Token::Other => match text.chars().next() {
                Some(c) if c.is_control() || c.is_whitespace() => format!("the character U+{:04X}", c as u32),
                _ => format!("`{text}`"),
            },
            _ => format!("`{text}`"),
        }
    }

    /// An operator or the end should stand here.
    fn unexpected(&self) -> RuleError {
        let found = self.found();
        let hint = match &self.token {
            Token::Close => Some("it closes a parenthesis that was never opened".to_owned()),
            Token::Newline => Some("put the closing parenthesis, or the next operator, on the same line".to_owned()),
            Token::Comma => Some("write || for or, && for and".to_owned()),
            Token::Name => match self.text[self.span.clone()].to_ascii_lowercase().as_str() {
                "and" => Some("write && for and".to_owned()),
                "or" => Some("write || for or".to_owned()),
                _ => Some("put && or || between two matchers".to_owned()),
            },
            Token::Not | Token::Open | Token::Text(_) => Some("put && or || between two matchers".to_owned()),
            Token::Other => match &self.text[self.span.clone()] {
                "&" => Some("write && for and".to_owned()),
                "|" => Some("write || for or".to_owned()),
                _ => None,
            },
            _ => None,
        };
        self.error(format!("{found} is not expected after a complete matcher"), hint)
    }

    /// A matcher, `!` or `(` should stand here.
    fn no_operand(&self) -> RuleError {
        let host = match self.protocol {
            Protocol::Http => MatcherName::Host,
            Protocol::Tcp => MatcherName::HostSni,
        };
        let hint = match &self.token {
            Token::Text(value) => Some(format!("say what the value is of, as in {}", Rule::matcher(host, value))),
            _ => None,
        };
        self.error(format!("a matcher should stand here, not {} (Traefik: expected operand)", self.found()), hint)
    }

    /// A string should stand here.
    fn bad_argument(&self, last: bool) -> RuleError {
        let start = self.span.start;
        if last || matches!(self.token, Token::Comma | Token::Newline) {
            return self
                .error(format!("a value should stand here, not {} (Traefik: expected operand)", self.found()), None);
        }
        let rest = &self.text[start..];
        let bare = &rest[..rest.find([',', ')', '\n']).unwrap_or(rest.len())].trim_end();
        let value = bare.trim_matches(|c| "'‘’“”´«»".contains(c));
        let message = if bare.starts_with('\'') {
            "single quotes do not make a string (Traefik: unsupported function argument type: 'CHAR')"
        } else if value.len() < bare.len() {
            "these quotation marks do not make a string"
        } else {
            "this value is not in quotes"
        };
        let hint = (!value.contains('`')).then(|| format!("put backticks around it: `{value}`"));
        error(start..start + bare.len(), message, hint)
    }
}

fn never_closed(open: Range<usize>) -> RuleError {
    error(open, "this parenthesis is never closed (Traefik: missing ',' before newline in argument list)", None)
}
