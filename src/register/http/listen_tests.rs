//! A server in a process of its own: signals, systemd, and too few files.

use super::tests::{rest, status, wait_for};
use super::{Bounds, Counters, Server, Site, activated, bind, serve};
use crate::register::exchange::Answer;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, setrlimit};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Says to this very test binary, started again, that it is to be the server.
const ROLE: &str = "CLOUDLUNACY_TEST_SERVER";

struct Process {
    child: Child,
    log: Mutex<Receiver<String>>,
}

impl Process {
    /// A server that says by `environment` where it listens, on the socket that is its standard input.
    fn start(environment: &[(&str, &str)], input: Stdio) -> Process {
        let program = std::env::current_exe().unwrap();
        let script =
            "exec 3<&0; LISTEN_PID=$$ exec \"$0\" --exact register::http::listen_tests::the_server --nocapture";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(program).env(ROLE, "1").envs(environment.iter().copied());
        let mut child = command.stdin(input).stdout(Stdio::piped()).spawn().unwrap();
        let (send, log) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| send.send(line)));
        Process { child, log: Mutex::new(log) }
    }

    /// Waits for an event of the log.
    fn event(&self, name: &str) -> serde_json::Value {
        let log = self.log.lock().unwrap();
        loop {
            let line = log.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("no {name}"));
            // The first line follows what the runner of tests says.
            let event = line.find('{').and_then(|at| serde_json::from_str(&line[at..]).ok());
            if let Some(event) = event.filter(|event: &serde_json::Value| event["event"] == name) {
                return event;
            }
        }
    }

    fn address(&self) -> SocketAddr {
        self.event("listening")["addresses"][0].as_str().unwrap().parse().unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ask(address: SocketAddr) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    rest(stream)
}

/// The other end of these tests, when it is started by one of them; otherwise it has nothing to do.
#[test]
fn the_server() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    if let Some(files) = std::env::var("FILES").ok().and_then(|files| files.parse().ok()) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(files), maximum: Some(files) }).unwrap();
    }
    let mut sockets = activated().unwrap();
    if sockets.is_empty() {
        sockets.push(bind("127.0.0.1:0".parse().unwrap()).unwrap());
    }
    let handler = Arc::new(|_| Box::pin(async { Answer::json(200, json!({})) }) as _);
    let site = Arc::new(Site { tls: None, hosts: Vec::new(), handler });
    let server = Server {
        doors: sockets.into_iter().map(|socket| (socket, site.clone())).collect(),
        bounds: Bounds::DEFAULT,
        log: Arc::new(|event| writeln!(std::io::stdout(), "{event}").unwrap()),
        counters: Arc::new(Counters::default()),
    };
    serve(server).unwrap();
}

#[test]
fn too_few_files_do_not_end_the_server() {
    let server = Process::start(&[("FILES", "40")], Stdio::null());
    let address = server.address();
    let flood: Vec<TcpStream> = (0..60).map(|_| TcpStream::connect(address).unwrap()).collect();
    let error = server.event("accept-failed")["error"].to_string();
    assert!(error.contains("os error 24"), "{error}");
    drop(flood);
    assert_eq!(status(&ask(address)), 200);
}

#[test]
fn systemd_is_told_and_signals_are_obeyed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let told = || {
        let mut bytes = [0; 100];
        let count = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..count]).trim().to_owned()
    };
    let mut server = Process::start(&[("NOTIFY_SOCKET", path.to_str().unwrap())], Stdio::null());
    assert_eq!(told(), "READY=1");
    let address = server.address();
    server.signal(Signal::HUP);
    assert_eq!(status(&ask(address)), 200, "it goes on");
    server.signal(Signal::TERM);
    assert_eq!(told(), "STOPPING=1");
    server.event("stopping");
    assert!(server.child.wait().unwrap().success());
    let mut server = Process::start(&[], Stdio::null());
    server.address();
    server.signal(Signal::INT);
    assert!(server.child.wait().unwrap().success());
}

#[test]
fn a_socket_may_be_given_by_systemd() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let server = Process::start(&[("LISTEN_FDS", "1")], OwnedFd::from(socket).into());
    assert_eq!(server.address(), address);
    assert_eq!(status(&ask(address)), 200);
    server.signal(Signal::TERM);
    wait_for("nobody listens", || TcpStream::connect(address).is_err());
}
