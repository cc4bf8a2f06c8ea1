//! Settings: flag, else environment, else file, else default; each value with its origin.

use crate::error::{Code, Error, Place};
use crate::route::Tls;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// Where a value comes from; what counts more comes first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A flag on the command line.
    Flag,
    /// A variable of the environment.
    Environment(String),
    /// The settings file.
    File(String),
    /// What holds without anything being said.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag => f.write_str("flag"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File(path) => f.write_str(path),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// The keys of a settings file; they mirror the flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SettingsFile {
    /// `--dir`.
    pub dir: Option<String>,
    /// `--static`.
    pub r#static: Option<String>,
    /// `--static-args`.
    pub static_args: Option<String>,
    /// `--map`.
    pub map: Vec<String>,
    /// `--traefik`.
    pub traefik: Option<String>,
    /// `--api`.
    pub api: Option<String>,
    /// `--state-dir`.
    pub state_dir: Option<String>,
    /// `--output`.
    pub output: Option<String>,
    /// `--lock-timeout`, in seconds or with a unit.
    pub lock_timeout: Option<String>,
    /// `--color`.
    pub color: Option<String>,
    /// What new routes get, by kind.
    pub defaults: Defaults,
    /// What `validate` reports, and what fails.
    pub validate: Validate,
    /// How much of the past is kept.
    pub history: HistoryBounds,
    /// What agents get.
    pub agents: AgentSettings,
}

/// What agents get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct AgentSettings {
    /// The domain below which their applications get names.
    pub app_domain: Option<String>,
    /// The domain below which their databases get names.
    pub mongo_domain: Option<String>,
    /// Where they reach `serve-register`.
    pub url: Option<String>,
}

/// How much of the past is kept, as written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct HistoryBounds {
    /// Changes older than this go: `400d`.
    pub max_age: Option<String>,
    /// The oldest changes go where all take more than this: `64MB`; `0` keeps none.
    pub max_size: Option<String>,
}

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// Changes older than this go.
    pub max_age: std::time::Duration,
    /// The oldest changes go where all take more bytes than this; 0 keeps none.
    pub max_size: u64,
}

impl History {
    /// Whether changes are recorded at all.
    pub fn is_kept(&self) -> bool {
        self.max_size > 0
    }
}

impl HistoryBounds {
    const MAX_AGE: &str = "400d";
    const MAX_SIZE: &str = "64MB";
    /// All of it is read at once.
    const LARGEST: u64 = 1_000_000_000;

    /// The bounds, with what holds where nothing is said.
    pub fn resolved(&self) -> Result<History, Error> {
        let age = self.max_age.as_deref().unwrap_or(Self::MAX_AGE);
        let size = self.max_size.as_deref().unwrap_or(Self::MAX_SIZE);
        let bad = |key: &str, text: &str, hint: &str| {
            Error::new(Code::BadSettings, format!("history.{key} can't be {text:?}")).hint(hint)
        };
        Ok(History {
            max_age: duration(age).ok_or_else(|| bad("max-age", age, "write 90d, 12h or 30m"))?,
            max_size: bytes(size)
                .filter(|size| *size <= Self::LARGEST)
                .ok_or_else(|| bad("max-size", size, "write 64MB, 500kB, or 0 for no history; 1GB at most"))?,
        })
    }
}

/// What `validate` reports, and what fails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Validate {
    /// `--allow`.
    pub allow: Vec<String>,
    /// `--deny`.
    pub deny: Option<Deny>,
}

/// What else fails beside errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deny {
    /// Warnings.
    Warning,
}

/// What new routes get, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// HTTP routes.
    pub http: RouteDefaults,
    /// TCP routes.
    pub tcp: RouteDefaults,
    /// UDP routes.
    pub udp: RouteDefaults,
}

/// What new routes of one kind get.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteDefaults {
    /// `--entry-point`.
    pub entry_points: Vec<String>,
    /// `--tls`.
    pub tls: Option<Tls>,
    /// `--cert-resolver`.
    pub cert_resolver: Option<String>,
    /// `--middleware`.
    pub middlewares: Vec<String>,
    /// `--file`.
    pub file: Option<String>,
}

