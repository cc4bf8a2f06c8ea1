//! Comments that allow findings: `# cloudlunacy: allow(rule-name, …) reason`.
//!
//! On a line such a comment holds for that line; alone on a line, for the next one that says something; before the
//! first key, for the whole file. What stands in strings and block scalars is no comment.

use super::{Found, Subject, unused_suppression};
use crate::document::{Document, Format, Kind, Lines, Span};
use crate::finding::{Finding, Location, Severity, Source, Suppressed};
use std::collections::HashMap;

/// How such a comment begins, after the `#`.
const MARK: &str = "cloudlunacy:";

/// One rule that a comment allows.
pub(super) struct Allowance<'a> {
    /// Where its name stands.
    pub(super) at: Location,
    /// The name; none where the comment can't be understood.
    pub(super) rule: Option<&'a str>,
    reason: &'a str,
    /// The 1-based line for which it holds; none for the whole file.
    line: Option<usize>,
}

/// Takes out of the findings what comments allow. No comment argues away why Traefik refuses the directory.
pub(super) fn apply(subject: &Subject<'_>, findings: Vec<Finding>) -> Found {
    let allowances = all(subject);
    if allowances.is_empty() {
        return Found { findings, suppressed: Vec::new() };
    }
    let mut index: HashMap<(Source, &str, Option<usize>), usize> = HashMap::new();
    for (at, allowance) in allowances.iter().enumerate() {
        if let Some(rule) = allowance.rule {
            index.entry((allowance.at.source, rule, allowance.line)).or_insert(at);
        }
    }
    let mut used = vec![false; allowances.len()];
    let mut found = Found::default();
    for finding in findings {
        let line = match finding.at.source {
            Source::File(file) => {
                subject.inventory.files().get(file).and_then(|f| f.document()).map(|d| d.line(finding.at.span.start))
            }
            Source::Static | Source::Launch | Source::Entry(_) => None,
        };
        let by = |line| index.get(&(finding.at.source, finding.rule, line)).copied();
        match line.and_then(|line| by(Some(line)).or_else(|| by(None))) {
            Some(at) if !(subject.loading.is_refused() && finding.severity == Severity::Error) => {
                used[at] = true;
                let by = &allowances[at];
                found.suppressed.push(Suppressed { finding, by: Some(by.at), reason: by.reason.to_owned() });
            }
            _ => found.findings.push(finding),
        }
    }
    // What a refused directory or a template would bring to light is not known, so neither is what a comment is for.
    if !subject.loading.is_refused() && !subject.inventory.has_templates() {
        let unused = allowances.iter().zip(used).filter(|(_, used)| !used).map(|(allowance, _)| allowance);
        found.findings.extend(unused.filter_map(unused_suppression::finding));
    }
    found
}

/// Every allowance in the files.
pub(super) fn all<'a>(subject: &Subject<'a>) -> Vec<Allowance<'a>> {
    let files = subject.inventory.files().iter().enumerate();
    files.filter_map(|(at, file)| Some((at, file.document()?))).flat_map(|(at, d)| in_document(at, d)).collect()
}

/// The allowances in one document, in its order.
fn in_document(file: usize, document: &Document) -> Vec<Allowance<'_>> {
    let source = document.source();
    let mut marks: Vec<usize> = source.match_indices(MARK).filter_map(|(at, _)| hash_before(document, at)).collect();
    if marks.is_empty() {
        return Vec::new();
    }
    let lines = Lines::of(source);
    keep_comments(document, &lines, &mut marks);
    let first_key = document.root().and_then(|root| root.children().next()).map(|key| key.full_span().start as usize);
    let mut found = Vec::new();
    // From the last to the first, so that comments below each other look for their line once.
    let mut below: Option<(usize, usize)> = None;
    for hash in marks.into_iter().rev() {
        let line = lines.line(hash);
        let range = lines.range(line);
        let alone = source[range.start..hash].trim().is_empty();
        let holds_for = match alone {
            _ if first_key.is_none_or(|key| hash < key) => None,
            true => {
                let next = next_line(&lines, line, below);
                below = Some((line, next));
                Some(next)
            }
            false => Some(line),
        };
        let start = found.len();
        parse(file, source, hash..range.end, holds_for, &mut found);
        found[start..].reverse();
    }
    found.reverse();
    found
}

/// The `#` right before a mark, where that can begin a comment.
fn hash_before(document: &Document, mark: usize) -> Option<usize> {
    let source = document.source();
    let before = source[..mark].trim_end_matches([' ', '\t']).strip_suffix('#')?;
    let begins = document.format() == Format::Toml || before.is_empty() || before.ends_with([' ', '\t', '\n', '\r']);
    begins.then_some(before.len())
}

