//! Names that can't be looked up: of a static configuration that is not known, and of other providers.

use super::{Lint, Subject};
use crate::document::Span;
use crate::finding::{Finding, Location, Severity};
use crate::inventory::{Definition, Part, references};
use crate::name::Kind;
use crate::schema::value;
use std::borrow::Cow;

pub(super) static LINT: Lint = Lint {
    name: "assumed-name",
    severity: Severity::Note,
    summary: "Names that are taken to exist, because they can't be looked up",
    explanation: "Entry points, certificate resolvers, plugins and other providers stand in the static configuration. \
                  Where none is known, what is named of them is taken to exist. Name it with --static, also as \
                  compose.yaml#SERVICE. What another provider that it declares defines (`auth@docker`) can't be seen \
                  from files, and is taken to exist too.",
    bad: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
    )],
    good: &[
        ("traefik.yml", "entryPoints:\n  websecure:\n    address: \":443\"\n"),
        (
            "routes.yml",
            "http:\n  routers:\n    app:\n      rule: Host(`app.example.com`)\n      service: noop@internal\n      entryPoints: [websecure]\n",
        ),
    ],
    check,
};

/// More names of one sort than these say nothing more.
const SHOWN: usize = 5;

/// The names of each sort, once each in the order in which they stand, and where the first of all stands.
#[derive(Default)]
struct Assumed<'a> {
    first: Option<(Location, String)>,
    entry_points: Vec<Cow<'a, str>>,
    resolvers: Vec<Cow<'a, str>>,
    plugins: Vec<Cow<'a, str>>,
    others: Vec<Cow<'a, str>>,
}

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    let known = subject.surroundings.static_config.as_ref();
    let mut assumed = Assumed::default();
    for (kind, part, definition) in subject.inventory.all() {
        assumed.look(subject, *kind, *part, definition);
    }
    let sorts = [
        ("entry point", assumed.entry_points),
        ("certificate resolver", assumed.resolvers),
        ("plugin", assumed.plugins),
        ("", assumed.others),
    ];
    let names: Vec<String> = sorts.iter().filter_map(|(sort, names)| words(sort, names)).collect();
    let Some((at, path)) = assumed.first else { return };
    let names = names.join("; ");
    found.push(match known {
        None => lint
            .at(
                at,
                path,
                format!("no static configuration is known, so what is named of it is taken to exist: {names}"),
            )
            .help("name it with --static FILE, or --static compose.yaml#SERVICE"),
        Some(_) => lint.at(at, path, format!("what other providers define is taken to exist: {names}")),
    });
}

/// `entry points web, websecure`.
fn words(sort: &str, names: &[Cow<'_, str>]) -> Option<String> {
    let shown = names.get(..SHOWN).unwrap_or(names).join(", ");
    let more = if names.len() > SHOWN { ", …" } else { "" };
    match (names.len(), sort) {
        (0, _) => None,
        (_, "") => Some(format!("{shown}{more}")),
        (1, _) => Some(format!("{sort} {shown}")),
        _ => Some(format!("{sort}s {shown}{more}")),
    }
}

impl<'a> Assumed<'a> {
    fn look(&mut self, subject: &Subject<'_>, kind: Kind, part: Part, definition: &Definition<'a>) {
        let known = subject.surroundings.static_config.as_ref();
        let mut first = None;
        let mut note = |list: &mut Vec<Cow<'a, str>>, name: Cow<'a, str>, span: Span| {
            first = first.or(Some(span));
            if list.len() <= SHOWN && !list.contains(&name) {
                list.push(name);
            }
        };
        if let (None, Part::Router) = (known, part) {
            let [entry_points, tls] = value::pick(definition.value, ["entryPoints", "tls"]);
            let resolver = tls.and_then(|tls| value::field(tls, "certResolver"));
            for item in entry_points.map(value::list).unwrap_or_default() {
                note(&mut self.entry_points, item.text, item.span);
            }
            if let Some((node, name)) = resolver.and_then(|node| Some((node, value::text(node)?))) {
                note(&mut self.resolvers, name, node.span());
            }
        }
        if let (None, Part::Middleware, Some(plugin)) = (known, part, value::field(definition.value, "plugin")) {
            for entry in value::entries(plugin) {
                note(&mut self.plugins, entry.name, entry.key.span());
            }
        }
        references::all(part, definition.value, &mut |_, name, span| {
            let is_assumed = match (name.rsplit_once('@'), known) {
                (None | Some((_, "file")) | Some(("noop", "internal")), _) => false,
                (Some(_), None) => true,
                (Some((_, provider)), Some(known)) => provider != "internal" && known.provider_declared(provider),
            };
            if is_assumed {
                note(&mut self.others, name, span);
            }
        });
        if let (None, Some(span)) = (&self.first, first) {
            let path = format!("{kind}.{}.{}", part.section(), definition.name);
            self.first = Some((Location::of(definition.file, span), path));
        }
    }
}
