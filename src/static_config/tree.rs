//! Settings as Traefik's decoder takes them, whether they come from a file, from flags or from the environment:
//! a tree of names and values, each with the bytes where it stands.

use crate::document::{Kind, Ref, Span};
use std::borrow::Cow;

/// A name with its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Node {
    /// The name as it is written; of an item in a list, its index.
    pub(super) key: String,
    /// Where the name stands.
    pub(super) key_at: Span,
    /// Where the value stands.
    pub(super) at: Span,
    /// What stands there.
    pub(super) value: Value,
}

/// A value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing: as if the name were not there.
    #[default]
    Null,
    /// Text, a number, a boolean.
    Scalar(String),
    /// Items.
    List(Vec<Node>),
    /// Names with their values.
    Map(Vec<Node>),
}

/// How deep settings are followed; no setting lies deeper.
const DEEPEST: usize = 24;
/// How many nodes a static configuration may have; aliases of aliases can ask for any number.
const MOST: usize = 100_000;

impl Node {
    /// What a document says.
    pub(super) fn of(root: Ref<'_>) -> Node {
        let mut left = MOST;
        let mut node = read(root, 0, &mut left);
        node.at = root.span();
        node
    }

    /// The value of a field of Traefik's. Names match without regard to case; of several spellings the last in byte
    /// order is applied last.
    pub(super) fn field(&self, name: &str) -> Option<&Node> {
        self.fields()
            .iter()
            .filter(|f| f.key.eq_ignore_ascii_case(name) && !f.is_null())
            .max_by(|a, b| a.key.cmp(&b.key))
    }

    /// The value below several fields.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, name| node.field(name))
    }

    /// The names below, as they are written.
    pub(super) fn fields(&self) -> &[Node] {
        match &self.value {
            Value::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The names below that have a value.
    pub(super) fn children(&self) -> impl Iterator<Item = &Node> {
        self.fields().iter().filter(|f| !f.is_null())
    }

    /// The items of a list; from flags and variables they come as names in brackets.
    pub(super) fn items(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Map(fields) if fields.iter().all(|f| f.key.starts_with('[')) && !fields.is_empty() => Some(fields),
            _ => None,
        }
    }

    /// Whether nothing stands there.
    pub(super) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Its text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a field, unless it is empty.
    pub(super) fn words(&self, path: &[&str]) -> Option<String> {
        self.find(path)?.text().filter(|text| !text.is_empty()).map(str::to_owned)
    }

    /// Whether a boolean field is true, with what holds where it is not there, or is no boolean.
    pub(super) fn flag(&self, path: &[&str], default: bool) -> bool {
        self.find(path).and_then(Node::text).and_then(boolean).unwrap_or(default)
    }

    /// A section that may stand without anything in it: there unless its text says something other than true.
    pub(super) fn section(&self, path: &[&str]) -> Option<&Node> {
        self.find(path)
            .filter(|node| node.text().is_none_or(|text| text.is_empty() || text.eq_ignore_ascii_case("true")))
    }

    /// The items of a list of texts, trimmed; one text is split at its commas.
    pub(super) fn list(&self) -> Vec<(&str, Span)> {
        match &self.value {
            Value::List(items) => items.iter().filter_map(|item| Some((item.text()?.trim(), item.at))).collect(),
            Value::Scalar(text) if !text.is_empty() => text.split(',').map(|word| (word.trim(), self.at)).collect(),
            _ => Vec::new(),
        }
    }

    /// Puts a value at a path, as flags and variables do.
    pub(super) fn insert(&mut self, path: &[Cow<'_, str>], value: &str, key_at: Span, at: Span) {
        let Some((name, rest)) = path.split_first() else {
            self.at = at;
            if self.fields().is_empty() {
                self.value = Value::Scalar(value.to_owned());
            }
            return;
        };
        if !matches!(self.value, Value::Map(_)) {
            self.value = Value::Map(Vec::new());
        }
        let Value::Map(fields) = &mut self.value else { return };
        let found = fields.iter().position(|f| f.key.eq_ignore_ascii_case(name));
        let index = found.unwrap_or_else(|| {
            fields.push(Node { key: name.clone().into_owned(), key_at, at, value: Value::Null });
            fields.len() - 1
        });
        if let Some(field) = fields.get_mut(index) {
            field.insert(rest, value, key_at, at);
        }
    }
}

/// A boolean as Go reads it.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

fn read(node: Ref<'_>, depth: usize, left: &mut usize) -> Node {
    let node = node.resolved();
    let mut read = Node { at: node.span(), ..Node::default() };
    if depth > DEEPEST || *left == 0 || node.is_null() {
        return read;
    }
    *left -= 1;
    read.value = match node.kind() {
        Kind::Map => Value::Map(
            node.fields()
                .into_iter()
                .map(|(key, value)| Node {
                    key: key.resolved().text().unwrap_or_default().to_owned(),
                    key_at: key.span(),
                    ..self::read(value, depth + 1, left)
                })
                .collect(),
        ),
        Kind::Seq => Value::List(
            node.items()
                .enumerate()
                .map(|(index, item)| Node {
                    key: format!("[{index}]"),
                    key_at: item.span(),
                    ..self::read(item, depth + 1, left)
                })
                .collect(),
        ),
        Kind::Scalar | Kind::Alias => Value::Scalar(node.text().unwrap_or_default().to_owned()),
    };
    read
}
