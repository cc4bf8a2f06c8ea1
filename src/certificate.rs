//! Certificates and private keys as Go reads them: PEM bytes in, names, times and Go's own complaints out.
//!
//! Whether a key belongs to a certificate is told by the public key that the private key's file holds. Ed25519 keys
//! and some EC keys come without it; of those nothing is said.

pub mod authority;

use std::net::IpAddr;
use x509_parser::der_parser::asn1_rs::{Class, FromDer, Tag};
use x509_parser::der_parser::ber::BerObject;
use x509_parser::der_parser::der::parse_der;
use x509_parser::error::PEMError;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::pem::Pem;
use x509_parser::prelude::X509Certificate;

/// What matters of a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The names by which Traefik finds it, in lower case and sorted: common name, DNS names, addresses.
    pub names: Vec<String>,
    /// From when on it is valid, in seconds since 1970.
    pub not_before: i64,
    /// Until when.
    pub not_after: i64,
}

impl Certificate {
    /// Whether Traefik serves it for this host; a wildcard stands for one label.
    pub fn covers(&self, host: &str) -> bool {
        let is = |prefix: &str, name: &str| {
            let wanted = || prefix.bytes().chain(name.bytes());
            self.names.binary_search_by(|own| own.bytes().cmp(wanted())).is_ok()
        };
        is("", host) || host.split_once('.').is_some_and(|(_, parent)| is("*.", parent))
    }
}

/// The first certificate of a PEM text, which is the server's own, and whether the key belongs to it. The words of a
/// failure are Go's, as they stand in Traefik's log.
pub fn pair(certificate: &[u8], key: &[u8]) -> Result<Certificate, String> {
    let mut der = Err(Vec::new());
    for block in blocks(certificate) {
        match (&mut der, block.label.as_str()) {
            (Err(_), "CERTIFICATE") => der = Ok(block.contents),
            (Err(skipped), _) => skipped.push(block.label),
            (Ok(_), _) => break,
        }
    }
    let der = der.map_err(|skipped| no_certificate(&skipped))?;
    let malformed = || "x509: malformed certificate".to_owned();
    let (rest, parsed) = X509Certificate::from_der(&der).map_err(|_| malformed())?;
    if !rest.is_empty() {
        return Err("x509: trailing data".into());
    }
    let public = public_key(&parsed).ok_or("tls: unknown public key algorithm")?;
    let private = private_key(key)?;
    match (&public, &private) {
        (PublicKey::Rsa(a), PublicKey::Rsa(b)) if a == b => {}
        (PublicKey::Ec(a), PublicKey::Ec(b)) if a == b || b.is_empty() || is_compressed(a) || is_compressed(b) => {}
        (PublicKey::Ed25519, PublicKey::Ed25519) => {}
        (PublicKey::Rsa(_), PublicKey::Rsa(_)) | (PublicKey::Ec(_), PublicKey::Ec(_)) => {
            return Err("tls: private key does not match public key".into());
        }
        _ => return Err("tls: private key type does not match public key type".into()),
    }
    let validity = parsed.validity();
    Ok(Certificate {
        names: names(&parsed),
        not_before: validity.not_before.timestamp(),
        not_after: validity.not_after.timestamp(),
    })
}

/// Whether a PEM text holds a certificate at all, as Go's pools of authorities ask.
pub fn holds_certificate(pem: &[u8]) -> bool {
    blocks(pem).any(|block| block.label == "CERTIFICATE" && X509Certificate::from_der(&block.contents).is_ok())
}

/// A day as `2026-01-31`, from seconds since 1970.
pub fn date(seconds: i64) -> String {
    // Days are counted from 1 March of the year 0, so that a leap day is the last of its year.
    const DAYS_BEFORE_1970: i64 = 719_468;
    let days = seconds.div_euclid(24 * 60 * 60) + DAYS_BEFORE_1970;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + i64::from(month <= 2))
}

/// The PEM blocks that are whole; Go passes over others too.
fn blocks(pem: &[u8]) -> impl Iterator<Item = Pem> {
    Pem::iter_from_buffer(pem).filter_map(Result::ok)
}

fn no_certificate(skipped: &[String]) -> String {
    match skipped {
        [] => "tls: failed to find any PEM data in certificate input".into(),
        [only] if only.ends_with("PRIVATE KEY") => {
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may \
             have been switched"
                .into()
        }
        _ => format!(
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the \
             following types: [{}]",
            skipped.join(" ")
        ),
    }
}

