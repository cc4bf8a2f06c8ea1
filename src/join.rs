//! The server that an agent joins: whom to trust, one bounded request at a time, and what its answer means.

mod files;
mod member;
mod trust;
mod url;
mod wishes;

use crate::error::{Code, Error};
use crate::probe;
use crate::token::Token;
pub use files::{KeyFile, Membership, TokenFile};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
pub use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
pub use member::{Beat, Member};
use rustls::pki_types::ServerName;
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
pub use trust::{Pin, Trust};
pub use url::Url;
pub use wishes::{App, Wishes};

/// How long a connection may take, and all of a request.
const CONNECT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);
/// How large an answer may be, and its head.
const LARGEST: usize = 4 << 20;
const LARGEST_HEAD: usize = 64 << 10;
/// How much of what a server says is repeated.
const LONGEST: usize = 500;

/// The server.
pub struct Server {
    url: Url,
    insecure: bool,
    patience: Duration,
    tls: TlsConnector,
}

/// Why a request came to nothing.
#[derive(Debug)]
pub struct Failure {
    /// What to tell.
    pub error: Error,
    /// What it means for the next attempt.
    pub kind: Kind,
}

/// What a failure means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It may be better later; not before this time.
    Away(Duration),
    /// The server has understood and says no, with this status.
    Refused(u16),
    /// It is this machine.
    Here,
}

impl Failure {
    /// Whether the server does not know the credential.
    pub fn is_unauthorized(&self) -> bool {
        self.kind == Kind::Refused(401)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure { error, kind: Kind::Here }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        failure.error
    }
}

impl Server {
    /// The server at a URL. Without TLS it is taken on this machine only, unless that is said to be well.
    pub fn new(url: Url, trust: &Trust, insecure: bool) -> Result<Server, Error> {
        let tls = TlsConnector::from(Arc::new(trust.config()?));
        Ok(Server { url, insecure, patience: PATIENCE, tls })
    }

    /// Where it is.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Asks once. The body may say by which of its addresses this machine reaches the server.
    pub(crate) async fn ask(
        &self,
        (method, path): (Method, &str),
        credential: &Token,
        body: impl Fn(IpAddr) -> Option<Value>,
    ) -> Result<Value, Failure> {
        let asked = async {
            let stream = self.connect().await?;
            let address = stream.local_addr().map_err(|error| self.away(&probe::words(&error)))?.ip().to_canonical();
            let request = self.request((method, path), credential, body(address))?;
            if !self.url.is_secure {
                return self.exchange(stream, request).await;
            }
            let name = ServerName::try_from(self.url.host.clone());
            let name = name.map_err(|_| self.away("its name can't be one for TLS"))?;
            let secure = self.tls.connect(name, stream).await.map_err(|error| self.away(&probe::words(&error)))?;
            self.exchange(secure, request).await
        };
        match timeout(self.patience, asked).await {
            Ok(answer) => answer,
            Err(_) => Err(self.away(&format!("no whole answer within {:?}", self.patience))),
        }
    }

    async fn connect(&self) -> Result<TcpStream, Failure> {
        let found = timeout(CONNECT, tokio::net::lookup_host((self.url.host.as_str(), self.url.port))).await;
        let found = found.map_err(|_| self.away("its name is not found in time"))?;
        let addresses: Vec<_> = found.map_err(|_| self.away("there is no host of that name"))?.collect();
        let share = CONNECT / addresses.len().max(1) as u32;
        let mut last = self.away("its name resolves to nothing");
        for address in &addresses {
            if !self.url.is_secure && !self.insecure && !address.ip().to_canonical().is_loopback() {
                let what =
                    format!("{} is not on this machine: without TLS everybody on the way reads the key", self.url);
                let hint = "write https://; --insecure-http is for networks that encrypt by themselves";
                return Err(Error::new(Code::Usage, what).hint(hint).into());
            }
            match timeout(share, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = self.away(&probe::words(&error)),
                Err(_) => last = self.away(&format!("no connection within {share:?}")),
            }
        }
        Err(last)
    }

    fn request(
        &self,
        (method, path): (Method, &str),
        credential: &Token,
        body: Option<Value>,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url.base))
            .header("host", self.url.authority())
            .header("user-agent", concat!("cloudlunacy/", env!("CARGO_PKG_VERSION")))
            .header("authorization", format!("Bearer {}", credential.secret()))
            .header("connection", "close");
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body)));
        request.map_err(|_| Error::new(Code::Usage, format!("{} can't be asked for anything", self.url)).into())
    }

    async fn exchange(
        &self,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        request: Request<Full<Bytes>>,
    ) -> Result<Value, Failure> {
        let broken = |error: hyper::Error| self.away(&in_words(&error));
        let mut http = http1::Builder::new();
        let (mut sender, connection) =
            http.max_buf_size(LARGEST_HEAD).handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // It is at an end when this is, whatever the server does.
        let mut driver = tokio::task::JoinSet::new();
        driver.spawn(connection);
        let answer = sender.send_request(request).await.map_err(broken)?;
        let status = answer.status().as_u16();
        let after = answer.headers().get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
        let body = Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|error| {
            let error = match error.downcast::<hyper::Error>() {
                Ok(error) => return broken(*error),
                Err(error) => error,
            };
            self.away(if error.is::<LengthLimitError>() { "its answer is too large" } else { "its answer breaks off" })
        })?;
        self.judged(status, Duration::from_secs(after.unwrap_or(0)), &body.to_bytes())
    }

    /// What an answer means.
    fn judged(&self, status: u16, after: Duration, body: &[u8]) -> Result<Value, Failure> {
        let value: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = value["code"].as_str().zip(value["message"].as_str());
        let kind = match status {
            200..=299 if value.is_object() => return Ok(value),
            408 | 425 | 429 | 500.. => Kind::Away(after),
            400..=499 => Kind::Refused(status),
            _ => Kind::Away(Duration::ZERO),
        };
        let Some((code, message)) = said else {
            let what = match status {
                300..=399 => "it answers with a redirection; name the place itself".to_owned(),
                429 | 500.. => format!("it answers {status}"),
                _ => format!("it answers {status}, but not as `cloudlunacy serve-register` does"),
            };
            return Err(Failure { kind: Kind::Away(after), ..self.away(&what) });
        };
        let code_of_ours = Code::ALL.iter().copied().find(|known| known.as_str() == code && known.exit_code() == 3);
        let error = match kind {
            Kind::Refused(_) => Error::new(
                code_of_ours.unwrap_or(Code::Refused),
                format!("{} refuses: {} ({})", self.url, clipped(message), clipped(code)),
            ),
            _ => self.away(&format!("{} ({})", clipped(message), clipped(code))).error,
        };
        let hint = value["hint"].as_str().map(clipped);
        Err(Failure { error: Error { hint, ..error }, kind })
    }

    fn away(&self, what: &str) -> Failure {
        let error = Error::new(Code::ServerUnreachable, format!("can't ask {}: {what}", self.url));
        Failure { error, kind: Kind::Away(Duration::ZERO) }
    }

    /// What it answers makes no sense.
    pub(crate) fn strange(&self) -> Failure {
        self.away("it answers, but not as `cloudlunacy serve-register` does")
    }
}

fn clipped(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

fn in_words(error: &hyper::Error) -> String {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    match cause {
        Some(cause) => probe::words(cause),
        None if error.is_parse_too_large() => "the head of its answer is too large".to_owned(),
        None if error.is_parse() => "it does not speak HTTP".to_owned(),
        None => "it closes the connection without an answer".to_owned(),
    }
}

#[cfg(test)]
mod tests;
