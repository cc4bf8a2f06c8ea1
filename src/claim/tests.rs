use super::Why::{SameHost, UnclearRule, UnderWildcard, WildcardOver};
use super::*;
use crate::document::Format;
use crate::inventory::File;
use crate::release::Release;
use crate::static_config::Reading;

fn file(text: &str) -> File {
    File { path: "others.yml".into(), content: Content::of(Format::Yaml, text.to_owned()) }
}

fn asked(files: &[File], hosts: &[&str], entry_points: &[&str], surroundings: &Surroundings) -> Option<Why> {
    let inventory = Inventory::of(files);
    let hosts: Vec<Host> = hosts.iter().map(|host| host.parse().expect(host)).collect();
    let entry_points: Vec<_> = entry_points.iter().map(|name| name.parse().expect(name)).collect();
    let claim = Claim { hosts: &hosts, entry_points: &entry_points, surroundings };
    Routers::of(&inventory).taken(&claim, |_, name| name.starts_with("own")).map(|taken| taken.why)
}

/// Why a host is taken where there is one other router.
fn why_in(kind: Kind, rule: &str, more: &str, host: &str) -> Option<Why> {
    let rule = rule.replace('\'', "''");
    let other = file(&format!("{kind}:\n  routers:\n    r:\n      rule: '{rule}'\n      service: s\n{more}"));
    asked(&[other], &[host], &[], &Surroundings::unknown(Release::NEWEST))
}

fn http(rule: &str, host: &str) -> Option<Why> {
    why_in(Kind::Http, rule, "", host)
}

fn tcp(rule: &str, host: &str) -> Option<Why> {
    why_in(Kind::Tcp, rule, "      tls: {passthrough: true}\n", host)
}

fn v2(rule: &str, host: &str) -> Option<Why> {
    why_in(Kind::Http, rule, "      ruleSyntax: v2\n", host)
}

#[test]
fn names_are_compared_as_traefik_compares_them() {
    for (rule, host, expected) in [
        ("Host(`a.x`)", "a.x", Some(SameHost)),
        ("Host(`a.x`)", "b.x", None),
        ("Host(`A.X.`)", "a.x", Some(SameHost)),
        ("host (\"a.x\")", "a.x", Some(SameHost)),
        ("HOST(\"\\x61.x\")", "a.x", Some(SameHost)),
        ("Host(`*.x`)", "a.x", Some(WildcardOver)),
        ("Host(`*.x`)", "b.a.x", None),
        ("Host(`*.x`)", "x", None),
        ("Host(`a.x`)", "*.x", Some(UnderWildcard)),
        ("Host(`b.a.x`)", "*.x", None),
        ("Host(`*.x`)", "*.x", Some(SameHost)),
        ("Host(`*.a.x`)", "*.x", None),
        ("Host(`a.x:80`)", "a.x", None),
        ("Host(`a.x`) && PathPrefix(`/api`)", "a.x", Some(SameHost)),
        ("Host(`a.x`) && Header(`k`, `v`) && ClientIP(`::1`)", "a.x", Some(SameHost)),
        ("Host(`a.x`) && Host(`b.x`)", "a.x", None),
        ("Host(`b.x`) || Path(`/`) && Host(`a.x`)", "a.x", Some(SameHost)),
    ] {
        assert_eq!(http(rule, host), expected, "{rule} for {host}");
    }
}

#[test]
fn who_asks_for_no_host_holds_none() {
    for rule in [
        "PathPrefix(`/`)",
        "Path(`/x`) && Method(`GET`)",
        "Host(`*`)",
        "HostRegexp(`.+`)",
        "HostRegexp(`^.*$`) && !PathPrefix(`/x`)",
        "!Host(`b.x`)",
        "!Host(`a.x`)",
        "!HostRegexp(`\\bb`)",
        "Header(`X-Forwarded-Host`, `b.x`)",
        "Host(`b.x`) || PathPrefix(`/.well-known/`)",
        "PathPrefix(`/`) && !(Host(`b.x`) && Path(`/y`))",
    ] {
        assert_eq!(http(rule, "a.x"), None, "{rule}");
    }
    assert_eq!(http("Host(`b.x`) || PathPrefix(`/p`)", "b.x"), Some(SameHost));
    assert_eq!(http("!(!Host(`a.x`) || Path(`/`))", "a.x"), Some(SameHost));
    assert_eq!(tcp("HostSNI(`*`)", "a.x"), None);
    assert_eq!(tcp("HostSNIRegexp(`.*`) && ALPN(`h2`)", "a.x"), None);
}

/// Each was answered by Traefik 3.6.15 or in the syntax of Traefik 2, where ``Host(`*`)`` and capitals never match.
#[test]
fn what_matches_in_some_releases_only_hides_nothing() {
    for (rule, host) in [
        ("Host(`*`) || Host(`a.x`)", "a.x"),
        ("HostRegexp(`\\.x$`) || Host(`*`)", "a.x"),
        ("!(!Method(`GET`)) && !Host(`*`) && HostRegexp(`^a[^0-9]?1?\\.`)", "a.x"),
        ("HostRegexp(`\\.x$`) && !Host(`A.x`)", "a.x"),
        ("HostRegexp(`\\.x$`) && !Host(`*.x`)", "a.x"),
    ] {
        assert!(http(rule, host).is_some(), "{rule}");
    }
    assert_eq!(v2("(HostHeader(`a.x`) || Host(`c.x`)) && !HostHeader(`*`, `b.x`)", "a.x"), Some(SameHost));
}

