//! Texts where mappings belong, and the other way round: Traefik loses them without a word.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::RemarkKind;

pub(super) static LINT: Lint = Lint {
    name: "strings-for-objects",
    severity: Severity::Warning,
    summary: "Texts where mappings belong, or the other way round, which Traefik loses without a word",
    explanation: "A list of objects (servers, certificates, services of weighted) keeps only the mappings in it: of \
                  servers: [\"http://10.0.0.5\"] nothing is left, and the service has no server. A text in place of a router \
                  or service makes an empty one. A mapping in place of a list of texts makes an empty list.",
    bad: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - http://10.0.0.5:3000\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, remark) in subject.loading.remarks() {
        let (message, help) = match &remark.kind {
            RemarkKind::TextForStruct { field } => {
                let first =
                    field.fields.iter().find(|f| matches!(f.name(), "url" | "address" | "name" | "main" | "certFile"));
                let help = first
                    .or(field.fields.first())
                    .map_or(String::new(), |f| format!("write a mapping: {}: …", f.name()));
                (format!("{} takes mappings; Traefik loses this text", field.name()), help)
            }
            RemarkKind::MappingForList { field } => (
                format!("{} takes a list of texts; Traefik makes an empty list of this mapping", field.name()),
                "write a list".into(),
            ),
            RemarkKind::ListForText { field, text } => (
                format!("{} takes one text; of this list Traefik makes {text:?}", field.name()),
                "write one text".into(),
            ),
            _ => continue,
        };
        found.push(lint.at(Location::of(file, remark.span), remark.path.to_string(), message).help(help));
    }
}
