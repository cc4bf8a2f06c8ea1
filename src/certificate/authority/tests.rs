//! What the authority signs, as TLS libraries judge it.

use super::*;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

const NOW: i64 = 1_790_000_000;
const HOSTS: [&str; 2] = ["web-7.mongodb.example.com", "*.web-7.apps.example.com"];

/// What a client says that trusts the authority and asks for this name at this time.
fn verdict(authority: &Authority, issued: &Issued, name: &str, now: i64) -> Result<(), String> {
    let der = |pem: &str| CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(der(&authority.certificate)).unwrap();
    let provider = Arc::new(default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(now as u64));
    let name = ServerName::try_from(name).unwrap();
    let said = verifier.verify_server_cert(&der(&issued.certificate), &[], &name, &[], at);
    said.map(drop).map_err(|error| error.to_string())
}

fn made() -> (Authority, Issued) {
    let authority = Authority::new(NOW).unwrap();
    let issued = authority.issue(&HOSTS, NOW, None).unwrap();
    (authority, issued)
}

fn serial(pem: &str) -> Vec<u8> {
    let pem = Pem::iter_from_buffer(pem.as_bytes()).next().unwrap().unwrap();
    pem.parse_x509().unwrap().raw_serial().to_vec()
}

#[test]
fn a_client_takes_it_for_its_names_in_its_time_from_its_authority() {
    let (authority, issued) = made();
    for name in ["web-7.mongodb.example.com", "shop.web-7.apps.example.com"] {
        assert_eq!(verdict(&authority, &issued, name, NOW), Ok(()), "{name}");
    }
    let name = HOSTS[0];
    assert!(verdict(&authority, &issued, "web-8.mongodb.example.com", NOW).unwrap_err().contains("not valid for name"));
    let other = Authority::new(NOW).unwrap();
    assert!(verdict(&other, &issued, name, NOW).is_err(), "an authority of the same name");
    for (at, is_taken) in [(-HOUR, true), (-HOUR - 1, false), (LIFE, true), (LIFE + 1, false)] {
        assert_eq!(verdict(&authority, &issued, name, NOW + at).is_ok(), is_taken, "{at}");
    }
    // An agent is no authority.
    let agent = Authority { certificate: issued.certificate.clone(), key: issued.key.clone() };
    let false_one = agent.issue(&[name], NOW, None).unwrap();
    assert!(verdict(&authority, &false_one, name, NOW).is_err());
}

#[test]
fn keys_are_what_servers_and_agents_read() {
    let (authority, issued) = made();
    for key in [&authority.key, &issued.key] {
        assert!(key.starts_with("-----BEGIN PRIVATE KEY-----\n"));
        assert!(matches!(PrivateKeyDer::from_pem_slice(key.as_bytes()), Ok(PrivateKeyDer::Pkcs8(_))));
    }
    let pair = crate::certificate::pair(issued.certificate.as_bytes(), issued.key.as_bytes()).unwrap();
    assert_eq!(pair.names, ["*.web-7.apps.example.com", "web-7.mongodb.example.com"]);
    assert!(crate::certificate::pair(authority.certificate.as_bytes(), authority.key.as_bytes()).is_ok());
}

#[test]
fn the_authority_signs_certificates_and_no_authorities() {
    let (authority, issued) = made();
    let pem = Pem::iter_from_buffer(authority.certificate.as_bytes()).next().unwrap().unwrap();
    let certificate = pem.parse_x509().unwrap();
    assert_eq!(certificate.subject().to_string(), "CN=cloudlunacy agents");
    let limits = certificate.basic_constraints().unwrap().unwrap();
    assert_eq!((limits.critical, limits.value.ca, limits.value.path_len_constraint), (true, true, Some(0)));
    let usage = certificate.key_usage().unwrap().unwrap().value;
    assert!(usage.key_cert_sign() && usage.crl_sign() && !usage.digital_signature());
    let pem = Pem::iter_from_buffer(issued.certificate.as_bytes()).next().unwrap().unwrap();
    let certificate = pem.parse_x509().unwrap();
    let usage = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.server_auth && usage.client_auth && !usage.any);
    assert!(certificate.basic_constraints().unwrap().is_none_or(|limits| !limits.value.ca));
}

#[test]
fn a_renewal_keeps_the_key_and_has_a_number_of_its_own() {
    let (authority, issued) = made();
    let later = NOW + 600 * DAY;
    let renewed = authority.issue(&HOSTS, later, Some(&issued.key)).unwrap();
    assert!(renewed.key == issued.key && renewed.certificate != issued.certificate);
    assert_eq!(verdict(&authority, &renewed, HOSTS[0], NOW + LIFE + DAY), Ok(()));
    let many = (0..100).map(|_| serial(&authority.issue(&HOSTS, NOW, Some(&issued.key)).unwrap().certificate));
    assert_eq!(many.collect::<BTreeSet<_>>().len(), 100);
}

#[test]
fn it_is_renewed_in_the_last_third_of_its_life_or_for_other_hosts() {
    let (authority, issued) = made();
    for (days, is_due) in [(0, false), (549, false), (551, true), (826, true)] {
        assert_eq!(issued.is_due(&HOSTS, NOW + days * DAY), is_due, "{days}");
    }
    let (one, reversed) = (&HOSTS[..1], [HOSTS[1], HOSTS[0]]);
    assert!(issued.is_due(one, NOW) && issued.is_due(&[HOSTS[0], "other.example.com"], NOW));
    assert!(!issued.is_due(&reversed, NOW));
    let long = format!("{}.example.com", "a".repeat(60));
    for hosts in [&[][..], &[long.as_str()][..]] {
        let issued = authority.issue(hosts, NOW, None).unwrap();
        assert!(!issued.is_due(hosts, NOW), "{hosts:?}");
    }
    let broken = Issued { certificate: "none".into(), ..issued };
    assert!(broken.is_due(&HOSTS, NOW));
}

#[test]
fn what_can_not_be_used_is_an_error() {
    let (authority, issued) = made();
    let said = |made: Result<Issued, Error>| made.err().map(|error| error.message).unwrap();
    assert!(said(authority.issue(&["bücher.example"], NOW, None)).contains("can't make a certificate"));
    assert!(said(authority.issue(&HOSTS, NOW, Some("no key"))).contains("can't make a certificate"));
    assert!(said(authority.issue(&HOSTS, i64::MAX, None)).contains("can't make a certificate"));
    let broken = Authority { key: issued.certificate, ..authority };
    assert!(!said(broken.issue(&HOSTS, NOW, None)).contains("BEGIN"));
}
