//! What to change in a file, as a value; and the change itself, as replaced ranges of bytes.
//!
//! A [`Patch`] says what the file must mean afterwards. The format's module turns it into
//! [`Replacement`]s, they are applied to the text, and the new text is parsed again and compared
//! with what the patch asked for ([`proof`]). A surprise is refused, never written.

mod proof;
mod toml;
mod yaml;

use crate::document::{Document, Format, Kind, Ref, Span, Style};
use std::fmt;

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text; quoted where the bare text would mean something else.
    Str(String),
    /// A list.
    List(Vec<Value>),
    /// Names and values, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Text.
    pub fn str(text: impl Into<String>) -> Value {
        Value::Str(text.into())
    }
    /// A list of texts.
    pub fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::List(texts.into_iter().map(Value::str).collect())
    }
    /// A node as a value that can be written elsewhere; `None` for what would not survive that.
    pub fn of(node: Ref<'_>) -> Option<Value> {
        if node.properties().is_some() || node.is_null() {
            return None;
        }
        match node.kind() {
            Kind::Alias => None,
            Kind::Seq => node.items().map(Value::of).collect::<Option<_>>().map(Value::List),
            Kind::Map => {
                let entry = |(k, v): (Ref<'_>, Ref<'_>)| {
                    (!k.is_merge_key()).then(|| Some((k.text()?.to_owned(), Value::of(v)?))).flatten()
                };
                node.entries().map(entry).collect::<Option<_>>().map(Value::Map)
            }
            Kind::Scalar if node.style() != Style::Plain => Some(Value::str(node.text()?)),
            Kind::Scalar => match node.raw() {
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                raw => match raw.parse::<i64>() {
                    Ok(number) if number.to_string() == raw => Some(Value::Int(number)),
                    Ok(_) => None,
                    Err(_)
                        if raw.starts_with(|c: char| c.is_ascii_digit() || ".+-".contains(c))
                            && raw.parse::<f64>().is_ok() =>
                    {
                        None
                    }
                    Err(_) => Some(Value::str(node.text()?)),
                },
            },
        }
    }
}

/// What shall become of one place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Put this value there, in place of what stands there, if anything does.
    Set(Value),
    /// Take the entry away. A mapping that loses its last entry goes with it.
    Remove,
    /// Give the entry another key; its value stays, byte for byte.
    Rename(String),
    /// Change entries below, by key. Mappings that are missing are made.
    Inside(Vec<(String, Patch)>),
    /// The patch below, but a mapping that loses its last entry by it stays, as a key without a value (YAML).
    Hollow(Box<Patch>),
    /// Of a list, drop these items (by index), and put new ones at the end.
    Items {
        /// Indices of the items to drop.
        drop: Vec<usize>,
        /// Items to put at the end.
        push: Vec<Value>,
    },
}

impl Patch {
    /// This patch, at the end of a path of keys.
    pub fn at<'k>(self, path: impl IntoIterator<Item = &'k str, IntoIter: DoubleEndedIterator>) -> Patch {
        path.into_iter().rev().fold(self, |inner, key| Patch::Inside(vec![(key.to_owned(), inner)]))
    }

    /// Joins two patches of one file into one. The later wins where both set the same place.
    pub fn and(self, other: Patch) -> Patch {
        match (self, other) {
            (Patch::Inside(mut all), Patch::Inside(more)) => {
                for (key, patch) in more {
                    match all.iter_mut().find(|(k, _)| *k == key) {
                        Some((_, before)) => {
                            *before = std::mem::replace(before, Patch::Remove).and(patch);
                        }
                        None => all.push((key, patch)),
                    }
                }
                Patch::Inside(all)
            }
            (_, other) => other,
        }
    }
}

/// Bytes to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Which bytes.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a file can't be edited safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The 1-based line that stands in the way.
    pub line: usize,
    /// What is in the way.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// Applies `patch` and proves the result: the edited document, or why it can't be had.
