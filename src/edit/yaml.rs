//! Edits of YAML text: which bytes to replace so that the file means what a patch asks for.
//!
//! Block collections are edited by whole lines, flow collections between their separators. Comments
//! that stand among the lines stay where they are; those inside a removed entry go with it.

mod layout;
#[cfg(test)]
mod tests;
mod text;

use super::{Patch, Refusal, Replacement, Value, goes, lookup, value_of};
use crate::document::{Document, Kind, Ref, Span, Style};
use layout::{Layout, column, comment_line, entry_end, in_flow, line_end, line_start, value_start};
pub(super) use text::reads_as_text;
use text::{Context, entry_lines, inline, item_lines, key_text};

pub(super) fn plan(document: &Document, patch: &Patch) -> Result<Vec<Replacement>, Refusal> {
    let Patch::Inside(patches) = patch else {
        return Err(Refusal { line: 1, message: "a file is edited entry by entry".into() });
    };
    let mut planner = Planner::new(document);
    match document.root() {
        Some(root) if root.kind() == Kind::Map => planner.map(root, patches, 0)?,
        Some(root) => return refuse(root, "the file is not a mapping"),
        None => planner.fill_empty_file(patches),
    }
    Ok(planner.finish())
}

fn refuse<T>(at: Ref<'_>, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { line: at.line(), message: message.into() })
}

struct Planner<'d> {
    document: &'d Document,
    layout: Layout,
    replaced: Vec<Replacement>,
    removed: Vec<Span>,
}

impl<'d> Planner<'d> {
    fn new(document: &'d Document) -> Self {
        Planner { document, layout: Layout::of(document), replaced: Vec::new(), removed: Vec::new() }
    }

