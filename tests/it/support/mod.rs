//! The real parts the tests run against: Traefik itself, a MongoDB server with
//! the official driver, and small servers and clients of other protocols.
//!
//! `tests/setup` installs what does not come with the machine. A test that
//! cannot get its real part panics and names that script: it never passes by
//! skipping, and nothing here stands in for the real program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper that cannot go on must fail the test, loudly"
)]
#![allow(dead_code, reason = "a toolbox: not every tool is in use at all times")]

pub(crate) mod certs;
pub(crate) mod http;
pub(crate) mod load;
mod log;
pub(crate) mod mongo;
mod options;
pub(crate) mod oracle;
pub(crate) mod place;
pub(crate) mod random;
pub(crate) mod register;
pub(crate) mod scripted;
pub(crate) mod tcp;
pub(crate) mod tls;
pub(crate) mod traefik;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long anything real may take on a busy machine before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A file below `target/real`, where `tests/setup` installs.
pub(crate) fn real(path: &str) -> PathBuf {
    // The target directory can be moved by the environment, by a flag or by
    // cargo's configuration; CARGO_TARGET_TMPDIR is inside it in every case.
    // Coverage tools use a target of their own, hence the plain one at last.
    let by_env = std::env::var_os("CARGO_TARGET_DIR").map(|dir| repository().join(dir));
    let by_cargo = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    by_env
        .into_iter()
        .chain(by_cargo.map(Path::to_path_buf))
        .chain([repository().join("target")])
        .map(|target| target.join("real"))
        .filter(|real| real.join("stamp").is_file())
        .map(|real| real.join(path))
        .find(|file| file.exists())
        .unwrap_or_else(|| panic!("real/{path} is not in the target directory: run tests/setup"))
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A python script of this directory, ready to run with the installed packages.
fn python(script: &str) -> Command {
    let mut command = Command::new(real("venv/bin/python3"));
    command
        .arg(repository().join("tests/it/support").join(script))
        // Neither the caller's python settings nor compiled files in the tree.
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Runs a python script that answers with one line of JSON.
///
/// `Err` holds what the script says went wrong with the connection; a script
/// that breaks in any other way fails the test.
fn answer(command: &mut Command) -> Result<serde_json::Value, String> {
    let output = command.stdin(Stdio::null()).output().expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let value: serde_json::Value = serde_json::from_str(text.trim()).unwrap_or_else(|_| {
        let complaint = String::from_utf8_lossy(&output.stderr);
        panic!("no JSON from {command:?}: {text}{complaint}")
    });
    match value["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(value),
    }
}

/// Asks `probe` again and again until it has an answer; panics after
/// [`PATIENCE`] with `what` was awaited.
pub(crate) fn wait_for<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < deadline, "in vain for {what}");
        sleep(Duration::from_millis(10));
    }
}

/// A child process that does not outlive its owner.
#[derive(Debug)]
pub(crate) struct Guarded(pub(crate) Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // Failing means it has ended already, which is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
