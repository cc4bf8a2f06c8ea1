//! A file that is no YAML or TOML.

use super::{Lint, Subject};
use crate::document::Span;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Content;

pub(super) static LINT: Lint = Lint {
    name: "syntax-error",
    severity: Severity::Error,
    summary: "A file that can't be read as YAML or TOML",
    explanation: "Traefik refuses the whole directory for one file that it can't read: at a reload it keeps what it had, at a \
                  start it has nothing. Its YAML is stricter than some: no tabs for indentation, no key twice, no text that \
                  begins with @ or a backtick without quotes.",
    bad: &[("routes.yml", "http:\n\trouters:\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, content) in subject.inventory.files().iter().map(|file| &file.content).enumerate() {
        // A file that can't even be opened is told by the lints of links and permissions.
        let Content::Broken { source, at, message, line, says } = content else { continue };
        if *line == 0 {
            continue;
        }
        let start = source.floor_char_boundary(*at as usize);
        let width = source[start..].chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
        let finding = lint.at(Location::of(file, Span::new(start, start + width)), "", message.clone());
        let finding = match says {
            Some(words) => finding.says(words),
            None => finding,
        };
        found.push(match source.is_empty() {
            true => finding,
            false => finding.help(cure(source, start)),
        });
    }
}

/// What to do, where the character at the fault tells.
fn cure(source: &str, at: usize) -> &'static str {
    let before = source[..at].trim_end_matches(' ');
    match source.as_bytes().get(at) {
        Some(b'?') if before.len() == at && !before.ends_with(['{', '[', ',', '\n']) => {
            "put the whole text in quotes: within braces and brackets a ? ends it"
        }
        Some(b'\t') => "indent with spaces: YAML takes no tabs there",
        _ => "mend it: until then Traefik applies nothing of the directory",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_mistakes_have_a_cure() {
        assert!(cure("{url: http://a/?x=1}", 15).starts_with("put the whole text in quotes"));
        assert!(cure("a:\n\tb: 1", 3).starts_with("indent with spaces"));
        assert!(cure("a: [", 3).starts_with("mend it"));
    }
}