#[test]
fn exceptions_are_nobodys() {
    assert_eq!(http("HostRegexp(`^.+\\.x$`) && !Host(`a.x`)", "a.x"), None);
    assert_eq!(http("HostRegexp(`^.+\\.x$`) && !Host(`a.x`)", "b.x"), Some(WildcardOver));
    assert_eq!(http("Host(`*.x`) && !Host(`a.x`)", "*.x"), Some(SameHost));
    // of `a.x.` it can't be told
    assert!(http("HostRegexp(`x`) && !HostRegexp(`^a\\.x$`)", "a.x").is_some());
}

#[test]
fn regular_expressions_are_read() {
    for (regexp, host, expected) in [
        (r"^[^.]+\.x$", "a.x", Some(WildcardOver)),
        (r"^[^.]+\.x$", "b.a.x", None),
        (r"^(.+\.)?x\.com$", "x.com", Some(WildcardOver)),
        (r"^(.+\.)?x\.com$", "ax.com", None),
        (r"^a[0-9]{2,3}\.x$", "a12.x", Some(WildcardOver)),
        (r"^a[0-9]{2,3}\.x$", "a1.x", None),
        (r"^a[0-9]{2,3}\.x$", "*.x", Some(WildcardOver)),
        (r"^a[0-9]{2,3}\.x$", "*.y", None),
        (r"^(www|app)\.", "app.x", Some(WildcardOver)),
        (r"^(www|app)\.", "api.x", None),
        (r"a\.x", "ba.xy", Some(WildcardOver)),
        (r"(?i)^A\.x$", "a.x", Some(WildcardOver)),
        (r"^[^a]\.x$", "a.x", None),
        (r"^[^A]\.x$", "a.x", Some(WildcardOver)),
        (r"\.$", "a.x", Some(WildcardOver)),
        (r"^\w+\.x\.?$", "a.x", Some(WildcardOver)),
        (r"^{sub:[a-z]+}\.x$", "a.x", None),
        (r"\ba", "b.x", Some(UnclearRule)),
        (r"^\p{Greek}", "b.x", Some(UnclearRule)),
        (r"[[:alpha:]]", "1", Some(UnclearRule)),
        (r"(", "a.x", Some(UnclearRule)),
    ] {
        assert_eq!(http(&format!("HostRegexp(`{regexp}`)"), host), expected, "{regexp} for {host}");
        assert_eq!(tcp(&format!("HostSNIRegexp(`{regexp}`)"), host), expected, "{regexp} for {host}");
    }
    let deep = "(".repeat(10_000);
    assert_eq!(http(&format!("HostRegexp(`{deep}`)"), "a.x"), Some(UnclearRule));
    let long = format!("HostRegexp(`{}`)", "(a|b|(c*)*){900}".repeat(50));
    assert_eq!(http(&long, &"a.".repeat(100)), Some(UnclearRule));
}

#[test]
fn traefik_2_is_understood() {
    for (rule, host, expected) in [
        ("Host(`b.x`, `a.x`)", "a.x", Some(SameHost)),
        ("HostHeader(`a.x`)", "a.x", Some(SameHost)),
        ("HostRegexp(`{sub:[a-z]+}.x`)", "a.x", Some(WildcardOver)),
        ("HostRegexp(`{sub:[a-z]+}.x`)", "1.x", None),
        ("HostRegexp(`{sub}.x`)", "b.a.x", None),
        ("HostRegexp(`a.x`, `c.x`)", "a.x", Some(WildcardOver)),
        ("HostRegexp(`a.x`)", "ba.x", None),
        ("HostRegexp(`{any:.+}`)", "a.x", None),
        ("Headers(`X-Forwarded-Host`, `a.x`)", "a.x", Some(SameHost)),
    ] {
        assert_eq!(v2(rule, host), expected, "{rule} for {host}");
    }
    // What is left of Traefik 2 is disabled today, and still names its hosts.
    assert_eq!(http("Host(`b.x`, `a.x`)", "a.x"), Some(SameHost));
    assert_eq!(http("Host(`b.x`, `a.x`)", "c.x"), None);
}

#[test]
fn what_cannot_be_read_is_taken() {
    for rule in ["Host(`b.x`", "b.x", "Hots(`b.x`)"] {
        assert_eq!(http(rule, "a.x"), Some(UnclearRule), "{rule}");
    }
    let unknown = Surroundings::unknown(Release::NEWEST);
    let asked = |text: &str| asked(&[file(text)], &["a.x"], &[], &unknown);
    assert_eq!(asked("# {{ env `A` }}\n"), Some(Why::Template));
    assert_eq!(asked("http: [\n"), Some(Why::BrokenFile));
    assert_eq!(asked("http:\n  routers:\n    r:\n      rule: [a]\n"), Some(UnclearRule));
    for never in ["service: s", "rule: ''", "rule:"] {
        assert_eq!(asked(&format!("http:\n  routers:\n    r:\n      {never}\n")), None);
    }
}

