//! What Traefik has loaded of its file provider, as a file would say it.
//!
//! Traefik's API shows what it works with: names with their provider, defaults filled in, copies of routers for entry
//! points that give them something. Taken back here is all of that which the other side of a comparison does not say.

use crate::document::{Document, Format, Kind as NodeKind, Ref};
use crate::inventory::{Content, File, Inventory, Part, names};
use crate::name::Kind;
use crate::schema::value;
use crate::static_config::TRAEFIK;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// An entry point, as far as it has a say in routers.
pub struct EntryPoint {
    name: String,
    is_udp: bool,
    is_default: bool,
    middlewares: Vec<String>,
    tls: Value,
    observability: Value,
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

/// What Traefik puts before the name of a router whose TLS options are not those of others of its host.
pub(super) const CONFLICTED: &str = "conflicted-";

/// What the API adds to an object.
const ADDED: [&str; 9] =
    ["status", "error", "using", "usedBy", "serverStatus", "name", "provider", "type", "priorityStr"];

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
    fn has_model(&self) -> bool {
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
    pub fn of(objects: Vec<Loaded>, entry_points: &[EntryPoint], other: &Inventory<'_>) -> Configuration {
        let mut root: BTreeMap<(&str, &str), Map<String, Value>> = BTreeMap::new();
        let told = Telling { entry_points, other };
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

/// How things are told on the other side.
struct Telling<'t> {
    entry_points: &'t [EntryPoint],
    other: &'t Inventory<'t>,
}

impl Telling<'_> {
    /// The name of the router that Traefik has copied for an entry point.
    fn original(&self, object: &Loaded) -> Option<String> {
        let is_http_router = (object.kind, object.part) == (Kind::Http, Part::Router);
        let [Value::String(on)] = object.value.get("entryPoints")?.as_array()?.as_slice() else { return None };
        let name = object.name.strip_prefix(on.as_str())?.strip_prefix('-').filter(|_| is_http_router)?;
        let has = |name: &str| self.other.get(Kind::Http, Part::Router, name).is_some();
        if let Some(name) = name.strip_prefix(CONFLICTED).filter(|name| has(name) && !has(&object.name)) {
            return Some(name.to_owned());
        }
        let has_model = self.entry_points.iter().any(|entry| entry.name == *on && entry.has_model());
        (!has(&object.name) && (has(name) || has_model)).then(|| name.to_owned())
    }

    /// Takes back what the other side does not say of the object, which it calls by this name.
    fn take_back(&self, object: &mut Loaded, name: &str) {
        let Loaded { kind, part, value, .. } = object;
        ADDED.iter().for_each(|added| drop(value.shift_remove(*added)));
        let other = self.other.get(*kind, *part, name).map(|definition| definition.value);
        if *part == Part::Router {
            take_back_names_of_defaults(value, other);
            take_back_priority(value, other);
        }
        if (*kind, *part) == (Kind::Http, Part::Router) {
            self.take_back_model(value, other);
        }
        if *part == Part::Service {
            take_back_defaults(value, other);
        }
        take_back_encodings(value, other);
        let mut said = HashSet::new();
        if let Some(other) = other {
            texts(other, &mut said);
        }
        value.values_mut().for_each(|value| bare(value, &said));
    }

    /// What the entry point gives to each router on it.
    fn take_back_model(&self, value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
        let on = match value.get("entryPoints").and_then(Value::as_array).map(Vec::as_slice) {
            Some([Value::String(on)]) => self.entry_points.iter().find(|entry| entry.name == *on),
            _ => None,
        };
        if let Some(on) = on {
            if let Some(Value::Array(middlewares)) = value.get_mut("middlewares")
                && middlewares.iter().zip(&on.middlewares).filter(|(has, gives)| has.as_str() == Some(gives)).count()
                    == on.middlewares.len()
            {
                middlewares.drain(..on.middlewares.len());
            }
            let says_tls = other.and_then(|other| other.field("tls")).is_some_and(value::is_on);
            if !says_tls && !on.tls.is_null() && value.get("tls").is_some_and(|tls| is_within(tls, &on.tls)) {
                value.shift_remove("tls");
            }
        }
        // Traefik writes out what each router takes part in.
        const EVERY: [(&str, bool); 3] = [("accessLogs", true), ("metrics", true), ("tracing", true)];
        let Some(Value::Object(observed)) = value.get_mut("observability") else { return };
        let said = other.and_then(|other| other.field("observability"));
        for (field, default) in EVERY {
            let given = on.and_then(|on| on.observability[field].as_bool()).unwrap_or(default);
            if said.and_then(|said| said.field(field)).is_none() && observed.get(field) == Some(&json!(given)) {
                observed.shift_remove(field);
            }
        }
        let given = on.map(|on| &on.observability["traceVerbosity"]).filter(|given| !given.is_null());
        if said.and_then(|said| said.field("traceVerbosity")).is_none()
            && observed.get("traceVerbosity") == Some(given.unwrap_or(&json!("minimal")))
        {
            observed.shift_remove("traceVerbosity");
        }
        if observed.is_empty() && said.is_none() {
            value.shift_remove("observability");
        }
    }

    /// Entry points that a router has without saying so, and their order.
    fn take_back_entry_points(&self, kind: &str, name: &str, value: &mut Value) {
        let Ok(kind) = kind.parse::<Kind>() else { return };
        let other = self.other.get(kind, Part::Router, name);
        let said = other.map(|other| names(other.value.field("entryPoints"))).unwrap_or_default();
        let Some(Value::Array(on)) = value.get_mut("entryPoints") else { return };
        let has: HashSet<&str> = on.iter().filter_map(Value::as_str).collect();
        if said.is_empty() && has == self.default_entry_points(kind) {
            value.as_object_mut().map(|value| value.shift_remove("entryPoints"));
        } else if has == said.iter().map(String::as_str).collect() {
            *on = said.into_iter().map(Value::String).collect();
        }
    }

    fn default_entry_points(&self, kind: Kind) -> HashSet<&str> {
        let of_kind = |entry: &&EntryPoint| entry.is_udp == (kind == Kind::Udp);
        let named: Vec<&EntryPoint> = self.entry_points.iter().filter(of_kind).collect();
        let chosen: HashSet<&str> = named.iter().filter(|e| e.is_default).map(|e| e.name.as_str()).collect();
        match chosen.is_empty() || kind == Kind::Udp {
            true => named.iter().map(|e| e.name.as_str()).filter(|name| *name != TRAEFIK).collect(),
            false => chosen,
        }
    }
}

/// What a router gets by the name `default` without saying so.
fn take_back_names_of_defaults(value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
    let default = json!("default");
    if value.get("ruleSyntax") == Some(&default) && other.and_then(|other| other.field("ruleSyntax")).is_none() {
        value.shift_remove("ruleSyntax");
    }
    if let Some(Value::Object(tls)) = value.get_mut("tls")
        && tls.get("options") == Some(&default)
        && other.and_then(|other| other.field("tls")?.field("options")).is_none()
    {
        tls.shift_remove("options");
    }
}

/// The priority that Traefik finds by the rule.
fn take_back_priority(value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
    let says_nothing =
        other.and_then(|other| other.field("priority")).is_none_or(|p| matches!(p.text(), Some("" | "0")));
    let rule = value.get("rule").and_then(Value::as_str).map_or(0, str::len);
    let found = value.get("priority").and_then(Value::as_i64);
    if says_nothing && found.is_some_and(|found| found == rule as i64 || found == -1) {
        value.shift_remove("priority");
    }
}

/// What a service has without saying so.
fn take_back_defaults(value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
    let Some(Value::Object(balancer)) = value.get_mut("loadBalancer") else { return };
    let said = other.and_then(|other| other.field("loadBalancer"));
    let is_said = |field: &str| said.and_then(|said| said.field(field)).is_some();
    if !is_said("responseForwarding") && balancer.get("responseForwarding") == Some(&json!({"flushInterval": "100ms"}))
    {
        balancer.shift_remove("responseForwarding");
    }
    if let Some(Value::Object(cookie)) = balancer.get_mut("sticky").and_then(|sticky| sticky.get_mut("cookie"))
        && said.and_then(|said| said.field("sticky")?.field("cookie")?.field("name")).is_none()
        && cookie.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with('_'))
    {
        cookie.shift_remove("name");
    }
}

