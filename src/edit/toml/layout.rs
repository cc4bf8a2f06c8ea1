//! What the lines of a TOML file say about which place: headers and `key = value` lines, and the
//! tree of places that they mention.
//!
//! One table may be spread over many headers and dotted keys. A [`Place`] knows every statement that
//! is about it or anything below it, so that an edit finds them all.

use super::scan::{Item, Key, Scanner};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// A header, or a `key = value` line.
#[derive(Debug)]
pub(super) struct Statement<'s> {
    /// Its lines, by index.
    pub(super) lines: Range<usize>,
    /// The keys as they are written here.
    pub(super) keys: Vec<Key<'s>>,
    /// What follows the equals sign; `None` for a header.
    pub(super) value: Option<Item<'s>>,
    /// The header above a `key = value` line.
    pub(super) header: Option<usize>,
    /// How many keys lie above the first key written here.
    pub(super) above: usize,
    /// Its place.
    pub(super) place: usize,
}

impl Statement<'_> {
    pub(super) fn is_header(&self) -> bool {
        self.value.is_none()
    }
}

/// A place that some statement mentions.
#[derive(Debug, Default)]
pub(super) struct Place<'s> {
    parent: usize,
    /// Its last key as it is written where it is first mentioned.
    key: &'s str,
    /// How many keys lead here.
    pub(super) depth: usize,
    /// The places below, by key, as they are first mentioned.
    pub(super) children: Vec<usize>,
    /// The items of an array of tables, which are places below this one.
    pub(super) items: Vec<usize>,
    /// The statements that say exactly this place.
    statements: Vec<usize>,
}

/// The root of all places.
pub(super) const ROOT: usize = 0;

/// A file as lines, statements and places.
pub(super) struct Layout<'s> {
    pub(super) source: &'s str,
    /// Where each line starts.
    pub(super) lines: Vec<usize>,
    pub(super) statements: Vec<Statement<'s>>,
    pub(super) places: Vec<Place<'s>>,
    children: HashMap<(usize, Cow<'s, str>), usize>,
    /// The line end that the file uses.
    pub(super) eol: &'static str,
    /// The indentation of `key = value` below a header, relative to that header.
    pub(super) step: String,
}

