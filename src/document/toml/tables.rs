//! What a TOML text has said so far: tables, and which keys may be said again.
//!
//! Go's library remembers by the path of keys alone, without regard to the items of arrays, which tables are there only
//! because something below them was said, and which keys have an array. What may be said twice follows from that, with
//! odd results, all of which are kept: `a.b = 1` and then `a = 2` is taken, and the second is passed over.

use super::names::Names;
use super::statement::Parser;
use super::{DEEPEST, Span, Style, SyntaxError};
use std::borrow::Cow;

pub(super) type TableId = usize;
pub(super) type ValueId = usize;
pub(super) type PathId = usize;

/// The table of the whole text, and the path to it.
pub(super) const ROOT: usize = 0;

/// One part of a dotted key.
#[derive(Clone, Debug)]
pub(super) struct Key<'s> {
    pub(super) text: Cow<'s, str>,
    pub(super) span: Span,
    pub(super) style: Style,
}

/// What stands under a key.
#[derive(Clone, Debug)]
pub(super) enum Item {
    Table(TableId),
    /// `[[…]]`
    Tables(Vec<TableId>),
    Value(ValueId),
}

pub(super) enum Value {
    /// With its text where the bytes are not the text.
    Scalar(Style, Span, Option<Box<str>>),
    /// A table in it is never [`Item::Tables`].
    Array(Span, Vec<Item>),
}

pub(super) struct Table<'s> {
    pub(super) span: Span,
    pub(super) style: Style,
    /// As they are to stand; what has moved leaves a gap.
    pub(super) entries: Vec<Option<(Key<'s>, Item)>>,
    /// Where among them a key stands.
    index: Names<'s>,
}

/// A path of keys that something has been said of.
pub(super) struct Path<'s> {
    parent: PathId,
    name: Cow<'s, str>,
    depth: usize,
    /// Whether only something below it has been said.
    implicit: bool,
    pub(super) array: bool,
    /// The paths one key further.
    children: Names<'s>,
}

#[derive(Default)]
pub(super) struct Tables<'s> {
    tables: Vec<Table<'s>>,
    values: Vec<Value>,
    paths: Vec<Path<'s>>,
    /// The table that the path asked for last leads to.
    last: Option<(PathId, TableId)>,
}

/// How a table comes to be.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Origin {
    /// By a header with these bytes.
    Header(Span),
    /// By keys in front of others.
    Dots,
    /// In braces.
    Braces,
}

impl<'s> Tables<'s> {
    pub(super) fn new(start: usize) -> Self {
        let mut tables = Tables::default();
        tables.add_path(ROOT, "".into(), 0);
        tables.add_table(Span::new(start, start), Style::Block);
        tables
    }

    pub(super) fn add_table(&mut self, span: Span, style: Style) -> TableId {
        self.tables.push(Table { span, style, entries: Vec::new(), index: Names::default() });
        self.tables.len() - 1
    }

    pub(super) fn add_value(&mut self, value: Value) -> ValueId {
        self.values.push(value);
        self.values.len() - 1
    }

    pub(super) fn is_array(&self, value: ValueId) -> bool {
        matches!(self.values[value], Value::Array(..))
    }

    pub(super) fn find(&self, table: TableId, key: &Key<'s>) -> Option<&Item> {
        self.named(table, &key.text)
    }

    fn named(&self, table: TableId, name: &str) -> Option<&Item> {
        let table = &self.tables[table];
        table.entries[table.index.get(name)?].as_ref().map(|(_, item)| item)
    }

    /// Puts an item under a key, in place of what is there.
    pub(super) fn put(&mut self, table: TableId, key: &Key<'s>, item: Item) {
        let table = &mut self.tables[table];
        match table.index.get(&key.text) {
            Some(at) => {
                self.last = None;
                table.entries[at] = Some((key.clone(), item));
            }
            None => {
                table.index.put(key.text.clone(), table.entries.len());
                table.entries.push(Some((key.clone(), item)));
            }
        }
    }

    /// A table that was there by what is below it gets its header: it stands where that does.
    fn adopt(&mut self, table: TableId, key: &Key<'s>, span: Span) {
        let above = &mut self.tables[table];
        let Some((_, item)) = above.index.get(&key.text).and_then(|at| above.entries[at].take()) else { return };
        above.index.put(key.text.clone(), above.entries.len());
        above.entries.push(Some((key.clone(), item.clone())));
        if let Item::Table(id) = item {
            self.tables[id].span = span;
        }
    }

