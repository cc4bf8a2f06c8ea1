//! A part of an object's configuration that knows its path, so that what is wrong can be pointed at.

use super::{Broken, BrokenKind};
use crate::document::{Ref, Span};
use crate::schema::value::{self, Item};
use std::borrow::Cow;

/// A struct of the configuration, read as Traefik reads it.
#[derive(Clone, Copy)]
pub(in super::super) struct Part<'p, 'd> {
    /// What stands there.
    pub(in super::super) node: Ref<'d>,
    /// Its key; empty for the whole object.
    pub(in super::super) name: &'static str,
    above: Option<&'p Part<'p, 'd>>,
}

impl<'p, 'd> Part<'p, 'd> {
    /// An object as a whole.
    pub(in super::super) fn whole(node: Ref<'d>) -> Part<'p, 'd> {
        Part { node: node.resolved(), name: "", above: None }
    }

    /// The field of this name, where it is there.
    pub(in super::super) fn field(&'p self, name: &'static str) -> Option<Part<'p, 'd>> {
        Some(Part { node: value::field(self.node, name)?, name, above: Some(self) })
    }

    /// A text; empty where it is not there.
    pub(in super::super) fn text(&self, name: &str) -> Cow<'d, str> {
        value::field(self.node, name).and_then(value::text).unwrap_or_default()
    }

    /// A number, where it is there.
    pub(in super::super) fn integer(&self, name: &str) -> Option<i64> {
        value::field(self.node, name).and_then(value::integer)
    }

    /// A switch; off where it is not there.
    pub(in super::super) fn is_true(&self, name: &str) -> bool {
        value::field(self.node, name).and_then(value::boolean).unwrap_or(false)
    }

    /// A list of texts; empty where it is not there.
    pub(in super::super) fn list(&self, name: &str) -> Vec<Item<'d>> {
        value::field(self.node, name).map(value::list).unwrap_or_default()
    }

    /// What is wrong with it as a whole.
    pub(in super::super) fn broken(&self, kind: BrokenKind, says: impl Into<String>) -> Broken {
        Broken { says: says.into(), at: self.node.span(), field: self.path(), kind }
    }

    /// What is wrong with a field, or with the lack of it.
    pub(in super::super) fn wrong(&self, name: &'static str, kind: BrokenKind, says: impl Into<String>) -> Broken {
        match value::field(self.node, name) {
            Some(node) => self.wrong_at(name, node.span(), kind, says),
            None => self.broken(kind, says),
        }
    }

    /// What is wrong with one item of a list.
    pub(in super::super) fn wrong_item(
        &self,
        name: &'static str,
        (number, item): (usize, &Item<'_>),
        kind: BrokenKind,
        says: impl Into<String>,
    ) -> Broken {
        self.wrong_at(&format!("{name}[{number}]"), item.span, kind, says)
    }

    fn wrong_at(&self, name: &str, at: Span, kind: BrokenKind, says: impl Into<String>) -> Broken {
        let path = self.path();
        let field = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        Broken { says: says.into(), at, field, kind }
    }

    fn path(&self) -> String {
        match self.above.map(Part::path).filter(|path| !path.is_empty()) {
            Some(path) => format!("{path}.{}", self.name),
            None => self.name.to_owned(),
        }
    }
}
