//! Lines and columns of a text, for whoever shows places in it.

use std::cell::Cell;

/// Where each line of a text starts.
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<u32>,
    /// The last byte asked for, with its line and column: findings come in order, and a line can be very long.
    last: Cell<(usize, Position)>,
}

/// A place in a text, 1-based.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column in characters.
    pub column: usize,
    /// The column in UTF-16 units.
    pub utf16: usize,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub fn of(text: &'t str) -> Lines<'t> {
        let first = Position { line: 1, column: 1, utf16: 1 };
        Lines { text, starts: super::line_starts(text), last: Cell::new((0, first)) }
    }

    /// How many lines there are.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The 1-based line of a byte.
    pub fn line(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= byte).max(1)
    }

    /// The bytes of a line without what ends it.
    pub fn range(&self, line: usize) -> std::ops::Range<usize> {
        let start = |line: usize| self.starts.get(line).map_or(self.text.len(), |start| *start as usize);
        let (from, to) = (start(line.saturating_sub(1)), start(line));
        let text = self.text.get(from..to).unwrap_or_default();
        from..from + text.trim_end_matches(['\n', '\r']).len()
    }

    /// The text of a line without what ends it.
    pub fn text(&self, line: usize) -> &'t str {
        self.text.get(self.range(line)).unwrap_or_default()
    }

    /// The text of the line that a byte stands in; of a very long line what is near the byte.
    pub fn text_at(&self, byte: usize) -> &'t str {
        const WHOLE: usize = 1000;
        const NEAR: usize = 100;
        let text = self.text(self.line(byte));
        if text.len() <= WHOLE {
            return text;
        }
        let at = byte.saturating_sub(self.range(self.line(byte)).start);
        let (from, to) = (text.floor_char_boundary(at.saturating_sub(NEAR)), text.floor_char_boundary(at + NEAR));
        &text[from..to]
    }

    /// Where a byte stands.
    pub fn position(&self, byte: usize) -> Position {
        let byte = self.text.floor_char_boundary(byte.min(self.text.len()));
        let line = self.line(byte);
        let start = self.range(line).start;
        let (last, position) = self.last.get();
        let (from, mut at) = match position.line == line && last <= byte {
            true => (last, position),
            false => (start, Position { line, column: 1, utf16: 1 }),
        };
        for c in self.text.get(from..byte).unwrap_or_default().chars().filter(|c| *c != '\u{feff}') {
            at.column += 1;
            at.utf16 += c.len_utf16();
        }
        self.last.set((byte, at));
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_utf16_units() {
        let text = "a: ü\r\nb: 😀x\n";
        let lines = Lines::of(text);
        let at = |what: &str| lines.position(text.find(what).unwrap());
        assert_eq!(at("ü"), Position { line: 1, column: 4, utf16: 4 });
        assert_eq!(at("x"), Position { line: 2, column: 5, utf16: 6 });
        assert_eq!(at("b"), Position { line: 2, column: 1, utf16: 1 });
        assert_eq!((lines.text(1), lines.text(2), lines.text(3), lines.text(9)), ("a: ü", "b: 😀x", "", ""));
    }
}
