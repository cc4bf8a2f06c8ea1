//! What Traefik's static configuration says that matters here: entry points, certificate resolvers,
//! and where the dynamic configuration lies. Pure: text in, values out.

use crate::document::{Document, Format, Kind, Ref, SyntaxError};

/// A static configuration, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaticConfig {
    /// Entry points in the order of the file.
    pub entry_points: Vec<EntryPoint>,
    /// Names of the certificate resolvers.
    pub resolvers: Vec<String>,
    /// `providers.file.directory`.
    pub directory: Option<String>,
    /// `providers.file.filename`; without effect where there is a directory.
    pub filename: Option<String>,
}

/// An entry point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPoint {
    /// Its name; references match it exactly.
    pub name: String,
    /// Whether it takes UDP, not TCP.
    pub udp: bool,
    /// Whether HTTP routers on it get TLS without asking.
    pub tls: bool,
    /// The certificate resolver of that TLS.
    pub cert_resolver: Option<String>,
    /// The TLS options of that TLS.
    pub options: Option<String>,
}

/// Why a text is not a static configuration.
#[derive(Debug)]
pub enum BadStatic {
    /// It can't be parsed.
    Syntax(SyntaxError),
    /// It is a compose file in which the service is not named, or not there.
    Service(String),
}

/// One value of the configuration: its path of keys, and its text.
type Pair = (Vec<String>, String);

impl StaticConfig {
    /// Reads Traefik's own file, or the flags in a compose file's service (`service` where several run Traefik).
    pub fn parse(format: Format, source: String, service: Option<&str>) -> Result<StaticConfig, BadStatic> {
        let document = Document::parse(format, source).map_err(BadStatic::Syntax)?;
        let Some(root) = document.root() else { return Ok(StaticConfig::default()) };
        let mut pairs = Vec::new();
        match root
            .field("services")
            .filter(|_| root.field("entryPoints").is_none() && root.field("providers").is_none())
        {
            Some(services) => flags(compose_service(services, service)?, &mut pairs),
            None => flatten(root, &mut Vec::new(), &mut pairs),
        }
        Ok(StaticConfig::of(&pairs))
    }

    fn of(pairs: &[Pair]) -> StaticConfig {
        let mut config = StaticConfig::default();
        for (path, value) in pairs {
            let keys: Vec<String> = path.iter().map(|k| k.to_ascii_lowercase()).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            match keys.as_slice() {
                ["entrypoints", _, rest @ ..] => {
                    let name = &path[1];
                    let at = config.entry_points.iter().position(|e| e.name == *name).unwrap_or_else(|| {
                        config.entry_points.push(EntryPoint { name: name.clone(), ..EntryPoint::default() });
                        config.entry_points.len() - 1
                    });
                    entry_point(&mut config.entry_points[at], rest, value);
                }
                ["certificatesresolvers", _, ..] if !config.resolvers.contains(&path[1]) => {
                    config.resolvers.push(path[1].clone())
                }
                ["providers", "file", "directory"] => config.directory = Some(value.clone()),
                ["providers", "file", "filename"] => config.filename = Some(value.clone()),
                _ => {}
            }
        }
        config
    }

    /// The entry point of this name.
    pub fn entry_point(&self, name: &str) -> Option<&EntryPoint> {
        self.entry_points.iter().find(|e| e.name == name)
    }
}

fn entry_point(entry: &mut EntryPoint, keys: &[&str], value: &str) {
    match keys {
        ["address"] => entry.udp = value.to_ascii_lowercase().ends_with("/udp"),
        ["http", "tls"] => entry.tls = is_true(value),
        ["http", "tls", field, ..] => {
            entry.tls = true;
            match *field {
                "certresolver" => entry.cert_resolver = Some(value.to_owned()),
                "options" => entry.options = Some(value.to_owned()),
                _ => {}
            }
        }
        _ => {}
    }
}

fn is_true(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "")
}

