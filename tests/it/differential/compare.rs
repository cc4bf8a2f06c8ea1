//! Runs cases through Traefik and through this tool's library, and lists where they differ.

#![allow(clippy::print_stdout, reason = "the figures are what a run is for")]

use super::Case;
use crate::support::oracle::{MARKER, Objects, Oracle, Said, Setting};
use crate::support::random::Random;
use cloudlunacy::document::Format;
use cloudlunacy::finding::Severity;
use cloudlunacy::inventory::Inventory;
use cloudlunacy::judge::{Judgement, Verdict, judge};
use cloudlunacy::release::Release;
use cloudlunacy::static_config::{PathMap, Reading};
use cloudlunacy::store::{Known, Store};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Disagreements that stand, because Traefik's own answer is random or depends on what no file shows: the case, and
/// why.
const STANDING: &[(&str, &str)] = &[(
    "plugin",
    "under `a broken plugin`: whether the plugin's folder is there, where Traefik was started, no file tells",
)];

/// What came of a group on a release.
pub(super) struct Figures {
    group: String,
    release: String,
    setting: &'static str,
    cases: usize,
    refused: usize,
    objects: usize,
    not_enabled: usize,
    templates: usize,
    took: Duration,
    standing: Vec<Difference>,
    differences: Vec<Difference>,
}

/// One disagreement.
pub(super) struct Difference {
    case: String,
    what: What,
    traefik: String,
    ours: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Accepted or refused.
    Verdict,
    /// An object that only one knows, or its state.
    State,
    /// The words of an error.
    Words,
}

/// What stands in the columns of [`Figures`].
const COLUMNS: &str = "| group | Traefik | static configuration | cases | refused | templates | objects | not enabled | \
                       verdict or state differs | words differ | may stand | took |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

/// The cases in an order of the seed's own.
pub(super) fn shuffled(cases: impl Iterator<Item = Case>, seed: u64) -> Vec<Case> {
    let only = std::env::var("DIFFERENTIAL_ONLY").unwrap_or_default();
    let mut cases: Vec<Case> = cases.filter(|case| case.name.contains(&only)).collect();
    Random::new(seed).shuffle(&mut cases);
    cases
}

/// Compares cases on a release under a static configuration.
pub(super) fn run(group: &str, release: &str, setting: &Setting, cases: &[Case]) -> Figures {
    let begun = Instant::now();
    let mut figures = Figures {
        group: group.to_owned(),
        release: release.to_owned(),
        setting: setting.name,
        cases: cases.len(),
        refused: 0,
        objects: 0,
        not_enabled: 0,
        templates: 0,
        took: Duration::ZERO,
        standing: Vec::new(),
        differences: Vec::new(),
    };
    let mut oracle = Oracle::start(release, setting);
    for case in cases {
        oracle.put(&case.files);
        let said = oracle.load();
        figures.count(&said);
        if matches!(said, Said::Hung | Said::Crashed(_)) {
            oracle.put(&case.files);
        }
        let differences = ours(&oracle, release, |judgement| compare(&said, judgement, &mut figures.templates));
        if !differences.is_empty() {
            keep(group, case);
        }
        for mut difference in differences {
            difference.case.clone_from(&case.name);
            match STANDING.iter().any(|(name, _)| *name == case.name) {
                true => figures.standing.push(difference),
                false => figures.differences.push(difference),
            }
        }
    }
    figures.took = begun.elapsed();
    figures
}

