//! A copy, backup or temporary file that Traefik loads like any other.

use super::loaded::{base_name, loaded};
use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::surroundings::{EntryKind, LinkTarget};

pub(super) static LINT: Lint = Lint {
    name: "editor-file",
    severity: Severity::Warning,
    summary: "A copy, backup or temporary file that Traefik loads like any other",
    explanation: "Traefik loads every file whose name ends in .yml, .yaml or .toml, hidden ones too. A backup of a file \
                  defines everything twice, and the one whose name comes first counts; a file that is half written can \
                  stop the whole directory from loading. Names such as routes.yml~ and routes.yml.bak are safe.",
    bad: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("routes.bak.yml", ""),
    ],
    good: &[
        ("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n"),
        ("routes.yml.bak", ""),
    ],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for file in loaded(subject) {
        if matches!(file.entry.kind, EntryKind::Link { leads_to: LinkTarget::Nothing, .. }) {
            continue;
        }
        if let Some(what) = looks_like(base_name(&file.entry.path)) {
            let message = format!("this looks like {what}, and Traefik loads it");
            let help = "remove it, or give it a name that does not end in .yml, .yaml or .toml";
            found.push(lint.at(Location::file(file.file), "", message).help(help));
        }
    }
}

/// What a file of this name most likely is, if it is not a configuration.
fn looks_like(name: &str) -> Option<&'static str> {
    const BACKUPS: [&str; 7] = [".bak", ".backup", ".old", ".orig", ".save", ".dist", "~"];
    const COPIES: [&str; 4] = [" copy", "-copy", "_copy", ")"];
    const TEMPORARY: [&str; 4] = [".tmp", ".temp", ".swp", ".new"];
    const OWN_PREFIXES: [(&str, &str); 7] = [
        (".#", "a lock of Emacs"),
        ("#", "an automatic copy of Emacs"),
        ("._", "the companion that macOS makes of a file"),
        (".goutputstream", "a temporary file of a desktop"),
        (".nfs", "a deleted file that is still open over NFS"),
        (".~lock", "a lock of an editor"),
        (".fuse_hidden", "a deleted file that is still open"),
    ];
    let lower = name.to_ascii_lowercase();
    let stem = lower.rsplit_once('.').map_or(lower.as_str(), |(stem, _)| stem);
    let inner = [".yml", ".yaml", ".toml"].iter().find_map(|extension| stem.strip_suffix(extension)).unwrap_or(stem);
    let ends = |endings: &[&str]| endings.iter().any(|ending| stem.ends_with(ending) || inner.ends_with(ending));
    if let Some((_, what)) = OWN_PREFIXES.iter().find(|(prefix, _)| lower.starts_with(prefix)) {
        Some(what)
    } else if ends(&BACKUPS) {
        Some("a backup")
    } else if ends(&TEMPORARY) {
        Some("a temporary file")
    } else if stem.starts_with("copy of ") || ends(&COPIES[..3]) || stem.ends_with(COPIES[3]) && stem.contains(" (") {
        Some("a copy")
    } else if stem.contains(".sync-conflict-") || stem.contains(" conflicted copy") {
        Some("a copy that a synchroniser made of a conflict")
    } else if lower.starts_with('.') {
        Some("a hidden file")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like;

    #[test]
    fn odd_names_are_told_from_plain_ones() {
        for name in [
            ".#a.yml",
            ".a.tmp.yml",
            "a~.yml",
            "#a.yml",
            "a.bak.yml",
            "a (copy).yml",
            "a (1).yml",
            ".routes.yml.swp.yml",
            "a.orig.yml",
            "Copy of a.yml",
            "._a.yml",
            ".goutputstream-X.yml",
            ".nfs0001.yml",
            ".yml",
            "a.OLD.TOML",
            "a copy.yml",
            "a.sync-conflict-20260101-x.yml",
        ] {
            assert!(looks_like(name).is_some(), "{name}");
        }
        for name in ["routes.yml", "old.yml", "copy.yml", "app(web).yml", "new.toml", "a.b.yaml", "bak.yml", "10.yml"] {
            assert_eq!(looks_like(name), None, "{name}");
        }
    }
}
