//! From an expression to a rule, with the words of the library that Traefik uses for that.

use super::operand::{Constant, constant, function_name};
use super::parse::{Expr, parse};

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
            Expr::Call(function, args) => {
                let name = function_name(function)?;
                if !(self.known)(&name) {
                    return Err(format!("unsupported function: {name}"));
                }
                let values = args.iter().map(|arg| self.value(arg)).collect::<Result<Vec<_>, _>>()?;
                match values.iter().find(|value| **value != Value::Text) {
                    Some(wrong) => Err(format!("reflect: cannot use {} as type string in Call", wrong.go_type())),
                    None => Ok(Value::Rule),
                }
            }
            other => constant(other).map(|constant| match constant {
                Constant::Text => Value::Text,
                Constant::Int => Value::Int,
                Constant::Float => Value::Float,
            }),
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