impl<'s> Layout<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let start = source.len() - source.strip_prefix('\u{feff}').unwrap_or(source).len();
        let starts = source[start..].match_indices('\n').map(|(at, _)| start + at + 1);
        let lines = std::iter::once(start).chain(starts).filter(|at| *at < source.len()).collect();
        let first_end = source.find('\n').unwrap_or(0);
        let eol = if source[..first_end].ends_with('\r') { "\r\n" } else { "\n" };
        let (statements, places, children) = (Vec::new(), vec![Place::default()], HashMap::new());
        let mut layout = Layout { source, lines, statements, places, children, eol, step: "  ".into() };
        layout.scan(start);
        layout.step = layout.find_step();
        layout
    }

    fn scan(&mut self, start: usize) {
        let mut scanner = Scanner { source: self.source, at: start };
        let mut header = None;
        loop {
            scanner.skip_blank();
            let first = scanner.at;
            let Some(byte) = scanner.peek() else { return };
            let array = scanner.starts_with("[[");
            let (keys, value, from) = if byte == b'[' {
                scanner.at += if array { 2 } else { 1 };
                (scanner.keys(), None, ROOT)
            } else {
                let keys = scanner.keys();
                scanner.at += 1;
                scanner.skip_spaces();
                (keys, Some(scanner.item()), header.map_or(ROOT, |h: usize| self.statements[h].place))
            };
            let lines = self.line(first)..self.line(scanner.at.saturating_sub(1)) + 1;
            let above = self.places[from].depth;
            let mut place = keys.iter().fold(from, |place, key| self.enter(place, key));
            if array {
                place = self.add_item(place);
            } else if value.is_none() {
                place = self.inner(place);
            }
            let number = self.statements.len();
            self.places[place].statements.push(number);
            if value.is_none() {
                header = Some(number);
            }
            let owner = header.filter(|_| value.is_some());
            self.statements.push(Statement { lines, keys, value, header: owner, above, place });
            scanner.skip_line();
        }
    }

    /// Of an array of tables its last item: what a header below it means.
    fn inner(&self, place: usize) -> usize {
        self.places[place].items.last().copied().unwrap_or(place)
    }

    fn enter(&mut self, parent: usize, key: &Key<'s>) -> usize {
        let parent = self.inner(parent);
        if let Some(child) = self.children.get(&(parent, key.text.clone())) {
            return *child;
        }
        let (child, depth) = (self.places.len(), self.places[parent].depth + 1);
        self.places.push(Place { parent, key: &self.source[key.span.clone()], depth, ..Place::default() });
        self.places[parent].children.push(child);
        self.children.insert((parent, key.text.clone()), child);
        child
    }

    fn add_item(&mut self, array: usize) -> usize {
        let (item, depth) = (self.places.len(), self.places[array].depth);
        self.places.push(Place { parent: array, depth, ..Place::default() });
        self.places[array].items.push(item);
        item
    }

    fn find_step(&self) -> String {
        let below = |s: &Statement<'_>| Some((self.indent(s), self.indent(&self.statements[s.header?])));
        let first = self.statements.iter().find_map(below);
        first.map_or("  ", |(own, header)| own.strip_prefix(header).unwrap_or_default()).to_owned()
    }

    /// The place with this key below another.
    pub(super) fn child(&self, parent: usize, key: &'s str) -> Option<usize> {
        self.children.get(&(parent, Cow::Borrowed(key))).copied()
    }

    /// The keys that lead to a place, as they are written.
    pub(super) fn path(&self, place: usize) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = place;
        while at != ROOT {
            let Place { parent, key, depth, .. } = &self.places[at];
            if *depth > self.places[*parent].depth {
                path.push((*key).to_owned());
            }
            at = *parent;
        }
        path.reverse();
        path
    }

    /// The statements about a place and all below it, in order.
    pub(super) fn about(&self, place: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut open = vec![place];
        while let Some(place) = open.pop() {
            let place = &self.places[place];
            found.extend(&place.statements);
            open.extend(place.children.iter().chain(&place.items));
        }
        found.sort_unstable();
        found
    }

    /// The `key = value` line that is all of a place.
    pub(super) fn value(&self, place: usize) -> Option<&Item<'s>> {
        self.places[place].statements.first().and_then(|s| self.statements[*s].value.as_ref())
    }

    /// The header of a table.
    pub(super) fn header(&self, place: usize) -> Option<usize> {
        self.places[place].statements.iter().copied().find(|s| self.statements[*s].is_header())
    }

    /// The lines directly below a header (or before the first one).
    pub(super) fn own_lines(&self, header: Option<usize>) -> &[Statement<'s>] {
        let below = &self.statements[header.map_or(0, |h| h + 1)..];
        &below[..below.iter().position(Statement::is_header).unwrap_or(below.len())]
    }

    /// The lines of a header and what is below it. Comments after the last line are part of it, but
    /// not those that stand right above the next header.
    pub(super) fn block(&self, header: Option<usize>) -> Range<usize> {
        let own = self.own_lines(header);
        let header = header.map(|h| &self.statements[h]);
        let start = header.map_or(0, |h| h.lines.start);
        let body = own.last().or(header).map_or(0, |last| last.lines.end);
        let mut end = body;
        while self.text(end).starts_with('#') {
            end += 1;
        }
        let belongs_below = end < self.lines.len() && !self.is_blank(end);
        start..if belongs_below { body } else { end }
    }

    /// Which line a byte is on.
    pub(super) fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    /// Where a line starts; the end of the file for the line after the last.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.source.len())
    }

    /// A line without the white space around it.
    pub(super) fn text(&self, line: usize) -> &'s str {
        self.source[self.line_start(line)..self.line_start(line + 1)].trim()
    }

    /// Whether nothing is on this line. Lines beyond the end of the file are blank.
    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.text(line).is_empty()
    }

    /// The white space before a statement.
    pub(super) fn indent(&self, statement: &Statement<'_>) -> &'s str {
        let line = &self.source[self.line_start(statement.lines.start)..self.line_start(statement.lines.start + 1)];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }
}
