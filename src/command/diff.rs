//! `diff`: what differs between two configurations.

use super::revision::Revision;
use super::{Context, Outcome};
use crate::cli::{Diff, DiffFormat};
use crate::compare::{Comparison, Side, compare};
use crate::document::Format;
use crate::error::{Code, Error};
use crate::git;
use crate::inventory::{File, Inventory};
use crate::judge::judge;
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
struct Version {
    name: String,
    files: Vec<File>,
    surroundings: Surroundings,
}

pub(super) fn diff(context: &Context, args: &Diff) -> Result<Outcome, Error> {
    let from = match &args.from {
        Some(from) => from,
        None if git::work_tree(context.store.path()).is_some() => "git:HEAD",
        None => {
            return Err(Error::new(
                Code::Usage,
                "there is nothing to compare with: the directory lies in no git work tree",
            )
            .hint("name another directory or file: `cloudlunacy diff FROM`"));
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
    let (was, is) = (Inventory::of(&old.files), Inventory::of(&new.files));
    let (then, now) = (judge(&was, &old.surroundings), judge(&is, &new.surroundings));
    let release = context.facts.release;
    let comparison = compare(
        &Side { inventory: &was, judgement: &then, release },
        &Side { inventory: &is, judgement: &now, release },
    );
    let texts = if args.text { changes(&old.files, &new.files) } else { Vec::new() };
    let format = args.format(&context.global, context.settings.get("output"));
    Ok(Outcome::Comparison(Box::new(Compared { names: (old.name, new.name), comparison, texts, format })))
}

/// The configuration that a name means.
fn version(context: &Context, name: &str) -> Result<Version, Error> {
    let alone = |path: &str, bytes: Vec<u8>| Version {
        name: name.to_owned(),
        files: vec![File { path: path.to_owned(), content: content(path, bytes) }],
        surroundings: Surroundings { static_config: context.facts.static_config.clone(), ..unknown(context) },
    };
    if name.starts_with("git:") {
        let revision = Revision::find(&context.store, name)?;
        let (files, entries) = revision.files(&context.store, |_| true)?;
        let written = context.static_source.written.as_ref().filter(|_| context.static_source.launch.is_none());
        let then = written.and_then(|written| revision.static_config(&written.path));
        let static_config = then.or_else(|| context.facts.static_config.clone());
        let surroundings = Surroundings { static_config, entries, ..unknown(context) };
        return Ok(Version { name: name.to_owned(), files, surroundings });
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
        .hint("name git:REV, a directory, a .yml, .yaml or .toml file, or -"));
    }
    let bytes = std::fs::read(path).with_context(|| format!("can't read {name}"))?;
    Ok(alone(&file, bytes))
}

fn on_disk(context: &Context, store: &Store, name: &str) -> Result<Version, Error> {
    let snapshot = store.read()?;
    let surroundings = context.survey(store, &snapshot)?;
    // Files that the configuration names are known on the disk alone; what a revision named is not. So that both are
    // judged alike, they count as unknown here too.
    let surroundings =
        Surroundings { static_config: surroundings.static_config, entries: surroundings.entries, ..unknown(context) };
    Ok(Version { name: name.to_owned(), files: snapshot.files, surroundings })
}

fn unknown(context: &Context) -> Surroundings {
    Surroundings::unknown(context.facts.release)
}

/// Every text that differs.
fn changes(old: &[File], new: &[File]) -> Vec<FileChange> {
    let text = |files: &[File], path: &str| files.iter().find(|f| f.path == path).map(|f| f.text().to_owned());
    let mut paths: Vec<&str> = old.iter().chain(new).map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let change = |path: &str| FileChange { path: path.to_owned(), old: text(old, path), new: text(new, path) };
    paths.into_iter().map(change).filter(|change| change.old != change.new).collect()
}
