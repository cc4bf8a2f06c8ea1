//! In which order the files of a change are written, so that every state in between is valid.
//!
//! Traefik may load the directory between any two writes. So what is referred to comes before what refers to it, and
//! goes after. What moves to another file stands in both for a moment, of which Traefik takes the first: in neither,
//! requests would fail. Where files wait for each other crosswise, one of
//! them is written in two steps: what the other waits for, then all of it.

mod graph;
mod queue;
#[cfg(test)]
mod tests;

use super::Act;
use crate::document::{Document, Format};
use crate::edit::{self, Patch, Value};
use crate::inventory::{Definition, File, Inventory, Part, TlsPart};
use crate::name::Kind;
use crate::schema::value;
use graph::{Graph, Key, Sort};
use queue::{Next, Queue};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// One definition that a change makes, alters or takes away in one file.
struct Atom<'a> {
    file: usize,
    key: Key<'a>,
    old: Option<Definition<'a>>,
    new: Option<Definition<'a>>,
}

/// The acts in an order in which every state in between is valid; where there is none, some files are written twice.
pub(super) fn ordered<'a>(
    before: &Inventory<'a>,
    after: &Inventory<'a>,
    edited: impl Iterator<Item = &'a File>,
    acts: Vec<Act>,
) -> Vec<Act> {
    if acts.len() < 2 {
        return acts;
    }
    let paths: Vec<String> = acts.iter().map(|act| act.path().to_owned()).collect();
    let old: HashMap<&str, &File> = before.files().iter().map(|file| (file.path.as_str(), *file)).collect();
    let new: HashMap<&str, &File> = edited.map(|file| (file.path.as_str(), file)).collect();
    let (mut atoms, mut stands) = (Vec::new(), HashSet::new());
    for (file, path) in paths.iter().enumerate() {
        let versions = [&old, &new].map(|files| files.get(path.as_str()).copied());
        differences(file, versions, &mut atoms, &mut stands);
    }
    kept(before, &paths, &atoms, &mut stands);
    let file_of = atoms.iter().map(|atom| atom.file).collect();
    let mut queue = Queue::new(acts.len(), file_of, &dependencies(&atoms, before, after, &stands));
    let mut versions: HashMap<usize, Document> = HashMap::new();
    let mut acts: Vec<Option<Act>> = acts.into_iter().map(Some).collect();
    let mut written = Vec::with_capacity(acts.len());
    while let Some(next) = queue.next() {
        let (file, some) = match next {
            Next::Whole(file) => {
                written.extend(acts.get_mut(file).and_then(Option::take));
                continue;
            }
            Next::Part(file, some) => (file, some),
        };
        let path = &paths[file];
        let start = versions.get(&file).map(Ok).or_else(|| Some(old.get(path.as_str())?.document().ok_or(())));
        match in_between(path, start, some.iter().map(|at| &atoms[*at])) {
            Some(version) => {
                written.push(Act::Replace { path: path.clone(), text: version.source().to_owned() });
                versions.insert(file, version);
                queue.done(&some);
            }
            None => queue.keep_whole(file),
        }
    }
    written
}

/// Adds what differs between two versions of a file, and the names that both define.
fn differences<'a>(
    file: usize,
    versions: [Option<&'a File>; 2],
    atoms: &mut Vec<Atom<'a>>,
    stands: &mut HashSet<Key<'a>>,
) {
    let [then, now] = versions.map(Inventory::of);
    let mut later: HashMap<Key<'a>, Definition<'a>> = named(&now).collect();
    for (key, old) in named(&then) {
        let new = later.remove(&key);
        if new.is_some() {
            stands.insert(key.clone());
        }
        if !new.is_some_and(|new| old.value.is_same_text(new.value)) {
            atoms.push(Atom { file, key, old: Some(old), new });
        }
    }
    let new = named(&now).filter(|(key, _)| later.contains_key(key));
    atoms.extend(new.map(|(key, new)| Atom { file, key, old: None, new: Some(new) }));
}

/// What is defined and can be referred to.
fn named<'i, 'a>(inventory: &'i Inventory<'a>) -> impl Iterator<Item = (Key<'a>, Definition<'a>)> + use<'i, 'a> {
    let key = |sort, definition: Definition<'a>| ((sort, Cow::Borrowed(definition.name)), definition);
    let options = inventory.all_tls().iter().filter(|(part, _)| *part == TlsPart::Options);
    let all = inventory.all().iter().copied().chain(inventory.duplicates());
    all.map(move |(kind, part, definition)| key(Sort::Of(kind, part), definition))
        .chain(options.map(move |(_, definition)| key(Sort::TlsOptions, *definition)))
}

