//! Disks that are full or read-only while agents ask: nothing is said to be done, nothing that was is lost, and no restart
//! is needed when there is room again.

use super::crash::{GRANT, app, strace};
use crate::support::place::Place;
use crate::support::register::{Server, agree, key, token};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

const ME: &str = "/v1/agents/me";

/// A server of which one folder, `state` or `dynamic`, is a disk of its own.
struct OnSmallDisk {
    place: Place,
    server: Server,
    folder: &'static str,
    token: String,
    /// The key of `web-8`, which is there already.
    known: String,
}

impl OnSmallDisk {
    fn start(folder: &'static str) -> OnSmallDisk {
        let place = Place::new();
        let server = Server::start(&place, &[]);
        let grant = "--host b.example.com --target 10.8.0.8";
        let route = json!({ "b": { "host": "b.example.com", "target": "http://10.8.0.8:80" } });
        let known = server.join(&token(&place, "web-8", grant), &route.to_string());
        assert_eq!(server.stop(), Some(0));
        let token = token(&place, "web-7", GRANT);
        let plain = place.command(&["--state-dir", "state", "serve-register", "--listen", "127.0.0.1:0"]);
        let mut command = place.bare_program("unshare");
        let mount =
            format!("cp -a {folder} kept && mount -t tmpfs -o size=256k,mode=700 x {folder} && cp -a kept/. {folder}");
        command.args(["-Urm", "bash", "-c", &format!("{mount} && exec \"$@\""), "bash"]);
        command.arg(plain.get_program()).args(plain.get_args());
        let server = Server::run(&place, command);
        OnSmallDisk { place, server, folder, token, known }
    }

    fn root(&self) -> PathBuf {
        let top = self.place.top().strip_prefix("/").unwrap();
        Path::new(&format!("/proc/{}/root", self.server.process.0.id())).join(top)
    }