/// Drops what stands inside scalars; and what is part of another comment of the same line.
fn keep_comments(document: &Document, lines: &Lines<'_>, marks: &mut Vec<usize>) {
    let mut inside = vec![false; marks.len()];
    for node in document.nodes().filter(|node| node.kind() == Kind::Scalar) {
        let span = node.span();
        let from = marks.partition_point(|mark| *mark < span.start as usize);
        let within = marks[from..].iter().take_while(|mark| **mark < span.end as usize).count();
        inside[from..from + within].fill(true);
    }
    let mut inside = inside.into_iter();
    marks.retain(|_| !inside.next().unwrap_or_default());
    marks.dedup_by_key(|mark| lines.line(*mark));
}

/// The next line that says something. `below` is a comment further down, with the line that it found.
fn next_line(lines: &Lines<'_>, line: usize, below: Option<(usize, usize)>) -> usize {
    let says_nothing = |line: &usize| {
        let text = lines.text(*line).trim_start();
        text.is_empty() || text.starts_with('#')
    };
    for next in line + 1..=lines.count() {
        match below {
            Some((comment, found)) if comment == next => return found,
            _ if !says_nothing(&next) => return next,
            _ => {}
        }
    }
    lines.count()
}

/// Reads one comment: an allowance for each rule it names, or one without a name if it can't be understood.
fn parse<'a>(
    file: usize,
    source: &'a str,
    comment: std::ops::Range<usize>,
    line: Option<usize>,
    found: &mut Vec<Allowance<'a>>,
) {
    let text = &source[comment.clone()];
    let body = text.find(MARK).map_or("", |at| &text[at + MARK.len()..]).trim();
    let inner = body.strip_prefix("allow").and_then(|rest| rest.trim_start().strip_prefix('('));
    let Some((names, reason)) = inner.and_then(|inner| inner.split_once(')')) else {
        let at = Location::of(file, Span::new(comment.start, comment.start + text.trim_end().len()));
        found.push(Allowance { at, rule: None, reason: "", line });
        return;
    };
    let offset = |part: &str| part.as_ptr() as usize - source.as_ptr() as usize;
    for name in names.split(',').map(str::trim) {
        let start = offset(name);
        let at = Location::of(file, Span::new(start, start + name.len()));
        found.push(Allowance { at, rule: Some(name), reason: reason.trim(), line });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Format, text: &str) -> Vec<(String, Option<usize>, String)> {
        let document = Document::parse(format, text.into()).unwrap();
        let all = in_document(0, &document);
        all.iter().map(|a| (a.rule.unwrap_or("?").to_owned(), a.line, a.reason.to_owned())).collect()
    }

    #[test]
    fn comments_hold_for_a_line_the_next_one_or_the_file() {
        let text = "# cloudlunacy: allow(a, b) because\nhttp:  # cloudlunacy: allow(c)\n  # cloudlunacy:allow(d) x\n\n  # words\n  # cloudlunacy: allow(e)\n  routers: {} # more # cloudlunacy: allow(f)\n  # cloudlunacy: alow(g)\n";
        let found = read(Format::Yaml, text);
        let found: Vec<_> = found.iter().map(|(rule, line, reason)| (rule.as_str(), *line, reason.as_str())).collect();
        assert_eq!(
            found,
            [
                ("a", None, "because"),
                ("b", None, "because"),
                ("c", Some(2), ""),
                ("d", Some(7), "x"),
                ("e", Some(7), ""),
                ("f", Some(7), ""),
                ("?", Some(9), ""),
            ]
        );
    }

    #[test]
    fn strings_hold_no_comments() {
        let yaml = "a: '# cloudlunacy: allow(x)'\nb: |\n  # cloudlunacy: allow(x)\n  text\nc: d#cloudlunacy:allow(x)\ne: \" # cloudlunacy: allow(x)\" # cloudlunacy: allow(y)\n";
        assert_eq!(read(Format::Yaml, yaml), [("y".to_owned(), Some(6), String::new())]);
        let toml =
            "a = '# cloudlunacy: allow(x)'\nb = '''\n# cloudlunacy: allow(x)\n'''\n[c]# cloudlunacy: allow(y)\nd = 1\n";
        assert_eq!(read(Format::Toml, toml), [("y".to_owned(), Some(5), String::new())]);
    }
}
