//! YAML text to tree.
//!
//! The parser is granit-parser, whose events carry byte ranges. Where it is more lenient than the
//! YAML library inside Traefik, the difference is checked here: what Traefik refuses, this refuses.
//! Files of the usual simple form are read by [`fast`], which gives the same tree much sooner.

mod decode;
mod fast;
mod tabs;

use super::{Kind, NodeId, Span, Style, SyntaxError, Tree, line_of};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span as ScanSpan, StructureStyle, options};
use std::collections::{HashMap, HashSet};

/// Parses the first document of a YAML text; Traefik reads no other.
pub fn parse(source: &str) -> Result<Tree, SyntaxError> {
    fast::parse(source).map_or_else(|| parse_any(source), Ok)
}

/// Parses any YAML text: the words of every error are from here.
fn parse_any(source: &str) -> Result<Tree, SyntaxError> {
    refuse_control_characters(source)?;
    refuse_leading_end(source)?;
    let tree = Builder::new(source).run().or_else(|error| match tabs::as_spaces(source) {
        Some(text) => Builder::new(&text).run(),
        None => Err(error),
    })?;
    tabs::check(source, &tree)?;
    decode::check(source, &tree)?;
    Ok(tree)
}

fn parser_options() -> Options {
    options! {
        emit_anchor_events: true,
        emit_comments: false,
        block_scalar_eof_without_line_feed: true,
        simple_key_max_lookahead: 1024,
    }
}

/// The characters that Go's YAML library refuses anywhere, comments included.
fn refuse_control_characters(source: &str) -> Result<(), SyntaxError> {
    let plain = |b: u8| (0x20..0x7f).contains(&b) || matches!(b, b'\t' | b'\n' | b'\r');
    let bytes = source.as_bytes();
    let mut from = 0;
    while let Some(step) = bytes[from..].iter().position(|b| !plain(*b)) {
        let at = from + step;
        let c = source[at..].chars().next().unwrap_or('\0');
        let refused = match c {
            '\u{85}' | '\u{feff}' => false,
            c if (c as u32) < 0xa0 => true,
            c => matches!(c as u32, 0xfffe | 0xffff),
        };
        if refused {
            return Err(error_at(source, at, "control characters are not allowed"));
        }
        from = at + c.len_utf8();
    }
    Ok(())
}

/// A document can't end before it begins.
fn refuse_leading_end(source: &str) -> Result<(), SyntaxError> {
    let text = source.trim_start_matches('\u{feff}');
    let mut lines = text.lines().filter(|line| !(line.trim().is_empty() || line.starts_with('#')));
    match lines.next().filter(|line| line.trim_end() == "...") {
        Some(line) => {
            let at = line.as_ptr() as usize - source.as_ptr() as usize;
            Err(error_at(source, at, "did not find expected node content"))
        }
        None => Ok(()),
    }
}

fn error_at(source: &str, byte: usize, message: impl Into<String>) -> SyntaxError {
    let line_start = source[..byte].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let column = source[line_start..byte].chars().count() + 1;
    SyntaxError { line: line_of(source, byte), column, message: message.into() }
}

struct Builder<'s> {
    source: &'s str,
    tree: Tree,
    /// Anchors by the parser's number.
    anchors: HashMap<usize, NodeId>,
    /// Collections that are open, each with the number of its children so far.
    open: Vec<NodeId>,
    /// End of the last token seen: where a block scalar's header is looked for.
    last_end: usize,
}

impl<'s> Builder<'s> {
    fn new(source: &'s str) -> Self {
        Builder { source, tree: Tree::default(), anchors: HashMap::new(), open: Vec::new(), last_end: 0 }
    }

