//! A connection to a server, plain or with TLS, on which nothing takes longer than it may.

use super::{Failure, PATIENCE, Trust};
use crate::name::Target;
use crate::trust;
use rustls::pki_types::{IpAddr, ServerName};
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A connection, and until when it may be used.
pub(super) struct Plain {
    stream: TcpStream,
    until: Instant,
}

/// A connection with TLS.
pub(super) type Secure = StreamOwned<ClientConnection, Plain>;

/// Connects to the server by any of its addresses.
pub(super) fn open(target: &Target, until: Instant) -> Result<Plain, Failure> {
    let addresses = (target.host(), target.port_or_default()).to_socket_addrs();
    let addresses: Vec<_> = addresses.map(Iterator::collect).unwrap_or_default();
    let mut last = Failure::new(format!("the name {:?} resolves to nothing", target.host()));
    for (at, address) in addresses.iter().enumerate() {
        let left = left(until) / (addresses.len() - at).max(1) as u32;
        match TcpStream::connect_timeout(address, left.max(Duration::from_millis(1))) {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok(Plain { stream, until });
            }
            Err(error) => last = failure(&error, "no connection"),
        }
    }
    Err(last)
}

/// What an error of the connection means.
pub(super) fn failure(error: &io::Error, none: &str) -> Failure {
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        return of_tls(error);
    }
    Failure::new(match error.kind() {
        ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => format!("{none} within {PATIENCE:?}"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => "there is no way to that address".to_owned(),
        ErrorKind::UnexpectedEof
        | ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe => "it closes the connection".to_owned(),
        _ => error.to_string(),
    })
}

fn of_tls(error: &rustls::Error) -> Failure {
    use rustls::CertificateError as Bad;
    let what = match error {
        rustls::Error::InvalidCertificate(bad) => {
            let why = match bad {
                Bad::UnknownIssuer => "no authority that is trusted here has signed it".to_owned(),
                Bad::Expired | Bad::ExpiredContext { .. } => "it has expired".to_owned(),
                Bad::NotValidYet | Bad::NotValidYetContext { .. } => "it is not valid yet".to_owned(),
                Bad::NotValidForName | Bad::NotValidForNameContext { .. } => "it is for other names".to_owned(),
                Bad::Other(why) => why.to_string(),
                _ => error.to_string(),
            };
            return Failure { what: format!("its certificate is not taken: {why}"), is_certificate: true };
        }
        rustls::Error::InvalidMessage(_)
        | rustls::Error::InappropriateMessage { .. }
        | rustls::Error::InappropriateHandshakeMessage { .. } => "it does not speak TLS".to_owned(),
        _ => format!("TLS fails: {error}"),
    };
    Failure::new(what)
}

fn left(until: Instant) -> Duration {
    until.saturating_duration_since(Instant::now())
}

impl Plain {
    fn bounded(&self) -> io::Result<&TcpStream> {
        let left = left(self.until);
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        self.stream.set_read_timeout(Some(left))?;
        self.stream.set_write_timeout(Some(left))?;
        Ok(&self.stream)
    }

    /// Asks for TLS as clients of PostgreSQL do.
    pub(super) fn ask_for_tls(&mut self) -> Result<(), Failure> {
        const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
        let mut answer = [0];
        let asked = self.write_all(&SSL_REQUEST).and_then(|()| self.read_exact(&mut answer));
        asked.map_err(|error| failure(&error, "no answer"))?;
        if answer == *b"S" { Ok(()) } else { Err(Failure::new("it does not take TLS")) }
    }

    /// Begins TLS, for a server of this name.
    pub(super) fn with_tls(self, name: Option<&str>, trust: &Trust) -> Result<Secure, Failure> {
        let nameless = ServerName::IpAddress(IpAddr::from(std::net::Ipv4Addr::LOCALHOST));
        let name = match name {
            None => nameless,
            Some(name) => ServerName::try_from(name.replace('*', "www"))
                .map_err(|_| Failure::new(format!("{name:?} can't be a name for TLS")))?,
        };
        let connection = ClientConnection::new(Arc::new(config(trust)?), name).map_err(|error| of_tls(&error))?;
        let mut stream = StreamOwned::new(connection, self);
        while stream.conn.is_handshaking() {
            let done = stream.conn.complete_io(&mut stream.sock);
            done.map_err(|error| failure(&error, "no answer to the beginning of TLS"))?;
        }
        Ok(stream)
    }
}

fn config(trust: &Trust) -> Result<ClientConfig, Failure> {
    let config = match trust.anything {
        true => trust::whoever_has_the_key(None),
        false => trust::by(trust.roots.as_deref().unwrap_or(trust::system())),
    };
    config.map_err(|error| of_tls(&error))
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.bounded()?.read(buffer)
    }
}

impl Write for Plain {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.bounded()?.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.bounded()?.flush()
    }
}