///
/// The result is byte for byte the old text but for the replaced entries.
pub fn apply(document: &Document, patch: &Patch) -> Result<Document, Refusal> {
    if let Some(at) = crate::document::template_at(document.source()) {
        let line = document.line(at as u32);
        return Err(Refusal { line, message: "this file is a Go template ({{), which can't be edited safely".into() });
    }
    if document.is_transcoded() {
        return Err(Refusal {
            line: 1,
            message: "this file is UTF-16, which can't be edited here; write it as UTF-8".into(),
        });
    }
    let replacements = match document.format() {
        Format::Yaml => yaml::plan(document, patch)?,
        Format::Toml => toml::plan(document, patch)?,
    };
    let text = splice(document.source(), replacements)?;
    let edited = Document::parse(document.format(), text)
        .map_err(|error| Refusal { line: error.line, message: format!("the edited text would not parse: {error}") })?;
    proof::check(document, patch, &edited)?;
    Ok(edited)
}

/// Replaces ranges of bytes, which must not overlap.
fn splice(source: &str, mut replacements: Vec<Replacement>) -> Result<String, Refusal> {
    replacements.sort_by_key(|r| (r.span.start, r.span.end));
    let grown = replacements.iter().map(|r| r.text.len()).sum::<usize>();
    let mut text = String::with_capacity(source.len() + grown);
    let mut done = 0;
    for Replacement { span, text: new } in &replacements {
        let Some(kept) = source.get(done..span.start as usize) else {
            let line = crate::document::line_of(source, span.start as usize);
            return Err(Refusal { line, message: "two edits would touch the same bytes".into() });
        };
        text.push_str(kept);
        text.push_str(new);
        done = span.end as usize;
    }
    text.push_str(&source[done..]);
    Ok(text)
}

/// Which entry of `map` a patch means by `key` at this depth of the path.
///
/// Names of routers, services and so on stand at depth 2 and are exact; all else are fields of
/// Traefik's, which it matches without regard to case. Merged and aliased entries are not found:
/// they can't be edited here.
fn lookup<'d>(map: Ref<'d>, key: &str, depth: usize) -> Option<(Ref<'d>, Ref<'d>)> {
    let exact = |(k, _): &(Ref<'d>, Ref<'d>)| k.text() == Some(key);
    let loose = |(k, _): &(Ref<'d>, Ref<'d>)| k.text().is_some_and(|t| t.eq_ignore_ascii_case(key));
    match map.entries().find(exact) {
        None if depth != 2 => map.entries().find(loose),
        found => found,
    }
}

/// Whether a patch takes away the entry whose value this is.
fn goes(value: Ref<'_>, patch: &Patch, depth: usize) -> bool {
    match patch {
        Patch::Remove => true,
        Patch::Inside(patches) => value.kind() == Kind::Map && empties(value, patches, depth + 1),
        _ => false,
    }
}

/// Whether patches leave a mapping without entries.
fn empties(map: Ref<'_>, patches: &[(String, Patch)], depth: usize) -> bool {
    let found: Vec<_> = patches.iter().map(|(key, patch)| (lookup(map, key, depth), patch)).collect();
    let adds = found.iter().any(|(entry, patch)| entry.is_none() && value_of(patch).is_some());
    let leaves = |key: Ref<'_>, value: Ref<'_>| {
        found.iter().any(|(entry, patch)| entry.is_some_and(|(k, _)| k.id() == key.id()) && goes(value, patch, depth))
    };
    !adds && map.entries().all(|(key, value)| leaves(key, value))
}

/// What a patch puts where nothing stands yet.
fn value_of(patch: &Patch) -> Option<Value> {
    match patch {
        Patch::Set(value) => Some(value.clone()),
        Patch::Hollow(below) => value_of(below),
        Patch::Items { push, .. } if !push.is_empty() => Some(Value::List(push.clone())),
        Patch::Inside(patches) => {
            let entries: Vec<_> = patches.iter().filter_map(|(key, p)| Some((key.clone(), value_of(p)?))).collect();
            (!entries.is_empty()).then_some(Value::Map(entries))
        }
        _ => None,
    }
}