    fn run(mut self) -> Result<Tree, SyntaxError> {
        let parser = Parser::new_from_str_with_options(self.source, parser_options());
        self.tree.body = Span::new(0, self.source.len());
        let mut node: Option<NodeId> = None;
        for event in parser {
            let (event, span) = event.map_err(|e| self.scan_error(&e))?;
            let bytes = span.byte_range().unwrap_or(0..0);
            match event {
                Event::DocumentStart(explicit, version) => {
                    if let Some(version) = version.filter(|v| (v.major, v.minor) != (1, 1)) {
                        let message =
                            format!("found incompatible YAML document (%YAML {}.{})", version.major, version.minor);
                        return Err(error_at(self.source, bytes.start, message));
                    }
                    if explicit {
                        self.tree.body.start = bytes.end as u32;
                    }
                    self.last_end = bytes.end;
                }
                Event::DocumentEnd => {
                    self.tree.body.end = self.tree.body.end.min(bytes.start as u32);
                    break;
                }
                Event::Anchor(_, name) => {
                    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
                        let message = "did not find expected alphabetic or numeric character";
                        return Err(error_at(self.source, bytes.start, message));
                    }
                    let id = node.unwrap_or_default();
                    self.property(id, bytes.start, Some(name.into_owned()), None);
                }
                other => node = self.node(other, &span, bytes)?.or(node),
            }
        }
        self.refuse_repeated_keys()?;
        // A document that is null says nothing.
        if self.tree.nodes.len() == 1 && self.tree.properties.is_empty() && self.is_plain_null() {
            self.tree.nodes.clear();
        }
        Ok(self.tree)
    }

    fn is_plain_null(&self) -> bool {
        let node = self.tree.nodes[0];
        node.kind == Kind::Scalar
            && node.style == Style::Plain
            && matches!(&self.source[node.span.range()], "" | "~" | "null" | "Null" | "NULL")
    }

    /// Adds what a node event says; gives the node, for the anchor event that may follow.
    fn node(
        &mut self,
        event: Event<'_>,
        span: &ScanSpan,
        bytes: std::ops::Range<usize>,
    ) -> Result<Option<NodeId>, SyntaxError> {
        let (id, anchor, tag) = match event {
            Event::Scalar(text, style, anchor, tag) => (self.scalar(&text, style, bytes)?, anchor, tag),
            Event::MappingStart(style, anchor, tag) => (self.collection(Kind::Map, style, bytes), anchor, tag),
            Event::SequenceStart(style, anchor, tag) => (self.collection(Kind::Seq, style, bytes), anchor, tag),
            Event::MappingEnd | Event::SequenceEnd => {
                self.close(bytes);
                return Ok(None);
            }
            Event::Alias(number) => {
                let Some(target) = self.anchors.get(&number).copied() else {
                    return Err(error_at(self.source, bytes.start, "unknown anchor"));
                };
                self.last_end = bytes.end;
                (self.tree.alias(Span::new(bytes.start, bytes.end), target), 0, None)
            }
            _ => return Ok(None),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        if tag.is_some()
            && let Some(tag) = span.tag_span()
        {
            let start = tag.byte_range().map_or(0, |r| r.start);
            let text = tag.slice(self.source).unwrap_or_default().to_owned();
            self.property(id, start, None, Some(text));
        }
        Ok(Some(id))
    }

    fn property(&mut self, id: NodeId, start: usize, anchor: Option<String>, tag: Option<String>) {
        match self.tree.properties.last_mut().filter(|p| p.node == id) {
            Some(before) => {
                before.start = before.start.min(start as u32);
                before.anchor = before.anchor.take().or(anchor);
                before.tag = before.tag.take().or(tag);
            }
            None => self.tree.properties(id, start as u32, anchor, tag),
        }
    }

    fn collection(&mut self, kind: Kind, style: StructureStyle, bytes: std::ops::Range<usize>) -> NodeId {
        let style = if style == StructureStyle::Flow { Style::Flow } else { Style::Block };
        // A list whose dashes stand below its key's own column is reported from its first item on.
        let at_dash = self.source[bytes.start..]
            .strip_prefix('-')
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r']));
        let looks = kind == Kind::Seq && style == Style::Block && !at_dash;
        let dash = looks.then(|| self.indicator(bytes.start, &['-'])).flatten();
        let id = self.tree.open(kind, style, dash.unwrap_or(bytes.start));
        self.open.push(id);
        self.last_end = bytes.end;
        id
    }

    fn close(&mut self, bytes: std::ops::Range<usize>) {
        let Some(id) = self.open.pop() else { return };
        let flow = self.tree.nodes[id as usize].style == Style::Flow;
        // The end event of a block collection stands at the next token, not where its text ends.
        self.tree.close(id, flow.then_some(bytes.end));
        self.last_end = self.tree.nodes[id as usize].span.end as usize;
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, bytes: std::ops::Range<usize>) -> Result<NodeId, SyntaxError> {
        let (style, bytes) = match style {
            ScalarStyle::Plain if bytes.is_empty() => (Style::Plain, self.nothing(bytes.start)),
            ScalarStyle::Plain => (Style::Plain, bytes),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Style::Quoted, bytes),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::Literal, self.block_scalar(bytes)),
        };
        if style == Style::Plain && text.starts_with(['`', '@']) {
            return Err(error_at(self.source, bytes.start, "found character that cannot start any token"));
        }
        if style == Style::Quoted && self.source[bytes.clone()].starts_with('"') {
            self.refuse_slash_escape(bytes.clone())?;
        }
        self.last_end = bytes.end;
        let same = bytes.is_empty() || self.source.get(bytes.clone()) == Some(text);
        Ok(self.tree.scalar(style, Span::new(bytes.start, bytes.end), (!same).then(|| text.into())))
    }

    /// YAML 1.2 has `\/` for JSON's sake; Go's library does not.
    fn refuse_slash_escape(&self, bytes: std::ops::Range<usize>) -> Result<(), SyntaxError> {
        let mut escaped = false;
        for (at, byte) in self.source.as_bytes()[bytes.clone()].iter().enumerate() {
            if escaped && *byte == b'/' {
                return Err(error_at(self.source, bytes.start + at - 1, "found unknown escape character"));
            }
            escaped = !escaped && *byte == b'\\';
        }
        Ok(())
    }

    /// Where a value that is not there would stand: right after its key's colon.
    fn nothing(&self, reported: usize) -> std::ops::Range<usize> {
        let at = match self.source[reported..].starts_with(':') {
            true => reported + 1,
            false if self.source[self.last_end.min(reported)..reported].contains(['\n', '\r']) => self.last_end,
            false => reported,
        };
        at..at
    }

    /// The whole of a block scalar: the parser's range leaves out the header and takes in blank lines.
    fn block_scalar(&self, content: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let start = self.indicator(content.start, &['|', '>']).unwrap_or(content.start);
        let header = self.source[start..].lines().next().unwrap_or_default();
        let keep = header.split('#').next().unwrap_or_default().contains('+');
        let text = &self.source[start..content.end];
        let end = if keep { text.trim_end_matches(' ').len() } else { text.trim_end().len() };
        start..start + end
    }

    /// The first of these characters between the last token and `end`, comments left out.
    fn indicator(&self, end: usize, wanted: &[char]) -> Option<usize> {
        let between = self.source.get(self.last_end..end)?;
        let mut comment = false;
        for (at, c) in between.char_indices() {
            match c {
                '\n' | '\r' => comment = false,
                '#' if !comment => comment = true,
                c if !comment && wanted.contains(&c) => return Some(self.last_end + at),
                _ => {}
            }
        }
        None
    }

    /// Go's YAML library refuses a mapping with the same key twice, whatever the values.
    fn refuse_repeated_keys(&self) -> Result<(), SyntaxError> {
        let nodes = &self.tree.nodes;
        let text = |id: usize| match nodes[id].extra {
            0 => &self.source[nodes[id].span.range()],
            n => &*self.tree.texts[n as usize - 1],
        };
        let mut keys: HashSet<&str> = HashSet::new();
        for (id, node) in nodes.iter().enumerate().filter(|(_, n)| n.kind == Kind::Map) {
            // Clearing costs the capacity, which one large mapping would make every small one pay for.
            match keys.capacity() > 1024 {
                true => keys = HashSet::new(),
                false => keys.clear(),
            }
            let (mut child, mut is_key) = (id + 1, true);
            while child < node.next as usize {
                let key = nodes[child];
                if is_key && self.is_nothing(child) {
                    return Err(error_at(self.source, key.span.start as usize, "did not find expected key"));
                }
                if is_key && key.kind == Kind::Scalar && !keys.insert(text(child)) {
                    let message = format!("mapping key {:?} already defined", text(child));
                    return Err(error_at(self.source, key.span.start as usize, message));
                }
                (child, is_key) = (key.next as usize, !is_key);
            }
        }
        Ok(())
    }

    /// Whether a key is not there at all: `: value`. One that `? ` begins may be.
    fn is_nothing(&self, key: usize) -> bool {
        let node = self.tree.nodes[key];
        let before = self.source[..node.span.start as usize].trim_end_matches([' ', '\t', '\r', '\n', ':']);
        node.kind == Kind::Scalar
            && node.style == Style::Plain
            && node.span.range().is_empty()
            && self.tree.properties.iter().all(|p| p.node as usize != key)
            && !before.ends_with('?')
    }

    fn scan_error(&self, error: &ScanError) -> SyntaxError {
        let marker = error.marker();
        SyntaxError { line: marker.line().max(1), column: marker.col() + 1, message: error.info() }
    }
}
