//! Classes in brackets, and what can follow a backslash.

use super::unicode::has_class;
use super::{Fault, fault};
use crate::release::Release;

const BAD_RANGE: &str = "invalid character class range";

const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// Reads a class from its bracket on; gives what follows. `posix_end` is how many bytes of the expression follow from its
/// last `:]` on.
pub(super) fn bracket(text: &str, posix_end: usize, release: Release) -> Result<&str, Fault<'_>> {
    let inner = &text[1..];
    let mut rest = inner.strip_prefix('^').unwrap_or(inner);
    let mut first = true;
    while first || !rest.starts_with(']') {
        // a bracket that stands first is one of the characters
        first = false;
        if let Some(after) = posix(rest, posix_end)? {
            rest = after;
        } else if rest.starts_with("\\p") || rest.starts_with("\\P") {
            rest = unicode(rest, release)?;
        } else if let Some(after) = perl(rest) {
            rest = after;
        } else {
            let range = rest;
            let (low, after) = character(rest, text)?;
            rest = after;
            if let Some(after) = rest.strip_prefix('-').filter(|after| !after.is_empty() && !after.starts_with(']')) {
                let (high, after) = character(after, text)?;
                rest = after;
                if high < low {
                    return fault(BAD_RANGE, &range[..range.len() - rest.len()]);
                }
            }
        }
    }
    Ok(&rest[1..])
}

/// `[:alpha:]`, where it stands.
fn posix(text: &str, posix_end: usize) -> Result<Option<&str>, Fault<'_>> {
    let inner = text.strip_prefix("[:").filter(|inner| inner.len() >= posix_end);
    let Some(inner) = inner else { return Ok(None) };
    let Some((name, after)) = inner.split_once(":]") else { return Ok(None) };
    match POSIX.contains(&name.strip_prefix('^').unwrap_or(name)) {
        true => Ok(Some(after)),
        false => fault(BAD_RANGE, &text[..text.len() - after.len()]),
    }
}

/// `\d` and the like, where it stands.
fn perl(text: &str) -> Option<&str> {
    text.strip_prefix('\\')?.strip_prefix(['d', 'D', 's', 'S', 'w', 'W'])
}

/// `\pL`, `\p{Greek}`, `\p{^Greek}`.
fn unicode(text: &str, release: Release) -> Result<&str, Fault<'_>> {
    let inner = &text[2..];
    let (name, rest) = match inner.strip_prefix('{') {
        Some(braced) => match braced.split_once('}') {
            Some(parts) => parts,
            None => return fault(BAD_RANGE, text),
        },
        None => inner.split_at(inner.chars().next().map_or(0, char::len_utf8)),
    };
    match has_class(name.strip_prefix('^').unwrap_or(name), release) {
        true => Ok(rest),
        false => fault(BAD_RANGE, &text[..text.len() - rest.len()]),
    }
}

fn character<'a>(text: &'a str, class: &'a str) -> Result<(u32, &'a str), Fault<'a>> {
    match text.chars().next() {
        None => fault("missing closing ]", class),
        Some('\\') => escaped(text),
        Some(c) => Ok((c as u32, &text[c.len_utf8()..])),
    }
}

/// Reads from a backslash on, outside brackets; gives what follows.
pub(super) fn escape(text: &str, release: Release) -> Result<&str, Fault<'_>> {
    match text.as_bytes().get(1) {
        Some(b'A' | b'b' | b'B' | b'z') => Ok(&text[2..]),
        Some(b'C') => fault("invalid escape sequence", &text[..2]),
        Some(b'p' | b'P') => unicode(text, release),
        _ => match perl(text) {
            Some(after) => Ok(after),
            None => Ok(escaped(text)?.1),
        },
    }
}

/// One escaped character.
fn escaped(text: &str) -> Result<(u32, &str), Fault<'_>> {
    let inner = &text[1..];
    let Some(c) = inner.chars().next() else { return fault("trailing backslash at end of expression", "") };
    let mut rest = &inner[c.len_utf8()..];
    let octal = |text: &str| text.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
    match c {
        '1'..='7' if octal(rest) == 0 => {}
        '0'..='7' => {
            let (digits, after) = inner.split_at(1 + octal(rest));
            return Ok((u32::from_str_radix(digits, 8).unwrap_or_default(), after));
        }
        'x' => match hexadecimal(rest) {
            Ok(found) => return Ok(found),
            Err(after) => rest = after,
        },
        'a' => return Ok((7, rest)),
        'f' => return Ok((12, rest)),
        'n' => return Ok((10, rest)),
        'r' => return Ok((13, rest)),
        't' => return Ok((9, rest)),
        'v' => return Ok((11, rest)),
        c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok((c as u32, rest)),
        _ => {}
    }
    fault("invalid escape sequence", &text[..text.len() - rest.len()])
}

/// The digits after `\x`; or, where they are wrong, what follows the part that Go shows.
fn hexadecimal(text: &str) -> Result<(u32, &str), &str> {
    let next = |text: &'_ str| text.chars().next().map(|c| (c, c.len_utf8()));
    let Some((c, length)) = next(text) else { return Err(text) };
    let mut rest = &text[length..];
    if c != '{' {
        // Go looks at the second even where the first is wrong
        let second = next(rest);
        rest = &rest[second.map_or(0, |(_, length)| length)..];
        return match (c.to_digit(16), second.and_then(|(c, _)| c.to_digit(16))) {
            (Some(high), Some(low)) => Ok((high * 16 + low, rest)),
            _ => Err(rest),
        };
    }
    let (mut value, mut digits) = (0, 0);
    while let Some((c, length)) = next(rest) {
        rest = &rest[length..];
        if c == '}' {
            return if digits == 0 { Err(rest) } else { Ok((value, rest)) };
        }
        let Some(digit) = c.to_digit(16) else { return Err(rest) };
        value = value * 16 + digit;
        digits += 1;
        if value > 0x10_ffff {
            return Err(rest);
        }
    }
    Err(rest)
}
