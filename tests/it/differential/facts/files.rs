//! Which files load, in which order, and what a text has to be.

use super::{Case, Fact};

/// Directories of several files.
pub(super) const DIRECTORIES: &[(&str, &[(&str, &str)])] = &[
    ("nothing", &[]),
    ("extensions of any case", &[("a.YML", A), ("b.Yaml", B), ("c.TOML", TOML)]),
    (
        "extensions that do not load",
        &[("a.yml~", "a: ["), ("a.yml.bak", "["), ("a.json", "["), ("a.ymlx", "["), ("a", "[")],
    ),
    ("hidden files load", &[(".hidden.yml", A), (".yml", B), (".#n.yml", C)]),
    ("odd names load", &[("u.tmp.yml", A), ("-v.yml", B), ("with space.yml", C)]),
    ("folders load, hidden ones too", &[("sub/a.yml", A), (".hid/deep/b.yml", B), ("sub.yml/c.yml", C)]),
    ("a broken file in a folder refuses all", &[("a.yml", A), ("sub/b.yml", "http: [")]),
    ("the first broken file is named", &[("a.yml", A), ("b.yml", "http: {foo: 1}"), ("c.yml", "tcp: {bar: 1}")]),
    ("the first router wins", &[("a.yml", A), ("b.yml", A2)]),
    ("capitals come first", &[("a.yml", A), ("B.yml", A2)]),
    ("10 comes before 2", &[("2.yml", A), ("10.yml", A2)]),
    ("a folder comes among the files", &[("c.yml", A), ("b/x.yml", A2)]),
    (
        "a broken first router keeps its name",
        &[("a.yml", "http: {routers: {a: {rule: Host(`a.test`), service: nope}}}"), ("b.yml", A)],
    ),
    (
        "a null does not claim a name",
        &[("a.yml", "http: {routers: {a: null, z: {rule: Host(`z`), service: noop@internal}}}"), ("b.yml", A)],
    ),
    (
        "the same name in each kind",
        &[
            (
                "a.yml",
                "http: {routers: {x: {rule: Host(`a`), service: x}}, services: {x: {loadBalancer: {servers: [{url: 'http://a'}]}}}, middlewares: {x: {addPrefix: {prefix: /}}}}",
            ),
            (
                "b.yml",
                "tcp: {routers: {x: {rule: HostSNI(`*`), service: x}}, services: {x: {loadBalancer: {servers: [{address: 'a:1'}]}}}}",
            ),
        ],
    ),
    (
        "services are not merged",
        &[
            (
                "a.yml",
                "http: {services: {s: {loadBalancer: {servers: []}}}, routers: {r: {rule: Host(`a`), service: s}}}",
            ),
            ("b.yml", "http: {services: {s: {weighted: {services: [{name: nope}]}}}}"),
        ],
    ),
    (
        "a reference across files",
        &[
            ("a.yml", "http: {routers: {r: {rule: Host(`a`), service: s@file, middlewares: [m]}}}"),
            ("b.yml", "http: {services: {s: {loadBalancer: {servers: [{url: 'http://a'}]}}}}"),
            ("c/d.toml", "[http.middlewares.m.addPrefix]\nprefix = \"/x\"\n"),
        ],
    ),
    (
        "TOML tables",
        &[(
            "a.toml",
            "[[http.services.s.loadBalancer.servers]]\nurl = 'http://a'\n[http.routers.r]\nrule = 'Host(`a`)'\nservice = 's'\n",
        )],
    ),
    (
        "TOML inline and dotted",
        &[(
            "a.toml",
            "http.routers.r = {rule = 'Host(`a`)', service = 'noop@internal', priority = '7'}\nhttp.routers.t.tls.options = 'nope'\n",
        )],
    ),
    ("TOML empty", &[("a.toml", ""), ("b.toml", "# only a comment\n")]),
    ("TOML twice the same key", &[("a.toml", "[http.routers.r]\nrule = 'a'\nrule = 'b'\n")]),
    ("TOML twice the same table", &[("a.toml", "[http.routers.r]\nrule = 'a'\n[http.routers.r]\nservice = 'b'\n")]),
    ("TOML unknown key", &[("a.toml", "[http.routers.r]\nrul = 'a'\n")]),
    ("TOML types", &[("a.toml", "[http.routers.r]\nrule = 'Host(`a`)'\nservice = 'noop@internal'\npriority = 1.5\n")]),
    ("TOML empty table", &[("a.toml", "[http.routers]\n")]),
    (
        "TOML header adds to braces",
        &[(
            "a.toml",
            "http = {routers = {}}\n[http.routers.r]\nrule = 'Host(`a`)'\nservice = 'noop@internal'\n[http.middlewares]\n",
        )],
    ),
    (
        "TOML dotted key adds to braces",
        &[("a.toml", "http.routers.r = {rule = 'Host(`a`)'}\nhttp.routers.r.service = 'noop@internal'\n")],
    ),
    (
        "TOML value over a table that is implied",
        &[(
            "a.toml",
            "http.routers.r.rule = 'Host(`a`)'\nhttp.routers.r.service = 'noop@internal'\nhttp.routers.r = 1\n",
        )],
    ),
    (
        "TOML list over a table that is implied",
        &[(
            "a.toml",
            "[http.routers]\nr.rule = 'Host(`a`)'\nr.entryPoints.a = 1\nr.entryPoints = ['web']\nr.service = 'noop@internal'\n",
        )],
    ),
    (
        "TOML header after dotted keys",
        &[("a.toml", "http.middlewares.m.addPrefix.prefix = '/a'\n[http.middlewares]\n")],
    ),
    ("TOML line break before an equals sign", &[("a.toml", "http = {middlewares\n = {}}\n")]),
    ("TOML date", &[("a.toml", "[http.routers.r]\nrule = 'Host(`a`)'\nservice = 1979-05-27\n")]),
    ("TOML with a tab", &[("a.toml", "[http.routers.r]\n\trule = 'Host(`a`)'\n\tservice = 'noop@internal'\n")]),
    (
        "TOML with carriage returns",
        &[("a.toml", "[http.routers.r]\r\nrule = 'Host(`a`)'\r\nservice = 'noop@internal'\r\n")],
    ),
    ("TOML broken", &[("a.toml", "[http.routers.r\nrule = 'a'\n")]),
    ("TOML without a value", &[("a.toml", "[http.routers.r]\nrule =\n")]),
    ("TOML unknown root", &[("a.toml", "[entryPoints.web]\naddress = ':80'\n")]),
    ("YAML that is called TOML", &[("a.toml", "http:\n  routers: {}\n")]),
    ("TOML that is called YAML", &[("a.yml", "[http.routers.r]\nrule = 'a'\n")]),
];

