//! What a value says to Traefik, whatever it is written like: YAML or TOML, quotes, aliases, spelling of keys, defaults
//! that are spelled out.

use crate::document::{Kind, Ref};
use crate::release::Release;
use crate::schema::table::{Element, Field, Type};
use crate::schema::value;
use std::collections::BTreeMap;
use std::fmt;

/// A value as Traefik gets it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// Text, a number, a truth value, a duration.
    Text(String),
    /// Values in their order.
    List(Vec<Meaning>),
    /// Values by the names of their fields.
    Fields(BTreeMap<String, Meaning>),
}

/// What a field's value says; nothing where it says no more than its absence.
pub(super) fn of(node: Ref<'_>, field: &Field, release: Release) -> Option<Meaning> {
    if value::is_null(node) {
        return None;
    }
    match field.kind {
        Type::Struct => structure(node, field, release),
        Type::Map(element) => {
            let entry = |entry: value::Entry<'_>| {
                let meaning = match element {
                    Element::Struct => structure(entry.value, field, release)?,
                    Element::Text | Element::Int => Meaning::Text(value::text(entry.value)?.into_owned()),
                    Element::Plugin => anything(entry.value, 0),
                };
                Some((entry.name.into_owned(), meaning))
            };
            fields(value::entries(node).into_iter().filter_map(entry).collect())
        }
        Type::List(Element::Struct) => {
            let items = value::structs(node).into_iter();
            list(items.filter_map(|item| structure(item, field, release)).collect())
        }
        Type::List(_) => {
            list(value::list(node).into_iter().map(|item| Meaning::Text(item.text.into_owned())).collect())
        }
        Type::Text => plain(field, value::text(node)?.into_owned()),
        Type::Bool => plain(field, value::boolean(node)?.to_string()),
        Type::Int | Type::Uint32 => plain(field, value::integer(node)?.to_string()),
        Type::Duration => plain(field, duration(value::duration(node)?)),
        Type::Opaque => None,
    }
}

/// What an item of a list of structs, or what a name in a mapping of them, says.
pub(super) fn item(node: Ref<'_>, list: &Field, release: Release) -> Option<Meaning> {
    structure(node, list, release)
}

/// A struct: of its fields, those that say something.
fn structure(node: Ref<'_>, field: &Field, release: Release) -> Option<Meaning> {
    if node.resolved().kind() != Kind::Map {
        return value::is_on(node).then(|| Meaning::Fields(BTreeMap::new()));
    }
    let named = field.fields.iter().filter(|below| below.is_in(release) && !below.is_ignored);
    let found = named.filter_map(|below| {
        let meaning = of(value::field(node, below.name())?, below, release)?;
        Some((below.name().to_owned(), meaning))
    });
    Some(Meaning::Fields(found.collect()))
}

fn fields(fields: BTreeMap<String, Meaning>) -> Option<Meaning> {
    (!fields.is_empty()).then_some(Meaning::Fields(fields))
}

fn list(items: Vec<Meaning>) -> Option<Meaning> {
    (!items.is_empty()).then_some(Meaning::List(items))
}

/// A value that is not what the field has anyway.
fn plain(field: &Field, text: String) -> Option<Meaning> {
    let is_pointer = field.go_type.starts_with('*');
    let default = match field.kind {
        _ if is_pointer && field.default.is_empty() => return Some(Meaning::Text(text)),
        Type::Duration => duration(crate::schema::time::duration(field.default).unwrap_or_default()),
        Type::Bool if field.default.is_empty() => "false".into(),
        Type::Int | Type::Uint32 if field.default.is_empty() => "0".into(),
        _ => field.default.to_owned(),
    };
    (text != default).then_some(Meaning::Text(text))
}

/// Nanoseconds in the largest unit that gives a whole number.
fn duration(nanoseconds: i64) -> String {
    let units =
        [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("µs", 1000)];
    let fits = |(_, size): &(&str, i64)| nanoseconds != 0 && nanoseconds % size == 0;
    match units.into_iter().find(fits) {
        Some((unit, size)) => format!("{}{unit}", nanoseconds / size),
        None if nanoseconds == 0 => "0s".into(),
        None => format!("{nanoseconds}ns"),
    }
}

