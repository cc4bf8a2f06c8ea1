//! What `validate` is asked about: which directories to judge, and which of their files to report on. Looks at the
//! disk, but only at which paths there are; and reads standard input, and what findings name beside the directory.

use super::Text;
use crate::cli::Validate;
use crate::command::static_source::Written;
use crate::document::Format;
use crate::error::{Code, Error};
use crate::git;
use crate::store::Store;
use anyhow::Context as _;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A directory to judge.
pub(super) struct Place {
    /// It.
    pub(super) store: Store,
    /// The files that are asked about, by their paths in it; none where all are.
    pub(super) wanted: Option<Vec<String>>,
    /// Standard input, and the file that it stands for.
    pub(super) input: Option<(String, Vec<u8>)>,
    /// Whether only the files asked about are looked at.
    pub(super) alone: bool,
    /// How paths in it begin for people: from the working directory.
    pub(super) shown: String,
    /// How they begin for programs: from the work tree's root where there is one.
    pub(super) machine: String,
}

impl Place {
    /// Whether a file of the directory is asked about.
    pub(super) fn is_wanted(&self, path: &str) -> bool {
        self.wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|w| w == path))
    }
}

/// The directory that the arguments are about, where that is not the managed one.
pub(in crate::command) fn elsewhere(args: &Validate, managed: &Path, only: Option<&str>) -> Option<PathBuf> {
    let target = args.targets.first().filter(|target| *target != "-").or(args.stdin_filename.as_ref())?;
    let target = Path::new(target);
    match target.is_dir() {
        true => (target.canonicalize().ok() != managed.canonicalize().ok()).then(|| target.to_owned()),
        false => lies_in(target, managed, only).is_none().then(|| parent(target)),
    }
}

/// The directories that the arguments are about.
pub(super) fn find(store: &Store, args: &Validate) -> Result<Vec<Place>, Error> {
    if args.stdin_filename.is_some() && !args.targets.iter().any(|target| target == "-") {
        return Err(Error::new(Code::Usage, "--stdin-filename says what - stands for, and there is no -")
            .hint("write `cloudlunacy validate - --stdin-filename FILE`"));
    }
    if args.targets.is_empty() {
        return Ok(vec![directory(store.elsewhere(store.path().to_owned()).reading(store.only()), None, args)]);
    }
    let mut places: Vec<Place> = Vec::new();
    for target in &args.targets {
        let (target, input) = match target.as_str() {
            "-" => {
                let mut bytes = Vec::new();
                std::io::stdin().lock().read_to_end(&mut bytes).context("can't read standard input")?;
                let Some(name) = &args.stdin_filename else {
                    places.push(standard_input(store, bytes));
                    continue;
                };
                (Path::new(name), Some(bytes))
            }
            target => (Path::new(target), None),
        };
        match target.is_dir() {
            true => {
                let is_managed = target.canonicalize().ok() == store.path().canonicalize().ok();
                let dir = store.elsewhere(target.to_owned()).reading(store.only().filter(|_| is_managed));
                places.push(directory(dir, None, args));
            }
            false => add_file(store, target, input, args, &mut places)?,
        }
    }
    Ok(places)
}

fn directory(store: Store, wanted: Option<Vec<String>>, args: &Validate) -> Place {
    let dir = store.path();
    let shown = prefix(&std::env::current_dir().ok().and_then(|here| below(dir, &here)).unwrap_or(dir.to_owned()));
    let from_root = git::work_tree(dir).and_then(|root| below(dir, &root));
    let machine = prefix(&from_root.unwrap_or(dir.to_owned()));
    Place { store, wanted, input: None, alone: args.alone, shown, machine }
}

/// The path of a directory from a folder above it.
fn below(dir: &Path, above: &Path) -> Option<PathBuf> {
    Some(dir.canonicalize().ok()?.strip_prefix(above.canonicalize().ok()?).ok()?.to_owned())
}

/// A directory as the beginning of paths in it.
fn prefix(dir: &Path) -> String {
    let text = dir.to_string_lossy();
    match text.trim_start_matches("./").trim_end_matches('/') {
        "" if text.starts_with('/') => "/".into(),
        "" | "." => String::new(),
        text => format!("{text}/"),
    }
}

/// Standard input that stands for no file: there is nothing beside it.
fn standard_input(store: &Store, bytes: Vec<u8>) -> Place {
    Place {
        store: store.elsewhere(PathBuf::from(".")),
        wanted: Some(vec!["stdin.yml".into()]),
        input: Some(("stdin.yml".into(), bytes)),
        alone: true,
        shown: String::new(),
        machine: String::new(),
    }
}

/// Adds a file to the directory that it is judged with.
fn add_file(
    store: &Store,
    file: &Path,
    input: Option<Vec<u8>>,
    args: &Validate,
    places: &mut Vec<Place>,
) -> Result<(), Error> {
    let shown = file.display();
    if input.is_none() && !file.exists() && !file.is_symlink() {
        return Err(nothing(format!("{shown}: there is no such file or directory")));
    }
    if Format::of(&file.to_string_lossy()).is_none() {
        return Err(nothing(format!("{shown}: Traefik loads no such file"))
            .hint("it reads files whose names end in .yml, .yaml or .toml"));
    }
    let known = places.iter().enumerate().find_map(|(at, place)| {
        let path = lies_in(file, place.store.path(), place.store.only())?;
        Some((at, path))
    });
    let (at, path) = known.unwrap_or_else(|| {
        let (store, path) = match lies_in(file, store.path(), store.only()) {
            Some(path) => (store.elsewhere(store.path().to_owned()).reading(store.only()), path),
            None => {
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                (store.elsewhere(parent(file)), name)
            }
        };
        places.push(directory(store, Some(Vec::new()), args));
        (places.len() - 1, path)
    });
    let Some(place) = places.get_mut(at) else { return Ok(()) };
    // A directory that is asked about as a whole stays so.
    if let Some(wanted) = &mut place.wanted {
        wanted.push(path.clone());
    }
    if let Some(bytes) = input {
        place.input = Some((path, bytes));
    }
    Ok(())
}

/// The path of a file in a directory that Traefik reads, if it lies there. A link counts where it lies itself.
fn lies_in(file: &Path, dir: &Path, only: Option<&str>) -> Option<String> {
    let folder = below(&parent(file), dir)?;
    let path = folder.join(file.file_name()?).to_string_lossy().into_owned();
    only.is_none_or(|only| only == path).then_some(path)
}

fn parent(file: &Path) -> PathBuf {
    file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// A text beside the directory, as findings name it.
pub(super) fn beside(written: &Written) -> Text {
    let Written { path, text } = written;
    let shown = path.display().to_string();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let from_root = git::work_tree(&parent(path)).and_then(|root| below(&parent(path), &root));
    // Flags are no file.
    let from_root = from_root.filter(|_| path.exists());
    let machine = from_root.map_or_else(|| shown.clone(), |folder| format!("{}{name}", prefix(&folder)));
    Text { shown, machine, text: text.clone(), wanted: false, is_entry: false }
}

/// There is nothing to check, which is no pass.
pub(super) fn nothing(message: String) -> Error {
    Error::new(Code::NothingToCheck, message)
}
