//! The plain subset of YAML, read line by line: same tree as [`super::parse_any`], much sooner.
//!
//! The subset is what people and tools write in these files: mappings and lists by indentation,
//! scalars and flow collections that end on their line, comments, blank lines. Whatever is not
//! surely in it gives `None`, and the full parser has the word: it alone reports errors, so a
//! wrong file is never judged here. Two keys of a mapping that hash alike are such a doubt, which
//! makes the search for repeated keys a sort of numbers: no table, no comparison of texts, and
//! nothing that chosen keys could slow down.

mod scalar;
#[cfg(test)]
mod tests;

use super::{Kind, NodeId, Span, Style, Tree};
use scalar::Scalar;

/// Nesting that no configuration has; the full parser has its own limits beyond.
const DEEPEST: usize = 64;
/// Keys near the length that YAML forbids (1024 characters) are left to the full parser.
const LONGEST_KEY: usize = 1000;

/// Parses a text of the subset; `None` says nothing but that the full parser must look.
pub(super) fn parse(source: &str) -> Option<Tree> {
    only_usual_characters(source.as_bytes()).then(|| Scanner::new(source).run()).flatten()
}

/// Whether there is no control character, no `\r` but before `\n`, and no Unicode line break or mark.
fn only_usual_characters(bytes: &[u8]) -> bool {
    // Without an early exit inside a chunk the compiler checks many bytes at once.
    const CHUNK: usize = 128;
    bytes.chunks(CHUNK).enumerate().all(|(number, chunk)| {
        let usual = |b: &u8| matches!(*b, 0x20..0x7f | b'\n');
        chunk.iter().fold(true, |all, b| all & usual(b)) || {
            let start = number * CHUNK;
            (start..start + chunk.len()).all(|at| is_usual(&bytes[at..]))
        }
    })
}

/// Whether the character that starts here is usual; bytes inside of a character are.
fn is_usual(bytes: &[u8]) -> bool {
    match bytes {
        [b'\r', rest @ ..] => rest.first() == Some(&b'\n'),
        [b'\t' | b'\n' | 0x20..0x7f, ..] => true,
        // U+0080 to U+009F; U+2028 and U+2029; U+FEFF; U+FFFE and U+FFFF.
        [0xc2, 0x80..0xa0, ..] | [0xe2, 0x80, 0xa8 | 0xa9, ..] => false,
        [0xef, 0xbb, 0xbf, ..] | [0xef, 0xbf, 0xbe | 0xbf, ..] => false,
        [first, ..] => *first >= 0x80,
        [] => true,
    }
}

/// A block collection that is open.
struct Frame {
    id: NodeId,
    kind: Kind,
    /// Column of its keys or dashes.
    indent: usize,
    /// Where the hashes of its keys start.
    hashes: usize,
}

struct Scanner<'s> {
    source: &'s str,
    bytes: &'s [u8],
    at: usize,
    tree: Tree,
    open: Vec<Frame>,
    /// Hashes of the keys of all open mappings, the innermost last.
    hashes: Vec<u64>,
    /// Right after the colon of a key whose value may stand on the next line.
    awaited: Option<usize>,
    /// Where the last value ends; block collections end there too.
    last_end: usize,
}

impl<'s> Scanner<'s> {
    fn new(source: &'s str) -> Self {
        Scanner {
            source,
            bytes: source.as_bytes(),
            at: 0,
            tree: Tree { body: Span::new(0, source.len()), ..Tree::default() },
            open: Vec::new(),
            hashes: Vec::new(),
            awaited: None,
            last_end: 0,
        }
    }

