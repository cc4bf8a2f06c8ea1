//! What Go says of a rule: Traefik hands it to Go's own expression parser, so that an error may speak of any part of
//! that language. Asked only of rules that are refused, for Traefik's words.

mod brackets;
mod evaluate;
mod operand;
mod parse;
mod scan;
mod token;
mod types;

pub(super) use evaluate::{Outcome, evaluate};
pub(crate) use operand::{Constant, constant, function_name};
pub(crate) use parse::{Expr, parse};
