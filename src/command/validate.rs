//! `validate`: what Traefik would say of a configuration.

mod fix;
pub(super) mod places;
mod since;

use super::{Context, Outcome};
use crate::cli::{self, Deny, ReportFormat, Validate};
use crate::error::{Code, Error};
use crate::finding::{Finding, Location, Severity, Source, Suppressed};
use crate::inventory::{File, Inventory, Lost, Part};
use crate::judge::{Judgement, Verdict, judge};
use crate::lint;
use crate::release::Release;
use crate::runtime::Status;
use crate::settings;
use crate::store::{Snapshot, content};
use crate::surroundings::Surroundings;
pub use fix::{Fixed, Repair};
use places::{Place, nothing};

/// What came of `validate`.
pub struct Validation {
    /// The release that was asked about.
    pub release: Release,
    /// The static configuration that was used.
    pub static_used: Option<StaticUsed>,
    /// Whether Traefik loads the directories.
    pub verdict: Verdict,
    /// What its API would show.
    pub objects: Vec<ShownObject>,
    /// Everything to report.
    pub findings: Vec<Finding>,
    /// What is not reported because somebody allowed it.
    pub suppressed: Vec<Suppressed>,
    /// Every text that findings stand in: by [`Source::File`], and after the files the names of [`Source::Entry`].
    pub texts: Vec<Text>,
    /// What was judged.
    pub counts: Counts,
    /// Whether files beside those asked about keep Traefik from loading the directory.
    pub is_rejected_elsewhere: bool,
    /// The revision since which changes are reported; then suppressions are news too.
    pub since: Option<String>,
    /// What was repaired.
    pub fixed: Option<Fixed>,
    /// The answers that are asked for.
    pub reports: Vec<cli::Report>,
    /// Whether warnings fail.
    pub deny_warnings: bool,
    /// Whether nothing fails.
    pub exit_zero: bool,
}

/// The static configuration that was used.
pub struct StaticUsed {
    /// Its text.
    pub text: Text,
    /// The flags or the compose file that start Traefik with it, where they are another text.
    pub launch: Option<Text>,
    /// How it was found.
    pub how: String,
    /// Whether it is known what it says.
    pub is_read: bool,
}

/// A text that findings stand in.
pub struct Text {
    /// Its path for people: from the working directory.
    pub shown: String,
    /// Its path for programs: from the work tree's root.
    pub machine: String,
    /// The text; empty where it is not known.
    pub text: String,
    /// Whether it was asked about.
    pub wanted: bool,
    /// Whether it is only a name in the directory, which Traefik does not load.
    pub is_entry: bool,
}

/// How much was judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that Traefik loads.
    pub files: usize,
    /// Routers.
    pub routers: usize,
    /// Services.
    pub services: usize,
    /// Middlewares.
    pub middlewares: usize,
    /// Routes that a restart of Traefik would lose: none where it takes the directory.
    pub lost: Lost,
}

/// An object of Traefik's API.
pub struct ShownObject {
    /// `http.router`, …
    pub kind: &'static str,
    /// Its name without provider.
    pub name: String,
    /// Where it is defined.
    pub at: Location,
    /// Its state.
    pub status: Status,
    /// Traefik's words.
    pub errors: Vec<String>,
}

impl Validation {
    /// Whether the answer is no.
    pub fn fails(&self) -> bool {
        let worst = if self.deny_warnings { Severity::Warning } else { Severity::Error };
        !self.exit_zero && self.findings.iter().any(|f| f.severity <= worst)
    }

    /// How many findings of a severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// The text that something stands in; none for a static configuration that is not used.
    pub fn text(&self, source: Source) -> Option<&Text> {
        match source {
            Source::File(at) | Source::Entry(at) => self.texts.get(at),
            Source::Static => self.static_used.as_ref().map(|used| &used.text),
            Source::Launch => self.static_used.as_ref()?.launch.as_ref(),
        }
    }
}

pub(super) fn validate(context: &Context, args: &Validate) -> Result<Outcome, Error> {
    let settings = &context.settings.validate;
    let allowed: Vec<&str> = settings.allow.iter().chain(&args.allow).map(String::as_str).collect();
    if let Some(unknown) = allowed.iter().find(|rule| lint::find(rule).is_none()) {
        return Err(Error::new(Code::BadSettings, format!("validate.allow: there is no rule {unknown:?}"))
            .hint("`cloudlunacy explain` lists the names of all rules"));
    }
    let places = places::find(&context.store, args)?;
    if let (false, Some(flag)) = (args.fix, args.change.first_named()) {
        return Err(Error::new(Code::Usage, format!("{flag} says how to repair, and nothing is to be repaired"))
            .hint("add --fix"));
    }
    let fixed = if args.fix { Some(fix::fix(context, args, &places, &allowed)?) } else { None };
    let is_written = fixed.as_ref().is_some_and(Fixed::is_written);
    report(context, args, &places, &allowed, fixed)
        .map_err(|error| if is_written { error.after_change() } else { error })
}