/// Adds those names of a change that a file defines which it does not touch.
fn kept<'a>(before: &Inventory<'a>, changed: &[String], atoms: &[Atom<'a>], stands: &mut HashSet<Key<'a>>) {
    let changed: HashSet<&str> = changed.iter().map(String::as_str).collect();
    let untouched: Vec<bool> = before.files().iter().map(|file| !changed.contains(file.path.as_str())).collect();
    let concerned: HashSet<&Key<'_>> = atoms.iter().map(|atom| &atom.key).collect();
    let found = named(before).filter(|(key, definition)| untouched[definition.file] && concerned.contains(key));
    stands.extend(found.map(|(key, _)| key));
}

/// For each atom, those that must come before it.
fn dependencies<'a>(
    atoms: &[Atom<'a>],
    before: &Inventory<'a>,
    after: &Inventory<'a>,
    stands: &HashSet<Key<'a>>,
) -> Vec<Vec<usize>> {
    let mut by_key: HashMap<&Key<'_>, Vec<usize>> = HashMap::new();
    let mut takes_over = HashMap::new();
    for (at, atom) in atoms.iter().enumerate() {
        by_key.entry(&atom.key).or_default().push(at);
        if let (None, Some(new)) = (&atom.old, &atom.new) {
            rule(atom.key.0, new).map(|rule| takes_over.entry(rule).or_insert(at));
        }
    }
    let (mut then, mut later) = (Graph::of(before), Graph::of(after));
    let mut earlier: Vec<Vec<usize>> = vec![Vec::new(); atoms.len()];
    for (at, atom) in atoms.iter().enumerate() {
        let others = |key: &Key<'a>| by_key.get(key).into_iter().flatten().copied().filter(move |other| *other != at);
        if let (Some(old), None) = (&atom.old, &atom.new) {
            // What moves is always there; so is what answers requests, under another name as well.
            let comes = others(&atom.key).filter(|other| atoms[*other].old.is_none() && !stands.contains(&atom.key));
            earlier[at].extend(comes);
            earlier[at].extend(rule(atom.key.0, old).and_then(|rule| takes_over.get(&rule)));
        }
        // Traefik builds what routers lead to, and nothing else.
        let is_router = matches!(atom.key.0, Sort::Of(_, Part::Router));
        let is_built = is_router || then.defines(&atom.key) && later.defines(&atom.key);
        if !is_built {
            continue;
        }
        if let Some(new) = &atom.new {
            let comes = Graph::of(after).reached(atom.key.0, new, |key| !then.is_sound(key) && later.is_sound(key));
            earlier[at].extend(comes.iter().flat_map(others));
        }
        if let Some(old) = &atom.old {
            let goes = Graph::of(before).reached(atom.key.0, old, |key| then.is_sound(key) && !later.is_sound(key));
            goes.iter().flat_map(others).for_each(|other| earlier[other].push(at));
        }
    }
    earlier
}

/// The rule of a router, with its kind.
fn rule<'a>(sort: Sort, definition: &Definition<'a>) -> Option<(Kind, Cow<'a, str>)> {
    match sort {
        Sort::Of(kind, Part::Router) => Some((kind, value::field(definition.value, "rule").and_then(value::text)?)),
        _ => None,
    }
}

/// Entries to edit, by the keys above their names.
type Sections = BTreeMap<[&'static str; 2], Vec<(String, Patch)>>;

/// A version of a file with some of its differences, where that is an edit that can be proved.
fn in_between<'a, 'k: 'a>(
    path: &str,
    start: Option<Result<&Document, ()>>,
    atoms: impl Iterator<Item = &'a Atom<'k>>,
) -> Option<Document> {
    let fresh;
    let start = match start {
        Some(known) => known.ok()?,
        None => {
            fresh = Document::parse(Format::of(path)?, String::new()).ok()?;
            &fresh
        }
    };
    // First what comes, then what goes: an entry can't be put beside one that goes.
    let (mut comes, mut goes) = (Sections::new(), Sections::new());
    for atom in atoms {
        if atom.old.is_some_and(|old| !old.direct) {
            return None;
        }
        let (sections, patch) = match &atom.new {
            Some(new) => (&mut comes, Patch::Set(Value::of(new.value)?)),
            None => (&mut goes, Patch::Remove),
        };
        sections.entry(atom.key.0.path()).or_default().push((atom.key.1.clone().into_owned(), patch));
    }
    let mut edited: Option<Document> = None;
    for sections in [comes, goes] {
        let patches = sections.into_iter().map(|(path, entries)| Patch::Inside(entries).at(path));
        if let Some(patch) = patches.reduce(Patch::and) {
            edited = Some(edit::apply(edited.as_ref().unwrap_or(start), &patch).ok()?);
        }
    }
    edited
}
