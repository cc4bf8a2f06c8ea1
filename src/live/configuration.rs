//! What Traefik has loaded of its file provider, as a file would say it.

use super::telling::Telling;
use crate::document::{Document, Format, Kind as NodeKind, Ref};
use crate::inventory::{Content, File, Inventory, Part};
use crate::name::Kind;
use crate::schema::value;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};

/// An entry point, as far as it has a say in routers.
pub struct EntryPoint {
    pub(super) name: String,
    pub(super) is_udp: bool,
    pub(super) is_default: bool,
    pub(super) middlewares: Vec<String>,
    pub(super) tls: Value,
    pub(super) observability: Value,
}

/// A router, service or middleware of the file provider as the API shows it.
pub struct Loaded {
    /// Its protocol.
    pub kind: Kind,
    /// Which of them it is.
    pub part: Part,
    /// Its name, without the provider.
    pub name: String,
    /// What it says.
    pub value: Map<String, Value>,
}

/// What Traefik has, in the words of a file.
pub struct Configuration {
    /// The file.
    pub file: File,
    states: HashMap<(Kind, Part, String), State>,
}

/// Whether Traefik works with an object, and why not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Traefik has disabled it.
    pub is_disabled: bool,
    /// Traefik's words.
    pub errors: Vec<String>,
}

impl State {
    fn take(&mut self, object: &Map<String, Value>) {
        self.is_disabled |= object.get("status").is_some_and(|status| status == "disabled");
        let errors = object.get("error").and_then(Value::as_array).into_iter().flatten();
        for error in errors.filter_map(Value::as_str) {
            if !self.errors.iter().any(|known| known == error) {
                self.errors.push(error.to_owned());
            }
        }
    }
}

/// How the running Traefik is named among configurations.
pub const NAME: &str = "live";

/// Sections of the API's answer, and what they hold.
const SECTIONS: [(&str, Kind, Part); 8] = [
    ("routers", Kind::Http, Part::Router),
    ("services", Kind::Http, Part::Service),
    ("middlewares", Kind::Http, Part::Middleware),
    ("tcpRouters", Kind::Tcp, Part::Router),
    ("tcpServices", Kind::Tcp, Part::Service),
    ("tcpMiddlewares", Kind::Tcp, Part::Middleware),
    ("udpRouters", Kind::Udp, Part::Router),
    ("udpServices", Kind::Udp, Part::Service),
];

