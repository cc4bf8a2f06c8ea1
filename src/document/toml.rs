//! TOML text to tree.
//!
//! The parser is toml_edit, whose immutable document keeps byte ranges. What it accepts the TOML
//! library inside Traefik accepts too, but for leap seconds, which are refused here. (That library takes a little more: it
//! lets headers and dotted keys add to tables that are complete.) toml_edit's nodes become ours in its own order: tables as they are
//! first mentioned, except that a table whose header follows its sub tables stands where its header
//! does.

use super::{Kind, Span, Style, SyntaxError, Tree, error_at};
use std::ops::Range;
use toml_edit::{Document, Item, Key, Table, Value};

/// Parses a TOML text.
pub fn parse(source: &str) -> Result<Tree, SyntaxError> {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    if text.starts_with('\u{feff}') {
        // toml_edit would take a second one for white space.
        return Err(error_at(source, 0, "a byte order mark is not a key"));
    }
    let document = Document::parse(text).map_err(|error| syntax_error(text, &error))?;
    let mut builder = Builder { text, shift: source.len() - text.len(), tree: Tree::default(), leap_second: None };
    builder.tree.body = Span::new(0, source.len());
    if !document.as_table().is_empty() {
        builder.table(document.as_table());
    }
    match builder.leap_second {
        Some(at) => Err(error_at(source, at, "a minute has the seconds 0 to 59")),
        None => Ok(builder.tree),
    }
}

fn syntax_error(text: &str, error: &toml_edit::TomlError) -> SyntaxError {
    let byte = text.floor_char_boundary(error.span().map_or(text.len(), |span| span.start));
    error_at(text, byte, error.message().replace('\n', "; "))
}

struct Builder<'s> {
    /// What toml_edit saw: the source without its byte order mark.
    text: &'s str,
    /// How many bytes the source has before `text`.
    shift: usize,
    tree: Tree,
    /// Where a second stands that Go's times don't have.
    leap_second: Option<usize>,
}

/// Each method adds one node with all below it, and says where its bytes end in `text`.
impl Builder<'_> {
    fn span(&self, bytes: &Range<usize>) -> Span {
        Span::new(bytes.start + self.shift, bytes.end + self.shift)
    }

    fn table(&mut self, table: &Table) -> usize {
        // A table that only dotted keys or deeper headers mention has the span of its first mention.
        let own = table.span().unwrap_or_default();
        let id = self.tree.open(Kind::Map, Style::Block, own.start + self.shift);
        let mut end = own.end;
        for (name, item) in table.iter() {
            let Some(key) = table.key(name).filter(|_| !item.is_none()) else { continue };
            end = end.max(self.key(key));
            end = end.max(match item {
                Item::None => end,
                Item::Value(value) => self.value(value, key),
                Item::Table(table) => self.table(table),
                Item::ArrayOfTables(array) => {
                    let start = array.span().map_or(end, |span| span.start);
                    let id = self.tree.open(Kind::Seq, Style::Block, start + self.shift);
                    let end = array.iter().map(|table| self.table(table)).fold(start, usize::max);
                    self.tree.close(id, Some(end + self.shift));
                    end
                }
            });
        }
        self.tree.close(id, Some(end + self.shift));
        end
    }

    fn key(&mut self, key: &Key) -> usize {
        let bytes = key.span().unwrap_or_default();
        let quoted = self.text[bytes.clone()].starts_with(['"', '\'']);
        let style = if quoted { Style::Quoted } else { Style::Plain };
        self.tree.scalar(style, self.span(&bytes), quoted.then(|| key.get().into()));
        bytes.end
    }

    fn value(&mut self, value: &Value, key: &Key) -> usize {
        // Dotted keys inside braces make tables without bytes of their own.
        let bytes = value.span().or(key.span()).unwrap_or_default();
        match value {
            Value::String(text) => {
                self.tree.scalar(Style::Quoted, self.span(&bytes), Some(text.value().as_str().into()));
            }
            Value::Array(array) => {
                let id = self.tree.open(Kind::Seq, Style::Flow, bytes.start + self.shift);
                for item in array.iter() {
                    self.value(item, key);
                }
                self.tree.close(id, Some(bytes.end + self.shift));
            }
            Value::InlineTable(table) => {
                let id = self.tree.open(Kind::Map, Style::Flow, bytes.start + self.shift);
                let mut end = bytes.end;
                for (name, value) in table.iter() {
                    let Some(key) = table.key(name) else { continue };
                    end = end.max(self.key(key));
                    end = end.max(self.value(value, key));
                }
                self.tree.close(id, Some(end + self.shift));
                return end;
            }
            _ => {
                let second = value.as_datetime().and_then(|time| time.time?.second);
                if second.is_some_and(|second| second > 59) {
                    self.leap_second.get_or_insert(bytes.start + self.shift);
                }
                self.tree.scalar(Style::Plain, self.span(&bytes), None);
            }
        }
        bytes.end
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
        assert_eq!((bom.line, bom.column), (1, 7));
        for wrong in [
            "a = 1\na.b = 2",
            "a = {b = 1}\n[a.c]",
            "[a]\n[a]",
            "a = \"\u{1}\"",
            "a = 'x\ny'",
            "a = 01",
            "a = 1\rb = 2",
        ] {
            error(wrong);
        }
        // A hostile file must not exhaust the stack.
        error(&format!("a = {}", "[".repeat(100_000)));
    }
}