/// What a plugin gets: the tree as it is.
fn anything(node: Ref<'_>, depth: usize) -> Meaning {
    // Documents are not as deep as this; a chain of aliases might be.
    const DEEPEST: usize = 100;
    let node = node.resolved();
    match node.kind() {
        _ if depth > DEEPEST => Meaning::Text(node.raw().to_owned()),
        Kind::Seq => Meaning::List(node.items().map(|item| anything(item, depth + 1)).collect()),
        Kind::Map => {
            let entries = value::entries(node).into_iter();
            Meaning::Fields(entries.map(|e| (e.name.into_owned(), anything(e.value, depth + 1))).collect())
        }
        _ => Meaning::Text(value::text(node).map_or_else(|| node.raw().to_owned(), |text| text.into_owned())),
    }
}

impl Meaning {
    /// The value below a path of fields.
    pub fn at(&self, path: &[&str]) -> Option<&Meaning> {
        path.iter().try_fold(self, |meaning, name| match meaning {
            Meaning::Fields(fields) => fields.get(*name),
            _ => None,
        })
    }

    /// The items of a list, each on one line.
    pub fn items(&self) -> Vec<String> {
        match self {
            Meaning::List(items) => items.iter().map(ToString::to_string).collect(),
            one => vec![one.to_string()],
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Meaning::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// On one line. A server is its address, where nothing else is said of it; what is named is its name.
impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Meaning::Text(text) => f.write_str(text),
            Meaning::List(items) => {
                f.write_str("[")?;
                for (number, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if number > 0 { ", " } else { "" })?;
                }
                f.write_str("]")
            }
            Meaning::Fields(fields) => {
                let name = ["url", "address", "name", "main", "certFile"]
                    .into_iter()
                    .find_map(|key| Some((key, fields.get(key)?)));
                let rest: Vec<String> = fields
                    .iter()
                    .filter(|(key, _)| name.is_none_or(|(name, _)| name != key.as_str()))
                    .map(|(key, value)| format!("{key}: {value}"))
                    .collect();
                match name {
                    Some((_, name)) if rest.is_empty() => write!(f, "{name}"),
                    Some((_, name)) => write!(f, "{name} ({})", rest.join(", ")),
                    None => write!(f, "{{{}}}", rest.join(", ")),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Format};
    use crate::schema::table;

    fn meaning(format: Format, text: &str, path: &str) -> Option<Meaning> {
        let document = Document::parse(format, text.into()).unwrap();
        let root = document.root().unwrap();
        of(value::field(root, "v").unwrap_or(root), table::find(path).unwrap(), Release::parse("3.7").unwrap())
    }

    fn same(path: &str, texts: &[(Format, &str)]) {
        let all: Vec<_> = texts.iter().map(|(format, text)| meaning(*format, text, path)).collect();
        assert!(all.iter().all(|one| *one == all[0]), "{all:#?}");
    }

    #[test]
    fn what_is_written_otherwise_says_the_same() {
        use Format::{Toml, Yaml};
        let balancer = "http.services.*.loadBalancer";
        same(
            balancer,
            &[
                (Yaml, "servers:\n  - url: http://a\n"),
                (Yaml, "{SERVERS: [{Url: 'http://a'}], passHostHeader: true}"),
                (Toml, "[[servers]]\nurl = \"http://a\"\n"),
                (Yaml, "x: &a http://a\nservers: [{url: *a, weight: null, preservePath: false}]\n"),
            ],
        );
        same("http.routers.*.entryPoints", &[(Yaml, "v: [a, b]"), (Yaml, "v: a, b"), (Toml, "v = [\"a\", \"b\"]")]);
        same("http.middlewares.*.retry.initialInterval", &[(Yaml, "v: 90"), (Yaml, "v: 1m30s"), (Yaml, "v: 90000ms")]);
        assert_eq!(meaning(Yaml, "v: {}", "http.routers.*.tls"), Some(Meaning::Fields(BTreeMap::new())));
        assert_eq!(meaning(Yaml, "v: 0", "http.routers.*.priority"), None);
        assert_ne!(
            meaning(Yaml, "v: {passHostHeader: false}", balancer),
            meaning(Yaml, "v: {passHostHeader: true}", balancer)
        );
    }

    #[test]
    fn one_line_says_it() {
        let shown = |text: &str, path: &str| meaning(Format::Yaml, text, path).unwrap().to_string();
        let path = "http.services.*.loadBalancer.servers";
        assert_eq!(shown("v: [{url: a}, {url: b, weight: 2}]", path), "[a, b (weight: 2)]");
        assert_eq!(shown("v: 5400", "http.middlewares.*.retry.initialInterval"), "90m");
        assert_eq!(shown("v: {p: {a: [1, {b: c}]}}", "http.middlewares.*.plugin"), "{p: {a: [1, {b: c}]}}");
    }
}
