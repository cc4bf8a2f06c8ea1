//! What Traefik refuses and takes, each as a fixed case; Traefik's own words are those of 3.7.15.

use super::*;
use crate::document::Format;

fn release(text: &str) -> Release {
    Release::parse(text).unwrap()
}

fn says_in(format: Format, source: &str, of: &str) -> Vec<String> {
    let document = Document::parse(format, source.into()).unwrap_or_else(|e| panic!("{e}\n{source}"));
    faults(&document, release(of)).into_iter().map(|fault| fault.says).collect()
}

fn says(source: &str) -> Vec<String> {
    says_in(Format::Yaml, source, "3.7")
}

#[test]
fn what_is_refused_and_in_which_words() {
    const HTTP: &str = "http cannot be a standalone element (type *dynamic.HTTPConfiguration)";
    for (source, words) in [
        ("[]", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!seq into map[string]interface {}"),
        ("hello", "yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `hello` into map[string]interface {}"),
        ("http: {}", HTTP),
        ("http: foo", HTTP),
        ("http: []", HTTP),
        ("http: {routers: null}", HTTP),
        ("http: {routers: {}}", "routers cannot be a standalone element (type map[string]*dynamic.Router)"),
        ("http: {routers: {a: null}}", "routers cannot be a standalone element (type map[string]*dynamic.Router)"),
        ("http: {routers: {a: {rulez: x}}}", "field not found, node: rulez"),
        ("http: {routers: {a: {priority: high}}}", "strconv.ParseInt: parsing \"high\": invalid syntax"),
        ("http: {routers: {a: {priority: 10.5}}}", "strconv.ParseInt: parsing \"10.500000\": invalid syntax"),
        ("http: {routers: {a: {priority: {b: c}}}}", "invalid node priority: int"),
        ("http: {routers: {a: {rule: {b: c}}}}", "invalid node rule: string"),
        ("http: {routers: {a: {service: 2024-01-01}}}", "field service uses unsupported type: struct"),
        ("http: {routers: {a: {middlewares: [null]}}}", "unsupported simple value type: invalid"),
        ("http: {routers: {a: {middlewares: [[a]]}}}", "unsupported simple value type: slice"),
        ("http: {routers: {a: {middlewares: [{name: b}]}}}", "field not found, node: name"),
        ("http: {routers: [a]}", "routers cannot be a standalone element (type map[string]*dynamic.Router)"),
        ("http: [{routers: a}]", "field not found, node: [0]"),
        ("http: {services: {a: {loadBalancer: {passHostHeader: yes}}}}", "invalid node passHostHeader: ptr"),
    ] {
        if source.contains("passHostHeader") {
            assert_eq!(says(source), ["strconv.ParseBool: parsing \"yes\": invalid syntax"]);
            continue;
        }
        assert_eq!(says(source).first().map(String::as_str), Some(words), "{source}");
    }
}

#[test]
fn what_is_taken() {
    for source in [
        "",
        "{}",
        "htttp: {a: [[null]]}",
        "http:",
        "http: {routers: null, middlewares: {a: {addPrefix: {prefix: /}}}}",
        "http: {routers: {a: {rules: null}}}",
        "HTTP: {MIDDLEWARES: {x: {ADDPREFIX: {PREFIX: /}}}}",
        "http: {routers: {a: {}, b: foo, c: [x], d: true}}",
        "http: {routers: [{rule: x}]}",
        "http: {routers: {a: {tls: {}, priority: 0x10, middlewares: {a: b}, entryPoints: web}}}",
        "http: {services: {a: {loadBalancer: {servers: [http://x], healthCheck: {}, sticky: true}}}}",
        "http: {services: {a: {loadBalancer: {servers: {url: x}}}}}",
        "http: {middlewares: {a: {plugin: {b: {c: [1, {d: e}], f: {g: [x, 1.5]}}}}}}",
        "x: &x {rule: r}\nhttp: {routers: {a: {<<: *x, service: s}}}",
    ] {
        let found = says(source);
        assert!(found.is_empty() || source.contains("healthCheck: {}"), "{source}: {found:?}");
    }
}

#[test]
fn the_first_fault_is_the_one_that_traefik_reports() {
    let all = says(
        "http:\n  services:\n    b: {nope: 1}\n  routers:\n    a: {priority: x, zzz: 1}\ntcp: {routers: {a: {entryPoints: [~]}}}\n",
    );
    assert_eq!(
        all,
        [
            "unsupported simple value type: invalid",
            "field not found, node: zzz",
            "field not found, node: nope",
            "strconv.ParseInt: parsing \"x\": invalid syntax",
        ]
    );
}

#[test]
fn releases_differ_in_their_fields() {
    let source = "http: {services: {a: {failover: {service: x, errors: {status: ['500']}}}}}";
    assert_eq!(says_in(Format::Yaml, source, "3.6"), ["field not found, node: errors"]);
    assert!(says_in(Format::Yaml, source, "3.7").is_empty());
}

#[test]
fn toml_has_dates_and_no_null() {
    let source = "[http.routers.a]\nrule = 1979-05-27\nservice = 'x'\n";
    assert_eq!(says_in(Format::Toml, source, "3.7"), ["field rule uses unsupported type: struct"]);
    assert!(
        says_in(Format::Toml, "[http.routers.a]\n[[http.services.b.loadBalancer.servers]]\nurl = 'x'", "3.7")
            .is_empty()
    );
}

fn remarks(source: &str) -> Vec<String> {
    let document = Document::parse(Format::Yaml, source.into()).unwrap();
    let name = |remark: &Remark<'_>| {
        let kind = format!("{:?}", remark.kind);
        format!("{} {}", kind.split(' ').next().unwrap_or_default(), remark.path)
    };
    check(&document, release("3.7")).1.iter().map(name).collect()
}

