//! Any bytes at all, sent to the server of agents: they are decided on at most once, answered at most once, in JSON, and
//! what is decided on is within its bounds.

#![no_main]

use cloudlunacy::register::exchange::{Answer, Request};
use cloudlunacy::register::http::{Bounds, Counters, Server, Site};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, LazyLock};

static DECIDED: AtomicUsize = AtomicUsize::new(0);

static SERVER: LazyLock<SocketAddr> = LazyLock::new(|| {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let site = Arc::new(Site { tls: None, hosts: Vec::new(), handler: Arc::new(|asked| Box::pin(decide(asked))) });
    let server = Server {
        doors: vec![(socket, site)],
        bounds: Bounds { rate: 1_000_000, burst: 1_000_000, ..Bounds::DEFAULT },
        log: Arc::new(|event| assert!(!event.to_string().contains("cla_0"), "{event}")),
        counters: Arc::new(Counters::default()),
    };
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(server.run(std::future::pending()))
    });
    address
});

async fn decide(request: Request) -> Answer {
    assert!(request.path.starts_with('/') && request.body.len() <= Bounds::DEFAULT.body);
    assert!(!request.path.contains(['?', '#', ' ', '\r', '\n', '\0']));
    DECIDED.fetch_add(1, SeqCst);
    Answer::json(200, json!({}))
}

fuzz_target!(|data: &[u8]| {
    let before = DECIDED.load(SeqCst);
    let mut stream = TcpStream::connect(*SERVER).unwrap();
    // A server that has refused already need not read on.
    let _ = stream.write_all(data).and_then(|()| stream.shutdown(Shutdown::Write));
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let decided = DECIDED.load(SeqCst) - before;
    let answer = String::from_utf8(bytes).unwrap().replacen("HTTP/1.1 100 Continue\r\n\r\n", "", 1);
    if answer.is_empty() {
        assert!(decided == 0 && read.is_ok(), "{read:?}");
        return;
    }
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(head.starts_with("HTTP/1.1 200 OK\r\n"), decided == 1, "{answer}");
    assert!(decided <= 1 && head.to_lowercase().contains("\r\nconnection: close"), "{answer}");
    if !data.starts_with(b"HEAD ") {
        assert!(serde_json::from_str::<Value>(body).is_ok_and(|said| said.is_object()), "{answer}");
    }
});
