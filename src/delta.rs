//! How one text becomes another: ranges of bytes that are replaced, as few as lines tell.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::HashSet;

/// Bytes that are replaced. Edits of a text stand in its order and don't overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Edit {
    /// Where, in the old text.
    pub at: usize,
    /// How many bytes go.
    pub cut: usize,
    /// How many bytes come.
    pub put: usize,
}

/// The edits that turn `old` into `new`.
///
/// Most changes are few and small, even to a large text: after each, a few lines tell where both go on alike. Only what is
/// left when that fails is compared line by line as a whole.
pub fn between(old: &[u8], new: &[u8]) -> Vec<Edit> {
    const MOST: usize = 1000;
    let mut edits = Vec::new();
    let (mut at, mut here) = (0, 0);
    while edits.len() < MOST {
        let alike = common(&old[at..], &new[here..]);
        // Both stand at the beginning of a line: within one there is nothing to compare.
        let within = old[at..at + alike].iter().rev().take_while(|byte| **byte != b'\n').count();
        (at, here) = (at + alike - within, here + alike - within);
        let (was, is) = (&old[at..], &new[here..]);
        if was.is_empty() && is.is_empty() {
            return edits;
        }
        let Some((cut, put)) = next_alike(was, is) else { break };
        edits.extend(trimmed(at, &was[..cut], &is[..put]));
        (at, here) = (at + cut, here + put);
    }
    edits.extend(line_by_line(at, &old[at..], &new[here..]));
    edits
}

/// How many bytes go, and how many come, before two texts are alike for some lines, or to their end.
fn next_alike(old: &[u8], new: &[u8]) -> Option<(usize, usize)> {
    /// So many lines are looked at, and so many must be alike.
    const WINDOW: usize = 64;
    const ENOUGH: usize = 4;
    let lines = |text| -> Vec<&[u8]> { lines(text).take(WINDOW + ENOUGH).collect() };
    let (was, is) = (lines(old), lines(new));
    let goes_on = |cut: usize, put: usize| {
        let (was, is) = (&was[cut..], &is[put..]);
        let count = ENOUGH.min(was.len()).min(is.len());
        // Fewer lines do only where both texts end.
        was[..count] == is[..count] && (count == ENOUGH || was.len() == is.len())
    };
    let longest = |lines: &[&[u8]]| lines.len().min(WINDOW);
    let (most_cut, most_put) = (longest(&was), longest(&is));
    let found = (1..=most_cut + most_put).find_map(|both| {
        let cuts = both.saturating_sub(most_put)..=both.min(most_cut);
        cuts.into_iter().find(|cut| goes_on(*cut, both - cut)).map(|cut| (cut, both - cut))
    });
    let size = |lines: &[&[u8]]| lines.iter().map(|line| line.len()).sum();
    found.map(|(cut, put)| (size(&was[..cut]), size(&is[..put])))
}

/// One edit, without what both have in common at their ends.
fn trimmed(at: usize, cut: &[u8], put: &[u8]) -> Option<Edit> {
    let before = common(cut, put);
    let rest = cut[before..].iter().rev().zip(put[before..].iter().rev());
    let after = rest.take_while(|(a, b)| a == b).count();
    let edit = Edit { at: at + before, cut: cut.len() - before - after, put: put.len() - before - after };
    (edit.cut + edit.put > 0).then_some(edit)
}

/// The edits of a text that begins at `start`.
fn line_by_line(start: usize, old: &[u8], new: &[u8]) -> Vec<Edit> {
    let (was, is): (Vec<&[u8]>, Vec<&[u8]>) = (lines(old).collect(), lines(new).collect());
    if !is_worth_comparing(&was, &is) {
        return trimmed(start, old, new).into_iter().collect();
    }
    // Where each line begins.
    let starts = |lines: &[&[u8]]| -> Vec<usize> {
        let ends = lines.iter().scan(0, |at, line| {
            *at += line.len();
            Some(*at)
        });
        std::iter::once(0).chain(ends).collect()
    };
    let (was_at, is_at) = (starts(&was), starts(&is));
    let edit = |op: DiffOp| {
        let (was, is) = (op.old_range(), op.new_range());
        let (from, to) = (was_at[was.start], was_at[was.end]);
        trimmed(start + from, &old[from..to], &new[is_at[is.start]..is_at[is.end]])
    };
    let ops = capture_diff_slices(Algorithm::Patience, &was, &is).into_iter();
    ops.filter(|op| !matches!(op, DiffOp::Equal { .. })).filter_map(edit).collect()
}

/// Where each edit's new bytes stand in the new text.
pub fn placed(edits: &[Edit]) -> impl Iterator<Item = (Edit, usize)> {
    let mut shift = 0isize;
    edits.iter().map(move |edit| {
        let at = edit.at.saturating_add_signed(shift);
        shift += edit.put as isize - edit.cut as isize;
        (*edit, at)
    })
}

/// The way back: the edits that turn the new text into the old one.
pub fn reversed(edits: &[Edit]) -> Vec<Edit> {
    placed(edits).map(|(edit, at)| Edit { at, cut: edit.put, put: edit.cut }).collect()
}

/// A text as the pieces that it is made of, so that many edits cost no copies of it.
pub struct Pieces<'t> {
    pieces: Vec<&'t [u8]>,
}