const A: &str = "http: {routers: {a: {rule: Host(`a.test`), service: noop@internal}}}";
const A2: &str = "http: {routers: {a: {rule: Host(`other.test`), service: nope}}}";
const B: &str = "http: {routers: {b: {rule: Host(`b.test`), service: noop@internal}}}";
const C: &str = "http: {routers: {c: {rule: Host(`c.test`), service: noop@internal}}}";
const TOML: &str = "[http.routers.t]\nrule = \"Host(`t.test`)\"\nservice = \"noop@internal\"\n";

/// Texts of one YAML file.
pub(super) const TEXTS: &[Fact] = &[
    ("empty", ""),
    ("blanks", "  \n\n"),
    ("comments", "# nothing\n# here\n"),
    ("null", "null"),
    ("tilde", "~"),
    ("empty mapping", "{}"),
    ("document start", "---\n"),
    ("empty list", "[]"),
    ("list", "- a\n"),
    ("word", "hello"),
    ("number", "12"),
    ("carriage returns", "http:\r\n  routers:\r\n    r:\r\n      rule: Host(`a`)\r\n      service: noop@internal\r\n"),
    ("carriage returns alone", "http:\r  routers:\r    r:\r      rule: Host(`a`)\r      service: noop@internal\r"),
    ("byte order mark", "\u{feff}http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}"),
    (
        "second document is ignored",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\n---\nhttp: {routers: [\n",
    ),
    ("empty first document", "# nothing\n---\nhttp: {routers: {r: {rule: Host(`a`), service: nope}}}\n"),
    ("two starts", "---\n---\nhttp: {foo: 1}\n"),
    ("document end", "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\n...\nfoo: [\n"),
    ("question mark in braces", "http: {services: {s: {loadBalancer: {servers: [{url: http://a/?x=1}]}}}}\n"),
    ("colon first in brackets", "http: {middlewares: {a: {ipAllowList: {sourceRange: [:a]}}}}\n"),
    ("dash alone in brackets", "http: {middlewares: {a: {ipAllowList: {sourceRange: [-]}}}}\n"),
    ("text behind a complete root", "{http: {middlewares: {a: {addPrefix: {prefix: /a}}}}} trailing\n"),
    ("line separator", "http: {middlewares: {a: {addPrefix: {prefix: /a}}}}\u{2028}x: 1\n"),
    ("byte order mark in the middle", "http: {middlewares: {a: {addPrefix: {prefix: /\u{feff}a}}}}\n"),
    ("two byte order marks", "\u{feff}\u{feff}http:\n  middlewares: {}\nx: 1\ny: 2\n"),
    ("unknown directive", "%FOO\n---\nhttp: {middlewares: {a: {addPrefix: {prefix: /a}}}}\n"),
    (
        "handle of a tag",
        "%TAG !e! tag:yaml.org,2002:\n---\nhttp: {routers: {r: {rule: Host(`a`), priority: !e!int '7', service: noop@internal}}}\n",
    ),
    ("tab in a block scalar", "http:\n  routers:\n    r:\n      rule: |\n        \t\n        Host(`a`)\n"),
    ("tabs between comments", "http: # c\n# d\n\t\n# e\n  middlewares: {a: {addPrefix: {prefix: /a}}}\n"),
    ("nothing with an anchor", "&a\n"),
    ("directive 1.2", "%YAML 1.2\n---\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\n"),
    ("directive 1.1", "%YAML 1.1\n---\nhttp: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\n"),
    ("anchor and alias", "http:\n  routers:\n    a: &a {rule: Host(`a`), service: noop@internal}\n    b: *a\n"),
    ("merge key", "x: &x {service: noop@internal}\nhttp: {routers: {r: {<<: *x, rule: Host(`a`)}}}"),
    ("merge list", "x: &x {service: nope}\ny: &y {rule: Host(`a`)}\nhttp: {routers: {r: {<<: [*x, *y]}}}"),
    ("merge of a number", "http: {routers: {r: {<<: 1, rule: Host(`a`)}}}"),
    ("two merge keys", "x: &x {service: nope}\nhttp: {routers: {r: {<<: *x, <<: *x, rule: Host(`a`)}}}"),
    ("unknown alias", "http: {routers: {r: *nope}}"),
    ("alias of itself", "http: &h {routers: {r: *h}}"),
    ("key twice", "http: {routers: {r: {rule: Host(`a`), rule: Host(`b`)}}}"),
    ("section twice", "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\nhttp: {middlewares: {}}\n"),
    (
        "name twice",
        "http:\n  routers:\n    r: {rule: Host(`a`), service: noop@internal}\n    r: {rule: Host(`b`), service: noop@internal}\n",
    ),
    ("unknown root twice", "foo: 1\nfoo: 2\n"),
    ("keys that differ in case", "http: {routers: {r: {rule: Host(`a`), Rule: 'nope(', service: noop@internal}}}"),
    (
        "sections that differ in case",
        "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\nHTTP: {routers: {q: {rule: Host(`b`), service: nope}}}\n",
    ),
    ("tab as indentation", "http:\n\trouters: {}\n"),
    ("tab after a colon", "http:\t{routers: {r: {rule: Host(`a`), service:\tnoop@internal}}}\n"),
    ("tab at the end", "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\t\n"),
    (
        "tabs in JSON",
        "{\n\t\"http\": {\n\t\t\"routers\": {\"r\": {\"rule\": \"Host(`a`)\", \"service\": \"noop@internal\"}}\n\t}\n}\n",
    ),
    ("hard space as indentation", "http:\n\u{a0}\u{a0}routers: {}\n"),
    ("control character", "http: {routers: {r: {rule: \"Host(`a`)\u{7}\"}}}"),
    ("unclosed bracket", "http: {routers: {r: {rule: Host(`a`)"),
    ("unclosed quote", "http: {routers: {r: {rule: \"Host(`a`)}}}"),
    ("missing blank after a colon", "http:\n  routers:\n    r:\n      rule:Host(`a`)\n"),
    ("backtick first", "http: {routers: {r: {rule: `a`}}}"),
    ("percent first", "http: {routers: {r: {rule: %a}}}"),
    ("at first", "http: {routers: {r: {service: @a}}}"),
    ("colon in a value", "http: {routers: {r: {rule: Host(`a`), service: a: b}}}"),
    (
        "list item not indented",
        "http:\n  routers:\n    r:\n      rule: Host(`a`)\n      service: noop@internal\n      entryPoints:\n      - web\n",
    ),
    (
        "key not indented as its brothers",
        "http:\n  routers:\n    r:\n      rule: Host(`a`)\n     service: noop@internal\n",
    ),
    ("complex key", "http: {routers: {{a: b}: {rule: Host(`a`)}}}"),
    ("binary", "http: {routers: {r: {rule: !!binary SG9zdChgYWApCg==, service: noop@internal}}}"),
    ("unknown tag", "http: {routers: {r: {rule: !foo Host(`a`), service: noop@internal}}}"),
    ("tagged string", "http: {routers: {r: {rule: Host(`a`), service: noop@internal, priority: !!str 10}}}"),
    ("tag that does not fit", "http: {routers: {r: {rule: Host(`a`), priority: !!int foo}}}"),
];

/// What is no text.
pub(super) fn bytes() -> impl Iterator<Item = Case> {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(A.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let cases = [
        ("Latin-1 in a comment", "a.yml", b"# caf\xe9\nhttp: {middlewares: {m: {addPrefix: {prefix: /}}}}\n".to_vec()),
        ("Latin-1 in TOML", "a.toml", b"# caf\xe9\n".to_vec()),
        ("UTF-16", "a.yml", utf16.clone()),
        ("UTF-16 in TOML", "a.toml", utf16),
        ("a zero byte", "a.yml", b"http: {}\0".to_vec()),
    ];
    cases.into_iter().map(|(name, path, bytes)| Case::new(format!("bytes: {name}"), [(path, bytes)]))
}
