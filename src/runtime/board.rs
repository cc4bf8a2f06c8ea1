//! What has been found out so far about every service and middleware, and how names lead to them.

use super::hints::Hints;
use super::service::{Builder, Built};
use super::{Cause, Object, Runtime, Status, Trouble};
use crate::document::{Ref, Span};
use crate::finding::{Label, Location};
use crate::inventory::{Definition, Inventory, Part, TlsPart};
use crate::name::Kind;
use crate::surroundings::Surroundings;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// The state of one object.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) errors: Vec<String>,
}

impl State {
    /// Adds what Traefik says, once; `critical` disables.
    pub(super) fn add(&mut self, says: &str, critical: bool) {
        if self.errors.iter().all(|known| known != says) {
            self.errors.push(says.to_owned());
            self.status = self.status.max(if critical { Status::Disabled } else { Status::Warning });
        }
    }
}

/// A name that something refers to, and where it does so.
#[derive(Clone, Copy)]
pub(super) struct Reference<'r> {
    /// As it is written.
    pub(super) text: &'r str,
    /// Where that stands.
    pub(super) at: Location,
    /// The provider that a name without one is of.
    pub(super) provider: &'r str,
    /// What refers, for the path of keys.
    pub(super) owner: Owner<'r>,
}

/// What refers to something, and in which field.
#[derive(Clone, Copy)]
pub(super) struct Owner<'r> {
    pub(super) kind: Kind,
    pub(super) part: Part,
    pub(super) name: &'r str,
    pub(super) field: &'r str,
}

impl Owner<'_> {
    /// The path of keys.
    pub(super) fn path(self) -> String {
        let mut path = format!("{}.{}.{}", self.kind, self.part.section(), self.name);
        if !self.field.is_empty() {
            path.push('.');
            path.push_str(self.field);
        }
        path
    }
}

impl<'r> Reference<'r> {
    /// The name with its provider.
    pub(super) fn qualified(&self) -> Cow<'r, str> {
        match self.text.contains('@') {
            true => Cow::Borrowed(self.text),
            false => Cow::Owned(format!("{}@{}", self.text, self.provider)),
        }
    }
}

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An object of the files, by its place in the inventory.
    Ours(usize),
    /// Something of another provider, taken to exist.
    Foreign,
    /// Nothing.
    Nothing,
}

/// The provider of names inside an object: `file`, unless the object's own name holds an `@`.
pub(super) fn provider_of(name: &str) -> &str {
    name.split('@').nth(1).unwrap_or("file")
}

pub(super) struct Board<'a, 's> {
    pub(super) inventory: &'s Inventory<'a>,
    pub(super) surroundings: &'s Surroundings,
    /// States of services and middlewares, by place in the inventory.
    pub(super) states: Vec<State>,
    /// TCP and UDP services that have been built, by place, and whether each tells its parents if it is up. Many ways can
    /// lead to one: each is gone once.
    pub(super) layer4: HashMap<usize, bool>,
    troubles: Vec<Trouble>,
    seen: HashSet<(Location, String)>,
    built: Built,
    hints: Hints<'a>,
}

impl<'a, 's> Board<'a, 's> {
    pub(super) fn new(inventory: &'s Inventory<'a>, surroundings: &'s Surroundings) -> Board<'a, 's> {
        let states = vec![State::default(); inventory.all().len()];
        Board {
            inventory,
            surroundings,
            states,
            layer4: HashMap::new(),
            troubles: Vec::new(),
            seen: HashSet::new(),
            built: Built::default(),
            hints: Hints::default(),
        }
    }

    /// Builds HTTP services and middlewares; what has been built stays so.
    pub(super) fn build_http<T>(&mut self, build: impl FnOnce(&mut Builder<'_, 'a, 's>) -> T) -> T {
        let mut built = std::mem::take(&mut self.built);
        let outcome = build(&mut Builder::new(self, &mut built));
        self.built = built;
        outcome
    }

    /// The object at this place.
    pub(super) fn definition(&self, place: usize) -> Definition<'a> {
        self.inventory.all()[place].2
    }

    /// Where a node of an object stands.
    pub(super) fn at(&self, place: usize, span: Span) -> Location {
        Location::of(self.definition(place).file, span)
    }

    /// What a reference leads to.
    pub(super) fn find(&self, kind: Kind, part: Part, reference: &Reference<'_>) -> Target {
        let (name, provider) = match reference.text.contains('@') {
            true => reference.text.rsplit_once('@').unwrap_or((reference.text, "")),
            false => (reference.text, reference.provider),
        };
        match provider {
            "file" => match self.inventory.place_of(kind, part, name) {
                Some(place) => Target::Ours(place),
                None if self.inventory.has_templates() => Target::Foreign,
                None => Target::Nothing,
            },
            _ if self.is_foreign(provider) => Target::Foreign,
            _ => Target::Nothing,
        }
    }

