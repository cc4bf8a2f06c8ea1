//! `init`: a directory that is ready for routes.

use super::change::make;
use super::{Context, Outcome, Ready, Report};
use crate::cli::Init;
use crate::document::Format;
use crate::error::{Code, Error, Place};
use crate::inventory::Inventory;
use crate::name::{Target, split_host_path};
use crate::plan::{self, AddRequest, ListEdit, Plan, Wanted, bad_value};
use crate::route::{Filter, list};
use crate::store::Snapshot;
use anyhow::Context as _;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Creates the directory, and what was asked for besides.
pub(super) fn init(context: &Context, args: &Init) -> Result<Outcome, Error> {
    let dir = context.store.path();
    let shown = dir.display().to_string();
    let dry_run = args.change.dry_run;
    let static_file = context.static_source.missing.as_ref();
    if let Some(file) = static_file.filter(|f| Format::of(&f.to_string_lossy()) != Some(Format::Yaml)) {
        return Err(Error::new(Code::BadValue, "a static configuration to begin with is written as .yml or .yaml")
            .at(Place { file: file.display().to_string(), line: 0 }));
    }
    let mut made: Vec<String> = Vec::new();
    if dir.exists() {
        // A directory that can't be made ready gets nothing beside it either.
        must_load(context, &context.store.read()?)?;
    } else {
        made.push(shown.clone());
        if dry_run {
            made.extend(static_file.map(|file| file.display().to_string()));
            let report = Report {
                dry_run,
                number: None,
                undo: None,
                agents: Vec::new(),
                effects: Vec::new(),
                files: Vec::new(),
                live: None,
            };
            return Ok(Outcome::Ready(Box::new(Ready { dir: shown, made, report, routes: Vec::new(), files: 0 })));
        }
        std::fs::DirBuilder::new().recursive(true).mode(0o755).create(dir).map_err(|error| {
            Error::new(Code::Io, format!("can't create {shown}: {error}"))
                .hint("run as a user who may create it, for instance with sudo")
        })?;
    }
    if let Some(file) = static_file {
        if !dry_run {
            write_static(file, dir)?;
        }
        made.push(file.display().to_string());
    }
    let plan = |inventory: &Inventory<'_>| if args.example { example(context, inventory) } else { Ok(Plan::default()) };
    let report = make(context, &args.change, plan)?;
    let snapshot = context.store.read()?;
    must_load(context, &snapshot)?;
    let routes = list(&Inventory::of(&snapshot.files), &Filter::default());
    Ok(Outcome::Ready(Box::new(Ready { dir: shown, made, report, routes, files: snapshot.files.len() })))
}

/// Refuses a directory that Traefik refuses.
fn must_load(context: &Context, snapshot: &Snapshot) -> Result<(), Error> {
    let inventory = Inventory::of(&snapshot.files);
    match inventory.faults(context.facts.release).into_iter().next() {
        None => Ok(()),
        Some((place, message)) => {
            Err(Error::new(Code::WouldNotLoad, format!("Traefik refuses this directory as it stands: {message}"))
                .hint(inventory.lost().cure())
                .at(place))
        }
    }
}

/// An HTTP and a MongoDB route to begin with.
fn example(context: &Context, inventory: &Inventory<'_>) -> Result<Plan, Error> {
    let mut all = Plan::default();
    for (host, target, entry_point) in [
        ("app.example.com", "http://10.0.0.5:3000", None),
        ("db.mongodb.example.com", "mongodb://10.0.0.6:27017", Some("mongodb".to_owned())),
    ] {
        let (host, path) = split_host_path(host).map_err(bad_value)?;
        let target: Target = target.parse().map_err(bad_value)?;
        let entry_points = ListEdit { replace: entry_point.map(|e| vec![e]), ..ListEdit::default() };
        let wanted = Wanted { entry_points, ..Wanted::default() };
        let request = AddRequest { host, path, more_hosts: Vec::new(), targets: vec![target], wanted, replace: false };
        all.join(plan::add(inventory, &context.facts, &request)?);
    }
    Ok(all)
}

/// A static configuration to begin with.
fn write_static(file: &Path, dir: &Path) -> Result<(), Error> {
    let shown = file.display().to_string();
    let dir = std::fs::canonicalize(dir).context("can't tell where the directory is")?;
    let dir = serde_json::to_string(&dir.to_string_lossy()).context("can't write the directory's name")?;
    let text = format!(
        "# Traefik's static configuration: traefik --configFile={shown}\nentryPoints:\n  web:\n    address: \":80\"\n  websecure:\n    address: \":443\"\n  mongodb:\n    address: \":27017\"\n\nproviders:\n  file:\n    directory: {dir}\n    watch: true\n\nlog:\n  level: WARN\n"
    );
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent).with_context(|| format!("can't create {}", parent.display()))?;
    }
    let mut new = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(file)
        .with_context(|| format!("can't create {shown}"))?;
    new.write_all(text.as_bytes()).and_then(|()| new.sync_all()).with_context(|| format!("can't write {shown}"))?;
    Ok(())
}
