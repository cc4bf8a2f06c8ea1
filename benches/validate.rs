//! `validate` beside what others take for equivalent routes, in one run: `sha256sum` of the same bytes, `haproxy -c`,
//! `nginx -t`, and Traefik's own loading. Wall time and peak memory, by `/usr/bin/time`.
//!
//! cargo bench --bench validate     (Debian packages: time haproxy nginx-light; Traefik from tests/setup)

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints its table, and has nobody to report to"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One run of a program: how long, and how much memory at most.
struct Run {
    seconds: f64,
    megabytes: f64,
}

fn main() {
    println!("| routes | files | bytes | program | time | × sha256sum | peak memory | × bytes |");
    println!("|---:|---:|---:|---|---:|---:|---:|---:|");
    measure(10_000, 1, true);
    measure(100_000, 1, false);
    measure(100_000, 1_000, false);
}

fn measure(routes: usize, files: usize, with_traefik: bool) {
    let place = tempfile::tempdir().expect("a folder");
    let dynamic = place.path().join("dynamic");
    fs::create_dir(&dynamic).expect("a folder");
    for (number, first) in (0..routes).step_by(routes / files).enumerate() {
        fs::write(dynamic.join(format!("f{number:05}.yml")), traefik(first..first + routes / files)).expect("a file");
    }
    let bytes: u64 =
        fs::read_dir(&dynamic).expect("listed").map(|e| e.expect("an entry").metadata().expect("stat").len()).sum();
    let sum = "cat \"$1\"/*.yml | sha256sum";
    let mut rows = vec![("sha256sum", best(5, || run(place.path(), "sh", &["-c", sum, "sh", &text(&dynamic)])))];
    let ours = env!("CARGO_BIN_EXE_cloudlunacy");
    rows.push(("cloudlunacy validate", best(5, || run(place.path(), ours, &["-d", &text(&dynamic), "validate"]))));
    if files == 1 {
        fs::write(place.path().join("haproxy.cfg"), haproxy(routes)).expect("a file");
        fs::write(place.path().join("nginx.conf"), nginx(routes)).expect("a file");
        rows.push(("haproxy -c", best(1, || run(place.path(), "haproxy", &["-c", "-q", "-f", "haproxy.cfg"]))));
        let prefix = text(place.path());
        rows.push((
            "nginx -t",
            best(1, || run(place.path(), "nginx", &["-t", "-q", "-p", &prefix, "-c", "nginx.conf"])),
        ));
    }
    if with_traefik {
        rows.push(("Traefik, until the last route is live", traefik_load(place.path(), &dynamic, routes)));
    }
    let floor = rows[0].1.as_ref().map_or(f64::NAN, |run| run.seconds);
    for (program, result) in &rows {
        let Some(run) = result else {
            println!("| {routes} | {files} | {:.1} MB | {program} | not installed | | | |", bytes as f64 / 1e6);
            continue;
        };
        let memory = match run.megabytes.is_nan() {
            true => "| |".to_owned(),
            false => format!("{:.0} MB | {:.1} |", run.megabytes, run.megabytes * 1e6 / bytes as f64),
        };
        println!(
            "| {routes} | {files} | {:.1} MB | {program} | {:.0} ms | {:.1} | {memory}",
            bytes as f64 / 1e6,
            run.seconds * 1e3,
            run.seconds / floor
        );
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// The quickest of several runs: the machine's other work only ever adds.
fn best(times: usize, run: impl Fn() -> Option<Run>) -> Option<Run> {
    (0..times).filter_map(|_| run()).min_by(|a, b| a.seconds.total_cmp(&b.seconds))
}

fn run(place: &Path, program: &str, args: &[&str]) -> Option<Run> {
    let known = Command::new("sh").args(["-c", "command -v \"$1\"", "sh", program]).stdout(Stdio::null()).status();
    known.expect("sh").success().then_some(())?;
    let peak = place.join("peak");
    let start = Instant::now();
    let status = Command::new("/usr/bin/time")
        .args(["-f", "%M", "-o", &text(&peak), program])
        .args(args)
        .current_dir(place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("/usr/bin/time");
    let seconds = start.elapsed().as_secs_f64();
    assert!(status.success(), "{program} {args:?}");
    let kilobytes: f64 = fs::read_to_string(peak).ok()?.trim().parse().ok()?;
    Some(Run { seconds, megabytes: kilobytes / 1e3 })
}

fn traefik(routes: std::ops::Range<usize>) -> String {
    let mut routers = String::new();
    let mut services = String::new();
    for n in routes {
        routers.push_str(&format!(
            "    app{n}.example.com:\n      rule: Host(`app{n}.example.com`)\n      service: app{n}.example.com\n      entryPoints: [web]\n"
        ));
        services.push_str(&format!(
            "    app{n}.example.com:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n"
        ));
    }
    format!("http:\n  routers:\n{routers}  services:\n{services}")
}

fn haproxy(routes: usize) -> String {
    let mut front = String::from(
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\nfrontend web\n  bind 127.0.0.1:18080\n",
    );
    let mut back = String::new();
    for n in 0..routes {
        front.push_str(&format!("  use_backend app{n} if {{ hdr(host) -i app{n}.example.com }}\n"));
        back.push_str(&format!("backend app{n}\n  server s 10.0.0.5:3000\n"));
    }
    front + &back
}

fn nginx(routes: usize) -> String {
    let mut text = String::from(
        "pid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  server_names_hash_max_size 1048576;\n",
    );
    for n in 0..routes {
        text.push_str(&format!(
            "  server {{ listen 127.0.0.1:18081; server_name app{n}.example.com; location / {{ proxy_pass http://10.0.0.5:3000; }} }}\n"
        ));
    }
    text + "}\n"
}

/// From the start of Traefik to the moment its API knows the last router.
fn traefik_load(place: &Path, dynamic: &Path, routes: usize) -> Option<Run> {
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_cloudlunacy"))
        .ancestors()
        .find_map(|folder| Some(folder.join("real/venv/bin/traefik")).filter(|binary| binary.exists()))?;
    let port = || TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let (web, api) = (port(), port());
    fs::write(
        place.join("traefik.yml"),
        format!(
            "entryPoints: {{web: {{address: '127.0.0.1:{web}'}}, traefik: {{address: '127.0.0.1:{api}'}}}}\napi: {{insecure: true}}\nproviders: {{providersThrottleDuration: 0s, file: {{directory: {}}}}}\n",
            dynamic.display()
        ),
    )
    .expect("a file");
    let start = Instant::now();
    let mut traefik = Command::new(binary)
        .args(["--configFile=traefik.yml"])
        .current_dir(place)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Traefik");
    let last = format!("/api/http/routers/app{}.example.com@file", routes - 1);
    while !answers(api, &last) {
        assert!(start.elapsed() < Duration::from_secs(180), "Traefik does not get ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    let seconds = start.elapsed().as_secs_f64();
    traefik.kill().and_then(|()| traefik.wait()).expect("ended");
    Some(Run { seconds, megabytes: f64::NAN })
}

fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        Ok(reply)
    };
    ask().is_ok_and(|reply| reply.split_whitespace().nth(1) == Some("200"))
}
