//! The front server as a whole: commands as a user types them, and what the real Traefik then does.

#![allow(clippy::unwrap_used, reason = "a helper of a test that can't go on must fail it")]

mod api;
mod applied;
mod between;
mod claims;
mod live;
mod modes;
mod names;
mod protocols;
mod refused;
mod routes;
mod running;
mod serves;
mod targets;
mod under_load;
mod ways;

use crate::support::http;
use crate::support::place::Place;
use crate::support::traefik::{Options, Traefik};
use crate::support::wait_for;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A directory, and the Traefik that reads it; commands know Traefik's own static configuration.
struct Front {
    place: Place,
    traefik: Traefik,
}

impl Front {
    /// Starts Traefik on `dynamic/`; the options are given the directory.
    fn start(place: Place, options: impl FnOnce(Options) -> Options) -> Front {
        let traefik = Traefik::start(&options(Options::directory(&place.dir())));
        Front { place, traefik }
    }

    /// With the entry points `web`, `websecure` and `mongodb`.
    fn usual(place: Place) -> Front {
        Front::start(place, |o| o.tcp("web").tcp("websecure").tcp("mongodb"))
    }

    /// Types `cloudlunacy LINE`, which must succeed; gives what it prints.
    fn ok(&self, line: &str) -> String {
        self.place.ok(&refs(&self.words(line)))
    }

    /// Types what must change the configuration, and waits until Traefik has applied it.
    fn live(&self, line: &str) -> String {
        let before = self.traefik.applied();
        let out = self.ok(line);
        self.wait_applied(before, line);
        out
    }

    /// Types what must fail with this exit code and change nothing; gives what it complains of.
    fn fails(&self, code: i32, line: &str) -> String {
        self.place.fails(code, &refs(&self.words(line)))
    }

    /// Changes a file by hand, as an editor that replaces it does, and waits until Traefik has applied it.
    fn by_hand(&self, name: &str, text: &str) {
        let before = self.traefik.applied();
        let fresh = self.place.top().join("fresh");
        std::fs::write(&fresh, text).unwrap();
        std::fs::rename(fresh, self.place.dir().join(name)).unwrap();
        self.wait_applied(before, name);
    }

    fn wait_applied(&self, before: usize, what: &str) {
        let applied = || self.traefik.applied() > before;
        // A load that turns out to be unchanged counts for a moment, until Traefik says so.
        let lasting = || {
            applied() && {
                sleep(Duration::from_millis(20));
                applied()
            }
        };
        wait_for(&format!("Traefik to apply: {what}"), || lasting().then_some(()));
    }

    /// The port of an entry point.
    fn port(&self, entry_point: &str) -> u16 {
        self.traefik.port(entry_point)
    }

    /// Waits until the entry point `web` answers with 200 and this body.
    fn serves(&self, host: &str, path: &str, body: &str) {
        self.serves_on("web", host, path, body);
    }

    /// The same of another entry point without TLS.
    fn serves_on(&self, entry_point: &str, host: &str, path: &str, body: &str) {
        let got =
            self.eventually(|| http::get(self.port(entry_point), host, path), |got| *got == (200, body.to_owned()));
        assert_eq!(got, (200, body.to_owned()), "{host}{path} on {entry_point}");
    }

    /// Waits until no route takes a request on the entry point `web`.
    fn lacks(&self, host: &str, path: &str) {
        self.lacks_on("web", host, path);
    }

    /// The same of another entry point without TLS.
    fn lacks_on(&self, entry_point: &str, host: &str, path: &str) {
        let got = self.eventually(|| http::get(self.port(entry_point), host, path), |got| got.0 == 404);
        assert_eq!(got.0, 404, "{host}{path} on {entry_point}: {}", got.1);
    }

    /// Waits until an entry point answers these bytes with those, and gives what it answered.
    fn hears(&self, entry_point: &str, say: &[u8], answer: &[u8]) -> Option<Vec<u8>> {
        // Before its routes are there, a connection waits for nothing: each try is a new one, and short.
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port(entry_point))).ok()?;
            stream.set_read_timeout(Some(Duration::from_millis(500))).ok()?;
            stream.write_all(say).ok()?;
            let mut back = vec![0; answer.len()];
            stream.read_exact(&mut back).ok().map(|()| back)
        };
        self.eventually(ask, |got| got.as_deref() == Some(answer))
    }

    /// Waits until a client gets this: Traefik has applied a change a moment before its entry points act on it.
    fn eventually<T>(&self, ask: impl Fn() -> T, right: impl Fn(&T) -> bool) -> T {
        let deadline = Instant::now() + Duration::from_secs(3);
        loop {
            let got = ask();
            if right(&got) || Instant::now() > deadline {
                return got;
            }
            sleep(Duration::from_millis(20));
        }
    }

    fn words(&self, line: &str) -> Vec<String> {
        let mut words = words(line);
        words.extend(["--static".to_owned(), path(self.traefik.static_file())]);
        words
    }
}

fn refs(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}

fn path(path: PathBuf) -> String {
    path.into_os_string().into_string().unwrap()
}

/// The words of a command line; single quotes hold one together.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let of = |(at, part): (usize, &str)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    };
    parts.flat_map(of).collect()
}