impl<'t> Pieces<'t> {
    /// A text in one piece.
    pub fn of(text: &'t [u8]) -> Pieces<'t> {
        Pieces { pieces: vec![text] }
    }

    /// Applies edits, each with its new bytes; false where they don't fit the text.
    pub fn apply(&mut self, edits: &[(Edit, &'t [u8])]) -> bool {
        let mut made: Vec<&'t [u8]> = Vec::with_capacity(self.pieces.len() + 2 * edits.len());
        let mut left = self.pieces.iter().copied();
        let (mut piece, mut at) = (left.next().unwrap_or_default(), 0);
        // Moves on to a place of the old text; what lies before it is kept or goes.
        let mut advance = |to: usize, made: Option<&mut Vec<&'t [u8]>>| {
            let mut passed = Vec::new();
            while at < to {
                if piece.is_empty() {
                    let Some(next) = left.next() else { return false };
                    piece = next;
                    continue;
                }
                let (before, after) = piece.split_at(piece.len().min(to - at));
                passed.push(before);
                at += before.len();
                piece = after;
            }
            if let Some(made) = made {
                made.append(&mut passed);
            }
            at == to
        };
        for (edit, put) in edits {
            let Some(end) = edit.at.checked_add(edit.cut) else { return false };
            if put.len() != edit.put || !advance(edit.at, Some(&mut made)) || !advance(end, None) {
                return false;
            }
            made.push(put);
        }
        made.push(piece);
        made.extend(left);
        self.pieces = made;
        true
    }

    /// The text.
    pub fn text(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

/// How many bytes two texts have in common at their beginning.
fn common(old: &[u8], new: &[u8]) -> usize {
    /// Many bytes are compared at once.
    const BLOCK: usize = 4096;
    let blocks = old.chunks_exact(BLOCK).zip(new.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    blocks + old[blocks..].iter().zip(&new[blocks..]).take_while(|(a, b)| a == b).count()
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

/// Whether lines have enough in common for a comparison to end soon: it takes their number times that of the differences.
fn is_worth_comparing(old: &[&[u8]], new: &[&[u8]]) -> bool {
    const MOST_STEPS: usize = 1 << 30;
    let strange = |lines: &[&[u8]], others: &[&[u8]]| {
        let others: HashSet<&[u8]> = others.iter().copied().collect();
        lines.iter().filter(|line| !others.contains(*line)).count()
    };
    let differences = strange(old, new) + strange(new, old);
    (old.len() + new.len()).saturating_mul(differences) < MOST_STEPS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn puts<'t>(edits: &[Edit], new: &'t [u8]) -> Vec<(Edit, &'t [u8])> {
        placed(edits).map(|(edit, at)| (edit, &new[at..at + edit.put])).collect()
    }

    fn goes(old: &[u8], new: &[u8]) {
        let edits = between(old, new);
        let mut pieces = Pieces::of(old);
        assert!(pieces.apply(&puts(&edits, new)));
        assert_eq!(pieces.text(), new);
        let back = reversed(&edits);
        assert!(pieces.apply(&puts(&back, old)), "{edits:?} {back:?}");
        assert_eq!(pieces.text(), old);
    }

    #[test]
    fn few_bytes_say_what_differs() {
        let text: String = (0..1000).map(|n| format!("line {n}\n")).collect();
        let new = text.replace("line 10\n", "line 10\nmore\n").replace("line 900\n", "").replace("e 500", "e five");
        let edits = between(text.as_bytes(), new.as_bytes());
        assert_eq!(edits.len(), 3);
        assert!(edits.iter().map(|e| e.cut + e.put).sum::<usize>() < 40, "{edits:?}");
        goes(text.as_bytes(), new.as_bytes());
    }

    #[test]
    fn edits_that_fit_no_text_are_refused() {
        let edit = |at, cut, put| Edit { at, cut, put };
        for (edits, puts) in [
            (vec![edit(5, 0, 1)], vec!["x"]),
            (vec![edit(0, 4, 0)], vec![""]),
            (vec![edit(2, 0, 0), edit(1, 0, 0)], vec!["", ""]),
            (vec![edit(1, usize::MAX, 0)], vec![""]),
            (vec![edit(0, 0, 2)], vec!["x"]),
        ] {
            let pairs: Vec<_> = edits.iter().copied().zip(puts.iter().map(|put| put.as_bytes())).collect();
            assert!(!Pieces::of(b"abc").apply(&pairs), "{edits:?}");
        }
    }

    #[test]
    fn what_is_written_anew_costs_no_more_than_both_texts() {
        let old: String = (0..3000).map(|n| format!("a {n}\nsame\n")).collect();
        let new: String = (0..3000).rev().map(|n| format!("b {n}\nsame\n")).collect();
        goes(old.as_bytes(), new.as_bytes());
        let moved: String =
            old.lines().skip(100).chain(old.lines().take(100)).map(|line| format!("{line}\n")).collect();
        let edits = between(old.as_bytes(), moved.as_bytes());
        goes(old.as_bytes(), moved.as_bytes());
        assert!(edits.iter().map(|e| e.cut + e.put).sum::<usize>() < 2500, "{edits:?}");
    }

    proptest! {
        #[test]
        fn there_and_back(old in "[ab\n]{0,40}", new in "[ab\n]{0,40}") {
            goes(old.as_bytes(), new.as_bytes());
        }
    }
}
