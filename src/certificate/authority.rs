//! A private certificate authority: it signs one certificate for each agent, for its database behind TLS passed through.
//!
//! Keys are EC keys on P-256 in PKCS#8. The authority's name never changes, so that its key is all that signing needs.

use super::names;
use crate::error::{Code, Error};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, SerialNumber,
};
use time::OffsetDateTime;
use x509_parser::pem::Pem;

/// An authority, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Authority {
    /// The certificate, which everybody may have.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

/// A certificate that the authority has signed, as PEM.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

const NAME: &str = "cloudlunacy agents";
/// What an agent is called whose hosts are too long for a common name.
const AGENT: &str = "cloudlunacy agent";
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// How long the authority's certificate lasts, and an agent's: no more than clients take.
const YEARS: i64 = 20 * 365 * DAY;
const LIFE: i64 = 825 * DAY;
/// What a common name can hold.
const LONGEST: usize = 64;

impl Authority {
    /// Makes an authority, in seconds since 1970.
    pub fn new(now: i64) -> Result<Authority, Error> {
        let mut params = params(NAME, now, YEARS)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(failed)?;
        let certificate = params.self_signed(&key).map_err(failed)?;
        Ok(Authority { certificate: certificate.pem(), key: key.serialize_pem() })
    }

    /// Signs a certificate for these hosts. With a key, which a renewal keeps, it is for that; else for a new one.
    pub fn issue(&self, hosts: &[&str], now: i64, key: Option<&str>) -> Result<Issued, Error> {
        let name = hosts.iter().find(|host| host.len() <= LONGEST).copied().unwrap_or(AGENT);
        let mut params = params(name, now, LIFE)?;
        let host = |host: &&str| (*host).try_into().map(SanType::DnsName).map_err(failed);
        params.subject_alt_names = hosts.iter().map(host).collect::<Result<_, _>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        // A member of a MongoDB replica set is its other members' client too.
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let mut own = CertificateParams::default();
        own.distinguished_name = called(NAME);
        let issuer = Issuer::new(own, KeyPair::from_pem(&self.key).map_err(failed)?);
        let key = key.map_or_else(KeyPair::generate, KeyPair::from_pem).map_err(failed)?;
        let certificate = params.signed_by(&key, &issuer).map_err(failed)?;
        Ok(Issued { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

impl Issued {
    /// Whether it should be signed anew: less than a third of its life is left, or it is for other hosts.
    pub fn is_due(&self, hosts: &[&str], now: i64) -> bool {
        let Some(pem) = Pem::iter_from_buffer(self.certificate.as_bytes()).find_map(Result::ok) else { return true };
        let Ok(certificate) = pem.parse_x509() else { return true };
        let validity = certificate.validity();
        let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
        let known = names(&certificate);
        let is_known = |host: &&str| known.binary_search_by(|name| name.as_str().cmp(host)).is_ok();
        let is_wanted = |name: &String| hosts.contains(&name.as_str()) || name == AGENT;
        until.saturating_sub(now) < (until - from) / 3 || !hosts.iter().all(is_known) || !known.iter().all(is_wanted)
    }
}

fn params(name: &str, now: i64, life: i64) -> Result<CertificateParams, Error> {
    let at = |seconds: i64| OffsetDateTime::from_unix_timestamp(seconds).map_err(failed);
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(failed)?;
    // A serial number is positive, and has all its bytes.
    serial[0] = serial[0] & 0x7f | 0x40;
    let mut params = CertificateParams::default();
    params.distinguished_name = called(name);
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    // Clocks differ.
    params.not_before = at(now.saturating_sub(HOUR))?;
    params.not_after = at(now.saturating_add(life))?;
    Ok(params)
}

fn called(name: &str) -> DistinguishedName {
    let mut full = DistinguishedName::new();
    full.push(DnType::CommonName, name);
    full
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(Code::Io, format!("can't make a certificate: {error}"))
}

#[cfg(test)]
mod tests;