/// Every scalar below a node, with its path. An empty mapping counts as `true`, as Traefik takes it.
fn flatten(node: Ref<'_>, path: &mut Vec<String>, pairs: &mut Vec<Pair>) {
    // Deeper than any setting; keeps hostile nesting from being followed.
    const DEEPEST: usize = 16;
    if path.len() > DEEPEST || node.is_null() {
        return;
    }
    let fields = node.fields();
    match node.kind() {
        Kind::Map if !fields.is_empty() => {
            for (key, value) in fields {
                path.push(key.text().unwrap_or_default().to_owned());
                flatten(value, path, pairs);
                path.pop();
            }
        }
        Kind::Map => pairs.push((path.clone(), "true".into())),
        _ => pairs.push((path.clone(), node.text().unwrap_or_default().to_owned())),
    }
}

/// The service of a compose file that runs Traefik.
fn compose_service<'d>(services: Ref<'d>, wanted: Option<&str>) -> Result<Ref<'d>, BadStatic> {
    let all = services.fields();
    let names = || all.iter().filter_map(|(k, _)| k.text()).collect::<Vec<_>>().join(", ");
    let runs_traefik =
        |service: &Ref<'_>| service.field("image").and_then(Ref::text).is_some_and(|i| i.contains("traefik"));
    let found: Vec<_> = match wanted {
        Some(name) => all.iter().filter(|(k, _)| k.text() == Some(name)).collect(),
        None => all.iter().filter(|(_, v)| runs_traefik(v)).collect(),
    };
    match (found.as_slice(), wanted) {
        ([(_, service)], _) => Ok(*service),
        (_, Some(name)) => {
            Err(BadStatic::Service(format!("there is no service {name:?} in this compose file; there are {}", names())))
        }
        _ => Err(BadStatic::Service(format!(
            "say which service of this compose file runs Traefik with FILE#SERVICE; there are {}",
            names()
        ))),
    }
}

/// The static configuration that stands in a service's `command`.
fn flags(service: Ref<'_>, pairs: &mut Vec<Pair>) {
    let Some(command) = service.field("command") else { return };
    let words: Vec<&str> = match command.kind() {
        Kind::Seq => command.items().filter_map(|item| item.resolved().text()).collect(),
        _ => command.text().unwrap_or_default().split_whitespace().collect(),
    };
    for word in words {
        let Some(flag) = word.trim().strip_prefix('-') else { continue };
        let (path, value) =
            flag.trim_start_matches('-').split_once('=').unwrap_or((flag.trim_start_matches('-'), "true"));
        pairs.push((path.split('.').map(str::to_owned).collect(), value.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_resolvers_and_the_provider_are_read() {
        let text = "entryPoints:\n  web: {address: ':80'}\n  secure:\n    address: ':443'\n    http:\n      tls:\n        certResolver: le\n  dns: {address: ':53/UDP'}\nproviders: {File: {directory: /etc/dyn}}\ncertificatesResolvers: {le: {acme: {email: a@b}}}\n";
        let config = StaticConfig::parse(Format::Yaml, text.into(), None).unwrap();
        assert_eq!(
            config.entry_points.iter().map(|e| (e.name.as_str(), e.udp, e.tls)).collect::<Vec<_>>(),
            [("web", false, false), ("secure", false, true), ("dns", true, false)]
        );
        assert_eq!(config.entry_point("secure").unwrap().cert_resolver.as_deref(), Some("le"));
        assert_eq!((config.directory.as_deref(), config.resolvers), (Some("/etc/dyn"), vec!["le".to_owned()]));
    }

    #[test]
    fn a_compose_file_gives_the_flags_of_its_traefik() {
        let text = "services:\n  app: {image: nginx}\n  proxy:\n    image: traefik:v3.7\n    command:\n      - --entrypoints.web.address=:80\n      - --entryPoints.mongodb.address=:27017\n      - --providers.file.filename=/dyn.yml\n      - --entrypoints.web.http.tls\n";
        let config = StaticConfig::parse(Format::Yaml, text.into(), None).unwrap();
        assert_eq!(config.entry_points.len(), 2);
        assert!(config.entry_point("web").unwrap().tls);
        assert_eq!(config.filename.as_deref(), Some("/dyn.yml"));
        assert!(matches!(StaticConfig::parse(Format::Yaml, text.into(), Some("x")), Err(BadStatic::Service(_))));
    }

    #[test]
    fn toml_reads_the_same() {
        let text = "[entryPoints.web]\naddress = \":80\"\n[entryPoints.web.http.tls]\n";
        let config = StaticConfig::parse(Format::Toml, text.into(), None).unwrap();
        assert!(config.entry_point("web").unwrap().tls);
    }
}
