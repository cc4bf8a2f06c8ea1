//! Tests over the table of lints: sorted, documented, and every example does what it says.

use super::*;
use crate::certificate::fixtures;
use crate::document::{Document, Format};
use crate::inventory::{Content, File, Inventory};
use crate::judge::judge;
use crate::release::Release;
use crate::static_config::{Fault, Mistake, Reading, read_compose};
use crate::surroundings::{Entry, EntryKind, LinkTarget, Named, Surroundings};

/// What is found in an example.
fn findings(example: &[(&str, &str)]) -> Vec<Finding> {
    let mut surroundings = Surroundings::unknown(Release::parse("3.7").unwrap());
    surroundings.now = 1_790_000_000;
    let mut files = Vec::new();
    for (name, text) in example {
        if *name == "--traefik" {
            surroundings.release = Release::parse(text).unwrap();
            continue;
        }
        if let "traefik.yml" | "compose.yaml" = *name {
            let reading = match *name {
                "traefik.yml" => Reading::of_file(Format::Yaml, text),
                _ => started(text),
            };
            (surroundings.static_config, surroundings.static_faults) = (reading.config, reading.faults);
            continue;
        }
        let (name, target) = name.split_once(" -> ").map_or((*name, None), |(name, target)| (name, Some(target)));
        let (path, note) = name.split_once(" (").map_or((name, ""), |(path, note)| (path, note.trim_end_matches(')')));
        let mode = u32::from_str_radix(note, 8).unwrap_or(0o640);
        let is_there = |target: &str| example.iter().any(|(other, _)| *other == target);
        let kind = match target {
            None if note == "pipe" => EntryKind::Other,
            None => EntryKind::File,
            Some(target) => {
                let leads_to = if is_there(target) { LinkTarget::File } else { LinkTarget::Nothing };
                EntryKind::Link { target: target.into(), leads_to }
            }
        };
        let closed = || Content::Broken { source: (*text).into(), line: 0, at: 0, message: String::new(), says: None };
        match (Format::of(path), &kind) {
            (Some(format), EntryKind::File) => {
                files.push(File { path: path.into(), content: Content::of(format, (*text).into()) });
            }
            (Some(_), _) => files.push(File { path: path.into(), content: closed() }),
            (None, _) => {
                surroundings.named.insert(path.into(), named(text, mode));
            }
        }
        surroundings.entries.push(Entry { path: path.into(), kind, mode });
    }
    let inventory = Inventory::of(&files);
    let (pairs, others) = (crate::named::pairs(inventory.files()), crate::named::others(inventory.files()));
    for file in pairs.iter().flat_map(crate::named::Pair::files).chain(&others) {
        surroundings.named.entry(file.value.clone().into_owned()).or_insert(Named::Missing);
    }
    judge(&inventory, &surroundings).findings
}

/// What a compose file says; files that it names are not there.
fn started(text: &str) -> Reading {
    let document = Document::parse(Format::Yaml, text.into()).unwrap();
    let launch = read_compose(&document, None, "".as_ref(), &|_| None).unwrap();
    if let Some((path, at)) = launch.config_file() {
        let faults = vec![Fault::new(Mistake::UnmappedPath { path }, at, "")];
        return Reading { config: None, faults };
    }
    let mut reading = launch.reading();
    reading.faults.extend(reading.config.iter().flat_map(|config| launch.mounted_files(config)));
    reading
}

/// A file that an example names: its text, or what its text in angle brackets stands for.
fn named(text: &str, mode: u32) -> Named {
    let text = match text {
        "<folder>" => return Named::Unreadable("it is a folder".into()),
        "<certificate>" => fixtures::APP,
        "<certificate of the past>" => fixtures::OLD,
        "<certificate of the next days>" => fixtures::SOON,
        "<certificate of the future>" => fixtures::LATE,
        "<key>" => fixtures::APP_KEY,
        "<key of another>" => fixtures::OTHER_KEY,
        text => text,
    };
    Named::Read { bytes: text.into(), mode }
}

#[test]
fn the_bad_example_fires_and_the_good_one_does_not() {
    for lint in LINTS {
        let fires = |example| findings(example).iter().any(|f| f.rule == lint.name);
        assert!(fires(lint.bad), "{}: the bad example does not fire", lint.name);
        assert!(!fires(lint.good), "{}: the good example fires", lint.name);
    }
}

#[test]
fn names_are_kebab_case_unique_and_sorted() {
    assert!(LINTS.is_sorted_by(|a, b| a.name < b.name));
    for lint in LINTS {
        assert!(lint.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()), "{}", lint.name);
        assert!(!lint.summary.ends_with('.') && lint.explanation.ends_with(['.', ')']), "{}", lint.name);
    }
}