    fn run(mut self) -> Option<Tree> {
        let mut line = self.next_line();
        if line == Some(0) && self.bytes[self.at..].starts_with(b"---") {
            self.at += 3;
            self.tree.body.start = self.at as u32;
            self.end_line()?;
            line = self.next_line();
        }
        while let Some(indent) = line {
            let dash = self.peek() == Some(b'-');
            self.enter(indent, dash)?;
            if dash {
                self.item(indent)?
            } else {
                self.entry()?
            }
            line = self.next_line();
        }
        self.nothing_awaited();
        while let Some(frame) = self.open.pop() {
            self.close(&frame)?;
        }
        (!self.tree.is_empty()).then_some(self.tree)
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| *b != b' ').unwrap_or(rest.len());
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |end| end + 1);
    }

    /// From a line's start to the next line that says something; gives its indentation.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            let start = self.at;
            self.skip_spaces();
            match self.peek()? {
                b'\n' | b'\r' | b'#' => self.skip_line(),
                _ => return Some(self.at - start),
            }
        }
    }

    /// From a value's end to the next line; only a comment may stand between.
    fn end_line(&mut self) -> Option<()> {
        let end = self.at;
        self.skip_spaces();
        match self.peek() {
            None | Some(b'\n' | b'\r') => {}
            Some(b'#') if self.at > end || self.bytes[end - 1] == b' ' => {}
            Some(_) => return None,
        }
        self.skip_line();
        Some(())
    }

    /// Closes and opens collections, so that the innermost is the one that this line belongs to.
    fn enter(&mut self, indent: usize, dash: bool) -> Option<()> {
        let Some(top) = self.open.last() else {
            return if dash { None } else { self.open(Kind::Map, indent) };
        };
        if self.awaited.is_some() && (indent > top.indent || (dash && indent == top.indent)) {
            self.awaited = None;
            return self.open(if dash { Kind::Seq } else { Kind::Map }, indent);
        }
        self.nothing_awaited();
        loop {
            let top = self.open.last()?;
            if top.indent == indent && (top.kind == Kind::Seq) == dash {
                return Some(());
            }
            // A list whose dashes stand at its key's own column ends where the next key stands there.
            if top.indent < indent {
                return None;
            }
            let frame = self.open.pop()?;
            self.close(&frame)?;
        }
    }

    fn open(&mut self, kind: Kind, indent: usize) -> Option<()> {
        let id = self.tree.open(kind, Style::Block, self.at);
        self.open.push(Frame { id, kind, indent, hashes: self.hashes.len() });
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn close(&mut self, frame: &Frame) -> Option<()> {
        self.tree.close(frame.id, Some(self.last_end));
        self.keys_differ(frame.hashes)
    }

    /// Ends a mapping's keys; `None` where two of them may be the same.
    fn keys_differ(&mut self, from: usize) -> Option<()> {
        let hashes = &mut self.hashes[from..];
        hashes.sort_unstable();
        let differ = hashes.windows(2).all(|pair| pair[0] != pair[1]);
        self.hashes.truncate(from);
        differ.then_some(())
    }

    /// No value came after the last key: it is null.
    fn nothing_awaited(&mut self) {
        if let Some(at) = self.awaited.take() {
            self.tree.scalar(Style::Plain, Span::new(at, at), None);
            self.last_end = at;
        }
    }

    /// `- …`: a value, or the first entry of a mapping whose keys stand at this key's column.
    fn item(&mut self, indent: usize) -> Option<()> {
        let dash = self.at;
        self.at += 1;
        self.skip_spaces();
        if self.at == dash + 1 {
            return None;
        }
        if matches!(self.peek()?, b'[' | b'{') {
            self.flow(0)?;
            return self.end_line();
        }
        let start = self.at;
        let scalar = self.scalar(false)?;
        if !scalar.is_key {
            self.push(scalar);
            return self.end_line();
        }
        let end = std::mem::replace(&mut self.at, start);
        self.open(Kind::Map, indent + start - dash)?;
        self.at = end;
        self.push_key(scalar)?;
        self.value()
    }

    /// `key: …`
    fn entry(&mut self) -> Option<()> {
        let key = self.scalar(false)?;
        self.push_key(key)?;
        self.value()
    }

    /// What stands on the line after a key's colon.
    fn value(&mut self) -> Option<()> {
        let colon_end = self.at;
        self.skip_spaces();
        match self.peek() {
            None | Some(b'\n' | b'\r' | b'#') => self.awaited = Some(colon_end),
            Some(b'[' | b'{') => self.flow(0)?,
            Some(_) => {
                let value = self.scalar(false).filter(|value| !value.is_key)?;
                self.push(value);
            }
        }
        self.end_line()
    }

    /// `[…]` or `{…}` on one line, without empty entries.
    fn flow(&mut self, depth: usize) -> Option<()> {
        let (kind, closing) = if self.peek()? == b'[' { (Kind::Seq, b']') } else { (Kind::Map, b'}') };
        let id = self.tree.open(kind, Style::Flow, self.at);
        let hashes = self.hashes.len();
        self.at += 1;
        self.skip_spaces();
        while self.peek()? != closing {
            if kind == Kind::Map {
                let key = self.scalar(true)?;
                self.push_key(key)?;
                self.skip_spaces();
            }
            match self.peek()? {
                b'[' | b'{' if depth < DEEPEST => self.flow(depth + 1)?,
                _ => {
                    let value = self.scalar(true).filter(|value| !value.is_key)?;
                    self.push(value);
                }
            }
            self.skip_spaces();
            if self.peek()? == b',' {
                self.at += 1;
                self.skip_spaces();
                // A comma before the bracket is left to the full parser.
                if self.peek()? == closing {
                    return None;
                }
            } else if self.peek()? != closing {
                return None;
            }
        }
        self.at += 1;
        self.tree.close(id, Some(self.at));
        self.last_end = self.at;
        self.keys_differ(hashes)
    }

    fn push_key(&mut self, key: Scalar) -> Option<()> {
        let text = key.text.as_deref().map_or(&self.bytes[key.span.range()], str::as_bytes);
        if !key.is_key || key.span.range().len() > LONGEST_KEY {
            return None;
        }
        self.hashes.push(hash(text));
        self.push(key);
        Some(())
    }

    fn push(&mut self, scalar: Scalar) {
        self.last_end = scalar.span.end as usize;
        self.tree.scalar(scalar.style, scalar.span, scalar.text);
    }
}

/// Texts that are the same hash alike; others hardly ever do, and then only time is lost.
fn hash(text: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(FACTOR);
        (product as u64) ^ ((product >> 64) as u64)
    };
    let (words, rest) = text.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let state = words.iter().fold(!(text.len() as u64), |state, word| mix(state, u64::from_le_bytes(*word)));
    mix(mix(state, u64::from_le_bytes(last)), FACTOR.rotate_left(32))
}
