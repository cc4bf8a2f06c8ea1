//! Mistakes in the lines of one file.

#![allow(clippy::ptr_arg, reason = "every mistake is of one type")]

use crate::support::random::Random;

fn any_line<'l>(random: &mut Random, lines: &'l mut [String]) -> &'l mut String {
    let full: Vec<usize> = (0..lines.len()).filter(|&at| !lines[at].trim().is_empty()).collect();
    let at = if full.is_empty() { 0 } else { *random.pick(&full) };
    &mut lines[at]
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A line and what is indented deeper below it.
fn block(random: &mut Random, lines: &[String]) -> std::ops::Range<usize> {
    let start = random.below(lines.len());
    let deeper =
        lines[start + 1..].iter().take_while(|l| l.trim().is_empty() || depth(l) > depth(&lines[start])).count();
    start..start + 1 + deeper
}

pub(super) fn delete_line(random: &mut Random, lines: &mut Vec<String>) {
    let at = random.below(lines.len());
    lines.remove(at);
    keep_one(lines);
}

fn keep_one(lines: &mut Vec<String>) {
    if lines.is_empty() {
        lines.push(String::new());
    }
}

pub(super) fn comment_out(random: &mut Random, lines: &mut Vec<String>) {
    let line = any_line(random, lines);
    line.insert(depth(line), '#');
}

pub(super) fn indent(random: &mut Random, lines: &mut Vec<String>) {
    let by = random.below(5) + 1;
    let line = any_line(random, lines);
    match random.one_in(2) {
        true => line.insert_str(0, &" ".repeat(by)),
        false => *line = line[by.min(depth(line))..].to_owned(),
    }
}

pub(super) fn indent_block(random: &mut Random, lines: &mut Vec<String>) {
    let (range, by, deeper) = (block(random, lines), random.below(4) + 1, random.one_in(2));
    for line in &mut lines[range] {
        match deeper {
            true => line.insert_str(0, &" ".repeat(by)),
            false => *line = line[by.min(depth(line))..].to_owned(),
        }
    }
}

/// Takes away, adds or exchanges a quote.
pub(super) fn quote(random: &mut Random, lines: &mut Vec<String>) {
    change_one(random, lines, &['"', '\''], &["", "'", "\"", "\"\""]);
}

pub(super) fn backtick(random: &mut Random, lines: &mut Vec<String>) {
    change_one(random, lines, &['`'], &["", "'", "\"", "``", "´"]);
}

pub(super) fn drop_colon(random: &mut Random, lines: &mut Vec<String>) {
    change_one(random, lines, &[':', '='], &["", "", ":", "=", "::", " :", ": :"]);
}

pub(super) fn drop_dash(random: &mut Random, lines: &mut Vec<String>) {
    change_one(random, lines, &['-', '[', ']', '{', '}', ','], &["", "", "-", "- -", "[", ","]);
}

/// Replaces one of these characters.
fn change_one(random: &mut Random, lines: &mut [String], from: &[char], to: &[&str]) {
    let places: Vec<(usize, usize, char)> = lines
        .iter()
        .enumerate()
        .flat_map(|(at, line)| line.match_indices(from).map(move |(byte, found)| (at, byte, found)))
        .filter_map(|(at, byte, found)| Some((at, byte, found.chars().next()?)))
        .collect();
    if !places.is_empty() {
        let (at, byte, found) = *random.pick(&places);
        lines[at].replace_range(byte..byte + found.len_utf8(), random.pick::<&str>(to));
    }
}

