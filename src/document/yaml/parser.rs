//! YAML tokens to tree: the grammar as Go's YAML library has it.

mod flow;

use super::cursor::Mark;
use super::scanner::{Scanner, Token, TokenKind};
use super::{Fault, Kind, NodeId, Span, Style, Tree};
use std::collections::HashMap;

/// What is expected next.
#[derive(Clone, Copy)]
enum State {
    BlockSeqEntry,
    /// An entry of a list whose dashes stand at the column of its key.
    IndentlessEntry,
    BlockMapKey,
    BlockMapValue,
    FlowSeqEntry {
        first: bool,
    },
    /// The parts of `[key: value]`.
    PairKey,
    PairValue,
    PairEnd,
    FlowMapKey {
        first: bool,
    },
    FlowMapValue,
    /// The value of `{key}`.
    FlowMapNoValue,
}

pub(super) struct Parser<'s> {
    source: &'s str,
    scanner: Scanner<'s>,
    states: Vec<State>,
    /// The collections that are open, and where each began for the words of a fault.
    open: Vec<(NodeId, Mark)>,
    /// `%TAG` handles and what they stand for.
    prefixes: Vec<(&'s str, String)>,
    anchors: HashMap<&'s str, NodeId>,
    tree: Tree,
}

/// What stands before a node.
struct Before<'s> {
    start: Mark,
    end: Mark,
    anchor: Option<&'s str>,
    tag: Option<String>,
}

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        Parser {
            source,
            scanner: Scanner::new(source),
            states: Vec::new(),
            open: Vec::new(),
            prefixes: Vec::new(),
            anchors: HashMap::new(),
            tree: Tree { body: Span::new(0, source.len()), ..Tree::default() },
        }
    }

    /// Reads the first document.
    pub(super) fn run(mut self) -> Result<Tree, Fault> {
        let explicit = match self.peek()?.kind {
            TokenKind::StreamEnd => return Ok(self.tree),
            TokenKind::Version(..) | TokenKind::TagPrefix(..) | TokenKind::DocumentStart => true,
            _ => false,
        };
        if explicit {
            self.directives()?;
        }
        match &self.peek()?.kind {
            TokenKind::Version(..)
            | TokenKind::TagPrefix(..)
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd
                if explicit =>
            {
                let mark = self.peek()?.start;
                self.nothing(mark);
            }
            _ => self.node(true, false)?,
        }
        while let Some(state) = self.states.pop() {
            self.step(state)?;
        }
        self.tree.body.end = self.peek()?.start.byte;
        Ok(self.tree)
    }

    fn peek(&mut self) -> Result<&Token<'s>, Fault> {
        self.scanner.peek().map(|token| &*token)
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut versions = 0;
        loop {
            let token = self.scanner.peek()?;
            let start = token.start;
            match &token.kind {
                TokenKind::Version(..) if versions > 0 => {
                    return Err(Fault::parsing(start, start, "found duplicate %YAML directive"));
                }
                TokenKind::Version(1, 1) => versions += 1,
                TokenKind::Version(..) => return Err(Fault::parsing(start, start, "found incompatible YAML document")),
                TokenKind::TagPrefix(handle, prefix) => {
                    if self.prefixes.iter().any(|(known, _)| known == handle) {
                        return Err(Fault::parsing(start, start, "found duplicate %TAG directive"));
                    }
                    self.prefixes.push((handle, prefix.clone()));
                }
                TokenKind::DocumentStart => {
                    self.tree.body.start = token.end.byte;
                    self.scanner.skip();
                    return Ok(());
                }
                _ => return Err(Fault::parsing(start, start, "did not find expected <document start>")),
            }
            self.scanner.skip();
        }
    }

    fn step(&mut self, state: State) -> Result<(), Fault> {
        match state {
            State::BlockSeqEntry | State::IndentlessEntry => self.block_entry(state),
            State::BlockMapKey => self.block_key(),
            State::BlockMapValue => self.block_value(),
            State::FlowSeqEntry { first } => self.flow_entry(first),
            State::PairKey => {
                self.states.push(State::PairValue);
                self.flow_part(&[TokenKind::Value, TokenKind::FlowEntry, TokenKind::FlowSeqEnd])
            }
            State::PairValue => {
                self.states.push(State::PairEnd);
                self.flow_value(&[TokenKind::FlowEntry, TokenKind::FlowSeqEnd])
            }
            State::PairEnd => {
                self.peek()?;
                self.close(None);
                Ok(())
            }
            State::FlowMapKey { first } => self.flow_key(first),
            State::FlowMapValue => {
                self.states.push(State::FlowMapKey { first: false });
                self.flow_value(&[TokenKind::FlowEntry, TokenKind::FlowMapEnd])
            }
            State::FlowMapNoValue => {
                self.states.push(State::FlowMapKey { first: false });
                self.peek()?;
                self.nothing_more();
                Ok(())
            }
        }
    }

    fn node(&mut self, block: bool, indentless: bool) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if let TokenKind::Alias(name) = token.kind {
            let span = Span { start: token.start.byte, end: token.end.byte };
            let Some(target) = self.anchors.get(name) else {
                return Err(Fault::without_line(span.start as usize, format!("unknown anchor '{name}' referenced")));
            };
            self.tree.alias(span, *target);
            self.scanner.skip();
            return Ok(());
        }
        let before = self.properties()?;
        let token = self.scanner.peek()?;
        let start = token.start;
        let (kind, style, state) = match &mut token.kind {
            TokenKind::BlockEntry if indentless => (Kind::Seq, Style::Block, State::IndentlessEntry),
            TokenKind::Scalar(style, text) => {
                let (style, text, end) = (*style, text.take(), token.end);
                let id = self.scalar(style, start, end, text);
                self.scanner.skip();
                self.describe(id, before);
                return Ok(());
            }
            TokenKind::FlowSeqStart => (Kind::Seq, Style::Flow, State::FlowSeqEntry { first: true }),
            TokenKind::FlowMapStart => (Kind::Map, Style::Flow, State::FlowMapKey { first: true }),
            TokenKind::BlockSeqStart if block => (Kind::Seq, Style::Block, State::BlockSeqEntry),
            TokenKind::BlockMapStart if block => (Kind::Map, Style::Block, State::BlockMapKey),
            _ if before.anchor.is_some() || before.tag.is_some() => {
                let id = self.nothing(before.end);
                self.describe(id, before);
                return Ok(());
            }
            _ => return Err(Fault::parsing(before.start, start, "did not find expected node content")),
        };
        let id = self.tree.open(kind, style, start.at());
        self.open.push((id, start));
        self.states.push(state);
        if !matches!(state, State::IndentlessEntry) {
            self.scanner.skip();
        }
        self.describe(id, before);
        Ok(())
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self) -> Result<Before<'s>, Fault> {
        let token = self.scanner.peek()?;
        let mut before = Before { start: token.start, end: token.start, anchor: None, tag: None };
        let mut tag = None;
        loop {
            let token = self.scanner.peek()?;
            match &mut token.kind {
                TokenKind::Anchor(name) if before.anchor.is_none() => before.anchor = Some(name),
                TokenKind::Tag(handle, rest) if tag.is_none() => {
                    tag = Some((*handle, std::mem::take(rest), token.start, token.end));
                }
                _ => break,
            }
            before.end = token.end;
            self.scanner.skip();
        }
        if let Some((handle, rest, start, end)) = tag {
            let written = &self.source[start.at()..end.at()];
            before.tag = Some(match self.prefixes.iter().find(|(known, _)| *known == handle) {
                Some((_, prefix)) => format!("!<{prefix}{rest}>"),
                None if !matches!(handle, "" | "!" | "!!") => {
                    return Err(Fault::parsing(before.start, start, "found undefined tag handle"));
                }
                None if !written.contains('%') => written.to_owned(),
                None if handle == "!!" => format!("!!{rest}"),
                None => format!("!<{handle}{rest}>"),
            });
        }
        Ok(before)
    }

    fn describe(&mut self, id: NodeId, before: Before<'s>) {
        if let Some(name) = before.anchor {
            self.anchors.insert(name, id);
        }
        if before.anchor.is_some() || before.tag.is_some() {
            self.tree.properties(id, before.start.byte, before.anchor.map(str::to_owned), before.tag);
        }
    }

    fn scalar(&mut self, style: Style, start: Mark, end: Mark, text: Option<Box<str>>) -> NodeId {
        let raw = &self.source[start.at()..end.at()];
        // A block scalar ends with its last character, but where the line breaks behind it count.
        let end = match style {
            Style::Literal if !raw.ends_with(['\n', '\r']) => start.at() + raw.trim_end().len(),
            _ => end.at(),
        };
        self.tree.scalar(style, Span::new(start.at(), end), text)
    }

    /// A value that is not there.
    fn nothing(&mut self, mark: Mark) -> NodeId {
        self.tree.scalar(Style::Plain, Span::new(mark.at(), mark.at()), None)
    }

    /// A value that is not there, right behind what was last.
    fn nothing_more(&mut self) {
        let last = self.tree.nodes.last().map_or(0, |node| node.span.end as usize);
        self.tree.scalar(Style::Plain, Span::new(last, last), None);
    }

    fn close(&mut self, end: Option<usize>) {
        if let Some((id, _)) = self.open.pop() {
            self.tree.close(id, end);
        }
    }

    /// A fault in the collection that is open.
    fn fault(&mut self, problem: &str) -> Result<(), Fault> {
        let at = self.peek()?.start;
        let context = self.open.last().map_or(at, |(_, mark)| *mark);
        Err(Fault::parsing(context, at, problem))
    }

    fn block_entry(&mut self, state: State) -> Result<(), Fault> {
        let indentless = matches!(state, State::IndentlessEntry);
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                let end = token.end;
                self.scanner.skip();
                self.states.push(state);
                match self.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => self.nothing(end),
                    TokenKind::Key | TokenKind::Value if indentless => self.nothing(end),
                    _ => return self.node(true, false),
                };
            }
            _ if indentless => self.close(None),
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.close(None);
            }
            _ => return self.fault("did not find expected '-' indicator"),
        }
        Ok(())
    }

    fn block_key(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        match token.kind {
            TokenKind::Key => {
                self.states.push(State::BlockMapValue);
                self.block_part()
            }
            TokenKind::BlockEnd => {
                self.scanner.skip();
                self.close(None);
                Ok(())
            }
            _ => self.fault("did not find expected key"),
        }
    }

    fn block_value(&mut self) -> Result<(), Fault> {
        self.states.push(State::BlockMapKey);
        if self.peek()?.kind == TokenKind::Value {
            return self.block_part();
        }
        self.nothing_more();
        Ok(())
    }

    /// What follows the indicator of a key or of a value.
    fn block_part(&mut self) -> Result<(), Fault> {
        let end = self.peek()?.end;
        self.scanner.skip();
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.nothing(end);
                Ok(())
            }
            _ => self.node(true, true),
        }
    }
}
