//! `agent join`: the client of an agent's machine, with the real server.

use crate::support::place::{Place, Ran};
use crate::support::register::{Server, token};
use crate::support::{Guarded, wait_for};
use std::process::Stdio;

/// The machine of an agent, apart from the front server's.
struct Machine {
    place: Place,
    url: String,
}

impl Machine {
    fn new(server: &Server, scheme: &str) -> Machine {
        Machine { place: Place::new(), url: format!("{scheme}://127.0.0.1:{}", server.port) }
    }

    fn words<'w>(&'w self, line: &'w str) -> Vec<&'w str> {
        let begin = ["--state-dir", "own", "agent", "join", &self.url];
        begin.into_iter().chain(line.split_whitespace()).collect()
    }

    fn join(&self, line: &str) -> Ran {
        self.place.run(&self.words(line))
    }

    fn token(&self, token: &str) {
        std::fs::write(self.place.top().join("token"), token).unwrap();
        self.place.sh("chmod 600 token");
    }
}

const GRANT: &str = "--host *.apps.example.com --host web-7.mongo.example.com --target 10.8.0.0/24";
const DOMAINS: [&str; 4] = ["--app-domain", "apps.example.com", "--mongo-domain", "mongo.example.com"];

#[test]
fn an_agent_joins_with_its_applications_changes_them_and_leaves() {
    let front = Place::new();
    let server = Server::start(&front, &DOMAINS);
    let machine = Machine::new(&server, "http");
    let token = token(&front, "web-7", GRANT);
    machine.token(&token);
    let said = machine.join("--token-file token --address 10.8.0.7 --app shop=3000 --mongodb 27017");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("joined  agent  web-7\n"), "{said:?}");
    let names = || front.ok(&["route", "list", "-o", "name"]);
    assert_eq!(names(), "shop.apps.example.com\nweb-7.mongo.example.com\n");
    // By its key alone, with other applications.
    let said = machine.join("--address 10.8.0.7 --app shop=3000 --app blog=3001");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(names(), "shop.apps.example.com\nblog.apps.example.com\n");
    assert!(machine.join("--address 10.8.0.7 --app shop=3000 --app blog=3001").out.contains("unchanged"));
    // What is not granted is refused, and nothing changes.
    let said = machine.join("--address 10.9.0.7 --app shop=3000");
    assert!(said.code == 3 && said.err.contains("(target-forbidden)"), "{said:?}");
    assert_eq!(names().lines().count(), 2);
    let said = machine.join("--leave");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(names().is_empty());
    let kept = machine.place.sh(&format!("grep -rc {} . | grep -v '^./token:' | grep -v ':0$'", &token[21..40])).out;
    assert!(kept.is_empty(), "{kept}");
}

#[test]
fn a_server_with_a_certificate_of_its_own_is_known_by_its_pin() {
    let front = Place::new();
    std::fs::write(front.top().join("cloudlunacy.toml"), "[agents]\nurl = 'https://front.example.com:7843'\n").unwrap();
    let server = Server::start(&front, &[&DOMAINS[..], &["--self-signed"]].concat());
    let all = "--state-dir state agent token create web-7 --print-join-command";
    let all: Vec<&str> = all.split(' ').chain(GRANT.split(' ')).collect();
    let made = front.json(&all);
    let line = made["join_command"].as_str().unwrap();
    let pin = line.split(" --pin ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    assert!(line.starts_with("cloudlunacy agent join https://front.example.com:7843 --token-file -"), "{line}");
    server.has_logged(pin);
    let machine = Machine::new(&server, "https");
    machine.token(made["token"].as_str().unwrap());
    let wrong = format!("sha256:{}", "0".repeat(64));
    let said = machine.join(&format!("--token-file token --pin {wrong} --app shop=3000 --address 10.8.0.7"));
    assert!(said.code == 4 && front.files().is_empty(), "{said:?}");
    assert_eq!(machine.join("--token-file token --app shop=3000 --address 10.8.0.7").code, 4, "no authority knows it");
    let said = machine.join(&format!("--token-file token --pin {pin} --app shop=3000 --address 10.8.0.7"));
    assert_eq!(said.code, 0, "{said:?}");
    // The certificate stays over a restart.
    let port = server.port.to_string();
    assert_eq!(server.stop(), Some(0));
    let again = Server::start(&front, &["--self-signed", "--listen", &format!("127.0.0.1:{port}")]);
    again.has_logged(pin);
}

#[test]
fn the_daemon_keeps_the_lease() {
    let front = Place::new();
    let server = Server::start(&front, &[&DOMAINS[..], &["--lease", "2s"]].concat());
    let machine = Machine::new(&server, "http");
    machine.token(&token(&front, "web-7", GRANT));
    let line = "--token-file token --address 10.8.0.7 --app shop=3000 --daemon";
    let mut daemon = Guarded(machine.place.command(&machine.words(line)).stdout(Stdio::null()).spawn().unwrap());
    let names = || front.ok(&["route", "list", "-o", "name"]);
    wait_for("the route", || (names() == "shop.apps.example.com\n").then_some(()));
    // Three leases later it is still there.
    std::thread::sleep(std::time::Duration::from_secs(6));
    assert_eq!(names(), "shop.apps.example.com\n");
    std::process::Command::new("kill").args(["-TERM", &daemon.0.id().to_string()]).status().unwrap();
    assert_eq!(wait_for("the end", || daemon.0.try_wait().unwrap()).code(), Some(0));
    wait_for("the route to go", || names().is_empty().then_some(()));
}
