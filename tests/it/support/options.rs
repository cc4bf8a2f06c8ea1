//! The static configuration a test starts Traefik with.

use std::fmt::Write as _;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::real;

/// What to start Traefik with.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    provider: String,
    tcp: Vec<(String, String)>,
    udp: Vec<String>,
    watch: bool,
    pub(super) throttle: Duration,
    extra: String,
    pub(super) env: Vec<(String, String)>,
    pub(super) binary: PathBuf,
}

impl Options {
    /// The file provider reads a directory.
    pub(crate) fn directory(path: &Path) -> Self {
        Self::provider("directory", path)
    }

    /// The file provider reads one file.
    pub(crate) fn filename(path: &Path) -> Self {
        Self::provider("filename", path)
    }

    fn provider(kind: &str, path: &Path) -> Self {
        let path = serde_json::to_string(path).expect("a path in UTF-8");
        Self {
            provider: format!("{kind}: {path}"),
            tcp: Vec::new(),
            udp: Vec::new(),
            watch: true,
            // Without throttling every load is applied at once, so that a test
            // neither waits nor finds two changes merged into one.
            throttle: Duration::ZERO,
            extra: String::new(),
            env: Vec::new(),
            binary: real("venv/bin/traefik"),
        }
    }

    /// A TCP entry point, for HTTP too, on a free loopback port.
    pub(crate) fn tcp(self, name: &str) -> Self {
        self.tcp_with(name, "")
    }

    /// The same with more settings, as YAML lines such as `http:\n  tls: {}`.
    pub(crate) fn tcp_with(mut self, name: &str, settings: &str) -> Self {
        self.tcp.push((name.to_owned(), settings.to_owned()));
        self
    }

    /// A UDP entry point on a free loopback port.
    pub(crate) fn udp(mut self, name: &str) -> Self {
        self.udp.push(name.to_owned());
        self
    }

    /// Whether file events cause a load. They do unless told otherwise.
    pub(crate) fn watch(mut self, watch: bool) -> Self {
        self.watch = watch;
        self
    }

    /// `providersThrottleDuration`; Traefik's own default is two seconds.
    pub(crate) fn throttle(mut self, throttle: Duration) -> Self {
        self.throttle = throttle;
        self
    }

    /// More static configuration: whole top-level YAML sections.
    pub(crate) fn extra(mut self, yaml: &str) -> Self {
        self.extra.push_str(yaml);
        self.extra.push('\n');
        self
    }

    /// A variable of Traefik's environment, for templates.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// One of the older releases that `tests/setup` installs.
    pub(crate) fn release(mut self, version: &str) -> Self {
        self.binary = real(&format!("traefik-{version}/bin/traefik"));
        self
    }
}

impl Options {
    /// A port for every entry point, the API's included.
    pub(super) fn free_ports(&self) -> Vec<(String, u16)> {
        // All are held until the last is chosen, so that none is chosen twice.
        let names = self.tcp.iter().map(|(name, _)| name.as_str()).chain(["traefik"]);
        let tcp: Vec<_> = names.map(|name| (name, TcpListener::bind("127.0.0.1:0").expect("a free port"))).collect();
        let udp: Vec<_> =
            self.udp.iter().map(|name| (name, UdpSocket::bind("127.0.0.1:0").expect("a free port"))).collect();
        let tcp = tcp.iter().map(|(name, socket)| ((*name).to_owned(), socket.local_addr()));
        let udp = udp.iter().map(|(name, socket)| ((*name).clone(), socket.local_addr()));
        tcp.chain(udp).map(|(name, address)| (name, address.expect("an address").port())).collect()
    }

    /// The text of the static configuration, all files in `home`.
    pub(super) fn configuration(&self, home: &Path, ports: &[(String, u16)]) -> String {
        let mut yaml = format!(
            "global:\n  checkNewVersion: false\n  sendAnonymousUsage: false\n\
             log:\n  level: DEBUG\n  format: json\n  filePath: {}\n\
             api:\n  insecure: true\n\
             providers:\n  providersThrottleDuration: {}ms\n  file:\n    {}\n    watch: {}\n\
             {}entryPoints:\n",
            serde_json::to_string(&home.join("log")).expect("a path in UTF-8"),
            self.throttle.as_millis(),
            self.provider,
            self.watch,
            self.extra,
        );
        for (name, port) in ports {
            let udp = if self.udp.contains(name) { "/udp" } else { "" };
            let _ = writeln!(yaml, "  {name}:\n    address: 127.0.0.1:{port}{udp}");
            let settings = self.tcp.iter().find(|(known, _)| known == name);
            for line in settings.map_or("", |(_, settings)| settings).lines() {
                let _ = writeln!(yaml, "    {line}");
            }
        }
        yaml
    }
}
