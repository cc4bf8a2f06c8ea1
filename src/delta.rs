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
pub fn between(old: &[u8], new: &[u8]) -> Vec<Edit> {
    let (start, end) = common(old, new);
    let (old, new) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    if old.is_empty() || new.is_empty() {
        let edit = Edit { at: start, cut: old.len(), put: new.len() };
        return if old.len() + new.len() == 0 { Vec::new() } else { vec![edit] };
    }
    let (was, is) = (lines(old), lines(new));
    if !is_worth_comparing(&was, &is) {
        return vec![Edit { at: start, cut: old.len(), put: new.len() }];
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
        let (cut, put) = (&old[was_at[was.start]..was_at[was.end]], &new[is_at[is.start]..is_at[is.end]]);
        let (before, after) = common(cut, put);
        Edit {
            at: start + was_at[was.start] + before,
            cut: cut.len() - before - after,
            put: put.len() - before - after,
        }
    };
    let ops = capture_diff_slices(Algorithm::Patience, &was, &is).into_iter();
    ops.filter(|op| !matches!(op, DiffOp::Equal { .. })).map(edit).filter(|edit| edit.cut + edit.put > 0).collect()
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

/// How many bytes two texts have in common at their beginning, and then at their end.
fn common(old: &[u8], new: &[u8]) -> (usize, usize) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
    (start, rest.take_while(|(a, b)| a == b).count())
}

fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
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

    proptest! {
        #[test]
        fn there_and_back(old in "[ab\n]{0,40}", new in "[ab\n]{0,40}") {
            goes(old.as_bytes(), new.as_bytes());
        }
    }
}
