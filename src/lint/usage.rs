//! What refers to services, middlewares and servers transports, for the lints that look for what nothing refers to.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::references::{self, ours};
use crate::inventory::{Definition, Part, bare};
use crate::name::Kind;
use std::borrow::Cow;
use std::collections::HashSet;

/// Reports the definitions of a part that nothing here refers to: each by itself where that is surely a mistake. Where
/// something else explains all of them, as routers of other providers do, those of a file are one finding.
pub(super) fn report_unused(lint: &Lint, subject: &Subject<'_>, part: Part, found: &mut Vec<Finding>) {
    if subject.inventory.has_templates() {
        return;
    }
    let used = used(subject, part);
    let alone = is_alone(subject);
    let user = if part == Part::ServersTransport { Part::Service } else { Part::Router };
    let noun = part.words();
    let kinds: HashSet<Kind> = subject.inventory.definitions(user).map(|(kind, _)| kind).collect();
    let mut unused: Vec<(Kind, Vec<Definition<'_>>)> = Vec::new();
    for (kind, definition) in subject.inventory.definitions(part) {
        // A name with an `@`, or one that YAML took for a number, is reported for what it is.
        let is_odd = definition.name.contains('@') || definition.name.ends_with(" Value>");
        if is_odd || used.contains(&(kind, Cow::Borrowed(definition.name))) {
            continue;
        }
        match unused.last_mut() {
            Some((of, group))
                if *of == kind
                    && !(alone && kinds.contains(&kind))
                    && group.last().is_some_and(|other| other.file == definition.file) =>
            {
                group.push(definition);
            }
            _ => unused.push((kind, vec![definition])),
        }
    }
    for (kind, group) in unused {
        let Some(first) = group.first() else { continue };
        let at = Location::of(first.file, first.key.span());
        let path = format!("{kind}.{}.{}", part.section(), first.name);
        let many = if group.len() == 1 { "" } else { "s" };
        let names: Vec<&str> = group.iter().map(|definition| definition.name).collect();
        let mut message = format!("nothing here uses the {noun}{many} {}", listed(&names));
        if !kinds.contains(&kind) {
            message.push_str(&format!(": there is no {} {}", kind.as_str().to_ascii_uppercase(), user.noun()));
        }
        let mut finding = lint.at(at, path, message);
        if !alone {
            finding.severity = Severity::Note;
            finding = finding.help(format!("{} of other providers may, as {}@file", user.section(), first.name));
        }
        found.push(finding);
    }
}

/// What to do about the name of something that another provider should have, if this is one.
pub(super) fn undeclared(reference: &str) -> Option<String> {
    let (_, provider) = reference.rsplit_once('@')?;
    let is_other = !matches!(provider, "file" | "internal" | "");
    is_other
        .then(|| format!("the static configuration declares no provider {provider}: declare it, or correct the name"))
}

/// Whether the file provider is the only one: what other providers declare can refer to what stands here.
pub(super) fn is_alone(subject: &Subject<'_>) -> bool {
    let known = subject.surroundings.static_config.as_ref();
    known.is_some_and(|known| known.providers.iter().all(|p| p == "file" || p == "internal"))
}

/// Some names, in a sentence.
pub(super) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The names of one part that something refers to.
fn used<'a>(subject: &Subject<'a>, part: Part) -> HashSet<(Kind, Cow<'a, str>)> {
    let mut used = HashSet::new();
    for (kind, of, definition) in subject.inventory.all() {
        let mut add = |text: Cow<'a, str>, _| {
            if let Some(name) = ours(text) {
                used.insert((*kind, name));
            }
        };
        match part {
            Part::Service => references::services(*of, definition.value, &mut add),
            Part::ServersTransport => references::transports(*of, definition.value, &mut add),
            _ => references::middlewares(*of, definition.value, &mut add),
        }
    }
    let entry_points = subject.surroundings.static_config.iter().flat_map(|known| &known.entry_points);
    if part == Part::Middleware {
        let named = entry_points.flat_map(|entry| &entry.middlewares);
        used.extend(named.filter_map(|m| Some((Kind::Http, Cow::Owned(bare(&m.name)?.to_owned())))));
    }
    used
}
