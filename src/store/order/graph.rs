//! What refers to what in one version of a configuration, and which names lead to something that works.

use crate::inventory::references::{self, Referred, ours};
use crate::inventory::{Definition, Inventory, Part, TlsPart};
use crate::name::Kind;
use crate::schema::value;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// What a name is given to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    Of(Kind, Part),
    TlsOptions,
}

impl Sort {
    /// The keys above the name.
    pub(super) fn path(self) -> [&'static str; 2] {
        match self {
            Sort::Of(kind, part) => [kind.as_str(), part.section()],
            Sort::TlsOptions => ["tls", TlsPart::Options.section()],
        }
    }
}

/// A name, and what it is given to.
pub(super) type Key<'a> = (Sort, Cow<'a, str>);

/// Longer chains of references than anybody writes; what is beyond is taken to be in order.
const DEEPEST: usize = 200;

pub(super) struct Graph<'i, 'a> {
    inventory: &'i Inventory<'a>,
    sound: HashMap<Key<'a>, bool>,
}

impl<'i, 'a> Graph<'i, 'a> {
    pub(super) fn of(inventory: &'i Inventory<'a>) -> Graph<'i, 'a> {
        Graph { inventory, sound: HashMap::new() }
    }

    fn definition(&self, key: &Key<'_>) -> Option<Definition<'a>> {
        match key.0 {
            Sort::Of(kind, part) => self.inventory.get(kind, part, &key.1),
            Sort::TlsOptions => self.inventory.tls(TlsPart::Options, &key.1),
        }
    }

    /// Whether a name is defined.
    pub(super) fn defines(&self, key: &Key<'_>) -> bool {
        self.definition(key).is_some()
    }

    /// Whether a name is defined, and so is all that it refers to.
    pub(super) fn is_sound(&mut self, key: &Key<'a>) -> bool {
        self.is_sound_below(key, 0)
    }

    fn is_sound_below(&mut self, key: &Key<'a>, depth: usize) -> bool {
        if let Some(known) = self.sound.get(key) {
            return *known;
        }
        // Of a loop, Traefik says so; it lacks nothing.
        self.sound.insert(key.clone(), true);
        let sound = match self.definition(key) {
            None => false,
            Some(_) if depth > DEEPEST => true,
            Some(definition) => {
                references_of(key.0, &definition).iter().all(|below| self.is_sound_below(below, depth + 1))
            }
        };
        self.sound.insert(key.clone(), sound);
        sound
    }

    /// What a definition refers to, and what that refers to and so on, as far as `is_meant` goes.
    pub(super) fn reached(
        &self,
        sort: Sort,
        definition: &Definition<'a>,
        mut is_meant: impl FnMut(&Key<'a>) -> bool,
    ) -> HashSet<Key<'a>> {
        let mut found = HashSet::new();
        let mut open = references_of(sort, definition);
        while let Some(key) = open.pop() {
            if is_meant(&key) && found.insert(key.clone()) {
                open.extend(self.definition(&key).iter().flat_map(|below| references_of(key.0, below)));
            }
        }
        found
    }
}

/// What a definition refers to in these files.
fn references_of<'a>(sort: Sort, definition: &Definition<'a>) -> Vec<Key<'a>> {
    let Sort::Of(kind, part) = sort else { return Vec::new() };
    let mut found = Vec::new();
    references::all(part, definition.value, &mut |what, name, _| {
        let sort = match what {
            Referred::Part(part) => Sort::Of(kind, part),
            // Traefik has these of itself.
            Referred::TlsOptions if matches!(&*name, "" | "default") => return,
            Referred::TlsOptions => Sort::TlsOptions,
        };
        found.extend(ours(name).map(|name| (sort, name)));
    });
    if part == Part::Router {
        let parents = value::field(definition.value, "parentRefs").map(value::list).unwrap_or_default();
        found.extend(parents.into_iter().filter_map(|item| Some((sort, ours(item.text)?))));
    }
    found
}
