//! A server that does to its clients whatever a test wants, which no decent server would.

use cloudlunacy::certificate::authority::Issued;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// What is done to a request.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// These bytes, and the end.
    Say(String),
    /// The end, without a word.
    Drop,
    /// More and more of this, until the client has had enough.
    Flood(&'static str),
}

/// An answer in JSON.
pub(crate) fn answer(status: u16, body: &str) -> Act {
    let length = body.len();
    Act::Say(format!(
        "HTTP/1.1 {status} So\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
}

/// A running server.
pub(crate) struct Scripted {
    pub(crate) port: u16,
    requests: Receiver<String>,
}

impl Scripted {
    /// Starts one; what it does to each request is decided when that has been read.
    pub(crate) fn start(tls: Option<&Issued>, mut act: impl FnMut(&str) -> Act + Send + 'static) -> Scripted {
        let config = tls.map(|issued| {
            let certificate = CertificateDer::from_pem_slice(issued.certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
            // Nobody checks here that the key belongs to the certificate.
            let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
            let pair = SingleCertAndKey::from(CertifiedKey::new(vec![certificate], key));
            Arc::new(builder.with_no_client_auth().with_cert_resolver(Arc::new(pair)))
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                stream.set_read_timeout(Some(super::PATIENCE)).unwrap();
                let mut turn = |request: String| {
                    let act = act(&request);
                    let _ = sender.send(request);
                    act
                };
                match &config {
                    None => serve(stream, &mut turn),
                    Some(config) => {
                        let connection = ServerConnection::new(Arc::clone(config)).unwrap();
                        serve(StreamOwned::new(connection, stream), &mut turn);
                    }
                }
            }
        });
        Scripted { port, requests }
    }

    /// One that says the same each time.
    pub(crate) fn always(act: Act) -> Scripted {
        Scripted::start(None, move |_| act.clone())
    }

    /// The requests that have come by now, whole.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.try_iter().collect()
    }

    /// The next request.
    pub(crate) fn next(&self) -> String {
        self.requests.recv_timeout(super::PATIENCE).expect("a request")
    }
}

fn serve(mut stream: impl Read + Write, turn: &mut dyn FnMut(String) -> Act) {
    let Some(request) = read(&mut stream) else { return };
    match turn(request) {
        Act::Say(text) => drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush())),
        Act::Drop => {}
        Act::Flood(text) => while stream.write_all(text.as_bytes()).is_ok() {},
    }
}

/// A request with its body; nothing where the client goes away before it is whole.
fn read(stream: &mut impl Read) -> Option<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

/// The bearer of a request.
pub(crate) fn bearer(request: &str) -> &str {
    let line = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer "));
    line.unwrap_or_else(|| panic!("no credential: {request}"))
}

/// The body of a request.
pub(crate) fn body(request: &str) -> serde_json::Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}
