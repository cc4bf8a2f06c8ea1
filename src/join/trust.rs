//! Whom an agent takes for its server: by authorities, or by the fingerprint of one certificate.

use crate::error::{Code, Error};
use crate::trust;
use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use std::str::FromStr;

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
        let config = match self {
            Trust::System => trust::by(trust::system()),
            Trust::Authorities(authorities) => trust::by(authorities),
            Trust::Pin(pin) => trust::whoever_has_the_key(Some(pin.0.clone())),
        };
        config.map_err(|error| Error::new(Code::Internal, format!("no TLS: {error}")))
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
