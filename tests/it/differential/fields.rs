//! Cases of the group `fields`: every field of the dynamic configuration with every sort of value, in YAML and TOML.

use super::Case;
use crate::support::random::Random;
use cloudlunacy::schema::table::{self, Element, Field, Type};

/// Values in YAML and, where it has them, in TOML.
const VALUES: &[(&str, &str, Option<&str>)] = &[
    ("null", "null", None),
    ("map", "{}", Some("{}")),
    ("list", "[]", Some("[]")),
    ("empty", "\"\"", Some("\"\"")),
    ("text", "some", Some("\"some\"")),
    ("texts", "a, b", Some("\"a, b\"")),
    ("int", "10", Some("10")),
    ("negative", "-1", Some("-1")),
    ("quoted-int", "\"10\"", Some("\"10\"")),
    ("octal", "010", Some("0o10")),
    ("hex", "0x10", Some("0x10")),
    ("grouped", "1_000", Some("1_000")),
    ("exponent", "1e3", Some("1e3")),
    ("huge", "18446744073709551615", Some("9223372036854775807")),
    ("too-huge", "99999999999999999999", None),
    ("float", "1.50", Some("1.50")),
    ("round", "10.0", Some("10.0")),
    ("nan", ".nan", Some("nan")),
    ("infinite", "-.inf", Some("-inf")),
    ("true", "true", Some("true")),
    ("True", "True", Some("\"True\"")),
    ("false", "false", Some("false")),
    ("yes", "yes", Some("\"yes\"")),
    ("t", "t", Some("\"t\"")),
    ("duration", "1h30m", Some("\"1h30m\"")),
    ("bad-duration", "1d", Some("\"1d\"")),
    ("date", "2024-01-01", Some("2024-01-01")),
    ("time", "2001-12-14t21:59:43.10-05:00", Some("07:32:00")),
    ("tagged", "!!str 10", None),
    ("binary", "!!binary aHR0cDovL3g=", None),
    ("list-text", "[a, b]", Some("[\"a\", \"b\"]")),
    ("list-mixed", "[1, true, a]", Some("[1, true, \"a\"]")),
    ("list-bools", "[1, true]", Some("[1, true]")),
    ("list-null", "[a, null]", None),
    ("list-list", "[[a]]", Some("[[\"a\"]]")),
    ("list-date", "[2024-01-01]", Some("[2024-01-01]")),
    ("list-map", "[{a: b}]", Some("[{a = \"b\"}]")),
    ("list-empty-map", "[{}]", Some("[{}]")),
    ("list-both", "[x, {}]", Some("[\"x\", {}]")),
    ("map-text", "{a: b}", Some("{a = \"b\"}")),
    ("map-null", "{a: null}", None),
    ("map-list", "{a: [b]}", Some("{a = [\"b\"]}")),
    ("map-map", "{a: {b: c}}", Some("{a = {b = \"c\"}}")),
    ("map-empty-map", "{a: {}}", Some("{a = {}}")),
    ("int-keys", "{1: a, true: {}}", None),
];

/// Every field with every value, then its name misspelt, in another case, and beside another spelling.
pub(crate) fn fields(seed: u64) -> impl Iterator<Item = Case> {
    let mut all = Vec::new();
    collect(table::root(), &mut all);
    let mut cases: Vec<Case> = all.into_iter().flat_map(cases).collect();
    Random::new(seed).shuffle(&mut cases);
    cases.into_iter()
}

fn collect(field: &'static Field, all: &mut Vec<&'static Field>) {
    for below in &field.fields {
        all.push(below);
        collect(below, all);
    }
}

fn cases(field: &'static Field) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |what: String, yaml: Option<String>, toml: Option<String>| {
        let name = |format: &str| format!("{} {what} {format}", field.path);
        cases.extend(yaml.map(|text| Case::new(name("yaml"), [("a.yml", text)])));
        cases.extend(toml.map(|text| Case::new(name("toml"), [("a.toml", text)])));
    };
    for (what, yaml, toml) in VALUES {
        let entry = format!("{}: {yaml}", field.name());
        let in_toml = toml.map(|value| in_toml(field.path, &format!("{} = {value}", field.name())));
        add((*what).to_owned(), Some(in_yaml(field.path, &entry)), in_toml);
    }
    let (yaml, toml) = fitting(field);
    let name = field.name();
    let mut beside = |what: &str, keys: &[String]| {
        let yaml: Vec<String> = keys.iter().map(|key| format!("{key}: {yaml}")).collect();
        let toml: Vec<String> = keys.iter().map(|key| format!("{key} = {toml}")).collect();
        add(what.to_owned(), Some(in_yaml(field.path, &yaml.join(", "))), Some(in_toml(field.path, &toml.join(", "))));
    };
    beside("fits", &[name.to_owned()]);
    beside("misspelt", &[format!("{name}x")]);
    beside("kebab", &[name.chars().map(|c| if c.is_ascii_uppercase() { '-' } else { c }).collect()]);
    beside("upper", &[name.to_ascii_uppercase()]);
    beside("lower", &[name.to_ascii_lowercase()]);
    beside("twice", &[name.to_owned(), name.to_ascii_uppercase()]);
    add("absent".into(), Some(in_yaml(field.path, "")), Some(in_toml(field.path, "")));
    add("misspelt null".into(), Some(in_yaml(field.path, &format!("{name}x: , {name}: {yaml}"))), None);
    let rest = in_yaml(field.path, "<<: *x").split_off(1);
    add("merged".into(), Some(format!("{{x: &x {{{name}: {yaml}}}, {rest}")), None);
    cases
}

/// A value that the field takes, in YAML and TOML.
fn fitting(field: &Field) -> (&'static str, &'static str) {
    match field.kind {
        Type::Struct | Type::Map(Element::Struct) | Type::Opaque => ("{}", "{}"),
        Type::Map(Element::Plugin) => ("{p: {a: b}}", "{p = {a = \"b\"}}"),
        Type::Map(_) => ("{a: 1}", "{a = 1}"),
        Type::List(Element::Struct) => ("[{}]", "[{}]"),
        Type::List(_) => ("[a]", "[\"a\"]"),
        Type::Text => ("a", "\"a\""),
        Type::Bool => ("true", "true"),
        Type::Int | Type::Uint32 => ("5", "5"),
        Type::Duration => ("5s", "\"5s\""),
    }
}

/// The fields around a field, as `(name, is a list)`; `*` is a name.
fn around(path: &'static str) -> Vec<(&'static str, bool)> {
    let above = path.rsplit_once('.').map_or("", |(above, _)| above);
    let names = above.split('.').filter(|name| !name.is_empty());
    names
        .map(|name| if name == "*" { ("n", false) } else { (name.trim_end_matches("[]"), name.ends_with("[]")) })
        .collect()
}

fn in_yaml(path: &'static str, entry: &str) -> String {
    let mut text = format!("{{{entry}}}");
    for (name, is_list) in around(path).into_iter().rev() {
        text = if is_list { format!("{{{name}: [{text}]}}") } else { format!("{{{name}: {text}}}") };
    }
    text + "\n"
}

fn in_toml(path: &'static str, entries: &str) -> String {
    let around = around(path);
    let Some(((first, _), inner)) = around.split_first() else { return entries.replace(", ", "\n") + "\n" };
    let mut text = format!("{{{entries}}}");
    for (name, is_list) in inner.iter().rev() {
        text = if *is_list { format!("{{{name} = [{text}]}}") } else { format!("{{{name} = {text}}}") };
    }
    format!("{first} = {text}\n")
}
