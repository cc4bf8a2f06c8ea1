//! Which authorities' certificates are trusted: the system's, as Traefik itself does it.

use rustls::pki_types::CertificateDer;
use std::sync::OnceLock;

/// The certificates of the system's authorities, read when they are first asked for. `SSL_CERT_FILE` and `SSL_CERT_DIR`
/// name others, to us as to Traefik.
pub fn system() -> &'static [CertificateDer<'static>] {
    static ROOTS: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    // What can't be read is not trusted; Traefik does the same.
    ROOTS.get_or_init(|| rustls_native_certs::load_native_certs().certs)
}
