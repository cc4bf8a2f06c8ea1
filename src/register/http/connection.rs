//! One connection: handshake, one request, one answer, end.

use super::head::{Scan, admit, malformed};
use super::peers::Verdict;
use super::{Shared, Site, Slot};
use crate::register::exchange::{Answer, Body, Request};
use crate::register::refusal::{Code, Refusal};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::Response;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Duration, Instant, sleep, sleep_until, timeout, timeout_at};

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, site: Arc<Site>, slot: Arc<Slot>, verdict: Verdict) {
    let exchange =
        Exchange { peer, site, slot, verdict, begun: Instant::now(), is_read: false.into(), answered: Notify::new() };
    // An answer is sent in one go, so that there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &exchange.site.tls else { return exchange.talk(stream).await };
    let shared = exchange.shared();
    let accepting = tls.acceptor(&shared.log).accept(stream);
    match timeout_at(exchange.begun + shared.bounds.header_time, accepting).await {
        Ok(Ok(stream)) => exchange.talk(stream).await,
        Ok(Err(error)) => exchange.unfinished("handshake-failed", &error.to_string()),
        Err(_) => exchange.unfinished("handshake-failed", "no handshake in time"),
    }
}

/// hyper takes no smaller buffer.
const SMALLEST_BUFFER: usize = 8192;

/// What is known of a connection while it lasts.
struct Exchange {
    peer: SocketAddr,
    site: Arc<Site>,
    slot: Arc<Slot>,
    verdict: Verdict,
    begun: Instant,
    /// Whether the whole request was read.
    is_read: AtomicBool,
    /// Told when there is an answer, which the client now has to take.
    answered: Notify,
}

/// How the bytes before the body end.
enum Opening {
    /// A head, and what came with it of the body.
    Head(Vec<u8>),
    /// What can't be one.
    Refused(Refusal),
    /// Nobody asks for anything.
    Nothing,
}

impl Exchange {
    fn shared(&self) -> &Shared {
        &self.slot.shared
    }

    async fn talk(self, mut stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
        let bounds = self.shared().bounds;
        let opening = tokio::select! {
            biased;
            opening = self.open(&mut stream) => opening,
            () = self.shared().stopped() => return,
        };
        let sent = match opening {
            Opening::Nothing => return self.shared().counters.was_unfinished(),
            Opening::Head(bytes) => self.converse(&mut stream, bytes).await,
            Opening::Refused(refusal) => {
                let answer = self.note("", "", refusal.into());
                let send = async {
                    stream.write_all(&bytes(&answer)).await?;
                    stream.shutdown().await
                };
                timeout(bounds.write_time, send).await.is_ok_and(|sent| sent.is_ok())
            }
        };
        if sent {
            // Bytes that nobody reads would make the kernel cut the connection before the client has the answer.
            let linger = if self.is_read.load(Relaxed) { Duration::ZERO } else { bounds.linger_time };
            let mut rest = [0; 4096];
            let drain = async { while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {} };
            let _ = timeout(linger, drain).await;
        }
    }

    /// Reads the head.
    async fn open(&self, stream: &mut (impl AsyncRead + Unpin)) -> Opening {
        let bounds = &self.shared().bounds;
        let (mut bytes, mut scan) = (Vec::new(), Scan::default());
        loop {
            let mut chunk = [0; 4096];
            match timeout_at(self.begun + bounds.header_time, stream.read(&mut chunk)).await {
                Ok(Ok(count)) if count > 0 => bytes.extend_from_slice(chunk.get(..count).unwrap_or_default()),
                Err(_) if !bytes.is_empty() => return Opening::Refused(late("the header did not come in time")),
                _ => return Opening::Nothing,
            }
            match scan.end(&bytes, bounds) {
                Ok(None) => {}
                Ok(Some(_)) => return self.limited().map_or(Opening::Head(bytes), Opening::Refused),
                Err(refusal) => return Opening::Refused(refusal),
            }
        }
    }

    /// Why a request is refused that has come too soon after others.
    fn limited(&self) -> Option<Refusal> {
        let Verdict::Wait(seconds) = self.verdict else { return None };
        Some(too_many("too many requests come from this address", seconds))
    }

