//! Edits by whole lines: blocks of lines that go, and blocks that come.
//!
//! The one place that thinks of blank lines and of how the file ends. A block that comes brings the
//! blank line before it; a block that goes takes that blank line along, so that adding and removing
//! are each other's opposite.

use super::layout::Layout;
use crate::document::Span;
use crate::edit::Replacement;
use std::ops::Range;

/// What lines are put in. Where several meet before one line they come in this order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// `key = value`, which belongs to the header above.
    Keys,
    /// Tables with headers.
    Tables {
        /// Whether a blank line shall stand before them, unless they come first in the file.
        apart: bool,
    },
    /// What stands for, or right before, the header that is there.
    Head,
}

impl What {
    fn rank(self) -> u8 {
        match self {
            What::Keys => 0,
            What::Tables { .. } => 1,
            What::Head => 2,
        }
    }
}

/// Lines to put in.
struct Insertion {
    /// The index of the line that will follow.
    line: usize,
    what: What,
    /// Whole lines, each with its end.
    text: String,
}

/// Edits of one file by whole lines.
#[derive(Default)]
pub(super) struct LineEdits {
    removed: Vec<Range<usize>>,
    inserted: Vec<Insertion>,
}

impl LineEdits {
    /// Takes lines away.
    pub(super) fn remove(&mut self, lines: Range<usize>) {
        self.removed.push(lines);
    }

    /// Puts lines in before `line`.
    pub(super) fn insert(&mut self, line: usize, text: String, what: What) {
        self.inserted.push(Insertion { line, what, text });
    }

    /// The edits as ranges of bytes.
    pub(super) fn finish(self, layout: &Layout<'_>) -> Vec<Replacement> {
        let chunks = join(self.removed);
        let last = (0..layout.lines.len()).rev().find(|line| !layout.is_blank(*line)).map_or(0, |line| line + 1);
        let everything = chunks.last().map_or(0, |chunk| chunk.end) >= last;
        let widened = chunks.into_iter().map(|chunk| {
            let replaced = self.inserted.iter().any(|i| i.line == chunk.start);
            let blank_after = layout.is_blank(chunk.end);
            if replaced || !blank_after {
                chunk
            } else if chunk.start > 0 && layout.is_blank(chunk.start - 1) {
                chunk.start - 1..chunk.end
            } else if chunk.start == 0 && !everything {
                chunk.start..chunk.end + 1
            } else {
                chunk
            }
        });
        let mut groups: Vec<(Range<usize>, String)> =
            join(widened.collect()).into_iter().map(|c| (c, String::new())).collect();
        for insertion in &self.inserted {
            if !groups.iter().any(|(lines, _)| lines.start <= insertion.line && insertion.line <= lines.end) {
                groups.push((insertion.line..insertion.line, String::new()));
            }
        }
        groups.sort_by_key(|(lines, _)| lines.start);
        let mut written = false;
        for (lines, text) in &mut groups {
            let kept_before = (0..lines.start).any(|line| !layout.is_blank(line));
            let here = |i: &&Insertion| lines.start <= i.line && i.line <= lines.end;
            let mut insertions: Vec<_> = self.inserted.iter().filter(here).collect();
            insertions.sort_by_key(|i| (i.line, i.what.rank()));
            for insertion in insertions {
                if insertion.what == (What::Tables { apart: true }) && (kept_before || written) {
                    text.push_str(layout.eol);
                }
                text.push_str(&insertion.text);
                written = true;
            }
        }
        groups.into_iter().map(|(lines, text)| replacement(layout, lines, text)).collect()
    }
}

/// Sorts ranges and joins those that touch.
pub(super) fn join(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => joined.push(range),
        }
    }
    joined
}

/// A file without a line end at its end stays so.
fn replacement(layout: &Layout<'_>, lines: Range<usize>, mut text: String) -> Replacement {
    let source = layout.source;
    let (mut start, end) = (layout.line_start(lines.start), layout.line_start(lines.end));
    let ends_open = !layout.lines.is_empty() && !source.ends_with('\n') && end == source.len();
    if ends_open && lines.is_empty() {
        text.truncate(text.len() - layout.eol.len());
        text.insert_str(0, layout.eol);
    } else if ends_open && !text.is_empty() {
        text.truncate(text.len() - layout.eol.len());
    } else if ends_open {
        let before = &source[..start];
        start = before.strip_suffix('\n').map_or(before, |b| b.strip_suffix('\r').unwrap_or(b)).len();
    }
    Replacement { span: Span::new(start, end), text }
}
