//! Whose certificates are trusted: those of the system's authorities, as Traefik itself does it; or whoever's key it is.

use crate::hash::sha256;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme,
    WantsVerifier,
};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// The certificates of the system's authorities, read when they are first asked for. `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// name others, to us as to Traefik.
pub fn system() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    // What can't be read is not trusted; Traefik does the same.
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}

/// A client that believes who is certified by one of these authorities.
pub fn by(authorities: &[CertificateDer<'static>]) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().cloned());
    Ok(builder(Arc::new(ring::default_provider()))?.with_root_certificates(roots).with_no_client_auth())
}

/// A client that believes who has the key of his certificate; with a pin, of the one that has this SHA-256.
pub fn whoever_has_the_key(pin: Option<String>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let verifier = Arc::new(KeyHolder { pin, provider: Arc::clone(&provider) });
    Ok(builder(provider)?.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn builder(provider: Arc<CryptoProvider>) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, rustls::Error> {
    ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()
}

/// Takes any certificate, or one alone, whatever its names and times say, from whoever has its key.
#[derive(Debug)]
struct KeyHolder {
    pin: Option<String>,
    provider: Arc<CryptoProvider>,
}

/// The certificate is another one.
#[derive(Debug)]
struct AnotherOne(String);

impl fmt::Display for AnotherOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not the pinned one, but sha256:{}", self.0)
    }
}

impl std::error::Error for AnotherOne {}

impl ServerCertVerifier for KeyHolder {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = sha256(certificate);
        match self.pin.as_ref().is_none_or(|pin| *pin == found) {
            true => Ok(ServerCertVerified::assertion()),
            false => Err(CertificateError::Other(OtherError(Arc::new(AnotherOne(found)))).into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
