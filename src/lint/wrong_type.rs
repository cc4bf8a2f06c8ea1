//! A value that its field can't take.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::schema::FaultKind;
use crate::schema::table::{Field, Type};

pub(super) static LINT: Lint = Lint {
    name: "wrong-type",
    severity: Severity::Error,
    summary: "A value that its field can't take",
    explanation: "Traefik refuses the whole directory for a text where a number, true, false or a duration belongs, for a \
                  mapping where one value belongs, for null and lists inside a list, and for an unquoted date. A duration \
                  has a unit (10s, 1h30m); a bare number counts seconds. yes and on are texts.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      priority: high\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`a.b`)\n      service: noop@internal\n      priority: 0x10\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, fault) in subject.loading.faults() {
        let (message, help) = match &fault.kind {
            FaultKind::Value { field, text } => value(field, text),
            FaultKind::Mapping { field } => {
                (format!("{} takes {}, no mapping", field.name(), noun(field)), "write one value".into())
            }
            FaultKind::NotAMapping => (
                "the file is no mapping; Traefik reads one with http, tcp, udp and tls".into(),
                "put the sections below such keys".into(),
            ),
            FaultKind::NewToml => (
                "this is TOML 1.1, which this release of Traefik does not know; 3.6.7 does".into(),
                "write it as TOML 1.0, or update Traefik".into(),
            ),
            FaultKind::NullInList => ("an item of this list is null".into(), "take the item away, or quote it".into()),
            FaultKind::ListInList => {
                ("a list stands inside a list".into(), "write the items one below the other".into())
            }
            FaultKind::Date => ("this is a date, which no field takes".into(), "put it in quotes".into()),
            FaultKind::EmptyName => {
                ("Traefik panics on an empty key in a plugin's configuration".into(), "give the key a name".into())
            }
            FaultKind::MixedList => (
                "this list mixes true or false with numbers, which Traefik can't bring together".into(),
                "put all of them in quotes".into(),
            ),
            FaultKind::UnknownField { .. } | FaultKind::Empty { .. } => continue,
        };
        let finding = lint.at(Location::of(file, fault.span), fault.path.to_string(), message);
        found.push(finding.says(&fault.says).help(help));
    }
}

fn value(field: &Field, text: &str) -> (String, String) {
    let message = format!("{text:?} is not {}, which {} takes", noun(field), field.name());
    let help = match (field.kind, text.to_ascii_lowercase().as_str()) {
        (Type::Bool, "yes" | "on" | "y" | "enabled") => "write true".into(),
        (Type::Bool, "no" | "off" | "n" | "disabled") => "write false".into(),
        (Type::Bool, _) => "write true or false".into(),
        (Type::Duration, days) if days.strip_suffix('d').is_some_and(|n| n.parse::<u32>().is_ok()) => {
            let days: u64 = days.trim_end_matches('d').parse().unwrap_or(0);
            format!("there is no unit for days: write {}h", days * 24)
        }
        (Type::Duration, _) => "write a number with a unit, such as 10s, 1m30s or 500ms".into(),
        _ => "write a whole number".into(),
    };
    (message, help)
}

fn noun(field: &Field) -> &'static str {
    match field.kind {
        Type::Bool => "true or false",
        Type::Int | Type::Uint32 => "a whole number",
        Type::Duration => "a duration",
        Type::Map(_) => "a whole number",
        _ => "a text",
    }
}
