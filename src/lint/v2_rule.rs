//! A rule of Traefik 2 that Traefik 3 takes, but not for what it said.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::rule::{self, Protocol, Syntax};
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "v2-rule",
    severity: Severity::Warning,
    summary: "A rule of Traefik 2 that says something else to Traefik 3",
    explanation: "Traefik 3 enables such a router without a word, and it matches nothing that was meant: {name} and \
                  {name:regexp} are text to it, and Query takes key and value apart. Regular expressions stand in \
                  HostRegexp, PathRegexp, QueryRegexp and HostSNIRegexp as they are. What Traefik 3 refuses of the old \
                  language is a bad-rule.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: HostRegexp(`{sub:[a-z]+}.example.com`)\n      service: noop@internal\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: HostRegexp(`^[a-z]+\\.example\\.com$`)\n      service: noop@internal\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let release = subject.surroundings.release;
    for (kind, definition) in subject.inventory.definitions(Part::Router) {
        let Some(protocol) = Protocol::of(kind) else { continue };
        let [node, syntax] = value::pick(definition.value, ["rule", "ruleSyntax"]);
        let Some(node) = node else { continue };
        // Most rules can't hold anything of it, and need not be read for that.
        let Some(text) = value::text(node).filter(|text| text.contains(['{', '='])) else { continue };
        if subject.syntax(syntax) == Syntax::V2 {
            continue;
        }
        let Ok(old) = rule::compile(protocol, Syntax::V3, release, &text) else { continue };
        let rewritten = rule::rewrite(protocol, release, &text);
        for part in old.leftovers() {
            let at = Location::of(definition.file, node.span_within(part));
            let path = format!("{kind}.routers.{}.rule", definition.name);
            let finding = lint.at(at, path, "to Traefik 3 this is text, not the pattern that it was to Traefik 2");
            found.push(match &rewritten {
                Some(rule) => finding.help(format!("write {rule}")),
                None => finding.help("write the rule in Traefik 3's language"),
            });
        }
    }
}
