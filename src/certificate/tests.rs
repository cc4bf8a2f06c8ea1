//! Tests with certificates made by another library; the complaints are those of Traefik 3.7.15's log.

use super::fixtures::*;
use super::{date, pair};

fn complaint(certificate: &str, key: &str) -> String {
    pair(certificate.as_bytes(), key.as_bytes()).unwrap_err()
}

#[test]
fn names_and_times_are_read_and_keys_of_every_form_are_matched() {
    let app = pair(APP.as_bytes(), APP_KEY.as_bytes()).unwrap();
    assert_eq!(app.names, ["*.apps.example.com", "10.0.0.5", "app.example.com"]);
    assert_eq!((app.not_before, app.not_after), (1_577_836_800, 4_733_510_400));
    for (certificate, key) in [(APP, APP_KEY_SEC1), (RSA, RSA_KEY), (RSA, RSA_KEY_PKCS1), (ED25519, ED25519_KEY)] {
        assert!(pair(certificate.as_bytes(), key.as_bytes()).is_ok(), "{key}");
    }
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    let chain = format!("# the server's own\n{APP}{RSA}");
    assert!(pair(chain.as_bytes(), format!("{parameters}{APP_KEY_SEC1}").as_bytes()).is_ok());
    assert!(pair(APP.replace('\n', "\r\n").as_bytes(), APP_KEY.as_bytes()).is_ok());
}

#[test]
fn a_wildcard_covers_one_label() {
    let app = pair(APP.as_bytes(), APP_KEY.as_bytes()).unwrap();
    for (host, covered) in [
        ("app.example.com", true),
        ("x.apps.example.com", true),
        ("*.apps.example.com", true),
        ("10.0.0.5", true),
        ("x.y.apps.example.com", false),
        ("apps.example.com", false),
        ("www.example.com", false),
    ] {
        assert_eq!(app.covers(host), covered, "{host}");
    }
}

#[test]
fn complaints_are_in_go_s_words() {
    let mismatch = "tls: private key does not match public key";
    assert_eq!(complaint(APP, OTHER_KEY), mismatch);
    assert_eq!(complaint(RSA, RSA_OTHER_KEY), mismatch);
    let types = "tls: private key type does not match public key type";
    assert_eq!(complaint(APP, RSA_KEY), types);
    assert_eq!(complaint(ED25519, APP_KEY), types);
    for locked in [APP_KEY_LOCKED, APP_KEY_LOCKED_PKCS8] {
        assert_eq!(complaint(APP, locked), "tls: failed to parse private key");
    }
    assert_eq!(complaint(APP, "hello\n"), "tls: failed to find any PEM data in key input");
    assert_eq!(complaint(APP, APP), "tls: found a certificate rather than a key in the PEM for the private key");
    let skipped = "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the following types: [CERTIFICATE CERTIFICATE]";
    assert_eq!(complaint(APP, &format!("{APP}{APP}")), skipped);
    let switched = "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
    assert_eq!(complaint(APP_KEY, APP), switched);
    let nothing = "tls: failed to find any PEM data in certificate input";
    for text in ["", "/etc/ssl/app.pem", &APP[..200], &APP.replacen("MII", "!II", 1), &APP.replace('\n', "\n  ")] {
        assert_eq!(complaint(text, APP_KEY), nothing, "{text}");
    }
    let trusted = APP.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
    assert_eq!(
        complaint(&trusted, APP_KEY),
        "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the following types: [TRUSTED CERTIFICATE]"
    );
    let no_der = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    assert_eq!(complaint(no_der, APP_KEY), "x509: malformed certificate");
}

#[test]
fn no_byte_that_is_changed_or_cut_off_does_harm() {
    for at in 0..APP.len() {
        let mut bytes = APP.as_bytes().to_vec();
        bytes[at] ^= 0x15;
        let _ = pair(&bytes, APP_KEY.as_bytes());
        let _ = pair(&APP.as_bytes()[..at], &APP_KEY_SEC1.as_bytes()[..at.min(APP_KEY_SEC1.len())]);
    }
    for at in 0..APP_KEY.len() {
        let mut bytes = APP_KEY.as_bytes().to_vec();
        bytes[at] = bytes[at].wrapping_add(1);
        let _ = pair(APP.as_bytes(), &bytes);
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    for (seconds, day) in [
        (0, "1970-01-01"),
        (951_782_400, "2000-02-29"),
        (1_790_000_000, "2026-09-21"),
        (4_107_542_399, "2100-02-28"),
        (-1, "1969-12-31"),
    ] {
        assert_eq!(date(seconds), day);
    }
}
