//! Values as Traefik's fields get them: numbers that became text, lists in one text, keys in another case.
//!
//! Every function follows aliases. What makes Traefik refuse the file gives `None` or nothing here;
//! [`faults`](super::faults) says what that is.

use super::time;
use crate::document::scalar::Scalar;
use crate::document::{Format, Kind, Ref, Span, Style};
use std::borrow::Cow;

/// What Traefik's decoder puts between the items of a list that it has to hand on as one text.
const SEPARATOR: char = '║';

/// An item of a list of strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'d> {
    /// The text, trimmed.
    pub text: Cow<'d, str>,
    /// Where it stands: its own bytes where they are the text, else those of the scalar that holds it.
    pub span: Span,
}

/// An entry of a mapping of names: a router, a header, ….
#[derive(Clone, Debug)]
pub struct Entry<'d> {
    /// The name as Traefik gets it.
    pub name: Cow<'d, str>,
    /// Its key; for an item of a list, which gives `[0]` for a name, the item itself.
    pub key: Ref<'d>,
    /// What it stands for, not null; aliases are followed.
    pub value: Ref<'d>,
}

/// Whether a node is null, which Traefik takes as if it were not there.
pub fn is_null(node: Ref<'_>) -> bool {
    let node = node.resolved();
    match node.properties() {
        None => node.is_null(),
        Some(_) => matches!(Scalar::of(node), Some(Scalar::Null)),
    }
}

/// The text that a string field gets: `1.50` gives `1.500000`, `0123` gives `83`, a list `║24║a║b`, `{}` nothing.
/// `None` for null, a date, and a mapping that holds something.
pub fn text(node: Ref<'_>) -> Option<Cow<'_, str>> {
    let node = node.resolved();
    match node.kind() {
        Kind::Scalar => Scalar::of(node)?.into_text(),
        Kind::Seq => joined(node).map(Cow::Owned),
        _ => fields_of(node).next().is_none().then_some(Cow::Borrowed("")),
    }
}

/// The one text that Traefik's decoder makes of a list's scalars.
fn joined(list: Ref<'_>) -> Option<String> {
    let mut kind = 0;
    let mut all = String::new();
    for item in list.items().map(Ref::resolved) {
        match Scalar::of(item) {
            None if item.kind() == Kind::Map => kind = kind.max(21),
            None => return None,
            Some(value) => {
                kind = kind.max(value.go_kind(item.document().format()));
                all.push(SEPARATOR);
                all.push_str(&value.into_text()?);
            }
        }
    }
    Some(if all.is_empty() { all } else { format!("{SEPARATOR}{kind}{all}") })
}

/// The number that an integer field gets.
pub fn integer(node: Ref<'_>) -> Option<i64> {
    text(node)?.parse().ok()
}

/// What a boolean field gets.
pub fn boolean(node: Ref<'_>) -> Option<bool> {
    parse_bool(&text(node)?)
}

/// Go's `strconv.ParseBool`.
pub(super) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The nanoseconds that a duration field gets: a bare number counts seconds.
pub fn duration(node: Ref<'_>) -> Option<i64> {
    time::duration(&text(node)?).ok()
}

/// What a list of strings gets: a scalar is split at commas, each item is trimmed, mappings give nothing.
pub fn list(node: Ref<'_>) -> Vec<Item<'_>> {
    let node = node.resolved();
    match node.kind() {
        Kind::Seq => {
            let mut items = Vec::new();
            for item in node.items().map(Ref::resolved) {
                if let Some(text) = Scalar::of(item).and_then(Scalar::into_text) {
                    split(item, text, SEPARATOR, &mut items);
                }
            }
            items
        }
        Kind::Scalar => {
            let mut items = Vec::new();
            match Scalar::of(node).and_then(Scalar::into_text) {
                Some(text) if text.contains(SEPARATOR) => {
                    split(node, text, SEPARATOR, &mut items);
                    items.drain(..2);
                }
                Some(text) if !text.is_empty() => split(node, text, ',', &mut items),
                _ => {}
            }
            items
        }
        _ => Vec::new(),
    }
}

fn split<'d>(node: Ref<'d>, text: Cow<'d, str>, separator: char, items: &mut Vec<Item<'d>>) {
    let whole = node.span();
    // Where the text is the file's own, an item's bytes are the item's.
    let start = match (&text, node.style()) {
        (Cow::Borrowed(t), Style::Plain) if node.raw() == *t => Some(whole.start),
        (Cow::Borrowed(t), Style::Quoted) if node.raw().get(1..t.len() + 1) == Some(t) => Some(whole.start + 1),
        _ => None,
    };
    let mut at = 0;
    let mut add = |part: Cow<'d, str>, before: usize| {
        let span = match start {
            Some(start) => Span::new(start as usize + before, start as usize + before + part.len()),
            None => whole,
        };
        items.push(Item { text: part, span });
    };
    match text {
        Cow::Borrowed(text) => {
            for part in text.split(separator) {
                let lead = part.len() - part.trim_start().len();
                add(Cow::Borrowed(part.trim()), at + lead);
                at += part.len() + separator.len_utf8();
            }
        }
        Cow::Owned(text) => text.split(separator).for_each(|part| add(Cow::Owned(part.trim().to_owned()), 0)),
    }
}

