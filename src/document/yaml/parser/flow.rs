//! Collections in brackets and braces.

use super::{Fault, Kind, Parser, State, Style, TokenKind};

impl<'s> Parser<'s> {
    /// The comma before an entry; gives whether the collection goes on.
    fn flow_goes_on(&mut self, first: bool, end: &TokenKind<'s>, problem: &str) -> Result<bool, Fault> {
        if !first && self.peek()?.kind != *end {
            if self.peek()?.kind != TokenKind::FlowEntry {
                return self.fault(problem).map(|()| false);
            }
            self.scanner.skip();
        }
        let token = self.scanner.peek()?;
        let goes_on = token.kind != *end;
        if !goes_on {
            let end = token.end.at();
            self.scanner.skip();
            self.close(Some(end));
        }
        Ok(goes_on)
    }

    pub(super) fn flow_entry(&mut self, first: bool) -> Result<(), Fault> {
        if !self.flow_goes_on(first, &TokenKind::FlowSeqEnd, "did not find expected ',' or ']'")? {
            return Ok(());
        }
        self.states.push(State::FlowSeqEntry { first: false });
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Key {
            return self.node(false, false);
        }
        let start = token.start;
        self.scanner.skip();
        let id = self.tree.open(Kind::Map, Style::Flow, start.at());
        self.open.push((id, start));
        self.states.push(State::PairKey);
        Ok(())
    }

    pub(super) fn flow_key(&mut self, first: bool) -> Result<(), Fault> {
        if !self.flow_goes_on(first, &TokenKind::FlowMapEnd, "did not find expected ',' or '}'")? {
            return Ok(());
        }
        if self.peek()?.kind != TokenKind::Key {
            self.states.push(State::FlowMapNoValue);
            return self.node(false, false);
        }
        let end = self.peek()?.end;
        self.scanner.skip();
        self.states.push(State::FlowMapValue);
        match self.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMapEnd => {
                self.nothing(end);
                Ok(())
            }
            _ => self.node(false, false),
        }
    }

    pub(super) fn flow_value(&mut self, absent: &[TokenKind<'s>]) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if token.kind != TokenKind::Value {
            self.nothing_more();
            return Ok(());
        }
        let end = token.end;
        self.scanner.skip();
        if absent.contains(&self.peek()?.kind) {
            self.nothing(end);
            return Ok(());
        }
        self.node(false, false)
    }

    /// The key of `[key: value]`. Where it is absent, what stands in its place is passed over.
    pub(super) fn flow_part(&mut self, absent: &[TokenKind<'s>]) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if !absent.contains(&token.kind) {
            return self.node(false, false);
        }
        let end = token.end;
        self.scanner.skip();
        self.nothing(end);
        Ok(())
    }
}