/// What there is to say of these places.
fn report(
    context: &Context,
    args: &Validate,
    places: &[Place],
    allowed: &[&str],
    fixed: Option<Fixed>,
) -> Result<Outcome, Error> {
    let settings = &context.settings.validate;
    let source = &context.static_source;
    let static_used = source.written.as_ref().map(|written| StaticUsed {
        text: places::beside(written),
        launch: source.launch.as_ref().map(places::beside),
        how: source.found.clone(),
        is_read: source.config.is_some(),
    });
    let mut found = Validation {
        release: context.facts.release,
        static_used,
        verdict: Verdict::Accepted,
        objects: Vec::new(),
        findings: Vec::new(),
        suppressed: Vec::new(),
        texts: Vec::new(),
        counts: Counts::default(),
        is_rejected_elsewhere: false,
        since: args.changed_since.clone(),
        fixed,
        reports: args.reports(&context.global, context.settings.get("output")),
        deny_warnings: args.deny == Some(Deny::Warning) || settings.deny == Some(settings::Deny::Warning),
        exit_zero: args.exit_zero,
    };
    let with_objects = found.reports.iter().any(|report| report.format == ReportFormat::Json);
    for place in places {
        let (mut judged, surroundings) = judge_place(context, place, with_objects)?;
        judged.allow(allowed, args.no_suppress);
        if let Some(revision) = &args.changed_since {
            let mut then = since::judge_then(place, revision, surroundings)?;
            then.allow(allowed, args.no_suppress);
            since::keep_new(&then, &mut judged);
        }
        found.add(judged);
    }
    if !found.texts.iter().any(|text| text.wanted && !text.is_entry) {
        let dirs: Vec<String> = places.iter().map(|place| place.store.path().display().to_string()).collect();
        return Err(nothing(format!("{}: there is nothing to check", dirs.join(", ")))
            .hint("Traefik loads files whose names end in .yml, .yaml or .toml"));
    }
    Ok(Outcome::Validation(Box::new(found)))
}

/// What was found in one directory.
struct Judged {
    verdict: Verdict,
    objects: Vec<ShownObject>,
    findings: Vec<Finding>,
    suppressed: Vec<Suppressed>,
    texts: Vec<Text>,
    counts: Counts,
    is_rejected_elsewhere: bool,
}

/// The files of a place as they are to be judged, standard input among them.
fn files_of(place: &Place) -> Result<Snapshot, Error> {
    let mut snapshot = match place.store.read() {
        Err(error) if error.code == Code::NoDirectory && place.input.is_none() => {
            return Err(Error { code: Code::NothingToCheck, ..error });
        }
        Err(_) if place.alone && place.input.is_some() => Snapshot::default(),
        read => read?,
    };
    if place.alone {
        snapshot.files.retain(|file| place.is_wanted(&file.path));
    }
    if let Some((path, bytes)) = &place.input {
        let file = File { path: path.clone(), content: content(path, bytes.clone()) };
        match snapshot.files.iter_mut().find(|f| f.path == *path) {
            Some(old) => *old = file,
            None => {
                let at = snapshot.files.partition_point(|f| f.path.split('/').lt(path.split('/')));
                snapshot.files.insert(at, file);
            }
        }
    }
    Ok(snapshot)
}

/// What is known beside the texts.
fn surroundings(context: &Context, place: &Place, snapshot: &Snapshot) -> Result<Surroundings, Error> {
    let mut surroundings = match context.survey(&place.store, snapshot) {
        // Standard input can stand for a file in a folder that is not there yet.
        Err(_) if place.alone && place.input.is_some() => Surroundings::unknown(context.facts.release),
        surveyed => surveyed?,
    };
    if place.alone {
        surroundings.entries.retain(|entry| place.is_wanted(&entry.path));
    }
    Ok(surroundings)
}

/// Judges a place. Objects are many, so they are kept only for whoever shows them.
fn judge_place(context: &Context, place: &Place, with_objects: bool) -> Result<(Judged, Surroundings), Error> {
    let snapshot = files_of(place)?;
    let surroundings = surroundings(context, place, &snapshot)?;
    Ok((judged(place, snapshot.files, &surroundings, with_objects), surroundings))
}

