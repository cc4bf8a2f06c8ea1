//! What every command starts from: settings, Traefik's static configuration, the managed directory.

use super::validate::places::elsewhere;
use crate::cli::{Cli, Color, Command, Global, Output};
use crate::document::Format;
use crate::error::{Code, Error, Place};
use crate::plan::Facts;
use crate::release::Release;
use crate::settings::{Origin, Settings, SettingsFile, duration, parse_file};
use crate::static_config::{BadStatic, StaticConfig};
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
    /// Where the static configuration would stand, where one was named.
    pub static_file: Option<PathBuf>,
    /// The flags that every command takes.
    pub global: Global,
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
        let Resolved { settings, static_config, static_file, dir, only } = resolved;
        one_of::<Output>(&settings, "output")?;
        one_of::<Color>(&settings, "color")?;
        let timeout = settings.get("lock-timeout").unwrap_or_default();
        let timeout = duration(timeout).ok_or_else(|| {
            Error::new(Code::BadValue, format!("{timeout:?} is no length of time")).hint("write 10s, 500ms or 2m")
        })?;
        let release = Release::parse(settings.get("traefik").unwrap_or_default())?;
        let facts = Facts { static_config, defaults: settings.defaults.clone(), only: only.clone(), release };
        let store = Store::new(dir, only, timeout, command_line);
        Ok(Context {
            settings,
            facts,
            store,
            static_file,
            interactive,
            warnings: RefCell::new(warnings),
            global: cli.global.clone(),
        })
    }

    /// Looks at all that has a say beside the files of a snapshot. Relative paths are tried in the working directory
    /// and beside the static configuration; `to_host` says where another path of Traefik's lies here.
    pub fn survey(
        &self,
        store: &Store,
        snapshot: &Snapshot,
        to_host: &dyn Fn(&str) -> Option<PathBuf>,
    ) -> Result<Surroundings, Error> {
        let beside = self.static_file.as_deref().and_then(Path::parent).map(Path::to_owned);
        let folders: Vec<PathBuf> = [Some(PathBuf::new()), beside].into_iter().flatten().collect();
        let Facts { release, static_config, .. } = &self.facts;
        let known = Known { release: *release, static_config: static_config.clone(), folders: &folders, to_host };
        store.survey(snapshot, known)
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
fn managed(config: &StaticConfig) -> Option<(PathBuf, Option<String>)> {
    match (&config.directory, &config.filename) {
        (Some(dir), _) => Some((PathBuf::from(dir), None)),
        (None, Some(file)) => {
            let path = Path::new(file);
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
    static_config: Option<StaticConfig>,
    static_file: Option<PathBuf>,
    dir: PathBuf,
    only: Option<String>,
}

fn resolve(global: &Global, file: Option<(String, SettingsFile)>, may_be_missing: bool) -> Result<Resolved, Error> {
    let mut settings = Settings::resolve(|key| flag(global, key), |name| std::env::var(name).ok(), file);
    let (static_config, static_file) = find_static(&mut settings, may_be_missing)?;
    let explicit = settings.origin("dir") != Origin::Default;
    let from_static = static_config.as_ref().and_then(managed);
    let (dir, only) = match (settings.get("dir"), from_static) {
        (Some(dir), from_static) if explicit => {
            let dir = PathBuf::from(dir);
            let only = from_static.and_then(|(_, only)| only).filter(|only| may_be_the_one(&dir, only));
            (dir, only)
        }
        (_, Some((dir, only))) => {
            let origin = Origin::File(static_file.as_ref().map(|f| f.display().to_string()).unwrap_or_default());
            settings.found("dir", dir.display().to_string(), origin);
            (dir, only)
        }
        (_, None) => {
            settings.found("dir", DEFAULT_DIR.into(), Origin::Default);
            (PathBuf::from(DEFAULT_DIR), None)
        }
    };
    Ok(Resolved { settings, static_config, static_file, dir, only })
}

fn lies_in(path: &str, dir: &Path) -> bool {
    matches!((std::fs::canonicalize(path), std::fs::canonicalize(dir)), (Ok(path), Ok(dir)) if path.starts_with(&dir))
}

/// The static configuration: the one that is named, else where Traefik itself looks.
fn find_static(
    settings: &mut Settings,
    may_be_missing: bool,
) -> Result<(Option<StaticConfig>, Option<PathBuf>), Error> {
    let Some(text) = settings.get("static").map(str::to_owned) else {
        let (config, path) = discover(settings)?;
        if let Some(path) = &path {
            settings.found("static", path.display().to_string(), Origin::Default);
        }
        return Ok((config, path));
    };
    let (path, service) = match text.split_once('#') {
        Some((path, service)) => (PathBuf::from(path), Some(service.to_owned())),
        None => (PathBuf::from(&text), None),
    };
    if may_be_missing && service.is_none() && !path.exists() {
        return Ok((None, Some(path)));
    }
    let config = read_static(&path, service.as_deref())?;
    Ok((Some(config), Some(path)))
}

fn flag(global: &Global, key: &str) -> Option<String> {
    let name = |value: &dyn std::fmt::Debug| format!("{value:?}").to_ascii_lowercase();
    match key {
        "dir" => global.dir.clone(),
        "static" => global.r#static.clone(),
        "traefik" => global.traefik.clone(),
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
    for value in [&mut file.dir, &mut file.r#static].into_iter().flatten() {
        *value = folder.join(&*value).display().to_string();
    }
    file
}

fn read_static(path: &Path, service: Option<&str>) -> Result<StaticConfig, Error> {
    let shown = path.display().to_string();
    let bad = |line, message: String| {
        Error::new(Code::BadStatic, message)
            .at(Place { file: shown.clone(), line })
            .hint("name Traefik's static configuration with --static FILE")
    };
    let format = Format::of(&shown)
        .ok_or_else(|| bad(0, "Traefik reads its static configuration from .yml, .yaml and .toml files".into()))?;
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read the static configuration {shown}"))?;
    StaticConfig::parse(format, text, service).map_err(|error| match error {
        BadStatic::Syntax(error) => bad(error.line, error.message),
        BadStatic::Service(message) => bad(0, message),
    })
}

/// Where Traefik itself looks. What is found there counts only if it is about the directory in question.
fn discover(settings: &Settings) -> Result<(Option<StaticConfig>, Option<PathBuf>), Error> {
    let variable = |name: &str, below: &str| std::env::var_os(name).map(|v| PathBuf::from(v).join(below));
    let bases = [
        Some(PathBuf::from("/etc/traefik/traefik")),
        variable("XDG_CONFIG_HOME", "traefik"),
        variable("HOME", ".config/traefik"),
        Some("traefik".into()),
    ];
    let candidates = bases.into_iter().flatten().flat_map(|base| {
        ["toml", "yaml", "yml"].map(|extension| PathBuf::from(format!("{}.{extension}", base.display())))
    });
    let Some(path) = candidates.into_iter().find(|p| p.is_file()) else { return Ok((None, None)) };
    let explicit = settings.origin("dir") != Origin::Default;
    let config = match read_static(&path, None) {
        Ok(config) => config,
        // A directory was named, so a file that may have nothing to do with it must not stand in the way.
        Err(_) if explicit => return Ok((None, None)),
        Err(error) => return Err(error),
    };
    let about = |dir: &str| {
        let named = std::fs::canonicalize(dir).ok();
        managed(&config).and_then(|(dir, _)| std::fs::canonicalize(dir).ok()).is_some_and(|d| Some(d) == named)
    };
    match settings.get("dir") {
        Some(dir) if explicit && !about(dir) => Ok((None, None)),
        _ => Ok((Some(config), Some(path))),
    }
}
