//! A few lines of a file around what is underlined, escaped and cut so that they fit on a terminal.

use crate::document::{Lines, Span};
use crate::render::text::sanitize;
use std::ops::Range;

/// How many bytes of a line are shown before and after what is underlined, where it is too long to be shown whole.
const AROUND: usize = 60;
/// Up to which length a line is shown whole.
const WHOLE: usize = 160;
/// How many lines may lie between two underlined ones that are shown together.
const GAP: usize = 4;

/// Lines to show together.
pub(super) struct Excerpt {
    /// The lines.
    pub(super) text: String,
    /// The 1-based number of the first.
    pub(super) first: usize,
    /// What is underlined in `text`, in the order in which the spans were given.
    pub(super) spans: Vec<Range<usize>>,
}

/// The first of `spans` with those that stand near it. Gives too how many of `spans` are in it.
pub(super) fn around(lines: &Lines<'_>, spans: &[Span]) -> (Excerpt, usize) {
    let line_of = |span: &Span| lines.line(span.start as usize);
    let (mut first, mut last) = spans.first().map_or((1, 1), |span| (line_of(span), line_of(span)));
    let mut taken = 0;
    for span in spans {
        let line = line_of(span);
        if line + GAP < first || line > last + GAP {
            break;
        }
        (first, last) = (first.min(line), last.max(line));
        taken += 1;
    }
    let taken = &spans[..taken.min(spans.len())];
    let mut excerpt = Excerpt { text: String::new(), first, spans: vec![0..0; taken.len()] };
    for line in first..=last {
        let here: Vec<(usize, Range<usize>)> = taken
            .iter()
            .enumerate()
            .filter(|(_, span)| line_of(span) == line)
            .map(|(at, span)| (at, within(lines.range(line), *span)))
            .collect();
        let window = window(lines.text(line), here.iter().map(|(_, span)| span));
        let text = &lines.text(line)[window.clone()];
        let start = excerpt.text.len() + if window.start > 0 { '…'.len_utf8() } else { 0 };
        for (at, span) in here {
            let place = |byte: usize| {
                let byte = byte.clamp(window.start, window.end) - window.start;
                start + shown(&text[..text.floor_char_boundary(byte)]).len()
            };
            excerpt.spans[at] = place(span.start)..place(span.end);
        }
        excerpt.text.push_str(if window.start > 0 { "…" } else { "" });
        excerpt.text.push_str(&shown(text));
        excerpt.text.push_str(if window.end < lines.text(line).len() { "…\n" } else { "\n" });
    }
    (excerpt, taken.len())
}

/// A span as bytes of its first line.
fn within(line: Range<usize>, span: Span) -> Range<usize> {
    let end = (span.end as usize).min(line.end);
    let start = (span.start as usize).min(line.end);
    start - line.start..end.max(start) - line.start
}

/// The part of a line that is shown.
fn window<'s>(line: &str, spans: impl Iterator<Item = &'s Range<usize>>) -> Range<usize> {
    if line.len() <= WHOLE {
        return 0..line.len();
    }
    // One long span, or several far apart: what matters is where the first begins.
    let first = spans.min_by_key(|span| span.start).cloned().unwrap_or(0..0);
    let start = line.floor_char_boundary(first.start.saturating_sub(AROUND));
    let end = line.floor_char_boundary(first.end.min(first.start + AROUND) + AROUND);
    start..end.min(line.len())
}

/// Text as it is shown; character by character, so that its parts can be measured.
fn shown(text: &str) -> String {
    sanitize(&text.replace('\t', "    "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str, what: &str) -> Span {
        let at = text.find(what).unwrap();
        Span::new(at, at + what.len())
    }

    #[test]
    fn near_spans_stand_together_and_far_ones_do_not() {
        let text = "a: 1\nb: 2\nc: 3\nd:\n\n\n\n\n\n\n  e: 4\n";
        let (excerpt, taken) = around(&Lines::of(text), &[span(text, "3"), span(text, "1"), span(text, "4")]);
        assert_eq!((excerpt.text.as_str(), excerpt.first, taken), ("a: 1\nb: 2\nc: 3\n", 1, 2));
        assert_eq!(excerpt.spans.iter().map(|s| &excerpt.text[s.clone()]).collect::<Vec<_>>(), ["3", "1"]);
    }

    #[test]
    fn long_lines_are_cut_and_controls_escaped() {
        let text = format!("\t{}\u{1b}[31mhere\u{202e}{}", "ü".repeat(300), "x".repeat(400));
        let (excerpt, _) = around(&Lines::of(&text), &[span(&text, "here\u{202e}")]);
        assert_eq!(&excerpt.text[excerpt.spans[0].clone()], "here\\u{202e}");
        assert!(excerpt.text.starts_with("…ü") && excerpt.text.ends_with("x…\n"), "{}", excerpt.text);
        assert!(excerpt.text.chars().count() < 200 && excerpt.text.contains("\\u{1b}[31m"));
    }

    #[test]
    fn a_span_over_lines_is_shown_in_its_first() {
        let text = "a:\r\n  b: 1\r\n  c: 2\r\n";
        let (excerpt, _) = around(&Lines::of(text), &[Span::new(6, 18)]);
        assert_eq!((excerpt.text.as_str(), excerpt.spans[0].clone()), ("  b: 1\n", 2..6));
    }
}
