//! What a change to routes must do: pure decisions, from the inventory and what is wanted to edits of files.

mod add;
mod change;
mod conflict;
mod create;
mod defaults;
mod effects;
mod relocate;
mod remove;
mod revert;

pub use add::{AddRequest, add};
pub use change::{Wanted, set};
pub use effects::effects_between;
pub use remove::{remove, rename};
pub use revert::{Conflict, Moments, differ_at, revert};

use crate::edit::Patch;
use crate::error::{Code, Error};
use crate::inventory::{Definition, Inventory, Part, bare};
use crate::name::{EntryPointName, Kind, MiddlewareRef, ResolverName};
use crate::release::Release;
use crate::route::{Route, lookup};
use crate::rule::{self, Rule};
use crate::settings::Defaults;
use crate::static_config::StaticConfig;

/// What is known beside the files.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Traefik's static configuration, where it is known.
    pub static_config: Option<StaticConfig>,
    /// What new routes get.
    pub defaults: Defaults,
    /// The one file that Traefik reads, where it does not read a directory.
    pub only: Option<String>,
    /// The release of Traefik that reads the files.
    pub release: Release,
}

/// What a change does to one file.
#[derive(Clone, Debug)]
pub struct FileEdit {
    /// Path in the directory.
    pub path: String,
    /// What it shall say; one patch after the other.
    pub patches: Vec<Patch>,
}

/// What happened to a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// It is new.
    Added,
    /// It is another now.
    Changed,
    /// It is gone.
    Removed,
    /// It was so already.
    Unchanged,
}

impl Verb {
    /// The word in results.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Added => "added",
            Verb::Changed => "changed",
            Verb::Removed => "removed",
            Verb::Unchanged => "unchanged",
        }
    }
}

/// What a change does to one route.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What happens.
    pub verb: Verb,
    /// The kind of the route.
    pub kind: Kind,
    /// Its name, afterwards.
    pub name: String,
    /// Defaults that were taken, with where they came from.
    pub notes: Vec<String>,
    /// The route: as it was where it is removed, else as it is afterwards.
    pub route: Option<Route>,
}

/// A decided change.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Files and what becomes of them, in an order in which every state in between is valid.
    pub edits: Vec<FileEdit>,
    /// Files that get a text as a whole, an earlier one say; `None` where the file goes.
    pub texts: Vec<(String, Option<String>)>,
    /// The routes that it is about.
    pub effects: Vec<Effect>,
}

impl Plan {
    /// Adds another plan, made on the same inventory.
    pub fn join(&mut self, other: Plan) {
        for FileEdit { path, patches } in other.edits {
            for patch in patches {
                self.patch(&path, patch);
            }
        }
        self.texts.extend(other.texts);
        self.effects.extend(other.effects);
    }

    /// Adds a patch to a file; patches of one file are joined.
    fn patch(&mut self, path: &str, patch: Patch) {
        match self.edits.iter_mut().find(|e| e.path == path) {
            Some(FileEdit { patches, .. }) => match patches.pop() {
                Some(before) => patches.push(before.and(patch)),
                None => patches.push(patch),
            },
            None => self.edits.push(FileEdit { path: path.to_owned(), patches: vec![patch] }),
        }
    }
}

/// What to do with one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Put this there.
    Set(T),
    /// Take it away.
    Clear,
}

/// What to do with a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListEdit {
    /// The whole list.
    pub replace: Option<Vec<String>>,
    /// Items to add at the end.
    pub add: Vec<String>,
    /// Items to take out.
    pub remove: Vec<String>,
}

impl ListEdit {
    /// Whether anything was said about the list.
    pub fn is_named(&self) -> bool {
        *self != ListEdit::default()
    }

    fn apply(&self, now: &[String]) -> Vec<String> {
        let mut list: Vec<String> = self.replace.clone().unwrap_or_else(|| now.to_vec());
        list.retain(|item| !self.remove.contains(item));
        for item in &self.add {
            if !list.contains(item) {
                list.push(item.clone());
            }
        }
        list
    }
}

/// The one route that a user means.
pub fn find<'a>(inventory: &Inventory<'a>, text: &str) -> Result<(Kind, Definition<'a>), Error> {
    match lookup(inventory, text).as_slice() {
        [one] => Ok(*one),
        [] => Err(Error::new(Code::NotFound, format!("there is no route {text:?}")).hint(
            match inventory.has_templates() {
                true => {
                    "`cloudlunacy route list` shows the routes; what Go templates ({{) define is not seen".to_owned()
                }
                false => "`cloudlunacy route list` shows the routes".to_owned(),
            },
        )),
        several => {
            let candidates: Vec<String> =
                several.iter().map(|(kind, d)| format!("{kind}/{} ({})", d.name, inventory.place(d))).collect();
            Err(Error::new(
                Code::Ambiguous,
                format!("{text:?} can mean {} routes: {}", several.len(), candidates.join(", ")),
            )
            .hint(format!("name one of them, for example {}/{}", several[0].0, several[0].1.name)))
        }
    }
}

