//! `diff`: what differs between two configurations.

use super::history::files_after;
use super::revision::Revision;
use super::{Context, Outcome};
use crate::cli::{Diff, DiffFormat};
use crate::compare::{Comparison, Side, compare};
use crate::document::Format;
use crate::error::{Code, Error};
use crate::git;
use crate::inventory::{File, Inventory};
use crate::judge::take;
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
}

impl Version {
    /// Files, which the Traefik of today reads.
    pub(super) fn of(context: &Context, name: String, files: Vec<File>) -> Version {
        Version { name, files, static_config: context.facts.static_config.clone() }
    }
}

pub(super) fn diff(context: &Context, args: &Diff) -> Result<Outcome, Error> {
    let recorded;
    let from = match &args.from {
        Some(from) => from,
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
    let old = version(context, from)?;
    let new = match &args.to {
        Some(to) => version(context, to)?,
        None => on_disk(context, &context.store, "the files")?,
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
    let (then, now) = (take(&was, &known(&old)), take(&is, &known(&new)));
    let comparison =
        compare(&Side { inventory: &was, taken: &then, release }, &Side { inventory: &is, taken: &now, release });
    let find = |files: &[File], path: &str| files.iter().find(|f| f.path == path).map(|f| f.text().to_owned());
    let change =
        |path: &String| FileChange { path: path.clone(), old: find(&old.files, path), new: find(&new.files, path) };
    let texts = comparison.texts.iter().filter(|_| text).map(change).collect();
    Compared { names: (old.name, new.name), comparison, texts, format }
}

/// The configuration that a name means.
fn version(context: &Context, name: &str) -> Result<Version, Error> {
    let present = || context.facts.static_config.clone();
    let alone = |path: &str, bytes: Vec<u8>| Version {
        name: name.to_owned(),
        files: vec![File { path: path.to_owned(), content: content(path, bytes) }],
        static_config: present(),
    };
    if name.starts_with("git:") {
        let revision = Revision::find(&context.store, name)?;
        let (files, _) = revision.files(&context.store, |_| true)?;
        let written = context.static_source.written.as_ref().filter(|_| context.static_source.launch.is_none());
        let then = written.and_then(|written| revision.static_config(&written.path));
        return Ok(Version { name: name.to_owned(), files, static_config: then.or_else(present) });
    }
    if let Some(number) = name.strip_prefix('@').and_then(|number| number.parse().ok()) {
        let files = context.store.past(|snapshot, past| files_after(snapshot, past, number))?;
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
        .hint("name git:REV, @N, a directory, a .yml, .yaml or .toml file, or -"));
    }
    let bytes = std::fs::read(path).with_context(|| format!("can't read {name}"))?;
    Ok(alone(&file, bytes))
}

fn on_disk(context: &Context, store: &Store, name: &str) -> Result<Version, Error> {
    let (files, static_config) = (store.read()?.files, context.facts.static_config.clone());
    Ok(Version { name: name.to_owned(), files, static_config })
}
