//! One command under attack: killed before, and failed at, every system call that touches the directory.
//!
//! A kill at the entry of each call visits every state that the disk passes through. With `KILL=full` each call fails
//! in every way; else a seeded choice of the ways is taken, but for kills and EIO.

#![allow(clippy::print_stdout, reason = "the figures are what a run is for")]

use super::{Place, strace};
use crate::support::place::Ran;
use crate::support::random::Random;
use crate::support::register::agree;
use std::collections::HashMap;
use std::fs::File;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

const CALLS: &str = "openat,mkdirat,write,fsync,renameat,renameat2,unlinkat,fchmod,fchown,flock,ftruncate,utimensat";

/// How a call fails; the second group is sampled.
const ALWAYS: [&str; 2] = ["signal=KILL", "error=EIO"];
const SAMPLED: [&str; 5] = ["error=ENOSPC", "error=EACCES", "error=EROFS", "error=EDQUOT", "error=EINTR"];

/// Calls that a signal can interrupt.
const INTERRUPTIBLE: [&str; 4] = ["openat", "write", "flock", "fsync"];

/// What is attacked.
pub(crate) struct Attack<'a> {
    /// Makes the directory.
    pub(crate) fresh: &'a (dyn Fn() -> Place + Sync),
    /// The command.
    pub(crate) args: &'a [&'a str],
    /// What it reads from its standard input.
    pub(crate) input: &'a str,
    /// What settles whatever is left; it may do the same once more.
    pub(crate) recover: &'a [&'a str],
    /// What a reader asks.
    pub(crate) ask: &'a [&'a str],
}

type Files = Vec<(String, Vec<u8>)>;

