//! The proof by difference: what this tool says of a directory, and what the real Traefik says of it.
//!
//! Every group of cases runs as a seeded sample. `DIFFERENTIAL=full` runs all of them, `DIFFERENTIAL=3000` as many;
//! `DIFFERENTIAL_SEED` is another seed, `DIFFERENTIAL_ONLY` part of a case's name, `DIFFERENTIAL_RELEASE` one release;
//! the cases that differ are left in the folder that `DIFFERENTIAL_KEEP` names:
//!
//! ```text
//! DIFFERENTIAL=full cargo test --test it differential -- --nocapture
//! ```

mod compare;
mod facts;
mod fields;
mod mutations;
mod rules;
mod settings;

use crate::support::oracle::{NEWEST, PLAIN};
use compare::{Figures, run};
use std::path::Path;

/// A directory to judge.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Unique in its group, and short: it stands in the list of disagreements.
    pub(crate) name: String,
    /// Paths in the directory, and what the files hold.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

impl Case {
    /// A case of text files.
    pub(crate) fn new<N: Into<String>>(
        name: impl Into<String>,
        files: impl IntoIterator<Item = (N, impl Into<Vec<u8>>)>,
    ) -> Case {
        Case { name: name.into(), files: files.into_iter().map(|(path, text)| (path.into(), text.into())).collect() }
    }
}

/// Every directory below a folder, as a case.
fn folders(top: &Path) -> Vec<Case> {
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(top).unwrap_or_else(|e| panic!("{}: {e}", top.display())) {
        let path = entry.unwrap().path();
        let mut case = Case { name: path.file_name().unwrap().to_string_lossy().into_owned(), files: Vec::new() };
        let mut folders = vec![path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let file = entry.unwrap().path();
                match file.is_dir() {
                    true => folders.push(file),
                    false => {
                        let name = file.strip_prefix(&path).unwrap().to_string_lossy().into_owned();
                        case.files.push((name, std::fs::read(&file).unwrap()));
                    }
                }
            }
        }
        case.files.sort();
        cases.push(case);
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

/// Releases before the newest that are compared too.
const OLDER: [&str; 4] = ["3.0.4", "3.3.6", "3.5.3", "3.6.15"];

/// Cases of an endless group, and the most of any.
const FULL: usize = 4000;
const LARGEST: usize = 50_000;
/// Cases in a sample, and in a sample on an older release.
const SAMPLE: usize = 300;
const SAMPLE_OLDER: usize = 60;

/// How many cases to run, where the sample of a group has so many and all are so many.
fn size(sample: usize, all: usize) -> usize {
    let asked = std::env::var("DIFFERENTIAL").unwrap_or_default();
    let asked = if asked == "full" { all } else { asked.parse().unwrap_or(sample) };
    asked.min(all)
}

fn seed() -> u64 {
    std::env::var("DIFFERENTIAL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4)
}

/// Whether a release is asked for; all are unless `DIFFERENTIAL_RELEASE` names one.
fn wanted(release: &str) -> bool {
    std::env::var("DIFFERENTIAL_RELEASE").map_or(true, |only| only == release)
}

/// Runs a group on every release.
fn group(name: &str, cases: impl Iterator<Item = Case>, sample: usize, sample_older: usize) {
    let cases = compare::shuffled(cases, seed());
    let sizes = [(NEWEST, sample)].into_iter().chain(OLDER.map(|release| (release, sample_older)));
    let figures: Vec<Figures> = sizes
        .filter(|(release, _)| wanted(release))
        .map(|(release, most)| run(name, release, &PLAIN, &cases[..size(most, cases.len())]))
        .collect();
    Figures::check(&figures);
}

#[test]
fn promise_16_fields() {
    group("fields", fields::fields(seed()).take(LARGEST), SAMPLE, SAMPLE_OLDER);
}

#[test]
fn promise_16_mutations() {
    group("mutations", mutations::mutations(seed()).take(FULL), SAMPLE, SAMPLE_OLDER);
}

#[test]
fn promise_16_rules() {
    group("rules", rules::rules(seed()).take(FULL), SAMPLE, SAMPLE_OLDER);
}

#[test]
fn promise_16_facts() {
    group("facts", facts::facts(), usize::MAX, SAMPLE_OLDER);
}

#[test]
fn promise_16_settings() {
    let cases = compare::shuffled(settings::cases().into_iter(), seed());
    let most = size(SAMPLE_OLDER, cases.len());
    let settings = settings::SETTINGS.iter().chain([&settings::STRICT]);
    let figures: Vec<Figures> = settings.map(|setting| run("settings", NEWEST, setting, &cases[..most])).collect();
    Figures::check(&figures);
}

/// Directories of one's own: `DIFFERENTIAL_CASES` names the folder that holds them.
#[test]
#[ignore = "compares directories that only its caller has"]
fn promise_16_given() {
    let top = std::env::var("DIFFERENTIAL_CASES").expect("DIFFERENTIAL_CASES names a folder of directories");
    group("given", folders(Path::new(&top)).into_iter(), usize::MAX, usize::MAX);
}
