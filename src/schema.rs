//! What Traefik's decoder accepts of the dynamic configuration: sections, objects and their fields.
//!
//! Traefik refuses the whole directory for a field that it does not know and for a section that
//! holds nothing; field names match without regard to case.

pub mod scalar;
pub mod time;
pub mod value;

use crate::document::{Document, Kind, Ref};

/// Something for which Traefik refuses the whole directory.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// 1-based line.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The sections of each protocol, with the fields of the objects in them.
const SECTIONS: &[(&str, &str, &[&str])] = &[
    (
        "http",
        "routers",
        &[
            "entryPoints",
            "middlewares",
            "service",
            "rule",
            "parentRefs",
            "ruleSyntax",
            "priority",
            "tls",
            "observability",
            "defaultRule",
            "deniedEncodedPathCharacters",
        ],
    ),
    ("http", "services", &["loadBalancer", "weighted", "mirroring", "failover", "highestRandomWeight", "middlewares"]),
    ("http", "middlewares", &[]),
    ("http", "serversTransports", &[]),
    ("http", "models", &[]),
    ("tcp", "routers", &["entryPoints", "middlewares", "service", "rule", "ruleSyntax", "priority", "tls"]),
    ("tcp", "services", &["loadBalancer", "weighted"]),
    ("tcp", "middlewares", &["inFlightConn", "ipAllowList", "ipWhiteList"]),
    ("tcp", "serversTransports", &[]),
    ("tcp", "models", &[]),
    ("udp", "routers", &["entryPoints", "service"]),
    ("udp", "services", &["loadBalancer", "weighted"]),
    ("tls", "certificates", &[]),
    ("tls", "options", &[]),
    ("tls", "stores", &[]),
];

/// Everything in a file for which Traefik would refuse the directory, as far as sections and objects go.
pub fn faults(document: &Document) -> Vec<Fault> {
    let mut found = Vec::new();
    let Some(root) = document.root() else { return found };
    if root.kind() != Kind::Map {
        return vec![fault(root, "the file is not a mapping of http, tcp, udp and tls".into())];
    }
    for (key, value) in root.fields() {
        let Some(protocol) = key.text().and_then(|k| known(k, SECTIONS.iter().map(|s| s.0))) else { continue };
        if value.is_null() {
            continue;
        }
        if !holds_something(value) {
            found.push(empty(key));
            continue;
        }
        for (key, section) in value.fields() {
            check_section(protocol, key, section, &mut found);
        }
    }
    found
}

fn check_section(protocol: &str, key: Ref<'_>, section: Ref<'_>, found: &mut Vec<Fault>) {
    let sections = SECTIONS.iter().filter(|s| s.0 == protocol);
    let name = key.text().unwrap_or_default();
    if section.is_null() {
        return;
    }
    let Some((_, section_name, fields)) = sections.clone().find(|s| s.1.eq_ignore_ascii_case(name)) else {
        let names: Vec<_> = sections.map(|s| s.1).collect();
        found.push(fault(
            key,
            format!("field not found: {name:?} is no section of {protocol}; there are {}", names.join(", ")),
        ));
        return;
    };
    if *section_name == "certificates" {
        return;
    }
    if !holds_something(section) {
        found.push(empty(key));
        return;
    }
    if section.kind() != Kind::Map {
        found.push(fault(key, format!("{section_name} is not a mapping of names")));
        return;
    }
    for (_, object) in section.fields() {
        for (key, value) in object.resolved().entries().filter(|(key, _)| !key.is_merge_key()) {
            let name = key.text().unwrap_or_default();
            if !fields.is_empty() && !value.is_null() && known(name, fields.iter().copied()).is_none() {
                let what = section_name.trim_end_matches('s');
                found.push(fault(
                    key,
                    format!(
                        "field not found: {name:?} is no field of a {protocol} {what}; there are {}",
                        fields.join(", ")
                    ),
                ));
            }
        }
    }
}

fn known<'n>(name: &str, mut names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names.find(|n| n.eq_ignore_ascii_case(name))
}

/// Null entries vanish before Traefik looks; what is then empty can't stand alone.
fn holds_something(node: Ref<'_>) -> bool {
    match node.kind() {
        // A merge key counts as something: Traefik applies it first, and it can't be empty.
        Kind::Map => node.entries().any(|(_, value)| !value.is_null()),
        Kind::Seq => node.items().next().is_some(),
        _ => false,
    }
}

fn empty(key: Ref<'_>) -> Fault {
    let name = key.text().unwrap_or_default();
    fault(key, format!("{name} cannot be a standalone element: it holds nothing; remove it, or put something in"))
}

fn fault(at: Ref<'_>, message: String) -> Fault {
    Fault { line: at.line(), message }
}

/// A text in quotes as Go's `%q` shows it.
fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => quoted.push_str(&format!("\\x{:02x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
