//! A server, tried before a route leads to it: does it answer as Traefik will need it?

mod connection;
mod http;
mod http2;
mod mongodb;

use crate::name::{Kind, Scheme, Target};
use rustls::pki_types::CertificateDer;
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A server, and how it is tried.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The server.
    pub target: Target,
    /// The host that clients ask for.
    pub host: Option<String>,
    /// The path of the request.
    pub path: String,
    /// Whether the server ends TLS, which Traefik passes through.
    pub passthrough: bool,
    /// Which certificates count.
    pub trust: Trust,
}

/// Which certificates Traefik takes from an HTTPS server.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Any at all.
    pub anything: bool,
    /// Those of these authorities, in place of the system's.
    pub roots: Option<Vec<CertificateDer<'static>>>,
    /// Those for this name, in place of the server's own.
    pub name: Option<String>,
}

/// Why a server does not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened, in words.
    pub what: String,
    /// Whether it is its certificate, which Traefik would not take.
    pub is_certificate: bool,
}

impl Failure {
    fn new(what: impl Into<String>) -> Failure {
        Failure { what: what.into(), is_certificate: false }
    }
}

/// How long one server may take.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How many are tried at once.
const AT_ONCE: usize = 64;

/// The authorities in PEM texts and files.
pub fn roots(files: &[std::path::PathBuf], texts: &[String]) -> Vec<CertificateDer<'static>> {
    use rustls::pki_types::pem::PemObject;
    let files = files.iter().filter_map(|file| std::fs::read(file).ok());
    let texts = texts.iter().map(|text| text.as_bytes().to_vec());
    let of = |bytes: Vec<u8>| CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect::<Vec<_>>();
    files.chain(texts).flat_map(of).collect()
}

/// What an error of a connection means, in words.
pub fn words(error: &std::io::Error) -> String {
    connection::failure(error, "no answer").what
}

/// Tries each, many at a time; what each answers, in words, or why it does not do.
pub fn try_all(attempts: &[Attempt]) -> Vec<Result<String, Failure>> {
    attempts.chunks(AT_ONCE).flat_map(at_once).collect()
}

fn at_once(attempts: &[Attempt]) -> Vec<Result<String, Failure>> {
    let start = Instant::now();
    let answers = attempts.iter().map(|attempt| {
        let (sender, receiver) = mpsc::channel();
        let attempt = attempt.clone();
        // Looking up a name knows no bound, so nobody waits for the thread itself.
        let started = std::thread::Builder::new().spawn(move || sender.send(attempt.run(start + PATIENCE)));
        (started.is_ok(), receiver)
    });
    let answers: Vec<_> = answers.collect();
    let wait = |(_, answer): (bool, mpsc::Receiver<Result<String, Failure>>)| {
        let left = PATIENCE.saturating_sub(start.elapsed()) + Duration::from_millis(200);
        answer.recv_timeout(left).unwrap_or_else(|_| Err(Failure::new(format!("no answer within {PATIENCE:?}"))))
    };
    answers.into_iter().map(wait).collect()
}

impl Attempt {
    fn run(&self, until: Instant) -> Result<String, Failure> {
        let mut plain = connection::open(&self.target, until)?;
        let name = self.host.as_deref();
        match self.target.scheme() {
            Scheme::Http => http::get(&mut plain, &self.authority(), &self.path),
            Scheme::Https => {
                let name = self.trust.name.as_deref().unwrap_or(self.target.host());
                let mut secure = plain.with_tls(Some(name), &self.trust)?;
                http::get(&mut secure, &self.authority(), &self.path)
            }
            Scheme::H2c => http2::get(&mut plain, &self.authority(), &self.path),
            Scheme::Mongodb if self.passthrough => mongodb::hello(&mut plain.with_tls(name, &Trust::any())?),
            Scheme::Mongodb => mongodb::hello(&mut plain),
            Scheme::Postgres if self.passthrough => {
                plain.ask_for_tls()?;
                plain.with_tls(name, &Trust::any()).map(|_| "speaks TLS".to_owned())
            }
            scheme if scheme.kind() == Kind::Tcp && self.passthrough => {
                plain.with_tls(name, &Trust::any()).map(|_| "speaks TLS".to_owned())
            }
            _ => Ok("takes connections".to_owned()),
        }
    }

    /// What the header `Host` says: Traefik passes on what the client asked for.
    fn authority(&self) -> String {
        let address = self.target.url().split_once("://").map_or(String::new(), |(_, rest)| rest.to_owned());
        self.host.clone().unwrap_or(address)
    }
}

impl Trust {
    /// Takes any certificate: it is the client who will judge it.
    fn any() -> Trust {
        Trust { anything: true, ..Trust::default() }
    }
}