/// The structs that a list of them gets. Of a list only the mappings count; of a mapping, each value is one, and
/// a value that is no mapping is a struct without fields.
pub fn structs(node: Ref<'_>) -> Vec<Ref<'_>> {
    let node = node.resolved();
    match node.kind() {
        Kind::Seq => node.items().map(Ref::resolved).filter(|item| item.kind() == Kind::Map).collect(),
        Kind::Map => {
            let mut all = entries(node);
            all.sort_by(|a, b| a.name.cmp(&b.name));
            all.into_iter().map(|entry| entry.value).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a field that may stand without content (a router's `tls`, `compress`, `sticky`, …) is there: null,
/// `false` and any other text but `true` leave it out.
pub fn is_on(node: Ref<'_>) -> bool {
    !is_null(node)
        && match node.resolved().kind() {
            Kind::Map => true,
            _ => text(node).is_some_and(|text| text.is_empty() || is_true(&text)),
        }
}

pub(super) fn is_true(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}

/// The name that a key gives: `<int Value>` for a number and so on; `None` for null, which is dropped.
pub fn key_name(key: Ref<'_>) -> Option<Cow<'_, str>> {
    let key = key.resolved();
    if key.document().format() == Format::Toml {
        return key.text().map(Cow::Borrowed);
    }
    Some(match Scalar::of(key)? {
        Scalar::Text(text) => text,
        Scalar::Null | Scalar::Impossible(_) => return None,
        Scalar::Bool(_) => Cow::Borrowed("<bool Value>"),
        Scalar::Int(_) => Cow::Borrowed("<int Value>"),
        Scalar::Uint(_) => Cow::Borrowed("<uint64 Value>"),
        Scalar::Float(_) => Cow::Borrowed("<float64 Value>"),
        Scalar::Time => Cow::Borrowed("<time.Time Value>"),
    })
}

/// The entries of a mapping of names (routers, headers, …) in the order of the file: aliases and merge keys are
/// followed, null is left out. The mappings in a list are called `[0]`, `[1]`, …; anything else has no entries.
pub fn entries(node: Ref<'_>) -> Vec<Entry<'_>> {
    let node = node.resolved();
    match node.kind() {
        Kind::Seq => {
            let items = node.items().map(Ref::resolved).enumerate();
            items
                .filter(|(_, item)| item.kind() == Kind::Map)
                .map(|(number, item)| Entry { name: Cow::Owned(format!("[{number}]")), key: item, value: item })
                .collect()
        }
        _ => fields_of(node).filter_map(|(key, value)| Some(Entry { name: key_name(key)?, key, value })).collect(),
    }
}

/// The fields of a mapping that are not null, with aliases and merge keys followed.
pub(super) fn fields_of(node: Ref<'_>) -> impl Iterator<Item = (Ref<'_>, Ref<'_>)> {
    pairs(node).filter(|(_, value)| !is_null(*value))
}

/// The same with null; without a copy where there is no merge key.
pub(super) fn pairs(node: Ref<'_>) -> impl Iterator<Item = (Ref<'_>, Ref<'_>)> {
    let merges = node.entries().any(|(key, _)| key.is_merge_key());
    let merged = if merges { node.fields() } else { Vec::new() };
    let own = node.entries().filter(move |_| !merges).map(|(key, value)| (key, value.resolved()));
    own.chain(merged)
}

/// Every value of a field, null left out: keys match without regard to case, and where several spellings stand side
/// by side Traefik applies them one after the other in byte order, so that the last wins where they can't be merged.
pub fn spellings<'d>(node: Ref<'d>, name: &str) -> Vec<Ref<'d>> {
    let mut found: Vec<(Cow<'d, str>, Ref<'d>)> = called(node, name).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.into_iter().map(|(_, value)| value).collect()
}

/// The value of a field, where there is one that is not null.
pub fn field<'d>(node: Ref<'d>, name: &str) -> Option<Ref<'d>> {
    called(node, name).max_by(|a, b| a.0.cmp(&b.0)).map(|(_, value)| value)
}

/// The value of a field of a field, and so on.
pub fn below<'d>(node: Ref<'d>, names: &[&str]) -> Option<Ref<'d>> {
    names.iter().try_fold(node, |node, name| field(node, name))
}

/// The keys that are a field's name, with their values, null left out. Most keys are another field's, so that is asked
/// first.
fn called<'d>(node: Ref<'d>, name: &str) -> impl Iterator<Item = (Cow<'d, str>, Ref<'d>)> {
    let may_be = move |key: Ref<'d>| key.resolved().text().is_some_and(|text| is_called(text, name));
    let found = pairs(node.resolved()).filter(move |(key, value)| may_be(*key) && !is_null(*value));
    found.filter_map(move |(key, value)| Some((key_name(key).filter(|key| is_called(key, name))?, value)))
}

