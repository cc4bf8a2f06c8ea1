//! The head of a request, byte by byte, before hyper sees it.
//!
//! hyper takes lines that end without CR, empty lines before the first, a URL in place of a path, no `Host` or two, two
//! equal lengths, and other encodings before `chunked`; it hides a length beside `Transfer-Encoding` and what follows a
//! `#`. Two servers in a row that read such a head differently can be made to see different requests; so nothing but the
//! plain form goes through.

use super::bounds::Bounds;
use crate::register::refusal::{Code, Refusal};
use hyper::header;
use hyper::http::request::Parts;

/// What is wrong with a request that is not plain HTTP/1.1.
pub(super) fn malformed(message: &str) -> Refusal {
    Refusal::new(Code::MalformedRequest, message, "send plain HTTP/1.1, and every header once")
}

/// Looks for the end of a head in bytes that come little by little.
#[derive(Default)]
pub(super) struct Scan {
    seen: usize,
    lines: usize,
    last: u8,
}

impl Scan {
    /// Where the head ends, once all of it is there; fails at the first byte that can't stand in one.
    pub(super) fn end(&mut self, bytes: &[u8], bounds: &Bounds) -> Result<Option<usize>, Refusal> {
        for (at, &byte) in bytes.iter().enumerate().skip(self.seen) {
            if byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n') {
                return Err(malformed("there is a control character in the header"));
            }
            if (byte == b'\n') != (self.last == b'\r') {
                return Err(malformed("a line of the header does not end with CR and LF"));
            }
            self.last = byte;
            self.seen = at + 1;
            if byte == b'\n' {
                let head = bytes.get(..=at).unwrap_or_default();
                if self.lines == 0 {
                    request_line(head.strip_suffix(b"\r\n").unwrap_or_default())?;
                }
                if head.ends_with(b"\r\n\r\n") {
                    return fields(head).map(|()| Some(at + 1));
                }
                self.lines += 1;
            }
            if self.lines > bounds.headers + 1 || self.seen >= bounds.header {
                let most = format!("the header has more than {} bytes or {} lines", bounds.header, bounds.headers);
                return Err(Refusal::new(Code::HeaderTooLarge, most, "send fewer and shorter headers"));
            }
        }
        Ok(None)
    }
}

