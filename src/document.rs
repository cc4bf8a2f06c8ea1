//! One configuration file: its text, and a tree over that text whose every node knows its bytes.
//!
//! YAML and TOML give the same tree, so that everything above this module is written once. Nodes
//! lie in one vector in document order (a node, then all that is below it), which keeps a file of
//! 100 000 routes small in memory and makes walking it a walk along a slice. Text is copied only
//! where the file's spelling is not the value itself (escapes, folded lines).

mod error;
mod lines;
pub mod scalar;
mod timestamp;
pub mod toml;
mod tree;
pub mod yaml;

pub use error::SyntaxError;
use error::error_at;
pub use lines::{Lines, Position};
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tree::Node;
pub use tree::{Kind, NodeId, Properties, Span, Style, Tree};

/// How a file is written. The extension decides, as it does for Traefik.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.yml`, `.yaml`, in any case.
    Yaml,
    /// `.toml`, in any case.
    Toml,
}

impl Format {
    /// The format of a file that Traefik's file provider would load under this name.
    pub fn of(name: &str) -> Option<Format> {
        let extension = name.rsplit('/').next()?.rsplit_once('.')?.1;
        match extension.to_ascii_lowercase().as_str() {
            "yml" | "yaml" => Some(Format::Yaml),
            "toml" => Some(Format::Toml),
            _ => None,
        }
    }
}

/// A parsed file.
#[derive(Debug)]
pub struct Document {
    format: Format,
    source: String,
    tree: Tree,
    /// Where each line starts; found when it is first asked for.
    lines: OnceLock<Vec<u32>>,
    line_calls: AtomicU32,
    /// Whether the file has other bytes than the text: it is UTF-16.
    transcoded: bool,
}

impl Document {
    /// Parses `source`. Texts of 4 GiB and more are refused.
    pub fn parse(format: Format, source: String) -> Result<Document, SyntaxError> {
        Document::parse_or_return(format, source).map_err(|(error, _)| error)
    }

    /// Parses `source`; where that fails, gives it back, so that the fault can be shown in it.
    pub fn parse_or_return(format: Format, source: String) -> Result<Document, (SyntaxError, String)> {
        if u32::try_from(source.len()).is_err() {
            let message = "files of 4 GiB and more are not read".into();
            return Err((SyntaxError { line: 1, column: 1, message, says: None }, String::new()));
        }
        let tree = match format {
            Format::Yaml => yaml::parse(&source),
            Format::Toml => toml::parse(&source),
        };
        match tree {
            Ok(tree) => Ok(Document {
                format,
                source,
                tree,
                lines: OnceLock::new(),
                line_calls: AtomicU32::new(0),
                transcoded: false,
            }),
            Err(error) => Err((error, source)),
        }
    }

    /// The document of a text that the file holds in UTF-16; it can be read, not edited.
    pub fn transcoded(self) -> Document {
        Document { transcoded: true, ..self }
    }

    /// Whether the file has other bytes than the text.
    pub fn is_transcoded(&self) -> bool {
        self.transcoded
    }

    /// How the file is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The text alone.
    pub fn into_source(self) -> String {
        self.source
    }

    /// Bytes of the first YAML document that an edit may use.
    pub fn body(&self) -> Span {
        self.tree.body
    }

    /// The top of the tree; `None` where the file says nothing.
    pub fn root(&self) -> Option<Ref<'_>> {
        (!self.tree.is_empty()).then_some(Ref { document: self, id: 0 })
    }

    /// Every node in document order.
    pub fn nodes(&self) -> impl Iterator<Item = Ref<'_>> {
        (0..self.tree.nodes.len() as NodeId).map(|id| Ref { document: self, id })
    }

    /// The node with this index, which must come from this document.
    pub fn node(&self, id: NodeId) -> Ref<'_> {
        Ref { document: self, id }
    }

    /// The 1-based line of a byte.
    pub fn line(&self, byte: u32) -> usize {
        // Counting is fast, but not for every route of a large file: then an index pays.
        const WORTH_AN_INDEX: u32 = 8;
        if self.lines.get().is_none() && self.line_calls.fetch_add(1, Ordering::Relaxed) < WORTH_AN_INDEX {
            return line_of(&self.source, byte as usize);
        }
        self.lines.get_or_init(|| line_starts(&self.source)).partition_point(|start| *start <= byte)
    }
}

/// The 1-based line of a byte; `\r` alone ends a line too, as YAML has it.
pub fn line_of(source: &str, byte: usize) -> usize {
    let before = &source.as_bytes()[..byte.min(source.len())];
    let count = |wanted: u8| before.iter().filter(|b| **b == wanted).count();
    match count(b'\r') {
        0 => 1 + count(b'\n'),
        _ => line_starts(&source[..source.floor_char_boundary(byte)]).len(),
    }
}

