//! One writer at a time: `flock` on a file that is never removed, so that the kernel frees it whatever dies.

use super::folder::Folder;
use crate::error::{Code, Error};
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::time::{Duration, Instant};

/// The lock, held until it is dropped.
pub(super) struct Lock {
    _file: File,
}

/// Waits for the lock, at most `timeout`.
pub(super) fn acquire(state: &Folder, timeout: Duration, command: &str) -> Result<Lock, Error> {
    let mut file = state.lock_file()?;
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        match fs2::FileExt::try_lock_exclusive(&file) {
            Ok(()) => break,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(super::open_error(&state.path().join("lock"), error)),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(busy(&mut file, timeout));
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    // For those who wait. Nothing depends on it, so a full disk here is no reason to fail.
    let _ =
        file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{} {command}", std::process::id()));
    Ok(Lock { _file: file })
}

fn busy(file: &mut File, timeout: Duration) -> Error {
    let mut holder = String::new();
    let _ = file.rewind().and_then(|()| file.take(4096).read_to_string(&mut holder));
    let held = match holder.trim().split_once(' ') {
        Some((pid, command)) => format!("process {pid} holds it: {command}"),
        None => "another process holds it".to_owned(),
    };
    Error::new(Code::LockTimeout, format!("no lock within {} s; {held}", timeout.as_secs_f64()))
        .hint("wait for it to end, or give more time with --lock-timeout")
}
