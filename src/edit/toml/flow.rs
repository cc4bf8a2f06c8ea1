//! Edits inside brackets and braces: parts of an array or inline table that go, and parts that come.
//!
//! A part that has its line to itself comes and goes as a line; others between their commas. Here too
//! adding and removing are each other's opposite.

use super::layout::Layout;
use super::lines::join;
use super::scan::{Item, Scanner, Shape};
use crate::document::Span;
use crate::edit::Replacement;
use std::collections::BTreeSet;
use std::ops::Range;

/// What changes in one array or inline table.
pub(super) struct FlowEdit<'l> {
    pub(super) item: &'l Item<'l>,
    /// Indices of the parts that go.
    pub(super) drop: BTreeSet<usize>,
    /// Parts to put at the end.
    pub(super) push: Vec<String>,
}

impl FlowEdit<'_> {
    /// The edit as ranges of bytes.
    pub(super) fn finish(&self, layout: &Layout<'_>) -> Vec<Replacement> {
        Flow { layout, parts: self.item.parts(), edit: self, removed: Vec::new(), out: Vec::new() }.run()
    }
}

struct Flow<'f> {
    layout: &'f Layout<'f>,
    parts: Vec<Range<usize>>,
    edit: &'f FlowEdit<'f>,
    removed: Vec<Range<usize>>,
    out: Vec<Replacement>,
}

impl Flow<'_> {
    fn replace(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.out.push(Replacement { span: Span::new(range.start, range.end), text: text.into() });
    }

    fn run(mut self) -> Vec<Replacement> {
        match self.parts.len().checked_sub(1) {
            None => self.fill(),
            Some(last) => match (0..=last).rev().find(|part| !self.edit.drop.contains(part)) {
                None => self.replace(self.parts[0].start..self.after(last), self.edit.push.join(", ")),
                Some(last_kept) => self.change(last, last_kept),
            },
        }
        for range in join(std::mem::take(&mut self.removed)) {
            self.replace(range, "");
        }
        self.out
    }

    /// Takes parts away before and after the last one that stays, and puts new ones at the end.
    fn change(&mut self, last: usize, last_kept: usize) {
        let push = &self.edit.push;
        let ends_with_comma = self.comma(last).is_some();
        for part in self.edit.drop.range(..last_kept) {
            self.removed.push(self.range_of(*part));
        }
        let tail_on_lines = (last_kept + 1..=last).all(|part| self.has_own_line(part));
        let tail_starts_line = last_kept < last && self.starts_line(last_kept + 1);
        if tail_on_lines {
            let lines: Vec<_> = (last_kept + 1..=last).map(|part| self.range_of(part)).collect();
            self.removed.extend(lines);
        } else {
            let first = &self.parts[last_kept + 1];
            self.removed.push(match (tail_starts_line, ends_with_comma) {
                (true, _) => first.start..self.after(last),
                (false, true) => self.after(last_kept)..self.after(last),
                (false, false) => self.parts[last_kept].end..self.parts[last].end,
            });
        }
        // What was the last part had no comma after it, unless the list ends with one.
        if push.is_empty() && !ends_with_comma && last_kept < last {
            self.removed.extend(self.comma(last_kept).map(|comma| comma..comma + 1));
        } else if push.is_empty() {
        } else if self.has_own_line(last) && tail_on_lines {
            if !ends_with_comma && last_kept == last {
                let end = self.parts[last].end;
                self.replace(end..end, ",");
            }
            self.push_lines(last, ends_with_comma);
        } else {
            let text = match (ends_with_comma, tail_starts_line) {
                (true, _) => push.iter().map(|text| format!(" {text},")).collect(),
                (false, true) => push.join(", "),
                (false, false) => push.iter().map(|text| format!(", {text}")).collect::<String>(),
            };
            let at = self.after(last);
            self.replace(at..at, text);
        }
    }

    /// Puts the first parts in.
    fn fill(&mut self) {
        let text = self.edit.push.join(", ");
        let inside = self.edit.item.span.start + 1..self.edit.item.span.end - 1;
        if text.is_empty() {
            return;
        }
        match self.edit.item.shape {
            Shape::Table(_) if self.layout.source[inside.clone()].trim_matches(' ').is_empty() => {
                self.replace(inside, format!(" {text} "));
            }
            _ => self.replace(inside.start..inside.start, text),
        }
    }

    /// The bytes that go with a part.
    fn range_of(&self, part: usize) -> Range<usize> {
        let Range { start, end } = self.parts[part].clone();
        if self.has_own_line(part) {
            let line = self.layout.line(start);
            let last_line = self.layout.line(end - 1);
            return self.layout.line_start(line)..self.layout.line_start(last_line + 1);
        }
        let before = part.checked_sub(1).and_then(|before| self.comma(before));
        match (self.parts.get(part + 1), before) {
            (Some(next), _) if self.same_line(end, next.start) => start..next.start,
            (_, Some(comma)) if self.same_line(comma, start) => comma + 1..self.after(part),
            _ => start..self.after(part),
        }
    }

    fn same_line(&self, a: usize, b: usize) -> bool {
        self.layout.line(a) == self.layout.line(b)
    }

    fn push_lines(&mut self, last: usize, ends_with_comma: bool) {
        let first = self.layout.line(self.parts[last].start);
        let indent = &self.layout.source[self.layout.line_start(first)..self.parts[last].start];
        let count = self.edit.push.len();
        let mut text = String::new();
        for (at, part) in self.edit.push.iter().enumerate() {
            let comma = if ends_with_comma || at + 1 < count { "," } else { "" };
            text.extend([indent, part, comma, self.layout.eol]);
        }
        let at = self.layout.line_start(self.layout.line(self.after(last) - 1) + 1);
        self.replace(at..at, text);
    }

    /// Where a part ends, with its comma.
    fn after(&self, part: usize) -> usize {
        self.comma(part).map_or(self.parts[part].end, |comma| comma + 1)
    }

    /// Where the comma after a part is.
    fn comma(&self, part: usize) -> Option<usize> {
        let mut scanner = Scanner { source: self.layout.source, at: self.parts[part].end };
        scanner.skip_blank();
        (scanner.peek() == Some(b',')).then_some(scanner.at)
    }

    fn starts_line(&self, part: usize) -> bool {
        let start = self.parts[part].start;
        self.layout.source[self.layout.line_start(self.layout.line(start))..start].trim().is_empty()
    }

    /// Whether nothing else but its comma and a comment is on the lines of a part.
    fn has_own_line(&self, part: usize) -> bool {
        let end = self.parts[part].end;
        let line = self.layout.line(end - 1);
        let rest = self.layout.source[end..self.layout.line_start(line + 1)].trim_start();
        let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        let comma_elsewhere = self.comma(part).is_some_and(|comma| !self.same_line(end - 1, comma));
        self.starts_line(part) && !comma_elsewhere && (rest.is_empty() || rest.starts_with('#'))
    }
}