/// The byte at a 1-based line and a 1-based column in characters; the text's end where there is no such place.
pub fn byte_at(source: &str, line: usize, column: usize) -> usize {
    let start = line_starts(source).get(line.saturating_sub(1)).map_or(source.len(), |start| *start as usize);
    let rest = source.get(start..).unwrap_or_default();
    start + rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}

/// Where each line starts.
fn line_starts(source: &str) -> Vec<u32> {
    let bytes = source.as_bytes();
    let ends = |at: &usize| bytes[*at] == b'\n' || (bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|at| at as u32 + 1)).collect()
}

/// Where a text holds a Go template action, which Traefik would run before it reads the rest.
pub fn template_at(source: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    source.match_indices('{').map(|(at, _)| at).find(|at| bytes.get(at + 1) == Some(&b'{'))
}

/// A node of a document.
#[derive(Clone, Copy)]
pub struct Ref<'d> {
    document: &'d Document,
    id: NodeId,
}

impl fmt::Debug for Ref<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}@{:?} {:?}", self.kind(), self.span(), self.raw())
    }
}

impl<'d> Ref<'d> {
    fn data(self) -> &'d Node {
        &self.document.tree.nodes[self.id as usize]
    }
    /// Its index.
    pub fn id(self) -> NodeId {
        self.id
    }
    /// The document that it is part of.
    pub fn document(self) -> &'d Document {
        self.document
    }
    /// What it is.
    pub fn kind(self) -> Kind {
        self.data().kind
    }
    /// How it is written.
    pub fn style(self) -> Style {
        self.data().style
    }
    /// Its bytes, without anchor and tag. A block collection ends where its last child ends.
    pub fn span(self) -> Span {
        self.data().span
    }
    /// The bytes of a part of its text, where the file has the text as it is; else all of its bytes.
    pub fn span_within(self, part: std::ops::Range<usize>) -> Span {
        let (whole, raw) = (self.span(), self.raw());
        let start = match self.text() {
            Some(text) if text == raw => 0,
            Some(text) if self.style() == Style::Quoted && raw.get(1..text.len() + 1) == Some(text) => 1,
            _ => return whole,
        };
        let (from, to) = (start + part.start, start + part.end.max(part.start));
        let inside = to <= start + self.text().map_or(0, str::len);
        match raw.get(from..to).filter(|_| inside) {
            Some(_) => Span::new(whole.start as usize + from, whole.start as usize + to),
            None => whole,
        }
    }
    /// Its bytes, with anchor and tag.
    pub fn full_span(self) -> Span {
        let span = self.span();
        Span { start: self.properties().map_or(span.start, |p| p.start.min(span.start)), end: span.end }
    }
    /// The 1-based line on which it starts.
    pub fn line(self) -> usize {
        self.document.line(self.span().start)
    }
    /// The text as it is written.
    pub fn raw(self) -> &'d str {
        &self.document.source[self.span().range()]
    }
    /// Its anchor and tag.
    pub fn properties(self) -> Option<&'d Properties> {
        let all = &self.document.tree.properties;
        all.binary_search_by_key(&self.id, |p| p.node).ok().map(|i| &all[i])
    }
    /// A scalar's text, unescaped and unfolded.
    pub fn text(self) -> Option<&'d str> {
        let node = self.data();
        match (node.kind, node.extra) {
            (Kind::Scalar, 0) => Some(self.raw()),
            (Kind::Scalar, n) => self.document.tree.texts.get(n as usize - 1).map(|t| &**t),
            _ => None,
        }
    }
    /// Whether it is null: nothing at all, `~` or `null` without quotes.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Scalar
            && self.style() == Style::Plain
            && matches!(self.raw(), "" | "~" | "null" | "Null" | "NULL")
            && self.properties().is_none_or(|p| p.tag.is_none())
            && self.document.format == Format::Yaml
    }
    /// The node that an alias stands for; any other node is itself.
    pub fn resolved(self) -> Ref<'d> {
        match self.kind() {
            Kind::Alias => Ref { id: self.data().extra, ..self },
            _ => self,
        }
    }
    /// The nodes directly below: items of a sequence; key, value, key, value of a mapping.
    pub fn children(self) -> impl Iterator<Item = Ref<'d>> {
        let end = self.data().next;
        let mut id = self.id + 1;
        std::iter::from_fn(move || {
            let child = (id < end).then_some(Ref { id, ..self })?;
            id = child.data().next;
            Some(child)
        })
    }
    /// This node and all below it, in document order.
    pub fn subtree(self) -> impl ExactSizeIterator<Item = Ref<'d>> {
        (self.id..self.data().next).map(move |id| Ref { id, ..self })
    }
    /// The items of a sequence, nothing for any other node.
    pub fn items(self) -> impl Iterator<Item = Ref<'d>> {
        self.children().filter(move |_| self.kind() == Kind::Seq)
    }
    /// The entries of a mapping as they are written, nothing for any other node.
    pub fn entries(self) -> impl Iterator<Item = (Ref<'d>, Ref<'d>)> {
        let mut children = self.children();
        let is_map = self.kind() == Kind::Map;
        std::iter::from_fn(move || if is_map { Some((children.next()?, children.next()?)) } else { None })
    }
    /// Whether this key is YAML's merge key `<<`.
    pub fn is_merge_key(self) -> bool {
        self.kind() == Kind::Scalar
            && self.document.format == Format::Yaml
            && self.text() == Some("<<")
            && scalar::is_merge("<<", self.style(), self.properties().and_then(|p| p.tag.as_deref()))
    }
    /// The entries of a mapping with aliases followed and merge keys applied: what Traefik sees.
    pub fn fields(self) -> Vec<(Ref<'d>, Ref<'d>)> {
        self.fields_below(0)
    }

    fn fields_below(self, depth: usize) -> Vec<(Ref<'d>, Ref<'d>)> {
        // An anchor stands before its aliases, so there is no endless loop; a chain this long is not a configuration.
        const DEEPEST: usize = 64;
        let map = self.resolved();
        let mut own = Vec::new();
        let mut merged = Vec::new();
        for (key, value) in map.entries() {
            if !key.is_merge_key() {
                own.push((key, value.resolved()));
            } else if depth < DEEPEST {
                let value = value.resolved();
                match value.kind() {
                    Kind::Seq => merged.extend(value.items().flat_map(|item| item.fields_below(depth + 1))),
                    _ => merged.extend(value.fields_below(depth + 1)),
                }
            }
        }
        if !merged.is_empty() {
            let mut seen: std::collections::HashSet<_> = own.iter().map(|(key, _)| key.resolved().text()).collect();
            own.extend(merged.into_iter().filter(|(key, _)| seen.insert(key.resolved().text())));
        }
        own
    }

    /// The value of a field of Traefik's: keys match without regard to case, as in Traefik.
    ///
    /// Where several spellings stand side by side Traefik applies them in byte order, so the last wins.
    pub fn field(self, name: &str) -> Option<Ref<'d>> {
        let map = self.resolved();
        let mut found: Option<(&str, Ref<'d>)> = None;
        let mut consider = |(key, value): (Ref<'d>, Ref<'d>)| {
            let text = key.resolved().text().filter(|text| text.eq_ignore_ascii_case(name));
            if let Some(text) = text.filter(|text| found.is_none_or(|(before, _)| before <= *text)) {
                found = Some((text, value.resolved()));
            }
        };
        match map.entries().any(|(key, _)| key.is_merge_key()) {
            false => map.entries().for_each(&mut consider),
            true => map.fields().into_iter().for_each(&mut consider),
        }
        found.map(|(_, value)| value)
    }

    /// Whether this node and all below it are the same text in the same structure as `other`. Cheap, and
    /// never wrong when it says yes; escapes, anchors, tags and aliases are not looked into.
    pub fn is_same_text(self, other: Ref<'_>) -> bool {
        let (mine, theirs) = (&self.document.tree, &other.document.tree);
        let (a, b) = (self.id as usize, other.id as usize);
        let (a_nodes, b_nodes) =
            (&mine.nodes[a..self.data().next as usize], &theirs.nodes[b..other.data().next as usize]);
        let (a_start, b_start) = (self.span().start, other.span().start);
        let alike = |(x, y): (&Node, &Node)| {
            x.kind == y.kind
                && x.style == y.style
                && (x.extra | y.extra) == 0
                && x.next - self.id == y.next - other.id
                // The parts of a TOML table may lie outside its own bytes, which then say nothing of them.
                && x.span.start >= a_start
                && x.span.end <= self.span().end
                && y.span.start >= b_start
                && x.span.start - a_start == y.span.start - b_start
                && x.span.end - x.span.start == y.span.end - y.span.start
        };
        mine.properties.is_empty()
            && theirs.properties.is_empty()
            && a_nodes.len() == b_nodes.len()
            && a_nodes.iter().zip(b_nodes).all(alike)
            && self.raw() == other.raw()
            && a_nodes.iter().all(|n| n.kind != Kind::Alias)
    }
}

#[cfg(test)]
mod tests;
