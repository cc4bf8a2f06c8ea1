//! How the server is started and stopped: sockets, signals, and what systemd is told.

use super::Server;
use listenfd::ListenFd;
use sd_notify::NotifyState;
use serde_json::json;
use std::io;
use std::net::{SocketAddr, TcpListener};
use tokio::signal::unix::{SignalKind, signal};

/// Listens on an address.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address)
}

/// The sockets that systemd listens on for us, in the order of its unit; none where it does not.
pub fn activated() -> io::Result<Vec<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    (0..sockets.len()).filter_map(|at| sockets.take_tcp_listener(at).transpose()).collect()
}

/// Threads that talk to clients. What they do is short; decisions that write wait for each other anyway.
const THREADS: usize = 2;
/// Threads that look credentials up.
const BLOCKING: usize = 8;

/// Serves until SIGTERM or SIGINT comes. SIGHUP changes nothing: certificates are read again when they change.
pub fn serve(server: Server) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(THREADS)
        .max_blocking_threads(BLOCKING)
        .enable_all()
        .build()?;
    let log = server.log.clone();
    let served = runtime.block_on(async move {
        let [mut terminate, mut interrupt, mut hang_up] =
            [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?, signal(SignalKind::hangup())?];
        let addresses: Vec<String> = server
            .doors
            .iter()
            .filter_map(|(listener, _)| listener.local_addr().ok())
            .map(|address| address.to_string())
            .collect();
        let stop = async {
            loop {
                tokio::select! {
                    _ = terminate.recv() => break,
                    _ = interrupt.recv() => break,
                    _ = hang_up.recv() => {}
                }
            }
            tell(NotifyState::Stopping);
        };
        log(json!({ "event": "listening", "addresses": addresses }));
        tell(NotifyState::Ready);
        server.run(stop).await
    });
    // What is not done by now has had its time; a change that is broken off is mended by the next one.
    runtime.shutdown_background();
    served
}

/// Tells systemd, where it wants to know.
fn tell(state: NotifyState<'_>) {
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[state]);
}
