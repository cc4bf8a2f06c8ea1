//! What benchmarks of whole commands share: directories to work on, runs, and times.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Fills a folder with routes, so many in a file: `f00000.yml` and so on.
pub(crate) fn fill(dir: &Path, routes: usize, per_file: usize) {
    fs::create_dir(dir).expect("a folder");
    for (number, first) in (0..routes).step_by(per_file).enumerate() {
        let text = file_of(first..first + per_file);
        fs::write(dir.join(format!("f{number:05}.yml")), text).expect("a file");
    }
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

/// Runs the command on a folder.
pub(crate) fn run(dir: &Path, args: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudlunacy"));
    let output = command.arg("-d").arg(dir).args(args).stdin(Stdio::null()).output().expect("a process");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// How long something takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The middle of several times.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A time in milliseconds.
pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
