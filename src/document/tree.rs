//! The nodes of one file: what they are, how they are written, which bytes are theirs.

/// A half-open range of bytes in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte positions; files are below 4 GiB (see [`Document::parse`]).
    pub fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }
    /// As a range to slice the text with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A mapping (YAML) or table (TOML): its children are key, value, key, value, …
    Map,
    /// A sequence (YAML) or array (TOML).
    Seq,
    /// Text, a number, a boolean, or null.
    Scalar,
    /// `*name` in YAML: stands for another node.
    Alias,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A collection by indentation; in TOML a table with a header, or by dotted keys.
    Block,
    /// A collection in brackets or braces.
    Flow,
    /// A scalar without quotes.
    Plain,
    /// A scalar in quotes of either sort.
    Quoted,
    /// `|` or `>` in YAML.
    Literal,
}

/// Index of a node.
pub type NodeId = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) style: Style,
    pub(super) span: Span,
    /// One past the last node below this one.
    pub(super) next: NodeId,
    /// Scalar: 1 + index into `texts`, or 0 where the bytes are the value. Alias: the target.
    pub(super) extra: u32,
}

/// What stands before a node and belongs to it: `&anchor`, `!tag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Properties {
    pub(super) node: NodeId,
    /// Where the first property starts.
    pub start: u32,
    /// The anchor's name, if there is one.
    pub anchor: Option<String>,
    /// The tag as written, if there is one.
    pub tag: Option<String>,
}

/// The nodes of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) texts: Vec<Box<str>>,
    pub(super) properties: Vec<Properties>,
    /// Bytes of the first YAML document that an edit may use: after `---`, before the next one.
    pub body: Span,
}

impl Tree {
    /// Adds a scalar; `text` only where the bytes of `span` are not the value.
    pub fn scalar(&mut self, style: Style, span: Span, text: Option<Box<str>>) -> NodeId {
        let extra = text.map_or(0, |text| {
            self.texts.push(text);
            self.texts.len() as u32
        });
        self.push(Kind::Scalar, style, span, extra)
    }

    /// Adds an alias of an earlier node.
    pub fn alias(&mut self, span: Span, target: NodeId) -> NodeId {
        self.push(Kind::Alias, Style::Plain, span, target)
    }

    /// Opens a collection; all nodes added until [`Tree::close`] are below it.
    pub fn open(&mut self, kind: Kind, style: Style, start: usize) -> NodeId {
        self.push(kind, style, Span::new(start, start), 0)
    }

    /// Closes a collection. Its span ends at `end`, or where its last child ends.
    pub fn close(&mut self, id: NodeId, end: Option<usize>) {
        let next = self.nodes.len() as NodeId;
        let mut last = self.nodes[id as usize].span.start;
        let mut child = id + 1;
        while end.is_none() && child < next {
            let node = &self.nodes[child as usize];
            last = last.max(node.span.end);
            child = node.next;
        }
        let node = &mut self.nodes[id as usize];
        node.next = next;
        node.span.end = end.map_or(last, |end| end as u32);
    }

    /// Says what stands before node `id`. Must be called in the order of the nodes.
    pub fn properties(&mut self, id: NodeId, start: u32, anchor: Option<String>, tag: Option<String>) {
        self.properties.push(Properties { node: id, start, anchor, tag });
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the file says nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn push(&mut self, kind: Kind, style: Style, span: Span, extra: u32) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { kind, style, span, next: id + 1, extra });
        id
    }
}
