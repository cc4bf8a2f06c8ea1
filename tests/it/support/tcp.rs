//! Plain TCP and UDP: servers of several manners, and a connection that lives
//! through the changes a test makes.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle, sleep};
use std::time::Duration;

use super::PATIENCE;

/// The bytes a MySQL server sends before its client has said anything: a
/// packet of protocol version 10 that names the server.
pub(crate) const GREETING: &[u8] = b"\x0a\x00\x00\x00\x0a8.4.0\0\0\0\0";

/// A TCP server with a thread for every connection; drop it and all its
/// connections break.
#[derive(Debug)]
pub(crate) struct Listener {
    port: u16,
    stop: Arc<AtomicBool>,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Listener {
    /// Serves on a free loopback port. How a connection ends is not looked at:
    /// its client sees that.
    pub(crate) fn start(serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let this = Self {
            port: socket.local_addr().expect("its address").port(),
            stop: Arc::default(),
            connections: Arc::default(),
        };
        let (stop, connections) = (Arc::clone(&this.stop), Arc::clone(&this.connections));
        thread::spawn(move || {
            for stream in socket.incoming().map_while(Result::ok) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let _ = stream.set_nodelay(true);
                if let Ok(copy) = stream.try_clone() {
                    connections.lock().expect("the connections").push(copy);
                }
                let serve = serve.clone();
                thread::spawn(move || {
                    let closing = stream.try_clone();
                    let _ = serve(stream);
                    // The copy kept above would hold the connection open.
                    let _ = closing.map(|stream| stream.shutdown(Shutdown::Both));
                });
            }
        });
        this
    }

    /// A server that sends back what it gets.
    pub(crate) fn echo() -> Self {
        Self::start(|stream| io::copy(&mut &stream, &mut &stream).map(drop))
    }

    /// A server that speaks first, as MySQL's does, and then echoes.
    pub(crate) fn speaking_first(greeting: &'static [u8]) -> Self {
        Self::start(move |stream| {
            (&stream).write_all(greeting)?;
            io::copy(&mut &stream, &mut &stream).map(drop)
        })
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its address as `loadBalancer.servers[].address` wants it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// How many connections were ever made to it.
    pub(crate) fn connections(&self) -> usize {
        self.connections.lock().expect("the connections").len()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the accepting thread, which then gives the port up.
        let _ = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], self.port)));
        for stream in self.connections.lock().expect("the connections").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// A connection to a loopback port on which no wait is endless.
pub(super) fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Says nothing and returns the first `length` bytes the other side sends.
pub(crate) fn listen(port: u16, length: usize) -> io::Result<Vec<u8>> {
    let mut heard = vec![0; length];
    connect(port)?.read_exact(&mut heard)?;
    Ok(heard)
}

/// Sends bytes and returns as many as come back.
pub(crate) fn echoed(port: u16, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = connect(port)?;
    stream.write_all(bytes)?;
    let mut back = vec![0; bytes.len()];
    stream.read_exact(&mut back)?;
    Ok(back)
}

/// A UDP server that sends every packet back behind its id.
#[derive(Debug)]
pub(crate) struct UdpEcho {
    port: u16,
    stop: Arc<AtomicBool>,
}

impl UdpEcho {
    /// Serves on a free loopback port.
    pub(crate) fn start(id: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("its address").port();
        socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout");
        let (id, stop) = (id.to_owned(), Arc::new(AtomicBool::new(false)));
        let ended = Arc::clone(&stop);
        thread::spawn(move || {
            let mut packet = [0; 2048];
            while !ended.load(Ordering::Relaxed) {
                if let Ok((length, from)) = socket.recv_from(&mut packet) {
                    let answer = [id.as_bytes(), b" ", &packet[..length]].concat();
                    let _ = socket.send_to(&answer, from);
                }
            }
        });
        Self { port, stop }
    }

    /// Its address as `loadBalancer.servers[].address` wants it.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }
}

impl Drop for UdpEcho {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Sends a packet, again while none comes back: UDP may lose it.
pub(crate) fn udp(port: u16, text: &str) -> io::Result<String> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_millis(500)))?;
    let mut packet = [0; 2048];
    for _ in 0..10 {
        socket.send_to(text.as_bytes(), ("127.0.0.1", port))?;
        if let Ok(length) = socket.recv(&mut packet) {
            return Ok(String::from_utf8_lossy(&packet[..length]).into_owned());
        }
    }
    Err(ErrorKind::TimedOut.into())
}

/// One TCP connection to an echo, in use all the time, that must survive.
#[derive(Debug)]
pub(crate) struct LongLived {
    stop: Arc<AtomicBool>,
    worker: JoinHandle<io::Result<usize>>,
}

impl LongLived {
    /// Connects and has a first answer when it returns.
    pub(crate) fn start(port: u16) -> Self {
        let mut connection = BufReader::new(connect(port).expect("a connection"));
        converse(&mut connection, 0).expect("an echo");
        let stop = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&stop);
        let worker = thread::spawn(move || {
            let mut turns = 1;
            while !ended.load(Ordering::Relaxed) {
                sleep(Duration::from_millis(5));
                converse(&mut connection, turns)?;
                turns += 1;
            }
            Ok(turns)
        });
        Self { stop, worker }
    }

    /// How often it was answered, all on the one connection; an error if that
    /// broke or answered wrongly.
    pub(crate) fn stop(self) -> io::Result<usize> {
        self.stop.store(true, Ordering::Relaxed);
        self.worker.join().expect("the worker")
    }
}

fn converse(connection: &mut BufReader<TcpStream>, turn: usize) -> io::Result<()> {
    let said = format!("turn {turn}\n");
    connection.get_mut().write_all(said.as_bytes())?;
    let mut heard = String::new();
    connection.read_line(&mut heard)?;
    if heard == said {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidData, format!("said {said:?}, heard {heard:?}")))
}
