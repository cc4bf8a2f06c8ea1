//! A sign of life on standard error while something takes long.

use std::io::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long nothing is said: most is done by then.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often it moves.
const TICK: Duration = Duration::from_millis(200);

/// Shows that something goes on until it is dropped.
pub(super) struct Progress {
    done: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Begins; shows nothing where nobody looks.
    pub(super) fn of(what: &'static str, is_seen: bool) -> Progress {
        let done = is_seen.then(|| {
            let (done, stop) = channel::<()>();
            let since = Instant::now();
            let show = move || {
                let mut wait = PATIENCE;
                let mut step = 0;
                while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(wait) {
                    let bar: String =
                        (0..12).map(|at| if (at + 12 - step % 12) % 12 < 4 { '=' } else { ' ' }).collect();
                    say(&format!("\r{what} [{bar}] {} s", since.elapsed().as_secs()));
                    (wait, step) = (TICK, step + 1);
                }
                if step > 0 {
                    say("\r\u{1b}[K");
                }
            };
            (done, std::thread::spawn(show))
        });
        Progress { done }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.done.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

/// Nobody hearing it is no reason to fail.
fn say(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
