//! A place in a YAML text, and the steps that move it on.

use super::Fault;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The byte.
    pub(super) byte: u32,
    /// The character, which is what Go's library counts the length of a key in.
    pub(super) index: u32,
    /// The line, from 0.
    pub(super) line: u32,
    /// The column in characters, from 0.
    pub(super) column: u32,
}

impl Mark {
    pub(super) fn at(self) -> usize {
        self.byte as usize
    }
}

/// How many bytes Go's library reads at once.
const CHUNK: usize = 512;

pub(super) struct Cursor<'s> {
    pub(super) source: &'s str,
    bytes: &'s [u8],
    pub(super) mark: Mark,
    /// Whether nothing but blanks stands between the last line break and here.
    pub(super) fresh_line: bool,
    /// A character that is refused wherever it stands, and where the bytes begin that Go's library reads with it.
    refused: Option<(usize, usize)>,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let start = if source.starts_with('\u{feff}') { 3 } else { 0 };
        let refused = refused_character(source).map(|at| (at, chunk_start(source, at)));
        let mark = Mark { byte: start, ..Mark::default() };
        // What is refused is the end for all who look ahead.
        let bytes = &source.as_bytes()[..refused.map_or(source.len(), |(at, _)| at)];
        Cursor { source, bytes, mark, fresh_line: false, refused }
    }

    /// Refuses a control character once the text has been read as far as Go's library would have read it.
    pub(super) fn check_characters(&self) -> Result<(), Fault> {
        const LOOKAHEAD: usize = 4;
        match self.refused {
            Some((at, from)) if self.mark.at() + LOOKAHEAD > from => {
                Err(Fault::without_line(at, "control characters are not allowed"))
            }
            _ => Ok(()),
        }
    }

    /// A byte ahead; 0 behind the end.
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.mark.at() + ahead).copied().unwrap_or(0)
    }

    pub(super) fn starts_with(&self, text: &[u8]) -> bool {
        self.bytes.get(self.mark.at()..).is_some_and(|rest| rest.starts_with(text))
    }

    pub(super) fn is_end(&self) -> bool {
        self.mark.at() >= self.bytes.len()
    }

    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.peek(ahead), b' ' | b'\t')
    }

    /// Whether a line ends here, by YAML 1.1.
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        match self.peek(ahead) {
            b'\n' | b'\r' => true,
            0xc2 => self.peek(ahead + 1) == 0x85,
            0xe2 => self.peek(ahead + 1) == 0x80 && matches!(self.peek(ahead + 2), 0xa8 | 0xa9),
            _ => false,
        }
    }

    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.is_break(ahead) || self.peek(ahead) == 0
    }

    pub(super) fn is_space_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Passes one character, not a line break.
    pub(super) fn skip(&mut self) {
        let byte = self.peek(0);
        self.fresh_line &= matches!(byte, b' ' | b'\t');
        self.mark.byte += match byte {
            0..0x80 => u32::from(!self.is_end()),
            0x80..0xe0 => 2,
            0xe0..0xf0 => 3,
            _ => 4,
        };
        self.mark.index += 1;
        self.mark.column += 1;
    }

    pub(super) fn skip_bytes(&mut self, count: usize) {
        let end = self.mark.at() + count;
        while self.mark.at() < end && !self.is_end() {
            self.skip();
        }
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.skip();
        }
    }

    pub(super) fn skip_to_line_end(&mut self) {
        while !self.is_break_or_end(0) {
            self.skip();
        }
    }

    /// Passes a line break, if there is one; gives what it counts as in a text.
    pub(super) fn skip_break(&mut self) -> &'s str {
        let (width, text) = match self.peek(0) {
            _ if !self.is_break(0) => return "",
            b'\r' if self.peek(1) == b'\n' => (2, "\n"),
            b'\r' | b'\n' => (1, "\n"),
            0xc2 => (2, "\n"),
            _ => (3, &self.source[self.mark.at()..self.mark.at() + 3]),
        };
        self.mark.byte += width;
        self.mark.index += if width == 2 && text == "\n" && self.bytes[self.mark.at() - 1] == b'\n' { 2 } else { 1 };
        self.mark.line += 1;
        self.mark.column = 0;
        self.fresh_line = true;
        text
    }

    /// Whether Go's library takes what stands here for a byte order mark, whatever it is. It looks for the mark not here
    /// but where its buffer starts, so a text with two marks loses the first character of each line until that moves.
    pub(super) fn seems_a_mark(&self) -> bool {
        const LAST_LOOK: usize = 4;
        let twice = self.mark.column == 0 && self.source.starts_with("\u{feff}\u{feff}");
        twice && self.mark.at() + LAST_LOOK <= self.source.floor_char_boundary(CHUNK)
    }

    /// Whether `---` or `...` stands here by itself.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.mark.column == 0 && (self.starts_with(b"---") || self.starts_with(b"...")) && self.is_space_or_end(3)
    }

    /// Passes letters, digits, `_` and `-`.
    pub(super) fn skip_name(&mut self) -> &'s str {
        let start = self.mark.at();
        while is_name(self.peek(0)) {
            self.skip();
        }
        &self.source[start..self.mark.at()]
    }
}

pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Where the first character stands that Go's YAML library refuses anywhere, comments included.
fn refused_character(source: &str) -> Option<usize> {
    let plain = |b: u8| (0x20..0x7f).contains(&b) || matches!(b, b'\t' | b'\n' | b'\r');
    let bytes = source.as_bytes();
    let mut from = 0;
    while let Some(step) = bytes[from..].iter().position(|b| !plain(*b)) {
        let at = from + step;
        let c = source[at..].chars().next().unwrap_or('\0');
        match c {
            '\u{85}' => {}
            c if (c as u32) < 0xa0 || matches!(c as u32, 0xfffe | 0xffff) => return Some(at),
            _ => {}
        }
        from = at + c.len_utf8();
    }
    None
}

/// Where the chunk begins that a byte is read with.
fn chunk_start(source: &str, at: usize) -> usize {
    let mut start = 0;
    loop {
        let end = source.floor_char_boundary(start + CHUNK);
        if end > at || end == start {
            return start;
        }
        start = end;
    }
}
