//! Traefik's static configuration: where it stands, what it says, and what its paths are on this machine.

use super::context::managed;
use crate::document::{Document, Format};
use crate::error::{Code, Error, Place};
use crate::git;
use crate::settings::{Origin, Settings};
use crate::static_config::{
    Fault, Launch, Mapped, Mistake, PathMap, Reading, ResolverProblem, StaticConfig, is_compose, read_compose,
    variables,
};
use anyhow::Context as _;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Traefik's static configuration, as it was found.
#[derive(Default)]
pub struct StaticSource {
    /// What it says; nothing where there is none, or where it can't be read.
    pub config: Option<StaticConfig>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// The text that it stands in.
    pub written: Option<Written>,
    /// The flags or the compose file that start Traefik, where they lead to another text.
    pub launch: Option<Written>,
    /// What Traefik's paths are on this machine.
    pub paths: PathMap,
    /// How it was found.
    pub found: String,
    /// The file that is named and not there yet.
    pub missing: Option<PathBuf>,
    /// What was read, where that is a file.
    asked: Option<Asked>,
}

/// What to read: Traefik's own file, or a service of a compose file.
struct Asked {
    path: PathBuf,
    service: Option<String>,
    maps: PathMap,
}

/// Gives the text of a file: as it is, or as it once was.
type Texts<'t> = &'t dyn Fn(&Path) -> std::io::Result<String>;

/// The text of a file as it is; never waits for a pipe.
fn as_it_is(path: &Path) -> std::io::Result<String> {
    match std::fs::metadata(path)?.is_file() {
        true => std::fs::read_to_string(path),
        false => Err(std::io::Error::new(ErrorKind::IsADirectory, "it is no file")),
    }
}

/// A text, and where it stands.
pub struct Written {
    /// The file, or the flag.
    pub path: PathBuf,
    /// The text.
    pub text: String,
}

impl Written {
    fn read(path: &Path, texts: Texts<'_>) -> anyhow::Result<Written> {
        let text = texts(path).with_context(|| format!("can't read the static configuration {}", path.display()))?;
        Ok(Written { path: path.to_owned(), text })
    }

    /// The same of what need not be there.
    fn read_if_there(path: &Path, texts: Texts<'_>) -> anyhow::Result<Option<Written>> {
        let is_none = |error: &std::io::Error| {
            matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
        };
        match Written::read(path, texts) {
            Err(error) if error.downcast_ref().is_some_and(is_none) => Ok(None),
            read => read.map(Some),
        }
    }
}

/// What flags are called in the place of a file.
const FLAGS: &str = "--static-args";
const NAME_IT: &str = "name Traefik's static configuration with --static FILE";
/// How a configuration was found that nobody named.
const BESIDE: &str = "found beside the directory";
/// Names of compose files.
const COMPOSE: [&str; 4] = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/// The static configuration: what is named, else what lies beside the directory, else what Traefik itself finds.
pub(super) fn find(settings: &mut Settings, may_be_missing: bool) -> Result<StaticSource, Error> {
    let mut maps = PathMap::default();
    for map in settings.get("map").into_iter().flat_map(|maps| maps.split(',')) {
        maps.add(map).map_err(|message| {
            Error::new(Code::BadValue, message).hint("write --map /etc/traefik/dynamic=./dynamic, for instance")
        })?;
    }
    let is_named = |key: &str| settings.get(key).is_some_and(|value| !value.is_empty());
    // Each is a whole static configuration, so what is said nearer to the command counts.
    let origins = (settings.origin("static-args"), settings.origin("static"));
    let both = is_named("static-args") && is_named("static");
    if both && std::mem::discriminant(&origins.0) == std::mem::discriminant(&origins.1) {
        let message = format!("static and static-args are both set ({})", origins.0);
        return Err(Error::new(Code::BadSettings, message).hint("leave one out: Traefik reads a file, or else flags"));
    }
    if is_named("static-args") && (!both || origins.0 < origins.1) {
        let text = settings.get("static-args").unwrap_or_default().to_owned();
        let found = from_launch(Launch::of_flags(&text), Written { path: FLAGS.into(), text }, maps, &as_it_is)?;
        return Ok(StaticSource { found: origins.0.to_string(), ..found });
    }
    let Some(text) = settings.get("static").map(str::to_owned) else {
        let found = match beside(settings, &maps) {
            Some(found) => StaticSource { found: BESIDE.into(), ..found },
            None => StaticSource { found: Origin::Default.to_string(), ..installed(settings, &maps)? },
        };
        if let Some(written) = &found.written {
            settings.found("static", written.path.display().to_string(), Origin::Default);
        }
        return Ok(found);
    };
    let (path, service) = match text.split_once('#') {
        Some((path, service)) => (PathBuf::from(path), Some(service)),
        None => (PathBuf::from(&text), None),
    };
    if may_be_missing && service.is_none() && !path.exists() {
        return Ok(StaticSource { missing: Some(path), ..StaticSource::default() });
    }
    let asked = Asked { path, service: service.map(str::to_owned), maps };
    Ok(StaticSource { found: settings.origin("static").to_string(), ..now(asked)? })
}

