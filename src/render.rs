//! How an outcome, a warning or an error is shown. Values in, text out; nothing here prints.

mod agents;
mod comparison;
mod diff;
mod explanation;
mod findings;
mod history;
mod json;
mod table;
mod text;

use crate::command::Outcome;
use crate::error::Error;
pub use comparison::comparison;
pub use findings::{ReportFile, reports};

/// How to show things.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// The format.
    pub format: Format,
    /// How wide the terminal is, where the reader is a person at one.
    pub width: Option<u16>,
    /// Whether to use colour on standard output.
    pub color: bool,
    /// Whether to leave out the result line.
    pub quiet: bool,
}

/// Output formats, `table` for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Table,
    /// One JSON value.
    Json,
    /// A JSON value a line.
    Jsonl,
    /// One YAML document.
    Yaml,
    /// Names only.
    Name,
}

impl Format {
    /// Reads the word that `-o` takes.
    pub fn parse(text: &str) -> Option<Format> {
        match text {
            "table" => Some(Format::Table),
            "json" => Some(Format::Json),
            "jsonl" => Some(Format::Jsonl),
            "yaml" => Some(Format::Yaml),
            "name" => Some(Format::Name),
            _ => None,
        }
    }
}

/// What goes to standard output, and what to standard error.
#[derive(Debug, Default)]
pub struct Shown {
    /// Data and the result line.
    pub out: String,
    /// Everything else.
    pub err: String,
}

/// Shows what came of a command.
pub fn outcome(outcome: &Outcome, style: Style) -> Result<Shown, Error> {
    match style.format {
        Format::Table => Ok(text::outcome(outcome, style)),
        Format::Name => Ok(Shown { out: text::names(outcome), err: String::new() }),
        Format::Json | Format::Jsonl | Format::Yaml => {
            Ok(Shown { out: json::outcome(outcome, style.format)?, err: String::new() })
        }
    }
}

/// Shows an error: as JSON on standard output where that was asked for, else as text on standard error.
pub fn error(error: &Error, style: Style) -> Shown {
    match style.format {
        Format::Json | Format::Jsonl => Shown { out: json::error(error, style.format), err: String::new() },
        _ => Shown { out: String::new(), err: text::error(error, style.color) },
    }
}

/// Shows a warning.
pub fn warning(message: &str, color: bool) -> String {
    text::warning(message, color)
}
