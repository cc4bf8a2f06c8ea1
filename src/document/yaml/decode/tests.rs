//! What is no error of syntax, and still refused: measured with Traefik 3.7.15.

use crate::document::{Document, Format};

fn error(source: &str) -> Option<String> {
    Document::parse(Format::Yaml, source.into()).err().map(|error| error.message)
}

#[test]
fn what_is_refused() {
    for (source, words) in [
        ("x: &x {b: *x}", "anchor 'x' value contains itself"),
        ("x: !!int abc", "cannot decode !!str `abc` as a !!int"),
        ("x: !<tag:yaml.org,2002:int> abc", "cannot decode !!str `abc` as a !!int"),
        ("x: !!bool yes", "cannot decode !!str `yes` as a !!bool"),
        ("x: !!binary '###'", "!!binary value contains invalid base64 data"),
        ("<<: 5", "map merge requires map or sequence of maps as the value"),
        ("<<:", "map merge requires map or sequence of maps as the value"),
        ("x: &x [{q: 1}]\n<<: *x", "map merge requires map or sequence of maps as the value"),
        ("x: &a 1\ny: {*a : 1, *a : 2}", "mapping key \"a\" already defined"),
        ("x: &a [1]\ny:\n  *a : 1", "invalid map key"),
        ("x: {[a]: b}", "invalid map key"),
        ("x: &a.b c", "did not find expected alphabetic or numeric character"),
        ("x: \"\\/\"", "found unknown escape character"),
        ("...\nx: 1", "did not find expected node content"),
    ] {
        assert_eq!(error(source).as_deref(), Some(words), "{source}");
    }
}

#[test]
fn what_is_taken() {
    for source in [
        "x: !!float 10",
        "x: !foo bar",
        "<<: {x: 1}",
        "x: {'<<': 1}",
        "x: {!!str <<: 1}",
        "x: &a 1\ny: {*a : 1, a: 2}",
        "x: &a {b: 1}\ny: {<<: [*a, {c: 1}]}",
        "x: \"\\\\/\"",
        "{\n\t\"a\": [\n\t\t1\n\t]\n}",
    ] {
        assert_eq!(error(source), None, "{source}");
    }
}

#[test]
fn few_aliases_of_much_are_refused_before_they_cost_anything() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    assert_eq!(error(&bomb).as_deref(), Some("document contains excessive aliasing"));
    let merges = bomb.replace("[x,x,x,x,x,x,x,x,x,x]", "{x: 1}").replace("[*", "{<<: [*").replace("]\n", "]}\n");
    assert_eq!(error(&merges).as_deref(), Some("document contains excessive aliasing"));
}
