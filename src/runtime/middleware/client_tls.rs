//! The TLS of a client inside Traefik: towards an authentication server, towards Redis.

use super::part::Part;
use super::{Broken, BrokenKind, Content, content, is_folder};
use crate::certificate;
use crate::surroundings::{Named, Surroundings};

/// Checks a `tls` section; Traefik says `doing` before what is wrong.
pub(super) fn check(part: &Part<'_, '_>, doing: &str, surroundings: &Surroundings) -> Result<(), Broken> {
    let broken = |field, kind, says: &str| Err(part.wrong(field, kind, format!("{doing}: {says}")));
    let ca = part.text("ca");
    if !ca.is_empty() {
        match content(&ca, surroundings) {
            Content::Folder => {
                let says = format!("failed to read CA. read {ca}: is a directory");
                return broken("ca", BrokenKind::BadFile, &says);
            }
            Content::Bytes(bytes) if !certificate::holds_certificate(bytes) => {
                return broken("ca", BrokenKind::BadFile, "failed to parse CA");
            }
            _ => {}
        }
    }
    let (cert, key) = (part.text("cert"), part.text("key"));
    match (cert.is_empty(), key.is_empty()) {
        (true, true) => Ok(()),
        (false, false) => {
            pair(&cert, &key, surroundings).or_else(|(field, says)| broken(field, BrokenKind::BadFile, &says))
        }
        _ => broken(
            if cert.is_empty() { "key" } else { "cert" },
            BrokenKind::Missing,
            "both TLS cert and key must be defined",
        ),
    }
}

/// Checks a certificate and its key, both given as content or both as paths.
fn pair(cert: &str, key: &str, surroundings: &Surroundings) -> Result<(), (&'static str, String)> {
    if certificate::pair(cert.as_bytes(), key.as_bytes()).is_ok() {
        return Ok(());
    }
    let mut files = Vec::new();
    for (field, path) in [("cert", cert), ("key", key)] {
        match surroundings.named.get(path) {
            Some(Named::Missing) => return Err((field, format!("{field} file does not exist"))),
            Some(Named::Read { bytes, .. }) => files.push(Some(bytes)),
            Some(Named::Unreadable(why)) if is_folder(why) => files.push(None),
            None if path.contains('\n') => return Err((field, format!("{field} file does not exist"))),
            Some(Named::Unreadable(_) | Named::Unmapped) | None => return Ok(()),
        }
    }
    match files.as_slice() {
        [Some(cert), Some(key)] => certificate::pair(cert, key).map(|_| ()).map_err(|says| ("cert", says)),
        [None, _] => Err(("cert", format!("read {cert}: is a directory"))),
        _ => Err(("key", format!("read {key}: is a directory"))),
    }
}
