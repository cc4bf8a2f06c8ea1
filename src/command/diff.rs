//! `diff`: what differs between two configurations.

use super::history::files_after;
use super::revision::Revision;
use super::wait::api;
use super::{Context, Outcome};
use crate::cli::{Diff, DiffFormat};
use crate::compare::{Comparison, Side, compare};
use crate::document::Format;
use crate::error::{Code, Error};
use crate::git;
use crate::inventory::{Content, File, Inventory};
use crate::judge::{Verdict, take};
use crate::live;
use crate::static_config::StaticConfig;
use crate::store::{FileChange, Store, content};
use crate::surroundings::Surroundings;
use anyhow::Context as _;
use std::io::Read;
use std::path::Path;

/// What came of `diff`.
pub struct Compared {
    /// What is compared with what.
    pub names: (String, String),
    /// How they differ.
    pub comparison: Comparison,
    /// The texts that differ, where they are asked for.
    pub texts: Vec<FileChange>,
    /// How to print it.
    pub format: DiffFormat,
}

/// A configuration that is compared.
pub(super) struct Version {
    name: String,
    files: Vec<File>,
    static_config: Option<StaticConfig>,
    /// Whether it is what a Traefik has loaded.
    is_running: bool,
}

impl Version {
    /// Files, which the Traefik of today reads.
    pub(super) fn of(context: &Context, name: String, files: Vec<File>) -> Version {
        Version { name, files, static_config: context.facts.static_config.clone(), is_running: false }
    }
}

pub(super) fn diff(context: &Context, args: &Diff) -> Result<Outcome, Error> {
    let recorded;
    let from = match &args.from {
        Some(from) => from.as_str(),
        None if git::work_tree(context.store.path()).is_some() => "git:HEAD",
        None => {
            let last = context.store.past(|_, past| Ok(past.last_recorded()))?;
            let last = last.ok_or_else(|| {
                Error::new(
                    Code::Usage,
                    "there is nothing to compare with: the directory lies in no git work tree, and no change is recorded",
                )
                .hint("name another directory or file: `cloudlunacy diff FROM`")
            })?;
            recorded = format!("@{last}");
            &recorded
        }
    };
    if from == "-" && args.to.as_deref() == Some("-") {
        return Err(Error::new(Code::Usage, "standard input can't be both"));
    }
    let other = |name: Option<&str>| match name {
        Some(name) => version(context, name),
        None => on_disk(context, &context.store, "the files"),
    };
    let (old, new) = match (from, args.to.as_deref()) {
        (live::NAME, Some(live::NAME)) => return Err(Error::new(Code::Usage, "the running Traefik can't be both")),
        (live::NAME, to) => {
            let new = other(to)?;
            (running(context, &new)?, new)
        }
        (from, Some(live::NAME)) => {
            let old = version(context, from)?;
            let new = running(context, &old)?;
            (old, new)
        }
        (from, to) => (version(context, from)?, other(to)?),
    };
    let format = args.format(&context.global, context.settings.get("output"));
    Ok(Outcome::Comparison(Box::new(between(context, old, new, args.text, format))))
}