/// Reads what there is now.
fn now(asked: Asked) -> Result<StaticSource, Error> {
    let found = read(&asked, &as_it_is)?;
    Ok(StaticSource { asked: Some(asked), ..found })
}

/// Reads Traefik's own file, or a compose file's service.
fn read(asked: &Asked, texts: Texts<'_>) -> Result<StaticSource, Error> {
    let Asked { path, service, maps } = asked;
    let shown = path.display().to_string();
    let bad =
        |message: String| Error::new(Code::BadStatic, message).at(Place { file: shown.clone(), line: 0 }).hint(NAME_IT);
    let format = Format::of(&shown)
        .ok_or_else(|| bad("Traefik reads its static configuration from .yml, .yaml and .toml files".into()))?;
    let written = Written::read(path, texts)?;
    let document = Document::parse(format, written.text.clone()).ok().filter(is_compose);
    let Some(document) = document else { return Ok(StaticSource { paths: maps.clone(), ..of_file(format, written) }) };
    let folder = path.parent().unwrap_or(Path::new(""));
    let defaults = variables(&texts(&folder.join(".env")).unwrap_or_default());
    let lookup = |name: &str| {
        let default = || defaults.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        std::env::var(name).ok().or_else(default)
    };
    let mut launch = read_compose(&document, service.as_deref(), folder, &lookup).map_err(bad)?;
    for file in launch.env_files() {
        // Compose itself may be told that one is optional; what is missing says nothing.
        let text = texts(&folder.join(&file)).unwrap_or_default();
        launch.add_env_file(&file, &text);
    }
    from_launch(launch, written, maps.clone(), texts)
}

fn of_file(format: Format, written: Written) -> StaticSource {
    let Reading { config, faults } = Reading::of_file(format, &written.text);
    StaticSource { config, faults, written: Some(written), ..StaticSource::default() }
}

