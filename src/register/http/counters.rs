//! What the server counts.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What has happened since the start.
#[derive(Debug, Default)]
pub struct Counters {
    answers: [AtomicU64; 6],
    limited: AtomicU64,
    dropped: AtomicU64,
    unfinished: AtomicU64,
    open: AtomicU64,
}

impl Counters {
    /// Answers of a class: 2 for those from 200 to 299.
    pub fn answers(&self, class: usize) -> u64 {
        self.answers.get(class).map_or(0, |count| count.load(Relaxed))
    }
    /// Requests that were told to come again later.
    pub fn limited(&self) -> u64 {
        self.limited.load(Relaxed)
    }
    /// Connections that were closed at once: too many from one address.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }
    /// Connections that ended without an answer: no handshake, no request, or a client that does not read.
    pub fn unfinished(&self) -> u64 {
        self.unfinished.load(Relaxed)
    }
    /// Connections at the moment.
    pub fn open(&self) -> u64 {
        self.open.load(Relaxed)
    }

    pub(super) fn answered(&self, status: u16) {
        if let Some(count) = self.answers.get(usize::from(status / 100)) {
            count.fetch_add(1, Relaxed);
        }
        if status == 429 {
            self.limited.fetch_add(1, Relaxed);
        }
    }
    pub(super) fn was_dropped(&self) {
        self.dropped.fetch_add(1, Relaxed);
    }
    pub(super) fn was_unfinished(&self) {
        self.unfinished.fetch_add(1, Relaxed);
    }
    pub(super) fn opened(&self) {
        self.open.fetch_add(1, Relaxed);
    }
    pub(super) fn closed(&self) {
        self.open.fetch_sub(1, Relaxed);
    }
}
