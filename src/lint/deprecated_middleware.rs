//! A type of middleware that has another name now.

use super::{Lint, Subject, middlewares};
use crate::edit::Patch;
use crate::finding::{Finding, Location, Severity};

pub(super) static LINT: Lint = Lint {
    name: "deprecated-middleware",
    severity: Severity::Warning,
    summary: "A type of middleware that has another name now",
    explanation: "ipWhiteList still works, but is called ipAllowList since Traefik 3.0, and a later release will refuse \
                  the old name. Both take the same fields.",
    bad: &[("routes.yml", "http:\n  middlewares:\n    lan:\n      ipWhiteList:\n        sourceRange: 10.0.0.0/8\n")],
    good: &[("routes.yml", "http:\n  middlewares:\n    lan:\n      ipAllowList:\n        sourceRange: 10.0.0.0/8\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, definition, path) in middlewares::each(subject) {
        for (key, value) in definition.value.fields() {
            let Some(text) = key.text().filter(|text| text.eq_ignore_ascii_case("ipWhiteList")) else { continue };
            if value.is_null() {
                continue;
            }
            let says = match kind.as_str() {
                "http" => format!(
                    "Middleware \"{}@file\" of type IPWhiteList is deprecated, please use IPAllowList instead.",
                    definition.name
                ),
                _ => "IPWhiteList is deprecated, please use IPAllowList instead.".to_owned(),
            };
            let patch = Patch::Rename("ipAllowList".into());
            let patch = patch.at([kind.as_str(), "middlewares", definition.name, text]);
            let at = Location::of(definition.file, key.span());
            let finding = lint.at(at, format!("{path}.{text}"), format!("{text} is called ipAllowList now")).says(says);
            let finding = finding.help("rename it to ipAllowList");
            found.push(if definition.direct { finding.fix("rename it to ipAllowList", patch) } else { finding });
        }
    }
}
