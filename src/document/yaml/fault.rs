//! What is wrong with a YAML text, in the words of Go's library.

use super::cursor::Mark;
use crate::document::SyntaxError;

/// A fault, with the lines that Go's library would count it at.
#[derive(Debug)]
pub(super) struct Fault {
    /// The byte to show.
    pub(super) byte: usize,
    problem: String,
    /// All that the library says, where that is known.
    says: Option<String>,
}

impl Fault {
    /// A fault of tokens: it stands at `at`, in something that began at `context`.
    pub(super) fn scanning(context: Mark, at: Mark, problem: &str) -> Fault {
        let line = [context.line, at.line].into_iter().find(|line| *line != 0).map_or(0, |line| line + 1);
        Fault::at(at, line, problem)
    }

    /// A fault of structure. Go's library counts its line from 0, and names none where that is 0.
    pub(super) fn parsing(context: Mark, at: Mark, problem: &str) -> Fault {
        let line = if context.line != 0 { context.line } else { at.line };
        Fault::at(at, line, problem)
    }

    /// A fault that no line is named for.
    pub(super) fn without_line(byte: usize, problem: impl Into<String>) -> Fault {
        let problem = problem.into();
        Fault { byte, says: Some(format!("yaml: {problem}")), problem }
    }

    /// A fault whose words are these, but which words Go's library would have is another matter.
    pub(super) fn unsaid(byte: usize, problem: impl Into<String>) -> Fault {
        Fault { byte, problem: problem.into(), says: None }
    }

    /// Shows another place.
    pub(super) fn shown_at(self, mark: Mark) -> Fault {
        Fault { byte: mark.at(), ..self }
    }

    /// Says other words than those that are shown.
    pub(super) fn saying(self, says: Option<String>) -> Fault {
        Fault { says, ..self }
    }

    fn at(at: Mark, line: u32, problem: &str) -> Fault {
        let says = match line {
            0 => format!("yaml: {problem}"),
            _ => format!("yaml: line {line}: {problem}"),
        };
        Fault { byte: at.at(), problem: problem.into(), says: Some(says) }
    }

    pub(super) fn into_error(self, source: &str) -> SyntaxError {
        SyntaxError { says: self.says, ..super::error_at(source, self.byte, self.problem) }
    }
}