#[test]
fn the_dates_of_a_certificate_decide_how_bad_it_is() {
    const PAIR: &str = "tls:\n  certificates:\n    - certFile: a.pem\n      keyFile: a.key\n";
    let said = |certificate| {
        let found = findings(&[("a.yml", PAIR), ("a.pem", certificate), ("a.key", "<key>")]);
        found.into_iter().map(|f| (f.severity, f.message)).collect::<Vec<_>>()
    };
    assert_eq!(said("<certificate>"), []);
    let soon = "this certificate expires on 2026-09-26".to_owned();
    assert_eq!(said("<certificate of the next days>"), [(Severity::Note, soon)]);
    let late = "this certificate is not valid before 2090-01-01".to_owned();
    assert_eq!(said("<certificate of the future>"), [(Severity::Warning, late)]);
}

/// What is found of competing routers, given as name, rule and other fields.
fn rivals(kind: &str, routers: &[[&str; 3]]) -> Vec<(String, &'static str)> {
    let service = if kind == "http" { "noop@internal" } else { "app" };
    let routers: String = routers
        .iter()
        .map(|[name, rule, more]| format!("    {name}: {{rule: '{rule}', service: {service}, {more}}}\n"))
        .collect();
    let services = "  services:\n    app: {loadBalancer: {servers: [{address: '10.0.0.5:1'}]}}\n";
    let text = format!("{kind}:\n  routers:\n{routers}{}", if kind == "tcp" { services } else { "" });
    let rivals = ["shadowed-router", "ambiguous-routers", "same-host", "catch-all-priority"];
    let found = findings(&[("a.yml", &text)]).into_iter().filter(|f| rivals.contains(&f.rule));
    found.map(|f| (f.path.split('.').nth(2).unwrap_or("").to_owned(), f.rule)).collect()
}

#[test]
fn routers_compete_where_they_surely_do() {
    let one = |name: &str, rule| vec![(name.to_owned(), rule)];
    let host = "Host(`a.example.com`)";
    let cases: &[(&[[&str; 3]], _)] = &[
        (&[["a", host, ""], ["b", host, ""]], one("b", "ambiguous-routers")),
        (&[["a", host, ""], ["b", host, "tls: {}"]], vec![]),
        (&[["a", host, "entryPoints: [x]"], ["b", host, "entryPoints: [y]"]], vec![]),
        (&[["a", host, "entryPoints: [x]"], ["b", host, "entryPoints: [x, y], priority: 1"]], one("b", "same-host")),
        (&[["a", host, "priority: 5"], ["b", host, "priority: 6"]], one("a", "shadowed-router")),
        (&[["a", host, "priority: 0"], ["b", "Host(`A.example.com`)", ""]], one("b", "ambiguous-routers")),
        (
            &[["a", host, "priority: 5"], ["b", host, "priority: 5"], ["c", "Host(`*.example.com`)", "priority: 9"]],
            vec![("a".into(), "shadowed-router"), ("b".into(), "shadowed-router")],
        ),
        (&[["a", host, "priority: 5"], ["b", "PathPrefix(`/x`)", "priority: 5"]], one("a", "ambiguous-routers")),
        (&[["a", host, ""], ["b", "Host(`a.example.com`) && Method(`GET`)", ""]], vec![]),
        (&[["a", host, "priority: 5"], ["b", "Header(`a`, `b`)", "priority: 5"]], vec![]),
        (&[["a", host, ""], ["b", "Host(`a.example.com`)", "middlewares: [gone]"]], vec![]),
        (&[["a", host, "priority: 5"], ["b", "Host(`a.example.com`)", "ruleSyntax: v2, priority: 9"]], vec![]),
    ];
    for (routers, expected) in cases {
        assert_eq!(&rivals("http", routers), expected, "{routers:?}");
    }
    let (any, name) = ("HostSNI(`*`)", "HostSNI(`a.example.com`)");
    assert_eq!(rivals("tcp", &[["a", any, ""], ["b", any, ""]]), one("b", "ambiguous-routers"));
    assert_eq!(rivals("tcp", &[["a", any, "tls: {}"], ["b", name, "tls: {}"]]), []);
    assert_eq!(
        rivals("tcp", &[["a", any, "priority: 99, tls: {}"], ["b", name, "tls: {}"]]),
        one("b", "shadowed-router")
    );
    let regexp = "HostSNIRegexp(`^[^.]+\\.a$`)";
    assert_eq!(rivals("tcp", &[["a", regexp, ""], ["b", regexp, ""]]), []);
}

/// What lints of these names say of files.
fn said(rules: &[&str], files: &[(&str, &str)]) -> Vec<String> {
    findings(files).into_iter().filter(|f| rules.contains(&f.rule)).map(|f| f.message).collect()
}

