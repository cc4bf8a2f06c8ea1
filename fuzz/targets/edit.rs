//! Any text at all: it is parsed or refused, never a panic; and what is parsed survives that a
//! route is added and removed again, byte for byte.

#![no_main]

use cloudlunacy::document::{Document, Format};
use cloudlunacy::edit::{Patch, Value, apply};
use libfuzzer_sys::fuzz_target;

const NAME: &str = "new.example.com";

fn add() -> Patch {
    let router = Value::Map(vec![("rule".into(), Value::str("Host(`new.example.com`)")), ("service".into(), Value::str(NAME))]);
    let servers = Value::List(vec![Value::Map(vec![("url".into(), Value::str("http://10.0.0.5:3000"))])]);
    let service = Value::Map(vec![("loadBalancer".into(), Value::Map(vec![("servers".into(), servers)]))]);
    Patch::Set(router).at(["http", "routers", NAME]).and(Patch::Set(service).at(["http", "services", NAME]))
}

fn remove() -> Patch {
    Patch::Remove.at(["http", "routers", NAME]).and(Patch::Remove.at(["http", "services", NAME]))
}

/// Whether a section stands there without anything in it: it would go with the last entry put into it.
fn has_hollow_section(document: &Document) -> bool {
    let Some(root) = document.root() else { return false };
    let hollow = |node: cloudlunacy::document::Ref<'_>| node.fields().is_empty();
    root.fields().iter().any(|(_, http)| hollow(*http) || http.fields().iter().any(|(_, section)| hollow(*section)))
}

fuzz_target!(|data: &[u8]| {
    let Some((first, text)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let format = if first % 2 == 0 { Format::Yaml } else { Format::Toml };
    let Ok(document) = Document::parse(format, text.to_owned()) else { return };
    if has_hollow_section(&document) || text.contains(NAME) {
        return;
    }
    let Ok(added) = apply(&document, &add()) else { return };
    let removed = apply(&added, &remove()).unwrap_or_else(|refusal| panic!("{refusal}\n{}", added.source()));
    assert_eq!(removed.source(), text, "by way of\n{}", added.source());
});
