//! One request in HTTP/2 without TLS, from the first frame on: as much of the protocol as that takes.

use super::Failure;
use super::connection::failure;
use super::http::judged;
use std::io::{Read, Write};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END: u8 = 0x1 | 0x4;

/// Asks for a page; the status, in words, where it is none of the server's failures.
pub(super) fn get(stream: &mut (impl Read + Write), authority: &str, path: &str) -> Result<String, Failure> {
    let broken = |error: std::io::Error| failure(&error, "no answer in HTTP/2");
    let mut request = PREFACE.to_vec();
    request.extend(frame(SETTINGS, 0, 0, &[]));
    request.extend(frame(HEADERS, END, 1, &fields(authority, path)));
    stream.write_all(&request).and_then(|()| stream.flush()).map_err(broken)?;
    let mut speaks = false;
    // Before its answer a server says little; more than this is none.
    for _ in 0..100 {
        let mut head = [0; 9];
        stream.read_exact(&mut head).map_err(broken)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let (kind, flags) = (head[3], head[4]);
        if !speaks && kind != SETTINGS || length > 1 << 20 {
            return Err(Failure::new("it does not speak HTTP/2 without TLS"));
        }
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).map_err(broken)?;
        match kind {
            SETTINGS if flags & ACK == 0 => {
                speaks = true;
                stream.write_all(&frame(SETTINGS, ACK, 0, &[])).map_err(broken)?;
            }
            PING if flags & ACK == 0 => stream.write_all(&frame(PING, ACK, 0, &payload)).map_err(broken)?,
            HEADERS => return status(&payload, flags).map_or(Ok("speaks HTTP/2".into()), judged),
            // A server of gRPC may take nothing but calls.
            RST_STREAM | GOAWAY => return Ok("speaks HTTP/2".into()),
            _ => {}
        }
    }
    Err(Failure::new("it does not answer the request"))
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The header fields of the request: GET, http, and two texts.
fn fields(authority: &str, path: &str) -> Vec<u8> {
    let mut block = vec![0x82, 0x86];
    for (name, text) in [(4, path), (1, authority)] {
        block.push(name);
        // Lengths below 127 take one byte; hosts and paths that are longer are cut: any answer will do.
        let text = &text.as_bytes()[..text.len().min(126)];
        block.push(text.len() as u8);
        block.extend_from_slice(text);
    }
    block
}

/// The status, which is the first field of an answer.
fn status(payload: &[u8], flags: u8) -> Option<u16> {
    let padding = usize::from(flags & 0x8 != 0);
    let priority = if flags & 0x20 != 0 { 5 } else { 0 };
    let mut block = payload.get(padding + priority..)?;
    // A change of the table's size may come before.
    while block.first()? & 0xe0 == 0x20 {
        let more = block.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
        let is_long = block.first()? & 0x1f == 0x1f;
        block = block.get(if is_long { more + 2 } else { 1 }..)?;
    }
    const KNOWN: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    let first = *block.first()?;
    if first & 0x80 != 0 {
        return KNOWN.get(usize::from(first & 0x7f).checked_sub(8)?).copied();
    }
    let name = first & if first & 0x40 != 0 { 0x3f } else { 0x0f };
    let length = *block.get(1).filter(|_| (8..=14).contains(&name))?;
    let text = block.get(2..2 + usize::from(length & 0x7f))?;
    match length & 0x80 {
        0 => std::str::from_utf8(text).ok()?.parse().ok(),
        _ => digits(text),
    }
}

/// Three digits in the code of HPACK: 0 to 2 take five bits, the others six.
fn digits(coded: &[u8]) -> Option<u16> {
    let bits = coded.iter().take(4).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
    let bits = bits << (32 - 8 * coded.len().clamp(1, 4));
    let (mut at, mut number) = (0, 0);
    for _ in 0..3 {
        let five = bits << at >> 27;
        let (digit, size) = match five {
            0..=2 => (five, 5),
            _ => (((bits << at >> 26).checked_sub(0x19)? + 3), 6),
        };
        number = number * 10 + u16::try_from(digit).ok().filter(|digit| *digit < 10)?;
        at += size;
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_in_each_of_its_spellings() {
        assert_eq!(status(&[0x88], 0), Some(200));
        assert_eq!(status(&[0x20, 0x8d], 0), Some(404));
        assert_eq!(status(&[0x3f, 0xe1, 0x1f, 0x48, 3, b'4', b'0', b'5'], 0), Some(405));
        // As in the examples of RFC 7541, C.6.1 and C.6.2.
        assert_eq!(status(&[0x48, 0x82, 0x64, 0x02], 0), Some(302));
        assert_eq!(status(&[0x48, 0x83, 0x64, 0x0e, 0xff], 0), Some(307));
        assert_eq!(status(&[3, 0, 0, 0, 0, 0, 0x8e, 0, 0, 0], 0x28), Some(500));
        for bad in [&[][..], &[0x40, 1, b'x'], &[0x48, 0x83], &[0xff], &[0x3f, 0xff]] {
            assert_eq!(status(bad, 0), None);
        }
    }
}