/// The configuration with which this starts Traefik: a file first, else flags, else variables.
fn from_launch(mut launch: Launch, written: Written, maps: PathMap, texts: Texts<'_>) -> Result<StaticSource, Error> {
    launch.paths.in_container |= maps.in_container;
    launch.paths.mounts.splice(0..0, maps.mounts);
    let named = launch.config_file();
    let defaults = if launch.paths.in_container { launch.default_files() } else { Vec::new() };
    let mut faults = Vec::new();
    for (file, at) in
        named.into_iter().map(|(file, at)| (file, Some(at))).chain(defaults.into_iter().map(|f| (f, None)))
    {
        let place = launch.paths.to_host(&file);
        let found = match &place {
            Mapped::Host(path) => Written::read_if_there(path, texts)?,
            Mapped::Unmapped => None,
        };
        match (found, place, at) {
            (Some(own), ..) => {
                let Some(format) = Format::of(&file) else {
                    let mistake = Mistake::BadValue { value: file.clone(), wanted: "a .yml, .yaml or .toml file" };
                    let says = format!("unsupported file extension: {file}");
                    faults.push(Fault::new(mistake, at.unwrap_or_default(), "configFile").says(says));
                    break;
                };
                let found = of_file(format, own);
                faults.extend(launch.ignored());
                faults.extend(found.config.iter().flat_map(|config| launch.mounted_files(config)));
                faults.iter_mut().for_each(|fault| fault.in_launch = true);
                faults.extend(found.faults);
                return Ok(StaticSource { faults, launch: Some(written), paths: launch.paths, ..found });
            }
            (None, Mapped::Unmapped, Some(at)) => {
                faults.push(Fault::new(Mistake::UnmappedPath { path: file }, at, "configFile"));
                let (written, paths) = (Some(written), launch.paths);
                return Ok(StaticSource { faults, written, paths, ..StaticSource::default() });
            }
            (None, Mapped::Host(_), Some(at)) => {
                faults.push(Fault::new(Mistake::NoSuchFile { path: file }, at, "configFile"))
            }
            _ => {}
        }
    }
    let Reading { config, faults: found } = launch.reading();
    faults.extend(found);
    faults.extend(config.iter().flat_map(|config| launch.mounted_files(config)));
    Ok(StaticSource { config, faults, written: Some(written), paths: launch.paths, ..StaticSource::default() })
}

/// What lies beside the directory that is named, or further up in its work tree, and is about that directory. What
/// can't be read there may have nothing to do with it.
fn beside(settings: &Settings, maps: &PathMap) -> Option<StaticSource> {
    let named = Path::new(settings.get("dir").filter(|_| settings.origin("dir") != Origin::Default)?);
    let dir = named.canonicalize().ok()?;
    let root = git::work_tree(&dir).and_then(|root| root.canonicalize().ok());
    for (folder, above) in dir.ancestors().zip(std::path::absolute(named).ok()?.ancestors()).skip(1) {
        let shown = folder_of(above);
        for name in ["traefik.toml", "traefik.yaml", "traefik.yml"].iter().chain(&COMPOSE) {
            let path = shown.join(name);
            if !path.is_file() {
                continue;
            }
            let asked = Asked { path, service: None, maps: maps.clone() };
            let Some(found) = now(asked).ok().filter(|found| found.config.is_some()) else {
                continue;
            };
            if is_about(&found, &dir, folder) {
                return Some(found);
            }
        }
        if root.as_deref().is_none_or(|root| root == folder) {
            break;
        }
    }
    None
}

/// A folder, from the working directory where it lies below that.
fn folder_of(folder: &Path) -> PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| folder.strip_prefix(here).ok().map(Path::to_owned)).unwrap_or(folder.to_owned())
}

/// Whether a configuration, taken at its word, makes Traefik read this directory.
fn reads(found: &StaticSource, dir: &Path) -> bool {
    let place = found.config.as_ref().and_then(|config| managed(config, &found.paths));
    place.is_some_and(|(place, _)| is_same(&place, dir))
}

fn is_same(path: &Path, dir: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| path == dir)
}

/// Whether a configuration that lies beside a directory is about it. Its paths may be meant from there, or it may be
/// written for another machine: then the directory has the same name.
fn is_about(found: &StaticSource, dir: &Path, folder: &Path) -> bool {
    let theirs = found.config.as_ref().and_then(|config| config.directory.as_deref());
    let path = theirs.and_then(|theirs| found.paths.to_host(theirs).host());
    let elsewhere = |path: &Path| !path.exists() && dir.parent() == Some(folder) && path.file_name() == dir.file_name();
    reads(found, dir) || path.is_some_and(|path| is_same(&folder.join(&path), dir) || elsewhere(&path))
}

