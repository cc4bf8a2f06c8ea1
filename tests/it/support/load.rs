//! A constant HTTP load that notices every single answer that fails: whoever
//! changes a configuration under it must not lose one request.

use std::io::{self, BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use super::http::{Response, head};
use super::tcp::connect;

/// A constant load on kept-alive connections.
#[derive(Debug)]
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    workers: Vec<JoinHandle<Tally>>,
}

/// Answers, failures, and what the first failure was.
type Tally = (usize, usize, Option<String>);

impl Load {
    /// Starts requesting on so many connections, each anew as soon as it has
    /// its answer. Any status but 200 and any broken connection is a failure.
    pub(crate) fn start(port: u16, host: &str, path: &str, connections: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let ask = head(host, path, &[]);
        let workers = (0..connections)
            .map(|_| {
                let (stop, ask) = (Arc::clone(&stop), ask.clone());
                thread::spawn(move || work(port, &ask, &stop))
            })
            .collect();
        Self { stop, workers }
    }

    /// Ends the load and sums up: answers, failures, the first failure.
    pub(crate) fn stop(mut self) -> Tally {
        self.stop.store(true, Ordering::Relaxed);
        let tallies = self.workers.drain(..).map(|worker| worker.join().expect("a worker"));
        tallies.fold((0, 0, None), |sum, tally| (sum.0 + tally.0, sum.1 + tally.1, sum.2.or(tally.2)))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn work(port: u16, ask: &str, stop: &AtomicBool) -> Tally {
    let (mut ok, mut failed, mut first) = (0, 0, None);
    let mut connection = None;
    while !stop.load(Ordering::Relaxed) {
        match exchange(port, ask, &mut connection) {
            Ok(response) if response.status == 200 => ok += 1,
            other => {
                failed += 1;
                first = first.or(Some(format!("{other:?}")));
                connection = None;
            }
        }
        // Two cores carry the test, Traefik and this load: a load without any
        // pause would measure its own hunger.
        sleep(Duration::from_millis(1));
    }
    (ok, failed, first)
}

fn exchange(port: u16, ask: &str, kept: &mut Option<BufReader<TcpStream>>) -> io::Result<Response> {
    let connection = match kept {
        Some(connection) => connection,
        None => kept.insert(BufReader::new(connect(port)?)),
    };
    connection.get_mut().write_all(ask.as_bytes())?;
    Response::read(connection)
}
