//! New entries: where they go, and in which of TOML's ways they are written.
//!
//! A new entry is written as its neighbours are: under a header of its own, by dotted keys, or in
//! braces.

use super::layout::{ROOT, Statement};
use super::lines::What;
use super::text::{self, Page};
use super::{At, Planner, exact};
use crate::edit::{Refusal, Value};

/// Names of routers, services and so on have this many keys: `http.routers.NAME`.
const NAMED: usize = 3;

/// How the neighbours of a new table are written.
enum Habit {
    /// With headers, this far in; whether with blank lines between them.
    Header { indent: String, spread: bool },
    /// On lines of their own, by one key each (`a = {…}`) or by more (`a.rule = …`).
    Lines { dotted: bool },
}

impl<'l> Planner<'l> {
    /// Puts a new entry into a table.
    pub(super) fn insert(&mut self, at: &At<'l>, key: &str, value: &Value) -> Result<(), Refusal> {
        let name = [text::key(key)];
        match at {
            At::Braces(table, path) => {
                let (table, keys) = match exact(table, path) {
                    Some(inner) => (inner, name.to_vec()),
                    None => (*table, path.iter().map(|key| text::key(key)).chain(name).collect()),
                };
                self.flow(table).push.push(text::pair(&keys, value));
            }
            At::Lines(place) => {
                if let Some(table) = self.layout.value(*place) {
                    self.flow(table).push.push(text::pair(&name, value));
                    return Ok(());
                }
                let path = [self.layout.path(*place), name.to_vec()].concat();
                match text::is_tabular(value).then(|| self.habit(*place)) {
                    Some(Habit::Header { indent, spread }) => self.insert_blocks(*place, &indent, spread, &path, value),
                    Some(Habit::Lines { dotted }) => self.insert_line(*place, &path, value, dotted)?,
                    None => self.insert_line(*place, &path, value, false)?,
                }
            }
        }
        Ok(())
    }

    /// How the tables directly below a place are written.
    fn habit(&self, place: usize) -> Habit {
        let children = &self.layout.places[place].children;
        for (at, child) in children.iter().enumerate().rev() {
            let about = self.layout.about(*child);
            let Some(first) = about.first().map(|first| &self.layout.statements[*first]) else { continue };
            if first.is_header() {
                let apart = self.is_apart(first);
                let entry = self.layout.places[place].depth < NAMED;
                let spread = apart || (entry && (at == 0 || place == ROOT));
                return Habit::Header { indent: self.indent_below(place, first), spread };
            }
            match self.layout.value(*child) {
                None => return Habit::Lines { dotted: true },
                Some(item) if !item.parts().is_empty() => return Habit::Lines { dotted: false },
                Some(_) => {}
            }
        }
        match self.layout.header(place) {
            None if place != ROOT && self.dotted_line(place).is_some() => Habit::Lines { dotted: true },
            Some(header) => {
                let deeper = self.layout.indent(&self.layout.statements[header]).to_owned() + &self.layout.step;
                Habit::Header { indent: deeper, spread: false }
            }
            None => Habit::Header { indent: self.entry_indent(), spread: true },
        }
    }

    /// Whether a blank line stands before a header and the comments above it.
    fn is_apart(&self, header: &Statement<'_>) -> bool {
        let above = (0..header.lines.start).rev().find(|line| !self.layout.text(*line).starts_with('#'));
        above.is_some_and(|line| self.layout.is_blank(line))
    }

    fn indent_below(&self, place: usize, first: &Statement<'_>) -> String {
        match self.layout.places[place].depth + 1 < NAMED {
            true => self.entry_indent(),
            false => self.layout.indent(first).to_owned(),
        }
    }

    /// How far in the headers of routers, services and so on stand.
    fn entry_indent(&self) -> String {
        let deep = self.layout.statements.iter().filter(|s| s.is_header() && s.keys.len() >= NAMED);
        deep.map(|s| self.layout.indent(s)).min_by_key(|indent| indent.len()).unwrap_or_default().to_owned()
    }

    /// The line after everything that is said about a place, and after the block that it ends in.
    pub(super) fn end_of(&mut self, place: usize) -> usize {
        let layout = self.layout;
        *self.ends.entry(place).or_insert_with(|| {
            let ends = layout.about(place).into_iter().map(|number| {
                let statement = &layout.statements[number];
                layout.block(if statement.is_header() { Some(number) } else { statement.header }).end
            });
            ends.max().unwrap_or(0)
        })
    }

