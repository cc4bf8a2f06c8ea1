//! Why a text is no configuration file.

use super::line_of;
use std::fmt;

/// Why a text is not a configuration file. The position is 1-based; the column counts characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// 1-based line.
    pub line: usize,
    /// 1-based column in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// Traefik's own words, where they are known.
    pub says: Option<String>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// The error at a byte.
pub(super) fn error_at(source: &str, byte: usize, message: impl Into<String>) -> SyntaxError {
    let byte = source.floor_char_boundary(byte);
    let line_start = source[..byte].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let column = source[line_start..byte].chars().count() + 1;
    SyntaxError { line: line_of(source, byte), column, message: message.into(), says: None }
}