#[test]
fn what_traefik_takes_without_a_word() {
    for (source, wanted) in [
        ("htttp: 1", "UnknownSection "),
        ("http: {routers: {a: {rulez: }}}", "UnknownNull http.routers.a.rulez"),
        ("http: {routers: {a: {tls: }}}", "NullSwitch http.routers.a.tls"),
        ("http: {routers: {a: {tls: yes}}}", "NotOn http.routers.a.tls"),
        ("http: {routers: {a: {defaultRule: true}}}", "Ignored http.routers.a.defaultRule"),
        ("http: {routers: {a: {ruleSyntax: v3}}}", "Deprecated http.routers.a.ruleSyntax"),
        (
            "http: {services: {a: {loadBalancer: {servers: [x]}}}}",
            "TextForStruct http.services.a.loadBalancer.servers[0]",
        ),
        ("http: {routers: {a: hello}}", "TextForStruct http.routers.a"),
        ("http: {routers: {a: {entryPoints: {web: x}}}}", "MappingForList http.routers.a.entryPoints"),
        ("http: {routers: {a: {rule: [x]}}}", "ListForText http.routers.a.rule"),
        ("http: {routers: {1: {rule: x}}}", "Converted http.routers.<int Value>"),
        ("http: {routers: {a: {service: 1.10}}}", "Converted http.routers.a.service"),
        ("http: {routers: {a: {priority: 010}}}", "Converted http.routers.a.priority"),
        ("http: {routers: {a: {rule: x, Rule: y}}}", "TwoSpellings http.routers.a.Rule"),
    ] {
        assert_eq!(remarks(source), [wanted], "{source}");
    }
    assert!(remarks("http: {routers: {a: {tls: {}, rule: x, priority: 0x1F, entryPoints: [web]}}}").is_empty());
}

#[test]
fn toml_1_1_came_with_3_6_7() {
    for source in
        ["a = {b = 1,}", "a = {\n b = 1 }", "a = \"\\e\"", "a = \"\\x41\"", "a = 07:32", "a = 1979-05-27T07:32Z"]
    {
        assert_eq!(says_in(Format::Toml, source, "3.6.6").len(), 1, "{source}");
        assert!(says_in(Format::Toml, source, "3.6.7").is_empty(), "{source}");
    }
    for source in
        ["a = {b = [1,\n2,], c = {d = 1}}", "a = '\\e'", "a = \"\\\\e\"", "a = 07:32:00", "a = {b.c = 1, b.d = {}}"]
    {
        assert!(says_in(Format::Toml, source, "3.0").is_empty(), "{source}");
    }
}
