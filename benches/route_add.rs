//! `route add` beside its floor: starting a process, and write + flush + rename + flush of the file that changes.
//!
//! cargo bench --bench route_add

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

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
    fs::create_dir(&dir).expect("a folder");
    for (number, first) in (0..routes).step_by(per_file).enumerate() {
        fs::write(dir.join(format!("f{number:05}.yml")), file_of(first..first + per_file)).expect("a file");
    }
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

fn file_of(routes: std::ops::Range<usize>) -> String {
    let mut routers = String::new();
    let mut services = String::new();
    for n in routes {
        routers.push_str(&format!(
            "    app{n}.example.com:\n      rule: Host(`app{n}.example.com`)\n      service: app{n}.example.com\n"
        ));
        services.push_str(&format!(
            "    app{n}.example.com:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n"
        ));
    }
    format!("http:\n  routers:\n{routers}  services:\n{services}")
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

fn run(dir: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudlunacy"));
    let output = command.arg("-d").arg(dir).args(args).stdin(Stdio::null()).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
