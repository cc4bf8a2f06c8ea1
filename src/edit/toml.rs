//! Edits of TOML text: which bytes to replace so that the file means what a patch asks for.
//!
//! What a patch means by its keys is looked up in the tree; where that is said is looked up in the
//! layout: a table may be spread over headers, dotted keys and braces, and an edit follows whichever
//! of them its neighbours use. Lines with headers or keys are edited by whole lines, what is in
//! brackets between the commas.

mod flow;
mod insert;
mod layout;
mod lines;
mod scan;
#[cfg(test)]
mod tests;
mod text;

use super::{Patch, Refusal, Replacement, Value, goes, lookup, value_of};
use crate::document::{Document, Kind, Ref, Span};
use flow::FlowEdit;
use layout::{Layout, ROOT};
use lines::{LineEdits, What};
use scan::Item;
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(super) fn plan(document: &Document, patch: &Patch) -> Result<Vec<Replacement>, Refusal> {
    let Patch::Inside(patches) = patch else {
        return Err(Refusal { line: 1, message: "a file is edited entry by entry".into() });
    };
    let layout = Layout::new(document.source());
    let mut planner = Planner {
        layout: &layout,
        lines: LineEdits::default(),
        flows: BTreeMap::new(),
        replaced: Vec::new(),
        ends: HashMap::new(),
        headed: BTreeSet::new(),
    };
    match document.root() {
        Some(root) => planner.map(&At::Lines(ROOT), root, patches, 0)?,
        None => {
            for (key, patch) in patches {
                if let Some(value) = value_of(patch) {
                    planner.insert(&At::Lines(ROOT), key, &value)?;
                }
            }
        }
    }
    Ok(planner.finish())
}

/// Where something is said.
enum At<'l> {
    /// By lines: a place of the layout.
    Lines(usize),
    /// In braces: keys relative to an inline table.
    Braces(&'l Item<'l>, Vec<String>),
}

struct Planner<'l> {
    layout: &'l Layout<'l>,
    lines: LineEdits,
    /// Edits in brackets and braces, by where these start.
    flows: BTreeMap<usize, FlowEdit<'l>>,
    replaced: Vec<Replacement>,
    /// Where places end, once that has been asked for.
    ends: HashMap<usize, usize>,
    /// The places that got a header of their own.
    headed: BTreeSet<usize>,
}

impl<'l> Planner<'l> {
    fn finish(self) -> Vec<Replacement> {
        let mut all = self.replaced;
        all.extend(self.lines.finish(self.layout));
        all.extend(self.flows.values().flat_map(|flow| flow.finish(self.layout)));
        all
    }

    fn replace(&mut self, bytes: std::ops::Range<usize>, text: String) {
        self.replaced.push(Replacement { span: Span::new(bytes.start, bytes.end), text });
    }