fn no_key(skipped: &[String]) -> String {
    match skipped {
        [] => "tls: failed to find any PEM data in key input".into(),
        [only] if only == "CERTIFICATE" => {
            "tls: found a certificate rather than a key in the PEM for the private key".into()
        }
        _ => format!(
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks \
             of the following types: [{}]",
            skipped.join(" ")
        ),
    }
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let common = certificate.subject().iter_common_name().filter_map(|name| name.as_str().ok()).map(str::to_lowercase);
    let mut names: Vec<String> = common.collect();
    for extension in certificate.extensions() {
        let ParsedExtension::SubjectAlternativeName(alternatives) = extension.parsed_extension() else { continue };
        names.extend(alternatives.general_names.iter().filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.trim_end_matches('.').to_lowercase()),
            GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
            _ => None,
        }));
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    }
}

/// The public half of a key, as far as it tells keys apart.
#[derive(Debug, PartialEq, Eq)]
enum PublicKey {
    /// The modulus.
    Rsa(Vec<u8>),
    /// The point; empty where it is not known.
    Ec(Vec<u8>),
    Ed25519,
}

const RSA: &str = "1.2.840.113549.1.1.1";
const EC: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";

/// Whether a point is written with one coordinate, which can't be compared with one that is written with two.
fn is_compressed(point: &[u8]) -> bool {
    point.first() != Some(&4)
}

fn public_key(certificate: &X509Certificate<'_>) -> Option<PublicKey> {
    let info = certificate.public_key();
    let bits = &info.subject_public_key.data;
    match info.algorithm.algorithm.to_id_string().as_str() {
        RSA => {
            let (_, key) = parse_der(bits).ok()?;
            Some(PublicKey::Rsa(key.as_sequence().ok()?.first()?.as_slice().ok()?.to_vec()))
        }
        EC => Some(PublicKey::Ec(bits.to_vec())),
        ED25519 => Some(PublicKey::Ed25519),
        _ => None,
    }
}

fn private_key(pem: &[u8]) -> Result<PublicKey, String> {
    let unreadable = || "tls: failed to parse private key".to_owned();
    let mut skipped = Vec::new();
    for block in Pem::iter_from_buffer(pem) {
        match block {
            Ok(block) if block.label.ends_with("PRIVATE KEY") => {
                return key_in(&block.contents).ok_or_else(unreadable);
            }
            Ok(block) => skipped.push(block.label),
            // Its headers say that it is encrypted: Go finds it, and can't read it.
            Err(PEMError::Base64DecodeError) if pem.windows(10).any(|w| w == b"Proc-Type:") => {
                return Err(unreadable());
            }
            Err(_) => {}
        }
    }
    Err(no_key(&skipped))
}

/// What a key's DER holds: PKCS#1 (RSA), PKCS#8, or SEC 1 (EC).
fn key_in(der: &[u8]) -> Option<PublicKey> {
    let (_, object) = parse_der(der).ok()?;
    let [version, second, rest @ ..] = object.as_sequence().ok()?.as_slice() else { return None };
    // What is encrypted by PKCS#8 has none.
    version.as_u32().ok()?;
    match second.header.tag() {
        Tag::Integer => Some(PublicKey::Rsa(second.as_slice().ok()?.to_vec())),
        Tag::OctetString => Some(PublicKey::Ec(point(rest))),
        Tag::Sequence => {
            let algorithm = second.as_sequence().ok()?.first()?.as_oid().ok()?.to_id_string();
            let inner = rest.first()?.as_slice().ok()?;
            match algorithm.as_str() {
                ED25519 => Some(PublicKey::Ed25519),
                // PKCS#8 wraps the other two, and is never wrapped itself.
                RSA | EC => key_in(inner).filter(|_| !is_wrapped(inner)),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_wrapped(der: &[u8]) -> bool {
    let second_is = |object: &BerObject<'_>| object.as_sequence().ok().and_then(|s| Some(s.get(1)?.header.tag()));
    parse_der(der).is_ok_and(|(_, object)| second_is(&object) == Some(Tag::Sequence))
}

/// The public key in the optional parts of an EC key.
fn point(parts: &[BerObject<'_>]) -> Vec<u8> {
    let tagged = parts.iter().find(|p| p.header.class() == Class::ContextSpecific && p.header.tag() == Tag(1));
    let bits = tagged.and_then(|part| parse_der(part.as_slice().ok()?).ok());
    bits.and_then(|(_, bits)| Some(bits.content.as_bitstring().ok()?.data.to_vec())).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
