//! `route add` beside its floor: starting a process, and write + flush + rename + flush of the file that changes.
//!
//! cargo bench --bench route_add

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

mod support;

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{fill, median, millis, run, timed};

fn main() {
    println!("| routes | files | changed file | floor | route add | ratio | route rm | route list |");
    println!("|---:|---:|---:|---:|---:|---:|---:|---:|");
    for routes in [10, 1_000, 100_000] {
        for per_file in [routes, 100] {
            if per_file <= routes {
                measure(routes, per_file);
            }
        }
    }
}

fn measure(routes: usize, per_file: usize) {
    let place = tempfile::tempdir().expect("a folder");
    let dir = place.path().join("dynamic");
    fill(&dir, routes, per_file);
    let repeats = if routes > 10_000 { 7 } else { 41 };
    let file = dir.join("f00000.yml");
    let (mut floors, mut adds, mut removes, mut lists) = (vec![], vec![], vec![], vec![]);
    // Side by side in one loop, so that a busy moment of the machine hits all of them.
    for _ in 0..repeats {
        floors.push(timed(|| floor(&file, place.path())));
        adds.push(timed(|| {
            run(&dir, &["route", "add", "new.example.com", "http://10.0.0.5:3000", "--file", "f00000.yml"])
        }));
        removes.push(timed(|| run(&dir, &["route", "rm", "new.example.com"])));
        lists.push(timed(|| run(&dir, &["route", "list", "--host", "nothing.example.com"])));
    }
    let size = fs::metadata(&file).expect("the file").len();
    let (floor, add, remove, list) = (median(floors), median(adds), median(removes), median(lists));
    println!(
        "| {routes} | {} | {} kB | {:.2} ms | {:.2} ms | {:.2} | {:.2} ms | {:.2} ms |",
        routes / per_file,
        size / 1000,
        millis(floor),
        millis(add),
        add.as_secs_f64() / floor.as_secs_f64(),
        millis(remove),
        millis(list)
    );
}

/// What no tool can do without: a process, and the changed file made durable.
fn floor(file: &Path, place: &Path) {
    let status = Command::new("/bin/true").stdin(Stdio::null()).status().expect("a process");
    assert!(status.success());
    let bytes = fs::read(file).expect("the file");
    let staged = place.join("staged");
    let mut new = File::create(&staged).expect("a staged file");
    new.write_all(&bytes).and_then(|()| new.sync_all()).expect("written");
    fs::rename(&staged, file).expect("renamed");
    File::open(file.parent().expect("a folder")).and_then(|folder| folder.sync_all()).expect("flushed");
}