    fn source(&self) -> &'d str {
        self.document.source()
    }

    fn replace(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.replaced.push(Replacement { span: Span::new(start, end), text: text.into() });
    }

    /// Joins removed ranges, and takes the line end before a range that reaches an end of file
    /// without one: what was the last line ends as the file ended before.
    fn finish(mut self) -> Vec<Replacement> {
        self.removed.sort();
        let mut joined: Vec<Span> = Vec::new();
        for span in self.removed {
            match joined.last_mut().filter(|last| span.start <= last.end) {
                Some(last) => last.end = last.end.max(span.end),
                None => joined.push(span),
            }
        }
        let source = self.document.source();
        let ends_open = !source.ends_with(['\n', '\r']);
        if let Some(last) = joined.last_mut().filter(|s| ends_open && s.end as usize == source.len()) {
            let before = &source[..last.start as usize];
            let kept = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']));
            last.start = kept.unwrap_or(before).len() as u32;
        }
        self.replaced.extend(joined.into_iter().map(|span| Replacement { span, text: String::new() }));
        self.replaced
    }

    /// Puts the first entries into a file that says nothing.
    fn fill_empty_file(&mut self, patches: &[(String, Patch)]) {
        let added = patches.iter().filter_map(|(key, patch)| Some((key, value_of(patch)?)));
        let lines: Vec<String> = added.flat_map(|(key, value)| self.entry(key, &value, 0)).collect();
        if !lines.is_empty() {
            let end = self.document.body().end as usize;
            // The body may end within a line: `--- # comment`.
            let at = if self.source()[..end].ends_with(['\n', '\r']) { end } else { line_end(self.source(), end).0 };
            self.insert_lines(at, lines);
        }
    }

    /// Applies patches to the entries of one mapping.
    fn map(&mut self, map: Ref<'d>, patches: &[(String, Patch)], depth: usize) -> Result<(), Refusal> {
        let mut gone = Vec::new();
        let mut new = Vec::new();
        for (key, patch) in patches {
            match lookup(map, key, depth) {
                Some((key, value)) if goes(value, patch, depth) => gone.push((key, value, patch)),
                Some((key, value)) => self.entry_patch(key, value, patch, depth)?,
                None => {
                    if let Some((from, _)) = map.fields().into_iter().find(|(k, _)| k.text() == Some(key)) {
                        return refuse(
                            from,
                            format!("`{key}` is supplied by a merge key or alias here; edit it by hand"),
                        );
                    }
                    new.extend(value_of(patch).map(|value| (key.as_str(), value)));
                }
            }
        }
        self.remove_entries(map, &gone, depth)?;
        if new.is_empty() { Ok(()) } else { self.insert(map, &new) }
    }

    /// Applies a patch to an entry that stays.
    fn entry_patch(&mut self, key: Ref<'d>, value: Ref<'d>, patch: &Patch, depth: usize) -> Result<(), Refusal> {
        match patch {
            Patch::Set(new) => self.set(key, value, new),
            Patch::Remove => Ok(()),
            Patch::Rename(name) => {
                let span = key.span();
                let text = key_text(name, self.context(key));
                self.replace(span.start as usize, span.end as usize, text);
                Ok(())
            }
            Patch::Hollow(below) => match &**below {
                Patch::Inside(patches) if value.style() == Style::Block && goes(value, below, depth) => {
                    self.remove_below(value, patches, depth)
                }
                below => self.entry_patch(key, value, below, depth),
            },
            Patch::Inside(patches) if value.kind() == Kind::Map => self.map(value, patches, depth + 1),
            Patch::Inside(_) if value.is_null() => match value_of(patch) {
                Some(new) => self.set(key, value, &new),
                None => Ok(()),
            },
            Patch::Inside(_) | Patch::Items { .. } if value.kind() == Kind::Alias => {
                refuse(value, format!("{} is an alias of another entry; edit it by hand", value.raw()))
            }
            Patch::Inside(_) => refuse(value, format!("`{}` is not a mapping", key.raw())),
            Patch::Items { drop, push } if value.kind() == Kind::Seq => self.items(key, value, drop, push),
            Patch::Items { .. } => refuse(value, format!("`{}` is not a list", key.raw())),
        }
    }

    // ---- taking away ---------------------------------------------------------------------------

    fn remove_entries(
        &mut self,
        map: Ref<'d>,
        gone: &[(Ref<'d>, Ref<'d>, &Patch)],
        depth: usize,
    ) -> Result<(), Refusal> {
        if map.style() == Style::Flow {
            let spans: Vec<Span> =
                map.entries().map(|(k, v)| Span { start: k.full_span().start, end: entry_end(k, v) as u32 }).collect();
            let is_gone = |span: &Span| gone.iter().any(|(k, _, _)| k.full_span().start == span.start);
            self.remove_from_flow(&spans, is_gone);
            return Ok(());
        }
        for (key, value, patch) in gone {
            self.remove_lines(*key, *value, patch, depth)?;
        }
        Ok(())
    }

    /// Takes separators along with the removed parts of a flow collection.
    fn remove_from_flow(&mut self, spans: &[Span], is_gone: impl Fn(&Span) -> bool) {
        let mut kept = None;
        for (at, span) in spans.iter().enumerate() {
            if !is_gone(span) {
                kept = Some(*span);
                continue;
            }
            let next = spans.get(at + 1);
            let range = match (kept, next) {
                (Some(_), _) => Span { start: spans[at - 1].end, end: span.end },
                (None, Some(next)) => Span { start: span.start, end: next.start },
                (None, None) => *span,
            };
            self.removed.push(range);
        }
    }

    /// Takes away the lines of a block entry. Of a mapping that goes because all its entries go, comments
    /// between the entries stay.
    fn remove_lines(&mut self, key: Ref<'d>, value: Ref<'d>, patch: &Patch, depth: usize) -> Result<(), Refusal> {
        let source = self.source();
        let start = self.start_of_line(key)?;
        if let Patch::Inside(patches) = patch
            && value.style() == Style::Block
        {
            let (end, _) = self.end_of_line(key, value_start(key))?;
            self.removed.push(Span::new(start, end));
            return self.remove_below(value, patches, depth);
        }
        let (mut end, _) = self.end_of_line(key, entry_end(key, value))?;
        let own = column(key);
        while let Some(next) = comment_line(source, end).filter(|(indent, _)| *indent > own) {
            end = next.1;
        }
        self.removed.push(Span::new(start, end));
        Ok(())
    }

    /// Takes away all entries of a mapping.
    fn remove_below<'p>(&mut self, map: Ref<'d>, patches: &'p [(String, Patch)], depth: usize) -> Result<(), Refusal> {
        let found = |(name, patch): &'p (String, Patch)| lookup(map, name, depth + 1).map(|(k, v)| (k, v, patch));
        let gone: Vec<_> = patches.iter().filter_map(found).collect();
        self.remove_entries(map, &gone, depth + 1)
    }

    /// Where the line of a block entry starts; only white space, or the `?` of an explicit key, may stand before it.
    fn start_of_line(&self, node: Ref<'d>) -> Result<usize, Refusal> {
        let at = node.full_span().start as usize;
        let start = line_start(self.source(), at);
        match self.source()[start..at].trim() {
            "" | "?" => Ok(start),
            _ => refuse(node, format!("`{}` does not start its line; edit it by hand", node.raw())),
        }
    }

    /// The end of the line that `byte` is on; only a comment may follow there.
    fn end_of_line(&self, node: Ref<'d>, byte: usize) -> Result<(usize, bool), Refusal> {
        if self.source()[..byte].ends_with(['\n', '\r']) {
            return Ok((byte, true)); // a block scalar that keeps its last line ends
        }
        let (end, closed) = line_end(self.source(), byte);
        match self.source()[byte..end].trim_start().chars().next() {
            None | Some('#') => Ok((end, closed)),
            _ => refuse(node, format!("something follows `{}` on its last line; edit it by hand", node.raw())),
        }
    }

    // ---- putting in ----------------------------------------------------------------------------

    fn context(&self, near: Ref<'_>) -> Context {
        let json = near.style() == Style::Quoted && near.raw().starts_with('"');
        Context { flow: false, json, step: self.layout.step, dash: self.layout.dash }
    }

    fn entry(&self, key: &str, value: &Value, column: usize) -> Vec<String> {
        entry_lines(
            key,
            value,
            column,
            Context { flow: false, json: false, step: self.layout.step, dash: self.layout.dash },
        )
    }

    /// Puts whole lines in at `at`, which is the start of a line or the end of the file.
    fn insert_lines(&mut self, at: usize, lines: Vec<String>) {
        let before = &self.source()[..at];
        // Where line ends are mixed, the neighbour's is followed.
        let eol = ["\r\n", "\n", "\r"].into_iter().find(|eol| before.ends_with(eol));
        let text = lines.join(eol.unwrap_or(self.layout.eol));
        match eol {
            Some(eol) => self.replace(at, at, text + eol),
            None if before.is_empty() || before == "\u{feff}" => self.replace(at, at, text + self.layout.eol),
            None => self.replace(at, at, self.layout.eol.to_owned() + &text),
        }
    }

    /// Puts new entries at the end of a mapping.
    fn insert(&mut self, map: Ref<'d>, new: &[(&str, Value)]) -> Result<(), Refusal> {
        let last = map.entries().last();
        if map.style() == Style::Flow {
            return self.insert_flow(map, last, new);
        }
        let Some((key, value)) = last else { return refuse(map, "the mapping has no entries") };
        let own = column(key);
        let at = self.after_entry(key, value, own)?;
        let lines = new.iter().flat_map(|(k, v)| self.entry(k, v, own)).collect();
        self.insert_lines(at, lines);
        Ok(())
    }

    /// The start of the line after an entry and the comments that belong to its mapping.
    fn after_entry(&self, key: Ref<'d>, value: Ref<'d>, own: usize) -> Result<usize, Refusal> {
        let (mut at, closed) = self.end_of_line(key, entry_end(key, value))?;
        if !closed && value.subtree().last().is_some_and(|last| last.style() == Style::Literal) {
            // A line after it would add a line feed to its text.
            return refuse(key, "the file ends in a block scalar without a line end; add one first");
        }
        let body_end = self.document.body().end as usize;
        while let Some(next) = comment_line(self.source(), at).filter(|(indent, _)| *indent >= own.max(1)) {
            at = next.1;
        }
        Ok(at.min(body_end.max(entry_end(key, value))))
    }

    fn insert_flow(
        &mut self,
        map: Ref<'d>,
        last: Option<(Ref<'d>, Ref<'d>)>,
        new: &[(&str, Value)],
    ) -> Result<(), Refusal> {
        let context = Context { flow: true, ..last.map_or(self.context(map), |(key, _)| self.context(key)) };
        let parts = new.iter().map(|(k, v)| format!("{}: {}", key_text(k, context), inline(v, context)));
        let source = self.source();
        let Some((key, value)) = last else {
            let inside = map.span().start as usize + 1;
            self.replace(inside, inside, parts.collect::<Vec<_>>().join(", "));
            return Ok(());
        };
        let end = entry_end(key, value);
        let (line_stop, _) = line_end(source, end);
        let own_line =
            source[line_start(source, key.full_span().start as usize)..key.full_span().start as usize].trim();
        let alone = own_line.is_empty() && source[end..line_stop].trim_matches([',', ' ', '\t', '\n', '\r']).is_empty();
        let separator = match alone {
            true => format!(",{}{}", self.layout.eol, " ".repeat(column(key))),
            false => ", ".to_owned(),
        };
        let text: String = parts.map(|part| separator.clone() + &part).collect();
        self.replace(end, end, text);
        Ok(())
    }

    // ---- replacing -----------------------------------------------------------------------------

    fn set(&mut self, key: Ref<'d>, old: Ref<'d>, new: &Value) -> Result<(), Refusal> {
        if let Some(anchor) = old.properties().and_then(|p| p.anchor.as_deref()) {
            return refuse(
                old,
                format!("`{}` carries the anchor &{anchor}, which other entries may use; edit it by hand", key.raw()),
            );
        }
        let flow = in_flow(self.document, key);
        let context = Context { flow: flow || old.style() == Style::Flow, ..self.context(key) };
        let span = old.full_span();
        let (start, end) = (span.start as usize, span.end as usize);
        let same_shape = matches!((old.kind(), new), (Kind::Map, Value::Map(m)) if !m.is_empty())
            || matches!((old.kind(), new), (Kind::Seq, Value::List(l)) if !l.is_empty());
        if old.style() == Style::Block && same_shape {
            let indent = column(old);
            let lines: Vec<String> = match new {
                Value::Map(entries) => entries.iter().flat_map(|(k, v)| self.entry(k, v, indent)).collect(),
                Value::List(items) => items.iter().flat_map(|v| item_lines(v, indent, context)).collect(),
                _ => Vec::new(),
            };
            self.replace(start, end, lines.join(self.layout.eol).trim_start());
        } else if old.style() == Style::Block || old.style() == Style::Literal {
            self.replace(value_start(key), end, format!(" {}", inline(new, context)));
        } else if !old.raw().is_empty() {
            self.replace(start, end, inline(new, Context { flow: true, ..context }));
        } else if flow || !matches!(new, Value::Map(m) if !m.is_empty()) {
            let at = value_start(key);
            self.replace(at, at, format!(" {}", inline(new, Context { flow: true, ..context })));
        } else {
            let Value::Map(entries) = new else { return Ok(()) };
            let own = column(key);
            let at = self.after_null(key, own)?;
            let lines = entries.iter().flat_map(|(k, v)| self.entry(k, v, own + self.layout.step)).collect();
            self.insert_lines(at, lines);
        }
        Ok(())
    }

    /// The start of the line after a key without a value, and the comments below it.
    fn after_null(&self, key: Ref<'d>, own: usize) -> Result<usize, Refusal> {
        let (mut at, _) = self.end_of_line(key, value_start(key))?;
        while let Some(next) = comment_line(self.source(), at).filter(|(indent, _)| *indent > own) {
            at = next.1;
        }
        Ok(at)
    }

    fn items(&mut self, key: Ref<'d>, list: Ref<'d>, drop: &[usize], push: &[Value]) -> Result<(), Refusal> {
        let items: Vec<Ref<'d>> = list.items().collect();
        if items.len() == drop.len() || items.is_empty() {
            return self.set(key, list, &Value::List(push.to_vec()));
        }
        if list.style() == Style::Flow {
            let spans: Vec<Span> = items.iter().map(|item| item.full_span()).collect();
            self.remove_from_flow(&spans, |span| drop.iter().any(|i| spans.get(*i) == Some(span)));
            let end = spans.last().map_or(0, |s| s.end as usize);
            let context = Context { flow: true, ..self.context(key) };
            let text: String = push.iter().map(|v| format!(", {}", inline(v, context))).collect();
            if !text.is_empty() {
                self.replace(end, end, text);
            }
            return Ok(());
        }
        let dash = column(list);
        for item in drop.iter().filter_map(|i| items.get(*i)) {
            let at = item.full_span().start as usize;
            let start = line_start(self.source(), at);
            if self.source()[start..at].trim() != "-" {
                return refuse(*item, "this list item does not start its line; edit it by hand");
            }
            let (end, _) = self.end_of_line(*item, item.full_span().end as usize)?;
            self.removed.push(Span::new(start, end));
        }
        if let Some(last) = items.last().filter(|_| !push.is_empty()) {
            let (at, _) = self.end_of_line(*last, last.full_span().end as usize)?;
            let context = self.context(key);
            self.insert_lines(at, push.iter().flat_map(|v| item_lines(v, dash, context)).collect());
        }
        Ok(())
    }
}
