//! The real Traefik, started with a static configuration of the test's wish and
//! watching the dynamic configuration under test.
//!
//! Two sources tell what became of a change. The API says what is live. The
//! debug log says how often the file provider's configuration was applied, and
//! why a load was refused; the API knows neither.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::log::Seen;
pub(crate) use super::options::Options;
use super::{Guarded, PATIENCE, http, wait_for};

/// A running Traefik; killed when dropped.
#[derive(Debug)]
pub(crate) struct Traefik {
    process: Guarded,
    home: tempfile::TempDir,
    ports: Vec<(String, u16)>,
    throttle: Duration,
    seen: Mutex<Seen>,
}

impl Traefik {
    /// Starts Traefik and returns when its first load has ended, well or badly.
    pub(crate) fn start(options: &Options) -> Self {
        // A port can be taken by someone else between its choice and its use.
        (0..5).find_map(|_| Self::attempt(options)).expect("free ports for Traefik")
    }

    fn attempt(options: &Options) -> Option<Self> {
        let home = tempfile::tempdir().expect("a temporary directory");
        let ports = options.free_ports();
        fs::write(home.path().join("static.yml"), options.configuration(home.path(), &ports))
            .expect("the static configuration is written");
        let output = File::create(home.path().join("output")).expect("a file for the output");
        let process = Command::new(&options.binary)
            .arg("--configFile=static.yml")
            .current_dir(home.path())
            .env_clear()
            .envs(options.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the same file"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|e| panic!("{} does not start ({e}): run tests/setup", options.binary.display()));
        let mut traefik =
            Self { process: Guarded(process), home, ports, throttle: options.throttle, seen: Mutex::default() };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let running = traefik.process.0.try_wait().expect("the state of Traefik").is_none();
            if !running {
                let said = traefik.log();
                assert!(said.contains("address already in use"), "Traefik ended:\n{said}");
                return None;
            }
            let seen = traefik.seen();
            if seen.received + seen.refused > 0 && traefik.try_api("/api/overview").is_some() {
                return Some(traefik);
            }
            assert!(Instant::now() < deadline, "Traefik does not get ready:\n{}", traefik.log());
            sleep(Duration::from_millis(20));
        }
    }

    /// The port of an entry point; the API's is called `traefik`.
    pub(crate) fn port(&self, entry_point: &str) -> u16 {
        let found = self.ports.iter().find(|(name, _)| name == entry_point);
        found.unwrap_or_else(|| panic!("no entry point {entry_point}")).1
    }

    /// The static configuration that it was started with.
    pub(crate) fn static_file(&self) -> std::path::PathBuf {
        self.home.path().join("static.yml")
    }

    /// An answer of the API, such as `/api/rawdata`.
    pub(crate) fn api(&self, path: &str) -> Value {
        self.try_api(path).unwrap_or_else(|| panic!("no answer to {path}:\n{}", self.log()))
    }

    /// The same, without an answer when the object does not exist.
    pub(crate) fn try_api(&self, path: &str) -> Option<Value> {
        let reply = http::request(self.port("traefik"), "localhost", path, &[]).ok()?;
        (reply.status == 200).then(|| serde_json::from_str(&reply.body).expect("JSON"))
    }

    /// Waits until a router of `http`, `tcp` or `udp` serves; its full name
    /// ends in `@file`.
    pub(crate) fn wait_router(&self, protocol: &str, name: &str) -> Value {
        let path = router(protocol, name);
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.try_api(&path);
            if found.as_ref().is_some_and(|router| router["status"] == "enabled") {
                return self.settled(found.expect("just seen"));
            }
            let late = Instant::now() >= deadline;
            assert!(!late, "{name} is not enabled but {found:?}; refused: {:?}", self.refused());
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a router is no longer there.
    pub(crate) fn wait_gone(&self, protocol: &str, name: &str) {
        let path = router(protocol, name);
        wait_for(&format!("{name} to go"), || self.try_api(&path).is_none().then_some(()));
        self.settled(());
    }

    /// Traefik switches its entry points one after the other, in any order: the
    /// API may know of a change a moment before the others act on it.
    fn settled<T>(&self, value: T) -> T {
        sleep(Duration::from_millis(30));
        value
    }

    /// How many configurations of the file provider were applied since the
    /// start, the first one included. Unchanged ones are received, not applied.
    pub(crate) fn applied(&self) -> usize {
        let seen = self.seen();
        seen.received - seen.skipped
    }

    /// The error of the last load that was refused, if any ever was.
    pub(crate) fn refused(&self) -> Option<String> {
        self.seen().error
    }

    /// How many loads were refused.
    pub(crate) fn refusals(&self) -> usize {
        self.seen().refused
    }

    /// Waits until nothing more comes of the file events so far.
    ///
    /// Only lines on configurations count: requests write to the log as well.
    pub(crate) fn quiet(&self) {
        let calm = self.throttle + Duration::from_millis(400);
        let outcome = |seen: Seen| (seen.received, seen.skipped, seen.refused);
        let (mut last, mut since) = (outcome(self.seen()), Instant::now());
        let deadline = Instant::now() + PATIENCE + calm;
        while since.elapsed() < calm {
            assert!(Instant::now() < deadline, "Traefik does not stop loading");
            sleep(Duration::from_millis(20));
            let now = outcome(self.seen());
            if now != last {
                (last, since) = (now, Instant::now());
            }
        }
    }

    /// Makes Traefik load without any file event.
    pub(crate) fn reload(&self) {
        let pid = self.process.0.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "no signal to {pid}");
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.0.id()
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.0.try_wait().expect("the state of Traefik").is_some()
    }

    /// Everything Traefik has written, for messages.
    pub(crate) fn log(&self) -> String {
        ["output", "log"]
            .map(|file| fs::read(self.home.path().join(file)).unwrap_or_default())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .concat()
    }

    fn seen(&self) -> Seen {
        let mut seen = self.seen.lock().expect("the log is free");
        seen.read_on(&self.home.path().join("log"));
        seen.clone()
    }
}

fn router(protocol: &str, name: &str) -> String {
    format!("/api/{protocol}/routers/{}", http::encoded(name))
}
