//! A change with the history on beside the same change with it off.
//!
//! cargo bench --bench history

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    println!("| routes | files | history off | history on | ratio | `undo` | bytes a change |");
    println!("|---:|---:|---:|---:|---:|---:|---:|");
    for (routes, per_file) in [(10, 10), (1_000, 1_000), (100_000, 100_000), (100_000, 100)] {
        measure(routes, per_file);
    }
}

fn measure(routes: usize, per_file: usize) {
    let place = tempfile::tempdir().expect("a folder");
    let settings = place.path().join("off.toml");
    fs::write(&settings, "[history]\nmax-size = \"0\"\n").expect("settings");
    let settings = settings.display().to_string();
    let directory = |name: &str| {
        let dir = place.path().join(name);
        fs::create_dir(&dir).expect("a folder");
        for (number, first) in (0..routes).step_by(per_file).enumerate() {
            fs::write(dir.join(format!("f{number:05}.yml")), file_of(first..first + per_file)).expect("a file");
        }
        dir
    };
    let (off, on) = (directory("off"), directory("on"));
    let repeats = if routes > 10_000 { 7 } else { 41 };
    let add = ["route", "add", "new.example.com", "http://10.0.0.5:3000", "--file", "f00000.yml"];
    let remove = ["route", "rm", "new.example.com"];
    // The first change copies what it has never seen.
    run(&on, &add);
    run(&on, &remove);
    let log = || fs::metadata(on.join(".cloudlunacy/history")).expect("the history").len();
    let (before, mut changes) = (log(), 0);
    let (mut without, mut with, mut undone) = (vec![], vec![], vec![]);
    // Side by side in one loop, so that a busy moment of the machine hits all of them.
    for _ in 0..repeats {
        without.push(timed(|| run(&off, &[&["--config", &settings][..], &add].concat())));
        with.push(timed(|| run(&on, &add)));
        run(&off, &[&["--config", &settings][..], &remove].concat());
        undone.push(timed(|| run(&on, &["undo"])));
        changes += 2;
    }
    let size = (log() - before) / changes;
    let (without, with, undone) = (median(without), median(with), median(undone));
    println!(
        "| {routes} | {} | {:.2} ms | {:.2} ms | {:.2} | {:.2} ms | {size} |",
        routes / per_file,
        millis(without),
        millis(with),
        with.as_secs_f64() / without.as_secs_f64(),
        millis(undone)
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