/// Several fields at once, in one walk over the mapping: for objects of which there may be very many.
pub fn pick<'d, const N: usize>(node: Ref<'d>, names: [&str; N]) -> [Option<Ref<'d>>; N] {
    let mut found: [Option<(&str, Ref<'d>)>; N] = [None; N];
    for (key, value) in pairs(node.resolved()) {
        let Some(text) = key.resolved().text() else { continue };
        let Some(at) = names.iter().position(|name| is_called(text, name)).filter(|_| !is_null(value)) else {
            continue;
        };
        if found[at].is_none_or(|(before, _)| before <= text) {
            found[at] = Some((text, value));
        }
    }
    found.map(|found| found.map(|(_, value)| value))
}

/// The entries of a mapping of names below several spellings of one section (`http:` and `HTTP:`): name by name the
/// last spelling wins, wholly.
pub fn merged<'d>(sections: &[Ref<'d>]) -> Vec<Entry<'d>> {
    let mut all: Vec<Entry<'d>> = Vec::new();
    for section in sections {
        let added = entries(*section);
        if !all.is_empty() {
            let names: std::collections::HashSet<&str> = added.iter().map(|e| &*e.name).collect();
            all.retain(|entry| !names.contains(&*entry.name));
        }
        all.extend(added);
    }
    all
}

/// Whether a key is this field's: Go compares without regard to case, by Unicode's simple folding.
pub(super) fn is_called(key: &str, name: &str) -> bool {
    if key.len() == name.len() {
        return key.eq_ignore_ascii_case(name);
    }
    // `K` (Kelvin) folds to k, `ſ` to s: the only letters beyond ASCII that do.
    !key.is_ascii()
        && key.chars().count() == name.len()
        && key.chars().zip(name.chars()).all(|(a, b)| match a {
            '\u{212a}' => b.eq_ignore_ascii_case(&'k'),
            '\u{17f}' => b.eq_ignore_ascii_case(&'s'),
            a => a.eq_ignore_ascii_case(&b),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn document(source: &str) -> Document {
        Document::parse(Format::Yaml, source.into()).unwrap()
    }

    fn texts(source: &str) -> Vec<String> {
        let document = document(source);
        list(field(document.root().unwrap(), "a").unwrap()).into_iter().map(|i| i.text.into_owned()).collect()
    }

    #[test]
    fn lists_of_strings() {
        assert_eq!(texts("a: web, websecure"), ["web", "websecure"]);
        assert_eq!(texts("a: [' web ', 'a,b', 1.50]"), ["web", "a,b", "1.500000"]);
        assert_eq!(texts("a: {b: c}"), [""; 0]);
        assert_eq!(texts("a: ''"), [""; 0]);
        assert_eq!(texts("a: ['']"), [""]);
        assert_eq!(texts("a: [x, {}]"), ["x"]);
        assert_eq!(texts("a: [x║y]"), ["x", "y"]);
        let document = document("a: \"web, é ,b\"\n");
        let items = list(field(document.root().unwrap(), "A").unwrap());
        let raw: Vec<_> = items.iter().map(|i| &document.source()[i.span.range()]).collect();
        assert_eq!(raw, ["web", "é", "b"]);
    }

    #[test]
    fn lists_of_structs() {
        let count = |source: &str| structs(field(document(source).root().unwrap(), "a").unwrap()).len();
        assert_eq!(count("a: ['http://x']"), 0);
        assert_eq!(count("a: http://x"), 0);
        assert_eq!(count("a: [x, {url: y}]"), 1);
        assert_eq!(count("a: {url: x, weight: 1}"), 2);
    }

    #[test]
    fn switches() {
        let on = |value: &str| is_on(document(&format!("a: {value}\nb: 1\n")).root().unwrap().field("a").unwrap());
        assert!(["{}", "true", "\"TRUE\"", "[]", "\"\"", "{a: b}"].into_iter().all(on));
        assert!(!["", "null", "false", "1", "hello", "[a]"].into_iter().any(on));
    }

    #[test]
    fn names_of_objects() {
        let document = document("1: a\ntrue: b\n2024-01-01: c\nnull: d\n'': e\nno: f\n1.5: g\n'2': h\nz:\n");
        let names: Vec<_> = entries(document.root().unwrap()).into_iter().map(|e| e.name.into_owned()).collect();
        let wanted = ["<int Value>", "<bool Value>", "<time.Time Value>", "", "no", "<float64 Value>", "2"];
        assert_eq!(names, wanted);
    }

    #[test]
    fn spellings_are_applied_in_byte_order_and_null_is_none() {
        let document = document("a: 1\nA: 2\nB: 3\nb: null\n\u{212a}ey: 4\n");
        let get = |name| field(document.root().unwrap(), name).and_then(integer);
        assert_eq!((get("a"), get("b"), get("c"), get("key")), (Some(1), Some(3), None, Some(4)));
    }

    #[test]
    fn objects_below_several_spellings_of_a_section_are_merged() {
        let document = document("HTTP: {x: 1, y: 2}\nhttp: {y: 3}\n");
        let all = merged(&spellings(document.root().unwrap(), "http"));
        let all: Vec<_> = all.iter().map(|e| (&*e.name, integer(e.value).unwrap())).collect();
        assert_eq!(all, [("x", 1), ("y", 3)]);
    }
}
