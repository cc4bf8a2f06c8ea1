//! Whom an agent takes for its server: by authorities, or by the fingerprint of one certificate.

use crate::error::{Code, Error};
use crate::hash::sha256;
use crate::trust;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Whom to trust.
#[derive(Clone, Debug)]
pub enum Trust {
    /// Who is certified by one of the system's authorities.
    System,
    /// Who is certified by one of these.
    Authorities(Vec<CertificateDer<'static>>),
    /// Who has the key of the one certificate with this fingerprint.
    Pin(Pin),
}

/// The SHA-256 of a certificate, in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin(String);

impl FromStr for Pin {
    type Err = String;

    /// Reads `sha256:HEX`; colons may stand between the bytes.
    fn from_str(text: &str) -> Result<Pin, String> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default().replace(':', "").to_ascii_lowercase();
        match digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            true => Ok(Pin(digits)),
            false => Err("write sha256: and the 64 hexadecimal digits of the certificate's fingerprint".into()),
        }
    }
}

impl Trust {
    pub(super) fn config(&self) -> Result<ClientConfig, Error> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::new(Code::Internal, format!("no TLS: {error}")))?;
        let authorities = match self {
            Trust::System => trust::system(),
            Trust::Authorities(authorities) => authorities,
            Trust::Pin(pin) => {
                let verifier = Arc::new(Pinned { pin: pin.clone(), provider });
                return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
            }
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(authorities.iter().cloned());
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }
}

/// Takes one certificate, whatever its names and times say, from whoever has its key.
#[derive(Debug)]
struct Pinned {
    pin: Pin,
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

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = sha256(certificate);
        match found == self.pin.0 {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_a_fingerprint() {
        let plain = format!("sha256:{}", "ab".repeat(32));
        let colons = format!("sha256:{}", ["AB"; 32].join(":"));
        assert_eq!(plain.parse::<Pin>(), colons.parse::<Pin>());
        for bad in ["", "sha256:", &plain[1..], &plain[7..], &plain[..70], &plain.replace('b', "g"), "md5:ab"] {
            assert!(bad.parse::<Pin>().is_err(), "{bad}");
        }
    }
}
