//! How the other side of a comparison tells what Traefik has.
//!
//! Traefik's API shows what it works with: names with their provider, defaults filled in, copies of routers for entry
//! points that give them something. Taken back here is all of that which the other side does not say.

use super::configuration::{EntryPoint, Loaded};
use crate::document::Ref;
use crate::inventory::{self, Inventory, Part, names};
use crate::name::Kind;
use crate::schema::value;
use crate::static_config::TRAEFIK;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// What Traefik puts before the name of a router whose TLS options are not those of others of its host.
pub(super) const CONFLICTED: &str = "conflicted-";

/// What the API adds to an object.
const ADDED: [&str; 9] =
    ["status", "error", "using", "usedBy", "serverStatus", "name", "provider", "type", "priorityStr"];

/// How things are told on the other side.
pub(super) struct Telling<'t> {
    pub(super) entry_points: &'t [EntryPoint],
    pub(super) other: &'t Inventory<'t>,
    /// The syntax of rules that say none, where that is known.
    pub(super) syntax: Option<&'t str>,
}

impl Telling<'_> {
    /// The name of the router that Traefik has copied for an entry point.
    pub(super) fn original(&self, object: &Loaded) -> Option<String> {
        let [Value::String(on)] = object.value.get("entryPoints")?.as_array()?.as_slice() else { return None };
        let has = |name: &str| self.other.get(Kind::Http, Part::Router, name).is_some();
        if (object.kind, object.part) != (Kind::Http, Part::Router) || has(&object.name) {
            return None;
        }
        let begin = format!("{on}-");
        let mut name = object.name.strip_prefix(&begin)?;
        let is_conflicted = name.starts_with(CONFLICTED);
        for begin in [CONFLICTED, &begin] {
            if has(name) {
                break;
            }
            name = name.strip_prefix(begin).unwrap_or(name);
        }
        let has_model = self.entry_points.iter().any(|entry| entry.name == *on && entry.has_model());
        (has(name) || has_model || is_conflicted).then(|| name.to_owned())
    }

    /// Takes back what the other side does not say of the object, which it calls by this name.
    pub(super) fn take_back(&self, object: &mut Loaded, name: &str) {
        let Loaded { kind, part, value, .. } = object;
        ADDED.iter().for_each(|added| drop(value.shift_remove(*added)));
        let other = self.other.get(*kind, *part, name).map(|definition| definition.value);
        if *part == Part::Router {
            self.take_back_names_of_defaults(value, other);
            take_back_priority(value, other);
        }
        if (*kind, *part) == (Kind::Http, Part::Router) {
            self.take_back_model(value, other);
            self.take_back_parents(value, other);
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

    /// What a router gets by the name `default`, or by the static configuration, without saying so.
    fn take_back_names_of_defaults(&self, value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
        let default = json!("default");
        let usual = value.get("ruleSyntax").is_some_and(|syntax| match (self.syntax, syntax.as_str()) {
            (Some(usual), Some(syntax)) => [usual, "default"].contains(&syntax),
            _ => true,
        });
        if usual && other.and_then(|other| other.field("ruleSyntax")).is_none() {
            value.shift_remove("ruleSyntax");
        }
        if let Some(Value::Object(tls)) = value.get_mut("tls")
            && tls.get("options") == Some(&default)
            && other.and_then(|other| other.field("tls")?.field("options")).is_none()
        {
            tls.shift_remove("options");
        }
    }

    /// Copies of parents, and those that are not there: Traefik adds the ones and drops the others.
    fn take_back_parents(&self, value: &mut Map<String, Value>, other: Option<Ref<'_>>) {
        let said = other.map(|other| names(other.field("parentRefs"))).unwrap_or_default();
        let is_there = |name: &str| {
            inventory::bare(name).is_none_or(|name| self.other.get(Kind::Http, Part::Router, name).is_some())
        };
        let empty = Vec::new();
        let live = value.get("parentRefs").and_then(Value::as_array).unwrap_or(&empty);
        let live: Vec<&str> =
            live.iter().filter_map(Value::as_str).map(|name| name.trim_end_matches("@file")).collect();
        let has = |name: &str| live.contains(&name.trim_end_matches("@file"));
        let is_copy = |name: &&str| {
            let original = |entry: &EntryPoint| name.strip_prefix(&entry.name)?.strip_prefix('-');
            self.entry_points.iter().filter_map(original).any(|name| said.iter().any(|said| said == name))
        };
        let names_them = |name: &&str| said.iter().any(|said| said.trim_end_matches("@file") == *name);
        let loaded = said.iter().filter(|name| is_there(name)).all(|name| {
            has(name) || {
                live.iter().any(|copy| copy.strip_suffix(name.as_str()).is_some_and(|begin| begin.ends_with('-')))
            }
        });
        if !said.is_empty() && loaded && live.iter().all(|name| names_them(name) || is_copy(name)) {
            value.insert("parentRefs".into(), said.into());
        }
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
    pub(super) fn take_back_entry_points(&self, kind: &str, name: &str, value: &mut Value) {
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