/// Compares two configurations; with `text`, their texts too.
pub(super) fn between(context: &Context, old: Version, new: Version, text: bool, format: DiffFormat) -> Compared {
    let (was, is) = (Inventory::of(&old.files), Inventory::of(&new.files));
    let release = context.facts.release;
    // Files that the configuration names are known on the disk alone, and not as a revision named them: so that both are
    // judged alike, they count as unknown.
    let known = |version: &Version| Surroundings {
        static_config: version.static_config.clone(),
        ..Surroundings::unknown(release)
    };
    let (mut then, mut now) = (take(&was, &known(&old)), take(&is, &known(&new)));
    for (version, taken) in [(&old, &mut then), (&new, &mut now)] {
        if version.is_running {
            taken.verdict = Verdict::Accepted;
        }
    }
    let mut comparison =
        compare(&Side { inventory: &was, taken: &then, release }, &Side { inventory: &is, taken: &now, release });
    if old.is_running || new.is_running {
        let files = || old.files.iter().chain(&new.files);
        let templates: Vec<&str> = files().filter(|f| is_template(f)).map(|f| f.path.as_str()).collect();
        comparison.without_texts(live::NAME, |path| templates.contains(&path));
        context.warn_all(
            templates.iter().map(|path| format!("{path} is a Go template: what it says is not compared")).collect(),
        );
    }
    let find = |files: &[File], path: &str| files.iter().find(|f| f.path == path).map(|f| f.text().to_owned());
    let change =
        |path: &String| FileChange { path: path.clone(), old: find(&old.files, path), new: find(&new.files, path) };
    let texts = comparison.texts.iter().filter(|_| text).map(change).collect();
    Compared { names: (old.name, new.name), comparison, texts, format }
}

fn is_template(file: &File) -> bool {
    matches!(file.content, Content::Template { .. })
}

/// The configuration that a name means.
fn version(context: &Context, name: &str) -> Result<Version, Error> {
    let present = || context.facts.static_config.clone();
    let alone = |path: &str, bytes: Vec<u8>| Version {
        name: name.to_owned(),
        files: vec![File { path: path.to_owned(), content: content(path, bytes) }],
        static_config: present(),
        is_running: false,
    };
    if name.starts_with("git:") {
        let revision = Revision::find(&context.store, name)?;
        let (files, _) = revision.files(&context.store, |_| true)?;
        let then = context.static_source.then(|path| revision.text(path));
        return Ok(Version { name: name.to_owned(), files, static_config: then.or_else(present), is_running: false });
    }
    if let Some(number) = name.strip_prefix('@').and_then(|number| number.parse().ok()) {
        let (files, unsure) = context.store.past(|snapshot, past| {
            let unsure = past.unsure(number)?.into_iter();
            let unsure =
                unsure.map(|path| format!("what {path} said after change {number} is not kept any more")).collect();
            Ok((files_after(snapshot, past, number)?, unsure))
        })?;
        context.warn_all(unsure);
        return Ok(Version::of(context, name.to_owned(), files));
    }
    if name == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("can't read standard input")?;
        return Ok(Version { name: "standard input".into(), ..alone("stdin.yml", bytes) });
    }
    let path = Path::new(name);
    if path.is_dir() {
        return on_disk(context, &context.store.elsewhere(path.to_owned()), name);
    }
    let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    if Format::of(&file).is_none() {
        return Err(Error::new(
            Code::NothingToCheck,
            format!("{name}: there is no such directory, and Traefik loads no such file"),
        )
        .hint("name git:REV, @N, a directory, a .yml, .yaml or .toml file, live, or -"));
    }
    let bytes = std::fs::read(path).with_context(|| format!("can't read {name}"))?;
    Ok(alone(&file, bytes))
}

fn on_disk(context: &Context, store: &Store, name: &str) -> Result<Version, Error> {
    let (files, static_config) = (store.read()?.files, context.facts.static_config.clone());
    Ok(Version { name: name.to_owned(), files, static_config, is_running: false })
}

/// What the running Traefik has of the file provider, in the words of the other side.
fn running(context: &Context, other: &Version) -> Result<Version, Error> {
    let api = api(context)?;
    let entry_points = api.entry_points()?;
    let objects = live::loaded(&api.all()?);
    let inventory = Inventory::of(&other.files);
    let static_config = context.facts.static_config.clone();
    let syntax = static_config.as_ref().map(|config| config.default_rule_syntax.as_deref().unwrap_or("default"));
    let file = live::Configuration::of(objects, &entry_points, &inventory, syntax).file;
    Ok(Version { name: "the running Traefik".into(), files: vec![file], static_config, is_running: true })
}