/// Words of a line that are not in a comment: where they begin and end.
fn words(line: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (c.is_ascii_alphanumeric() || c == '_', start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn change_word(random: &mut Random, lines: &mut [String], change: impl Fn(&mut Random, &str) -> String) {
    let line = any_line(random, lines);
    let words = words(line);
    if !words.is_empty() {
        let range = random.pick(&words).clone();
        let word = change(random, &line[range.clone()]);
        line.replace_range(range, &word);
    }
}

pub(super) fn misspell(random: &mut Random, lines: &mut Vec<String>) {
    change_word(random, lines, |random, word| {
        let mut letters: Vec<char> = word.chars().collect();
        let at = random.below(letters.len());
        match random.below(4) {
            0 => letters.insert(at, letters[at]),
            1 if letters.len() > 1 => drop(letters.remove(at)),
            2 if at > 0 => letters.swap(at, at - 1),
            _ => letters.push('s'),
        }
        letters.into_iter().collect()
    });
}

pub(super) fn empty_word(random: &mut Random, lines: &mut Vec<String>) {
    change_word(random, lines, |_, _| String::new());
}

pub(super) fn change_case(random: &mut Random, lines: &mut Vec<String>) {
    change_word(random, lines, |random, word| match random.below(3) {
        0 => word.to_uppercase(),
        1 => word.to_lowercase(),
        _ => word[..1].to_uppercase() + &word[1..],
    });
}

pub(super) fn double_block(random: &mut Random, lines: &mut Vec<String>) {
    let range = block(random, lines);
    let copy = lines[range.clone()].to_vec();
    lines.splice(range.end..range.end, copy);
}

pub(super) fn double_renamed(random: &mut Random, lines: &mut Vec<String>) {
    let range = block(random, lines);
    let mut copy = lines[range.clone()].to_vec();
    copy[0] = copy[0].replacen(|c: char| c.is_ascii_alphabetic(), "q", 1);
    lines.splice(range.end..range.end, copy);
}

pub(super) fn delete_block(random: &mut Random, lines: &mut Vec<String>) {
    let range = block(random, lines);
    lines.drain(range);
    keep_one(lines);
}

pub(super) fn move_block(random: &mut Random, lines: &mut Vec<String>) {
    let range = block(random, lines);
    let moved: Vec<String> = lines.drain(range).collect();
    let to = random.below(lines.len() + 1);
    lines.splice(to..to, moved);
}

pub(super) fn swap_lines(random: &mut Random, lines: &mut Vec<String>) {
    let (a, b) = (random.below(lines.len()), random.below(lines.len()));
    lines.swap(a, b);
}

pub(super) fn replace_value(random: &mut Random, lines: &mut Vec<String>) {
    const VALUES: &[&str] = &[
        "",
        "null",
        "~",
        "{}",
        "[]",
        "\"\"",
        "true",
        "false",
        "yes",
        "12",
        "-1",
        "0",
        "1.5",
        "010",
        "0x1F",
        "1e3",
        "text",
        "[a, b]",
        "[1, 2]",
        "{a: b}",
        "[{name: a}]",
        "10s",
        "2024-01-01",
        ".inf",
        "!!str 5",
        "|",
        "*nope",
        "\"a,b\"",
        "[null]",
        "[[a]]",
        "99999999999999999999",
        "1d",
        "web",
    ];
    let line = any_line(random, lines);
    let (separator, width) = if line.contains(": ") { (": ", 2) } else { (" = ", 3) };
    let places: Vec<usize> = line.match_indices(separator).map(|(at, _)| at + width).collect();
    let value = random.pick(VALUES);
    match places.is_empty() {
        true if line.trim_end().ends_with(':') => line.push_str(&format!(" {value}")),
        true => {}
        false => {
            let at = *random.pick(&places);
            let end = line[at..].find([',', '}', ']']).map_or(line.len(), |end| at + end);
            line.replace_range(at..end, value);
        }
    }
}

pub(super) fn add_key(random: &mut Random, lines: &mut Vec<String>) {
    const KEYS: &[&str] = &[
        "weight: 1",
        "priority: high",
        "foo: bar",
        "foo: null",
        "entryPoints: web",
        "tls:",
        "tls: {}",
        "service: nope",
        "middlewares: nope",
        "passHostHeader: yes",
        "http:",
        "<<: {}",
        "- a",
        "- name: a",
        "rule: Host(`x.example`)",
        "url: http://x",
        "servers: []",
        "priority = 5",
        "[http]",
        "# {{ env \"HOME\" }}",
        "...",
        "---",
    ];
    let at = random.below(lines.len());
    let line = " ".repeat(depth(&lines[at])) + *random.pick::<&str>(KEYS);
    lines.insert(at + usize::from(random.one_in(2)), line);
}

pub(super) fn tab(random: &mut Random, lines: &mut Vec<String>) {
    let line = any_line(random, lines);
    let places: Vec<usize> = line.match_indices(' ').map(|(at, _)| at).collect();
    match places.is_empty() {
        true => line.push('\t'),
        false => {
            let at = *random.pick(&places);
            line.replace_range(at..=at, "\t");
        }
    }
}

/// Deletes, doubles or adds one letter anywhere.
pub(super) fn letter(random: &mut Random, lines: &mut Vec<String>) {
    const STRAY: &[char] =
        &['%', '@', '&', '*', '!', '|', '>', '{', ']', '"', '\'', '`', '#', ',', '?', 'é', '\\', '~'];
    let line = any_line(random, lines);
    let mut letters: Vec<char> = line.chars().collect();
    let at = random.below(letters.len());
    match random.below(3) {
        0 if !letters.is_empty() => drop(letters.remove(at)),
        1 if !letters.is_empty() => letters.insert(at, letters[at]),
        _ => letters.insert(at, *random.pick(STRAY)),
    }
    *line = letters.into_iter().collect();
}

pub(super) fn truncate(random: &mut Random, lines: &mut Vec<String>) {
    lines.truncate(random.below(lines.len()) + 1);
    if let Some(last) = lines.last_mut() {
        let letters: Vec<char> = last.chars().collect();
        *last = letters[..random.below(letters.len() + 1)].iter().collect();
    }
}

pub(super) fn line_ends(random: &mut Random, lines: &mut Vec<String>) {
    match random.below(3) {
        0 => lines.iter_mut().for_each(|line| line.push('\r')),
        1 => lines[0].insert(0, '\u{feff}'),
        _ => *lines = vec![lines.join("\r")],
    }
}
