//! TOML text to tree.
//!
//! A parser of our own, which takes and refuses what the TOML library inside Traefik does, with its words: TOML 1.1,
//! but headers and dotted keys may add to tables that are complete, and some values that stand twice are passed over.
//! [`text`] reads characters and values, [`tables`] keeps what has been said under which keys; from that comes the
//! tree: tables as they are first mentioned, except that a table whose header follows its sub tables stands where its
//! header does.

mod names;
mod number;
mod statement;
mod string;
mod tables;
mod text;

use super::{Kind, Span, Style, SyntaxError, Tree};
use statement::Parser;
use tables::{Item, Table, TableId, Value, ValueId};

/// How deep keys and brackets may lead; no configuration comes near.
const DEEPEST: usize = 256;

/// Parses a TOML text.
pub fn parse(source: &str) -> Result<Tree, SyntaxError> {
    let parser = Parser::new(source).run()?;
    let mut builder = Builder { parser, tree: Tree::default() };
    builder.tree.body = Span::new(0, source.len());
    if !builder.parser.table(tables::ROOT).entries.is_empty() {
        builder.table(tables::ROOT);
    }
    Ok(builder.tree)
}

struct Builder<'s> {
    parser: Parser<'s>,
    tree: Tree,
}

/// Each method adds one node with all below it, and says where its bytes end.
impl Builder<'_> {
    fn table(&mut self, id: TableId) -> u32 {
        let Table { span, style, .. } = *self.parser.table(id);
        let node = self.tree.open(Kind::Map, style, span.start as usize);
        let mut end = span.end;
        for at in 0..self.parser.table(id).entries.len() {
            let Some((key, item)) = self.parser.table_mut(id).entries[at].take() else { continue };
            let text = (key.style == Style::Quoted).then(|| (*key.text).into());
            self.tree.scalar(key.style, key.span, text);
            end = end.max(match item {
                Item::Table(table) => self.table(table),
                Item::Tables(tables) => self.tables(&tables),
                Item::Value(value) => self.value(value),
            });
        }
        // What is in braces ends with them, whatever has been added elsewhere.
        let braces = style == Style::Flow && self.parser.is_brace(span.start);
        let end = if braces { span.end } else { end };
        self.tree.close(node, Some(end as usize));
        end
    }

    fn tables(&mut self, tables: &[TableId]) -> u32 {
        let start = tables.first().map_or(0, |first| self.parser.table(*first).span.start);
        let node = self.tree.open(Kind::Seq, Style::Block, start as usize);
        let end = tables.iter().map(|table| self.table(*table)).fold(start, u32::max);
        self.tree.close(node, Some(end as usize));
        end
    }

    fn value(&mut self, id: ValueId) -> u32 {
        match self.parser.take(id) {
            Value::Scalar(style, span, text) => {
                self.tree.scalar(style, span, text);
                span.end
            }
            Value::Array(span, items) => {
                let node = self.tree.open(Kind::Seq, Style::Flow, span.start as usize);
                for item in items {
                    match item {
                        Item::Table(table) => self.table(table),
                        Item::Value(value) => self.value(value),
                        Item::Tables(tables) => self.tables(&tables),
                    };
                }
                self.tree.close(node, Some(span.end as usize));
                span.end
            }
        }
    }
}

#[cfg(test)]
mod tests;
