//! Judges a whole configuration: would Traefik load it, what would it make of it, what else is not as meant.

use crate::finding::{Finding, Suppressed};
use crate::inventory::{Inventory, Loading};
use crate::lint::{self, Subject};
use crate::runtime::{self, Runtime};
use crate::surroundings::Surroundings;

/// Whether Traefik's file provider loads the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Accepted,
    /// It refuses all of it.
    Rejected,
    /// A Go template decides.
    Unknown,
}

impl Verdict {
    /// The word in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Accepted => "accepted",
            Verdict::Rejected => "rejected",
            Verdict::Unknown => "unknown",
        }
    }
}

/// What came of judging.
pub struct Judgement<'a> {
    /// Whether Traefik loads it.
    pub verdict: Verdict,
    /// What its API would show then.
    pub runtime: Runtime<'a>,
    /// Everything to report, in the order of files and lines.
    pub findings: Vec<Finding>,
    /// What comments in the files allow.
    pub suppressed: Vec<Suppressed>,
}

/// What Traefik does with the files.
pub struct Taken<'a> {
    /// Whether it loads them.
    pub verdict: Verdict,
    /// What its API would show then.
    pub runtime: Runtime<'a>,
    /// What it refuses, and what it takes without a word.
    loading: Loading<'a>,
}

/// Judges what the files say.
pub fn judge<'a>(inventory: &Inventory<'a>, surroundings: &Surroundings) -> Judgement<'a> {
    let Taken { verdict, runtime, loading } = take(inventory, surroundings);
    let subject = Subject::new(inventory, &loading, &runtime, surroundings);
    let lint::Found { findings, suppressed } = lint::run(&subject);
    Judgement { verdict, runtime, findings, suppressed }
}

/// What Traefik would do with the files, without a look for what else is not as meant.
pub fn take<'a>(inventory: &Inventory<'a>, surroundings: &Surroundings) -> Taken<'a> {
    // What Traefik would make of the files is found while they are checked: seldom in vain.
    let (loading, runtime) = std::thread::scope(|scope| {
        let building = scope.spawn(|| runtime::build(inventory, surroundings));
        let loading = Loading::of(inventory, surroundings.release);
        (loading, building.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let verdict = match (loading.is_refused(), inventory.has_templates()) {
        (true, _) => Verdict::Rejected,
        (false, true) => Verdict::Unknown,
        (false, false) => Verdict::Accepted,
    };
    let runtime = match verdict {
        Verdict::Rejected => Runtime::default(),
        _ => runtime,
    };
    Taken { verdict, runtime, loading }
}