/// The first line: a method, a path, and HTTP/1.1, with one space between them.
fn request_line(line: &[u8]) -> Result<(), Refusal> {
    let mut words = line.split(|byte| *byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if words.next() != Some(b"HTTP/1.1") || words.next().is_some() || !is_token(method) {
        return Err(malformed("the first line is not METHOD, PATH, and HTTP/1.1"));
    }
    let stands_in_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%?".contains(byte);
    if !target.starts_with(b"/") || !target.iter().all(stands_in_path) {
        return Err(malformed("the path does not begin with a slash, or holds what a path can't"));
    }
    Ok(())
}

/// Headers on which two servers must not disagree.
const ONCE: [&str; 9] = [
    "authorization",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "origin",
    "transfer-encoding",
    "upgrade",
];

fn fields(head: &[u8]) -> Result<(), Refusal> {
    let mut found = [false; ONCE.len()];
    let lines = head.split(|byte| *byte == b'\n').skip(1).filter_map(|line| line.strip_suffix(b"\r"));
    for line in lines.filter(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or_default();
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if !is_token(name) {
            return Err(malformed("a line of the header does not begin with a name and a colon"));
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if let Some((_, found)) = ONCE.iter().zip(&mut found).find(|(once, _)| **once == name)
            && std::mem::replace(found, true)
        {
            return Err(malformed("a header that may stand once stands twice"));
        }
        let is_plain = match name.as_str() {
            // Eighteen digits fit a number of 64 bits.
            "content-length" => (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit),
            "transfer-encoding" => value.eq_ignore_ascii_case(b"chunked"),
            "host" => !value.is_empty(),
            _ => true,
        };
        if !is_plain {
            return Err(malformed("a header has no value that it can have"));
        }
        if name == "expect" && !value.eq_ignore_ascii_case(b"100-continue") {
            let hint = "send no `Expect`, or 100-continue";
            return Err(Refusal::new(Code::ExpectationFailed, "the request expects what is not understood", hint));
        }
    }
    let has = |name| ONCE.iter().zip(found).any(|(once, found)| found && *once == name);
    match (has("host"), has("content-length") && has("transfer-encoding")) {
        (true, false) => Ok(()),
        (true, true) => Err(malformed("there are both a length and a transfer encoding")),
        (false, _) => Err(malformed("there is no `Host`")),
    }
}

/// A name of a method or a header.
fn is_token(bytes: &[u8]) -> bool {
    let is_one = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(is_one)
}

/// What a well-formed request must and must not have; gives its credential. `hosts`, where there are any, are those that the
/// server is called by.
pub(super) fn admit(parts: &Parts, has_body: bool, hosts: &[String]) -> Result<Option<String>, Refusal> {
    let text = |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if parts.headers.contains_key(header::ORIGIN) {
        let message = "requests by pages in a browser are not taken";
        return Err(Refusal::new(Code::OriginRefused, message, "send no `Origin`"));
    }
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    if !hosts.is_empty() && !hosts.iter().any(|own| own.eq_ignore_ascii_case(name)) {
        let message = "the server is not called so";
        return Err(Refusal::new(Code::WrongHost, message, "use one of the names that the server was started with"));
    }
    if parts.uri.query().is_some() {
        let hint = "send credentials by `Authorization: Bearer`, and everything else in the body";
        return Err(Refusal::new(Code::QueryRefused, "the URL has a query", hint));
    }
    let media_type = text(header::CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default();
    let is_json = media_type.trim().eq_ignore_ascii_case("application/json");
    if has_body && (!is_json || parts.headers.contains_key(header::CONTENT_ENCODING)) {
        let hint = "send `Content-Type: application/json`, and no `Content-Encoding`";
        return Err(Refusal::new(Code::UnsupportedMediaType, "the body is not plain JSON", hint));
    }
    let credential = text(header::AUTHORIZATION).and_then(|value| value.split_once(' '));
    let bearer = credential.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Ok(bearer.map(|(_, credential)| credential.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &[u8]) -> Result<Option<usize>, Code> {
        let whole = Scan::default().end(text, &Bounds::DEFAULT).map_err(|refusal| refusal.code);
        let mut scan = Scan::default();
        let ends = (0..=text.len()).map(|to| scan.end(&text[..to], &Bounds::DEFAULT));
        let first = ends.into_iter().find(|end| !matches!(end, Ok(None))).unwrap_or(Ok(None));
        assert_eq!(first.map_err(|refusal| refusal.code), whole, "it matters not how the bytes come");
        whole
    }

    #[test]
    fn a_plain_head_ends_at_its_empty_line() {
        let head = b"PUT /v1/agents/me HTTP/1.1\r\nHost: a\r\nX-Any:\tb \r\nContent-Length: 2\r\n\r\n";
        assert_eq!(scan(head), Ok(Some(head.len())));
        assert_eq!(scan(&[&head[..], b"{}\x00\n"].concat()), Ok(Some(head.len())));
        assert_eq!(scan(&head[..head.len() - 1]), Ok(None));
        assert_eq!(
            scan(b"GET / HTTP/1.1\r\nHOST:a\r\nUser-Agent: \xc3\xa4\r\ntransfer-ENCODING: Chunked\r\n\r\n").map(|_| ()),
            Ok(())
        );
    }

    #[test]
    fn what_is_not_plain_is_malformed() {
        for line in [
            "",
            "GET",
            "GET /",
            "GET / HTTP/1.0",
            "GET / HTTP/2.0",
            "GET / http/1.1",
            "GET  / HTTP/1.1",
            " GET / HTTP/1.1",
            "GET /\tHTTP/1.1",
            "GET / HTTP/1.1 x",
            "G(T / HTTP/1.1",
            "GET http://a/ HTTP/1.1",
            "GET * HTTP/1.1",
            "CONNECT a:443 HTTP/1.1",
            "GET /a#b HTTP/1.1",
            "GET /\u{e4} HTTP/1.1",
            "PRI * HTTP/2.0",
            "GET a HTTP/1.1",
            "GET / HTTP/1.1 ",
        ] {
            let head = format!("{line}\r\nHost: a\r\n\r\n");
            assert_eq!(scan(head.as_bytes()), Err(Code::MalformedRequest), "{line}");
        }
        for fields in [
            "",
            "Host:\r\n",
            "Host: a\r\nHost: a\r\n",
            "Host: a\nX: b\r\n",
            "Host: a\r\n\n",
            "Host: a\rX: b\r\n",
            "Host : a\r\n",
            " Host: a\r\n",
            "Host: a\r\n folded\r\n",
            "Host: a\r\n\tfolded: b\r\n",
            "Host: a\r\nno colon\r\n",
            "Host: a\r\n \r\n",
            "Host: a\r\n: b\r\n",
            "Host: a\r\nX: \0\r\n",
            "Host: a\r\nX\x01: b\r\n",
            "Host: a\r\nX: \x7f\r\n",
            "Host: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n",
            "Host: a\r\nContent-Length: 1, 1\r\n",
            "Host: a\r\nContent-Length: +5\r\n",
            "Host: a\r\nContent-Length: 0x5\r\n",
            "Host: a\r\nContent-Length:\r\n",
            "Host: a\r\nContent-Length: -1\r\n",
            "Host: a\r\nContent-Length: 1000000000000000000\r\n",
            "Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            "Host: a\r\nTransfer-Encoding: chunked, identity\r\n",
            "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n",
            "Host: a\r\nTransfer-Encoding:\x0bchunked\r\n",
            "Host: a\r\nTransfer-Encoding: identity\r\n",
            "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Host: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n",
        ] {
            let head = format!("GET / HTTP/1.1\r\n{fields}\r\n");
            assert_eq!(scan(head.as_bytes()), Err(Code::MalformedRequest), "{fields:?}");
        }
        assert_eq!(scan(b"\x16\x03\x01\x02\x00\x01"), Err(Code::MalformedRequest), "TLS");
        assert_eq!(scan(b"GET / HTTP/1.1\r\nHost: a\r\nExpect: a\r\n\r\n"), Err(Code::ExpectationFailed));
    }

    #[test]
    fn a_head_has_its_bounds() {
        let lines = |count: usize| format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: b\r\n".repeat(count - 1));
        assert!(matches!(scan(lines(64).as_bytes()), Ok(Some(_))));
        assert_eq!(scan(lines(65).as_bytes()), Err(Code::HeaderTooLarge));
        let long = |bytes: usize| format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "b".repeat(bytes - 32));
        assert!(matches!(scan(long(16 * 1024).as_bytes()), Ok(Some(_))));
        assert_eq!(scan(long(16 * 1024 + 1).as_bytes()), Err(Code::HeaderTooLarge));
        assert_eq!(scan(&b"GET /".repeat(10_000)), Err(Code::HeaderTooLarge));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_judged_alike_however_they_come(text in "(GET|PUT) /[a-z]{0,3} HTTP/1.1\r\n(Host|X| |[\\x00-\\x7f]{0,2}): ?[a-c]{0,2}[\r\n:]{1,4}Host: a\r\n\r\n.?") {
            let _ = scan(text.as_bytes());
        }
    }
}
