//! The managed directory: the only door to it, for reading and for writing.
//!
//! [`Store::change`] is the only writer: lock → recover → read → plan → apply in memory → prove →
//! guard → stage, flush, rename, flush → release. The same without lock and commit is a dry run.

mod access;
mod commit;
mod draft;
mod folder;
mod guard;
mod history;
mod journal;
mod lock;
mod notes;
mod order;
mod read;
mod survey;
mod trust;

use crate::error::{Code, Error};
use crate::inventory::Inventory;
use crate::plan::{Effect, Plan};
use crate::release::Release;
use crate::settings;
use crate::static_config::StaticConfig;
use crate::surroundings::Surroundings;
use commit::Commit;
use draft::{Draft, draft};
pub(crate) use folder::Folder;
use history::Logged;
pub use history::{Author, Earlier, FileRecord, Intent, Object, Origin, Past, Record, as_text};
pub use lock::Lock;
use notes::Notes;
pub use read::{Snapshot, content};
use rustix::io::Errno;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
pub use survey::{Known, local_addresses, now};

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
    /// How much of the past is kept.
    bounds: settings::History,
    /// Whether a file that is a link elsewhere is changed there.
    follows_links: bool,
}

/// Works out a change from what there is, and from what was.
pub type Planner<'p> = dyn Fn(&Inventory<'_>, &Past<'_>) -> Result<Plan, Error> + 'p;

/// A change that is asked for.
pub struct Request<'r> {
    /// What is said about it.
    pub intent: Intent,
    /// What it does, each on what the one before it leaves; all of it is one change.
    pub plans: &'r [&'r Planner<'r>],
    /// Whether what can't be done is left out, rather than nothing done.
    pub keep_going: bool,
}

/// What came of a change.
pub struct Changed {
    /// What happened to which route, for each plan.
    pub outcomes: Vec<Result<Vec<Effect>, Error>>,
    /// The number of the change, where one was made and is recorded.
    pub number: Option<u64>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

impl Changed {
    /// What happened to which route.
    pub fn effects(&self) -> impl Iterator<Item = &Effect> {
        self.outcomes.iter().flatten().flatten()
    }
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

/// How often a reader looks again because a change was made meanwhile: each writer has to read the same files before
/// its change, so that few looks are crossed by one.
const LOOKS: usize = 100;

impl Store {
    /// A store over `path`; with `only`, over that one file in it. It keeps no history.
    pub fn new(path: PathBuf, only: Option<String>, lock_timeout: Duration, command: String) -> Store {
        let traefik = Arc::new(Surroundings::unknown(Release::NEWEST));
        Store {
            path,
            only,
            lock_timeout,
            command,
            traefik,
            bounds: settings::History { max_age: Duration::ZERO, max_size: 0 },
            follows_links: true,
        }
    }

    /// The same, keeping so much of the past.
    pub fn remembering(mut self, bounds: settings::History) -> Store {
        self.bounds = bounds;
        self
    }

    /// The same, judging changes by this Traefik.
    pub fn judging_by(mut self, release: Release, static_config: Option<StaticConfig>) -> Store {
        self.traefik = Arc::new(Surroundings { static_config, ..Surroundings::unknown(release) });
        self
    }

