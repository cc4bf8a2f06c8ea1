//! Headers, `key = value`, and values.

use super::tables::{Item, Key, Origin, PathId, ROOT, TableId, Tables, Value};
use super::text::quoted_char;
use super::{DEEPEST, Span, Style, SyntaxError};
use std::borrow::Cow;

pub(super) struct Parser<'s> {
    pub(super) source: &'s str,
    /// The byte that is next.
    pub(super) at: usize,
    /// Its line, from 1.
    pub(super) line: u32,
    pub(super) tables: Tables<'s>,
    /// The keys of what is spoken of, and the one that gets a value; faults name them.
    pub(super) context: PathId,
    pub(super) current_key: Cow<'s, str>,
    /// The line of the keys that were last.
    pub(super) key_line: u32,
    /// Where the string starts that is being read.
    pub(super) string_start: usize,
    /// How many braces are open, and brackets with them.
    pub(super) braces: usize,
    depth: usize,
}

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let at = if source.starts_with('\u{feff}') { 3 } else { 0 };
        Parser {
            source,
            at,
            line: 1,
            tables: Tables::new(at),
            context: ROOT,
            current_key: "".into(),
            key_line: 1,
            string_start: 0,
            braces: 0,
            depth: 0,
        }
    }

    /// Reads the whole text.
    pub(super) fn run(mut self) -> Result<Self, SyntaxError> {
        const LOOKED_AT: usize = 6;
        if let Some(ahead) = self.source.as_bytes()[self.at..].iter().take(LOOKED_AT).position(|b| *b == 0) {
            let words = "files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8";
            return Err(self.fault(1, self.at + ahead, words));
        }
        loop {
            self.skip_lines()?;
            match self.peek()? {
                None => break,
                Some('[') => self.header()?,
                Some(_) => self.entry()?,
            }
            self.end_statement()?;
        }
        Ok(self)
    }

    pub(super) fn is_brace(&self, at: u32) -> bool {
        self.source.as_bytes().get(at as usize) == Some(&b'{')
    }

    fn end_statement(&mut self) -> Result<(), SyntaxError> {
        self.skip_blanks()?;
        match self.peek()? {
            None | Some('\r' | '\n') => Ok(()),
            Some('#') => self.skip_comment(),
            found => {
                let found = quoted_char(found);
                let words = format!(
                    "expected a top-level item to end with a newline, comment, or EOF, but got {found} instead"
                );
                Err(self.fault_behind(&words))
            }
        }
    }

    fn header(&mut self) -> Result<(), SyntaxError> {
        let start = self.at;
        self.next()?;
        let array = self.accept('[')?;
        let mut keys = Vec::new();
        loop {
            self.skip_blanks()?;
            match self.peek()? {
                Some(']') | None => {
                    return Err(self.fault_ahead("unexpected end of table name (table names cannot be empty)"));
                }
                Some('.') => {
                    return Err(self.fault_ahead("unexpected table separator (table names cannot be empty)"));
                }
                _ => {}
            }
            let key = self.key_part()?;
            if keys.is_empty() {
                self.key_line = self.line;
            }
            keys.push(key);
            self.skip_blanks()?;
            match self.peek()? {
                Some('.') => self.next()?,
                Some(']') => break,
                found => {
                    let words =
                        format!("expected '.' or ']' to end table name, but got {} instead", quoted_char(found));
                    return Err(self.fault_behind(&words));
                }
            };
        }
        self.next()?;
        if array && !self.accept(']')? {
            let found = quoted_char(self.peek()?);
            let words = format!("expected end of table array name delimiter ']', but got {found} instead");
            return Err(self.fault_behind(&words));
        }
        let origin = Origin::Header(Span::new(start, self.at));
        self.enter(ROOT, &keys, array, origin)?;
        self.set_array(false)
    }

    fn key_part(&mut self) -> Result<Key<'s>, SyntaxError> {
        let start = self.at;
        if let Some(quote @ ('"' | '\'')) = self.peek()? {
            let text = Cow::Owned(self.string(quote)?);
            return Ok(Key { text, span: Span::new(start, self.at), style: Style::Quoted });
        }
        self.skip_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))?;
        let text = Cow::Borrowed(&self.source[start..self.at]);
        Ok(Key { text, span: Span::new(start, self.at), style: Style::Plain })
    }

    /// `key = value`, and adds what it says; gives the keys before the last, the last, and the value.
    fn entry(&mut self) -> Result<(), SyntaxError> {
        let outer = self.context;
        self.keyed(None)?;
        self.context = outer;
        self.current_key = "".into();
        Ok(())
    }

    /// A key with its value. In braces they are put into `own` too, where they say just what stands there.
    fn keyed(&mut self, own: Option<TableId>) -> Result<(), SyntaxError> {
        let (parents, last) = self.keys()?;
        self.current_key = last.text.clone();
        for key in &parents {
            self.implicit(key)?;
            self.enter(self.context, std::slice::from_ref(key), false, Origin::Dots)?;
        }
        let item = self.value(&last, false)?;
        self.set(&last, item.clone())?;
        self.set_array(matches!(&item, Item::Value(value) if self.tables.is_array(*value)))?;
        let Some(mut own) = own else { return Ok(()) };
        for key in &parents {
            own = match self.tables.find(own, key) {
                Some(Item::Table(below)) => *below,
                None => {
                    let below = self.tables.add_table(key.span, Style::Flow);
                    self.tables.put(own, key, Item::Table(below));
                    below
                }
                Some(_) => {
                    let path = crate::golang::quote(&self.tables.written(self.context));
                    let words = format!("{path} is not a table");
                    return Err(self.fault(self.key_line, key.span.start as usize, &words));
                }
            };
        }
        self.tables.put(own, &last, item);
        Ok(())
    }

    /// The keys up to the equals sign: those before the last, and the last.
    fn keys(&mut self) -> Result<(Vec<Key<'s>>, Key<'s>), SyntaxError> {
        let mut parents = Vec::new();
        loop {
            self.skip_blanks()?;
            let first = parents.is_empty();
            match self.peek()? {
                Some('=') | None if first => {
                    return Err(self.fault_ahead("unexpected '=': key name appears blank"));
                }
                Some('=') | None => return Err(self.fault_ahead("unexpected '='")),
                Some('.') if first => return Err(self.fault_ahead("unexpected '.': keys cannot start with a '.'")),
                Some('.') => return Err(self.fault_ahead("unexpected '.'")),
                _ => {}
            }
            let key = self.key_part()?;
            if first {
                self.key_line = self.line;
            }
            self.skip_blanks()?;
            match self.peek()? {
                Some('.') => self.next()?,
                Some('=') => {
                    self.next()?;
                    return Ok((parents, key));
                }
                Some('\n') => return Err(self.fault_ahead("expected '.' or '=', but got '\\n' instead")),
                None => return Err(self.fault_behind("unexpected EOF; expected key separator '='")),
                found => {
                    let words = format!("expected '.' or '=', but got {} instead", quoted_char(found));
                    return Err(self.fault_behind(&words));
                }
            };
            parents.push(key);
        }
    }

    /// Remembers of the current key whether it has an array.
    fn set_array(&mut self, array: bool) -> Result<(), SyntaxError> {
        let key = self.current_key.clone();
        let path = match key.is_empty() && self.context != ROOT {
            true => self.context,
            false => self.tables.below(self.context, key).ok_or_else(|| self.too_deep(self.at))?,
        };
        self.tables.path_mut(path).array = array;
        Ok(())
    }

    /// The value that is next, of this key.
    fn value(&mut self, key: &Key<'s>, in_array: bool) -> Result<Item, SyntaxError> {
        self.skip_blanks()?;
        let start = self.at;
        let found = self.peek()?;
        let value = match found {
            Some('[') => return self.nested(|parser| parser.array(key)),
            Some('{') => return self.nested(|parser| parser.inline_table(key, in_array)),
            Some(quote @ ('"' | '\'')) => {
                let text = self.string_value(quote)?;
                Value::Scalar(Style::Quoted, Span::new(start, self.at), Some(text.into()))
            }
            _ => {
                self.plain(found)?;
                let end = start + self.source[start..self.at].trim_end().len();
                Value::Scalar(Style::Plain, Span::new(start, end), None)
            }
        };
        Ok(Item::Value(self.tables.add_value(value)))
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Result<Item, SyntaxError>) -> Result<Item, SyntaxError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.too_deep(self.at));
        }
        let item = read(self);
        self.depth -= 1;
        item
    }

    fn array(&mut self, key: &Key<'s>) -> Result<Item, SyntaxError> {
        let start = self.at;
        self.next()?;
        self.set_array(true)?;
        let mut items = Vec::new();
        loop {
            self.skip_lines()?;
            match self.peek()? {
                Some(',') => return Err(self.fault_behind("unexpected comma")),
                Some(']') => break,
                _ => items.push(self.value(key, true)?),
            }
            self.skip_lines()?;
            match self.peek()? {
                Some(',') => self.next()?,
                Some(']') => break,
                found => {
                    let found = found.map_or("end of file".into(), |c| format!("'{c}'"));
                    let words = format!("expected a comma (',') or array terminator (']'), but got {found}");
                    return Err(self.fault_behind(&words));
                }
            };
        }
        self.next()?;
        let value = Value::Array(Span::new(start, self.at), items);
        Ok(Item::Value(self.tables.add_value(value)))
    }

    fn inline_table(&mut self, key: &Key<'s>, in_array: bool) -> Result<Item, SyntaxError> {
        let start = self.at;
        self.next()?;
        let (outer, outer_key) = (self.context, std::mem::take(&mut self.current_key));
        self.braces += 1;
        self.context = self.implicit(key)?;
        self.enter(outer, std::slice::from_ref(key), in_array, Origin::Braces)?;
        let inner = self.context;
        let said = self.tables.resolve(inner).ok();
        let own = self.tables.add_table(Span::default(), Style::Flow);
        loop {
            self.skip_lines()?;
            match self.peek()? {
                Some(',') => return Err(self.fault_behind("unexpected comma")),
                Some('}') => break,
                _ => self.keyed(Some(own))?,
            }
            self.context = inner;
            self.skip_lines()?;
            match self.peek()? {
                Some(',') => self.next()?,
                Some('}') => break,
                found => {
                    let found = found.map_or("end of file".into(), |c| format!("'{c}'"));
                    let words = format!("expected a comma or an inline table terminator '}}', but got {found} instead");
                    return Err(self.fault_behind(&words));
                }
            };
        }
        self.next()?;
        let span = Span::new(start, self.at);
        self.table_mut(own).span = span;
        if let Some(said) = said {
            self.table_mut(said).span = span;
        }
        self.braces -= 1;
        (self.context, self.current_key) = (outer, outer_key);
        Ok(Item::Table(own))
    }
}
