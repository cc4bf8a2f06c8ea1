//! What Traefik takes and refuses, and its words for it: measured with Traefik 3.7.15.

use super::{parse, parse_any};
use crate::document::{Document, Format};

/// A key, or a value, too long for a key that no `? ` begins.
fn long(source: &str) -> String {
    source.replace("LONG", &"k".repeat(1100))
}

#[test]
fn what_is_taken() {
    for source in [
        "x: [-]\n",
        "x: [a:, b]\n",
        "x: [? a : b]\n",
        "%YAML 1.1\n---\nx: 1\n",
        "%TAG !e! tag:e:\n---\nx: !e!y z\n",
        "x: |2\n   a\n",
        "x: |+1 # c\n  a\n",
        "{x: b} trailing\n",
        "{x: b}\n]\n",
        "x: a\u{2028}y: b\n",
        "x: a\u{85}y: b\n",
        "x: a\u{feff}b\n",
        "x: &a\n",
        "x: !a,b c\n",
        "? a\n: b\n",
        "? |\n a\n: b\n",
        "x: # c\n# d\n\t\n# e\n  y: 1\n",
        "&a\n",
        "!!null ''\n",
        "x: 1 # c\r\ny: 2\r\n",
        "x: 1\ry: 2\r",
        "? LONG\n: b\n",
        "x: <<\n",
        "x: a\n---\ny: b\n",
        "x: \"a\\\n  b\"\n",
        "x: a #b\n",
        "x: a#b\n",
    ] {
        assert_eq!(parse(&long(source)).err(), None, "{source:?}");
    }
}

