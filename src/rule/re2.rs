//! Whether Go's `regexp` compiles an expression, and what it says if not.
//!
//! Go knows no look-around and no back-references, and has limits on repetition, nesting and size. The expression is
//! only judged here, never matched.

mod class;
mod group;
mod unicode;

use crate::release::Release;

/// Why Go refuses an expression: its name for that, and the part that it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault<'a> {
    pub(super) what: &'static str,
    pub(super) part: &'a str,
}

impl std::fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error parsing regexp: {}: `{}`", self.what, self.part)
    }
}

fn fault<'a, T>(what: &'static str, part: &'a str) -> Result<T, Fault<'a>> {
    Err(Fault { what, part })
}

const MISSING_ARGUMENT: &str = "missing argument to repetition operator";
const BAD_REPEAT_SIZE: &str = "invalid repeat count";

/// The most that a count may be, and the product of counts inside each other.
const MOST_REPEATS: u64 = 1000;
/// How deep an expression may be.
const MOST_LEVELS: u32 = 1000;
/// How many instructions it may take, as Go estimates them.
const MOST_SIZE: u64 = (128 << 20) / 40;

/// An expression that has been read, as far as the limits need it.
#[derive(Clone, Copy)]
struct Piece {
    /// The largest product of counts inside each other.
    repeats: u64,
    height: u32,
    size: u64,
    /// Whether it is a literal, which Go joins with its neighbour.
    literal: bool,
}

impl Piece {
    fn single(literal: bool) -> Piece {
        Piece { repeats: 1, height: 1, size: 1, literal }
    }
}

/// What an open parenthesis keeps: the pieces before it.
struct Level {
    captures: bool,
    alternatives: Vec<Piece>,
    pieces: Vec<Piece>,
}

impl Level {
    fn new(captures: bool) -> Level {
        Level { captures, alternatives: Vec::new(), pieces: Vec::new() }
    }

    /// Ends an alternative.
    fn bar(&mut self) {
        let piece = joined(&std::mem::take(&mut self.pieces));
        self.alternatives.push(piece);
    }

    fn close(mut self) -> Piece {
        self.bar();
        let mut piece = joined(&self.alternatives);
        if self.alternatives.len() > 1 {
            piece.size += self.alternatives.len() as u64;
        }
        if self.captures {
            piece.height += 1;
            piece.size += 2;
        }
        Piece { literal: false, ..piece }
    }
}

/// Several pieces as one.
fn joined(pieces: &[Piece]) -> Piece {
    if let [only] = pieces {
        return *only;
    }
    Piece {
        repeats: pieces.iter().map(|piece| piece.repeats).max().unwrap_or(1),
        height: 1 + pieces.iter().map(|piece| piece.height).max().unwrap_or(0),
        size: pieces.iter().map(|piece| piece.size).sum::<u64>().max(1),
        literal: false,
    }
}

