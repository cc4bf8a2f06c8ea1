//! What every command starts from: settings, Traefik's static configuration, the managed directory.

use super::static_source::{self, StaticSource};
use super::validate::places::elsewhere;
use crate::cli::{Cli, Color, Command, Global, Output};
use crate::document::Format;
use crate::error::{Code, Error};
use crate::plan::{Facts, shell_word};
use crate::release::Release;
use crate::secret::without_credentials;
use crate::settings::{Origin, Settings, SettingsFile, duration, parse_file};
use crate::static_config::{PathMap, StaticConfig};
use crate::store::{Known, Snapshot, Store};
use crate::surroundings::Surroundings;
use anyhow::Context as _;
use clap::ValueEnum;
use std::cell::RefCell;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What every command starts from.
pub struct Context {
    /// Every setting with its origin.
    pub settings: Settings,
    /// What is known beside the files.
    pub facts: Facts,
    /// The managed directory.
    pub store: Store,
    /// The URL of Traefik's API as it was given, with its password; the settings have it without.
    pub api: Option<String>,
    /// Where the static configuration stands, and what is wrong with it.
    pub static_source: StaticSource,
    /// The flags that every command takes.
    pub global: Global,
    /// The folder that keeps agents and their tokens.
    pub state_dir: PathBuf,
    /// Whether there is a user to ask.
    pub interactive: bool,
    warnings: RefCell<Vec<String>>,
}

/// The settings file of the machine.
const SYSTEM: &str = "/etc/cloudlunacy/cloudlunacy.toml";
/// The directory that Traefik's documentation uses.
const DEFAULT_DIR: &str = "/etc/traefik/dynamic";

impl Context {
    /// Reads settings and static configuration.
    pub fn new(cli: &Cli, command_line: String, interactive: bool) -> Result<Context, Error> {
        let mut warnings = Vec::new();
        let may_be_missing = matches!(cli.command, Command::Init(_));
        let mut file = find_settings(cli.global.config.as_deref(), &mut warnings)?;
        let mut resolved = resolve(&cli.global, file.clone(), may_be_missing)?;
        if let Some((path, _)) = file.take_if(|(path, _)| lies_in(path, &resolved.dir)) {
            warnings
                .push(format!("{path} is not read: it lies inside the dynamic directory, where Traefik would load it"));
            resolved = resolve(&cli.global, None, may_be_missing)?;
        }
        if let Command::Validate(args) = &cli.command
            && let Some(dir) = elsewhere(args, &resolved.dir, resolved.only.as_deref())
        {
            // What is judged is another directory; what the settings and the disk say then is about that one.
            let global = Global { dir: Some(dir.display().to_string()), ..cli.global.clone() };
            resolved = resolve(&global, file, may_be_missing)?;
        }
        let Resolved { mut settings, static_source, dir, only } = resolved;
        let api = settings.get("api").map(str::to_owned);
        if let Some(url) = &api {
            settings.found("api", without_credentials(url), settings.origin("api"));
        }
        // Whoever changes something must know what holds; whoever judges reports it.
        if let (false, Some(error)) = (matches!(cli.command, Command::Validate(_)), static_source.syntax_error()) {
            return Err(error);
        }
        one_of::<Output>(&settings, "output")?;
        one_of::<Color>(&settings, "color")?;
        let timeout = settings.get("lock-timeout").unwrap_or_default();
        let timeout = duration(timeout).ok_or_else(|| {
            Error::new(Code::BadValue, format!("{timeout:?} is no length of time")).hint("write 10s, 500ms or 2m")
        })?;
        let release = Release::parse(settings.get("traefik").unwrap_or_default())?;
        let static_config = static_source.config.clone();
        let facts = Facts { static_config, defaults: settings.defaults.clone(), only: only.clone(), release };
        let store = Store::new(dir, only, timeout, command_line)
            .judging_by(facts.release, facts.static_config.clone())
            .remembering(settings.history.resolved()?);
        let state_dir = settings.get("state-dir").map_or_else(default_state_dir, PathBuf::from);
        settings.found("state-dir", state_dir.display().to_string(), settings.origin("state-dir"));
        Ok(Context {
            settings,
            state_dir,
            facts,
            store,
            api,
            static_source,
            interactive,
            warnings: RefCell::new(warnings),
            global: cli.global.clone(),
        })
    }