/// Reads a rule of the user's.
fn parse_rule(kind: Kind, text: &str, release: Release) -> Result<Rule, Error> {
    let rule = rule::parse(crate::route::protocol(kind), text).map_err(|bad| {
        let error = Error::new(Code::BadValue, format!("--rule: {}", bad.message)).pointing_at(text, bad.span);
        Error { hint: bad.hint, ..error }
    })?;
    match rule.regexp_fault(release) {
        Some(fault) => Err(Error::new(Code::BadValue, format!("--rule: {fault}; Traefik would disable the route"))),
        None => Ok(rule),
    }
}

/// Whether names that a route refers to exist, as far as that can be known.
fn check_references(
    inventory: &Inventory<'_>,
    facts: &Facts,
    kind: Kind,
    wanted: &References<'_>,
) -> Result<(), Error> {
    for middleware in wanted.middlewares {
        let parsed: MiddlewareRef = middleware.parse().map_err(bad_value)?;
        let ours = matches!(parsed.provider(), None | Some("file"));
        let known = inventory.get(kind, Part::Middleware, parsed.name()).is_some();
        if ours && !known && !inventory.template_mentions(parsed.name()) {
            let names: Vec<&str> = inventory
                .definitions(Part::Middleware)
                .filter(|(k, _)| *k == kind)
                .map(|(_, d)| d.name)
                .take(20)
                .collect();
            let error = Error::new(
                Code::UnknownReference,
                format!("there is no {kind} middleware {middleware:?}; Traefik would disable the route"),
            );
            return Err(match names.is_empty() {
                true => error
                    .hint(format!("define it in a file of the directory first; there are no {kind} middlewares yet")),
                false => error.hint(format!("there are: {}", names.join(", "))),
            });
        }
    }
    for name in wanted.entry_points {
        let parsed: EntryPointName = name.parse().map_err(bad_value)?;
        let Some(config) = &facts.static_config else { continue };
        let fits = |e: &&crate::static_config::EntryPoint| e.udp == (kind == Kind::Udp);
        if !config.entry_point(parsed.as_str()).as_ref().is_some_and(fits) {
            let names: Vec<&str> = config.entry_points.iter().filter(fits).map(|e| e.name.as_str()).collect();
            let what = if kind == Kind::Udp { "UDP" } else { "TCP" };
            return Err(Error::new(Code::UnknownReference, format!("the static configuration has no {what} entry point {name:?}; Traefik would not serve the route there"))
                .hint(format!("{what} entry points: {}", if names.is_empty() { "none".into() } else { names.join(", ") })));
        }
    }
    if let Some(resolver) = wanted.cert_resolver {
        let parsed: ResolverName = resolver.parse().map_err(bad_value)?;
        if let Some(config) = facts.static_config.as_ref().filter(|c| c.resolver(parsed.as_str()).is_none()) {
            let names: Vec<&str> = config.resolvers.iter().map(|r| r.name.as_str()).collect();
            return Err(Error::new(
                Code::UnknownReference,
                format!("the static configuration has no certificate resolver {resolver:?}"),
            )
            .hint(format!(
                "certificate resolvers: {}",
                if names.is_empty() { "none".into() } else { names.join(", ") }
            )));
        }
    }
    Ok(())
}

/// New names that a route refers to.
struct References<'w> {
    middlewares: &'w [String],
    entry_points: &'w [String],
    cert_resolver: Option<&'w str>,
}

/// What is wrong with a checked text, as an error.
pub fn bad_value(bad: crate::name::BadName) -> Error {
    Error { hint: bad.hint, ..Error::new(Code::BadValue, bad.what) }
}

/// The service of a router where it is defined here, and can be edited.
fn own_service<'a>(inventory: &Inventory<'a>, kind: Kind, route: &Route) -> Option<Definition<'a>> {
    inventory.get(kind, Part::Service, bare(route.service.as_deref()?)?)
}

/// Refuses to edit an entry that an alias or a merge key supplies.
fn must_be_direct(inventory: &Inventory<'_>, definition: &Definition<'_>) -> Result<(), Error> {
    match definition.direct {
        true => Ok(()),
        false => Err(Error::new(
            Code::NotEditable,
            format!(
                "{:?} is supplied by an alias or a merge key, so an edit would change other entries too",
                definition.name
            ),
        )
        .hint("edit it by hand")
        .at(inventory.place(definition))),
    }
}

/// A word for the shell that means this route and no other.
fn route_word(inventory: &Inventory<'_>, kind: Kind, router: &Definition<'_>) -> String {
    match lookup(inventory, router.name).len() {
        0 | 1 => shell_word(router.name),
        _ => shell_word(&format!("{kind}/{}", router.name)),
    }
}

/// A name as a word for the shell.
pub fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._~-/:@%+".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}
