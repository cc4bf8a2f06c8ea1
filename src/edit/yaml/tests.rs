//! Layouts × operations. Each edit is proved by `apply` itself; here it is the bytes that matter.

use crate::document::{Document, Format};
use crate::edit::{Patch, Value, apply};
use proptest::prelude::*;

fn parse(text: &str) -> Document {
    Document::parse(Format::Yaml, text.into()).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn edit(text: &str, patch: &Patch) -> Result<String, String> {
    apply(&parse(text), patch).map(|d| d.source().to_owned()).map_err(|r| r.to_string())
}

fn add(name: &str) -> Patch {
    let router =
        Value::Map(vec![("rule".into(), Value::str(format!("Host(`{name}`)"))), ("service".into(), Value::str(name))]);
    let servers = Value::List(vec![Value::Map(vec![("url".into(), Value::str("http://10.0.0.5:3000"))])]);
    let service = Value::Map(vec![("loadBalancer".into(), Value::Map(vec![("servers".into(), servers)]))]);
    Patch::Set(router).at(["http", "routers", name]).and(Patch::Set(service).at(["http", "services", name]))
}

fn rm(name: &str) -> Patch {
    Patch::Remove.at(["http", "routers", name]).and(Patch::Remove.at(["http", "services", name]))
}

const LAYOUTS: &[(&str, &str)] = &[
    ("empty", ""),
    ("comment only", "# mine\n"),
    ("comment without end", "# mine"),
    ("document start", "---\n"),
    ("document start and comment", "# top\n---\n# mine\n"),
    (
        "plain",
        "http:\n  routers:\n    a:\n      rule: x\n      service: s\n  services:\n    s:\n      loadBalancer:\n        servers:\n        - url: http://h\n",
    ),
    ("no final newline", "http:\n  routers:\n    a:\n      rule: x\n      service: s"),
    ("crlf", "http:\r\n  routers:\r\n    a:\r\n      rule: x\r\n      service: s\r\n"),
    ("crlf without end", "http:\r\n  routers:\r\n    a:\r\n      rule: x"),
    ("bom", "\u{feff}http:\n  routers:\n    a:\n      rule: x\n"),
    ("bom only", "\u{feff}"),
    (
        "indent of four",
        "http:\n    routers:\n        a:\n            rule: x\n    services:\n        s:\n            loadBalancer:\n                servers:\n                    - url: http://h\n",
    ),
    (
        "comments everywhere",
        "# top\nhttp: # h\n  # before routers\n  routers: # r\n    # before a\n    a: # a\n      rule: x # x\n      # after x\n    # after a\n\n  # before services\n  services:\n    # before s\n    s:\n      loadBalancer:\n        servers:\n          - url: http://h # u\n          # more\n# end\n",
    ),
    ("only services", "http:\n  services:\n    s:\n      loadBalancer:\n        servers:\n          - url: http://h\n"),
    (
        "other sections",
        "tls:\n  options:\n    default:\n      minVersion: VersionTLS12\n\ntcp:\n  routers:\n    t:\n      rule: HostSNI(`*`)\n      service: t\n",
    ),
    (
        "flow line",
        "http: {routers: {a: {rule: x, service: s}}, services: {s: {loadBalancer: {servers: [{url: 'http://h'}]}}}}\n",
    ),
    ("flow whole file", "{http: {routers: {a: {rule: x, service: s}}}}\n"),
    (
        "flow lines",
        "http:\n  routers: {\n    a: {rule: x, service: s},   # c\n    b: {rule: y, service: s}   # d\n  }\n",
    ),
    ("flow trailing comma", "http:\n  routers: {\n    a: {rule: x, service: s},\n  }\n"),
    (
        "json",
        "{\n  \"http\": {\n    \"routers\": {\n      \"a\": {\"rule\": \"x\", \"service\": \"s\"}\n    }\n  }\n}\n",
    ),
    ("anchors", "http:\n  routers:\n    a: &a\n      rule: x\n      service: s\n    b:\n      <<: *a\n      rule: y\n"),
    (
        "unknown root with anchor",
        "x-common: &c {middlewares: [auth]}\nhttp:\n  routers:\n    a:\n      <<: *c\n      rule: x\n      service: s\n",
    ),
    (
        "literal rule",
        "http:\n  routers:\n    a:\n      service: s\n      rule: |\n        Host(`x`) &&\n        Path(`/`)\n\n\n  middlewares: {m: {compress: {}}}\n",
    ),
    ("kept literal at end", "http:\n  routers:\n    a:\n      service: s\n      rule: |+\n        Host(`x`)\n\n"),
    ("folded lines", "http:\n  routers:\n    a:\n      rule: Host(`x`)\n        && Path(`/`)\n      service: s\n"),
    ("quoted keys", "\"http\":\n  'routers':\n    \"a\": {rule: x, service: s}\n"),
    ("explicit keys", "? http\n: routers:\n    ? a\n    : rule: x\n      service: s\n"),
    ("upper case", "HTTP:\n  Routers:\n    a:\n      Rule: x\n      Service: s\n"),
    (
        "second document",
        "http:\n  routers:\n    a:\n      rule: x\n      service: s\n---\nhttp:\n  routers:\n    other: {}\n",
    ),
    ("document end", "http:\n  routers:\n    a:\n      rule: x\n      service: s\n...\n"),
    ("tab after colon", "http:\n  routers:\n    a:\n      rule:\tx\n      service:\ts\t# c\n"),
    ("blank lines", "\n\nhttp:\n\n  routers:\n\n    a:\n\n      rule: x\n\n      service: s\n\n\n"),
    ("null next to others", "http:\n  middlewares:\n    m: {compress: {}}\n  routers:\n    a: {rule: x, service: s}\n"),
    ("tagged", "http: !!map\n  routers:\n    a:\n      rule: !!str x\n      service: s\n"),
    ("cr only", "http:\r  routers:\r    a:\r      rule: x\r      service: s\r"),
    (
        "commented-out entry at the end",
        "http:\n  routers:\n    a:\n      rule: x\n      service: s\n    # b:\n    #   rule: y\n\n    # far below\n",
    ),
    ("unicode", "http:\n  routers:\n    bücher: {rule: x, service: s} # 例え\n"),
];

#[test]
fn add_then_remove_gives_back_the_same_bytes() {
    for (layout, text) in LAYOUTS {
        let added = edit(text, &add("new.example.com")).unwrap_or_else(|e| panic!("{layout}: {e}"));
        assert_ne!(added, *text, "{layout}");
        let removed = edit(&added, &rm("new.example.com")).unwrap_or_else(|e| panic!("{layout}: {e}\n{added}"));
        assert_eq!(removed, *text, "{layout}, by way of\n{added}");
    }
}

#[test]
fn every_line_that_stood_there_stands_there_still() {
    for (layout, text) in LAYOUTS.iter().filter(|(l, _)| !l.contains("flow") && !["json", "bom only"].contains(l)) {
        let added = edit(text, &add("new.example.com")).unwrap();
        let mut lines = added.split_inclusive('\n');
        for line in text.split_inclusive('\n') {
            let kept = lines.any(|l| l.trim_end_matches(['\r', '\n']) == line.trim_end_matches(['\r', '\n']));
            assert!(kept || text.contains('\r'), "{layout}: {line:?} is gone from\n{added}");
        }
        let ends = |t: &str| (t.matches("\r\n").count(), t.replace("\r\n", "").matches(['\r', '\n']).count());
        let (crlf, other) = ends(&added);
        assert!(crlf == 0 || other == 0, "{layout}: mixed line ends");
    }
}

#[test]
fn a_new_entry_follows_the_layout() {
    assert_eq!(
        edit("", &add("a.example.com")).unwrap(),
        "http:\n  routers:\n    a.example.com:\n      rule: Host(`a.example.com`)\n      service: a.example.com\n  services:\n    a.example.com:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n"
    );
    let four = "http:\n    routers:\n        a: {rule: x}\n    services:\n        s:\n            loadBalancer:\n                servers:\n                - url: u\n";
    assert_eq!(
        edit(four, &add("n")).unwrap(),
        "http:\n    routers:\n        a: {rule: x}\n        \"n\":\n            rule: Host(`n`)\n            service: \"n\"\n    services:\n        s:\n            loadBalancer:\n                servers:\n                - url: u\n        \"n\":\n            loadBalancer:\n                servers:\n                - url: http://10.0.0.5:3000\n"
    );
    let flow = "http:\n  routers: {a: {rule: x}} # c\n";
    assert!(
        edit(flow, &add("b.c"))
            .unwrap()
            .starts_with("http:\n  routers: {a: {rule: x}, b.c: {rule: Host(`b.c`), service: b.c}} # c\n")
    );
    let json = LAYOUTS.iter().find(|l| l.0 == "json").unwrap().1;
    assert!(serde_json::from_str::<serde_json::Value>(&edit(json, &add("b.c")).unwrap()).is_ok());
}

#[test]
fn anchors_and_tags_do_not_push_new_lines_to_the_right() {
    let text = "x-base: &base\n  service: s\nhttp: !!map\n  routers: &r\n    a:\n      <<: *base\n      rule: x\n      middlewares: &m\n        - one\n";
    let added = edit(text, &add("b.c")).unwrap();
    assert!(added.contains("\n    b.c:\n      rule: Host(`b.c`)\n      service: b.c\n"), "{added}");
    let push = Patch::Items { drop: vec![], push: vec![Value::str("two")] }.at(["http", "routers", "a", "middlewares"]);
    assert!(edit(text, &push).unwrap().ends_with("        - one\n        - two\n"));
}

#[test]
fn removing_keeps_the_comments_of_the_others() {
    let text = LAYOUTS.iter().find(|l| l.0 == "comments everywhere").unwrap().1;
    let removed = edit(text, &Patch::Remove.at(["http", "routers", "a"])).unwrap();
    for kept in
        ["# top", "# h", "# before routers", "# before a", "# after a", "# before services", "# u", "# more", "# end"]
    {
        assert!(removed.contains(kept), "{kept} in\n{removed}");
    }
    assert!(!removed.contains("routers:"), "{removed}");
    assert!(!removed.contains("# after x"), "{removed}");
}

#[test]
fn fields_are_set_removed_and_edited_in_place() {
    let text = "http:\n  routers:\n    a:\n      Rule: x   # the rule\n      entryPoints: [web, websecure] # eps\n      middlewares:\n        # first\n        - auth # a\n        - gzip # g\n      service: s\n      tls:\n";
    let at = |field: &str, p: Patch| edit(text, &p.at(["http", "routers", "a", field])).unwrap();
    assert!(at("rule", Patch::Set(Value::str("Host(`é`) || y"))).contains("      Rule: Host(`é`) || y   # the rule\n"));
    assert!(at("rule", Patch::Set(Value::str("PathRegexp(`^/\\d: `)"))).contains("Rule: 'PathRegexp(`^/\\d: `)'   #"));
    assert!(at("priority", Patch::Set(Value::Int(7))).ends_with("      tls:\n      priority: 7\n"));
    assert!(at("tls", Patch::Set(Value::Map(vec![]))).ends_with("      tls: {}\n"));
    assert!(
        at("tls", Patch::Set(Value::Map(vec![("certResolver".into(), Value::str("le"))])))
            .ends_with("      tls:\n        certResolver: le\n")
    );
    assert!(at("entryPoints", Patch::Set(Value::list(["x"]))).contains("entryPoints: [x] # eps\n"));
    let items = |drop: &[usize], push: &[&str]| Patch::Items {
        drop: drop.to_vec(),
        push: push.iter().map(|p| Value::str(*p)).collect(),
    };
    assert!(at("entryPoints", items(&[0], &["a,b"])).contains("entryPoints: [websecure, \"a,b\"] # eps\n"));
    assert!(at("entryPoints", items(&[1], &[])).contains("entryPoints: [web] # eps\n"));
    assert!(
        at("middlewares", items(&[0], &["new"]))
            .contains("      middlewares:\n        # first\n        - gzip # g\n        - new\n      service")
    );
    assert!(
        at("middlewares", items(&[0, 1], &["new"]))
            .contains("      middlewares:\n        # first\n        - new # g\n")
    );
    assert!(
        at("middlewares", Patch::Remove).contains("eps\n        # first\n      service")
            || at("middlewares", Patch::Remove).contains("eps\n      service")
    );
    assert_eq!(at("service", Patch::Rename("Service".into())), text.replace("service: s", "Service: s"));
    let renamed = edit(text, &Patch::Rename("b: c".into()).at(["http", "routers", "a"])).unwrap();
    assert_eq!(renamed, text.replace("    a:\n", "    \"b: c\":\n"));
}

#[test]
fn promise_2_what_cannot_be_edited_safely_is_refused_with_its_line() {
    let refused = |text: &str, patch: Patch| edit(text, &patch).unwrap_err();
    let aliased = "x: &r {a: {rule: x, service: s}}\nhttp:\n  routers: *r\n";
    assert!(refused(aliased, add("n")).starts_with("line 3: *r is an alias"), "{}", refused(aliased, add("n")));
    let merged = "x: &r {rule: x, service: s}\nhttp:\n  routers:\n    a:\n      <<: *r\n";
    let set = Patch::Set(Value::str("y")).at(["http", "routers", "a", "rule"]);
    assert!(refused(merged, set).starts_with("line 1: `rule` is supplied by a merge key"));
    let anchored = "http:\n  routers:\n    a: &a\n      rule: x\n      service: s\n    b: *a\n";
    assert!(refused(anchored, Patch::Remove.at(["http", "routers", "a"])).contains("unknown anchor"));
    let set = Patch::Set(Value::str("y")).at(["http", "routers", "a", "rule"]);
    assert!(refused(anchored, set).contains("would not mean what was asked for"));
    let template = "http:\n  routers: # {{ env \"X\" }}\n    a: {rule: x, service: s}\n";
    assert!(refused(template, add("n")).starts_with("line 2: this file is a Go template"));
    assert!(refused("http: [a]\n", add("n")).contains("`http` is not a mapping"));
}

/// Documents as people and tools write them: nested block and flow, comments, blank lines, odd indentation.
fn documents() -> impl Strategy<Value = String> {
    let name = "[a-z][a-z0-9.-]{0,8}";
    let scalar = prop_oneof![
        Just("Host(`x.example.com`)".to_owned()),
        "[a-z]{1,6}".prop_map(|s| format!("'{s} it''s'")),
        "[a-z ]{0,6}".prop_map(|s| format!("\"{s}\\n\"")),
        Just("|\n          Host(`x`)\n\n           && deep".to_owned()),
        Just(String::new()),
        Just("{a: [b, c]}".to_owned()),
        Just("long plain\n            over lines".to_owned()),
    ];
    let comment = prop_oneof![4 => Just(String::new()), 1 => " {0,6}# [a-z} ]{0,6}\n", 1 => Just("\n".to_owned())];
    let field = (name, scalar, comment.clone()).prop_map(|(k, v, c)| (k, v, c));
    let router = (name, prop::collection::vec(field, 0..4), comment.clone(), any::<bool>());
    let section = (
        prop::sample::select(vec!["routers", "services", "middlewares"]),
        prop::collection::vec(router, 1..4),
        comment,
    );
    let sections = prop::collection::vec(section, 0..3);
    (sections, 1usize..4, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(sections, step, crlf, closed, comment)| {
            let pad = |n: usize| " ".repeat(n * step);
            let mut out = String::new();
            let mut seen: Vec<String> = Vec::new();
            for (section, routers, c) in sections {
                if seen.contains(&section.to_owned()) {
                    continue;
                }
                if out.is_empty() {
                    out.push_str(if comment { "# top\nhttp: # h\n" } else { "http:\n" });
                }
                seen.push(section.to_owned());
                out.push_str(&format!("{c}{}{section}:\n", pad(1)));
                let mut names: Vec<String> = Vec::new();
                for (name, fields, c, flow) in routers {
                    if names.contains(&name) {
                        continue;
                    }
                    names.push(name.clone());
                    out.push_str(&c);
                    if flow || fields.is_empty() {
                        out.push_str(&format!("{}{name}: {{rule: x, service: 's'}} # {name}\n", pad(2)));
                        continue;
                    }
                    out.push_str(&format!("{}{name}:\n", pad(2)));
                    let mut keys: Vec<String> = Vec::new();
                    for (k, v, c) in fields {
                        if !keys.contains(&k) {
                            out.push_str(&format!("{c}{}{k}: {v}\n", pad(3)));
                            keys.push(k);
                        }
                    }
                }
            }
            if !closed {
                out.truncate(out.trim_end().len());
            }
            if crlf { out.replace('\n', "\r\n") } else { out }
        },
    )
}

/// Traefik refuses a bare question mark in braces, and takes other line ends than most.
#[test]
fn what_would_be_read_otherwise_gets_quotes() {
    let source = "http: {routers: {a: {rule: x}}}\n";
    for (text, written) in
        [("a?b", "\"a?b\""), ("a\\b\u{2028}c", "\"a\\\\b\\u2028c\""), ("a\u{feff}", "\"a\\ufeff\""), ("a b", "a b")]
    {
        let patch = Patch::Set(Value::str(text)).at(["http", "routers", "a", "rule"]);
        assert_eq!(edit(source, &patch), Ok(source.replace("rule: x", &format!("rule: {written}"))), "{text:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn promise_1_any_document_survives_add_and_remove(text in documents()) {
        let Ok(document) = Document::parse(Format::Yaml, text.clone()) else { return Ok(()) };
        let added = match apply(&document, &add("new.example.com")) {
            Err(refusal) if refusal.message.contains("without a line end") => return Ok(()),
            added => added.unwrap_or_else(|e| panic!("{e}\n{text}")),
        };
        let removed = apply(&added, &rm("new.example.com")).unwrap_or_else(|e| panic!("{e}\n{}", added.source()));
        prop_assert_eq!(removed.source(), text.as_str(), "by way of\n{}", added.source());
    }

    #[test]
    fn promise_2_any_text_is_written_so_that_it_is_read_back(text in "\\PC{0,20}", flow in any::<bool>()) {
        let source = if flow { "http: {routers: {a: {rule: x}}}\n" } else { "http:\n  routers:\n    a:\n      rule: x\n" };
        let patch = Patch::Set(Value::str(text.clone())).at(["http", "routers", "a", "rule"]);
        if !text.contains("{{") {
            prop_assert!(edit(source, &patch).is_ok(), "{:?}: {:?}", text, edit(source, &patch));
        }
    }
}