#[test]
fn what_cant_be_looked_up_is_said_once() {
    const ROUTES: &str = "http:
  routers:
    a: {rule: Host(`a`), service: a@docker, entryPoints: [web, x], middlewares: [p, c@file], tls: {certResolver: le, options: o@docker}}
    b: {rule: Host(`b`), service: w}
    c: {rule: Host(`c`), service: noop@internal, middlewares: [c]}
  middlewares:
    p: {plugin: {demo: {a: b}}}
    c: {chain: {middlewares: [m@docker]}}
  services:
    w: {weighted: {services: [{name: v@docker}, {name: f}]}}
    f: {failover: {service: a@docker, fallback: s}}
    s: {loadBalancer: {serversTransport: t@kubernetescrd, servers: [{url: 'http://10.0.0.5'}]}}
";
    const STATIC: &str = "entryPoints: {web: {address: ':80'}, x: {address: ':81'}}
certificatesResolvers: {le: {acme: {tlsChallenge: {}}}}
experimental: {plugins: {demo: {moduleName: a.example/b, version: v1}}}
providers: {docker: {}, kubernetesCRD: {}, file: {directory: /dyn}}
";
    let names = "a@docker, o@docker, v@docker, t@kubernetescrd, m@docker";
    let none = format!(
        "no static configuration is known, so what is named of it is taken to exist: entry points web, x; certificate \
         resolver le; plugin demo; {names}"
    );
    assert_eq!(said(&["assumed-name"], &[("a.yml", ROUTES)]), [none]);
    let some = format!("what other providers define is taken to exist: {names}");
    let files = [("traefik.yml", STATIC), ("a.yml", ROUTES)];
    assert_eq!(findings(&files).into_iter().map(|f| f.message).collect::<Vec<_>>(), [some]);
}

#[test]
fn one_cause_is_one_finding() {
    const MANY: &str = "http: {middlewares: {a: {compress: {}}, b: {compress: {}}, c@file: {compress: {}}}}\n";
    const ALONE: &str = "entryPoints: {web: {address: ':80'}}\nproviders: {file: {directory: /dyn}}\n";
    const ROUTER: &str = "http: {routers: {r: {rule: Host(`a`), service: noop@internal}}}\n";
    let unused = |files: &[_]| said(&["unused-middleware"], files);
    assert_eq!(unused(&[("a.yml", MANY)]), ["nothing here uses the middlewares \"a\", \"b\": there is no HTTP router"]);
    assert_eq!(unused(&[("a.yml", MANY), ("r.yml", ROUTER)]), ["nothing here uses the middlewares \"a\", \"b\""]);
    assert_eq!(unused(&[("traefik.yml", ALONE), ("a.yml", MANY), ("r.yml", ROUTER)]).len(), 2);

    let twice = |files: &[_]| said(&["duplicate-name"], files);
    let copy = "all that this file defines is defined before; Traefik skips \"a\", \"b\", \"c@file\"";
    assert_eq!(twice(&[("a.yml", MANY), ("b.yml", MANY)]), [copy]);
    let more = MANY.replace("{a:", "{d: {compress: {}}, a:");
    assert_eq!(twice(&[("a.yml", MANY), ("b.yml", &more)]).len(), 3);

    let rules = ["unknown-section", "static-file-inside"];
    let odd = "log: {}\napi: {}\nlanguage: en\ndns: {}\nhtttp: {}\n";
    let expected = [
        "\"log\", \"api\" belong to the static configuration; Traefik ignores them here",
        "\"language\", \"dns\" are no sections of Traefik's; all below them is passed over",
        "\"htttp\" is no section of Traefik's; all below it is passed over",
    ];
    assert_eq!(said(&rules, &[("a.yml", odd)]), expected);
}

#[test]
fn a_router_with_tls_on_several_entry_points_says_nothing_of_the_plain_one() {
    let others = |entry_points| {
        let routers = format!(
            "http:\n  routers:\n    a: {{rule: Host(`a`), service: noop@internal, entryPoints: [{entry_points}], tls: {{}}}}\n    \
             b: {{rule: Host(`b`), service: noop@internal, entryPoints: [web]}}\n"
        );
        said(&["no-tls-beside-tls"], &[("a.yml", &routers)]).len()
    };
    assert_eq!((others("web"), others("web, websecure")), (1, 0));
}

#[test]
fn names_of_copies_clash_as_measured() {
    const STATIC: &str = "entryPoints: {web: {address: ':80'}, websecure: {address: ':443', http: {tls: {}}}}\n";
    let clashes = |other: &str| {
        let routers = format!(
            "http:\n  routers:\n    r: {{rule: Host(`a`), service: noop@internal}}\n    {other}\n    p: {{rule: Host(`p`)}}\n"
        );
        said(&["model-name-clash"], &[("traefik.yml", STATIC), ("a.yml", &routers)]).len()
    };
    assert_eq!(clashes("websecure-r: {rule: Host(`b`), service: noop@internal, entryPoints: [web]}"), 1);
    assert_eq!(clashes("websecure-r: {rule: Host(`b`), service: noop@internal}"), 1, "it keeps its name on web");
    assert_eq!(clashes("websecure-r: {rule: Host(`b`), service: noop@internal, parentRefs: [p]}"), 1);
    assert_eq!(clashes("web-r: {rule: Host(`b`), service: noop@internal}"), 0, "web has no model");
}
