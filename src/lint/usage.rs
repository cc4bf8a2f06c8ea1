//! What refers to services, middlewares and servers transports, for the lints that look for what nothing refers to.

use super::{Lint, Subject};
use crate::document::Ref;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::{Part, bare};
use crate::name::Kind;
use crate::schema::value;
use std::borrow::Cow;
use std::collections::HashSet;

/// Reports each definition of a part that nothing here refers to.
pub(super) fn report_unused(lint: &Lint, subject: &Subject<'_>, part: Part, found: &mut Vec<Finding>) {
    if subject.inventory.has_templates() {
        return;
    }
    let used = used(subject, part);
    let alone = is_alone(subject);
    for (kind, definition) in subject.inventory.definitions(part) {
        // A name with @ is a finding of its own: what refers to it most likely misses it.
        if used.contains(&(kind, Cow::Borrowed(definition.name))) || definition.name.contains('@') {
            continue;
        }
        let at = Location::of(definition.file, definition.key.span());
        let path = format!("{kind}.{}.{}", part.section(), definition.name);
        let noun = if part == Part::ServersTransport { "servers transport" } else { part.noun() };
        let message = format!("nothing here uses the {noun} {:?}", definition.name);
        let mut finding = lint.at(at, path, message);
        if !alone {
            finding.severity = Severity::Note;
            let whose = if part == Part::ServersTransport { "services" } else { "routers" };
            let help = format!("{whose} of other providers may, as {}@file", definition.name);
            finding = finding.help(help);
        }
        found.push(finding);
    }
}

/// Whether the file provider is the only one: what other providers declare can refer to what stands here.
pub(super) fn is_alone(subject: &Subject<'_>) -> bool {
    let known = subject.surroundings.static_config.as_ref();
    known.is_some_and(|known| known.providers.iter().all(|p| p == "file" || p == "internal"))
}

/// The names of one part that something refers to.
fn used<'a>(subject: &Subject<'a>, part: Part) -> HashSet<(Kind, Cow<'a, str>)> {
    let mut used = HashSet::new();
    for (kind, of, definition) in subject.inventory.all() {
        let mut add = |text: Cow<'a, str>| {
            if let Some(name) = ours(text) {
                used.insert((*kind, name));
            }
        };
        match part {
            Part::Service => services(*of, definition.value, &mut add),
            Part::ServersTransport => transports(*of, definition.value, &mut add),
            _ => middlewares(*of, definition.value, &mut add),
        }
    }
    let entry_points = subject.surroundings.static_config.iter().flat_map(|known| &known.entry_points);
    if part == Part::Middleware {
        let named = entry_points.flat_map(|entry| &entry.middlewares);
        used.extend(named.filter_map(|m| Some((Kind::Http, Cow::Owned(bare(&m.name)?.to_owned())))));
    }
    used
}

pub(super) fn ours(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => bare(text).map(Cow::Borrowed),
        Cow::Owned(text) => bare(&text).map(|name| Cow::Owned(name.to_owned())),
    }
}

fn services<'a>(of: Part, value: Ref<'a>, add: &mut dyn FnMut(Cow<'a, str>)) {
    let mut text = |node: Option<Ref<'a>>| node.and_then(value::text).into_iter().for_each(&mut *add);
    match of {
        Part::Router => text(value::pick(value, ["service"])[0]),
        Part::Middleware => text(value::field(value, "errors").and_then(|errors| value::field(errors, "service"))),
        Part::ServersTransport => {}
        Part::Service => {
            let [weighted, hrw, mirroring, failover] =
                value::pick(value, ["weighted", "highestRandomWeight", "mirroring", "failover"]);
            let lists = [(weighted, "services"), (hrw, "services"), (mirroring, "mirrors")];
            for (node, list) in lists {
                let items = node.and_then(|node| value::field(node, list)).map(value::structs).unwrap_or_default();
                items.into_iter().for_each(|item| text(value::field(item, "name")));
            }
            for (node, field) in [(mirroring, "service"), (failover, "service"), (failover, "fallback")] {
                text(node.and_then(|node| value::field(node, field)));
            }
        }
    }
}

fn transports<'a>(of: Part, value: Ref<'a>, add: &mut dyn FnMut(Cow<'a, str>)) {
    let balancer = (of == Part::Service).then(|| value::field(value, "loadBalancer")).flatten();
    let named = balancer.and_then(|balancer| value::field(balancer, "serversTransport"));
    named.and_then(value::text).into_iter().for_each(add);
}

fn middlewares<'a>(of: Part, value: Ref<'a>, add: &mut dyn FnMut(Cow<'a, str>)) {
    let list = match of {
        Part::Router | Part::Service => value::pick(value, ["middlewares"])[0],
        Part::Middleware => value::field(value, "chain").and_then(|chain| value::field(chain, "middlewares")),
        Part::ServersTransport => None,
    };
    list.map(value::list).unwrap_or_default().into_iter().for_each(|item| add(item.text));
}