    /// The same, changing nothing behind a link, for those who may write in this directory alone.
    pub fn following_no_links(self) -> Store {
        Store { follows_links: false, ..self }
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

    /// Waits for the lock in a folder of ours, as long as this command may.
    pub(crate) fn lock(&self, folder: &Folder) -> Result<Lock, Error> {
        lock::acquire(folder, self.lock_timeout, &self.command)
    }

    /// Reads the directory as Traefik would. Takes no lock, writes nothing, and reads through an unfinished change.
    pub fn read(&self) -> Result<Snapshot, Error> {
        let folder = Folder::managed(&self.path)?;
        read::snapshot(&folder, self.only.as_deref())
    }

    /// Gives what has happened so far to `look`, beside the directory as it is. Takes no lock, and writes nothing.
    pub fn past<T>(&self, look: impl FnOnce(&Snapshot, &Past<'_>) -> Result<T, Error>) -> Result<T, Error> {
        let folder = Folder::managed(&self.path)?;
        let state = match folder.below(folder::STATE) {
            Err(Errno::NOENT) => None,
            state => Some(state.map_err(|error| open_error(&self.path.join(folder::STATE), error.into()))?),
        };
        let (snapshot, log) = self.snapshot_with_log(&folder, state.as_ref())?;
        look(&snapshot, &Past::look(log, state.as_ref(), &snapshot, self.bounds))
    }

    /// The directory and the log of one moment: a change between the two would look like one made by hand.
    fn snapshot_with_log(&self, folder: &Folder, state: Option<&Folder>) -> Result<(Snapshot, Logged), Error> {
        let mut log = Logged::look(folder, state);
        for _ in 0..LOOKS {
            let snapshot = read::snapshot(folder, self.only.as_deref())?;
            let now = Logged::look(folder, state);
            if now.is(&log) {
                return Ok((snapshot, log));
            }
            log = now;
        }
        Err(anyhow::anyhow!("{} changes faster than it can be read", self.path.display()).into())
    }

    /// Shows what a change would do, without lock and without writing.
    pub fn preview(&self, request: &Request<'_>) -> Result<Changed, Error> {
        Ok(self.look_ahead(&Folder::managed(&self.path)?, request)?.changed)
    }

    /// The same of one plan, for which nothing else has to be said.
    pub fn preview_of(&self, plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>) -> Result<Changed, Error> {
        let plan = |inventory: &Inventory<'_>, _: &Past<'_>| plan(inventory);
        self.preview(&Request { intent: Intent::default(), plans: &[&plan], keep_going: false })
    }

    fn look_ahead(&self, folder: &Folder, request: &Request<'_>) -> Result<Draft, Error> {
        // Who may not read our notes may still ask what would happen, unless that depends on what was.
        let (state, trouble) = match folder.below(folder::STATE) {
            Ok(state) => (Some(state), None),
            Err(Errno::NOENT) => (None, None),
            Err(error) => (None, Some(open_error(&self.path.join(folder::STATE), error.into()))),
        };
        let (snapshot, log) = self.snapshot_with_log(folder, state.as_ref())?;
        let mut notes = state.as_ref().and_then(|state| Notes::read(state).ok()).unwrap_or_default();
        let past = Past::look(log, state.as_ref(), &snapshot, self.bounds).hidden_by(trouble);
        draft(&snapshot, &past, &mut notes, request, &self.traefik)
    }

    /// Makes a change, all of it or nothing.
    pub fn change(&self, request: &Request<'_>) -> Result<Changed, Error> {
        let folder = Folder::managed(&self.path)?;
        if folder.file_type(folder::STATE).is_none() {
            // What comes to nothing shall leave no trace in a directory that is not ours yet.
            let Draft { changed, acts } = self.look_ahead(&folder, request)?;
            if acts.is_empty() {
                return Ok(changed);
            }
        }
        let state = folder.state_folder()?;
        let _lock = self.lock(&state)?;
        let mut warnings = journal::recover(&folder, &state)?;
        for _ in 0..TRIES {
            let snapshot = read::snapshot(&folder, self.only.as_deref())?;
            let (past, damage) = Past::open(&folder, &state, &snapshot, self.bounds)?;
            let before = Notes::read(&state)?;
            let mut after = before.clone();
            let draft = draft(&snapshot, &past, &mut after, request, &self.traefik)?;
            if let Some(act) = draft.acts.iter().find(|act| !self.follows_links && snapshot.is_linked(act.path())) {
                let what = format!("{} is a link, and agents change nothing behind one", act.path());
                return Err(Error::new(Code::Io, what).hint("put the file itself there"));
            }
            let commit = Commit { folder: &folder, state: &state, snapshot: &snapshot };
            let number = match draft.acts.is_empty() {
                true => commit.confirm().map(|()| Some(None))?,
                false => commit.run(&draft, past, (&self.command, &request.intent), &before, &after)?,
            };
            warnings.extend(damage);
            if let Some(number) = number {
                let mut changed = draft.changed;
                warnings.append(&mut changed.warnings);
                warnings.extend(changed.files.iter().filter_map(|file| snapshot.parted(&file.path)));
                warnings.extend(folder.doubts());
                return Ok(Changed { warnings, number, ..changed });
            }
        }
        Err(Error::new(
            Code::ChangedMeanwhile,
            "the files were changed by something else again and again; nothing was written",
        )
        .hint("try again once the other writer is done"))
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
