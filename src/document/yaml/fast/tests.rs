use super::super::parse_any;
use super::{DEEPEST, LONGEST_KEY, parse};
use proptest::prelude::*;

/// What the fast path reads, the full parser reads alike; gives whether it was read.
fn agrees(source: &str) -> bool {
    let Some(fast) = parse(source) else { return false };
    match parse_any(source) {
        Ok(slow) => assert_eq!(fast, slow, "trees differ: {source:?}"),
        Err(error) => panic!("the fast path reads what is an error: {error}: {source:?}"),
    }
    true
}

#[test]
fn the_usual_forms_are_read_fast() {
    let documents = [
        "a: b\n",
        "a: b",
        "# c\n\na:\n  b: c # d\n  e:\n  # f\n\n  g: 'h'\n",
        "a:\n- b\n- c\nd: e\n",
        "a:\n  - b: c\n    d: e\n  - f\n  # g\n  - 'h': \"i\"\n",
        "a:\n  -   b:\n      - c\n      d: e\n",
        "a:\nb:\n  c:\nd:",
        "a: [b, 'c', \"d\", [], {}]\ne: { f: g, 'h': [i] }\n",
        "a: []\nb: {}\nc:\n- [d]\n- {e: f}\n",
        "'a b': 'it''s'\n\"c\": \"\\\"d\\\" \\\\\"\n'': \"\"\n",
        "a: http://b:80/#c\nd: -1\ne: :80\nf: a'b\"c\n",
        "a: Host(`b`) && (PathPrefix(`/c`) || !Path(`/d`))\n",
        "a: b\r\nc:\r\n  - d\r\n",
        "é: ü # ß\n",
        "# c\n---\n# d\na: b\n",
        "  a: b\n  c: d\n",
        "a: b   \nc:   \n   \n  d: e\n    # f\n",
    ];
    for document in documents {
        assert!(agrees(document), "not read fast: {document:?}");
    }
}

#[test]
fn what_is_odd_is_left_to_the_full_parser() {
    let documents = [
        "",
        "# c\n",
        "a",
        "- a\n",
        "a: b\na: c\n",
        "a: b\n'a': c\n",
        "a: {b: c, b: d}\n",
        "a: b\n c: d\n",
        "a:\n  b: c\n d: e\n",
        "a: b\n  c\n",
        "a: |\n  b\n",
        "a: &b c\n",
        "a: *b\n",
        "a: !b c\n",
        "<<: a\n",
        "? a\n",
        "a:\tb\n",
        "a: b: c\n",
        "a: b:\n",
        "a: @b\n",
        "a: `b`\n",
        "a: 'b' c\n",
        "a: \"\\x41\"\n",
        "a:\n  - - b\n",
        "a:\n  -\n    b: c\n",
        "a: b\n- c\n",
        "a: [b\n",
        "a: [b, ]\n",
        "a: b\rc: d\n",
        "\u{feff}a: b\n",
        "a: b\u{85}\n",
        "a: b\u{2028}\n",
        "a: \u{7f}\n",
        "a: b\n---\nc: d\n",
        "a: b\n...\n",
        "... : a\n",
        "a: 'b'#c\n",
        "a: [b:]\n",
        "a: [b:,c]\n",
        "a: {b: http://c/?d}\n",
        "a: [b?]\n",
    ];
    for document in documents {
        assert_eq!(parse(document), None, "read fast: {document:?}");
    }
}

/// Many keys in one mapping cost a sort, and a repeated one is found.
#[test]
fn a_repeated_key_among_many_is_found() {
    let mut document: String = (0..20_000).map(|n| format!("router-{n}:\n  rule: Host(`{n}`)\n")).collect();
    assert!(agrees(&document));
    document.push_str("'router-77': x\n");
    assert_eq!(parse(&document), None);
}

#[test]
fn long_and_deep_documents_agree() {
    for length in (980..1100).chain([5000]) {
        let long = "k".repeat(length);
        for document in ["K: v\n", "a:\n  - K: v\n", "'K': v\n", "a: {K: v}\n", "a: {\"K\": v}\n"] {
            let quotes = if document.contains(['\'', '"']) { 2 } else { 0 };
            let is_short = length + quotes <= LONGEST_KEY;
            assert_eq!(agrees(&document.replace('K', &long)), is_short, "{document} {length}");
        }
        for document in [
            "a: K\n",
            "a:\n- K\n- 'K'\n",
            "a: 'K' # K\n",
            "a: [K, 'K']\n",
            "a: {b: K, c: 'K'}\n",
            "a:\n- [K, {b: 'K'}]\n- {b: K}\n",
        ] {
            assert!(agrees(&document.replace('K', &long)), "{document} {length}");
        }
    }
    assert_eq!(parse(&format!("\"{}\": v\n", "\\\\".repeat(LONGEST_KEY - 1))), None);
    assert_eq!(parse(&format!("k{}: v\n", " ".repeat(LONGEST_KEY))), None);
    for depth in 1..2 * DEEPEST {
        let block: String = (0..depth).map(|level| format!("{}k:\n", " ".repeat(level))).collect();
        assert_eq!(agrees(&block), depth <= DEEPEST, "{depth}");
        agrees(&format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth)));
    }
}