#[test]
fn the_host_that_traefik_tells_in_a_header_is_the_host() {
    assert_eq!(http("Header(`x-forwarded-host`, `A.x:8080`)", "a.x"), Some(SameHost));
    assert_eq!(http("HeaderRegexp(`X-Forwarded-Host`, `^a`)", "b.x"), Some(UnclearRule));
}

#[test]
fn own_routers_never_clash() {
    let own =
        "http:\n  routers:\n    own.a: {rule: Host(`a.x`), service: s}\n    own.w: {rule: Host(`*.x`), service: s}\n";
    let unknown = Surroundings::unknown(Release::NEWEST);
    assert_eq!(asked(&[file(own)], &["a.x", "*.x"], &[], &unknown), None);
    assert_eq!(asked(&[file(&own.replace("own.w", "w"))], &["b.y", "a.x"], &[], &unknown), Some(WildcardOver));
}

#[test]
fn a_definition_that_comes_second_does_not_count() {
    let first = file("http:\n  routers:\n    r: {rule: Host(`b.x`), service: s}\n");
    let second = file("http:\n  routers:\n    r: {rule: Host(`a.x`), service: s}\n");
    let files = [first, second];
    let unknown = Surroundings::unknown(Release::NEWEST);
    assert_eq!(asked(&files, &["a.x"], &[], &unknown), None);
    assert_eq!(asked(&files, &["b.x"], &[], &unknown), Some(SameHost));
}

#[test]
fn routers_meet_on_entry_points() {
    let yaml = "entryPoints:\n  web: {address: ':80'}\n  own: {address: ':81', asDefault: true}\n  dns: {address: ':53/udp'}\n";
    let mut known = Surroundings::unknown(Release::NEWEST);
    let unknown = Surroundings::unknown(Release::NEWEST);
    known.static_config = Reading::of_file(Format::Yaml, yaml).config;
    let asked = |theirs: &str, more: &str, ours: &[&str], of: &Surroundings| {
        let text = format!("tcp:\n  routers:\n    r: {{rule: HostSNI(`a.x`), tls: {{}}, service: s{theirs}{more}}}\n");
        asked(&[file(&text)], &["a.x"], ours, of).is_some()
    };
    for (theirs, ours, when_known, when_not) in [
        (", entryPoints: [web]", &["web"][..], true, true),
        (", entryPoints: [web, own]", &["own"], true, true),
        (", entryPoints: [web]", &["own"], false, false),
        (", entryPoints: [web]", &[], false, true),
        ("", &["web"], false, true),
        ("", &["own"], true, true),
        ("", &[], true, true),
        (", entryPoints: [dns]", &["dns"], false, true),
    ] {
        assert_eq!(asked(theirs, "", ours, &known), when_known, "{theirs} {ours:?}");
        assert_eq!(asked(theirs, "", ours, &unknown), when_not, "{theirs} {ours:?}");
    }
}

#[test]
fn a_router_below_another_counts_where_that_one_listens() {
    let mut known = Surroundings::unknown(Release::NEWEST);
    let yaml = "entryPoints:\n  web: {address: ':80'}\n  own: {address: ':81'}\n";
    known.static_config = Reading::of_file(Format::Yaml, yaml).config;
    let text = "http:\n  routers:\n    top: {rule: PathPrefix(`/`), entryPoints: [web]}\n    \
                mid: {rule: PathPrefix(`/`), parentRefs: [top]}\n    r: {rule: Host(`a.x`), parentRefs: PARENTS, service: s}\n";
    for (parents, on_web, on_own) in [
        ("[top]", Some(SameHost), None),
        ("[top@file]", Some(SameHost), None),
        ("[mid]", Some(SameHost), Some(SameHost)),
        ("[top, else@docker]", Some(SameHost), Some(SameHost)),
        ("[lost]", Some(SameHost), Some(SameHost)),
    ] {
        let files = [file(&text.replace("PARENTS", parents))];
        assert_eq!(asked(&files, &["a.x"], &["web"], &known), on_web, "{parents}");
        assert_eq!(asked(&files, &["a.x"], &["own"], &known), on_own, "{parents}");
    }
}

#[test]
fn many_routers_are_looked_at_in_a_moment() {
    use std::fmt::Write;
    let mut text = String::from("http:\n  routers:\n");
    for at in 0..20_000 {
        writeln!(text, "    r{at}: {{rule: Host(`h{at}.x`), service: s}}").expect("text");
    }
    let files = [file(&text)];
    let unknown = Surroundings::unknown(Release::NEWEST);
    assert_eq!(asked(&files, &["h19999.x"], &[], &unknown), Some(SameHost));
    assert_eq!(asked(&files, &["h20000.x"], &[], &unknown), None);
}
