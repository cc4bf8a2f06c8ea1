//! A certificate authority and server certificates, made while the tests run.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{answer, python};

/// A certificate authority whose files live as long as it does.
pub(crate) struct Ca {
    directory: tempfile::TempDir,
    leaves: AtomicUsize,
}

/// A server certificate and its key, as PEM files.
pub(crate) struct Leaf {
    /// The certificate.
    pub(crate) cert: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
}

impl Ca {
    /// A new authority.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        answer(python("certs.py").arg("ca").arg(directory.path())).expect("an authority");
        Self { directory, leaves: AtomicUsize::new(0) }
    }

    /// An authority of somebody else, which only verifies.
    pub(crate) fn known(pem: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::write(directory.path().join("ca.pem"), pem).expect("a file");
        Self { directory, leaves: AtomicUsize::new(0) }
    }

    /// The certificate clients trust.
    pub(crate) fn pem(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    /// A certificate for the names: host names, wildcards, addresses.
    pub(crate) fn leaf(&self, names: &[&str]) -> Leaf {
        let file = format!("leaf-{}", self.leaves.fetch_add(1, Ordering::Relaxed));
        let stem = self.directory.path().join(&file);
        answer(python("certs.py").arg("leaf").arg(self.directory.path()).arg(file).args(names)).expect("a certificate");
        Leaf { cert: stem.with_extension("pem"), key: stem.with_extension("key") }
    }
}

impl Leaf {
    /// The dynamic configuration that hands this certificate to Traefik.
    pub(crate) fn dynamic(&self) -> String {
        let quoted = |path: &Path| serde_json::to_string(path).expect("a path in UTF-8");
        format!("tls:\n  certificates:\n    - certFile: {}\n      keyFile: {}\n", quoted(&self.cert), quoted(&self.key))
    }
}
