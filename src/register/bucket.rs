//! How often something may happen. It knows no clock; the time is given.

use std::time::{Duration, Instant};

/// A bucket that fills up again at an even pace. What is taken from an empty one is owed, twice what it holds at most.
#[derive(Debug)]
pub(super) struct Bucket {
    holds: f64,
    each_second: f64,
    left: f64,
    at: Instant,
}

/// Why nothing could be taken.
#[derive(Debug)]
pub(super) struct Wait {
    /// After so long there is something again.
    pub(super) seconds: u32,
    /// How much is owed.
    pub(super) debt: f64,
}

impl Bucket {
    /// A full one.
    pub(super) fn full(holds: u32, each_second: f64, now: Instant) -> Bucket {
        Bucket { holds: holds.into(), each_second, left: holds.into(), at: now }
    }

    /// Takes one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Wait> {
        let since: Duration = now.saturating_duration_since(self.at);
        self.at = self.at.max(now);
        self.left = (self.left + since.as_secs_f64() * self.each_second).min(self.holds) - 1.0;
        self.left = self.left.max(-2.0 * self.holds - 1.0);
        match self.left >= 0.0 {
            true => Ok(()),
            // What is no time away is told as one second; a number of seconds that is too large becomes the largest.
            false => Err(Wait { seconds: (-self.left / self.each_second).ceil().max(1.0) as u32, debt: -self.left }),
        }
    }
}
