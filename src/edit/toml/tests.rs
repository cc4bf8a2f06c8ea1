//! Layouts × operations. Each result is read again and compared by meaning; often by bytes too.

mod properties;

use crate::document::{Document, Format, Kind, Ref, Style};
use crate::edit::{Patch, Value, apply};

fn parse(text: &str) -> Document {
    Document::parse(Format::Toml, text.into()).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn edit(text: &str, patch: &Patch) -> String {
    match apply(&parse(text), patch) {
        Ok(document) => document.source().to_owned(),
        Err(refusal) => panic!("{refusal}\n--- {patch:?}\n{text}"),
    }
}

/// A tree as nested values; maps sorted by key, as order says nothing in TOML.
fn meaning(node: Ref<'_>) -> Value {
    match node.kind() {
        Kind::Map => {
            let mut entries: Vec<_> = node.entries().map(|(k, v)| (k.text().unwrap().to_owned(), meaning(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(entries)
        }
        Kind::Seq => Value::List(node.items().map(meaning).collect()),
        _ => match node.raw() {
            raw if node.style() == Style::Quoted => {
                assert!(raw.starts_with(['"', '\'']));
                Value::str(node.text().unwrap())
            }
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            raw => raw.parse().map_or_else(|_| Value::str(format!("plain {raw}")), Value::Int),
        },
    }
}

fn whole(text: &str) -> Value {
    parse(text).root().map_or(Value::Map(vec![]), meaning)
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Map(entries)
        }
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// What a patch makes of a value, by the book: the model that the bytes are compared with.
fn model(value: Option<Value>, patch: &Patch) -> Option<Value> {
    match patch {
        Patch::Set(new) => Some(sorted(new)),
        Patch::Remove => None,
        Patch::Rename(_) | Patch::Hollow(_) => value,
        Patch::Items { drop, push } => {
            let Some(Value::List(items)) = value else { return Some(Value::List(push.clone())) };
            let kept = items.into_iter().enumerate().filter(|(i, _)| !drop.contains(i)).map(|(_, v)| v);
            Some(Value::List(kept.chain(push.iter().map(sorted)).collect()))
        }
        Patch::Inside(patches) => {
            let mut entries = match value {
                Some(Value::Map(entries)) => entries,
                _ => vec![],
            };
            for (key, patch) in patches {
                let before = entries.iter().position(|(k, _)| k == key).map(|at| entries.remove(at).1);
                let name = match patch {
                    Patch::Rename(name) => name,
                    _ => key,
                };
                entries.extend(model(before, patch).map(|value| (name.clone(), value)));
            }
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            (!entries.is_empty()).then_some(Value::Map(entries))
        }
    }
}

/// Edits, and checks the meaning.
fn checked(text: &str, patch: &Patch) -> String {
    let edited = edit(text, patch);
    let expected = model(Some(whole(text)), patch).unwrap_or(Value::Map(vec![]));
    assert_eq!(whole(&edited), expected, "{patch:?}\n--- before\n{text}\n--- after\n{edited}");
    assert_eq!(text.starts_with('\u{feff}'), edited.starts_with('\u{feff}'));
    if text.contains("\r\n") {
        assert_eq!(edited.matches('\n').count(), edited.matches("\r\n").count(), "{edited:?}");
    }
    edited
}

fn map(entries: &[(&str, Value)]) -> Value {
    Value::Map(entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect())
}

fn router(name: &str) -> Value {
    map(&[("rule", Value::str(format!("Host(`{name}`)"))), ("service", Value::str(name))])
}

fn service() -> Value {
    let server = |n: u8| map(&[("url", Value::str(format!("http://10.0.0.{n}:3000")))]);
    map(&[("loadBalancer", map(&[("servers", Value::List(vec![server(5), server(6)]))]))])
}

fn add(name: &str) -> Patch {
    Patch::Set(router(name)).at(["http", "routers", name]).and(Patch::Set(service()).at(["http", "services", name]))
}

fn remove(name: &str) -> Patch {
    Patch::Remove.at(["http", "routers", name]).and(Patch::Remove.at(["http", "services", name]))
}

fn rename(from: &str, to: &str) -> Patch {
    let rename = Patch::Rename(to.into());
    rename.clone().at(["http", "routers", from]).and(rename.at(["http", "services", from]))
}

/// Files in which the router and the service `a` exist.
const LAYOUTS: &[(&str, &str)] = &[
    (
        "headers",
        "# top\n\n[http.routers.a] # own\n  rule = \"x\" # why\n  # inside\n  service = \"a\"\n\n# about b\n[http.routers.b]\n  rule = 'y'\n\n# about services\n[http.services.a.loadBalancer]\n  [[http.services.a.loadBalancer.servers]]\n    url = \"http://h\"\n\n# end\n",
    ),
    (
        "section headers, indented",
        "[http]\n  [http.routers]\n    [http.routers.a]\n      rule = \"x\"\n      service = \"a\"\n      [http.routers.a.tls]\n        certResolver = \"le\"\n\n  [http.services]\n\n    [http.services.a]\n      [http.services.a.loadBalancer]\n        [[http.services.a.loadBalancer.servers]]\n          url = \"u\"\n",
    ),
    (
        "dense",
        "[http.routers.a]\nrule = 'x'\n[http.routers.b]\nrule = 'y'\n# about a\n[http.services.a.loadBalancer]\nservers = [{url = 'u'}, {url = 'v'}]\n[http.services.b.loadBalancer]\nservers = [\n  {url = 'u'}, # first\n  # second\n  {url = 'v'}  # w\n]\n",
    ),
    (
        "dotted",
        "http.routers.a.rule = 'x'\nhttp.routers.a.service = 'a' # s\n\nhttp.services.a.loadBalancer.servers = [{ url = 'u' }]\n\n[tls.options.default]\nminVersion = 'VersionTLS12'\n",
    ),
    (
        "dotted below headers",
        "[http]\nrouters.a.rule = 'x'\nrouters.b = { rule = 'y' }\n\n[http.services]\n  a.loadBalancer = { servers = [{ url = 'u' }] }\n  # tail\n\n[tcp.routers.t]\nrule = 'z'\n",
    ),
    (
        "braces",
        "# top\nhttp = { routers = { a = { rule = 'x', service = 'a' } }, services = { a = { loadBalancer = { servers = [ { url = 'u' } ] } } } } # tail",
    ),
    (
        "dotted in braces",
        "http = { routers.a.rule = 'x', routers.a.service = 'a', services.a.loadBalancer.servers = [{url = 'u'}] }\n",
    ),
    (
        "braces on lines",
        "[http.routers]\n  a = {\n    rule = 'x', # c\n    service = 'a'\n  }\n[http.services]\n  a.loadBalancer.servers = [\n    { url = 'u' },\n    { url = 'v' }, # last\n  ]\n",
    ),
    (
        "out of order",
        "[http.services.a.loadBalancer]\nservers = [{url = 'u'}]\n\n[http.routers.a.tls]\n\n[tcp.routers.t]\nrule = 'x'\n\n[http.routers.a]\nrule = 'x'\nservice = 'a'\n\n[http.services.a.loadBalancer.healthCheck]\npath = '/'",
    ),
    (
        "quoted",
        "[\"http\".'routers'.\"a\"]\nrule = \"\"\"\n[no.header]\n# no comment\n\"\"\"\n[http . services . a . loadBalancer]\nservers = []",
    ),
    (
        "crlf",
        "[http.routers.a]\r\n  rule = 'x'\r\n\r\n[http.services.a.loadBalancer]\r\n  servers = [\r\n    {url = 'u'}\r\n  ]\r\n",
    ),
    (
        "bom, crlf, open end",
        "\u{feff}[http.routers.a]\r\nrule = 'x'\r\n\r\n\r\n# c\r\n\r\n[http.services.a.loadBalancer]\r\nservers = []",
    ),
];

/// Files in which there is nothing of `http` yet.
const OTHERS: &[&str] = &[
    "",
    "\u{feff}",
    "\n\n",
    "   ",
    "# only a comment",
    "# only a comment\n\n\n",
    "\r\n# c\r\n",
    "[tcp.routers.t]\nrule = 'x'",
    "[tls]\n  [tls.options.default]\n    sniStrict = true\n# end",
    "[[tls.certificates]]\ncertFile = 'a'\n[[tls.certificates]]\ncertFile = 'b'\n  \n",
    "tcp = { routers = { t = { rule = 'x' } } }\n",
    "tcp.routers.t.rule = 'x'\n\n# c\n",
    "[http.routers]\n  x = { rule = 'y' }\n\n[http.middlewares.m.compress]\n",
    "[http.middlewares]\n  [http.middlewares.m.compress]\n    # none\n\n  # n\n  [http.middlewares.n.compress]",
];

#[test]
fn adding_and_removing_again_gives_the_same_bytes() {
    for text in LAYOUTS.iter().map(|(_, text)| *text).chain(OTHERS.iter().copied()) {
        let added = checked(text, &add("app.example.com"));
        assert_eq!(checked(&added, &remove("app.example.com")), text, "--- added\n{added}");
        let two = checked(&added, &add("other"));
        assert_eq!(checked(&two, &remove("other")), added, "--- added\n{two}");
        assert_eq!(checked(&two, &remove("app.example.com").and(remove("other"))), text, "--- added\n{two}");
        assert_eq!(checked(&checked(&two, &remove("app.example.com")), &remove("other")), text, "--- added\n{two}");
    }
}

#[test]
fn every_operation_in_every_layout() {
    let path = ["http", "routers", "a"];
    let field = |name: &'static str, patch: Patch| patch.at([&path[..], &[name]].concat());
    let server = map(&[("url", Value::str("new"))]);
    let servers = ["http", "services", "a", "loadBalancer", "servers"];
    let operations = [
        add("a"),
        remove("a"),
        rename("a", "c.d"),
        field("rule", Patch::Set(Value::str("Path(`\\d`)"))),
        field("priority", Patch::Set(Value::Int(7))),
        field("entryPoints", Patch::Set(Value::list(["web", "websecure"]))),
        field("tls", Patch::Set(Value::Map(vec![]))),
        field("tls", Patch::Set(map(&[("certResolver", Value::str("x"))]))),
        Patch::Set(Value::str("y")).at(["http", "routers", "a", "tls", "certResolver"]),
        Patch::Remove.at(["http", "routers", "a", "tls"]),
        field("service", Patch::Remove),
        Patch::Set(Value::List(vec![server.clone()])).at(servers),
        Patch::Set(Value::List(vec![])).at(servers),
        Patch::Items { drop: vec![], push: vec![server.clone()] }.at(servers),
        Patch::Items { drop: vec![0], push: vec![server.clone(), server.clone()] }.at(servers),
        Patch::Set(map(&[("path", Value::str("/"))])).at(["http", "services", "a", "loadBalancer", "healthCheck"]),
        Patch::Set(Value::Bool(false)).at(["http", "services", "a", "loadBalancer", "passHostHeader"]),
        Patch::Set(map(&[("moved", Value::Bool(true))])).at(["http", "services", "a"]),
        Patch::Remove.at(["http"]),
        remove("a").and(add("z")),
        rename("a", "z").and(add("y")),
        field("tls", Patch::Set(map(&[("certResolver", Value::str("x"))])))
            .and(field("priority", Patch::Set(Value::Int(3))))
            .and(field("tls2", Patch::Set(map(&[("x", Value::Int(1))]))))
            .and(add("z")),
        Patch::Set(Value::Int(1))
            .at(["http", "services", "a", "p"])
            .and(Patch::Set(Value::Int(2)).at(["http", "services", "a", "q"]))
            .and(Patch::Set(Value::Int(3)).at(["http", "services", "a", "loadBalancer", "r"]))
            .and(Patch::Set(router("m")).at(["http", "routers", "m"]))
            .and(Patch::Set(Value::Int(4)).at(["http", "routers", "a", "priority"])),
        field("rule", Patch::Remove).and(field("priority", Patch::Set(Value::Int(3)))).and(add("z")),
        Patch::Remove.at(["http", "services", "a"]).and(add("z")).and(remove("b")),
        Patch::Items { drop: vec![0], push: vec![server.clone()] }
            .at(servers)
            .and(Patch::Set(Value::Int(2)).at(["http", "services", "a", "loadBalancer", "q"]))
            .and(Patch::Set(service()).at(["http", "services", "c"])),
    ];
    for (_, text) in LAYOUTS {
        for operation in &operations {
            checked(text, operation);
        }
    }
}

#[test]
fn what_is_added_to_a_list_or_router_can_be_taken_away() {
    let servers = ["http", "services", "a", "loadBalancer", "servers"];
    for (name, text) in LAYOUTS {
        let document = parse(text);
        let list = document.root().unwrap().field("http").unwrap().field("services").unwrap();
        let count = list.field("a").unwrap().field("loadBalancer").unwrap().field("servers").unwrap().items().count();
        let push = Patch::Items { drop: vec![], push: vec![map(&[("url", Value::str("new"))])] }.at(servers);
        let pushed = checked(text, &push);
        if count > 0 {
            let back = checked(&pushed, &Patch::Items { drop: vec![count], push: vec![] }.at(servers));
            assert_eq!(&back, text, "{name}\n{pushed}");
        }
        let priority = ["http", "routers", "a", "priority"];
        let set = checked(text, &Patch::Set(Value::Int(1)).at(priority));
        assert_eq!(&checked(&set, &Patch::Remove.at(priority)), text, "{name}\n{set}");
        let renamed = checked(text, &rename("a", "q"));
        if *name != "quoted" {
            assert_eq!(&checked(&renamed, &rename("q", "a")), text, "{name}\n{renamed}");
        }
    }
}

#[test]
fn new_entries_look_as_in_the_manual() {
    let one = map(&[("loadBalancer", map(&[("servers", Value::List(vec![map(&[("url", Value::str("u"))])]))]))]);
    let mut full = vec![("tls".to_owned(), Value::Map(vec![]))];
    let Value::Map(plain) = router("a.b") else { panic!() };
    full.extend(plain);
    let patch = Patch::Set(Value::Map(full))
        .at(["http", "routers", "a.b"])
        .and(Patch::Set(one).at(["http", "services", "a.b"]));
    let expected = "[http.routers.\"a.b\"]\n  rule = \"Host(`a.b`)\"\n  service = \"a.b\"\n  [http.routers.\"a.b\".tls]\n\n[http.services.\"a.b\".loadBalancer]\n  [[http.services.\"a.b\".loadBalancer.servers]]\n    url = \"u\"\n";
    assert_eq!(checked("", &patch), expected);
}

#[test]
fn comments_belong_to_what_follows_them() {
    let text = "# about a\n[http.routers.a]\nrule = 'x'\n# inside\n\n# about b\n[http.routers.b]\nrule = 'y'\n";
    let gone = "# about a\n\n# about b\n[http.routers.b]\nrule = 'y'\n";
    assert_eq!(checked(text, &Patch::Remove.at(["http", "routers", "a"])), gone);
    let gone = "# about a\n[http.routers.a]\nrule = 'x'\n# inside\n\n# about b\n";
    assert_eq!(checked(text, &Patch::Remove.at(["http", "routers", "b"])), gone);
    let text = "[http.routers.a]\nrule = 'x'\n\n[http.routers.b]\nrule = 'y'\n";
    assert_eq!(checked(text, &Patch::Remove.at(["http", "routers", "a"])), "[http.routers.b]\nrule = 'y'\n");
    assert_eq!(checked(text, &Patch::Remove.at(["http", "routers", "b"])), "[http.routers.a]\nrule = 'x'\n");
}

#[test]
fn what_is_no_table_or_list_is_refused() {
    let refused = |text: &str, patch: Patch| apply(&parse(text), &patch).unwrap_err().line;
    assert_eq!(refused("\nhttp = 1\n", add("a")), 2);
    assert_eq!(
        refused(
            "[http.routers.a]\nrule = 'x'",
            Patch::Items { drop: vec![], push: vec![] }.at(["http", "routers", "a", "rule"])
        ),
        2
    );
    assert_eq!(refused("", Patch::Set(Value::Int(1)).at(["http"])), 1);
}

#[test]
fn fields_match_in_any_case() {
    let edited =
        edit("[HTTP.Routers.a]\nRule = 'x'\n", &Patch::Set(Value::str("y")).at(["http", "routers", "a", "rule"]));
    assert_eq!(edited, "[HTTP.Routers.a]\nRule = \"y\"\n");
    let edited = edit("[HTTP.Routers.a]\nRule = 'x'\n", &Patch::Set(router("b")).at(["http", "routers", "b"]));
    assert!(edited.contains("\n\n[HTTP.Routers.b]\n"), "{edited}");
}
