//! How much a client may ask of the server; all bounds stand here, and nowhere else.

use std::time::Duration;

/// What one client, and all of them together, may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes in a body.
    pub body: usize,
    /// Bytes in a header, with its first line.
    pub header: usize,
    /// Lines in a header, without its first.
    pub headers: usize,
    /// Connections at the same time.
    pub connections: u32,
    /// Connections at the same time from one address; an IPv6 network of 64 bits is one.
    pub per_address: usize,
    /// The same from this machine itself, where a proxy may stand.
    pub per_loopback: usize,
    /// Time until the header is there, the handshake of TLS included.
    pub header_time: Duration,
    /// Time until the whole request is there.
    pub request_time: Duration,
    /// Time for the decision; then the client is told to ask again, and what was begun goes on.
    pub answer_time: Duration,
    /// Time for the client to take the answer.
    pub write_time: Duration,
    /// Time for a client that is refused in the middle of its request to read why before the connection is cut.
    pub linger_time: Duration,
    /// Requests a second from one address.
    pub rate: u32,
    /// Requests at once from an address that has been quiet.
    pub burst: u32,
    /// Wrong credentials a minute from one address, before it is told to wait.
    pub failures: u32,
    /// When the answer to a wrong credential leaves, so that its time tells nothing.
    pub failure_time: Duration,
    /// Addresses that are remembered; of more the one that has been quiet longest is forgotten.
    pub addresses: usize,
    /// Time for what is under way when the server is told to stop.
    pub stop_time: Duration,
}

impl Bounds {
    /// The bounds of a server that is told nothing else.
    pub const DEFAULT: Bounds = Bounds {
        body: 16 * 1024,
        header: 16 * 1024,
        headers: 64,
        connections: 256,
        per_address: 16,
        per_loopback: 128,
        header_time: Duration::from_secs(5),
        request_time: Duration::from_secs(10),
        answer_time: Duration::from_secs(30),
        write_time: Duration::from_secs(5),
        linger_time: Duration::from_secs(1),
        rate: 100,
        burst: 200,
        failures: 10,
        failure_time: Duration::from_millis(100),
        addresses: 4096,
        stop_time: Duration::from_secs(5),
    };

    /// The bounds in words, one a line, for `--help`.
    pub fn in_words(&self) -> String {
        let lines = [
            format!("body: {} bytes (413)", self.body),
            format!("header: {} bytes, {} lines (431)", self.header, self.headers),
            format!(
                "connections: {} at once, {} from one address (IPv6: /64), {} from this machine; one request on each",
                self.connections, self.per_address, self.per_loopback
            ),
            format!(
                "time: {:?} for the header, {:?} for the whole request (408), {:?} for the decision (503), {:?} to take \
                 the answer",
                self.header_time, self.request_time, self.answer_time, self.write_time
            ),
            format!("requests: {} a second from one address, {} at once after a rest (429)", self.rate, self.burst),
            format!("wrong credentials: {} a minute from one address (429)", self.failures),
            format!("addresses remembered: {}", self.addresses),
            format!("stop: {:?} for what is under way", self.stop_time),
        ];
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    #[test]
    fn help_tells_the_bounds() {
        let words = Bounds::DEFAULT.in_words();
        for part in ["body: 16384 bytes", "5s for the header, 10s for the whole", "256 at once", "100 a second"] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
}
