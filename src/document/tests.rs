use super::*;

#[test]
fn the_extension_decides_in_any_case() {
    assert_eq!(Format::of("a.YML"), Some(Format::Yaml));
    assert_eq!(Format::of("sub.d/.hidden.yaml"), Some(Format::Yaml));
    assert_eq!(Format::of(".toml"), Some(Format::Toml));
    assert_eq!(Format::of("a.yml~"), None);
    assert_eq!(Format::of("yml"), None);
    assert_eq!(Format::of("dir.yml/file"), None);
}

#[test]
fn lines_count_every_kind_of_line_end() {
    assert_eq!(line_of("a\nb", 2), 2);
    assert_eq!(line_of("a\r\nb", 3), 2);
    assert_eq!(line_of("a\rb\rc", 4), 3);
}

#[test]
fn merge_keys_and_aliases_are_followed() {
    let source = "x: &x {rule: r, service: s}\ny: &y {service: t}\nhttp:\n  <<: [*y, *x]\n  Priority: 3\n";
    let document = Document::parse(Format::Yaml, source.into()).unwrap();
    let http = document.root().unwrap().field("HTTP").unwrap();
    assert_eq!(http.field("service").and_then(Ref::text), Some("t"));
    assert_eq!(http.field("rule").and_then(Ref::text), Some("r"));
    assert_eq!(http.field("priority").and_then(Ref::text), Some("3"));
}

#[test]
fn parts_of_a_text_stand_at_their_bytes() {
    let within = |source: &str, part: std::ops::Range<usize>| {
        let document = Document::parse(Format::Yaml, source.into()).unwrap();
        let node = document.root().unwrap().field("a").unwrap();
        document.source()[node.span_within(part).range()].to_owned()
    };
    assert_eq!(within("a: Host(`é.b`)\n", 5..11), "`é.b`");
    assert_eq!(within("a: \"xyz\"\n", 1..2), "y");
    assert_eq!(within("a: 'xyz'\n", 0..3), "xyz");
    assert_eq!(within("a: \"x\\tz\"\n", 0..1), "\"x\\tz\"");
    assert_eq!(within("a: 'xyz'\n", 1..9), "'xyz'");
}
