//! From an expression to a rule, with the words of the library that Traefik uses for that.

use super::parse::{Expr, parse};
use super::token::Token;

/// What an expression comes to.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Outcome {
    /// A rule.
    Rule,
    /// A value, which is no rule.
    Value,
    /// An error.
    Error(String),
}

/// Evaluates a text; `known` says which matchers there are.
pub(in super::super) fn evaluate(text: &str, known: &dyn Fn(&str) -> bool) -> Outcome {
    let value = parse(text).and_then(|expr| Evaluator { known }.rule(&expr));
    match value {
        Ok(Value::Rule) => Outcome::Rule,
        Ok(_) => Outcome::Value,
        Err(error) => Outcome::Error(error),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Rule,
    Text,
    Int,
    Float,
}

impl Value {
    fn go_type(self) -> &'static str {
        match self {
            Value::Rule => "rules.TreeBuilder",
            Value::Text => "string",
            Value::Int => "int",
            Value::Float => "float64",
        }
    }
}

struct Evaluator<'a> {
    known: &'a dyn Fn(&str) -> bool,
}

impl Evaluator<'_> {
    fn rule(&self, expr: &Expr<'_>) -> Result<Value, String> {
        match expr {
            Expr::Binary(first, rest) => {
                let mut left = self.rule(first)?;
                for (operator, operand) in rest {
                    let right = self.rule(operand)?;
                    left = join(operator, &[left, right])?;
                }
                Ok(left)
            }
            Expr::Paren(inner) => self.rule(inner),
            Expr::Unary(operator, operand) => {
                if *operator != "!" {
                    return Err(format!("{operator} is not supported"));
                }
                join(operator, &[self.rule(operand)?])
            }
            other => self.value(other),
        }
    }

    fn value(&self, expr: &Expr<'_>) -> Result<Value, String> {
        match expr {
            Expr::Literal(token, text) => literal(*token, text),
            Expr::Index => Err("properties are not supported".to_owned()),
            Expr::Selector(Some(names), _) => Err(format!("{} is not defined", names.join("."))),
            Expr::Selector(None, sort) => Err(format!("unsupported selector type: {sort}")),
            Expr::Name(name) => Err(format!("{name} is not defined")),
            Expr::Call(function, args) => {
                let name = match &**function {
                    Expr::Name(name) => (*name).to_owned(),
                    Expr::Selector(Some(names), _) if names.len() == 2 => names.join("."),
                    Expr::Selector(Some(_), _) => {
                        return Err("expected selector identifier, got: *ast.SelectorExpr".to_owned());
                    }
                    Expr::Selector(None, sort) => return Err(format!("expected selector identifier, got: {sort}")),
                    other => return Err(format!("expected identifier, got: {}", other.sort())),
                };
                if !(self.known)(&name) {
                    return Err(format!("unsupported function: {name}"));
                }
                let values = args.iter().map(|arg| self.value(arg)).collect::<Result<Vec<_>, _>>()?;
                match values.iter().find(|value| **value != Value::Text) {
                    Some(wrong) => Err(format!("reflect: cannot use {} as type string in Call", wrong.go_type())),
                    None => Ok(Value::Rule),
                }
            }
            other => Err(format!("{} is not supported", other.sort())),
        }
    }
}

fn join(operator: &str, values: &[Value]) -> Result<Value, String> {
    if !matches!(operator, "!" | "&&" | "||") {
        return Err(format!("{operator} is not supported"));
    }
    match values.iter().find(|value| **value != Value::Rule) {
        Some(wrong) => Err(format!("reflect: Call using {} as type rules.TreeBuilder", wrong.go_type())),
        None => Ok(Value::Rule),
    }
}

fn literal(token: Token, text: &str) -> Result<Value, String> {
    match token {
        Token::Text => Ok(Value::Text),
        Token::Float => Ok(Value::Float),
        Token::Int if !text.bytes().all(|b| b.is_ascii_digit()) => {
            Err(format!("failed to parse argument: {text}, error: strconv.Atoi: parsing \"{text}\": invalid syntax"))
        }
        Token::Int if text.parse::<i64>().is_err() => Err(format!(
            "failed to parse argument: {text}, error: strconv.Atoi: parsing \"{text}\": value out of range"
        )),
        Token::Int => Ok(Value::Int),
        Token::Char => Err("unsupported function argument type: 'CHAR'".to_owned()),
        _ => Err("unsupported function argument type: 'IMAG'".to_owned()),
    }
}