    /// Leaves no room.
    fn fill(&self) {
        let mut file = File::create(self.root().join(self.folder).join("fill")).unwrap();
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn make_room(&self) {
        std::fs::remove_file(self.root().join(self.folder).join("fill")).unwrap();
    }

    fn remount(&self, how: &str) {
        let folder = self.place.top().join(self.folder);
        let process = self.server.process.0.id().to_string();
        let mut command = self.place.bare_program("nsenter");
        command.args(["-t", &process, "-U", "-m", "--preserve-credentials", "mount", "-o", &format!("remount,{how}")]);
        assert!(command.arg(folder).status().unwrap().success());
    }

    /// What is on the disks, to be looked at.
    fn copy(&self) -> Place {
        let copy = Place::new();
        for folder in ["state", "dynamic"] {
            let from = format!("{}/.", self.root().join(folder).display());
            let to = copy.top().join(folder);
            let copied = Command::new("cp").args(["-a", &from]).arg(to).status().unwrap();
            assert!(copied.success());
        }
        copy
    }

    /// Asks in vain, makes room, and asks again.
    fn judge(&self, fill: impl Fn(), make_room: impl Fn()) {
        let (server, key) = (&self.server, key());
        let body = json!({ "key": key, "routes": { "a": app("a"), "b": app("b") } }).to_string();
        let other = json!({ "host": "b.example.com", "target": "http://10.8.0.8:81" }).to_string();
        let put = format!("{ME}/routes/b");
        let asks = [("POST", "/v1/agents", &self.token, &body), ("PUT", &put, &self.known, &other)];
        let before = self.copy();
        fill();
        for (method, path, bearer, body) in asks {
            let answer = server.send(method, path, Some(bearer), body);
            assert_eq!(answer.status, 503, "{method} {path}: {}", answer.body);
            let said: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(said["code"], "storage-failed");
            assert!(answer.header("retry-after").is_some());
        }
        server.has_logged("\"failed\"");
        assert_eq!(server.send("GET", "/readyz", None, "").status, 503);
        // What there is goes on.
        let shown = server.ask(200, ("GET", ME), &self.known, "");
        assert_eq!(shown["routes"]["b"]["target"], "http://10.8.0.8:80");
        server.ask(200, ("POST", "/v1/agents/me/heartbeat"), &self.known, "");
        server.ask(401, ("GET", ME), &key, "");
        let mut failed = self.copy().files();
        failed.retain(|(name, _)| name != "fill");
        assert!(failed == before.files(), "a file has changed");
        make_room();
        agree(&self.copy());
        assert_eq!(self.copy().json(&["--state-dir", "state", "agent", "list"])["agents"].as_array().unwrap().len(), 1);
        for (method, path, bearer, body) in asks {
            let answer = server.send(method, path, Some(bearer), body);
            assert!(matches!(answer.status, 200 | 201), "{method} {path}: {} {}", answer.status, answer.body);
        }
        assert_eq!(server.send("GET", "/readyz", None, "").status, 200);
        let after = self.copy();
        agree(&after);
        assert_eq!(after.ok(&["route", "list", "-o", "name"]).lines().count(), 3);
        assert_eq!(after.leftovers(), [""; 0]);
        let staged = after.sh("find state -name '.staged-*'").out;
        assert_eq!(staged, "");
    }
}

#[test]
fn promise_20_a_full_state_folder_stops_changes_until_there_is_room() {
    let disk = OnSmallDisk::start("state");
    disk.judge(|| disk.fill(), || disk.make_room());
}

#[test]
fn promise_20_a_full_directory_stops_changes_until_there_is_room() {
    let disk = OnSmallDisk::start("dynamic");
    disk.judge(|| disk.fill(), || disk.make_room());
}

#[test]
fn promise_20_a_state_folder_that_is_read_only_stops_changes_until_it_is_not() {
    let disk = OnSmallDisk::start("state");
    disk.judge(|| disk.remount("ro"), || disk.remount("rw"));
}

#[test]
fn promise_20_a_directory_that_is_read_only_stops_changes_until_it_is_not() {
    let disk = OnSmallDisk::start("dynamic");
    disk.judge(|| disk.remount("ro"), || disk.remount("rw"));
}

#[test]
fn promise_20_what_can_not_be_audited_does_not_happen() {
    let place = Place::new();
    let server = Server::start(&place, &[]);
    let token = token(&place, "web-7", GRANT);
    let audit = place.top().join("state/audit.jsonl");
    let kept = std::fs::read(&audit).unwrap();
    std::fs::remove_file(&audit).unwrap();
    std::fs::create_dir(&audit).unwrap();
    let body = json!({ "key": key(), "routes": { "a": app("a") } }).to_string();
    assert_eq!(server.ask(503, ("POST", "/v1/agents"), &token, &body)["code"], "storage-failed");
    assert!(place.files().is_empty());
    assert_eq!(place.sh("ls -A state/agents state/keys").out, "state/agents:\n\nstate/keys:\n");
    server.has_logged("can't write the audit log");
    // A line that was cut off does not take the next one with it.
    std::fs::remove_dir(&audit).unwrap();
    std::fs::write(&audit, [kept.as_slice(), b"{\"time\":17"].concat()).unwrap();
    server.ask(201, ("POST", "/v1/agents"), &token, &body);
    let lines = std::fs::read_to_string(&audit).unwrap();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!((&last["action"], &last["agent"]), (&json!("join"), &json!("web-7")));
}

#[test]
fn promise_20_a_record_that_can_not_be_put_back_is_logged_and_settled_by_the_same_request() {
    let place = Place::new();
    let server = Server::start(&place, &[]);
    let key = server.join(&token(&place, "web-7", GRANT), &json!({ "a": app("a"), "b": app("b") }).to_string());
    // The record is written; the file of the directory can't be, nor the record once more.
    let broken =
        strace(&server, &["-o", "/dev/null", "-e", "trace=renameat", "-e", "inject=renameat:error=EIO:when=2+"]);
    let put = format!("{ME}/routes/a");
    assert_eq!(server.ask(503, ("PUT", &put), &key, &app("other").to_string())["code"], "storage-failed");
    server.has_logged("what is kept of agent web-7 could not be put back");
    drop(broken);
    // Whatever is asked then, it is not in the way: neither of the quota, nor of an administrator.
    let administer = |word: &str| place.ok(&["--state-dir", "state", "agent", word, "web-7"]);
    administer("disable");
    administer("enable");
    server.ask(200, ("PUT", &put), &key, &app("other").to_string());
    assert_eq!(place.ok(&["route", "list", "-o", "name"]), "other.apps.example.com\nb.apps.example.com\n");
    agree(&place);
}
