//! MongoDB's `hello`, by which each of its drivers begins.

use super::Failure;
use super::connection::failure;
use std::io::{Read, Write};

const OP_MSG: u32 = 2013;

/// Asks for `hello`; servers before MongoDB 4.4 know it by its old name.
pub(super) fn hello(stream: &mut (impl Read + Write)) -> Result<String, Failure> {
    match ask(stream, "hello")? {
        true => Ok("answers hello".into()),
        false if ask(stream, "isMaster")? => Ok("answers isMaster".into()),
        false => Err(Failure::new("it refuses MongoDB's hello")),
    }
}

/// Whether a command is answered with `ok: 1`.
fn ask(stream: &mut (impl Read + Write), command: &str) -> Result<bool, Failure> {
    let broken = |error: std::io::Error| failure(&error, "no answer to MongoDB's hello");
    stream.write_all(&message(command)).and_then(|()| stream.flush()).map_err(broken)?;
    let mut head = [0; 16];
    stream.read_exact(&mut head).map_err(broken)?;
    let number = |at: usize| head.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes);
    let length = number(0) as usize;
    if number(12) != OP_MSG || !(26..=1 << 20).contains(&length) {
        return Err(Failure::new("it does not speak MongoDB's protocol"));
    }
    let mut rest = vec![0; length - 16];
    stream.read_exact(&mut rest).map_err(broken)?;
    // Flags, and a section that is one document.
    let document = rest.get(5..).filter(|_| rest.get(4) == Some(&0)).unwrap_or_default();
    ok(document).ok_or_else(|| Failure::new("it does not speak MongoDB's protocol"))
}

/// `{COMMAND: 1, $db: "admin"}` as a message.
fn message(command: &str) -> Vec<u8> {
    let fields = [b"\x10", command.as_bytes(), b"\0\x01\0\0\0", b"\x02$db\0\x06\0\0\0admin\0\0"].concat();
    let document = [&(fields.len() as u32 + 4).to_le_bytes()[..], &fields].concat();
    let length = (16 + 4 + 1 + document.len()) as u32;
    let head = [length, 1, 0, OP_MSG, 0].map(u32::to_le_bytes).concat();
    [head, vec![0], document].concat()
}

/// Whether `ok` is 1 in a document of BSON; nothing where it is none.
fn ok(document: &[u8]) -> Option<bool> {
    let four = |at: usize| Some(i32::from_le_bytes(document.get(at..at + 4)?.try_into().ok()?));
    let eight = |at: usize| <[u8; 8]>::try_from(document.get(at..at + 8)?).ok();
    let sized = |at: usize, more: usize| usize::try_from(four(at)?).ok()?.checked_add(more);
    let text = |at: usize| Some(document.get(at..)?.iter().position(|byte| *byte == 0)? + 1);
    let mut at = 4;
    loop {
        let kind = *document.get(at)?;
        if kind == 0 {
            return Some(false);
        }
        let name = text(at + 1)?;
        let value = at + 1 + name;
        if document.get(at + 1..value) == Some(b"ok\0") {
            return Some(match kind {
                0x01 => f64::from_le_bytes(eight(value)?) == 1.0,
                0x10 => four(value)? == 1,
                0x12 => i64::from_le_bytes(eight(value)?) == 1,
                0x08 => document.get(value) == Some(&1),
                _ => false,
            });
        }
        let size = match kind {
            0x01 | 0x09 | 0x11 | 0x12 => 8,
            0x02 | 0x0d | 0x0e => sized(value, 4)?,
            0x03 | 0x04 | 0x0f => sized(value, 0)?.max(4),
            0x05 => sized(value, 5)?,
            0x06 | 0x0a | 0x7f | 0xff => 0,
            0x07 => 12,
            0x08 => 1,
            0x0b => text(value).and_then(|first| Some(first + text(value + first)?))?,
            0x10 => 4,
            0x13 => 16,
            _ => return None,
        };
        at = value.checked_add(size)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_is_a_message_of_the_right_length() {
        let message = message("hello");
        assert_eq!(message.len(), u32::from_le_bytes(message[..4].try_into().unwrap()) as usize);
        assert_eq!(message.len() - 21, u32::from_le_bytes(message[21..25].try_into().unwrap()) as usize);
        assert_eq!(ok(&message[21..]), Some(false));
    }

    #[test]
    fn ok_is_found_behind_fields_of_every_kind() {
        let fields: &[&[u8]] = &[
            b"\x08a\0\x01",
            b"\x02b\0\x02\0\0\0x\0",
            b"\x03c\0\x05\0\0\0\0",
            b"\x05d\0\x01\0\0\0\0x",
            b"\x09e\x00\x00\x00\x00\x00\x00\x00\x00\x00",
            b"\x0bf\0re\0i\0",
            b"\x11g\0\0\0\0\0\0\0\0\0",
            b"\x01ok\0\0\0\0\0\0\0\xf0\x3f",
            b"\0",
        ];
        let document = [&b"\0\0\0\0"[..], &fields.concat()].concat();
        assert_eq!(ok(&document), Some(true));
        assert_eq!(ok(b"\0\0\0\0\x10ok\0\0\0\0\0\0"), Some(false));
        for length in 0..document.len() - 1 {
            let _ = ok(&document[..length]);
        }
        assert_eq!(ok(b"\0\0\0\0\x03c\0\xff\xff\xff\xff"), None);
        assert_eq!(ok(b""), None);
    }
}