/// Takes decisions from a list of numbers, so that a failing document shrinks with the list.
struct Choices<'c> {
    rest: std::slice::Iter<'c, u16>,
    /// One in so many decisions is for something odd; 0: none.
    odd_in: usize,
}

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        usize::from(self.rest.next().copied().unwrap_or(0)) % count
    }
    fn odd(&mut self) -> bool {
        self.odd_in > 0 && self.below(self.odd_in) == self.odd_in - 1
    }
    fn of<'t>(&mut self, usual: &[&'t str], odd: &[&'t str]) -> &'t str {
        let all = if self.odd() { odd } else { usual };
        all[self.below(all.len())]
    }
}

const KEYS: &[&str] = &[
    "a",
    "rule",
    "service",
    "app-1.example.com",
    "x y",
    "'q'",
    "\"w\"",
    "a#b",
    "a:b",
    "é",
    "~",
    "'it''s'",
    "/p",
    "a'b",
    "_",
    "\"a\\\"b\"",
    "a,b",
];
const ODD_KEYS: &[&str] = &[
    "<", "<<", "null", ".", "...", "-", "-k", "=", "[", "{", "a]", "\"\"", "a ", "---", "?", "? a", "*a", "&a b", "`a",
    "@a", "a\tb",
];
const SCALARS: &[&str] = &[
    "b",
    "v w",
    "Host(`a.example.com`) && !Path(`/`)",
    "http://10.0.0.5:3000",
    "'q'",
    "\"w: #\"",
    "10s",
    "~",
    "-1",
    ":80",
    "a#b",
    "a # b",
    "'it''s'",
    "\"a\\\\b\"",
    "\"\"",
    "''",
    "é ü",
    "a:b",
    "x, y]",
    "a[0]",
    "{}",
    "[]",
    "[a, b]",
    "[ a,b ]",
    "{a: b, c: d}",
    "[{a: b}, [c]]",
    "[http://a:1/x, 'b']",
    "['a', \"b\"] # c",
    "{ 'a': b }",
    "a'b",
    "a\"b",
    "{a: {b: c}}",
    "{a: [b, c], d: 'e'}",
    "[a b , c]",
    "[[]]",
    "\\",
];
const ODD_SCALARS: &[&str] = &[
    "&&",
    "!x",
    "*a",
    "|",
    ">-",
    "- a",
    "-",
    "?",
    "? a",
    ":",
    "a: b",
    "a:",
    "@a",
    "`a`",
    "%a",
    "[a, ]",
    "[a, a: b]",
    "{a}",
    "{a:}",
    "{a: b, a: c}",
    "[a",
    "\"a",
    "'a",
    "'a' b",
    "\"\\n\"",
    "\"a\":b",
    "{\"a\":b}",
    "[a #b]",
    "[a:]",
    "[-1]",
    "[-]",
    "#",
    "--- a",
    "...",
    "a\tb",
    "'a\tb'",
    "a \t",
    "[a\t]",
    "<",
    "=",
    "[,]",
    "{{}: a}",
    "[a]b",
    "{}#",
    "[?a]",
    "[a?b]",
    "[a:,b]",
    "[:80]",
    "a\u{85}b",
];
const ENDS: &[&str] = &["", "", "", " ", "  ", " # c", "  # c: d", " #", " # - x", " # é\tx"];
const ODD_ENDS: &[&str] = &["#c", "\t", " \t# c", ":", " :", "\r"];
const BETWEEN: &[&str] = &["", "", "", "", "\n", "  \n", "# c\n", "    # - c\n", "\n# c: d\n\n", "# é\t\n"];
const ODD_BETWEEN: &[&str] = &["\t\n", "---\n", "...\n", "x\n", "- x\n", "  x: y\n", "\r\n", "%a\n", " "];
const BITS: &[&str] = &[
    " ", "  ", "\n", "\n  ", ":", ": ", "#", " #", "'", "\"", "\t", "\r", "\r\n", "- ", "-", "[", "]", "{", "}", ", ",
    "?", "? ", "é", "\u{85}", "\u{2028}", "\u{feff}", "\u{a0}", "\u{7f}", "&a ", "*a ", "!t ", "|", ">", "%", "---",
    "---\n", "...", "\n...\n", "\\", "@", "`", "a", "a: ", "b:", "a\n", "<<: ", "~", "=", "key: v\n", "k:\n", "\n- ",
    "\n  - ", "\n    ", "'a'", "\"b\"", "[a, b]", "{a: b}", "# c\n",
];