/// Reads a settings file; unknown keys are errors.
pub fn parse_file(path: &str, text: &str) -> Result<SettingsFile, Error> {
    toml_edit::de::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| crate::document::line_of(text, span.start));
        Error::new(Code::BadSettings, error.message().trim().to_owned())
            .hint("`cloudlunacy config` shows the settings; the manual page cloudlunacy(1) has every key")
            .at(Place { file: path.to_owned(), line })
    })
}

/// One setting, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The value as text.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

/// The settings that have one value each, by key.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, Setting>,
    /// What new routes get.
    pub defaults: Defaults,
    /// What `validate` reports, and what fails.
    pub validate: Validate,
    /// How much of the past is kept.
    pub history: HistoryBounds,
    /// What agents get.
    pub agents: AgentSettings,
    /// The settings file in use.
    pub file: Option<String>,
}

/// The keys, each with its default.
pub const KEYS: &[(&str, Option<&str>)] = &[
    ("dir", None),
    ("static", None),
    ("static-args", None),
    ("map", None),
    ("traefik", Some("3.7")),
    ("api", None),
    ("state-dir", None),
    ("output", Some("table")),
    ("lock-timeout", Some("10s")),
    ("color", Some("auto")),
];

impl Settings {
    /// Resolves every key: `flag` and `environment` give what was said there.
    pub fn resolve(
        flag: impl Fn(&str) -> Option<String>,
        environment: impl Fn(&str) -> Option<String>,
        file: Option<(String, SettingsFile)>,
    ) -> Settings {
        let (path, contents) = file.map_or((None, SettingsFile::default()), |(path, contents)| (Some(path), contents));
        let mut values = BTreeMap::new();
        for (key, default) in KEYS {
            let variable = format!("CLOUDLUNACY_{}", key.to_ascii_uppercase().replace('-', "_"));
            let setting = if let Some(value) = flag(key) {
                Setting { value: Some(value), origin: Origin::Flag }
            } else if let Some(value) = environment(&variable).filter(|v| !v.is_empty()) {
                Setting { value: Some(value), origin: Origin::Environment(variable) }
            } else if let (Some(value), Some(path)) = (from_file(&contents, key), &path) {
                Setting { value: Some(value), origin: Origin::File(path.clone()) }
            } else {
                Setting { value: default.map(str::to_owned), origin: Origin::Default }
            };
            values.insert(*key, setting);
        }
        Settings {
            values,
            defaults: contents.defaults,
            validate: contents.validate,
            history: contents.history,
            agents: contents.agents,
            file: path,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key)?.value.as_deref()
    }

    /// Where the value of a key comes from.
    pub fn origin(&self, key: &str) -> Origin {
        self.values.get(key).map_or(Origin::Default, |s| s.origin.clone())
    }

    /// Puts what was found out in place of a default.
    pub fn found(&mut self, key: &'static str, value: String, origin: Origin) {
        self.values.insert(key, Setting { value: Some(value), origin });
    }

    /// Every setting, with the defaults of new routes and what `validate` reports, where the file says so.
    pub fn all(&self) -> Vec<(String, Setting)> {
        let mut all: Vec<(String, Setting)> =
            self.iter().map(|(key, setting)| (key.to_owned(), setting.clone())).collect();
        let origin = Origin::File(self.file.clone().unwrap_or_default());
        for (kind, defaults) in
            [("http", &self.defaults.http), ("tcp", &self.defaults.tcp), ("udp", &self.defaults.udp)]
        {
            let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
            let fields = [
                ("entry-points", list(&defaults.entry_points)),
                ("tls", defaults.tls.map(|tls| tls.as_str().to_owned())),
                ("cert-resolver", defaults.cert_resolver.clone()),
                ("middlewares", list(&defaults.middlewares)),
                ("file", defaults.file.clone()),
            ];
            let given = fields.into_iter().filter(|(_, value)| value.is_some());
            all.extend(
                given.map(|(field, value)| {
                    (format!("defaults.{kind}.{field}"), Setting { value, origin: origin.clone() })
                }),
            );
        }
        let deny = self.validate.deny.map(|Deny::Warning| "warning".to_owned());
        let allow = (!self.validate.allow.is_empty()).then(|| self.validate.allow.join(", "));
        let HistoryBounds { max_age, max_size } = self.history.clone();
        let more = [
            ("validate.allow", allow),
            ("validate.deny", deny),
            ("history.max-age", max_age),
            ("history.max-size", max_size),
            ("agents.app-domain", self.agents.app_domain.clone()),
            ("agents.mongo-domain", self.agents.mongo_domain.clone()),
            ("agents.url", self.agents.url.clone()),
        ];
        for (key, value) in more {
            if value.is_some() {
                all.push((key.to_owned(), Setting { value, origin: origin.clone() }));
            }
        }
        all
    }

