//! Parsing 100 000 routes with all their spans, beside serde_yaml: time and memory.
//!
//! cargo bench --bench parse

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

use cloudlunacy::document::{Document, Format};
use std::process::Command;
use std::time::Instant;

const ROUTES: usize = 100_000;

fn main() {
    // Each parser in a process of its own, so that its peak memory is its own.
    if let Some(parser) = std::env::args().find_map(|a| a.strip_prefix("only=").map(str::to_owned)) {
        return alone(&parser);
    }
    println!("| parser | time | speed | peak memory over the text |");
    println!("|---|---:|---:|---:|");
    for parser in ["read the text only", "cloudlunacy, plain block YAML", "cloudlunacy, any YAML", "serde_yaml"] {
        let me = std::env::current_exe().expect("this program");
        let output = Command::new(me).arg(format!("only={parser}")).output().expect("a process");
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
}

fn alone(parser: &str) {
    let mut text = source();
    if parser.ends_with("any YAML") {
        // A tag anywhere sends the whole file to the full parser.
        text.insert_str(0, "x: !!str y\n");
    }
    let size = text.len();
    let base = peak_kb();
    let start = Instant::now();
    match parser {
        "read the text only" => assert!(text.bytes().filter(|b| *b == b'\n').count() > ROUTES),
        "serde_yaml" => {
            let value: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
            assert!(value.is_mapping());
        }
        _ => {
            let document = Document::parse(Format::Yaml, text).expect("YAML");
            assert!(document.nodes().count() > ROUTES);
        }
    }
    let time = start.elapsed();
    let peak = peak_kb().saturating_sub(base);
    println!(
        "| {parser} | {:.0} ms | {:.0} MB/s | {:.1} MB ({:.1} × the text) |",
        time.as_secs_f64() * 1e3,
        size as f64 / 1e6 / time.as_secs_f64(),
        peak as f64 / 1e3,
        peak as f64 * 1e3 / size as f64
    );
}

fn source() -> String {
    let mut text = String::from("http:\n  routers:\n");
    for n in 0..ROUTES {
        text.push_str(&format!(
            "    app{n}.example.com:\n      rule: Host(`app{n}.example.com`)\n      service: app{n}.example.com\n"
        ));
    }
    text.push_str("  services:\n");
    for n in 0..ROUTES {
        text.push_str(&format!(
            "    app{n}.example.com:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n"
        ));
    }
    text.shrink_to_fit();
    text
}

/// The most memory that this process has had, in kB.
fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status.lines().find(|l| l.starts_with("VmHWM")).expect("VmHWM");
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
}
