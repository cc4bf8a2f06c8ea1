//! One writer at a time: `flock` on a file that is never removed, so that the kernel frees it whatever dies.

use super::folder::{Folder, LOCK};
use crate::error::{Code, Error};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::time::{Duration, Instant};

/// The lock, held until it is dropped.
pub struct Lock {
    _file: File,
}

/// Waits for the lock, at most `timeout`.
pub(super) fn acquire(state: &Folder, timeout: Duration, command: &str) -> Result<Lock, Error> {
    let mut file = state.lock_file()?;
    let path = state.path().join(LOCK);
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        match fs2::FileExt::try_lock_exclusive(&file) {
            // Whoever cleared the folder away meanwhile left us with a lock that nobody else will ask for.
            Ok(()) if is_still_there(state, &file) => break,
            Ok(()) => {
                file = state.lock_file()?;
                continue;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(super::open_error(&path, error)),
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(busy(&mut file, timeout));
        }
        std::thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    // For those who wait. Nothing depends on it, so a full disk here is no reason to fail.
    // In one piece: half a number would name another process.
    let note = format!("{} {command}\n", std::process::id());
    let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(note.as_bytes()));
    Ok(Lock { _file: file })
}

fn is_still_there(state: &Folder, file: &File) -> bool {
    match (state.look_at(LOCK), file.metadata()) {
        (Ok(there), Ok(held)) => (there.st_dev, there.st_ino) == (held.dev(), held.ino()),
        (Err(Errno::NOENT), _) => false,
        _ => true,
    }
}

fn busy(file: &mut File, timeout: Duration) -> Error {
    let mut holder = String::new();
    let _ = file.rewind().and_then(|()| file.take(4096).read_to_string(&mut holder));
    let held = match holder.trim().split_once(' ').filter(|(pid, _)| is_alive(pid)) {
        Some((pid, command)) => format!("process {pid} holds it: {command}"),
        None => match listed_holder(file) {
            Some((pid, command)) => format!("process {pid} holds it: {command}"),
            None => "another process holds it".to_owned(),
        },
    };
    Error::new(Code::LockTimeout, format!("no lock within {} s; {held}", timeout.as_secs_f64()))
        .hint("wait for it to end, or give more time with --lock-timeout")
}

/// Whether the process that wrote its number there still runs; a dead one's note must not be blamed.
fn is_alive(pid: &str) -> bool {
    let Some(pid) = pid.parse().ok().and_then(rustix::process::Pid::from_raw) else { return false };
    rustix::process::test_kill_process(pid) != Err(Errno::SRCH)
}

/// Who holds the lock by the kernel's own list, where it shows one: a program other than this leaves no note.
fn listed_holder(file: &File) -> Option<(u32, String)> {
    let file = file.metadata().ok()?;
    let (major, minor) = (rustix::fs::major(file.dev()), rustix::fs::minor(file.dev()));
    let id = format!("{major:02x}:{minor:02x}:{}", file.ino());
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // 1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE START END
    let pid = locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let held = words.get(1) == Some(&"FLOCK") && words.get(5) == Some(&id.as_str());
        if held { words.get(4)?.parse().ok().filter(|pid| *pid != 0) } else { None }
    })?;
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let command = String::from_utf8_lossy(&words).trim_end_matches('\0').replace('\0', " ");
    Some((pid, command))
}
