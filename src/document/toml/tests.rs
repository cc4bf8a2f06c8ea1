//! The tree, and what Traefik takes and refuses, with its words: measured with Traefik 3.7.15.

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
    let source = "[a.b.c]\nx = 1\n[d]\n[a.b]\ny = {\n  z = 1, # c\n}\n[[e]]\n[e.f]\n[[e]]\n[a]\nd.e.f = 1\nd.e.g = 2\n";
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

#[test]
fn what_is_taken() {
    for source in [
        "a = {b = 1}\na.c = 2\n",
        "a.b = 1\na = 2\n",
        "a.b = 1\na = [1]\n",
        "a = [{b = 1}]\na.c = 2\n",
        "[a.b]\n[a]\n",
        "a.b = 1\n[a]\n",
        "a.b = 1\n[a.c]\n",
        "[[a]]\n[a.b]\n[[a]]\n[a.b]\n",
        "[a]\nb.c = 1\n[a.b]\n",
        "a = {b.c = 1, b.d = 2}\n",
        "a = {b.c = 1, b = 2}\n",
        "a = [{b.c = 1, b = 2}]\n",
        "a = {\n  b = 1, # c\n}\n",
        "a = [1, # c\n 'b',\n]\n",
        "a = 07:32\n",
        "a = 1979-05-27T07:32\n",
        "a = \"\\e\\x41\"\n",
        "a = \"\"\"b\"\"\"\"\"\n",
        "a = 0b1\n",
        "a = 1_000.5e1_0\n",
        "\u{feff}a = 1\n",
        "a = 1979-05-27 07:32:00Z \n",
        "a = '''\nb'''\n",
        "a.\"b.c\".'d' = 1\n",
        "1.2 = 3\n",
        "\"\" = 1\n",
    ] {
        assert_eq!(Document::parse(Format::Toml, source.into()).err(), None, "{source:?}");
    }
}

