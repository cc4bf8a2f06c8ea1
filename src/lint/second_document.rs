//! A second YAML document in a file.

use super::{Lint, Subject};
use crate::document::{Format, Span};
use crate::finding::{Finding, Location, Severity};

pub(super) static LINT: Lint = Lint {
    name: "second-document",
    severity: Severity::Warning,
    summary: "A second YAML document in a file, which Traefik passes over",
    explanation: "Traefik reads the first YAML document of a file, up to the next line with --- or ..., and nothing behind it; \
                  it does not even look whether that is YAML. If the first is empty, the file says nothing. Put the rest \
                  into a file of its own, or take the line away.",
    bad: &[(
        "routes.yml",
        "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n---\nhttp:\n  middlewares:\n    b:\n      addPrefix:\n        prefix: /b\n",
    )],
    good: &[("routes.yml", "---\nhttp:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, document) in subject.inventory.files().iter().enumerate().filter_map(|(at, f)| Some((at, f.document()?)))
    {
        let end = document.body().end as usize;
        let rest = document.source().get(end..).unwrap_or_default();
        let says_something = |line: &str| {
            let line = line.trim();
            !(line.is_empty() || line.starts_with('#') || line == "---" || line == "..." || line == "null")
        };
        if document.format() == Format::Yaml && rest.lines().any(says_something) {
            let marker = rest.lines().next().unwrap_or_default().len();
            let at = Location::of(file, Span::new(end, end + marker));
            let finding = lint.at(at, "", "a second YAML document begins here, which Traefik passes over");
            found.push(finding.help("put it into a file of its own, or take this line away"));
        }
    }
}