    /// Every key with its setting.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Setting)> {
        KEYS.iter().filter_map(|(key, _)| Some((*key, self.values.get(key)?)))
    }
}

fn from_file(file: &SettingsFile, key: &str) -> Option<String> {
    match key {
        "dir" => file.dir.clone(),
        "static" => file.r#static.clone(),
        "static-args" => file.static_args.clone(),
        "map" => (!file.map.is_empty()).then(|| file.map.join(",")),
        "traefik" => file.traefik.clone(),
        "api" => file.api.clone(),
        "state-dir" => file.state_dir.clone(),
        "output" => file.output.clone(),
        "lock-timeout" => file.lock_timeout.clone(),
        "color" => file.color.clone(),
        _ => None,
    }
}

/// A number of bytes: `64MB`, `500kB`, `0`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    match &text[digits..] {
        "" => Some(number),
        "kB" => number.checked_mul(1000),
        "MB" => number.checked_mul(1_000_000),
        "GB" => number.checked_mul(1_000_000_000),
        _ => None,
    }
}

/// A length of time: `10`, `10s`, `500ms`, `2m`, `12h`, `90d`.
pub fn duration(text: &str) -> Option<std::time::Duration> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let millis = match &text[digits..] {
        "" | "s" => number.checked_mul(1000)?,
        "ms" => number,
        "m" => number.checked_mul(60_000)?,
        "h" => number.checked_mul(3_600_000)?,
        "d" => number.checked_mul(86_400_000)?,
        _ => return None,
    };
    Some(std::time::Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_goes_before_environment_before_file_before_default() {
        let file = parse_file("c.toml", "dir = 'f'\nstatic = 'f'\ntraefik = '3.6'\n").unwrap();
        let settings = Settings::resolve(
            |key| (key == "dir").then(|| "flag".into()),
            |name| (name == "CLOUDLUNACY_DIR" || name == "CLOUDLUNACY_STATIC").then(|| "env".into()),
            Some(("c.toml".into(), file)),
        );
        assert_eq!((settings.get("dir"), settings.origin("dir")), (Some("flag"), Origin::Flag));
        assert_eq!(settings.origin("static"), Origin::Environment("CLOUDLUNACY_STATIC".into()));
        assert_eq!((settings.get("traefik"), settings.origin("traefik")), (Some("3.6"), Origin::File("c.toml".into())));
        assert_eq!((settings.get("lock-timeout"), settings.origin("lock-timeout")), (Some("10s"), Origin::Default));
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_line() {
        let error = parse_file("c.toml", "dir = 'x'\n\ndirr = 'y'\n").unwrap_err();
        assert_eq!(
            error.to_string().lines().next(),
            Some(
                "c.toml:3: unknown field `dirr`, expected one of `dir`, `static`, `static-args`, `map`, `traefik`, `api`, `state-dir`, `output`, `lock-timeout`, `color`, `defaults`, `validate`, `history`, `agents`"
            )
        );
    }

    #[test]
    fn durations() {
        assert_eq!(duration("500ms"), Some(std::time::Duration::from_millis(500)));
        assert_eq!(duration("2x"), None);
    }
}
