//! The proof by difference: what this tool says of a directory, and what the real Traefik says of it.
//!
//! Every group of cases runs as a seeded sample. `DIFFERENTIAL=full` runs all of them and prints the figures;
//! `DIFFERENTIAL_SEED` is another seed, `DIFFERENTIAL_ONLY` part of a case's name:
//!
//! ```text
//! DIFFERENTIAL=full cargo test --test it differential -- --nocapture
//! ```

mod compare;
mod facts;
mod fields;
mod mutations;
mod rules;

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

/// Cases of a random group in a full run, in a sample, and in a sample on each older release.
const FULL: usize = 4000;
const SAMPLE: usize = 300;
const SAMPLE_OLDER: usize = 60;

fn is_full() -> bool {
    std::env::var("DIFFERENTIAL").is_ok_and(|how| how == "full")
}

fn seed() -> u64 {
    std::env::var("DIFFERENTIAL_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(4)
}

/// Runs a group on every release.
fn group(name: &str, cases: impl Iterator<Item = Case>) {
    let cases: Vec<Case> = compare::shuffled(cases.take(if is_full() { 20_000 } else { FULL }), seed());
    let mut figures = vec![run(name, NEWEST, &PLAIN, sample(&cases, SAMPLE))];
    for release in OLDER {
        figures.push(run(name, release, &PLAIN, sample(&cases, SAMPLE_OLDER)));
    }
    Figures::check(&figures);
}

fn sample(cases: &[Case], most: usize) -> &[Case] {
    &cases[..if is_full() { cases.len() } else { most.min(cases.len()) }]
}

#[test]
fn differential_fields() {
    group("fields", fields::fields(seed()));
}

#[test]
fn differential_mutations() {
    group("mutations", mutations::mutations(seed()).take(FULL));
}

#[test]
fn differential_rules() {
    group("rules", rules::rules(seed()));
}

#[test]
fn differential_facts() {
    let cases: Vec<Case> = facts::facts().collect();
    let mut figures = vec![run("facts", NEWEST, &PLAIN, &cases)];
    for release in OLDER {
        figures.push(run("facts", release, &PLAIN, sample(&cases, SAMPLE_OLDER)));
    }
    Figures::check(&figures);
}

/// Directories of one's own: `DIFFERENTIAL_CASES` names the folder that holds them, `DIFFERENTIAL_RELEASE` a release.
#[test]
#[ignore = "compares directories that only its caller has"]
fn differential_given() {
    let top = std::env::var("DIFFERENTIAL_CASES").expect("DIFFERENTIAL_CASES names a folder of directories");
    let release = std::env::var("DIFFERENTIAL_RELEASE").unwrap_or_else(|_| NEWEST.to_owned());
    let cases = compare::shuffled(folders(Path::new(&top)).into_iter(), seed());
    Figures::check(&[run("given", &release, &PLAIN, &cases)]);
}
