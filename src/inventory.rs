//! All files merged as Traefik merges them: which router, service and middleware is defined where,
//! and what refers to it.

mod file;
mod loading;
mod lost;
pub mod references;

use crate::document::{Document, Kind as NodeKind, Ref, Span};
use crate::error::Place;
use crate::name::Kind;
use crate::release::Release;
use crate::schema::{self, value};
pub use file::{Content, File};
pub use loading::Loading;
pub use lost::Lost;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What sort of thing a name is given to. Names of different sorts don't clash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Matches requests.
    Router,
    /// Answers them.
    Service,
    /// Changes them in between.
    Middleware,
    /// Says how servers are spoken to.
    ServersTransport,
}

impl Part {
    /// The section of the configuration that holds these.
    pub fn section(self) -> &'static str {
        match self {
            Part::Router => "routers",
            Part::Service => "services",
            Part::Middleware => "middlewares",
            Part::ServersTransport => "serversTransports",
        }
    }

    /// The thing, as Traefik's log and its documentation call it.
    pub fn words(self) -> &'static str {
        if self == Part::ServersTransport { "servers transport" } else { self.noun() }
    }

    /// The thing, as its section calls it.
    pub fn noun(self) -> &'static str {
        self.section().trim_end_matches('s')
    }
}

const KINDS: [Kind; 3] = [Kind::Http, Kind::Tcp, Kind::Udp];
const PARTS: [Part; 4] = [Part::Router, Part::Service, Part::Middleware, Part::ServersTransport];

fn slot(kind: Kind, part: Part) -> usize {
    kind as usize * PARTS.len() + part as usize
}

/// Where a name is defined.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    /// Index of the file.
    pub file: usize,
    /// The name.
    pub name: &'a str,
    /// Its key.
    pub key: Ref<'a>,
    /// What it stands for; aliases are followed.
    pub value: Ref<'a>,
    /// Whether the entry itself stands in its section, and does not come from an alias or a merge key.
    pub direct: bool,
}

/// What `tls` gives names to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsPart {
    /// How clients are spoken to.
    Options,
    /// Certificates for them.
    Store,
}

impl TlsPart {
    /// The section of `tls` that holds these.
    pub fn section(self) -> &'static str {
        match self {
            TlsPart::Options => "options",
            TlsPart::Store => "stores",
        }
    }
}