    /// Looks at all that has a say beside the files of a snapshot. Relative paths are tried in the working directory
    /// and beside the static configuration.
    pub fn survey(&self, store: &Store, snapshot: &Snapshot) -> Result<Surroundings, Error> {
        let StaticSource { config, faults, written, paths, .. } = &self.static_source;
        let beside = written.as_ref().and_then(|written| written.path.parent()).map(Path::to_owned);
        let folders: Vec<PathBuf> = [Some(PathBuf::new()), beside].into_iter().flatten().collect();
        let surveyed = store.survey(snapshot, &Known { release: self.facts.release, folders: &folders, paths })?;
        Ok(Surroundings { static_config: config.clone(), static_faults: faults.clone(), ..surveyed })
    }

    /// How to call this program so that it means the same directory.
    pub fn program(&self, store: &Store) -> String {
        let path = store.path().display().to_string();
        let is_named = self.settings.origin("dir") == Origin::Flag || self.settings.get("dir") != Some(&path);
        let said = [
            ("--dir", is_named.then_some(&path)),
            ("--static", self.global.r#static.as_ref()),
            ("--config", self.global.config.as_ref()),
            ("--state-dir", self.global.state_dir.as_ref()),
        ];
        let flags = said.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", shell_word(value?))));
        format!("cloudlunacy{}", flags.collect::<String>())
    }

    /// Keeps warnings for standard error.
    pub fn warn_all(&self, warnings: Vec<String>) {
        self.warnings.borrow_mut().extend(warnings);
    }

    /// The warnings so far.
    pub fn take_warnings(&self) -> Vec<String> {
        self.warnings.take()
    }
}

/// Where agents and tokens are kept where nothing is said: in the machine's folder where it has one, for what is granted
/// there holds for every user.
fn default_state_dir() -> PathBuf {
    const SYSTEM_STATE: &str = "/var/lib/cloudlunacy";
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let of_user = || {
        let state = variable("XDG_STATE_HOME").or_else(|| Some(variable("HOME")?.join(".local/state")))?;
        Some(state.join("cloudlunacy"))
    };
    match rustix::process::geteuid().is_root() || Path::new(SYSTEM_STATE).exists() {
        true => PathBuf::from(SYSTEM_STATE),
        false => of_user().unwrap_or_else(|| PathBuf::from(SYSTEM_STATE)),
    }
}

/// Checks a setting that is one of a few words; clap has checked it where it is a flag.
fn one_of<T: ValueEnum>(settings: &Settings, key: &str) -> Result<(), Error> {
    match settings.get(key) {
        Some(word) if T::from_str(word, false).is_err() => {
            let words: Vec<String> =
                T::value_variants().iter().filter_map(|v| Some(v.to_possible_value()?.get_name().to_owned())).collect();
            Err(Error::new(Code::BadSettings, format!("{key} can't be {word:?} ({})", settings.origin(key)))
                .hint(format!("give one of {}", words.join(", "))))
        }
        _ => Ok(()),
    }
}

/// The directory that the file provider watches, or the one file it reads with the folder that it lies in.
pub(super) fn managed(config: &StaticConfig, paths: &PathMap) -> Option<(PathBuf, Option<String>)> {
    match (&config.directory, &config.filename) {
        (Some(dir), _) => Some((paths.to_host(dir).host()?, None)),
        (None, Some(file)) => {
            let path = paths.to_host(file).host()?;
            let name = path.file_name()?.to_string_lossy().into_owned();
            let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
            Some((parent.to_owned(), Some(name)))
        }
        (None, None) => None,
    }
}

/// Whether the one file that the static configuration names can be meant in a directory that was named apart: not
/// where it is missing among other files of configuration.
fn may_be_the_one(dir: &Path, only: &str) -> bool {
    let is_file = |name: &str| Format::of(name).is_some();
    let others = || std::fs::read_dir(dir).into_iter().flatten().flatten();
    dir.join(only).exists() || !others().any(|entry| entry.file_name().to_str().is_some_and(is_file))
}

/// Settings, and what follows from them.
struct Resolved {
    settings: Settings,
    static_source: StaticSource,
    dir: PathBuf,
    only: Option<String>,
}

fn resolve(global: &Global, file: Option<(String, SettingsFile)>, may_be_missing: bool) -> Result<Resolved, Error> {
    let mut settings = Settings::resolve(|key| flag(global, key), |name| std::env::var(name).ok(), file);
    let mut static_source = static_source::find(&mut settings, may_be_missing)?;
    let explicit = settings.origin("dir") != Origin::Default;
    let from_static = static_source.config.as_ref().and_then(|config| managed(config, &static_source.paths));
    let (dir, only) = match (settings.get("dir"), from_static) {
        (Some(dir), from_static) if explicit => {
            let dir = PathBuf::from(dir);
            let only = from_static.and_then(|(_, only)| only).filter(|only| may_be_the_one(&dir, only));
            (dir, only)
        }
        (_, Some((dir, only))) => {
            let place = static_source.written.as_ref().map(|written| written.path.display().to_string());
            settings.found("dir", dir.display().to_string(), Origin::File(place.unwrap_or_default()));
            (dir, only)
        }
        (_, None) => {
            settings.found("dir", DEFAULT_DIR.into(), Origin::Default);
            (PathBuf::from(DEFAULT_DIR), None)
        }
    };
    static_source.sees(&dir);
    static_source.look_at_storage();
    Ok(Resolved { settings, static_source, dir, only })
}

fn lies_in(path: &str, dir: &Path) -> bool {
    matches!((std::fs::canonicalize(path), std::fs::canonicalize(dir)), (Ok(path), Ok(dir)) if path.starts_with(&dir))
}

fn flag(global: &Global, key: &str) -> Option<String> {
    let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_ascii_lowercase();
    match key {
        "dir" => global.dir.clone(),
        "static" => global.r#static.clone(),
        "static-args" => global.static_args.clone(),
        "map" => (!global.map.is_empty()).then(|| global.map.join(",")),
        "traefik" => global.traefik.clone(),
        "api" => global.api.clone(),
        "state-dir" => global.state_dir.clone(),
        "output" => global.output.clone().filter(|o| Output::from_str(o, false).is_ok()),
        "lock-timeout" => global.lock_timeout.clone(),
        "color" => global.color.map(|c| name(&c)),
        _ => None,
    }
}

/// The settings file: `--config`, else the nearest one up to the work tree's root, else the machine's.
pub fn find_settings(named: Option<&str>, warnings: &mut Vec<String>) -> Result<Option<(String, SettingsFile)>, Error> {
    if let Some(path) = named {
        let text = std::fs::read_to_string(path).with_context(|| format!("can't read the settings file {path}"))?;
        return Ok(Some((path.to_owned(), anchored(path, parse_file(path, &text)?))));
    }
    let here = std::env::current_dir().context("can't tell the working directory")?;
    let mut candidates: Vec<PathBuf> = Vec::new();
    for folder in here.ancestors() {
        candidates.push(folder.join("cloudlunacy.toml"));
        if folder.join(".git").exists() {
            break;
        }
    }
    candidates.push(PathBuf::from(SYSTEM));
    for path in candidates {
        // What is judged is what is read: the same open file.
        let Some((mut file, metadata)) = open_regular(&path) else { continue };
        let shown = path.display().to_string();
        let mine = metadata.uid() == 0 || metadata.uid() == rustix::process::geteuid().as_raw();
        if !mine || metadata.mode() & 0o022 != 0 {
            warnings
                .push(format!("{shown} is not read: it must be owned by you or root, and not be writable by others"));
            continue;
        }
        let mut text = String::new();
        file.read_to_string(&mut text).with_context(|| format!("can't read the settings file {shown}"))?;
        let file = anchored(&shown, parse_file(&shown, &text)?);
        return Ok(Some((shown, file)));
    }
    Ok(None)
}

/// Opens what is a regular file; a FIFO of that name would keep us waiting for ever.
fn open_regular(path: &Path) -> Option<(std::fs::File, std::fs::Metadata)> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let file = std::fs::File::open(path).ok()?;
    let metadata = file.metadata().ok()?;
    Some((file, metadata))
}

/// Paths in a settings file are relative to it.
fn anchored(path: &str, mut file: SettingsFile) -> SettingsFile {
    let folder = Path::new(path).parent().map(Path::to_owned).unwrap_or_default();
    let join = |path: &str| folder.join(path).display().to_string();
    for value in [&mut file.dir, &mut file.r#static, &mut file.state_dir].into_iter().flatten() {
        *value = join(value);
    }
    for map in &mut file.map {
        if let Some((container, host)) = map.split_once('=') {
            *map = format!("{container}={}", join(host));
        }
    }
    file
}
