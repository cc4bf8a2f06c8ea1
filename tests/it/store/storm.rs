//! Many at once, some of them killed, and a reader that never stops.

use super::{Place, names, pair};
use crate::support::random::Random;
use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How many writers, and how many turns each has: eight and forty with `STORM=full`.
fn size() -> (usize, usize) {
    match std::env::var("STORM").is_ok_and(|how| how == "full") {
        true => (8, 40),
        false => (6, 12),
    }
}

/// Runs a command, and kills it after so many milliseconds; true where it said that it is done.
fn acknowledged(place: &Place, args: &[&str], kill_after: Option<u64>) -> Option<bool> {
    let mut child = place.command(args).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    if let Some(milliseconds) = kill_after {
        std::thread::sleep(Duration::from_millis(milliseconds));
        let _ = child.kill();
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("panicked"), "{said}");
    output.status.code().map(|code| code == 0)
}

#[test]
fn promise_9_10_no_acknowledged_change_is_lost_and_no_reader_sees_half() {
    let place = pair();
    let known: Mutex<BTreeMap<String, bool>> = Mutex::default();
    let over = AtomicBool::new(false);
    let (many, turns) = size();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..many)
            .map(|writer| {
                let (place, known) = (&place, &known);
                scope.spawn(move || {
                    let mut random = Random::new(writer as u64);
                    for n in 0..turns {
                        let host = format!("w{writer}-{n}.example.com");
                        // Three of ten die, somewhere between their first and their last instruction.
                        let mut kill = || (random.below(10) < 3).then(|| random.below(60) as u64);
                        let done = acknowledged(place, &["route", "add", &host, "http://10.0.0.1:80"], kill());
                        if let Some(done) = done {
                            assert!(done, "{host} was refused though nothing stood in its way");
                            known.lock().unwrap().insert(host.clone(), true);
                        }
                        if done == Some(true) && n % 4 == 0 {
                            assert_eq!(acknowledged(place, &["route", "rm", &host], None), Some(true));
                            known.lock().unwrap().insert(host, false);
                        }
                        // The same number on both sides, in two files, of which a reader must never see two versions.
                        let number = (writer * turns + n + 2).to_string();
                        let target = format!("http://10.0.0.1:{number}");
                        acknowledged(place, &["route", "set", "pair", &target, "--priority", &number], kill());
                    }
                })
            })
            .collect();
        scope.spawn(|| {
            let mut reads = 0;
            while !over.load(Ordering::Relaxed) || reads < 5 {
                let pair = place.json(&["route", "show", "pair"]);
                let text = pair.to_string();
                let priority = text
                    .split("\"priority\":")
                    .nth(1)
                    .map(|t| t.chars().take_while(char::is_ascii_digit).collect::<String>());
                let port = text
                    .split("http://10.0.0.1:")
                    .nth(1)
                    .map(|t| t.chars().take_while(char::is_ascii_digit).collect::<String>());
                assert!(priority.is_some() && priority == port, "{text}");
                reads += 1;
            }
        });
        let results: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
        over.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    let present = names(&place);
    for (host, expected) in known.into_inner().unwrap() {
        assert_eq!(present.contains(&host), expected, "{host}: {present:?}");
    }
    place.ok(&["--lock-timeout", "0s", "route", "add", "after.example.com", "http://10.0.0.1:80"]);
    assert_eq!(place.leftovers(), [""; 0]);
}

#[test]
fn promise_9_of_rivals_for_one_name_exactly_one_wins() {
    let place = Place::new();
    for round in 0..6 {
        let host = format!("race{round}.example.com");
        let start = |rival: usize| {
            let target = format!("http://10.0.0.{rival}:80");
            place
                .command(&["route", "add", &host, &target])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        };
        let rivals: Vec<_> = (1..=6).map(start).collect();
        let mut codes: Vec<_> = rivals.into_iter().map(|mut rival| rival.wait().unwrap().code()).collect();
        codes.sort_unstable();
        assert_eq!(codes, [Some(0), Some(3), Some(3), Some(3), Some(3), Some(3)]);
    }
}
