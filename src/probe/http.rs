//! One HTTP request; of the answer only the status is read.

use super::Failure;
use super::connection::failure;
use std::io::{Read, Write};

/// Asks for a page; the status, in words, where it is none of the server's failures.
pub(super) fn get(stream: &mut (impl Read + Write), authority: &str, path: &str) -> Result<String, Failure> {
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: cloudlunacy/{}\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION")
    );
    stream.write_all(request.as_bytes()).and_then(|()| stream.flush()).map_err(|error| failure(&error, "no answer"))?;
    let line = first_line(stream)?;
    match status(&line) {
        Some(status) => judged(status),
        None => Err(Failure::new("it does not speak HTTP")),
    }
}

/// Whether a status will do.
pub(super) fn judged(status: u16) -> Result<String, Failure> {
    match status {
        500.. => Err(Failure::new(format!("it answers {status}"))),
        _ => Ok(format!("answers {status}")),
    }
}

fn first_line(stream: &mut impl Read) -> Result<Vec<u8>, Failure> {
    const LONGEST: usize = 1000;
    let mut line = Vec::new();
    let mut buffer = [0; 256];
    while !line.contains(&b'\n') && line.len() < LONGEST {
        match stream.read(&mut buffer) {
            Ok(0) if line.is_empty() => return Err(Failure::new("it closes the connection without an answer")),
            Ok(0) => break,
            Ok(read) => line.extend_from_slice(&buffer[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failure(&error, "no answer")),
        }
    }
    Ok(line)
}

/// The status of `HTTP/1.1 200 OK`.
fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.")?;
    let digits = std::str::from_utf8(rest.get(2..5)?).ok()?;
    digits.parse().ok().filter(|status| (100..1000).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_status_line_is_one() {
        assert_eq!(status(b"HTTP/1.1 404 Not Found\r\n"), Some(404));
        assert_eq!(status(b"HTTP/1.0 200\r\n"), Some(200));
        for bad in [&b"HTTP/1.1 2x0 OK"[..], b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1", b""] {
            assert_eq!(status(bad), None);
        }
        assert_eq!(judged(404), Ok("answers 404".into()));
        assert!(judged(502).is_err());
    }
}