    pub(super) fn path(&self, id: PathId) -> &Path<'s> {
        &self.paths[id]
    }

    pub(super) fn path_mut(&mut self, id: PathId) -> &mut Path<'s> {
        &mut self.paths[id]
    }

    /// The path one key further; `None` where that is too deep.
    pub(super) fn below(&mut self, parent: PathId, name: Cow<'s, str>) -> Option<PathId> {
        let depth = self.paths[parent].depth + 1;
        if depth > DEEPEST {
            return None;
        }
        if let Some(known) = self.paths[parent].children.get(&name) {
            return Some(known);
        }
        let id = self.add_path(parent, name.clone(), depth);
        self.paths[parent].children.put(name, id);
        Some(id)
    }

    fn add_path(&mut self, parent: PathId, name: Cow<'s, str>, depth: usize) -> PathId {
        self.paths.push(Path { parent, name, depth, implicit: false, array: false, children: Names::default() });
        self.paths.len() - 1
    }

    fn names(&self, mut path: PathId) -> Vec<PathId> {
        let mut names = Vec::with_capacity(self.paths[path].depth);
        while path != ROOT {
            names.push(path);
            path = self.paths[path].parent;
        }
        names.reverse();
        names
    }

    /// A path as it would be written.
    pub(super) fn written(&self, path: PathId) -> String {
        let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let quoted = |path: PathId| match &*self.paths[path].name {
            "" => "\"\"".to_owned(),
            name if name.chars().all(bare) => name.to_owned(),
            name => format!("\"{}\"", super::text::escaped(name)),
        };
        self.names(path).into_iter().map(quoted).collect::<Vec<_>>().join(".")
    }

    /// The table at a path, the last one of an array; or the path on which something else stands.
    pub(super) fn resolve(&mut self, path: PathId) -> Result<TableId, PathId> {
        if let Some((last, table)) = self.last
            && last == path
        {
            return Ok(table);
        }
        let mut table = ROOT;
        for step in self.names(path) {
            table = match self.named(table, &self.paths[step].name) {
                Some(Item::Table(below)) => *below,
                Some(Item::Tables(items)) => items.last().copied().ok_or(step)?,
                _ => return Err(step),
            };
        }
        self.last = Some((path, table));
        Ok(table)
    }

    /// Adds one table to an array of them; false where something else stands there.
    fn push_table(&mut self, table: TableId, key: &Key<'s>, new: TableId) -> bool {
        self.last = None;
        match self.tables[table].index.get(&key.text) {
            None => self.put(table, key, Item::Tables(vec![new])),
            Some(at) => match &mut self.tables[table].entries[at] {
                Some((_, Item::Tables(items))) => items.push(new),
                _ => return false,
            },
        }
        true
    }
}

impl<'s> Parser<'s> {
    pub(super) fn table(&self, id: TableId) -> &Table<'s> {
        &self.tables.tables[id]
    }

    pub(super) fn table_mut(&mut self, id: TableId) -> &mut Table<'s> {
        &mut self.tables.tables[id]
    }

    /// A value that nobody will ask for again.
    pub(super) fn take(&mut self, id: ValueId) -> Value {
        let nothing = Value::Array(Span::default(), Vec::new());
        std::mem::replace(&mut self.tables.values[id], nothing)
    }

    pub(super) fn below(&mut self, path: PathId, key: &Key<'s>) -> Result<PathId, SyntaxError> {
        self.tables.below(path, key.text.clone()).ok_or_else(|| self.too_deep(key.span.start as usize))
    }

    fn at_path(&self, at: &Key<'s>, path: PathId, what: &str) -> SyntaxError {
        let words = format!("Key '{}' {what}.", self.tables.written(path));
        self.fault(self.key_line, at.span.start as usize, &words)
    }

    /// Makes these keys, which come below `above`, what is spoken of.
    pub(super) fn enter(
        &mut self,
        above: PathId,
        keys: &[Key<'s>],
        array: bool,
        origin: Origin,
    ) -> Result<(), SyntaxError> {
        const NO_TABLE: &str = "was already created as a hash";
        let Some((last, parents)) = keys.split_last() else { return Ok(()) };
        let mut path = above;
        let mut table = self.tables.resolve(above).map_err(|at| self.at_path(last, at, NO_TABLE))?;
        for key in parents {
            path = self.below(path, key)?;
            table = match self.tables.find(table, key) {
                Some(Item::Table(below)) => *below,
                Some(Item::Tables(items)) => items.last().copied().unwrap_or(ROOT),
                Some(Item::Value(_)) => return Err(self.at_path(key, path, NO_TABLE)),
                None => {
                    self.tables.path_mut(path).implicit = true;
                    let new = self.tables.add_table(key.span, Style::Block);
                    self.tables.put(table, key, Item::Table(new));
                    new
                }
            };
        }
        self.context = path;
        let (span, style) = match origin {
            Origin::Header(span) => (span, Style::Block),
            Origin::Dots => (last.span, if self.braces > 0 { Style::Flow } else { Style::Block }),
            Origin::Braces => (last.span, Style::Flow),
        };
        let below = self.below(path, last)?;
        if array {
            let new = self.tables.add_table(span, style);
            if !self.tables.push_table(table, last, new) {
                return Err(self.at_path(last, below, "was already created and cannot be used as an array"));
            }
        } else if self.may_set(table, below, last)? {
            let new = self.tables.add_table(span, style);
            self.tables.put(table, last, Item::Table(new));
        } else if let Origin::Header(span) = origin {
            self.tables.adopt(table, last, span);
        }
        self.context = below;
        Ok(())
    }

    /// The path to a key of what is spoken of, where a table is there because of what is below it.
    pub(super) fn implicit(&mut self, key: &Key<'s>) -> Result<PathId, SyntaxError> {
        let path = self.below(self.context, key)?;
        self.tables.path_mut(path).implicit = true;
        Ok(path)
    }

    /// Sets a key of the table that is spoken of.
    pub(super) fn set(&mut self, key: &Key<'s>, item: Item) -> Result<(), SyntaxError> {
        let table =
            self.tables.resolve(self.context).map_err(|at| self.at_path(key, at, "has already been defined"))?;
        let path = self.below(self.context, key)?;
        if self.may_set(table, path, key)? {
            self.tables.put(table, key, item);
        }
        Ok(())
    }

    /// Whether what is said of a key counts; or it is passed over, or a fault.
    fn may_set(&mut self, table: TableId, path: PathId, key: &Key<'s>) -> Result<bool, SyntaxError> {
        if self.tables.find(table, key).is_none() {
            return Ok(true);
        }
        let implicit = std::mem::take(&mut self.tables.path_mut(path).implicit);
        match implicit {
            true => Ok(self.tables.path(path).array),
            false => Err(self.at_path(key, path, "has already been defined")),
        }
    }
}
