//! The sockets of the server: connections in, one request and one answer on each, everything within its bounds.

mod bounds;
mod connection;
mod counters;
mod head;
mod listen;
mod peers;
mod tls;

#[cfg(test)]
mod abuse_tests;
#[cfg(test)]
mod listen_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tls_tests;

use crate::register::exchange::Handler;
pub use bounds::Bounds;
pub use counters::Counters;
pub use listen::{activated, bind, serve};
use peers::{Peers, Verdict};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
pub use tls::{Tls, self_signed};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// Takes one event of the log: an object, in which no credential stands.
pub type Log = Arc<dyn Fn(Value) + Send + Sync>;

/// What stands behind a socket, or behind several.
pub struct Site {
    /// Its certificate; without one it speaks plain HTTP.
    pub tls: Option<Tls>,
    /// The names that the server is called by there; any where there are none.
    pub hosts: Vec<String>,
    /// Who answers.
    pub handler: Handler,
}

/// A server.
pub struct Server {
    /// Where it listens, and for what.
    pub doors: Vec<(TcpListener, Arc<Site>)>,
    /// What clients may ask of it.
    pub bounds: Bounds,
    /// Where its log goes.
    pub log: Log,
    /// What it counts.
    pub counters: Arc<Counters>,
}

/// What all connections share.
struct Shared {
    bounds: Bounds,
    log: Log,
    counters: Arc<Counters>,
    peers: Mutex<Peers>,
    /// Turns true when the server is told to stop.
    stop: watch::Receiver<bool>,
}

impl Shared {
    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resolves when the server is told to stop.
    async fn stopped(&self) {
        // Whoever could tell it is gone only when the server is.
        let _ = self.stop.clone().wait_for(|stop| *stop).await;
    }
}

/// The place that a connection takes, until its answer is sent and nothing works on it any more.
struct Slot {
    shared: Arc<Shared>,
    address: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.shared.peers().leave(self.address);
        self.shared.counters.closed();
    }
}

/// How long nothing is accepted after that has failed, for instance because all files that may be open are.
const PAUSE: Duration = Duration::from_millis(100);

impl Server {
    /// Serves until `stop` resolves; then what is under way has a little time to end.
    pub async fn run(self, stop: impl Future<Output = ()>) -> std::io::Result<()> {
        let (tell, told) = watch::channel(false);
        let peers = Mutex::new(Peers::new(self.bounds));
        let Server { doors, bounds, log, counters } = self;
        let shared = Arc::new(Shared { bounds, log, counters, peers, stop: told });
        let places = Arc::new(Semaphore::new(bounds.connections as usize));
        for (listener, site) in doors {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            tokio::spawn(accept(listener, site, shared.clone(), places.clone()));
        }
        stop.await;
        (shared.log)(json!({ "event": "stopping", "open": shared.counters.open() }));
        let _ = tell.send(true);
        if tokio::time::timeout(bounds.stop_time, places.acquire_many(bounds.connections)).await.is_err() {
            (shared.log)(json!({ "event": "stopped-early", "open": shared.counters.open() }));
        }
        Ok(())
    }
}

/// Takes connections in. Where all places are taken, new ones wait in the queue of the socket.
async fn accept(listener: tokio::net::TcpListener, site: Arc<Site>, shared: Arc<Shared>, places: Arc<Semaphore>) {
    let mut failed = false;
    let next = async || {
        let permit = places.clone().acquire_owned().await.ok()?;
        Some((permit, listener.accept().await))
    };
    loop {
        let taken = tokio::select! {
            biased;
            () = shared.stopped() => return,
            taken = next() => taken,
        };
        match taken {
            Some((permit, Ok((stream, peer)))) => {
                failed = false;
                if let Some((slot, verdict)) = admit(&shared, permit, peer) {
                    tokio::spawn(connection::serve(stream, peer, site.clone(), slot, verdict));
                }
            }
            Some((_, Err(error))) => {
                if !std::mem::replace(&mut failed, true) {
                    (shared.log)(json!({ "event": "accept-failed", "error": error.to_string() }));
                }
                tokio::time::sleep(PAUSE).await;
            }
            None => return,
        }
    }
}

/// Finds a place for a connection, or lets it be closed at once.
fn admit(shared: &Arc<Shared>, permit: OwnedSemaphorePermit, peer: SocketAddr) -> Option<(Arc<Slot>, Verdict)> {
    let verdict = shared.peers().arrive(peer.ip(), Instant::now());
    if verdict == Verdict::Drop {
        shared.counters.was_dropped();
        return None;
    }
    shared.counters.opened();
    let slot = Slot { shared: shared.clone(), address: peer.ip(), _permit: permit };
    Some((Arc::new(slot), verdict))
}
