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
            false => finding.help("mend it: until then Traefik applies nothing of the directory"),
        });
    }
}
