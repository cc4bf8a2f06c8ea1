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
mod tests {
    use crate::document::{Document, Format, Kind, Ref, Style};

    fn parse(source: &str) -> Document {
        Document::parse(Format::Toml, source.into()).unwrap_or_else(|e| panic!("{e}\n{source}"))
    }

    fn at<'d>(document: &'d Document, path: &[&str]) -> (Ref<'d>, Ref<'d>) {
        let mut found = None;
        let mut map = document.root().unwrap();
        for name in path {
            let entry = map.entries().find(|(k, _)| k.text() == Some(name)).unwrap();
            map = entry.1;
            found = Some(entry);
        }
        found.unwrap()
    }

    #[test]
    fn nodes_know_their_bytes() {
        let source = "\u{feff}# top\r\n[http.routers.\"a.b\"]\r\n  rule = \"Host(`\\u00e9`)\" # é\r\n  priority = 1_0\r\n\r\n[http.routers.\"a.b\".tls]\r\n[[http.x]]\r\nurl = 'u'\r\n[[http.x]]\r\n";
        let document = parse(source);
        assert_eq!(document.body().range(), 0..source.len());
        let (key, router) = at(&document, &["http", "routers", "a.b"]);
        assert_eq!((key.raw(), key.style(), key.line()), ("\"a.b\"", Style::Quoted, 2));
        assert_eq!((router.style(), router.line()), (Style::Block, 2));
        assert!(router.raw().starts_with("[http.routers.\"a.b\"]") && router.raw().ends_with(".tls]"));
        let rule = router.field("rule").unwrap();
        assert_eq!((rule.text(), rule.raw()), (Some("Host(`é`)"), "\"Host(`\\u00e9`)\""));
        let priority = router.field("priority").unwrap();
        assert_eq!((priority.text(), priority.style(), priority.line()), (Some("1_0"), Style::Plain, 4));
        let (_, list) = at(&document, &["http", "x"]);
        assert_eq!((list.kind(), list.style(), list.items().count()), (Kind::Seq, Style::Block, 2));
        assert_eq!(list.items().next().and_then(|i| i.field("url")?.text().map(str::to_owned)), Some("u".into()));
    }

    #[test]
    fn dotted_and_inline_tables() {
        let document = parse("http.routers.a.rule = 'x'\nhttp.routers.'b' = { tls.r = 1, e = ['p', 'q'] }\n");
        let (key, a) = at(&document, &["http", "routers", "a"]);
        assert_eq!((key.raw(), key.line(), a.style()), ("a", 1, Style::Block));
        let (key, b) = at(&document, &["http", "routers", "b"]);
        assert_eq!((key.raw(), key.line(), b.style()), ("'b'", 2, Style::Flow));
        assert_eq!(b.raw(), "{ tls.r = 1, e = ['p', 'q'] }");
        assert_eq!(b.field("e").unwrap().items().map(|i| i.text().unwrap().to_owned()).collect::<Vec<_>>(), ["p", "q"]);
        assert_eq!(b.field("tls").unwrap().field("r").unwrap().text(), Some("1"));
    }

    #[test]
    fn every_node_can_be_sliced() {
        let source =
            "[a.b.c]\nx = 1\n[d]\n[a.b]\ny = {\n  z = 1, # c\n}\n[[e]]\n[e.f]\n[[e]]\n[a]\nd.e.f = 1\nd.e.g = 2\n";
        let document = parse(source);
        assert!(document.nodes().all(|n| !n.raw().is_empty()), "{:?}", document.nodes().collect::<Vec<_>>());
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert!(["", "\u{feff}", "# c", "\r\n \r\n"].iter().all(|source| parse(source).root().is_none()));
    }

    #[test]
    fn errors_say_where() {
        let error = |source: &str| Document::parse(Format::Toml, source.into()).unwrap_err();
        let repeated = error("[a]\n[\"é\"]\n[b]\n x = 1\n x = 2\n");
        assert_eq!((repeated.line, repeated.column), (5, 2));
        error("\u{feff}\u{feff}a = 1");
        let bom = error("\u{feff}\"é\" = é\n");
        assert_eq!((bom.line, bom.column), (1, 8));
        for wrong in ["a = 1\na.b = 2", "[a]\n[a]", "a = \"\u{1}\"", "a = 'x\ny'", "a = 01", "a = 1\rb = 2"] {
            error(wrong);
        }
        // A hostile file must not exhaust the stack.
        error(&format!("a = {}", "[".repeat(100_000)));
    }
}