    /// Puts in tables with headers, after those of the same section.
    fn insert_blocks(&mut self, place: usize, indent: &str, spread: bool, path: &[String], value: &Value) {
        let line = match self.layout.places[place].depth + 1 < NAMED {
            true => (0..self.layout.lines.len()).rev().find(|line| !self.layout.is_blank(*line)).map_or(0, |l| l + 1),
            false => self.end_of(place),
        };
        let what = What::Tables { apart: spread && self.layout.is_blank(line) };
        let mut blocks = Vec::new();
        split(path, value, &mut blocks);
        for (path, value) in blocks {
            self.insert_table(line, indent, &path, value, what);
        }
    }

    pub(super) fn insert_table(&mut self, line: usize, indent: &str, path: &[String], value: &Value, what: What) {
        let mut lines = Vec::new();
        text::table(path, value, Page { indent, step: &self.layout.step }, &mut lines);
        self.insert_lines(line, &lines, what);
    }

    pub(super) fn insert_dotted(&mut self, line: usize, indent: &str, keys: &[String], value: &Value) {
        let mut lines = Vec::new();
        text::dotted(keys, value, &mut lines);
        let lines: Vec<_> = lines.into_iter().map(|line| format!("{indent}{line}")).collect();
        self.insert_lines(line, &lines, What::Keys);
    }

    fn insert_lines(&mut self, line: usize, lines: &[String], what: What) {
        let text = lines.iter().flat_map(|line| [line.as_str(), self.layout.eol]).collect();
        self.lines.insert(line, text, what);
    }

    /// The last `key = value` line about a place whose header, if any, is that of a table around it.
    fn dotted_line(&self, place: usize) -> Option<usize> {
        let depth = self.layout.places[place].depth;
        let dotted = |number: &usize| {
            let statement = &self.layout.statements[*number];
            !statement.is_header() && statement.above < depth
        };
        self.layout.about(place).into_iter().rev().find(dotted)
    }

    /// Puts in `key = value` below the header of a place, or next to its dotted keys.
    fn insert_line(&mut self, place: usize, path: &[String], value: &Value, dotted: bool) -> Result<(), Refusal> {
        let layout = self.layout;
        let header = layout.header(place);
        let (line, indent, above) = match header.map(|header| (header, &layout.statements[header])) {
            Some((number, header)) => match layout.own_lines(Some(number)).last() {
                Some(last) => (last.lines.end, layout.indent(last).to_owned(), path.len() - 1),
                None => (header.lines.end, layout.indent(header).to_owned() + &layout.step, path.len() - 1),
            },
            None if place == ROOT => match layout.own_lines(None).last() {
                Some(last) => (last.lines.end, layout.indent(last).to_owned(), 0),
                None => return Err(Refusal { line: 1, message: "a file holds tables only".into() }),
            },
            None => match self.dotted_line(place).map(|number| &layout.statements[number]) {
                Some(last) => (last.lines.end, layout.indent(last).to_owned(), last.above),
                None => return self.insert_header(place, path, value),
            },
        };
        match dotted {
            true => self.insert_dotted(line, &indent, &path[above..], value),
            false => self.insert_lines(line, &[format!("{indent}{}", text::pair(&path[above..], value))], What::Keys),
        }
        Ok(())
    }

    /// Gives a table that only deeper headers mention its own header, before these.
    fn insert_header(&mut self, place: usize, path: &[String], value: &Value) -> Result<(), Refusal> {
        let layout = self.layout;
        let first = layout.about(place).first().map(|first| &layout.statements[*first]);
        let Some((first, (name, table))) = first.zip(path.split_last()) else {
            return Err(Refusal { line: 1, message: "can't tell where to put the new entry".into() });
        };
        let indent = layout.indent(first);
        let lines = [
            format!("{indent}[{}]", table.join(".")),
            format!("{indent}{}{}", layout.step, text::pair(std::slice::from_ref(name), value)),
        ];
        let made = usize::from(!self.headed.insert(place));
        self.insert_lines(first.lines.start, &lines[made..], What::Head);
        Ok(())
    }
}

/// The tables of routers, services and so on that a value for a whole section holds.
fn split<'v>(path: &[String], value: &'v Value, blocks: &mut Vec<(Vec<String>, &'v Value)>) {
    match value {
        Value::Map(entries)
            if path.len() < NAMED && !entries.is_empty() && entries.iter().all(|(_, v)| matches!(v, Value::Map(_))) =>
        {
            for (name, value) in entries {
                split(&[path, &[text::key(name)]].concat(), value, blocks);
            }
        }
        _ => blocks.push((path.to_vec(), value)),
    }
}