#[test]
fn what_is_refused_and_with_which_words() {
    for (source, words) in [
        ("[a]\n[a.b]\n[a]\n", "toml: line 3: Key 'a' has already been defined."),
        ("a = {b\n = 1}\n", "toml: line 1 (last key \"a\"): expected '.' or '=', but got '\\n' instead"),
        ("a = 1\na = 2\n", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."),
        ("a = {b = 1}\na = 2\n", "toml: line 2 (last key \"a\"): Key 'a' has already been defined."),
        ("a = 1\na.b = 2\n", "toml: line 2 (last key \"a.b\"): Key 'a' has already been defined."),
        ("a = 1\n[a.b]\n", "toml: line 2: Key 'a' was already created as a hash."),
        ("a = 1\n[[a]]\n", "toml: line 2: Key 'a' was already created and cannot be used as an array."),
        ("[[a]]\n[a]\n", "toml: line 2: Key 'a' has already been defined."),
        ("[a]\n[[a]]\n", "toml: line 2: Key 'a' was already created and cannot be used as an array."),
        ("a = {b = 1, b = 2}\n", "toml: line 1 (last key \"a.b\"): Key 'a.b' has already been defined."),
        ("a = {b = 1, b.c = 2}\n", "toml: line 1 (last key \"a.b.c\"): Key 'a.b' has already been defined."),
        ("a = 01\n", "toml: line 1 (last key \"a\"): Invalid integer \"01\": cannot have leading zeroes"),
        (
            "a = 1__0\n",
            "toml: line 1 (last key \"a\"): Invalid integer \"1__0\": underscores must be surrounded by digits",
        ),
        ("a = 1.\n", "toml: line 1 (last key \"a\"): Invalid float \"1.\": '.' must be followed by one or more digits"),
        ("a = .5\n", "toml: line 1 (last key \"a\"): floats must start with a digit, not '.'"),
        ("a = 1e400\n", "toml: line 1 (last key \"a\"): 1e400 is out of range for float64"),
        ("a = 9223372036854775808\n", "toml: line 1 (last key \"a\"): 9223372036854775808 is out of range for int64"),
        ("a = +0x1\n", "toml: line 1 (last key \"a\"): cannot use sign with non-decimal numbers: '+0x'"),
        ("a = 0xG\n", "toml: line 1 (last key \"a\"): not a hexadecimal number: '0xG'"),
        ("a = 1979-02-30\n", "toml: line 1 (last key \"a\"): invalid datetime: \"1979-02-30\""),
        ("a = 07:32:60\n", "toml: line 1 (last key \"a\"): invalid datetime: \"07:32:60\""),
        ("a = \"\\q\"\n", "toml: line 1 (last key \"a\"): invalid escape in string '\\q'"),
        (
            "a = \"\\u12\"\n",
            "toml: line 1 (last key \"a\"): expected four hexadecimal digits after '\\u', but got \"\\\\u12\\\"\" instead",
        ),
        ("a = \"\\ud800\"\n", "toml: line 1 (last key \"a\"): Escaped character '\\ud800' is not valid UTF-8."),
        ("a = \"b\nc\"\n", "toml: line 1 (last key \"a\"): strings cannot contain newlines"),
        ("a = 'b\r\n", "toml: line 0 (last key \"a\"): strings cannot contain newlines"),
        ("a = 'b", "toml: line 1 (last key \"a\"): unexpected EOF; expected \"'\""),
        ("\na = \"b", "toml: line 2 (last key \"a\"): unexpected EOF; expected '\"'"),
        ("a = '''b", "toml: line 1 (last key \"a\"): unexpected EOF; expected \"'''\""),
        ("a = \"\u{1}\"\n", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x01'"),
        ("a = 1\rb = 2\n", "toml: line 1 (last key \"a\"): TOML files cannot contain control characters: '0x0d'"),
        ("a = 1 # \u{7f}\n", "toml: line 1: TOML files cannot contain control characters: '0x7f'"),
        ("\u{feff}\u{feff}a = 1\n", "toml: line 1: expected '.' or '=', but got '\\ufeff' instead"),
        (
            "a = 1 b = 2\n",
            "toml: line 1: expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
        ),
        ("a\n", "toml: line 1: expected '.' or '=', but got '\\n' instead"),
        ("a =\n", "toml: line 1 (last key \"a\"): expected value but found '\\n' instead"),
        ("a = ", "toml: line 1 (last key \"a\"): unexpected EOF; expected value"),
        ("= 1\n", "toml: line 1: unexpected '=': key name appears blank"),
        ("a..b = 1\n", "toml: line 1: unexpected '.'"),
        (".a = 1\n", "toml: line 1: unexpected '.': keys cannot start with a '.'"),
        ("é = 1\n", "toml: line 1: expected '.' or '=', but got 'é' instead"),
        ("[]\n", "toml: line 1: unexpected end of table name (table names cannot be empty)"),
        ("[a.]\n", "toml: line 1: unexpected end of table name (table names cannot be empty)"),
        ("[.a]\n", "toml: line 1: unexpected table separator (table names cannot be empty)"),
        ("[a\n", "toml: line 2: expected '.' or ']' to end table name, but got '\\n' instead"),
        (
            "[a] b\n",
            "toml: line 1 (last key \"a\"): expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
        ),
        ("[[a]\n", "toml: line 2: expected end of table array name delimiter ']', but got '\\n' instead"),
        ("[a b]\n", "toml: line 1: expected '.' or ']' to end table name, but got 'b' instead"),
        ("a = b\n", "toml: line 1 (last key \"a\"): expected value but found \"b\" instead"),
        ("a = index\n", "toml: line 1 (last key \"a\"): expected value but found \"ndex\" instead"),
        ("a = name\n", "toml: line 1 (last key \"a\"): expected value but found \"ame\" instead"),
        ("a = -x\n", "toml: line 1 (last key \"a\"): expected a digit but got 'x'"),
        ("a = -ix\n", "toml: line 1 (last key \"a\"): invalid float: '-i'"),
        ("a = [,]\n", "toml: line 1 (last key \"a\"): unexpected comma"),
        ("a = [1 2]\n", "toml: line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got '2'"),
        (
            "a = [1\n",
            "toml: line 1 (last key \"a\"): expected a comma (',') or array terminator (']'), but got end of file",
        ),
        ("a = {,}\n", "toml: line 1 (last key \"a\"): unexpected comma"),
        (
            "a = {b = 1 c = 2}\n",
            "toml: line 1 (last key \"a.b\"): expected a comma or an inline table terminator '}', but got 'c' instead",
        ),
        (
            "a = {b = 1\n",
            "toml: line 1 (last key \"a.b\"): expected a comma or an inline table terminator '}', but got end of file instead",
        ),
        ("a = {b = 1,, c = 2}\n", "toml: line 1 (last key \"a.b\"): unexpected comma"),
        (
            "[x.\"y z\"]\n\"\\t\" = 'a'b\n",
            "toml: line 2 (last key \"x.\\\"y z\\\"\"): expected a top-level item to end with a newline, comment, or EOF, but got 'b' instead",
        ),
        (
            "\"\0\" = 1\n",
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8",
        ),
        ("a = \"\\ b\"\n", "toml: line 1 (last key \"a\"): invalid escape: '\\ '"),
    ] {
        let error = Document::parse(Format::Toml, source.into()).err();
        assert_eq!(error.and_then(|error| error.says).as_deref(), Some(words), "{source:?}");
    }
}

/// Which of two values counts is seen in what Traefik makes of it.
#[test]
fn what_stands_twice_is_what_traefik_makes_of_it() {
    let value = |source: &str| {
        let document = parse(source);
        let a = document.root().and_then(|root| root.field("a")).unwrap();
        format!("{:?} {}", a.kind(), a.entries().map(|(key, _)| key.raw()).collect::<Vec<_>>().join(","))
    };
    assert_eq!(value("a.b = 1\na = 2\n"), "Map b");
    assert_eq!(value("a.b = 1\na = [1]\n"), "Seq ");
    assert_eq!(value("a = [{b = 1}]\na.c = 2\n"), "Map c");
    assert_eq!(value("a = {b = 1}\n[a.c]\nd = 1\n[a.e]\n"), "Map b,c,e");
}

#[test]
fn depth_is_bounded() {
    for source in [
        format!("a = {}", "[".repeat(1000)),
        format!("{}a = 1", "a.".repeat(1000)),
        format!("a = {}", "{b=".repeat(1000)),
    ] {
        let error = Document::parse(Format::Toml, source).unwrap_err();
        assert_eq!(error.message, "more than 256 levels are not read");
    }
}
