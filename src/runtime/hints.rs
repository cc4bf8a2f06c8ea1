//! What was perhaps meant by names that lead nowhere.

use crate::finding::{Label, Location};
use crate::inventory::Definition;
use crate::name::{Kind, nearest::nearest};
use std::collections::HashMap;

/// A search among more names than this would cost more than it helps.
const MANY: usize = 2000;
/// How many names are compared before hints are given up: a configuration that lacks so much has no slips.
const MOST: usize = 200_000;

/// The definitions that a name can mean, by kind and noun, and the hints that were found.
#[derive(Default)]
pub(super) struct Hints<'a> {
    among: HashMap<(Kind, &'static str), Vec<Definition<'a>>>,
    found: HashMap<(Kind, &'static str), HashMap<String, Option<Label>>>,
    compared: usize,
}

impl<'a> Hints<'a> {
    /// The definition whose name is most like one that is not there, with its place.
    pub(super) fn nearest<I: Iterator<Item = Definition<'a>>>(
        &mut self,
        kind: Kind,
        noun: &'static str,
        text: &str,
        all: impl FnOnce() -> I,
    ) -> Option<Label> {
        let wanted = text.rsplit_once('@').map_or(text, |(name, _)| name);
        let found = self.found.entry((kind, noun)).or_default();
        if let Some(known) = found.get(wanted) {
            return known.clone();
        }
        let among = self.among.entry((kind, noun)).or_insert_with(|| all().take(MANY).collect());
        if self.compared > MOST {
            return None;
        }
        self.compared += among.len();
        // Somebody may have defined `auth@file` and look for `auth`.
        let plain = |definition: &Definition<'a>| definition.name.split('@').next().unwrap_or(definition.name);
        let name = nearest(wanted, among.iter().map(plain));
        let definition = name.and_then(|name| among.iter().find(|definition| plain(definition) == name));
        let label = definition.map(|definition| Label {
            at: Location::of(definition.file, definition.key.span()),
            text: format!("the {noun} {:?} is defined here", definition.name),
        });
        found.insert(wanted.to_owned(), label.clone());
        label
    }
}
