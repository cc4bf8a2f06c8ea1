//! What comes with the program for systemd, judged by systemd.

use crate::support::place::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const UNITS: [&str; 2] = ["cloudlunacy-register.service", "cloudlunacy-register.socket"];

fn unit(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/systemd").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The units, with the program where it is now.
fn installed() -> (tempfile::TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let program = assert_cmd::cargo::cargo_bin("cloudlunacy").display().to_string();
    let paths = UNITS.iter().map(|name| {
        let path = folder.path().join(name);
        fs::write(&path, unit(name).replace("/usr/bin/cloudlunacy", &program)).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

/// What `systemd-analyze` says of the units; it must agree.
fn analyze(args: &[&str], units: &[PathBuf]) -> String {
    let mut command = Command::new("systemd-analyze");
    let output = command.arg("--no-pager").args(args).args(units).output().expect("systemd-analyze: see tests/setup");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "systemd-analyze {args:?}: {said}");
    said
}

#[test]
fn systemd_takes_the_units_without_a_word() {
    let (_folder, units) = installed();
    let said = analyze(&["verify", "--man=no"], &units);
    assert!(!said.contains("cloudlunacy"), "{said}");
}

#[test]
fn systemd_calls_the_service_well_hardened() {
    let (_folder, units) = installed();
    let said = analyze(&["security", "--offline=true", "--threshold=20"], &units[..1]);
    assert!(said.contains("Overall exposure level"), "{said}");
}

#[test]
fn the_program_does_nothing_that_the_service_forbids() {
    let listed = analyze(&["syscall-filter"], &[]);
    let sets = format!("\n{listed}");
    let sets: BTreeMap<&str, Vec<&str>> = sets
        .split("\n@")
        .filter_map(|set| {
            let (name, calls) = set.split_once('\n')?;
            Some((
                name,
                calls.lines().map(str::trim).filter(|call| !call.is_empty() && !call.starts_with('#')).collect(),
            ))
        })
        .collect();
    let (mut allowed, mut forbidden) = (BTreeSet::new(), BTreeSet::new());
    for filter in unit(UNITS[0]).lines().filter_map(|line| line.strip_prefix("SystemCallFilter=")) {
        let all = if filter.starts_with('~') { &mut forbidden } else { &mut allowed };
        let mut open: Vec<&str> = filter.trim_start_matches('~').split(' ').collect();
        while let Some(name) = open.pop() {
            match name.strip_prefix('@') {
                Some(set) => open.extend(&sets[set]),
                None => drop(all.insert(name.to_owned())),
            }
        }
    }
    assert!(allowed.len() > 200 && forbidden.len() > 40, "{listed}");
    let place = Place::new();
    let log = place.top().join("calls");
    for args in [
        &["route", "add", "a", "http://10.0.0.1:80"][..],
        &["route", "set", "a", "--priority", "1"],
        &["--state-dir", "state", "agent", "register", "web-7", "--address", "10.8.0.7", "--app", "b.example.com=80"],
    ] {
        let plain = place.command(args);
        let mut strace = place.bare_program("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&log).arg(plain.get_program()).args(plain.get_args());
        assert!(strace.output().unwrap().status.success());
        let traced = fs::read_to_string(&log).unwrap();
        // PID CALL(…); what goes on with a call, or tells of a signal, has no name there.
        let called = traced
            .lines()
            .filter_map(|line| line.split_once(' ')?.1.trim_start().split_once('('))
            .map(|(call, _)| call);
        let called: BTreeSet<&str> = called.filter(|call| !call.contains([' ', '<'])).collect();
        assert!(called.contains("renameat") && called.len() > 30, "{traced}");
        // To give a file away is tried, and may fail.
        let refused = called.iter().filter(|call| !allowed.contains(**call) || forbidden.contains(**call));
        let refused: Vec<_> = refused.filter(|call| **call != "fchown").collect();
        assert!(refused.is_empty(), "{args:?}: {refused:?}");
    }
}