    /// Whether another provider may define things: it is declared, or nothing is known of providers.
    pub(super) fn is_foreign(&self, provider: &str) -> bool {
        self.surroundings.static_config.as_ref().is_none_or(|known| known.provider_declared(provider))
    }

    /// Notes a trouble, once for its place and words.
    pub(super) fn trouble(&mut self, at: Location, path: impl FnOnce() -> String, says: &str, cause: Cause) {
        if self.seen.insert((at, says.to_owned())) {
            self.troubles.push(Trouble { cause, at, path: path(), says: says.to_owned() });
        }
    }

    /// Notes what is wrong with an object itself, which only who uses it suffers from; gives Traefik's words back.
    pub(super) fn fault_in(&mut self, place: usize, field: &str, span: Span, says: &str, cause: Cause) -> String {
        let (kind, part, definition) = self.inventory.all()[place];
        let owner = Owner { kind, part, name: definition.name, field };
        self.trouble(self.at(place, span), || owner.path(), says, cause);
        says.to_owned()
    }

    /// The same of what disables the object too.
    pub(super) fn fail(&mut self, place: usize, field: &str, span: Span, says: &str, cause: Cause) -> String {
        self.states[place].add(says, true);
        self.fault_in(place, field, span, says, cause)
    }

    /// Notes a service of several types.
    pub(super) fn several_types(&mut self, place: usize) -> String {
        let says = "cannot create service: multi-types service not supported, consider declaring two different \
                    pieces of service instead";
        self.fail(place, "", self.definition(place).key.span(), says, Cause::SeveralTypes)
    }

    /// Notes a service or middleware that is not there; gives Traefik's words back.
    pub(super) fn missing(&mut self, kind: Kind, part: Part, reference: &Reference<'_>) -> String {
        let full = reference.qualified();
        let says = match (kind, part) {
            (_, Part::Middleware) => format!("middleware {full:?} does not exist"),
            (Kind::Udp, _) => format!("the UDP service {full:?} does not exist"),
            _ => format!("the service {full:?} does not exist"),
        };
        let name = reference.text.to_owned();
        let nearest = self.nearest(kind, part, reference.text);
        let cause = match part {
            Part::Middleware => Cause::UnknownMiddleware { name, nearest },
            _ => Cause::UnknownService { name, nearest },
        };
        self.trouble(reference.at, || reference.owner.path(), &says, cause);
        says
    }

    /// The name most like one that is not there, with its place.
    pub(super) fn nearest(&mut self, kind: Kind, part: Part, text: &str) -> Option<Label> {
        let inventory = self.inventory;
        let all = || inventory.definitions(part).filter(move |(k, _)| *k == kind).map(|(_, definition)| definition);
        self.hints.nearest(kind, part.noun(), text, all)
    }

    /// The TLS options whose name is most like one that is not there.
    pub(super) fn nearest_options(&mut self, text: &str) -> Option<Label> {
        let inventory = self.inventory;
        let all = || inventory.all_tls().iter().filter(|(part, _)| *part == TlsPart::Options).map(|(_, d)| *d);
        self.hints.nearest(Kind::Http, "option", text, all)
    }

    /// All objects, with the routers that have been built.
    pub(super) fn finish(self, routers: [Vec<Object<'a>>; 3]) -> Runtime<'a> {
        let count = routers.iter().map(Vec::len).sum::<usize>() + self.states.len();
        let mut objects = Vec::with_capacity(count);
        routers.into_iter().for_each(|routers| objects.extend(routers));
        for ((kind, part, definition), state) in self.inventory.all().iter().zip(self.states) {
            let kind = match (kind, part) {
                (Kind::Http, Part::Service) => "http.service",
                (Kind::Http, Part::Middleware) => "http.middleware",
                (Kind::Tcp, Part::Service) => "tcp.service",
                (Kind::Tcp, Part::Middleware) => "tcp.middleware",
                (Kind::Udp, Part::Service) => "udp.service",
                _ => continue,
            };
            objects.push(Object {
                kind,
                name: Cow::Borrowed(definition.name),
                at: Location::of(definition.file, definition.key.span()),
                status: state.status,
                errors: state.errors,
            });
        }
        objects.sort_unstable_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
        Runtime { objects, troubles: self.troubles }
    }
}

/// The span of a node, or of another where there is none.
pub(super) fn span_or(node: Option<Ref<'_>>, other: Ref<'_>) -> Span {
    node.map_or(other.span(), |node| node.span())
}
