//! Middlewares and TLS options that were given to real Traefiks, and what these said.
//!
//! In the tables a line without indent is a value. Indented below it stands what Traefik 3.7.15 says of it (nothing
//! where it builds it); `RELEASES | WORDS` is what others say; `- RELEASES` are those that refuse the file for it or
//! were not asked.

use super::super::tls_options::tls_options;
use super::{BrokenKind, http, tcp};
use crate::document::{Document, Format};
use crate::release::Release;
use crate::static_config::StaticConfig;
use crate::surroundings::{Named, Surroundings};

const RELEASES: [&str; 7] = ["3.7.15", "3.7.9", "3.7.0", "3.6.15", "3.5.3", "3.3.6", "3.0.4"];

/// The files that stood beside the configuration.
fn surroundings(release: &str) -> Surroundings {
    let mut surroundings = Surroundings::unknown(Release::parse(release).unwrap());
    surroundings.static_config = Some(StaticConfig::default());
    for (name, bytes) in [
        ("bad.pem", &include_bytes!("tests/files/bad.pem")[..]),
        ("bad.txt", include_bytes!("tests/files/bad.txt")),
        ("ca.key", include_bytes!("tests/files/ca.key")),
        ("ca.pem", include_bytes!("tests/files/ca.pem")),
        ("comments.txt", include_bytes!("tests/files/comments.txt")),
        ("crlf.txt", include_bytes!("tests/files/crlf.txt")),
        ("dusers.txt", include_bytes!("tests/files/dusers.txt")),
        ("empty.txt", include_bytes!("tests/files/empty.txt")),
        ("other.key", include_bytes!("tests/files/other.key")),
        ("two.pem", include_bytes!("tests/files/two.pem")),
        ("users.txt", include_bytes!("tests/files/users.txt")),
    ] {
        surroundings.named.insert(name.into(), Named::Read { bytes: bytes.to_vec(), mode: 0o640 });
    }
    for name in ["nope.pem", "nope.key", "nope.txt", "a.pem", "a.key", "x", "", "/nonexistent/x y"] {
        surroundings.named.insert(name.into(), Named::Missing);
    }
    surroundings.named.insert("folder".into(), Named::Unreadable("is a directory".into()));
    surroundings
}

/// What we say of a value.
fn said(table: &str, value: &str, surroundings: &Surroundings) -> String {
    let document = Document::parse(Format::Yaml, format!("m: {value}\n")).unwrap();
    let node = crate::schema::value::field(document.root().unwrap(), "m").unwrap();
    let broken = match table {
        "http" => http("m@file", node, surroundings),
        "tcp" => tcp("m@file", node, surroundings),
        _ => tls_options(node, surroundings),
    };
    let Err(broken) = broken else { return String::new() };
    assert!(broken.at.range().end <= document.source().len(), "{value}");
    broken.says.trim_start_matches("building TLS config: ").to_owned()
}

/// Go 1.25 takes names of classes in any case, older ones do not; here all do.
const FOLDED: &str = r"\\p{greek}";

/// Compares with what Traefik said; `words_count` where every word must be the same, not only the verdict.
fn compare(table: &str, text: &str, words_count: bool) {
    let all: Vec<(&str, Surroundings)> = RELEASES.into_iter().map(|r| (r, surroundings(r))).collect();
    let (mut wrong, mut asked) = (Vec::new(), 0);
    let mut lines = text.lines().peekable();
    while let Some(value) = lines.next() {
        let (mut now, mut others, mut skipped) = ("", Vec::new(), "");
        while let Some(line) = lines.next_if(|line| line.starts_with("  ")) {
            match (line[2..].strip_prefix("- 3."), line.find(" |").filter(|_| line[2..].starts_with("3."))) {
                (Some(_), _) => skipped = &line[4..],
                (_, Some(bar)) => others.push((&line[2..bar], line[bar + 2..].trim_start())),
                _ => now = &line[2..],
            }
        }
        for (release, surroundings) in &all {
            if value.contains(FOLDED) && !surroundings.release.since(6, 0) {
                continue;
            }
            if skipped.split(' ').any(|r| r == *release) {
                continue;
            }
            asked += 1;
            let is_named = |releases: &str| releases.split(' ').any(|r| r == *release);
            let wanted = others.iter().find(|(releases, _)| is_named(releases)).map_or(now, |(_, words)| *words);
            let said = said(table, value, surroundings);
            let differs = match words_count {
                true => said != wanted,
                false => said.is_empty() != wanted.is_empty(),
            };
            if differs {
                wrong.push(format!("{release} {value}\n  Traefik: {wanted}\n  we:      {said}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {asked} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn http_middlewares_are_judged_as_traefik_judges_them() {
    compare("http", include_str!("tests/http.txt"), true);
}

#[test]
fn expressions_are_judged_as_traefik_judges_them() {
    compare("http", include_str!("tests/expressions.txt"), false);
}

#[test]
fn regular_expressions_are_judged_as_traefik_judges_them() {
    compare("http", include_str!("tests/regexps.txt"), false);
}

#[test]
fn tcp_middlewares_are_judged_as_traefik_judges_them() {
    compare("tcp", include_str!("tests/tcp.txt"), true);
}

#[test]
fn tls_options_are_judged_as_traefik_judges_them() {
    compare("tls options", include_str!("tests/tls_options.txt"), true);
}

/// Traefik's panics, each seen alone: it takes up no configuration any more.
#[test]
fn what_makes_traefik_panic_is_told_from_what_it_refuses() {
    let kind = |release: &str, value: &str| {
        let document = Document::parse(Format::Yaml, format!("m: {value}\n")).unwrap();
        let node = document.root().unwrap().field("m").unwrap();
        http("m@file", node, &surroundings(release)).map_err(|broken| broken.kind).err()
    };
    let (no_users, no_pool) = ("{basicAuth: {users: []}}", "{rateLimit: {average: 1, redis: {poolSize: -1}}}");
    for release in ["3.6.11", "3.6.15", "3.6.17", "3.7.0", "3.7.1"] {
        assert_eq!(kind(release, no_users), Some(BrokenKind::Panic), "{release}");
    }
    for release in ["3.6.18", "3.6.24", "3.7.2", "3.7.15"] {
        assert_eq!(kind(release, no_users), Some(BrokenKind::Missing), "{release}");
    }
    assert_eq!(kind("3.6.10", no_users), None);
    for release in ["3.5.3", "3.6.15", "3.7.0", "3.7.15"] {
        assert_eq!(kind(release, no_pool), Some(BrokenKind::Panic), "{release}");
    }
}