fn block(out: &mut String, choices: &mut Choices<'_>, indent: usize, depth: usize, mapping: bool, mut in_item: bool) {
    let first_key = choices.below(KEYS.len());
    for turn in 0..=choices.below(5) {
        if !in_item || choices.odd() {
            out.push_str(choices.of(BETWEEN, ODD_BETWEEN));
        }
        if !in_item {
            let indent = if choices.odd() { indent + 1 } else { indent };
            out.push_str(&" ".repeat(indent));
        }
        in_item = false;
        if mapping {
            let key = KEYS[(first_key + if choices.odd() { 0 } else { turn }) % KEYS.len()];
            out.push_str(choices.of(&[key], ODD_KEYS));
            out.push(':');
            value(out, choices, indent, depth);
        } else {
            let spaces = 1 + choices.below(4) / 3;
            out.push('-');
            out.push_str(&" ".repeat(spaces));
            if depth > 0 && choices.below(2) == 0 {
                let mapping = !choices.odd();
                block(out, choices, indent + 1 + spaces, depth - 1, mapping, true);
            } else {
                out.push_str(choices.of(SCALARS, ODD_SCALARS));
                end(out, choices);
            }
        }
    }
}

fn value(out: &mut String, choices: &mut Choices<'_>, indent: usize, depth: usize) {
    let form = choices.below(8);
    if depth == 0 || form < 3 {
        out.push_str(choices.of(&[" ", " ", "   "], &["", "\t", "\n  "]));
        out.push_str(choices.of(SCALARS, ODD_SCALARS));
        return end(out, choices);
    }
    end(out, choices);
    let deeper = [2, 2, 2, 4, 1, 3][choices.below(6)];
    match form {
        3 | 4 => block(out, choices, indent + deeper, depth - 1, true, false),
        5 => block(out, choices, indent + deeper, depth - 1, false, false),
        6 => block(out, choices, indent, depth - 1, false, false),
        _ => {}
    }
}

fn end(out: &mut String, choices: &mut Choices<'_>) {
    out.push_str(choices.of(ENDS, ODD_ENDS));
    out.push('\n');
}

/// Changes one place of the text.
fn mutate(text: &mut String, choices: &mut Choices<'_>) {
    let at = text.floor_char_boundary(choices.below(text.len() + 1));
    match choices.below(12) {
        0..6 => text.insert_str(at, BITS[choices.below(BITS.len())]),
        6..8 if at < text.len() => _ = text.remove(at),
        8..11 => {
            let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
            text.insert_str(line, [" ", "  ", "- ", "-", "\t", "# ", "\n"][choices.below(7)]);
        }
        _ => text.truncate(at),
    }
}

fn document(choices: &[u16], odd_in: usize, mutations: usize) -> String {
    let mut choices = Choices { rest: choices.iter(), odd_in };
    let mut text = String::new();
    let (crlf, start, indent) = (choices.below(8), choices.below(8), choices.below(16));
    if start == 7 {
        text.push_str("# c\n---\n");
    }
    block(&mut text, &mut choices, indent / 15, 4, true, false);
    for _ in 0..mutations {
        mutate(&mut text, &mut choices);
    }
    if crlf == 7 { text.replace('\n', "\r\n") } else { text }
}

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, max_shrink_iters: 100_000, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn documents_of_the_subset_are_read_fast(choices in prop::collection::vec(any::<u16>(), 0..200)) {
        let document = document(&choices, 0, 0);
        prop_assert!(agrees(&document), "not read fast: {document:?}");
    }

    #[test]
    fn documents_near_the_subset_agree(
        choices in prop::collection::vec(any::<u16>(), 0..120), odd_in in 0..64_usize, mutations in 0..4_usize,
    ) {
        agrees(&document(&choices, odd_in, mutations));
    }

    #[test]
    fn heaps_of_bits_agree(bits in prop::collection::vec(prop::sample::select(BITS), 0..12)) {
        agrees(&bits.concat());
        agrees(&format!("a: {}", bits.concat()));
        agrees(&format!("a:\n  - b: c\n    {}", bits.concat()));
    }
}
