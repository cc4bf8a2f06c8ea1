//! What keeps the tree in order: layers, sizes, and generated files that are fresh.

use crate::support::place::Place;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every Rust file below a folder: its path from there, without the extension, and its text.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let top = repository().join(folder);
    let mut found = BTreeMap::new();
    let mut folders = vec![top.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().is_some_and(|e| e == "rs") {
                true => {
                    let name = path.strip_prefix(&top).unwrap().with_extension("");
                    found.insert(name.to_str().unwrap().to_owned(), text(&path));
                }
                false if path.is_dir() => folders.push(path),
                false => {}
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// Code without its comments and its tests, which stand at the end.
fn code(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| line.to_owned() + "\n").collect()
}

fn is_test(module: &str) -> bool {
    module.ends_with("tests")
}

/// Modules at the top of the crate that a module names, by `crate::X`, `crate::{X, …}`, `cloudlunacy::X`, and `super::X`
/// where that is the crate.
fn used(module: &str, code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let up = "super::".repeat(module.split('/').count());
    for (at, prefix) in
        code.match_indices("crate::").chain(code.match_indices("cloudlunacy::")).chain(code.match_indices(&up))
    {
        let rest = &code[at + prefix.len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => first_words(group),
            None => vec![word(rest)],
        };
        used.extend(names);
    }
    used
}

/// The first word of each item of `a::{b, c}, d}`.
fn first_words(group: &str) -> Vec<String> {
    let (mut depth, mut words, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                words.push(word(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    words
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The layers, lowest first. A module may use what stands in lower layers and, in its own, what stands before it.
const LAYERS: &[(&str, &[&str])] = &[
    ("speech", &["error"]),
    (
        "core",
        &[
            "golang",
            "name",
            "delta",
            "hash",
            "release",
            "certificate",
            "document",
            "rule",
            "schema",
            "static_config",
            "surroundings",
            "inventory",
            "edit",
            "finding",
            "named",
            "runtime",
            "lint",
            "judge",
            "compare",
            "token",
            "grant",
            "claim",
            "route",
            "agent",
            "settings",
            "secret",
            "plan",
        ],
    ),
    ("effects", &["store", "authority", "registry", "git", "trust", "live", "probe", "join"]),
    ("edges", &["register", "cli", "command", "render", "terminal", "main"]),
];

/// Pairs that name each other across the order: the arguments complete names of routes, which takes a command.
const EXCEPTIONS: &[(&str, &str)] = &[("cli", "command")];

#[test]
fn dependencies_point_one_way() {
    let order: Vec<&str> = LAYERS.iter().flat_map(|(_, modules)| modules.iter().copied()).collect();
    let place = |module: &str| order.iter().position(|m| *m == module);
    for (module, source) in sources("src") {
        let top = module.split('/').next().unwrap();
        if is_test(&module) || top == "lib" {
            continue;
        }
        let own = place(top).unwrap_or_else(|| panic!("src/{top}.rs is in no layer: put it into LAYERS"));
        for other in used(&module, &code(&source)) {
            let allowed = place(&other).is_none_or(|at| at <= own) || EXCEPTIONS.contains(&(top, &other));
            assert!(allowed, "src/{module}.rs uses {other}, which is above {top}");
        }
    }
}

#[test]
fn the_core_has_no_effects() {
    let core = LAYERS[0].1.iter().chain(LAYERS[1].1);
    let effects = [
        "std::fs",
        "std::net::Tcp",
        "std::net::Udp",
        "std::time::SystemTime",
        "std::time::Instant",
        "std::env",
        "std::process",
        "std::io::",
        "rustix",
        "println!",
        "eprintln!",
        "print!(",
    ];
    for module in core {
        for (path, source) in sources("src").iter().filter(|(path, _)| path.split('/').next() == Some(*module)) {
            for effect in effects {
                assert!(is_test(path) || !code(source).contains(effect), "src/{path}.rs is core, and uses {effect}");
            }
        }
    }
}

#[test]
fn only_the_doors_touch_the_disk() {
    let doors = [
        "authority",
        "store",
        "git",
        "join/files",
        "live",
        "probe",
        "command/context",
        "command/diff",
        "command/init",
        "command/man",
        "command/static_source",
        "command/validate/places",
        "register/http/listen",
        "register/http/tls",
        "terminal",
        "main",
    ];
    for (path, source) in sources("src") {
        let is_door =
            doors.iter().any(|door| path == *door || path.strip_prefix(door).is_some_and(|rest| rest.starts_with('/')));
        let code = code(&source);
        for effect in ["std::fs", "rustix::fs", "File::open", "std::net::Tcp"] {
            assert!(is_door || is_test(&path) || !code.contains(effect), "src/{path}.rs uses {effect}");
        }
        for print in ["println!", "print!(", "dbg!"] {
            assert!(!code.contains(print), "src/{path}.rs prints by itself");
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests/it"] {
        for (path, source) in sources(folder) {
            let most = if is_test(&path) { 500 } else { 400 };
            let lines = source.lines().count();
            if lines > most {
                wrong.push(format!("{folder}/{path}.rs has {lines} lines; at most {most} are easy to read"));
            }
            if !is_test(&path) && !source.starts_with("//!") {
                wrong.push(format!("{folder}/{path}.rs does not begin by saying what it is (//!)"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_to_do() {
    for folder in ["src", "tests/it"] {
        for (path, source) in sources(folder) {
            for note in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")] {
                assert!(!source.contains(note), "{folder}/{path}.rs holds a {note}");
            }
        }
    }
}

#[test]
fn error_codes_are_unique_and_kebab_case() {
    let source = text("src/error.rs");
    let table = source.split("pub fn as_str").nth(1).unwrap().split("pub fn exit_code").next().unwrap();
    let codes: Vec<&str> = table.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next()).collect();
    assert!(codes.len() > 15);
    let unique: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(unique.len(), codes.len(), "{codes:?}");
    for code in codes {
        let kebab = code
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        assert!(kebab, "{code}");
    }
}

#[test]
fn the_crates_that_others_rely_on_are_named() {
    let manifest = text("Cargo.toml");
    for name in [
        "clap",
        "serde",
        "serde_yaml",
        "toml_edit",
        "anyhow",
        "comfy-table",
        "dialoguer",
        "fs2",
        "similar",
        "assert_cmd",
    ] {
        assert!(
            manifest.lines().any(|line| line.starts_with(&format!("{name} = "))),
            "Cargo.toml does not name {name}"
        );
    }
}

#[test]
fn completions_are_fresh() {
    for (shell, file) in [("bash", "cloudlunacy.bash"), ("zsh", "_cloudlunacy"), ("fish", "cloudlunacy.fish")] {
        let now = Place::new().ok(&["completions", shell]);
        let stale = format!("stale: cargo run -- completions {shell} > completions/{file}");
        assert!(
            std::fs::read_to_string(repository().join("completions").join(file)).unwrap_or_default() == now,
            "{stale}"
        );
    }
}

#[test]
fn manual_pages_are_fresh() {
    let place = Place::new();
    place.ok(&["man", "man"]);
    let read = |folder: PathBuf| -> BTreeMap<String, String> {
        let files: Vec<PathBuf> =
            std::fs::read_dir(&folder).map(|d| d.map(|e| e.unwrap().path()).collect()).unwrap_or_default();
        files.iter().map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), text(path))).collect()
    };
    let now = read(place.top().join("man"));
    assert!(now.contains_key("cloudlunacy.1") && now.contains_key("cloudlunacy-route-add.1"));
    let kept = read(repository().join("man"));
    let differ: Vec<&String> = now.keys().chain(kept.keys()).filter(|name| now.get(*name) != kept.get(*name)).collect();
    assert!(differ.is_empty(), "stale: rm -r man; cargo run -- man man   ({differ:?})");
}

#[test]
fn manual_pages_render_without_warnings() {
    for entry in std::fs::read_dir(repository().join("man")).unwrap() {
        let page = entry.unwrap().path();
        assert!(text(&page).is_ascii(), "{}: not every reader of manual pages takes UTF-8", page.display());
        // Where there is no groff, `.ci` has one.
        let Ok(output) = Command::new("groff").args(["-man", "-ww", "-z", "-Tascii"]).arg(&page).output() else {
            continue;
        };
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{}: {said}", page.display());
    }
}

/// The commands in the README's code blocks that begin with `cloudlunacy`.
#[test]
fn commands_in_the_readme_exist() {
    let Ok(readme) = std::fs::read_to_string(repository().join("README.md")) else { return };
    let place = Place::new();
    for line in readme.lines() {
        let line = line.trim_start().trim_start_matches("$ ");
        let Some(rest) = line.strip_prefix("cloudlunacy ").or_else(|| line.strip_prefix("cargo run -- ")) else {
            continue;
        };
        // Words of the command come before anything that can't be one.
        let words: Vec<&str> = rest
            .split_whitespace()
            .take_while(|w| w.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !w.starts_with('-'))
            .take(2)
            .collect();
        let Some(first) = words.first() else { continue };
        let known = place.run(&[first, "--help"]);
        assert_eq!(known.code, 0, "README.md: {line}\n{}", known.err);
        if let Some(second) = words.get(1).filter(|_| *first == "route") {
            let known = place.run(&[first, second, "--help"]);
            assert_eq!(known.code, 0, "README.md: {line}\n{}", known.err);
        }
    }
}

/// The numbers in the name of a test of promises.
fn promises(name: &str) -> impl Iterator<Item = usize> {
    name.split('_').map_while(|word| word.parse().ok())
}

#[test]
fn every_promise_has_a_test_that_is_named_after_it() {
    let readme = text("README.md");
    let section = readme.split("\n## What it promises").nth(1).unwrap().split("\n## ").next().unwrap();
    let numbered = section.lines().filter_map(|line| line.split_once(". **")?.0.parse::<usize>().ok());
    let numbered: Vec<usize> = numbered.collect();
    assert_eq!(numbered, (1..=numbered.len()).collect::<Vec<_>>(), "README.md numbers its promises from 1 on");
    let mut tested = BTreeSet::new();
    for folder in ["src", "tests/it"] {
        for source in sources(folder).values() {
            tested.extend(source.split("fn promise_").skip(1).flat_map(promises));
        }
    }
    assert_eq!(tested, numbered.into_iter().collect::<BTreeSet<_>>(), "promises that are tested, and that are made");
}
