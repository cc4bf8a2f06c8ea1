//! Words of a command line, as a shell splits them, and variables in them, as compose fills them in.

use crate::document::{Ref, Span, Style};

/// A word, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// The word.
    pub(super) text: String,
    /// Its bytes, or those of the text that it is part of.
    pub(super) at: Span,
}

/// The words of a text: quotes and backslashes are taken away.
pub(super) fn split(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => {
                if let Some(start) = start.take() {
                    words.push(Word { text: std::mem::take(&mut word), at: Span::new(start, at) });
                }
                continue;
            }
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None | Some('"'), '\\') => {
                if let Some((_, next)) = chars.next() {
                    // Inside quotes a backslash stands for itself before most characters.
                    if quote.is_some() && !matches!(next, '"' | '\\' | '$' | '`') {
                        word.push('\\');
                    }
                    word.push(next);
                }
            }
            _ => word.push(c),
        }
        start = start.or(Some(at));
    }
    if let Some(start) = start {
        words.push(Word { text: word, at: Span::new(start, text.len()) });
    }
    words
}

/// The words of a `command` or `entrypoint`: a list, or one text.
pub(super) fn of(node: Ref<'_>, lookup: Lookup<'_>) -> Vec<Word> {
    let mut items = node.items().peekable();
    if items.peek().is_some() {
        let word = |item: Ref<'_>| {
            let at = item.span();
            Some(Word { text: interpolate(item.resolved().text()?, lookup), at })
        };
        return items.filter_map(word).collect();
    }
    let Some(text) = node.text() else { return Vec::new() };
    let filled = interpolate(text, lookup);
    let base = node.span().start;
    let exact = node.style() == Style::Plain && filled == node.raw();
    let place = |word: Word| match exact {
        true => Word { at: Span { start: base + word.at.start, end: base + word.at.end }, ..word },
        false => Word { at: node.span(), ..word },
    };
    split(&filled).into_iter().map(place).collect()
}

/// What a variable holds.
pub(super) type Lookup<'l> = &'l dyn Fn(&str) -> Option<String>;

/// Fills in `$NAME` and `${NAME…}`; what is not set is empty, `$$` is a dollar sign.
pub(super) fn interpolate(text: &str, lookup: Lookup<'_>) -> String {
    interpolate_below(text, lookup, 0)
}

fn interpolate_below(text: &str, lookup: Lookup<'_>, depth: usize) -> String {
    // Defaults in defaults; nobody writes more than a few.
    const DEEPEST: usize = 8;
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        filled.push_str(before);
        let after = &from[1..];
        if let Some(tail) = after.strip_prefix('$') {
            filled.push('$');
            rest = tail;
        } else if let Some((inside, tail)) = after.strip_prefix('{').and_then(closed) {
            let name = &inside[..name_length(inside)];
            let value = lookup(name);
            let set = value.as_deref().is_some_and(|v| !v.is_empty());
            let operator = &inside[name.len()..];
            let inner = |text: &str| match depth < DEEPEST {
                true => interpolate_below(text, lookup, depth + 1),
                false => text.to_owned(),
            };
            let operand = |length: usize| operator.get(length..).unwrap_or_default();
            filled.push_str(&match operator {
                o if o.starts_with(":-") && !set => inner(operand(2)),
                o if o.starts_with('-') && value.is_none() => inner(operand(1)),
                o if o.starts_with(":+") => {
                    if set {
                        inner(operand(2))
                    } else {
                        String::new()
                    }
                }
                o if o.starts_with('+') => {
                    if value.is_some() {
                        inner(operand(1))
                    } else {
                        String::new()
                    }
                }
                _ => value.unwrap_or_default(),
            });
            rest = tail;
        } else {
            let name = &after[..name_length(after)];
            match name.is_empty() {
                true => filled.push('$'),
                false => filled.push_str(&lookup(name).unwrap_or_default()),
            }
            rest = &after[name.len()..];
        }
    }
    filled.push_str(rest);
    filled
}

fn name_length(text: &str) -> usize {
    match text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        true => text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len()),
        false => 0,
    }
}

/// What stands before the brace that closes, and after it.
fn closed(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((&text[..at], &text[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The variables of a `.env` file.
pub fn variables(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let line = line.trim().trim_start_matches("export ");
        let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
        let value = value.trim();
        let quoted = |q: char| value.strip_prefix(q).and_then(|v| v.split_once(q)).map(|(inside, _)| inside);
        let plain = || value.split(" #").next().unwrap_or_default().trim_end();
        Some((name.trim().to_owned(), quoted('"').or_else(|| quoted('\'')).unwrap_or_else(plain).to_owned()))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_does() {
        let texts = |text: &str| split(text).into_iter().map(|w| w.text).collect::<Vec<_>>();
        assert_eq!(texts("--a=b  '--c=d e' \"f\\\"g\" h\\ i ''"), ["--a=b", "--c=d e", "f\"g", "h i", ""]);
        assert_eq!(split(" --x").first().map(|w| w.at), Some(Span { start: 1, end: 4 }));
    }

    #[test]
    fn variables_are_filled_in_as_compose_does() {
        let lookup = |name: &str| match name {
            "A" => Some("a".to_owned()),
            "E" => Some(String::new()),
            _ => None,
        };
        let fill = |text: &str| interpolate(text, &lookup);
        assert_eq!(fill("$A ${A} $$A $N ${N}"), "a a $A  ");
        assert_eq!(fill("${N:-x} ${E:-x} ${E-x} ${N-x} ${A:-x}"), "x x  x a");
        assert_eq!(fill("${A:+y} ${N:+y} ${E+y} ${N:-${A}b} ${N:?stop}"), "y  y ab ");
        assert_eq!(fill("a$ ${open $1"), "a$ ${open $1");
    }
}