/// The merged files.
pub struct Inventory<'a> {
    files: Vec<&'a File>,
    /// Places in `order`, by kind and part in the order of [`KINDS`] and [`PARTS`].
    index: [HashMap<&'a str, u32>; KINDS.len() * PARTS.len()],
    /// In load order; the first definition of a name counts.
    order: Vec<(Kind, Part, Definition<'a>)>,
    duplicates: Vec<(Kind, Part, Definition<'a>)>,
    /// What `tls` names, in load order, each name once.
    tls: Vec<(TlsPart, Definition<'a>)>,
    tls_index: HashMap<(TlsPart, &'a str), u32>,
    tls_duplicates: Vec<(TlsPart, Definition<'a>)>,
    certificates: Vec<(usize, Ref<'a>)>,
}

impl<'a> Inventory<'a> {
    /// Merges files, which are in load order.
    pub fn of(files: impl IntoIterator<Item = &'a File>) -> Inventory<'a> {
        let mut all = Inventory {
            files: files.into_iter().collect(),
            index: Default::default(),
            order: Vec::new(),
            duplicates: Vec::new(),
            tls: Vec::new(),
            tls_index: HashMap::new(),
            tls_duplicates: Vec::new(),
            certificates: Vec::new(),
        };
        for at in 0..all.files.len() {
            let Some(root) = all.files[at].document().and_then(Document::root) else { continue };
            for kind in KINDS {
                let protocol = value::spellings(root, kind.as_str());
                for part in PARTS {
                    all.add_section(at, kind, part, &sections(&protocol, part.section()));
                }
            }
            all.add_tls(at, &value::spellings(root, "tls"));
        }
        all
    }

    fn add_section(&mut self, file: usize, kind: Kind, part: Part, sections: &[Ref<'a>]) {
        let definitions = definitions(file, sections);
        self.index[slot(kind, part)].reserve(definitions.len());
        self.order.reserve(definitions.len());
        for definition in definitions {
            match self.index[slot(kind, part)].entry(definition.name) {
                Entry::Vacant(slot) => {
                    slot.insert(self.order.len() as u32);
                    self.order.push((kind, part, definition));
                }
                Entry::Occupied(_) => self.duplicates.push((kind, part, definition)),
            }
        }
    }

    fn add_tls(&mut self, file: usize, tls: &[Ref<'a>]) {
        for part in [TlsPart::Options, TlsPart::Store] {
            for definition in definitions(file, &sections(tls, part.section())) {
                match self.tls_index.entry((part, definition.name)) {
                    Entry::Vacant(slot) => {
                        slot.insert(self.tls.len() as u32);
                        self.tls.push((part, definition));
                    }
                    Entry::Occupied(_) => self.tls_duplicates.push((part, definition)),
                }
            }
        }
        for list in sections(tls, "certificates") {
            self.certificates.extend(value::structs(list).into_iter().map(|certificate| (file, certificate)));
        }
    }

    /// The files.
    pub fn files(&self) -> &[&'a File] {
        &self.files
    }

    /// The definition of a name.
    pub fn get(&self, kind: Kind, part: Part, name: &str) -> Option<Definition<'a>> {
        self.place_of(kind, part, name).map(|at| self.order[at].2)
    }

    /// The place of a name's definition among [`all`](Self::all).
    pub fn place_of(&self, kind: Kind, part: Part, name: &str) -> Option<usize> {
        self.index[slot(kind, part)].get(name).map(|at| *at as usize)
    }

    /// All definitions that count, of every kind and part, in load order.
    pub fn all(&self) -> &[(Kind, Part, Definition<'a>)] {
        &self.order
    }

    /// The definition of TLS options or of a store.
    pub fn tls(&self, part: TlsPart, name: &str) -> Option<Definition<'a>> {
        self.tls_index.get(&(part, name)).map(|at| self.tls[*at as usize].1)
    }

    /// TLS options and stores, in load order.
    pub fn all_tls(&self) -> &[(TlsPart, Definition<'a>)] {
        &self.tls
    }

    /// TLS options and stores whose name has been taken before.
    pub fn tls_duplicates(&self) -> &[(TlsPart, Definition<'a>)] {
        &self.tls_duplicates
    }

    /// The entries of `tls.certificates`, with the index of their file.
    pub fn certificates(&self) -> &[(usize, Ref<'a>)] {
        &self.certificates
    }

    /// All definitions that count, in load order.
    pub fn definitions(&self, part: Part) -> impl Iterator<Item = (Kind, Definition<'a>)> {
        self.order.iter().filter(move |(_, p, _)| *p == part).map(|(kind, _, definition)| (*kind, *definition))
    }

    /// Definitions of names that an earlier file, or an earlier place, has defined already.
    pub fn duplicates(&self) -> impl Iterator<Item = (Kind, Part, Definition<'a>)> {
        self.duplicates.iter().copied()
    }

    /// Where a definition stands.
    pub fn place(&self, definition: &Definition<'_>) -> Place {
        Place { file: self.files[definition.file].path.clone(), line: definition.key.line() }
    }

    /// The path of a definition's file.
    pub fn path(&self, definition: &Definition<'_>) -> &'a str {
        &self.files[definition.file].path
    }

    /// Whether a template could define or use anything, for all one can know without running it.
    pub fn template_mentions(&self, name: &str) -> bool {
        self.files.iter().any(|f| matches!(&f.content, Content::Template { source, .. } if source.contains(name)))
    }

    /// Whether some file is a template.
    pub fn has_templates(&self) -> bool {
        self.files.iter().any(|f| matches!(f.content, Content::Template { .. }))
    }

    /// What makes a release of Traefik refuse the directory, in load order; Traefik reports the first only.
    pub fn faults(&self, release: Release) -> Vec<(Place, String)> {
        let mut all = Vec::new();
        for file in &self.files {
            let at = |line| Place { file: file.path.clone(), line };
            match &file.content {
                Content::Broken { line, message, .. } => all.push((at(*line), message.clone())),
                Content::Parsed(document) => {
                    for fault in schema::faults(document, release) {
                        all.push((at(document.line(fault.span.start)), fault.message()));
                    }
                }
                Content::Template { .. } => {}
            }
        }
        all
    }

    /// Everything that refers to a service: the kind and name of the user, where it stands.
    pub fn users_of_service(&self, kind: Kind, service: &str) -> Vec<(Part, Definition<'a>)> {
        let mut users = Vec::new();
        for (of, part, definition) in &self.order {
            if *of == kind && services_used(*part, definition.value).any(|used| bare(used) == Some(service)) {
                users.push((*part, *definition));
            }
        }
        users
    }
}

/// A section wherever it stands below these nodes.
fn sections<'a>(above: &[Ref<'a>], name: &str) -> Vec<Ref<'a>> {
    above.iter().flat_map(|node| value::spellings(*node, name)).collect()
}

/// The definitions in the spellings of one section.
fn definitions<'a>(file: usize, sections: &[Ref<'a>]) -> Vec<Definition<'a>> {
    let within = |outer: Span, inner: Span| outer.start <= inner.start && inner.end <= outer.end;
    let entries = value::merged(sections).into_iter();
    entries
        .filter_map(|entry| {
            let name = match entry.name {
                Cow::Borrowed(name) => name,
                Cow::Owned(name) => LISTED.into_iter().find(|listed| *listed == name)?,
            };
            let direct = sections.iter().any(|section| within(section.span(), entry.key.span()));
            Some(Definition { file, name, key: entry.key, value: entry.value, direct })
        })
        .collect()
}

/// The names that Traefik gives to objects in a list; longer lists than this nobody writes by mistake.
const LISTED: [&str; 16] = [
    "[0]", "[1]", "[2]", "[3]", "[4]", "[5]", "[6]", "[7]", "[8]", "[9]", "[10]", "[11]", "[12]", "[13]", "[14]",
    "[15]",
];

/// A reference's name where it means this provider: `name` or `name@file`.
pub fn bare(reference: &str) -> Option<&str> {
    match reference.rsplit_once('@') {
        None => Some(reference),
        Some((name, "file")) => Some(name),
        Some(_) => None,
    }
}

/// The services that a router, service or middleware refers to.
fn services_used<'a>(part: Part, value: Ref<'a>) -> impl Iterator<Item = &'a str> {
    let direct = |node: Option<Ref<'a>>| node.into_iter().filter_map(Ref::text).collect::<Vec<_>>();
    let named = |node: Option<Ref<'a>>, list: &str| -> Vec<&'a str> {
        let items = node.and_then(|n| n.field(list)).map(|list| list.items().collect::<Vec<_>>()).unwrap_or_default();
        items.into_iter().filter_map(|item| item.resolved().field("name")?.text()).collect()
    };
    let used = match part {
        Part::Router => direct(value.field("service")),
        Part::Middleware => direct(value.field("errors").and_then(|errors| errors.field("service"))),
        Part::ServersTransport => Vec::new(),
        Part::Service => {
            let mirroring = value.field("mirroring");
            let failover = value.field("failover");
            [
                named(value.field("weighted"), "services"),
                named(value.field("highestRandomWeight"), "services"),
                named(mirroring, "mirrors"),
                direct(mirroring.and_then(|m| m.field("service"))),
                direct(failover.and_then(|f| f.field("service"))),
                direct(failover.and_then(|f| f.field("fallback"))),
            ]
            .concat()
        }
    };
    used.into_iter()
}

/// A list of names as Traefik reads it: a list, or one text split at commas; items are trimmed.
pub fn names(node: Option<Ref<'_>>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    match node.kind() {
        NodeKind::Seq => node.items().filter_map(|item| Some(item.resolved().text()?.trim().to_owned())).collect(),
        NodeKind::Scalar if node.is_null() => Vec::new(),
        _ => {
            node.text().unwrap_or_default().split(',').map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect()
        }
    }
}