    fn flow(&mut self, item: &'l Item<'l>) -> &mut FlowEdit<'l> {
        let edit = || FlowEdit { item, drop: BTreeSet::new(), push: Vec::new() };
        self.flows.entry(item.span.start).or_insert_with(edit)
    }

    /// Applies patches to the entries of one table.
    fn map(&mut self, at: &At<'l>, map: Ref<'l>, patches: &[(String, Patch)], depth: usize) -> Result<(), Refusal> {
        let mut new = Vec::new();
        for (key, patch) in patches {
            let Some((found, value)) = lookup(map, key, depth) else {
                new.extend(value_of(patch).map(|value| (key, value)));
                continue;
            };
            let Some(below) = found.text().and_then(|key| self.below(at, key)) else {
                return lost(found);
            };
            match patch {
                _ if goes(value, patch, depth) => self.remove(&below),
                Patch::Set(new) => self.set(at, &below, found, new)?,
                Patch::Remove => {}
                Patch::Rename(name) => self.rename(&below, name),
                Patch::Inside(patches) if value.kind() == Kind::Map => self.map(&below, value, patches, depth + 1)?,
                Patch::Inside(_) => return refuse(value, format!("`{}` is not a table", found.raw())),
                Patch::Hollow(_) => return refuse(value, "TOML has no keys without a value"),
                Patch::Items { drop, push } if value.kind() == Kind::Seq => {
                    let gone = value.items().enumerate().filter(|(i, _)| drop.contains(i)).count();
                    match gone == value.items().count() {
                        true => self.set(at, &below, found, &Value::List(push.clone()))?,
                        false => self.items(&below, drop, push, value)?,
                    }
                }
                Patch::Items { .. } => return refuse(value, format!("`{}` is not a list", found.raw())),
            }
        }
        new.iter().try_for_each(|(key, value)| self.insert(at, key, value))
    }

    /// Where the entry `key` of a table is said.
    fn below(&self, at: &At<'l>, key: &'l str) -> Option<At<'l>> {
        match at {
            At::Lines(place) => match self.layout.value(*place) {
                Some(item) => Some(At::Braces(item, vec![key.to_owned()])),
                None => self.layout.child(*place, key).map(At::Lines),
            },
            At::Braces(table, path) => match exact(table, path) {
                Some(item) => Some(At::Braces(item, vec![key.to_owned()])),
                None => Some(At::Braces(table, [&**path, &[key.to_owned()]].concat())),
            },
        }
    }

    // ---- taking away ---------------------------------------------------------------------------

    fn remove(&mut self, at: &At<'l>) {
        match at {
            At::Lines(place) => self.remove_lines(*place),
            At::Braces(table, path) => {
                let gone = parts_below(table, path);
                self.flow(table).drop.extend(gone);
            }
        }
    }

    fn remove_lines(&mut self, place: usize) {
        for number in self.layout.about(place) {
            let statement = &self.layout.statements[number];
            let lines = if statement.is_header() { self.layout.block(Some(number)) } else { statement.lines.clone() };
            self.lines.remove(lines);
        }
    }

    // ---- replacing -----------------------------------------------------------------------------

    fn rename(&mut self, at: &At<'l>, name: &str) {
        let keys: Vec<_> = match at {
            At::Lines(place) => {
                let index = self.layout.places[*place].depth - 1;
                let statements = self.layout.about(*place).into_iter().map(|s| &self.layout.statements[s]);
                statements.filter_map(|s| s.keys.get(index.checked_sub(s.above)?)).collect()
            }
            At::Braces(table, path) => {
                let below = parts_below(table, path).into_iter().filter_map(|part| table.entries().get(part));
                below.filter_map(|entry| entry.keys.get(path.len() - 1)).collect()
            }
        };
        for key in keys {
            self.replace(key.span.clone(), text::key(name));
        }
    }

    fn set(&mut self, parent: &At<'l>, at: &At<'l>, key: Ref<'l>, new: &Value) -> Result<(), Refusal> {
        match at {
            At::Lines(place) => match self.layout.value(*place) {
                Some(item) => self.replace(item.span.clone(), text::inline(new)),
                None => self.set_lines(parent, *place, key, new)?,
            },
            At::Braces(table, path) => match exact(table, path) {
                Some(item) => self.replace(item.span.clone(), text::inline(new)),
                None => {
                    let mut parts = parts_below(table, path).into_iter();
                    let first = parts.next().and_then(|part| table.entries().get(part));
                    let Some((first, last_key)) =
                        first.and_then(|entry| Some((entry, entry.keys.get(path.len() - 1)?)))
                    else {
                        return lost(key);
                    };
                    self.flow(table).drop.extend(parts);
                    self.replace(last_key.span.end..first.value.span.end, format!(" = {}", text::inline(new)));
                }
            },
        }
        Ok(())
    }

    /// Replaces a table that is written by headers or dotted keys: the new one stands where the old one began.
    fn set_lines(&mut self, parent: &At<'l>, place: usize, key: Ref<'l>, new: &Value) -> Result<(), Refusal> {
        let about = self.layout.about(place);
        let Some(first) = about.first().map(|first| &self.layout.statements[*first]) else {
            return lost(key);
        };
        self.remove_lines(place);
        let indent = self.layout.indent(first);
        let mut path = self.layout.path(place);
        if let Some(last) = path.last_mut() {
            // Of several spellings (`a` and `"a"`), the one that the tree shows.
            *last = key.raw().to_owned();
        }
        if !first.is_header() {
            self.insert_dotted(first.lines.start, indent, &path[first.above..], new);
        } else if text::is_tabular(new) || new == &Value::Map(Vec::new()) {
            self.insert_table(first.lines.start, indent, &path, new, What::Head);
        } else {
            return self.insert(parent, key.text().unwrap_or_default(), new);
        }
        Ok(())
    }

    /// Changes a list that keeps some of its items.
    fn items(&mut self, at: &At<'l>, drop: &[usize], push: &[Value], list: Ref<'l>) -> Result<(), Refusal> {
        let item = match at {
            At::Lines(place) if !self.layout.places[*place].items.is_empty() => {
                return self.array_of_tables(*place, drop, push, list);
            }
            At::Lines(place) => self.layout.value(*place),
            At::Braces(table, path) => exact(table, path),
        };
        let Some(item) = item else { return lost(list) };
        let edit = self.flow(item);
        edit.drop.extend(drop);
        edit.push.extend(push.iter().map(text::inline));
        Ok(())
    }

    fn array_of_tables(&mut self, array: usize, drop: &[usize], push: &[Value], list: Ref<'l>) -> Result<(), Refusal> {
        let items = &self.layout.places[array].items;
        for item in drop.iter().filter_map(|index| items.get(*index)) {
            self.remove_lines(*item);
        }
        let path = self.layout.path(array);
        if push.is_empty() {
            return Ok(());
        }
        if push.iter().any(|item| !matches!(item, Value::Map(_))) {
            return refuse(list, "the items of this list are tables; the new one is not");
        }
        let header = items.last().and_then(|item| self.layout.header(*item));
        let Some(header) = header.map(|header| &self.layout.statements[header]) else {
            return lost(list);
        };
        let spread = items.len() > 1 && self.layout.is_blank(header.lines.start.saturating_sub(1));
        let line = self.end_of(array);
        let what = What::Tables { apart: spread && self.layout.is_blank(line) };
        for item in push {
            let item = Value::List(vec![item.clone()]);
            self.insert_table(line, self.layout.indent(header), &path, &item, what);
        }
        Ok(())
    }
}

/// The value of the entry that has exactly these keys.
fn exact<'l>(table: &'l Item<'l>, path: &[String]) -> Option<&'l Item<'l>> {
    let same = |entry: &&scan::Entry<'_>| entry.keys.iter().map(|key| &*key.text).eq(path.iter());
    table.entries().iter().find(same).map(|entry| &entry.value)
}

/// The entries whose keys begin with these.
fn parts_below(table: &Item<'_>, path: &[String]) -> Vec<usize> {
    let below = |entry: &scan::Entry<'_>| {
        entry.keys.len() >= path.len() && path.iter().zip(&entry.keys).all(|(name, key)| *name == key.text)
    };
    table.entries().iter().enumerate().filter(|(_, entry)| below(entry)).map(|(part, _)| part).collect()
}

fn refuse<T>(at: Ref<'_>, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { line: at.line(), message: message.into() })
}

fn lost<T>(at: Ref<'_>) -> Result<T, Refusal> {
    refuse(at, format!("can't tell where `{}` is written; edit it by hand", at.raw()))
}