/// Leaves a case for whoever wants to look at it.
fn keep(group: &str, case: &Case) {
    let Some(folder) = std::env::var_os("DIFFERENTIAL_KEEP") else { return };
    for (path, bytes) in &case.files {
        let path = Path::new(&folder).join(format!("{group} {}", case.name.replace('/', "-"))).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Judges what lies in the oracle's directory.
fn ours<T>(oracle: &Oracle, release: &str, then: impl FnOnce(&Judgement<'_>) -> T) -> T {
    let store = Store::new(oracle.directory(), None, Duration::from_secs(1), String::new());
    let snapshot = store.read().unwrap_or_else(|e| panic!("{e:?}"));
    let text = std::fs::read_to_string(oracle.static_file()).unwrap();
    let release = Release::parse(release).unwrap();
    let known = Known { release, folders: &[oracle.home()], paths: &PathMap::default() };
    let mut surroundings = store.survey(&snapshot, &known).unwrap_or_else(|e| panic!("{e:?}"));
    surroundings.static_config = Reading::of_file(Format::Yaml, &text).config;
    then(&judge(&Inventory::of(&snapshot.files), &surroundings))
}

/// The words in which our errors quote Traefik.
fn quotes(judgement: &Judgement<'_>) -> Vec<String> {
    let errors = judgement.findings.iter().filter(|f| f.severity == Severity::Error);
    errors.filter_map(|f| f.traefik_says.clone()).collect()
}

/// Whether we give Traefik's reason to refuse. What is no YAML or TOML we explain in words of our own.
fn is_quoted(error: &str, quotes: &[String], judgement: &Judgement<'_>) -> bool {
    let is_syntax = error.contains(": yaml: ") || error.contains(": toml: ");
    quotes.iter().any(|quote| error.contains(quote.as_str()))
        || (is_syntax && judgement.findings.iter().any(|finding| finding.rule == "syntax-error"))
}

fn is_crash(words: &str) -> bool {
    words.contains("stack overflow") || words.contains("runtime error")
}

fn compare(said: &Said, judgement: &Judgement<'_>, templates: &mut usize) -> Vec<Difference> {
    let differ = |what, traefik: String, ours: String| vec![Difference { case: String::new(), what, traefik, ours }];
    let quotes = quotes(judgement);
    match (said, judgement.verdict) {
        (_, Verdict::Unknown) => {
            *templates += 1;
            Vec::new()
        }
        (Said::Refused(error), Verdict::Rejected) => match is_quoted(error, &quotes, judgement) {
            true => Vec::new(),
            false => differ(What::Words, error.clone(), quotes.join(" | ")),
        },
        (Said::Refused(error), Verdict::Accepted) => differ(What::Verdict, error.clone(), "accepted".to_owned()),
        (Said::Accepted(_), Verdict::Rejected) => {
            let all: Vec<&str> = judgement.findings.iter().map(|f| f.message.as_str()).collect();
            differ(What::Verdict, "accepted".to_owned(), all.join(" | "))
        }
        (Said::Accepted(theirs), Verdict::Accepted) => compare_objects(theirs, &objects(judgement)),
        // It takes seconds to use up a stack; after a panic Traefik applies nothing any more.
        (Said::Crashed(_) | Said::Hung, _) if quotes.iter().any(|quote| is_crash(quote)) => Vec::new(),
        (Said::Crashed(words), verdict) => {
            let head: String = words.lines().filter(|l| !l.starts_with('{')).take(3).collect::<Vec<_>>().join(" ");
            differ(What::Verdict, format!("crashed: {head}"), verdict.as_str().to_owned())
        }
        (Said::Hung, verdict) => differ(What::Verdict, "hung".to_owned(), verdict.as_str().to_owned()),
    }
}

fn objects(judgement: &Judgement<'_>) -> Objects {
    let shown = judgement.runtime.objects.iter().filter(|o| !o.name.starts_with(MARKER));
    let shown = shown.map(|object| {
        let mut errors = object.errors.clone();
        errors.sort();
        ((object.kind.to_owned(), object.name.clone().into_owned()), (object.status.as_str().to_owned(), errors))
    });
    shown.collect()
}

fn compare_objects(theirs: &Objects, ours: &Objects) -> Vec<Difference> {
    let mut found = Vec::new();
    let names: std::collections::BTreeSet<_> = theirs.keys().chain(ours.keys()).collect();
    for name in names {
        let said = |object: Option<&(String, Vec<String>)>| match object {
            Some((status, errors)) => format!("{}/{}: {status} {}", name.0, name.1, errors.join(" | ")),
            None => format!("{}/{}: absent", name.0, name.1),
        };
        let (theirs, ours) = (theirs.get(name), ours.get(name));
        let what = match (theirs, ours) {
            (Some(a), Some(b)) if a == b => continue,
            (Some(a), Some(b)) if a.0 == b.0 => What::Words,
            _ => What::State,
        };
        found.push(Difference { case: String::new(), what, traefik: said(theirs), ours: said(ours) });
    }
    found
}

impl Figures {
    fn count(&mut self, said: &Said) {
        match said {
            Said::Accepted(objects) => {
                self.objects += objects.len();
                self.not_enabled += objects.values().filter(|(status, _)| status != "enabled").count();
            }
            _ => self.refused += 1,
        }
    }

    fn differing(&self, what: &[What]) -> usize {
        let mut cases: Vec<&str> =
            self.differences.iter().filter(|d| what.contains(&d.what)).map(|d| d.case.as_str()).collect();
        cases.dedup();
        cases.len()
    }

    /// Fails where verdicts or states disagree and that may not stand. Differing words are listed and counted: Go has
    /// some for every mistake in its language, and not all of them are repeated here.
    pub(super) fn check(all: &[Figures]) {
        println!("{COLUMNS}");
        all.iter().for_each(|figures| println!("{figures}"));
        let lists: String = all.iter().map(Figures::list).collect();
        if !lists.is_empty() {
            println!("{lists}");
        }
        let wrong: usize = all.iter().map(|figures| figures.differing(&[What::Verdict, What::State])).sum();
        assert!(wrong == 0, "{wrong} disagreements with Traefik\n{lists}");
    }

    fn list(&self) -> String {
        let line = |d: &Difference| {
            let shown = (&self.group, &self.release, self.setting, &d.case, d.what, &d.traefik, &d.ours);
            let (group, release, setting, case, what, traefik, ours) = shown;
            format!("{group} {release} {setting} [{case}] {what:?}\n    traefik: {traefik}\n    ours:    {ours}\n")
        };
        self.differences.iter().map(line).collect()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} s |",
            self.group,
            self.release,
            self.setting,
            self.cases,
            self.refused,
            self.templates,
            self.objects,
            self.not_enabled,
            self.differing(&[What::Verdict, What::State]),
            self.differing(&[What::Words]),
            self.standing.len(),
            self.took.as_secs(),
        )
    }
}
