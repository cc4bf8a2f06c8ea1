//! Tests over the table of lints: sorted, documented, and every example does what it says.

use super::*;
use crate::document::{Document, Format};
use crate::inventory::{Content, File, Inventory};
use crate::judge::judge;
use crate::release::Release;
use crate::static_config::StaticConfig;
use crate::surroundings::{Entry, EntryKind, LinkTarget, Named, Surroundings};

/// What is found in an example.
fn findings(example: Example) -> Vec<Finding> {
    let mut surroundings = Surroundings::unknown(Release::parse("3.7").unwrap());
    surroundings.now = 1_790_000_000;
    let mut files = Vec::new();
    for (name, text) in example {
        if *name == "traefik.yml" {
            surroundings.static_config = Some(StaticConfig::parse(Format::Yaml, (*text).into(), None).unwrap());
            continue;
        }
        let (name, target) = name.split_once(" -> ").map_or((*name, None), |(name, target)| (name, Some(target)));
        let (path, mode) = match name.split_once(" (") {
            Some((path, mode)) => (path, u32::from_str_radix(mode.trim_end_matches(')'), 8).unwrap()),
            None => (name, 0o640),
        };
        let kind = match target {
            None => EntryKind::File,
            Some(target) => EntryKind::Link { target: target.into(), leads_to: LinkTarget::Nothing },
        };
        match (Format::of(path), target) {
            (None, None) if !path.contains('~') => {
                let named = Named::Read { bytes: text.as_bytes().to_vec(), mode };
                surroundings.named.insert(path.into(), named);
            }
            (Some(format), None) => {
                let content = match Document::parse(format, (*text).into()) {
                    Ok(document) => Content::Parsed(document),
                    Err(e) => Content::Broken { source: (*text).into(), line: e.line, at: 0, message: e.message },
                };
                files.push(File { path: path.into(), content });
                surroundings.entries.push(Entry { path: path.into(), kind, mode });
            }
            _ => surroundings.entries.push(Entry { path: path.into(), kind, mode }),
        }
    }
    judge(&Inventory::of(&files), &surroundings).findings
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
