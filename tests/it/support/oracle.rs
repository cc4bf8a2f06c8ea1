//! A real Traefik that is fed one directory after the other and says what it makes of each.
//!
//! It watches nothing: a signal makes it load, once. A middleware whose name changes from load to load shows that a
//! load has ended well; a refusal stands in the log.

use super::traefik::{Options, Traefik};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The file, and the middleware in it, that shows that a load has ended.
pub(crate) const MARKER: &str = "zzzz-marker";

/// The release that the project is written for.
pub(crate) const NEWEST: &str = "3.7.15";

/// How long a load may take.
const LONGEST: Duration = Duration::from_secs(15);

/// What Traefik says of a directory.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It loads it: every object of the file provider by kind (`http.router`) and name, with its state and errors.
    Accepted(Objects),
    /// It refuses it; why.
    Refused(String),
    /// It ends; its last words.
    Crashed(String),
    /// It never comes to an end with it.
    Hung,
}

/// Objects by kind and name; the state and the errors of each.
pub(crate) type Objects = BTreeMap<(String, String), (String, Vec<String>)>;

/// Sections of `/api/rawdata`, and the kinds of the objects in them.
const SECTIONS: [(&str, &str); 8] = [
    ("routers", "http.router"),
    ("middlewares", "http.middleware"),
    ("services", "http.service"),
    ("tcpRouters", "tcp.router"),
    ("tcpMiddlewares", "tcp.middleware"),
    ("tcpServices", "tcp.service"),
    ("udpRouters", "udp.router"),
    ("udpServices", "udp.service"),
];

/// A static configuration to judge under: entry points with their settings as YAML lines, and more sections.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    pub(crate) tcp: &'static [(&'static str, &'static str)],
    pub(crate) udp: &'static [&'static str],
    pub(crate) more: &'static str,
}

/// Entry points `web`, `websecure`, `mongodb` and `udpep` (UDP), resolvers `le` and `letsencrypt`.
pub(crate) const PLAIN: Setting = Setting {
    name: "plain",
    tcp: &[("web", ""), ("websecure", ""), ("mongodb", "")],
    udp: &["udpep"],
    more: RESOLVERS,
};

/// Two resolvers that can reach nothing.
pub(crate) const RESOLVERS: &str = "certificatesResolvers:
  le: {acme: {email: a@b.test, storage: acme.json, caServer: 'http://127.0.0.1:1/dir', httpChallenge: {entryPoint: web}}}
  letsencrypt: {acme: {email: a@b.test, storage: acme2.json, caServer: 'http://127.0.0.1:1/dir', httpChallenge: {entryPoint: web}}}";

/// The running Traefik.
pub(crate) struct Oracle {
    traefik: Traefik,
    options: Options,
    place: tempfile::TempDir,
    loads: usize,
    read: u64,
}

impl Oracle {
    /// Starts a release under a static configuration.
    pub(crate) fn start(release: &str, setting: &Setting) -> Oracle {
        let place = tempfile::tempdir().expect("a temporary directory");
        let directory = place.path().join("dynamic");
        fs::create_dir(&directory).expect("a new folder");
        let mut options = Options::directory(&directory).watch(false).extra(setting.more);
        for (name, settings) in setting.tcp {
            options = options.tcp_with(name, settings);
        }
        for name in setting.udp {
            options = options.udp(name);
        }
        if release != NEWEST {
            options = options.release(release);
        }
        let mut oracle = Oracle { traefik: Traefik::start(&options), options, place, loads: 0, read: 0 };
        oracle.log();
        oracle
    }

    /// The directory that Traefik reads.
    pub(crate) fn directory(&self) -> PathBuf {
        self.place.path().join("dynamic")
    }

    /// The folder that Traefik runs in.
    pub(crate) fn home(&self) -> PathBuf {
        self.static_file().with_file_name("")
    }

    /// The static configuration.
    pub(crate) fn static_file(&self) -> PathBuf {
        self.traefik.static_file()
    }

    /// Puts these files, and no others, into the directory.
    pub(crate) fn put(&self, files: &[(String, Vec<u8>)]) {
        fs::remove_dir_all(self.directory()).expect("the directory goes");
        fs::create_dir(self.directory()).expect("the directory comes back");
        for (name, bytes) in files {
            let path = self.directory().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
            fs::write(&path, bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        }
    }

    /// Has Traefik load the directory.
    pub(crate) fn load(&mut self) -> Said {
        self.loads += 1;
        let name = format!("{MARKER}-{}", self.loads);
        let marker = format!("http: {{middlewares: {{{name}: {{addPrefix: {{prefix: /}}}}}}}}\n");
        fs::write(self.directory().join(format!("{MARKER}.yml")), marker).expect("the marker is written");
        self.log();
        let pid = i32::try_from(self.traefik.id()).ok().and_then(Pid::from_raw).expect("a process");
        // A failure means that it has just ended, which the loop sees.
        let _ = kill_process(pid, Signal::HUP);
        let (deadline, mut received) = (Instant::now() + LONGEST, false);
        loop {
            for line in self.log() {
                if line["providerName"] == "file" && line["level"] == "error" && line["error"].is_string() {
                    return Said::Refused(line["error"].as_str().unwrap_or_default().to_owned());
                }
                received |= line["message"] == "Configuration received";
            }
            if self.traefik.has_ended() {
                let said = self.traefik.log();
                self.restart();
                return Said::Crashed(said);
            }
            let live = || self.traefik.try_api(&format!("/api/http/middlewares/{name}@file")).is_some();
            if received && live() {
                return Said::Accepted(objects(&self.traefik.api("/api/rawdata")));
            }
            if Instant::now() > deadline {
                self.restart();
                return Said::Hung;
            }
            sleep(Duration::from_millis(2));
        }
    }

    fn restart(&mut self) {
        self.put(&[]);
        self.traefik = Traefik::start(&self.options);
        self.read = 0;
        self.log();
    }

    /// The lines of the log since the last time.
    fn log(&mut self) -> Vec<Value> {
        let fresh = read_on(&self.home().join("log"), &mut self.read);
        fresh.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
    }
}

/// Whole lines that were written since the last time.
fn read_on(path: &Path, offset: &mut u64) -> Vec<u8> {
    let mut fresh = Vec::new();
    if let Ok(mut file) = File::open(path) {
        file.seek(SeekFrom::Start(*offset)).expect("the log can be read on");
        file.read_to_end(&mut fresh).expect("the log is readable");
    }
    fresh.truncate(fresh.iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1));
    *offset += fresh.len() as u64;
    fresh
}

/// The file provider's objects in `/api/rawdata`, but for the marker.
fn objects(raw: &Value) -> Objects {
    let mut found = Objects::new();
    for (section, kind) in SECTIONS {
        for (name, object) in raw[section].as_object().into_iter().flatten() {
            let Some(name) = name.strip_suffix("@file").filter(|name| !name.starts_with(MARKER)) else { continue };
            let errors = object["error"].as_array().or(object["err"].as_array());
            let mut errors: Vec<String> =
                errors.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
            errors.sort();
            let status = object["status"].as_str().unwrap_or_default().to_owned();
            found.insert((kind.to_owned(), name.to_owned()), (status, errors));
        }
    }
    found
}