impl Attack<'_> {
    /// On a command that reads nothing; readers ask for the routes.
    pub(crate) fn on<'a>(
        fresh: &'a (dyn Fn() -> Place + Sync),
        args: &'a [&'a str],
        recover: &'a [&'a str],
    ) -> Attack<'a> {
        Attack { fresh, args, input: "", recover, ask: &["route", "list", "-o", "json"] }
    }

    /// Lets everything go wrong, once each.
    pub(crate) fn run(&self) {
        self.run_some(usize::MAX);
    }

    /// Lets so many things go wrong, unless all are asked for.
    pub(crate) fn run_some(&self, most: usize) {
        let before = (self.fresh)();
        let (old, old_told) = (before.files(), self.told(&before));
        let points = self.points(&before);
        let (new, new_told) = (before.files(), self.told(&before));
        assert_ne!(old, new, "{:?} changes nothing", self.args);
        // Old, new, or a version in between that a change over several files goes through.
        let whole: Files = self.states().concat();
        let wrongs = wrongs(&points, most);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(wrong) = wrongs.get(next.fetch_add(1, Ordering::Relaxed)) {
                        self.judge(wrong, [&old, &new, &whole], [&old_told, &new_told]);
                    }
                });
            }
        });
        println!("{}: {} calls, {} runs", self.args.join(" "), points.len(), wrongs.len());
    }

    fn judge(&self, wrong: &str, [old, new, whole]: [&Files; 3], [old_told, new_told]: [&String; 2]) {
        let place = (self.fresh)();
        let ran = Ran::of(self.fed(&place, strace(&place, &[wrong], self.args)).output().unwrap());
        assert!(!ran.err.contains("panicked"), "{wrong}: {}", ran.err);
        let (now, now_told) = (place.files(), self.told(&place));
        let is_new = |files: &Files| {
            // Whoever may not read which files were made here leaves one empty that could go.
            let is_said = |file: &&(String, Vec<u8>)| !(wrong.contains("EACCES") && file.1.is_empty());
            files.iter().filter(is_said).eq(new.iter().filter(is_said))
        };
        for (path, bytes) in now.iter().filter(|_| !is_new(&now)) {
            let text = String::from_utf8_lossy(bytes);
            assert!(
                whole.iter().any(|(p, b)| (p, b) == (path, bytes)),
                "{wrong}: {path} is neither old nor new: {text}"
            );
        }
        assert!(now_told == *old_told || now_told == *new_told, "{wrong}: a reader sees half: {now_told}");
        let written = ran.err.contains("written, ");
        match ran.code {
            0 => assert!(is_new(&now), "{wrong}: acknowledged but not done: {now:?}"),
            -1 => assert!(wrong.contains("KILL")),
            4 if written => assert_eq!(now_told, *new_told, "{wrong}: {}", ran.err),
            4 => assert_eq!(&now, old, "{wrong}: failed, but changed something: {}", ran.err),
            code => panic!("{wrong}: exit {code}: {}", ran.err),
        }
        assert!(!wrong.contains("KILL") || ran.code == -1, "{wrong}: the call was not made");
        assert!(!wrong.contains("EINTR") || ran.code == 0, "{wrong} was noticed: {}", ran.err);
        let loaded = |name: &String| [".yml", ".yaml", ".toml"].iter().any(|end| name.ends_with(end));
        assert!(!place.state().iter().any(loaded), "{wrong}: {:?}", place.state());
        let ran = Ran::of(self.fed(&place, place.command(self.recover)).output().unwrap());
        assert_eq!(ran.code, 0, "{wrong}: then {:?}: {}", self.recover, ran.err);
        assert_eq!(self.told(&place), *new_told, "{wrong}: after the next command");
        assert!(is_new(&place.files()), "{wrong}: after the next command: {:?}", place.files());
        assert_eq!(place.leftovers(), [""; 0], "{wrong}");
        if place.top().join("state").exists() {
            agree(&place);
        }
    }

    fn fed(&self, place: &Place, mut command: Command) -> Command {
        if !self.input.is_empty() {
            let path = place.top().join("input");
            std::fs::write(&path, self.input).unwrap();
            command.stdin(File::open(path).unwrap());
        }
        command
    }

    /// The files before the change, and after each of its writes: it is killed at the rename, or removal, that follows.
    pub(crate) fn states(&self) -> Vec<Files> {
        let mut states = vec![(self.fresh)().files()];
        for call in ["renameat", "renameat2", "unlinkat"] {
            for when in 1.. {
                let place = (self.fresh)();
                let wrong = format!("{call}:signal=KILL:when={when}");
                let ran = Ran::of(self.fed(&place, strace(&place, &[&wrong], self.args)).output().unwrap());
                let files = place.files();
                if !states.contains(&files) {
                    states.push(files);
                }
                if ran.code != -1 {
                    assert_eq!(ran.code, 0, "{wrong}: {}", ran.err);
                    break;
                }
            }
        }
        states
    }

    /// What a reader is told.
    fn told(&self, place: &Place) -> String {
        let ran = place.run(self.ask);
        assert!([0, 1].contains(&ran.code), "{:?}: {}", self.ask, ran.err);
        // What is recorded must be what has happened: nothing more, and nothing by an unknown hand.
        let history = place.json(&["history"]);
        let changes = history["changes"].as_array().unwrap().iter();
        let recorded =
            changes.map(|change| format!("{} {} {}\n", change["number"], change["by_hand"], change["objects"]));
        ran.out + &recorded.collect::<String>()
    }

    /// Each call of a run, as `NAME:when=N`, from the first that touches the directory.
    pub(crate) fn points(&self, place: &Place) -> Vec<String> {
        let plain = place.command(self.args);
        let log = place.top().join("trace");
        let mut strace = place.bare_program("strace");
        strace.args(["-f", "-y", "-qq", "-e", &format!("trace={CALLS}"), "-o"]).arg(&log);
        strace.arg(plain.get_program()).args(plain.get_args());
        let ran = Ran::of(self.fed(place, strace).output().expect("strace runs: see tests/setup"));
        assert_eq!(ran.code, 0, "{:?}: {}", self.args, ran.err);
        let (mut counts, mut touched, mut points) = (HashMap::new(), false, Vec::new());
        for line in std::fs::read_to_string(log).unwrap().lines() {
            let Some((name, _)) = line.split_whitespace().nth(1).and_then(|word| word.split_once('(')) else {
                continue;
            };
            let count = counts.entry(name.to_owned()).and_modify(|n| *n += 1).or_insert(1);
            touched |= line.contains("/dynamic") || line.contains("/state/");
            if touched {
                points.push(format!("{name}:when={count}"));
            }
        }
        assert!(points.len() > 10, "the command hardly touched the directory: {points:?}");
        points
    }
}

/// What goes wrong, as `NAME:WHAT:when=N`; so many at most, unless all are asked for.
pub(crate) fn wrongs(points: &[String], most: usize) -> Vec<String> {
    let all = std::env::var("KILL").is_ok_and(|how| how == "full");
    let mut random = Random::new(points.len() as u64);
    let mut wrongs = Vec::new();
    for point in points {
        let (name, when) = point.split_once(':').unwrap();
        let possible = |what: &&str| *what != "error=EINTR" || INTERRUPTIBLE.contains(&name);
        let sampled: Vec<&str> = SAMPLED.into_iter().filter(possible).collect();
        let ways = match all {
            true => sampled,
            false => vec![*random.pick(&sampled)],
        };
        wrongs.extend(ALWAYS.into_iter().chain(ways).map(|what| format!("{name}:{what}:{when}")));
    }
    if !all && wrongs.len() > most {
        random.shuffle(&mut wrongs);
        wrongs.truncate(most);
    }
    wrongs
}
