//! A placeholder that nobody has filled in.

use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "shell-placeholder",
    severity: Severity::Warning,
    summary: "A placeholder in a rule or a URL, which Traefik does not fill in",
    explanation: "Traefik does not expand variables of the shell or of compose in its dynamic configuration: ${DOMAIN} is \
                  compared as it stands. Fill it in before the file gets here, or use a Go template: {{ env \"DOMAIN\" }}.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.${DOMAIN}`)\n      service: noop@internal\n",
    )],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: PathRegexp(`^/app$`)\n      service: noop@internal\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, definition) in subject.inventory.definitions(Part::Router) {
        let [rule] = value::pick(definition.value, ["rule"]);
        report(lint, definition.file, rule, || format!("{kind}.routers.{}.rule", definition.name), found);
    }
    for (kind, definition) in subject.inventory.definitions(Part::Service) {
        let [balancer] = value::pick(definition.value, ["loadBalancer"]);
        let servers = balancer.and_then(|balancer| value::pick(balancer, ["servers"])[0]);
        for server in servers.map(value::structs).unwrap_or_default() {
            let path = || format!("{kind}.services.{}.loadBalancer.servers", definition.name);
            for node in value::pick(server, ["url", "address"]) {
                report(lint, definition.file, node, path, found);
            }
        }
    }
}

fn report(lint: &Lint, file: usize, node: Option<Ref<'_>>, path: impl Fn() -> String, found: &mut Vec<Finding>) {
    let Some(node) = node else { return };
    let Some(text) = value::text(node) else { return };
    let Some((from, to)) = placeholder(&text) else { return };
    let at = Location::of(file, node.span_within(from..to));
    let message = format!("Traefik does not fill in {}", &text[from..to]);
    found.push(lint.at(at, path(), message).help("fill it in before, or use a Go template, as in {{ env \"NAME\" }}"));
}

/// `${NAME}`, or `$NAME` in capitals: a `$` before anything else ends a regular expression.
fn placeholder(text: &str) -> Option<(usize, usize)> {
    let at = text.match_indices('$').find_map(|(at, _)| {
        let rest = &text[at + 1..];
        let braced = rest.strip_prefix('{').and_then(|inner| Some((inner, inner.find('}')?)));
        if let Some((inner, end)) = braced {
            let is_name = inner[..end].bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
            return is_name.then_some((at, at + end + 3));
        }
        let length = rest.bytes().take_while(|b| b.is_ascii_uppercase() || *b == b'_' || b.is_ascii_digit()).count();
        (length > 1 && rest.starts_with(|c: char| c.is_ascii_uppercase())).then_some((at, at + 1 + length))
    });
    at.filter(|(from, to)| text.get(*from..*to).is_some())
}
