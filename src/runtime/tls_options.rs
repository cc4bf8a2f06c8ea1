//! What Traefik makes of TLS options: what it refuses disables every router that uses them.

use super::middleware::part::Part;
use super::middleware::{Broken, BrokenKind, Content, content};
use crate::certificate;
use crate::document::Ref;
use crate::release::Release;
use crate::surroundings::Surroundings;

/// The cipher suites that Traefik knows, of options and of servers transports.
pub(crate) const CIPHER_SUITES: [&str; 28] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_FALLBACK_SCSV",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_RC4_128_SHA",
];

/// The versions of TLS that Traefik knows; any other is passed over in options without a word.
pub(crate) const VERSIONS: [&str; 4] = ["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"];

/// What is wrong with TLS options. Traefik puts `building router handler: ` before the words.
pub(crate) fn tls_options(value: Ref<'_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let options = Part::whole(value);
    if let Some(client) = options.field("clientAuth") {
        client_auth(&client, surroundings)?;
    }
    for (number, item) in options.list("cipherSuites").iter().enumerate() {
        if !CIPHER_SUITES.contains(&&*item.text) {
            let says = format!("{DOING}invalid CipherSuite: {}", item.text);
            return Err(options.wrong_item("cipherSuites", (number, item), BrokenKind::BadValue, says));
        }
    }
    for (number, item) in options.list("curvePreferences").iter().enumerate() {
        if !is_curve(&item.text, surroundings.release) {
            let says = format!("{DOING}invalid CurveID in curvePreferences: {}", item.text);
            return Err(options.wrong_item("curvePreferences", (number, item), BrokenKind::BadValue, says));
        }
    }
    Ok(())
}

const DOING: &str = "building TLS config: ";

fn client_auth(client: &Part<'_, '_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let mut has_authorities = false;
    for (number, item) in client.list("caFiles").iter().enumerate() {
        match content(&item.text, surroundings) {
            Content::Bytes(bytes) if !certificate::holds_certificate(bytes) => {
                let says = format!("{DOING}invalid certificate(s) content");
                return Err(client.wrong_item("caFiles", (number, item), BrokenKind::BadFile, says));
            }
            // What can't be read is left out with a word in the log.
            Content::Folder => {}
            Content::Bytes(_) | Content::Unknown => has_authorities = true,
        }
    }
    let says = match &*client.text("clientAuthType") {
        "" | "NoClientCert" | "RequestClientCert" | "RequireAnyClientCert" => return Ok(()),
        "VerifyClientCertIfGiven" | "RequireAndVerifyClientCert" if has_authorities => return Ok(()),
        kind @ ("VerifyClientCertIfGiven" | "RequireAndVerifyClientCert") => {
            format!("{DOING}invalid clientAuthType: {kind}, CAFiles is required")
        }
        other => format!("{DOING}unknown client auth type {other:?}"),
    };
    Err(client.wrong("clientAuthType", BrokenKind::BadValue, says))
}

fn is_curve(name: &str, release: Release) -> bool {
    match name {
        "secp256r1" | "CurveP256" | "secp384r1" | "CurveP384" | "secp521r1" | "CurveP521" | "x25519" | "X25519" => true,
        "x25519mlkem768" | "X25519MLKEM768" => release.since(5, 0),
        "secp256r1mlkem768" | "SecP256r1MLKEM768" | "secp384r1mlkem1024" | "SecP384r1MLKEM1024" => release.since(7, 7),
        _ => false,
    }
}