fn judged(place: &Place, files: Vec<File>, surroundings: &Surroundings, with_objects: bool) -> Judged {
    let inventory = Inventory::of(&files);
    let part = |part| inventory.definitions(part).count();
    let Judgement { verdict, runtime, findings, suppressed } = judge(&inventory, surroundings);
    let counts = Counts {
        files: files.len(),
        routers: part(Part::Router),
        services: part(Part::Service),
        middlewares: part(Part::Middleware),
        lost: if verdict == Verdict::Rejected { inventory.lost() } else { Lost::default() },
    };
    let objects = runtime.objects.into_iter().filter(|_| with_objects).map(|object| ShownObject {
        kind: object.kind,
        name: object.name.into_owned(),
        at: object.at,
        status: object.status,
        errors: object.errors,
    });
    let objects = objects.collect();
    let text = |path: String, text: String, is_entry: bool| Text {
        shown: format!("{}{path}", place.shown),
        machine: format!("{}{path}", place.machine),
        wanted: place.is_wanted(&path),
        text,
        is_entry,
    };
    let texts = files.into_iter().map(|file| text(file.path, file.content.into_text(), false));
    let mut texts: Vec<Text> = texts.collect();
    texts.extend(surroundings.entries.iter().map(|entry| text(entry.path.clone(), String::new(), true)));
    let mut judged = Judged { verdict, objects, findings, suppressed, texts, counts, is_rejected_elsewhere: false };
    judged.move_sources(0, counts.files);
    if place.wanted.is_some() {
        judged.keep_wanted(place.alone);
    }
    judged
}

impl Judged {
    /// Makes every source an index into one list: files come at `files`, names of the directory at `entries`.
    fn move_sources(&mut self, files: usize, entries: usize) {
        let moved = |at: &mut Location| match &mut at.source {
            Source::File(file) => *file += files,
            Source::Entry(entry) => *entry += entries,
            Source::Static | Source::Launch => {}
        };
        let all = self.findings.iter_mut().chain(self.suppressed.iter_mut().map(|s| {
            s.by.iter_mut().for_each(moved);
            &mut s.finding
        }));
        for finding in all {
            moved(&mut finding.at);
            finding.labels.iter_mut().for_each(|label| moved(&mut label.at));
        }
        self.objects.iter_mut().for_each(|object| moved(&mut object.at));
    }

    /// Drops what concerns none of the files that are asked about.
    fn keep_wanted(&mut self, alone: bool) {
        let texts = &self.texts;
        let is_wanted = |at: &Location| match at.source {
            Source::File(at) | Source::Entry(at) => texts.get(at).is_some_and(|text| text.wanted),
            Source::Static | Source::Launch => false,
        };
        let concerns = |f: &Finding| is_wanted(&f.at) || f.labels.iter().any(|label| is_wanted(&label.at));
        let errors = |findings: &[Finding]| findings.iter().filter(|f| f.severity == Severity::Error).count();
        let before = errors(&self.findings);
        // By itself a file shows less, so a comment in it may only seem to be for nothing.
        self.findings.retain(|f| concerns(f) && !(alone && f.rule == lint::UNUSED_SUPPRESSION));
        self.suppressed.retain(|s| concerns(&s.finding));
        self.objects.retain(|object| is_wanted(&object.at));
        self.is_rejected_elsewhere = self.verdict == Verdict::Rejected && before > 0 && errors(&self.findings) == 0;
    }

    /// Takes out what flags and settings allow; or puts back all that is suppressed.
    fn allow(&mut self, allowed: &[&str], no_suppress: bool) {
        if no_suppress {
            self.findings.extend(std::mem::take(&mut self.suppressed).into_iter().map(|s| s.finding));
            self.findings.sort_by(|a, b| (a.at, a.rule, &a.message).cmp(&(b.at, b.rule, &b.message)));
            return;
        }
        let is_allowed = |f: &mut Finding| allowed.contains(&f.rule);
        let suppressed = self.findings.extract_if(.., is_allowed);
        self.suppressed.extend(suppressed.map(|finding| Suppressed { finding, by: None, reason: String::new() }));
    }
}

impl Validation {
    /// Adds what was found in another directory.
    fn add(&mut self, mut judged: Judged) {
        let at = self.texts.len();
        judged.move_sources(at, at);
        self.verdict = match (self.verdict, judged.verdict) {
            (Verdict::Rejected, _) | (_, Verdict::Rejected) => Verdict::Rejected,
            (Verdict::Unknown, _) | (_, Verdict::Unknown) => Verdict::Unknown,
            _ => Verdict::Accepted,
        };
        self.objects.append(&mut judged.objects);
        self.findings.append(&mut judged.findings);
        self.suppressed.append(&mut judged.suppressed);
        self.texts.append(&mut judged.texts);
        self.counts.files += judged.counts.files;
        self.counts.routers += judged.counts.routers;
        self.counts.services += judged.counts.services;
        self.counts.middlewares += judged.counts.middlewares;
        self.counts.lost += judged.counts.lost;
        self.is_rejected_elsewhere |= judged.is_rejected_elsewhere;
    }
}
