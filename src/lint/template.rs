//! A file that is a Go template.

use super::{Lint, Subject};
use crate::document::{Span, template_at};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Content;

pub(super) static LINT: Lint = Lint {
    name: "template",
    severity: Severity::Warning,
    summary: "A file that is a Go template, of which only Traefik can say what it holds",
    explanation: "Traefik runs every file with two opening braces, even in a comment, as a Go template before it reads it. What \
                  comes out depends on the machine that it runs on, so such a file is not judged and the verdict is \
                  unknown; the other files are judged all the same.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: '{{ env \"PREFIX\" }}'\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    a:\n      addPrefix:\n        prefix: /a\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, content) in subject.inventory.files().iter().map(|file| &file.content).enumerate() {
        let Content::Template { source, .. } = content else { continue };
        let Some(start) = template_at(source) else { continue };
        let line = source[start..].lines().next().unwrap_or_default();
        let end = start + line.find("}}").map_or(2, |at| at + 2);
        let at = Location::of(file, Span::new(start, end));
        let finding = lint.at(at, "", "this file is a Go template; what Traefik makes of it can't be said from here");
        found.push(finding.help("write {{ `{{` }} where two braces are meant as text"));
    }
}