/// What Traefik itself finds. It counts only if it is about the directory in question.
fn installed(settings: &Settings, maps: &PathMap) -> Result<StaticSource, Error> {
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
    let Some(path) = candidates.into_iter().find(|p| p.is_file()) else { return Ok(StaticSource::default()) };
    let named = settings.get("dir").filter(|_| settings.origin("dir") != Origin::Default);
    let found = now(Asked { path, service: None, maps: maps.clone() });
    match named {
        None => found,
        Some(dir) => {
            let about = |found: &StaticSource| Path::new(dir).canonicalize().is_ok_and(|dir| reads(found, &dir));
            // What can't be read may have nothing to do with the directory, so it must not stand in the way.
            Ok(found.ok().filter(|found| found.config.is_some() && about(found)).unwrap_or_default())
        }
    }
}

impl StaticSource {
    /// What it said at another time; nothing where it was not there, or can't be read. What no time is kept of is read as
    /// it is.
    pub(super) fn then(&self, texts: impl Fn(&Path) -> Option<std::io::Result<String>>) -> Option<StaticConfig> {
        let texts = |path: &Path| texts(path).unwrap_or_else(|| as_it_is(path));
        let mut found = read(self.asked.as_ref()?, &texts).ok()?;
        found.look_at_storage();
        found.config
    }

    /// Takes it that Traefik sees this directory where its configuration says, if that is no place of this machine: in
    /// a container, or where the configuration was found by itself.
    pub(super) fn sees(&mut self, dir: &Path) {
        let Some(theirs) = self.config.as_ref().and_then(|config| config.directory.clone()) else { return };
        let is_here = self.paths.to_host(&theirs).host().is_some_and(|path| path.exists() || path == dir);
        let may_be_elsewhere = self.paths.in_container || self.found == BESIDE;
        if may_be_elsewhere && !is_here && theirs.starts_with('/') {
            self.paths.see(theirs, dir.to_owned());
        }
    }

    /// Looks at the files in which certificates are kept: Traefik leaves out a resolver that can't use its own.
    pub(super) fn look_at_storage(&mut self) {
        let Some(config) = &mut self.config else { return };
        for resolver in &mut config.resolvers {
            let Some(storage) = &resolver.storage else { continue };
            let Mapped::Host(path) = self.paths.to_host(storage) else { continue };
            if !self.paths.in_container && !path.is_absolute() {
                continue; // Traefik's working directory is not known.
            }
            let problem = match std::fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => ResolverProblem::StorageFolder,
                Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
                    ResolverProblem::StorageRights { mode: metadata.permissions().mode() & 0o777 }
                }
                Err(error) if error.kind() == ErrorKind::NotFound && is_lost(&path) => ResolverProblem::StorageMissing,
                _ => continue,
            };
            resolver.usable = false;
            let mistake = Mistake::ResolverUnusable { resolver: resolver.name.clone(), problem };
            let place = format!("certificatesResolvers.{}.acme.storage", resolver.name);
            let words = "The ACME resolve is skipped from the resolvers list";
            self.faults.push(Fault::new(mistake, resolver.at, place).says(words));
        }
    }

    /// Why Traefik can't read it.
    pub(super) fn syntax_error(&self) -> Option<Error> {
        let (message, line) = self.faults.iter().find_map(|fault| match &fault.mistake {
            Mistake::Syntax { message, line } => Some((message.clone(), *line)),
            _ => None,
        })?;
        let file = self.written.as_ref().map(|written| written.path.display().to_string()).unwrap_or_default();
        Some(Error::new(Code::BadStatic, message).at(Place { file, line }).hint(NAME_IT))
    }
}

/// Whether the folder of a file that is missing is missing too.
fn is_lost(path: &Path) -> bool {
    path.parent().is_some_and(|parent| !parent.as_os_str().is_empty() && !parent.exists())
}