#[test]
fn what_is_refused_and_with_which_words() {
    for (source, words) in [
        ("x: {url: http://a/?x=1}\n", "yaml: did not find expected ',' or '}'"),
        ("x: [?]\n", "yaml: line 1: did not find expected ',' or ']'"),
        ("x: [:a]\n", "yaml: did not find expected node content"),
        ("%FOO\n---\nx: 1\n", "yaml: found unknown directive name"),
        ("%YAML 1.2\n---\nx: 1\n", "yaml: found incompatible YAML document"),
        ("%YAML 1.1\n%YAML 1.1\n---\n", "yaml: line 1: found duplicate %YAML directive"),
        ("x: !e!y z\n", "yaml: found undefined tag handle"),
        ("x: |\n  \t\n  a\n", "yaml: line 2: found a tab character where an indentation space is expected"),
        ("x: |\n  a\n \t\n", "yaml: line 3: found a tab character where an indentation space is expected"),
        ("x: |0\n", "yaml: found an indentation indicator equal to 0"),
        ("x: |a\n", "yaml: did not find expected comment or line break"),
        ("\u{feff}\u{feff}x: 1\ny: 2\nz: 3\n", "yaml: line 1: did not find expected key"),
        ("x: a: b\n", "yaml: mapping values are not allowed in this context"),
        ("\nx: a: b\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("x: 1\n- a\n", "yaml: line 1: did not find expected key"),
        ("\nx: 1\n- a\n", "yaml: line 1: did not find expected key"),
        ("- a\nx: 1\n", "yaml: line 1: did not find expected '-' indicator"),
        ("x:\n  y: 1\n z: 1\n", "yaml: line 2: did not find expected key"),
        ("x: [a\ny: b\n", "yaml: line 1: did not find expected ',' or ']'"),
        ("x: {a: b\n", "yaml: line 1: did not find expected ',' or '}'"),
        ("x: 'a\n", "yaml: line 2: found unexpected end of stream"),
        ("\nx: \"a\n", "yaml: line 2: found unexpected end of stream"),
        ("x: \"\\q\"\n", "yaml: found unknown escape character"),
        ("x: \"\\u12\"\n", "yaml: did not find expected hexdecimal number"),
        ("x: \"\\ud800\"\n", "yaml: found invalid Unicode character escape code"),
        ("x: @a\n", "yaml: found character that cannot start any token"),
        ("x: `a`\n", "yaml: found character that cannot start any token"),
        ("x:\n\ty: 1\n", "yaml: line 2: found character that cannot start any token"),
        ("x: a\n\tb: 1\n", "yaml: line 2: found a tab character that violates indentation"),
        ("x: *a\n", "yaml: unknown anchor 'a' referenced"),
        ("x: &a &b c\n", "yaml: did not find expected key"),
        ("x: !<a c\n", "yaml: did not find the expected '>'"),
        ("x: !!int a\n", "yaml: cannot decode !!str `a` as a !!int"),
        ("x: \u{1}\n", "yaml: control characters are not allowed"),
        ("x: 1\nx: 2\n", "yaml: unmarshal errors:\n  line 2: mapping key \"x\" already defined at line 1"),
        (
            "x: 1\ny: {a: 1, 'a': 2}\nx: 3\n",
            "yaml: unmarshal errors:\n  line 3: mapping key \"x\" already defined at line 1",
        ),
        ("...\nx: 1\n", "yaml: did not find expected node content"),
        ("--- x: 1\n", "yaml: mapping values are not allowed in this context"),
        ("---\nx: 1\n...\n@\n", "yaml: line 4: found character that cannot start any token"),
        ("x: 1\n---\n@\n", "yaml: line 3: found character that cannot start any token"),
        ("a: 1\nb\n", "yaml: line 2: could not find expected ':'"),
        ("b\na: 1\n", "yaml: line 2: mapping values are not allowed in this context"),
        ("a: 1\nb\nc: 1\n", "yaml: line 2: could not find expected ':'"),
        (": a\n", "yaml: did not find expected key"),
        ("x: {: a}\n", "yaml: did not find expected node content"),
        ("x: [,]\n", "yaml: did not find expected node content"),
        ("x: [a,,b]\n", "yaml: did not find expected node content"),
        ("x: 'a' b\n", "yaml: did not find expected key"),
        ("x: 'a'b: 1\n", "yaml: mapping values are not allowed in this context"),
        ("x: # c\n\t# d\n  y: 1\n", "yaml: line 2: found character that cannot start any token"),
        ("x: # c\n\t\n  y: 1\n", "yaml: line 2: found character that cannot start any token"),
        ("x: -\n", "yaml: block sequence entries are not allowed in this context"),
        ("x: - a\n", "yaml: block sequence entries are not allowed in this context"),
        ("- - a\n -b\n", "yaml: line 1: did not find expected '-' indicator"),
        ("x: []: y\n", "yaml: mapping values are not allowed in this context"),
        ("x: LONG: b\n", "yaml: mapping values are not allowed in this context"),
        ("LONG: b\n", "yaml: mapping values are not allowed in this context"),
        ("x: !!binary '#'\n", "yaml: !!binary value contains invalid base64 data"),
        ("<<: 5\n", "yaml: map merge requires map or sequence of maps as the value"),
        ("x: &x {b: *x}\n", "yaml: anchor 'x' value contains itself"),
        ("x: 'a\n---\nb'\n", "yaml: line 2: found unexpected document indicator"),
        ("x: {a: b}c\n", "yaml: did not find expected key"),
    ] {
        let error = parse(&long(source)).err();
        assert_eq!(error.and_then(|error| error.says).as_deref(), Some(words), "{source:?}");
    }
}

/// A key that is no text is shown by Traefik as Go would print it, which is not guessed at.
#[test]
fn words_that_are_not_known_are_left_out() {
    for source in ["x: {[a]: b}\n", "x: {{a: b}: c}\n", "x: &x 1\ny: {*x : 1, *x : 2}\n", "é: 1\né: 2\n"] {
        let error = parse(source).unwrap_err();
        assert_eq!(error.says, None, "{source:?}");
    }
}

#[test]
fn faults_are_shown_where_they_are() {
    for (source, line, column) in [
        ("x:\n  y: {url: http://a/?x=1}\n", 2, 21),
        ("x:\n  y: 'a\nz: 1\n", 2, 6),
        ("x: 1\né: ü: b\n", 2, 5),
        ("x: 1\nword\ny: 2\n", 2, 1),
        ("x: 1\n# c\ny: \u{7f}\n", 3, 4),
    ] {
        let error = parse(source).unwrap_err();
        assert_eq!((error.line, error.column), (line, column), "{source:?}");
    }
}

/// Bytes that Go's library has not read by the end of the first document can't be refused.
#[test]
fn a_control_character_counts_where_it_is_read() {
    let later = |distance: usize| format!("x: 1\n---\n#{}\n\u{1}", "c".repeat(distance));
    assert!(parse(&later(100)).is_err());
    assert!(parse(&later(2000)).is_err());
    let later = |distance: usize| format!("x: 1\n---\n- a\n- b\n- {}\n\u{1}", "c".repeat(distance));
    assert!(parse(&later(100)).is_err());
    assert!(parse(&later(2000)).is_ok());
}

#[test]
fn every_node_knows_its_bytes() {
    let raws = |source: &str| {
        let document = Document::parse(Format::Yaml, source.into()).unwrap_or_else(|error| panic!("{error}"));
        document.nodes().map(|node| node.raw().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(raws("a: &x !t b\nc: *x\n"), ["a: &x !t b\nc: *x", "a", "b", "c", "*x"]);
    assert_eq!(raws("a: |+\n  b\n\nc: >\n  d\n\n"), ["a: |+\n  b\n\nc: >\n  d", "a", "|+\n  b\n\n", "c", ">\n  d"]);
    assert_eq!(raws("a: b\n  c # d\n"), ["a: b\n  c", "a", "b\n  c"]);
    assert_eq!(raws("a: [b: c, {d}]\n"), ["a: [b: c, {d}]", "a", "[b: c, {d}]", "b: c", "b", "c", "{d}", "d", ""]);
    assert_eq!(raws("a:\n- b\n-\n- c: \n"), ["a:\n- b\n-\n- c:", "a", "- b\n-\n- c:", "b", "", "c:", "c", ""]);
    assert_eq!(raws("? a\n: {b: , c}\n"), ["? a\n: {b: , c}", "a", "{b: , c}", "b", "", "c", ""]);
}

/// What is deeper than any configuration is refused as by Traefik, or read, but never exhausts the stack.
#[test]
fn depth_has_the_limits_that_traefik_has() {
    for (part, end) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
        let nested = |depth: usize| format!("x:\n  {}b{}\n", part.repeat(depth), end.repeat(depth));
        let error = parse_any(&nested(10_001)).unwrap_err();
        assert_eq!(error.message, "exceeded max depth of 10000", "{part}");
    }
    let nested = format!("x: {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert!(parse_any(&nested).is_ok());
}
