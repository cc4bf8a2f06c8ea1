//! One file, and what it says.

use crate::document::{self, Document, Format};

/// A file of the dynamic configuration.
#[derive(Debug)]
pub struct File {
    /// Path in the directory.
    pub path: String,
    /// What it says.
    pub content: Content,
}

/// What a file says.
#[derive(Debug)]
pub enum Content {
    /// A configuration.
    Parsed(Document),
    /// A Go template: what it says is known only when Traefik has run it.
    Template {
        /// The text.
        source: String,
        /// The 1-based line of the first action.
        line: usize,
    },
    /// Traefik refuses it, and the whole directory with it.
    Broken {
        /// The text, where it is text at all.
        source: String,
        /// The 1-based line of the fault.
        line: usize,
        /// The byte of the fault.
        at: u32,
        /// What is wrong.
        message: String,
        /// Traefik's own words, where they are known.
        says: Option<String>,
    },
}

impl Content {
    /// The text alone.
    pub fn into_text(self) -> String {
        match self {
            Content::Parsed(document) => document.into_source(),
            Content::Template { source, .. } | Content::Broken { source, .. } => source,
        }
    }

    /// What a text says.
    pub fn of(format: Format, source: String) -> Content {
        if let Some(at) = document::template_at(&source) {
            let line = document::line_of(&source, at);
            return Content::Template { source, line };
        }
        match Document::parse_or_return(format, source) {
            Ok(document) => Content::Parsed(document),
            Err((error, source)) => {
                let at = document::byte_at(&source, error.line, error.column) as u32;
                Content::Broken { source, line: error.line, at, message: error.message, says: error.says }
            }
        }
    }
}

impl File {
    /// The text.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Parsed(document) => document.source(),
            Content::Template { source, .. } | Content::Broken { source, .. } => source,
        }
    }

    /// The document, where there is one.
    pub fn document(&self) -> Option<&Document> {
        match &self.content {
            Content::Parsed(document) => Some(document),
            _ => None,
        }
    }
}
