//! A rule with a value that no request has.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::rule::{self, Protocol, Syntax};
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "rule-never-matches",
    severity: Severity::Warning,
    summary: "A rule with a value that no request has",
    explanation: "Traefik enables such a router without a word. It compares hosts without their port, and paths that it \
                  has cleaned and decoded; wildcards in Host came with Traefik 3.7.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com:8080`)\n      service: noop@internal\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let release = subject.surroundings.release;
    for (_, definition) in subject.inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http) {
        let [rule, syntax] = value::pick(definition.value, ["rule", "ruleSyntax"]);
        let Some(node) = rule else { continue };
        let Some(text) = value::text(node).filter(|text| is_odd(text)) else { continue };
        let syntax = subject.syntax(syntax);
        if syntax == Syntax::V2 {
            continue;
        }
        let Ok(rule) = rule::compile(Protocol::Http, syntax, release, &text) else { continue };
        for (part, why, cure) in rule.dead_parts(release) {
            // A variable that nobody fills in is reported for what it is.
            if text.get(part.clone()).is_some_and(|part| part.contains("${")) {
                continue;
            }
            let at = Location::of(definition.file, node.span_within(part));
            let path = format!("http.routers.{}.rule", definition.name);
            let finding = lint.at(at, path, format!("no request matches this: {why}"));
            found.push(match cure {
                Some(cure) => finding.help(cure),
                None => finding,
            });
        }
    }
}

/// Whether a rule can hold such a value: most can't, and need not be read for that.
fn is_odd(text: &str) -> bool {
    text.contains(['%', '?', '#', '{', '[', ':', '*', ' ']) || text.contains("//") || text.contains("/.")
}
