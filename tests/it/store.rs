//! The write path under attack: killed, failed, raced, edited under its hands, on odd disks and for odd users.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test helper that cannot go on must fail the test, loudly"
)]

pub(crate) mod attack;
mod disk;
mod edits;
mod journal;
mod kill;
mod links;
mod lock;
mod modes;
mod power;
mod storm;

use crate::support::place::{Place, Ran};
use std::process::{Command, Stdio};

/// A router in one file and its service in another: what changes both is journalled.
pub(crate) const ROUTER: &str =
    "http:\n  routers:\n    pair:\n      rule: Host(`pair.example.com`)\n      service: pair\n      priority: 1\n";
pub(crate) const SERVICE: &str =
    "http:\n  services:\n    pair:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.1:1\n";

/// Changes both files of the pair.
pub(crate) const SET_PAIR: [&str; 6] = ["route", "set", "pair", "http://10.0.0.1:2", "--priority", "2"];

/// Two routes, each with its router in one file and its service in the other's: taking both away writes a file twice.
pub(crate) const CROSSWISE: [(&str, &str); 2] = [("x.yml", X), ("y.yml", Y)];
const X: &str = "http:
  middlewares:
    kept: {addPrefix: {prefix: /}} # as it is
  routers:
    x: {rule: Host(`x.example.com`), service: x}
  services:
    y: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}
";
const Y: &str = "http:
  routers:
    y: {rule: Host(`y.example.com`), service: y}
  services:
    x: {loadBalancer: {servers: [{url: http://10.0.0.1}]}}
";

pub(crate) fn pair() -> Place {
    Place::with(&[("a.yml", ROUTER), ("b.yml", SERVICE)])
}

pub(crate) fn one() -> Place {
    let place = Place::new();
    place.ok(&["route", "add", "a.example.com", "http://10.0.0.1:80"]);
    place
}

/// The names of the routes, as a reader sees them.
pub(crate) fn names(place: &Place) -> Vec<String> {
    place.ok(&["route", "list", "-o", "name"]).lines().map(str::to_owned).collect()
}

/// `strace` in front of the command, with things to go wrong (`fsync:error=EIO:when=2`).
pub(crate) fn strace(place: &Place, wrong: &[&str], args: &[&str]) -> Command {
    let plain = place.command(args);
    let mut command = place.bare_program("strace");
    let calls: Vec<&str> = wrong.iter().filter_map(|w| w.split(':').next()).collect();
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={}", calls.join(","))]);
    for inject in wrong {
        command.arg("-e").arg(format!("inject={inject}"));
    }
    command.arg(plain.get_program()).args(plain.get_args());
    command
}

/// Runs with things going wrong; -1 is the exit code of what was killed.
pub(crate) fn run_with(place: &Place, wrong: &[&str], args: &[&str]) -> Ran {
    let ran = Ran::of(strace(place, wrong, args).output().expect("strace runs: see tests/setup"));
    assert!(!ran.err.contains("panicked"), "{wrong:?} {args:?}: {}", ran.err);
    ran
}

impl Place {
    /// Another program, run as the command is.
    pub(crate) fn bare_program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.top());
        command.current_dir(self.top()).stdin(Stdio::null());
        command
    }

    /// A line of shell in the place; `$CL` is the command on `dynamic`.
    pub(crate) fn sh(&self, script: &str) -> Ran {
        let plain = self.command(&[]);
        let words: Vec<String> = std::iter::once(plain.get_program())
            .chain(plain.get_args())
            .map(|w| w.to_string_lossy().into_owned())
            .collect();
        Ran::of(self.bare_program("bash").args(["-c", script]).env("CL", words.join(" ")).output().unwrap())
    }

    /// Runs what must be refused where [`Place::fails`] could not read all that lies there.
    pub(crate) fn refused(&self, code: i32, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}\n{}{}", ran.out, ran.err);
        ran.err
    }

    /// What an unfinished change has left behind.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        self.state().into_iter().filter(|name| name.starts_with("staged") || name.starts_with("journal")).collect()
    }

    /// What lies in `.cloudlunacy/`.
    pub(crate) fn state(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.dir().join(".cloudlunacy")) else { return Vec::new() };
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}
