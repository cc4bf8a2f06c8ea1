//! Where findings stand, in lines and columns, and what tells them apart.

use crate::command::Validation;
use crate::document::{Lines, Position};
use crate::finding::{Finding, Location, Source};
use std::cell::OnceCell;
use std::collections::HashMap;

/// What was found, with the lines of each text once they are asked for.
pub(super) struct View<'v> {
    found: &'v Validation,
    lines: Vec<OnceCell<Lines<'v>>>,
    of_static: OnceCell<Lines<'v>>,
    of_launch: OnceCell<Lines<'v>>,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot<'v> {
    /// The path for programs.
    pub(super) path: &'v str,
    /// First character and one past the last; none where it is the file as a whole.
    pub(super) range: Option<(Position, Position)>,
}

impl<'v> View<'v> {
    pub(super) fn of(found: &'v Validation) -> View<'v> {
        let lines = found.texts.iter().map(|_| OnceCell::new()).collect();
        View { found, lines, of_static: OnceCell::new(), of_launch: OnceCell::new() }
    }

    /// The lines of a text; none where nothing of it is known.
    pub(super) fn lines(&self, source: Source) -> Option<&Lines<'v>> {
        let cell = match source {
            Source::File(at) | Source::Entry(at) => self.lines.get(at)?,
            Source::Static => &self.of_static,
            Source::Launch => &self.of_launch,
        };
        let text = self.found.text(source).filter(|text| !text.text.is_empty())?;
        Some(cell.get_or_init(|| Lines::of(&text.text)))
    }

    pub(super) fn spot(&self, at: Location) -> Spot<'v> {
        let path = self.found.text(at.source).map_or("", |text| text.machine.as_str());
        let lines = self.lines(at.source).filter(|_| at.span != Default::default());
        let range = lines.map(|lines| {
            (lines.position(at.span.start as usize), lines.position(at.span.end.max(at.span.start) as usize))
        });
        Spot { path, range }
    }

    /// A fingerprint for each finding, which stays the same when lines move; those that would be the same are numbered.
    pub(super) fn fingerprints<'f>(&self, findings: impl Iterator<Item = &'f Finding>) -> Vec<String> {
        let mut seen: HashMap<u128, usize> = HashMap::new();
        let mut one = |finding: &Finding| {
            let line = self.lines(finding.at.source).map(|lines| lines.text_at(finding.at.span.start as usize));
            let path = self.found.text(finding.at.source).map_or("", |text| text.machine.as_str());
            let hash = finding.fingerprint(path, line.unwrap_or_default());
            let count = seen.entry(hash).or_default();
            *count += 1;
            format!("{hash:032x}:{count}")
        };
        findings.map(&mut one).collect()
    }
}

impl Spot<'_> {
    /// The 1-based line; none where it is the file as a whole.
    pub(super) fn line(&self) -> Option<usize> {
        self.range.map(|(start, _)| start.line)
    }
}
