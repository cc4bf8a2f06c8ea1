//! TOML text to tree.
use super::{SyntaxError, Tree};
/// Parses a TOML text.
pub fn parse(_source: &str) -> Result<Tree, SyntaxError> {
    Ok(Tree::default())
}
