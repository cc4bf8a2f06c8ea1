//! The operands of an expression, with the words of the library that Traefik evaluates expressions with.

use super::parse::Expr;
use super::token::Token;

/// A constant in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Constant {
    /// An integer.
    Int,
    /// A number with a point or an exponent.
    Float,
    /// A string.
    Text,
}

/// What an operand that is no call comes to.
pub(crate) fn constant(expr: &Expr<'_>) -> Result<Constant, String> {
    let (token, text) = match expr {
        Expr::Literal(token, text) => (*token, *text),
        Expr::Index => return Err("properties are not supported".into()),
        Expr::Selector(Some(names), _) => return Err(format!("{} is not defined", names.join("."))),
        Expr::Selector(None, sort) => return Err(format!("unsupported selector type: {sort}")),
        Expr::Name(name) => return Err(format!("{name} is not defined")),
        other => return Err(format!("{} is not supported", other.sort())),
    };
    let failed = |parser: &str, why: &str| {
        Err(format!("failed to parse argument: {text}, error: strconv.{parser}: parsing \"{text}\": {why}"))
    };
    match token {
        Token::Text => Ok(Constant::Text),
        Token::Int if !text.bytes().all(|b| b.is_ascii_digit()) => failed("Atoi", "invalid syntax"),
        Token::Int if text.parse::<i64>().is_err() => failed("Atoi", "value out of range"),
        Token::Int => Ok(Constant::Int),
        Token::Float if text.starts_with(['0']) && text.contains(['x', 'X']) => Ok(Constant::Float),
        Token::Float if text.replace('_', "").parse().is_ok_and(f64::is_infinite) => {
            failed("ParseFloat", "value out of range")
        }
        Token::Float => Ok(Constant::Float),
        Token::Char => Err("unsupported function argument type: 'CHAR'".into()),
        _ => Err("unsupported function argument type: 'IMAG'".into()),
    }
}

/// The name of the function that a call calls.
pub(crate) fn function_name(function: &Expr<'_>) -> Result<String, String> {
    match function {
        Expr::Name(name) => Ok((*name).to_owned()),
        Expr::Selector(Some(names), _) if names.len() == 2 => Ok(names.join(".")),
        Expr::Selector(Some(_), _) => Err("expected selector identifier, got: *ast.SelectorExpr".into()),
        Expr::Selector(None, sort) => Err(format!("expected selector identifier, got: {sort}")),
        other => Err(format!("expected identifier, got: {}", other.sort())),
    }
}
