//! The managed directory: the only door to it, for reading and for writing.
//!
//! [`Store::change`] is the only writer: lock → recover → read → plan → apply in memory → prove →
//! guard → stage, flush, rename, flush → release. The same without lock and commit is a dry run.

mod commit;
mod folder;
mod guard;
mod journal;
mod lock;
mod notes;
mod order;
mod read;
mod survey;

use crate::document::{Document, Format};
use crate::edit::{self, Patch};
use crate::error::{Code, Error, Place};
use crate::inventory::{Content, File, Inventory, Part};
use crate::plan::{Effect, FileEdit, Plan};
use crate::release::Release;
use crate::route::Route;
use crate::schema;
use crate::static_config::StaticConfig;
use crate::surroundings::Surroundings;
use commit::Commit;
use folder::Folder;
use notes::Notes;
pub use read::{Snapshot, content};
use rustix::io::Errno;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
pub use survey::Known;

/// The managed directory.
#[derive(Clone)]
pub struct Store {
    path: PathBuf,
    /// The one file that Traefik reads, where it reads a file and not a directory.
    only: Option<String>,
    lock_timeout: Duration,
    /// The command line, for whoever waits for the lock.
    command: String,
    /// The Traefik by which changes are judged.
    traefik: Arc<Surroundings>,
}

/// What came of a change.
pub struct Changed {
    /// What happened to which route.
    pub effects: Vec<Effect>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// A file before and after.
#[derive(Debug)]
pub struct FileChange {
    /// Path in the directory.
    pub path: String,
    /// Text before; `None` where there was no file.
    pub old: Option<String>,
    /// Text after; `None` where the file goes.
    pub new: Option<String>,
}

/// How often a plan is made again because a file was edited by hand in between.
const TRIES: usize = 3;

impl Store {
    /// A store over `path`; with `only`, over that one file in it.
    pub fn new(path: PathBuf, only: Option<String>, lock_timeout: Duration, command: String) -> Store {
        let traefik = Arc::new(Surroundings::unknown(Release::NEWEST));
        Store { path, only, lock_timeout, command, traefik }
    }

    /// The same, judging changes by this Traefik.
    pub fn judging_by(mut self, release: Release, static_config: Option<StaticConfig>) -> Store {
        self.traefik = Arc::new(Surroundings { static_config, ..Surroundings::unknown(release) });
        self
    }

    /// A store over another directory, for the same command.
    pub fn elsewhere(&self, path: PathBuf) -> Store {
        Store { path, only: None, ..self.clone() }
    }

    /// The same, over that one file if there is one.
    pub fn reading(mut self, only: Option<&str>) -> Store {
        self.only = only.map(str::to_owned);
        self
    }

