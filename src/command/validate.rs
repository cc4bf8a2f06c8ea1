//! `validate`: what Traefik would say of a configuration.

use super::{Context, Outcome};
use crate::cli::Validate;
use crate::error::{Error, Place};
use crate::finding::{Finding, Severity, Source};
use crate::inventory::{File, Inventory};
use crate::judge::{Verdict, judge};
use crate::release::Release;
use crate::runtime::Status;

/// What came of `validate`.
pub struct Validation {
    /// The release that was asked about.
    pub release: Release,
    /// The static configuration that was used.
    pub static_file: Option<String>,
    /// Whether Traefik loads the directory.
    pub verdict: Verdict,
    /// What its API would show.
    pub objects: Vec<ShownObject>,
    /// Everything to report.
    pub findings: Vec<Finding>,
    /// The files, by [`Source::File`].
    pub files: Vec<File>,
}

/// An object of Traefik's API.
pub struct ShownObject {
    /// `http.router`, …
    pub kind: &'static str,
    /// Its name without provider.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
    /// Its state.
    pub status: Status,
    /// Traefik's words.
    pub errors: Vec<String>,
}

impl Validation {
    /// Whether the answer is no.
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|f| f.severity == Severity::Error)
    }
}

pub(super) fn validate(context: &Context, _args: &Validate) -> Result<Outcome, Error> {
    let snapshot = context.store.read()?;
    let surroundings = context.survey(&context.store, &snapshot, &|path| Some(path.into()))?;
    let judgement = judge(&Inventory::of(&snapshot.files), &surroundings);
    let place = |source: Source, byte: u32| match source {
        Source::File(at) => {
            let line = snapshot.files[at].document().map_or(0, |d| d.line(byte));
            Place { file: snapshot.files[at].path.clone(), line }
        }
        Source::Static => Place { file: String::new(), line: 0 },
        Source::Entry(at) => Place { file: surroundings.entries[at].path.clone(), line: 0 },
    };
    let objects = judgement.runtime.objects.into_iter().map(|object| ShownObject {
        kind: object.kind,
        place: place(object.at.source, object.at.span.start),
        name: object.name.into_owned(),
        status: object.status,
        errors: object.errors,
    });
    Ok(Outcome::Validation(Box::new(Validation {
        release: surroundings.release,
        static_file: context.static_file.as_ref().map(|path| path.display().to_string()),
        verdict: judgement.verdict,
        objects: objects.collect(),
        findings: judgement.findings,
        files: snapshot.files,
    })))
}