impl EntryPoint {
    /// Reads one of `/api/entrypoints`.
    pub fn of(value: &Value) -> EntryPoint {
        let middlewares = value["http"]["middlewares"].as_array().into_iter().flatten();
        EntryPoint {
            name: value["name"].as_str().unwrap_or_default().to_owned(),
            is_udp: value["address"].as_str().is_some_and(|address| address.to_ascii_lowercase().ends_with("/udp")),
            is_default: value["asDefault"] == true,
            middlewares: middlewares.filter_map(Value::as_str).map(str::to_owned).collect(),
            tls: value["http"]["tls"].clone(),
            observability: value["observability"].clone(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it gives something to the routers on it, so that Traefik makes copies of them.
    pub(super) fn has_model(&self) -> bool {
        !self.middlewares.is_empty() || !self.tls.is_null() || !self.observability.is_null()
    }
}

/// All objects of the file provider in the answer to `/api/rawdata`.
pub fn loaded(rawdata: &Value) -> Vec<Loaded> {
    let mut all = Vec::new();
    for (section, kind, part) in SECTIONS {
        for (name, value) in rawdata[section].as_object().into_iter().flatten() {
            if let (Some(name), Some(value)) = (name.strip_suffix("@file"), value.as_object()) {
                all.push(Loaded { kind, part, name: name.to_owned(), value: value.clone() });
            }
        }
    }
    all
}

impl Configuration {
    /// What Traefik has, told as `other` tells it; what the API does not tell is taken from there.
    /// `syntax` is that of rules which say none, where it is known.
    pub fn of(
        objects: Vec<Loaded>,
        entry_points: &[EntryPoint],
        other: &Inventory<'_>,
        syntax: Option<&str>,
    ) -> Configuration {
        let mut root: BTreeMap<(&str, &str), Map<String, Value>> = BTreeMap::new();
        let told = Telling { entry_points, other, syntax };
        let mut states: HashMap<(Kind, Part, String), State> = HashMap::new();
        for mut object in objects {
            let name = told.original(&object).unwrap_or_else(|| object.name.clone());
            let state = states.entry((object.kind, object.part, name.clone())).or_default();
            state.take(&object.value);
            told.take_back(&mut object, &name);
            let section = root.entry((object.kind.as_str(), object.part.section())).or_default();
            match section.get_mut(&name).and_then(Value::as_object_mut) {
                Some(earlier) => join(earlier, object.value),
                None => drop(section.insert(name, Value::Object(object.value))),
            }
        }
        for ((kind, part), section) in &mut root {
            if *part == Part::Router.section() {
                section.iter_mut().for_each(|(name, value)| told.take_back_entry_points(kind, name, value));
            }
        }
        for (kind, transport) in other.definitions(Part::ServersTransport) {
            let section = root.entry((kind.as_str(), Part::ServersTransport.section())).or_default();
            section.insert(transport.name.to_owned(), plain(transport.value, 0));
        }
        let mut document: Map<String, Value> = Map::new();
        for ((kind, part), section) in root {
            let protocol = document.entry(kind).or_insert_with(|| json!({}));
            protocol[part] = Value::Object(section);
        }
        if let Some(tls) = tls(other) {
            document.insert("tls".into(), tls);
        }
        let source = Value::Object(document).to_string();
        // JSON is YAML; no template is run on what Traefik has loaded.
        let content = match Document::parse_or_return(Format::Yaml, source) {
            Ok(document) => Content::Parsed(document),
            Err((error, source)) => {
                Content::Broken { source, line: error.line, at: 0, message: error.message, says: error.says }
            }
        };
        Configuration { file: File { path: NAME.into(), content }, states }
    }
}

impl Configuration {
    /// What Traefik makes of an object.
    pub fn state(&self, kind: Kind, part: Part, name: &str) -> State {
        self.states.get(&(kind, part, name.to_owned())).cloned().unwrap_or_default()
    }
}

/// A copy of a router on another entry point, joined with what is there already.
fn join(earlier: &mut Map<String, Value>, copy: Map<String, Value>) {
    for (field, value) in copy {
        match (field.as_str(), earlier.get_mut(&field)) {
            ("entryPoints", Some(Value::Array(all))) => all.extend(value.as_array().cloned().unwrap_or_default()),
            (_, Some(_)) => {}
            (_, None) => drop(earlier.insert(field, value)),
        }
    }
}

/// What `tls` says, none of which the API tells.
fn tls(other: &Inventory<'_>) -> Option<Value> {
    let mut tls: Map<String, Value> = Map::new();
    for (part, definition) in other.all_tls() {
        let section = tls.entry(part.section()).or_insert_with(|| json!({}));
        section[definition.name] = plain(definition.value, 0);
    }
    let certificates: Vec<Value> = other.certificates().iter().map(|(_, node)| plain(*node, 0)).collect();
    if !certificates.is_empty() {
        tls.insert("certificates".into(), certificates.into());
    }
    (!tls.is_empty()).then_some(Value::Object(tls))
}

/// A node as JSON; scalars as their text, which Traefik's fields read alike.
fn plain(node: Ref<'_>, depth: usize) -> Value {
    const DEEPEST: usize = 100;
    let node = node.resolved();
    match node.kind() {
        _ if depth > DEEPEST || value::is_null(node) => Value::Null,
        NodeKind::Seq => node.items().map(|item| plain(item, depth + 1)).collect(),
        NodeKind::Map => {
            let fields = node.fields().into_iter();
            let named =
                fields.filter_map(|(key, value)| Some((key.resolved().text()?.to_owned(), plain(value, depth + 1))));
            Value::Object(named.collect())
        }
        _ => value::text(node).map_or(Value::Null, |text| Value::String(text.into_owned())),
    }
}