/// Compiles an expression as the Go of a release does.
pub(super) fn compile(regexp: &str, release: Release) -> Result<(), Fault<'_>> {
    let mut levels = vec![Level::new(false)];
    let mut rest = regexp;
    // Searched for once, not by every class.
    let posix_end = regexp.rfind(":]").map_or(usize::MAX, |at| regexp.len() - at);
    // The repetition that was read just before.
    let mut repeated: Option<&str> = None;
    while let Some(c) = rest.chars().next() {
        let before = rest;
        let last = repeated.take();
        let Some(level) = levels.last_mut() else { break };
        match c {
            '(' if rest.starts_with("(?") => {
                let (opens, after) = group::read(rest)?;
                rest = after;
                match opens {
                    group::Opens::Nothing => {}
                    opens => levels.push(Level::new(opens == group::Opens::Capture)),
                }
            }
            '(' => {
                levels.push(Level::new(true));
                rest = &rest[1..];
            }
            '|' => {
                level.bar();
                rest = &rest[1..];
            }
            ')' => {
                let closed = levels.pop().map(Level::close);
                let (Some(piece), Some(level)) = (closed, levels.last_mut()) else {
                    return fault("unexpected )", regexp);
                };
                level.pieces.push(piece);
                rest = &rest[1..];
                limits(piece, regexp)?;
            }
            '*' | '+' | '?' => {
                rest = operator(&rest[1..], before, last)?;
                let piece = repeat(level, before, rest, None)?;
                limits(piece, regexp)?;
                repeated = Some(before);
            }
            '{' => match counts(rest) {
                None => {
                    level.pieces.push(Piece::single(true));
                    rest = &rest[1..];
                }
                Some((min, max, after)) => {
                    let most = MOST_REPEATS as i64;
                    if min < 0 || min > most || max > most || max >= 0 && min > max {
                        return fault(BAD_REPEAT_SIZE, &before[..before.len() - after.len()]);
                    }
                    rest = operator(after, before, last)?;
                    let piece = repeat(level, before, rest, Some((min, max)))?;
                    limits(piece, regexp)?;
                    repeated = Some(before);
                }
            },
            '[' => {
                rest = class::bracket(rest, posix_end, release)?;
                level.pieces.push(Piece::single(false));
            }
            '\\' if rest.starts_with("\\Q") => {
                let (quoted, after) = rest[2..].split_once("\\E").unwrap_or((&rest[2..], ""));
                level.pieces.extend(quoted.chars().map(|_| Piece::single(true)));
                rest = after;
            }
            '\\' => {
                rest = class::escape(rest, release)?;
                level.pieces.push(Piece::single(true));
            }
            _ => {
                level.pieces.push(Piece::single(true));
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    match (levels.pop(), levels.is_empty()) {
        (Some(level), true) => limits(level.close(), regexp),
        _ => fault("missing closing )", regexp),
    }
}

/// What follows a repetition operator, of which `after` is the rest; `before` begins with it.
fn operator<'a>(after: &'a str, before: &'a str, last: Option<&'a str>) -> Result<&'a str, Fault<'a>> {
    let after = after.strip_prefix('?').unwrap_or(after);
    match last {
        Some(last) => fault("invalid nested repetition operator", &last[..last.len() - after.len()]),
        None => {
            debug_assert!(before.len() > after.len());
            Ok(after)
        }
    }
}

/// Repeats the last piece.
fn repeat<'a>(
    level: &mut Level,
    before: &'a str,
    after: &'a str,
    counts: Option<(i64, i64)>,
) -> Result<Piece, Fault<'a>> {
    let part = &before[..before.len() - after.len()];
    let Some(piece) = level.pieces.last_mut() else { return fault(MISSING_ARGUMENT, part) };
    piece.height += 1;
    piece.literal = false;
    match counts {
        None => piece.size += 1,
        Some((min, max)) => {
            let times = if max < 0 { min } else { max }.unsigned_abs();
            piece.repeats = if max == 0 { 1 } else { piece.repeats.saturating_mul(times.max(1)) };
            if (min >= 2 || max >= 2) && piece.repeats > MOST_REPEATS {
                return fault(BAD_REPEAT_SIZE, part);
            }
            piece.size = match (min, max) {
                (0, -1) => piece.size + 2,
                (min, -1) => 1 + min.unsigned_abs() * piece.size,
                (min, max) => {
                    let optional = (max - min).unsigned_abs();
                    max.unsigned_abs() * piece.size + optional
                }
            };
        }
    }
    Ok(*piece)
}

fn limits(piece: Piece, regexp: &str) -> Result<(), Fault<'_>> {
    if piece.size > MOST_SIZE {
        return fault("expression too large", regexp);
    }
    if piece.height > MOST_LEVELS {
        return fault("expression nests too deeply", regexp);
    }
    Ok(())
}

/// `{2}`, `{2,}` or `{2,3}`: the counts, -1 for no upper one, and what follows. `None` where it is but text.
fn counts(text: &str) -> Option<(i64, i64, &str)> {
    let (min, rest) = count(text.strip_prefix('{')?)?;
    let (min, max, rest) = match rest.strip_prefix(',') {
        None => (min, min, rest),
        Some(rest) if rest.starts_with('}') => (min, -1, rest),
        Some(rest) => {
            let (max, rest) = count(rest)?;
            // -1 is too large a number
            (if max < 0 { -1 } else { min }, max, rest)
        }
    };
    Some((min, max, rest.strip_prefix('}')?))
}

/// A number without zeros in front; -1 if it is far too large.
fn count(text: &str) -> Option<(i64, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    if digits.is_empty() || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().ok().filter(|n| *n < 100_000_000).unwrap_or(-1), rest))
}
