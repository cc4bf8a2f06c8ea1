//! YAML text to tree.
//!
//! A scanner and a parser of our own, which take and refuse what the YAML library inside Traefik does, with its words:
//! YAML 1.1 as libyaml has it, with that library's own additions, limits and mistakes. (A parser by the standard, or
//! a more lenient one, would judge other files than Traefik does.) Every node knows its bytes, which edits need.
//! Files of the usual simple form are read by [`fast`], which gives the same tree much sooner.

mod cursor;
mod decode;
mod fast;
mod fault;
mod parser;
mod scanner;
#[cfg(test)]
mod tests;

use super::{Kind, NodeId, Span, Style, SyntaxError, Tree, error_at};
use fault::Fault;

/// Parses the first document of a YAML text; Traefik reads no other.
pub fn parse(source: &str) -> Result<Tree, SyntaxError> {
    fast::parse(source).map_or_else(|| parse_any(source), Ok)
}

/// Parses any YAML text: the words of every error are from here.
fn parse_any(source: &str) -> Result<Tree, SyntaxError> {
    read(source).map_err(|fault| fault.into_error(source))
}

fn read(source: &str) -> Result<Tree, Fault> {
    let mut tree = parser::Parser::new(source).run()?;
    decode::check(source, &tree)?;
    // A document that is null says nothing.
    if decode::is_null(source, &tree) {
        tree.nodes.clear();
        tree.properties.clear();
    }
    Ok(tree)
}
