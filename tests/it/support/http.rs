//! HTTP/1.1 without a library: an upstream that tells who it is, and a client.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use super::tcp::{Listener, connect};

/// What came back for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    /// The status code.
    pub(crate) status: u16,
    /// The header fields, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// The body, unchunked.
    pub(crate) body: String,
}

impl Response {
    /// The first value of a header field.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Reads one response and leaves what follows it.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Self> {
        let (first, headers) = read_head(from)?;
        let status = first.split(' ').nth(1).and_then(|code| code.parse().ok());
        let mut response = Self { status: status.ok_or_else(|| invalid(&first))?, headers, body: String::new() };
        let mut body = Vec::new();
        if response.header("transfer-encoding") == Some("chunked") {
            loop {
                let size = read_line(from)?;
                let size = u64::from_str_radix(&size, 16).map_err(|_| invalid(&size))?;
                read_exactly(from, size, &mut body)?;
                read_line(from)?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = response.header("content-length") {
            let length = length.parse().map_err(|_| invalid(length))?;
            read_exactly(from, length, &mut body)?;
        } else {
            from.read_to_end(&mut body)?;
        }
        response.body = String::from_utf8_lossy(&body).into_owned();
        Ok(response)
    }
}

fn read_head(from: &mut impl BufRead) -> io::Result<(String, Vec<(String, String)>)> {
    let first = read_line(from)?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from)?;
        if line.is_empty() {
            return Ok((first, headers));
        }
        let (name, value) = line.split_once(':').ok_or_else(|| invalid(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn read_line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn read_exactly(from: &mut impl BufRead, size: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if from.take(size).read_to_end(body)? as u64 == size {
        return Ok(());
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn invalid(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP: {text}"))
}

/// A path segment as a URL wants it.
pub(crate) fn encoded(segment: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    segment
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The text of a request.
pub(super) fn head(host: &str, path: &str, headers: &[(&str, &str)]) -> String {
    let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n")
}

/// One request on a connection of its own, with further header fields.
pub(crate) fn request(port: u16, host: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Response> {
    let mut stream = connect(port)?;
    let headers = [headers, &[("Connection", "close")]].concat();
    stream.write_all(head(host, path, &headers).as_bytes())?;
    Response::read(&mut BufReader::new(stream))
}

/// The status and body that a host name and path are answered with.
pub(crate) fn get(port: u16, host: &str, path: &str) -> (u16, String) {
    let response =
        request(port, host, path, &[]).unwrap_or_else(|e| panic!("no answer for {host}{path} on port {port}: {e}"));
    (response.status, response.body)
}

/// An HTTP server that answers every request with `ID PATH`, so that a test
/// sees which server answered and what path reached it.
#[derive(Debug)]
pub(crate) struct Upstream {
    listener: Listener,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    /// Starts the server on a free loopback port.
    pub(crate) fn start(id: &str) -> Self {
        let (id, requests) = (id.to_owned(), Arc::new(Mutex::new(Vec::new())));
        let record = Arc::clone(&requests);
        let listener = Listener::start(move |stream| serve(&id, &stream, &record));
        Self { listener, requests }
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.listener.port()
    }

    /// Its address as `loadBalancer.servers[].url` wants it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// The heads of the requests so far: request line and header fields.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("the record").clone()
    }
}

fn serve(id: &str, stream: &TcpStream, record: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut from = BufReader::new(stream);
    let mut to = stream;
    loop {
        let (first, headers) = read_head(&mut from)?;
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
        read_exactly(&mut from, length, &mut Vec::new())?;
        let path = first.split(' ').nth(1).unwrap_or_default();
        let body = format!("{id} {path}");
        let fields: String = headers.iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
        record.lock().expect("the record").push(format!("{first}{fields}"));
        let length = body.len();
        write!(to, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}")?;
    }
}
