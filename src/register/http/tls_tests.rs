//! TLS: the server's certificate, its renewal, and clients that must have one.

use super::tests::{Running, rest, status, wait_for};
use super::{Bounds, Tls, self_signed};
use crate::certificate::fingerprint;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::fs;
use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().unwrap())
    }
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
    /// Makes a certificate of our own of this name.
    fn sign(&self, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = (self.path(&format!("{name}.crt")), self.path(&format!("{name}.key")));
        self_signed(&certificate, &key, vec!["localhost".into(), "127.0.0.1".into()]).unwrap();
        (certificate, key)
    }
}

fn tls(files: &(PathBuf, PathBuf), client_ca: Option<PathBuf>) -> Tls {
    Tls::new(files.0.clone(), files.1.clone(), client_ca).unwrap()
}

/// Asks a server with this certificate; fails where TLS does.
fn ask(server: &Running, certificate: &Path, own: Option<(&Path, &Path)>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
            builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap()).unwrap()
        }
    };
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, server.connect());
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let answer = rest(&mut stream);
    match answer.starts_with("HTTP") {
        true => Ok(answer),
        false => Err(std::io::Error::other(answer)),
    }
}

fn serve(tls: Tls) -> Running {
    Running::at(&["127.0.0.1:0"], Bounds { header_time: Duration::from_secs(2), ..Bounds::DEFAULT }, Some(tls), &[])
}

#[test]
fn a_certificate_of_our_own_is_made_once() {
    let folder = Folder::new();
    let files = folder.sign("own");
    let known = fingerprint(&std::fs::read(&files.0).unwrap()).unwrap();
    assert!(known.starts_with("sha256:") && known.len() == 7 + 64, "{known}");
    assert_eq!(fs::metadata(&files.1).unwrap().permissions().mode() & 0o777, 0o600);
    folder.sign("own");
    assert_eq!(fingerprint(&std::fs::read(&files.0).unwrap()).unwrap(), known, "it stays");
    // A crash between the two files leaves the key.
    let key = fs::read(&files.1).unwrap();
    fs::remove_file(&files.0).unwrap();
    folder.sign("own");
    assert_eq!(fs::read(&files.1).unwrap(), key);
    let server = serve(tls(&files, None));
    assert_eq!(status(&ask(&server, &files.0, None).unwrap()), 200);
    assert!(fs::read_dir(folder.0.path()).unwrap().count() == 2, "nothing else is left");
}

#[test]
fn a_certificate_that_changes_is_read_again() {
    let folder = Folder::new();
    let (first, second) = (folder.sign("first"), folder.sign("second"));
    let used = (folder.path("used.crt"), folder.path("used.key"));
    let put = |from: &(PathBuf, PathBuf)| {
        fs::copy(&from.0, &used.0).unwrap();
        fs::copy(&from.1, &used.1).unwrap();
    };
    put(&first);
    let server = serve(tls(&used, None));
    assert_eq!(status(&ask(&server, &first.0, None).unwrap()), 200);
    put(&second);
    wait_for("the second certificate is used", || ask(&server, &second.0, None).is_ok());
    assert_eq!(server.events("certificate-loaded").len(), 1);
    // A broken one changes nothing, nor does one without its key.
    fs::write(&used.0, "no certificate").unwrap();
    wait_for("the broken one is told of", || {
        assert_eq!(status(&ask(&server, &second.0, None).unwrap()), 200);
        server.events("certificate-refused").len() == 1
    });
    fs::copy(&first.0, &used.0).unwrap();
    wait_for("the wrong key is told of", || {
        assert_eq!(status(&ask(&server, &second.0, None).unwrap()), 200);
        server.events("certificate-refused").len() == 2
    });
    put(&first);
    wait_for("the first certificate is used again", || ask(&server, &first.0, None).is_ok());
}

#[test]
fn a_client_may_have_to_show_a_certificate() {
    let folder = Folder::new();
    let files = folder.sign("own");
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = KeyPair::generate().unwrap();
    fs::write(folder.path("ca.crt"), parameters.self_signed(&authority).unwrap().pem()).unwrap();
    let issuer = Issuer::new(parameters, authority);
    let key = KeyPair::generate().unwrap();
    let client = CertificateParams::new(vec!["agent".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let (own, own_key) = (folder.path("agent.crt"), folder.path("agent.key"));
    fs::write(&own, client.pem()).unwrap();
    fs::write(&own_key, key.serialize_pem()).unwrap();

    let server = serve(tls(&files, Some(folder.path("ca.crt"))));
    assert_eq!(status(&ask(&server, &files.0, Some((&own, &own_key))).unwrap()), 200);
    assert!(ask(&server, &files.0, None).is_err());
    let stranger = folder.sign("stranger");
    assert!(ask(&server, &files.0, Some((&stranger.0, &stranger.1))).is_err());
    wait_for("both are told of", || server.events("handshake-failed").len() == 2);
}

#[test]
fn a_handshake_has_its_time_and_other_bytes_are_none() {
    let folder = Folder::new();
    let files = folder.sign("own");
    let short = Duration::from_millis(200);
    let bounds = Bounds { header_time: short, ..Bounds::DEFAULT };
    let server = Running::at(&["127.0.0.1:0"], bounds, Some(tls(&files, None)), &[]);
    let mut half: TcpStream = server.connect();
    half.write_all(b"\x16\x03\x01\x02\x00").unwrap();
    assert_eq!(rest(half), "");
    server.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    wait_for("both are told of", || server.events("handshake-failed").len() == 2);
    wait_for("all places are free", || server.counters.open() == 0);
}

#[test]
fn files_that_do_not_do_are_named() {
    let folder = Folder::new();
    let (own, other) = (folder.sign("own"), folder.sign("other"));
    let says = |certificate: &Path, key: &Path| {
        Tls::new(certificate.into(), key.into(), None).map(|_| ()).unwrap_err().to_string()
    };
    assert!(says(&folder.path("none"), &own.1).contains("none"), "{}", says(&folder.path("none"), &own.1));
    assert!(says(&own.1, &own.1).contains("no certificate in PEM"), "{}", says(&own.1, &own.1));
    assert!(says(&own.0, &own.0).contains("no private key in PEM"), "{}", says(&own.0, &own.0));
    assert!(says(&own.0, &other.1).contains("own.crt can't be used"), "{}", says(&own.0, &other.1));
}