/// How Traefik compresses without being told.
fn take_back_encodings(value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
    let Some(Value::Object(compress)) = value.get_mut("compress") else { return };
    let is_said = other.and_then(|other| other.field("compress")?.field("encodings")).is_some();
    let every = ["gzip", "br", "zstd"];
    let all = |list: &Vec<Value>| list.iter().all(|item| item.as_str().is_some_and(|item| every.contains(&item)));
    if !is_said && compress.get("encodings").and_then(Value::as_array).is_some_and(all) {
        compress.shift_remove("encodings");
    }
}

/// Whether one value says nothing that the other does not.
fn is_within(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.iter().all(|(field, value)| other.get(field).is_some_and(|found| is_within(value, found)))
        }
        _ => one == other,
    }
}

/// Takes the provider off names that the other side does not say with it.
fn bare(value: &mut Value, said: &HashSet<String>) {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_suffix("@file")
                && !said.contains(text.as_str())
            {
                *text = name.to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| bare(item, said)),
        Value::Object(fields) => fields.values_mut().for_each(|value| bare(value, said)),
        _ => {}
    }
}

/// Every text below a node.
fn texts(node: Ref<'_>, all: &mut HashSet<String>) {
    let texts = node.subtree().filter_map(|below| below.resolved().text());
    all.extend(texts.flat_map(|text| text.split(',')).map(|text| text.trim().to_owned()));
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
