//! What `validate` reports, as plain values: facts in fields, wording by the lint, rendering elsewhere.

use crate::document::Span;
use crate::edit::Patch;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Traefik refuses or disables something for it.
    Error,
    /// Surely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// Which text something stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A file of the dynamic configuration, by its index in load order.
    File(usize),
    /// The static configuration, or the compose file or the flags that hold it.
    Static,
    /// The compose file or the flags that start Traefik with a static configuration that stands elsewhere.
    Launch,
    /// A name in the directory that Traefik does not load, by its index in the surroundings' entries.
    Entry(usize),
}

/// Where something stands: bytes of a text. A span of nothing at byte 0 means the file as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The text.
    pub source: Source,
    /// Its bytes.
    pub span: Span,
}

impl Location {
    /// Bytes of a dynamic file.
    pub fn of(file: usize, span: Span) -> Location {
        Location { source: Source::File(file), span }
    }
    /// A dynamic file as a whole.
    pub fn file(file: usize) -> Location {
        Location::of(file, Span::default())
    }
}

/// A second place that explains the first: the other definition, the nearest name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub at: Location,
    /// What stands there.
    pub text: String,
}

/// A repair that is safe: it changes nothing that Traefik does, or only takes away what has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    /// The change to the finding's own file.
    pub patch: Patch,
}

/// One thing that `validate` reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The name of the lint that found it.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub at: Location,
    /// The path of keys there, as `http.routers.app.rule`; empty where it is about a file.
    pub path: String,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Words below the underlined span; empty for none.
    pub label: String,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// What Traefik prints, so that a search finds it.
    pub traefik_says: Option<String>,
    /// How `--fix` repairs it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// A second place that explains it.
    pub fn label(mut self, at: Location, text: impl Into<String>) -> Finding {
        self.labels.push(Label { at, text: text.into() });
        self
    }
    /// A second place that explains it, where there is one.
    pub fn labelled(mut self, label: &Option<Label>) -> Finding {
        self.labels.extend(label.clone());
        self
    }
    /// What stands at the place itself.
    pub fn here(mut self, text: impl Into<String>) -> Finding {
        self.label = text.into();
        self
    }
    /// What to do.
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }
    /// What Traefik prints.
    pub fn says(mut self, words: impl Into<String>) -> Finding {
        self.traefik_says = Some(words.into());
        self
    }
    /// How to repair it.
    pub fn fix(mut self, title: impl Into<String>, patch: Patch) -> Finding {
        self.fix = Some(Fix { title: title.into(), patch });
        self
    }
    /// What stays the same when lines move: of the rule, the file, the path of keys, and what the line says.
    pub fn fingerprint(&self, file: &str, line: &str) -> u128 {
        // FNV-1a: the value stands in reports that are compared years later, so it is written out here.
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        let parts = [self.rule, file, &self.path, line.trim()];
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
        bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
    }
}

/// A finding that somebody has allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// The comment that allows it; none where a flag or a setting does.
    pub by: Option<Location>,
    /// The reason that is given, which may be empty.
    pub reason: String,
}
