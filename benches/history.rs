//! A change with the history on beside the same change with it off.
//!
//! cargo bench --bench history

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

mod support;

use std::fs;
use support::{fill, median, millis, run, timed};

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
        fill(&dir, routes, per_file);
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
