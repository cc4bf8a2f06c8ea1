//! The expressions of `circuitBreaker` and of `buffering`: Go's, of a few functions that are compared with constants.

use crate::rule::go::{self, Constant, Expr};

/// Which functions there are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Those of `circuitBreaker.expression`.
    CircuitBreaker,
    /// Those of `buffering.retryExpression`.
    Retry,
}

/// Whether an expression is a condition; if not, what Traefik says.
pub(super) fn check(text: &str, language: Language) -> Result<(), String> {
    match language.condition(&go::parse(text)?)? {
        Value::Condition => Ok(()),
        other => Err(format!("expected predicate, got {}", language.go_type(other))),
    }
}

/// What a part of an expression comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Condition,
    /// What is measured, as each type of number, and as text.
    MeasuredInt,
    MeasuredFloat,
    MeasuredText,
    Int,
    Float,
    Text,
}

impl Language {
    fn go_type(self, value: Value) -> String {
        let package = if self == Language::Retry { "buffer" } else { "cbreaker" };
        match value {
            Value::Condition => format!("{package}.hpredicate"),
            Value::MeasuredInt => format!("{package}.toInt"),
            Value::MeasuredFloat => format!("{package}.toFloat64"),
            Value::MeasuredText => format!("{package}.toString"),
            Value::Int => "int".into(),
            Value::Float => "float64".into(),
            Value::Text => "string".into(),
        }
    }

    /// A function's parameters, and what it gives.
    fn function(self, name: &str) -> Option<(&'static [Value], Value)> {
        Some(match (self, name) {
            (Language::CircuitBreaker, "LatencyAtQuantileMS") => (&[Value::Float], Value::MeasuredInt),
            (Language::CircuitBreaker, "NetworkErrorRatio") => (&[], Value::MeasuredFloat),
            (Language::CircuitBreaker, "ResponseCodeRatio") => (&[Value::Int; 4], Value::MeasuredFloat),
            (Language::Retry, "RequestMethod") => (&[], Value::MeasuredText),
            (Language::Retry, "IsNetworkError") => (&[], Value::Condition),
            (Language::Retry, "Attempts" | "ResponseCode") => (&[], Value::MeasuredInt),
            _ => return None,
        })
    }

    fn condition(self, expr: &Expr<'_>) -> Result<Value, String> {
        match expr {
            Expr::Binary(first, rest) => {
                let mut left = self.condition(first)?;
                for (operator, operand) in rest {
                    let right = self.condition(operand)?;
                    left = self.join(operator, left, right)?;
                }
                Ok(left)
            }
            Expr::Paren(inner) => self.condition(inner),
            Expr::Unary(operator, _) => Err(format!("{operator} is not supported")),
            other => self.value(other),
        }
    }

    fn join(self, operator: &str, left: Value, right: Value) -> Result<Value, String> {
        match operator {
            "&&" | "||" => match [left, right].into_iter().find(|value| *value != Value::Condition) {
                Some(wrong) => Err(format!(
                    "reflect: cannot use {} as type {} in Call",
                    self.go_type(wrong),
                    self.go_type(Value::Condition)
                )),
                None => Ok(Value::Condition),
            },
            "==" | "!=" => self.compare("eq", left, right),
            "<" | "<=" => self.compare("lt", left, right),
            ">" | ">=" => self.compare("gt", left, right),
            _ => Err(format!("{operator} is not supported")),
        }
    }

    fn compare(self, how: &str, left: Value, right: Value) -> Result<Value, String> {
        let constant = match left {
            Value::MeasuredInt => Value::Int,
            Value::MeasuredFloat => Value::Float,
            Value::MeasuredText if how == "eq" => Value::Text,
            _ => {
                let how = if self == Language::CircuitBreaker { format!("{how}: ") } else { String::new() };
                return Err(format!("{how}unsupported argument: {}", self.go_type(left)));
            }
        };
        if constant == right {
            return Ok(Value::Condition);
        }
        // Traefik says `int` of what has to be a float, but where it compares for equality.
        let expected = if constant == Value::Float && how != "eq" { Value::Int } else { constant };
        Err(format!("expected {}, got {}", self.go_type(expected), self.go_type(right)))
    }

    fn value(self, expr: &Expr<'_>) -> Result<Value, String> {
        let name = match expr {
            Expr::Call(function, _) => go::function_name(function)?,
            other => {
                return go::constant(other).map(|constant| match constant {
                    Constant::Int => Value::Int,
                    Constant::Float => Value::Float,
                    Constant::Text => Value::Text,
                });
            }
        };
        let Some((parameters, result)) = self.function(&name) else {
            return Err(format!("unsupported function: {name}"));
        };
        let args: &[Expr<'_>] = if let Expr::Call(_, args) = expr { args } else { &[] };
        let values = args.iter().map(|arg| self.value(arg)).collect::<Result<Vec<_>, _>>()?;
        let wrong = parameters.iter().zip(&values).find(|(wanted, given)| wanted != given);
        match (values.len().cmp(&parameters.len()), wrong) {
            (std::cmp::Ordering::Less, _) => Err("reflect: Call with too few input arguments".into()),
            (std::cmp::Ordering::Greater, _) => Err("reflect: Call with too many input arguments".into()),
            (_, Some((wanted, given))) => {
                Err(format!("reflect: Call using {} as type {}", self.go_type(*given), self.go_type(*wanted)))
            }
            _ => Ok(result),
        }
    }
}
