//! The certificate of the server: read from files, and again when they change; or made by itself.

use super::Log;
use crate::error::{Code, Error};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use serde_json::json;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_rustls::TlsAcceptor;

/// How often files are looked at, at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The files from which the server's end of TLS is made.
#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
}

/// By what a file is seen to have changed.
type Stamp = Vec<Option<(u64, i64, i64, u64)>>;

/// The server's end of TLS.
pub struct Tls {
    files: Files,
    now: Mutex<Loaded>,
}

struct Loaded {
    config: Arc<ServerConfig>,
    stamp: Stamp,
    looked: Instant,
}

impl Tls {
    /// Reads a certificate, its key, and the authority whose certificates clients must have, if they must have any.
    pub fn new(certificate: PathBuf, key: PathBuf, client_ca: Option<PathBuf>) -> Result<Tls, Error> {
        let files = Files { certificate, key, client_ca };
        // What changes while it is read shall be read again.
        let stamp = files.stamp();
        let now = Loaded { config: files.load()?, stamp, looked: Instant::now() };
        Ok(Tls { files, now: Mutex::new(now) })
    }

    /// Takes the next handshake, with the files as they are. Files that don't do change nothing, but are told of.
    pub(super) fn acceptor(&self, log: &Log) -> TlsAcceptor {
        TlsAcceptor::from(self.config(Instant::now(), log))
    }

    fn config(&self, now: Instant, log: &Log) -> Arc<ServerConfig> {
        let mut loaded = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if now.saturating_duration_since(loaded.looked) >= LOOK_EVERY {
            loaded.looked = now;
            let stamp = self.files.stamp();
            if stamp != loaded.stamp {
                loaded.stamp = stamp;
                match self.files.load() {
                    Ok(config) => {
                        loaded.config = config;
                        log(json!({ "event": "certificate-loaded" }));
                    }
                    Err(error) => log(json!({ "event": "certificate-refused", "error": error.to_string() })),
                }
            }
        }
        loaded.config.clone()
    }
}

impl Files {
    fn stamp(&self) -> Stamp {
        let files = [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten();
        let stamp = |path: &PathBuf| {
            let file = fs::metadata(path).ok()?;
            Some((file.ino(), file.mtime(), file.mtime_nsec(), file.len()))
        };
        files.map(stamp).collect()
    }

    fn load(&self) -> Result<Arc<ServerConfig>, Error> {
        let chain = certificates(&self.certificate)?;
        let bad_key = |error| bad(&self.key, &format!("no private key in PEM: {error}"));
        let key = PrivateKeyDer::from_pem_slice(&read(&self.key)?).map_err(bad_key)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| Error::new(Code::Internal, error.to_string()))?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = rustls::RootCertStore::empty();
                for authority in certificates(path)? {
                    roots.add(authority).map_err(|error| bad(path, &error.to_string()))?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(|error| bad(path, &error.to_string()))?)
            }
        };
        let config = builder.with_single_cert(chain, key);
        let mut config = config.map_err(|error| bad(&self.certificate, &error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// Makes a certificate of our own for these names and addresses, unless there is one; the key is for our eyes only.
/// Two that do this at once in one folder are for the caller to keep apart.
pub fn self_signed(certificate: &Path, key: &Path, names: Vec<String>) -> Result<(), Error> {
    let internal = |error: rcgen::Error| Error::new(Code::Internal, format!("can't make a certificate: {error}"));
    let pair = match read_if_any(key)? {
        Some(pem) => {
            let pem = String::from_utf8_lossy(&pem);
            KeyPair::from_pem(&pem).map_err(|error| bad(key, &error.to_string()))?
        }
        None => {
            let pair = KeyPair::generate().map_err(internal)?;
            write(key, &pair.serialize_pem(), 0o600)?;
            pair
        }
    };
    if read_if_any(certificate)?.is_none() {
        let parameters = CertificateParams::new(names).map_err(internal)?;
        let made = parameters.self_signed(&pair).map_err(internal)?;
        write(certificate, &made.pem(), 0o644)?;
    }
    Ok(())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(bad(path, "no certificate in PEM")),
        Err(error) => Err(bad(path, &error.to_string())),
    }
}

fn bad(path: &Path, why: &str) -> Error {
    Error::new(Code::BadValue, format!("{} can't be used for TLS: {why}", path.display()))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| Error::new(Code::Io, format!("can't read {}: {error}", path.display())))
}

fn read_if_any(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        _ => read(path).map(Some),
    }
}

/// Writes a new file, all of it or nothing.
fn write(path: &Path, text: &str, mode: u32) -> Result<(), Error> {
    let mut half = path.as_os_str().to_owned();
    half.push(".new");
    let half = PathBuf::from(half);
    let write = || {
        let _ = fs::remove_file(&half);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&half)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&half, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| Error::new(Code::Io, format!("can't write {}: {error}", path.display())))
}