    /// Lets hyper read one request and send one answer; whether that is sent.
    async fn converse(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin + Send), begun: Vec<u8>) -> bool {
        let (from, to) = tokio::io::split(stream);
        let whole = tokio::io::join(std::io::Cursor::new(begun).chain(from), to);
        let service = hyper::service::service_fn(|request| async {
            let answer = self.respond(request).await;
            self.answered.notify_one();
            Ok::<_, Infallible>(response(&answer).map(|text| Full::new(Bytes::from(text))))
        });
        let bounds = &self.shared().bounds;
        let conversation = hyper::server::conn::http1::Builder::new()
            .keep_alive(false)
            .half_close(true)
            .header_read_timeout(None)
            .max_headers(bounds.headers)
            .max_buf_size(2 * bounds.header.max(SMALLEST_BUFFER))
            .serve_connection(TokioIo::new(whole), service);
        let patience = async {
            self.answered.notified().await;
            sleep(bounds.write_time).await;
        };
        tokio::select! {
            ended = conversation => match ended {
                Ok(()) => true,
                Err(error) => {
                    self.unfinished("broken-off", &error.to_string());
                    false
                }
            },
            () = patience => {
                self.unfinished("broken-off", "the client does not take the answer");
                false
            }
        }
    }

    async fn respond(&self, request: hyper::Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let (method, path) = (parts.method.as_str().to_owned(), parts.uri.path().to_owned());
        let request = match self.read(parts, body).await {
            Ok(request) => request,
            Err(refusal) => return self.note(&method, &path, refusal.into()),
        };
        let arrived = Instant::now();
        let mut answer = self.ask(request).await;
        if answer.status == 401 {
            let wait = self.shared().peers().failed(self.peer.ip(), arrived.into_std());
            if let Some(seconds) = wait {
                answer = too_many("too many wrong credentials come from this address", seconds).into();
            }
            sleep_until(arrived + self.shared().bounds.failure_time).await;
        }
        self.note(&method, &path, answer)
    }

    /// Reads the body.
    async fn read(&self, parts: hyper::http::request::Parts, body: Incoming) -> Result<Request, Refusal> {
        let bounds = &self.shared().bounds;
        let has_body = !body.is_end_stream();
        self.is_read.store(!has_body, Relaxed);
        let bearer = admit(&parts, has_body, &self.site.hosts)?;
        let too_large = || {
            let message = format!("the body has more than {} bytes", bounds.body);
            Refusal::new(Code::BodyTooLarge, message, "send fewer routes at once")
        };
        if body.size_hint().lower() > bounds.body as u64 {
            return Err(too_large());
        }
        let collect = Limited::new(body, bounds.body).collect();
        let body = match timeout_at(self.begun + bounds.request_time, collect).await {
            Ok(Ok(body)) => body.to_bytes().into(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(too_large()),
            Ok(Err(_)) => return Err(malformed("the body is not whole, or not in chunks as it should be")),
            Err(_) => return Err(late("the body did not come in time")),
        };
        self.is_read.store(true, Relaxed);
        let (method, path) = (parts.method.as_str().to_owned(), parts.uri.path().to_owned());
        Ok(Request { method, path, bearer, peer: self.peer.ip().to_canonical(), body })
    }

    /// Has the request decided. What is begun goes on without us, and keeps the place that the connection took.
    async fn ask(&self, request: Request) -> Answer {
        let (site, slot) = (self.site.clone(), self.slot.clone());
        let asked = tokio::spawn(async move {
            let _slot = slot;
            (site.handler)(request).await
        });
        let refusal = match timeout(self.shared().bounds.answer_time, asked).await {
            Ok(Ok(answer)) => return answer,
            Ok(Err(_)) => Refusal::new(Code::Internal, "a bug of the server", "report it, and what was asked for"),
            Err(_) => {
                let message = "the server did not finish in time; it may still do what was asked for";
                Refusal::new(Code::NoAnswer, message, "send the same request again").retry_after(5)
            }
        };
        refusal.into()
    }

    /// Counts and logs an answer.
    fn note(&self, method: &str, path: &str, answer: Answer) -> Answer {
        let shared = self.shared();
        shared.counters.answered(answer.status);
        // A flood shall not flood the log too.
        if self.verdict == Verdict::Serve {
            (shared.log)(json!({
                "event": "answered",
                "peer": self.peer.to_string(),
                "method": shown(method),
                "path": shown(path),
                "status": answer.status,
                "code": answer.code,
                "milliseconds": u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            }));
        }
        answer
    }

    /// Counts and logs a connection that has no answer.
    fn unfinished(&self, event: &str, error: &str) {
        self.shared().counters.was_unfinished();
        if self.verdict == Verdict::Serve {
            (self.shared().log)(json!({ "event": event, "peer": self.peer.to_string(), "error": error }));
        }
    }
}

/// What of a method or path stands in the log: no credential that somebody has put there, and not all that is too long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let end = ["clt_", "cla_"].iter().filter_map(|prefix| text.find(prefix)).min();
    let short: String = text.get(..end.unwrap_or(text.len())).unwrap_or_default().chars().take(LONGEST).collect();
    if short.len() < text.len() { short + "…" } else { short }
}

fn late(message: &str) -> Refusal {
    Refusal::new(Code::Timeout, message, "send the whole request at once")
}

fn too_many(message: &str, seconds: u32) -> Refusal {
    Refusal::new(Code::TooManyRequests, message, format!("wait {seconds} s")).retry_after(seconds)
}

fn response(answer: &Answer) -> Response<String> {
    let (content_type, text) = match &answer.body {
        Body::Json(value) => ("application/json", format!("{value}\n")),
        Body::Text { content_type, text } => (*content_type, text.clone()),
    };
    let length = text.len();
    let mut response = Response::new(text);
    *response.status_mut() = answer.status.try_into().unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, length.into());
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if answer.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(methods) = answer.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(methods));
    }
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// An answer as hyper would write it, to what hyper shall not see.
pub(super) fn bytes(answer: &Answer) -> Vec<u8> {
    let response = response(answer);
    let mut bytes = format!("HTTP/1.1 {}\r\n", response.status()).into_bytes();
    for (name, value) in response.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend([b"\r\n", response.body().as_bytes()].concat());
    bytes
}