    /// The one file that Traefik reads, where it reads a file and not a directory.
    pub fn only(&self) -> Option<&str> {
        self.only.as_deref()
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the directory as Traefik would. Takes no lock, writes nothing, and reads through an unfinished change.
    pub fn read(&self) -> Result<Snapshot, Error> {
        let folder = Folder::managed(&self.path)?;
        read::snapshot(&folder, self.only.as_deref())
    }

    /// Plans a change and shows what it would do, without lock and without writing.
    pub fn preview(&self, plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>) -> Result<Changed, Error> {
        Ok(self.look_ahead(&Folder::managed(&self.path)?, &plan)?.0)
    }

    fn look_ahead(
        &self,
        folder: &Folder,
        plan: &impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
    ) -> Result<(Changed, Vec<Act>), Error> {
        let snapshot = read::snapshot(folder, self.only.as_deref())?;
        // Who may not read our notes may still ask what would happen.
        let notes = folder.below(folder::STATE).ok().and_then(|state| Notes::read(&state).ok());
        self.prepare(&snapshot, &mut notes.unwrap_or_default(), plan)
    }

    /// Plans a change and makes it, as one.
    pub fn change(&self, plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>) -> Result<Changed, Error> {
        let folder = Folder::managed(&self.path)?;
        if folder.file_type(folder::STATE).is_none() {
            // What comes to nothing shall leave no trace in a directory that is not ours yet.
            let (changed, acts) = self.look_ahead(&folder, &plan)?;
            if acts.is_empty() {
                return Ok(changed);
            }
        }
        let state = folder.state_folder()?;
        let _lock = lock::acquire(&state, self.lock_timeout, &self.command)?;
        let mut warnings = journal::recover(&folder, &state)?;
        for _ in 0..TRIES {
            let snapshot = read::snapshot(&folder, self.only.as_deref())?;
            let before = Notes::read(&state)?;
            let mut after = before.clone();
            let (mut changed, acts) = self.prepare(&snapshot, &mut after, &plan)?;
            let commit = Commit { folder: &folder, state: &state, snapshot: &snapshot };
            let done = match acts.is_empty() {
                true => commit.confirm().map(|()| true),
                false => commit.run(&acts, &before, &after),
            };
            if done? {
                warnings.append(&mut changed.warnings);
                warnings.extend(changed.files.iter().filter_map(|file| snapshot.parted(&file.path)));
                warnings.extend(folder.doubts());
                changed.warnings = warnings;
                return Ok(changed);
            }
        }
        Err(Error::new(
            Code::ChangedMeanwhile,
            "the files were changed by something else again and again; nothing was written",
        )
        .hint("try again once the other writer is done"))
    }

    /// Makes the plan, applies it in memory and judges the result; keeps the notes up to date. No effects.
    fn prepare(
        &self,
        snapshot: &Snapshot,
        notes: &mut Notes,
        plan: &impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
    ) -> Result<(Changed, Vec<Act>), Error> {
        let before = Inventory::of(&snapshot.files);
        let Plan { edits, texts, mut effects } = plan(&before)?;
        let mut edited: Vec<File> = Vec::new();
        let mut acts = Vec::new();
        for FileEdit { path, patches } in edits {
            let old = snapshot.files.iter().find(|f| f.path == path);
            let mut document = None;
            for patch in &patches {
                let plain = apply(&path, old, document.as_ref(), patch);
                let hollow = notes.hollowed(&path, patch).and_then(|p| apply(&path, old, document.as_ref(), &p).ok());
                // A section that can't stand there without a value goes after all.
                document =
                    Some(match hollow.filter(|document| schema::faults(document, self.traefik.release).is_empty()) {
                        Some(hollow) => hollow,
                        None => plain?,
                    });
            }
            let Some(document) = document.filter(|d| old.is_none_or(|f| f.text() != d.source())) else { continue };
            let text = document.source().to_owned();
            let is_ours = notes.is_created(&path) && snapshot.may_go(&path);
            acts.push(match old {
                None => {
                    notes.add_created(&path);
                    Act::Create { path: path.clone(), text }
                }
                Some(_) if text.trim().is_empty() && is_ours => {
                    notes.forget(&path);
                    Act::Delete { path: path.clone() }
                }
                Some(old) => {
                    if let Some(old) = old.document() {
                        notes.add_filled(&path, old, &document);
                    }
                    Act::Replace { path: path.clone(), text }
                }
            });
            edited.push(File { path, content: Content::Parsed(document) });
        }
        for (path, text) in texts {
            let old = snapshot.files.iter().find(|f| f.path == path);
            let format = Format::of(&path).unwrap_or(Format::Yaml);
            let may_go = snapshot.may_go(&path);
            let content = Content::of(format, text.clone().unwrap_or_default());
            acts.push(match (old, text) {
                (None, None) => continue,
                (None, Some(text)) => Act::Create { path: path.clone(), text },
                (Some(_), None) if may_go => Act::Delete { path: path.clone() },
                (Some(old), text) if old.text() == text.as_deref().unwrap_or_default() => continue,
                (Some(_), text) => Act::Replace { path: path.clone(), text: text.unwrap_or_default() },
            });
            edited.push(File { path, content });
        }
        let after = merged(&snapshot.files, &edited);
        let warnings = guard::check(&before, &after, &effects, !edited.is_empty(), &self.traefik)?;
        for effect in effects.iter_mut().filter(|e| e.route.is_none()) {
            let router = after.get(effect.kind, Part::Router, &effect.name);
            effect.route = router.map(|router| Route::of(&after, effect.kind, &router));
        }
        let files = acts.iter().map(|act| act.file_change(snapshot)).collect();
        let acts = order::ordered(&before, &after, &edited, acts);
        Ok((Changed { effects, files, warnings }, acts))
    }
}

/// What shall become of one file on disk.
#[derive(Debug)]
pub(crate) enum Act {
    /// A file that is there gets new text.
    Replace { path: String, text: String },
    /// A file that is not there yet.
    Create { path: String, text: String },
    /// A file of ours that has nothing left to say.
    Delete { path: String },
}

/// The inventory with edited files in place of the old ones, in load order.
fn merged<'f>(files: &'f [File], edited: &'f [File]) -> Inventory<'f> {
    let newer = |file: &'f File| edited.iter().find(|e| e.path == file.path).unwrap_or(file);
    let mut all: Vec<&File> = files.iter().map(newer).collect();
    for new in edited.iter().filter(|e| files.iter().all(|f| f.path != e.path)) {
        let at = all.partition_point(|f| f.path.split('/').lt(new.path.split('/')));
        all.insert(at, new);
    }
    Inventory::of(all)
}

/// The edited and proved document.
fn apply(path: &str, old: Option<&File>, edited: Option<&Document>, patch: &Patch) -> Result<Document, Error> {
    let refused = |line, message: String| {
        Error::new(Code::NotEditable, message)
            .at(Place { file: path.to_owned(), line })
            .hint("edit that entry by hand, or put the route into another file with --file")
    };
    let fresh;
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(refused(0, "the name of this file is not UTF-8".into()));
    }
    let document = match (edited, old.map(|f| &f.content)) {
        (Some(document), _) | (None, Some(Content::Parsed(document))) => document,
        (None, Some(Content::Template { line, .. })) => {
            return Err(refused(*line, "this file is a Go template ({{), which can't be edited safely".into()));
        }
        (None, Some(Content::Broken { line, message, .. })) => return Err(refused(*line, message.clone())),
        (None, None) => {
            let format = Format::of(path).ok_or_else(|| {
                Error::new(Code::BadValue, format!("Traefik would not load {path:?}: it reads .yml, .yaml and .toml"))
            })?;
            fresh = Document::parse(format, String::new()).map_err(|e| refused(e.line, e.message))?;
            &fresh
        }
    };
    edit::apply(document, patch).map_err(|refusal| refused(refusal.line, refusal.message))
}

/// Fails with what a missing or forbidden directory means.
fn open_error(path: &Path, error: std::io::Error) -> Error {
    let shown = path.display();
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::new(Code::NoDirectory, format!("{shown}: there is no such directory"))
            .hint(format!("make it ready with `cloudlunacy -d {shown} init`, or name another with -d")),
        std::io::ErrorKind::NotADirectory => Error::new(Code::NoDirectory, format!("{shown} is not a directory"))
            .hint("name the directory that Traefik's file provider watches with -d"),
        std::io::ErrorKind::PermissionDenied => Error::new(Code::Io, format!("{shown}: permission denied"))
            .hint("run as a user who may read and write that directory, for instance with sudo"),
        _ => Error::new(Code::Io, format!("can't open {shown}: {error}")),
    }
}

/// Fails with what it means that a file can't be put into its place.
fn write_error(path: &Path, error: Errno) -> Error {
    let shown = path.display();
    match error {
        Errno::ACCESS | Errno::PERM => Error::new(Code::Io, format!("{shown}: permission denied"))
            .hint("run as a user who may write the folder that it lies in, for instance with sudo"),
        Errno::BUSY => Error::new(Code::Io, format!("{shown} can't be replaced: it is a mount point"))
            .hint("mount the directory that the file lies in, not the file alone"),
        _ => Error::new(Code::Io, format!("can't write {shown}: {error}")),
    }
}
