//! What Traefik must have loaded when a change is live, and what it has instead.

use super::configuration::{Configuration, EntryPoint, Loaded, loaded};
use super::telling::CONFLICTED;
use super::{Api, PATIENCE, State};
use crate::compare::{Detail, Meaning, details, meaning};
use crate::document::Format;
use crate::error::Error;
use crate::inventory::{Content, File, Inventory, Part, TlsPart};
use crate::name::Kind;
use crate::plan::Effect;
use crate::release::Release;
use crate::store::{Changed, FileChange};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// An object that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    kind: Kind,
    part: Part,
    name: String,
    /// The fields that the change is about; nothing where it is about all that is said.
    fields: Option<BTreeSet<String>>,
}

/// What Traefik has instead of what a subject should be.
pub struct Instead {
    /// Of what.
    pub subject: Subject,
    /// What it has, in words.
    pub words: String,
    /// Whether it has loaded the subject as it should be, and only does not work with it.
    pub is_loaded: bool,
}

/// Everything that a change is about.
pub struct Expected {
    /// What the API can be asked for.
    pub subjects: Vec<Subject>,
    /// What it does not tell of, in words.
    pub untold: Vec<String>,
}

impl Expected {
    /// What must be so after a change that left `after`.
    pub fn of(changed: &Changed, after: &Inventory<'_>, release: Release) -> Expected {
        let parsed = |path: &str, text: &Option<String>| {
            let content = Content::of(Format::of(path)?, text.clone()?);
            Some(File { path: path.to_owned(), content })
        };
        let (mut old, mut new, mut untold) = (Vec::new(), Vec::new(), BTreeSet::new());
        for FileChange { path, old: was, new: is } in &changed.files {
            let sides = [parsed(path, was), parsed(path, is)];
            // What a template says, or what can't be read, is not known, so neither is what came or went.
            if sides.iter().flatten().any(|file| file.document().is_none()) {
                untold.insert(path.clone());
                continue;
            }
            let [was, is] = sides;
            old.extend(was);
            new.extend(is);
        }
        let (old, new) = (Inventory::of(&old), Inventory::of(&new));
        let mut subjects: BTreeMap<(Kind, Part, String), Option<BTreeSet<String>>> = BTreeMap::new();
        let objects = |inventory: &Inventory<'_>| {
            inventory.all().iter().map(|(kind, part, d)| (*kind, *part, d.name.to_owned())).collect::<BTreeSet<_>>()
        };
        for (kind, part, name) in objects(&old).union(&objects(&new)) {
            let (was, is) = (old.get(*kind, *part, name), new.get(*kind, *part, name));
            if let (Some(was), Some(is)) = (was, is)
                && was.value.is_same_text(is.value)
            {
                continue;
            }
            let said = |d: Option<_>| d.and_then(|d| meaning(*kind, *part, &d, release));
            let (was, is) = (said(was), said(is));
            if was == is {
                continue;
            }
            if *part == Part::ServersTransport {
                untold.insert(format!("{} {name:?}", part.words()));
                continue;
            }
            let fields = match (&was, &is) {
                (Some(was), Some(is)) => Some(details(*kind, *part, was, is).iter().map(field).collect()),
                _ => None,
            };
            subjects.insert((*kind, *part, name.clone()), fields);
        }
        if tls_texts(&old) != tls_texts(&new) {
            untold.insert("tls".into());
        }
        for effect in changed.effects() {
            of_effect(effect, after, &mut subjects);
        }
        let subjects = subjects.into_iter();
        let subjects = subjects.map(|((kind, part, name), fields)| Subject { kind, part, name, fields }).collect();
        Expected { subjects, untold: untold.into_iter().collect() }
    }
}

/// What a command is about must be live even where it was so in the files already.
fn of_effect(
    effect: &Effect,
    after: &Inventory<'_>,
    subjects: &mut BTreeMap<(Kind, Part, String), Option<BTreeSet<String>>>,
) {
    subjects.entry((effect.kind, Part::Router, effect.name.clone())).or_default();
    let service = effect.route.as_ref().and_then(|route| route.service.as_deref());
    if let Some(name) = service.and_then(crate::inventory::bare)
        && after.get(effect.kind, Part::Service, name).is_some()
    {
        subjects.entry((effect.kind, Part::Service, name.to_owned())).or_default();
    }
}

fn tls_texts(inventory: &Inventory<'_>) -> Vec<(Option<TlsPart>, String, String)> {
    let named = inventory.all_tls().iter();
    let named = named.map(|(part, d)| (Some(*part), d.name.to_owned(), d.value.raw().to_owned()));
    let certificates = inventory.certificates().iter();
    named.chain(certificates.map(|(_, node)| (None, String::new(), node.raw().to_owned()))).collect()
}

/// The field that a detail is about.
fn field(detail: &Detail) -> String {
    match detail {
        Detail::Hosts { .. } => "rule".into(),
        Detail::Items { field, .. }
        | Detail::Order { field, .. }
        | Detail::Value { field, .. }
        | Detail::Secrets { field, .. } => field.clone(),
        Detail::State { .. } => "status".into(),
    }
}

impl Api {
    /// What Traefik has instead of what is expected, for each subject; nothing where all is as it should be.
    pub fn instead(
        &self,
        subjects: &[Subject],
        entry_points: &[EntryPoint],
        after: &Inventory<'_>,
        release: Release,
        within: Duration,
    ) -> Result<Vec<Instead>, Error> {
        let objects = self.ask(subjects, entry_points, within)?;
        let has = Configuration::of(objects, entry_points, after, None);
        let files = [&has.file];
        let inventory = Inventory::of(files);
        let line = |subject: &Subject| {
            let Subject { kind, part, name, .. } = subject;
            let said = |inventory: &Inventory<'_>| {
                inventory.get(*kind, *part, name).and_then(|d| meaning(*kind, *part, &d, release))
            };
            subject.instead(said(&inventory), said(after), &has.state(*kind, *part, name))
        };
        Ok(subjects.iter().filter_map(line).collect())
    }

    /// The objects that are asked for, and copies of routers for entry points, as far as Traefik has them.
    fn ask(&self, subjects: &[Subject], entry_points: &[EntryPoint], within: Duration) -> Result<Vec<Loaded>, Error> {
        const MOST: usize = 40;
        let start = Instant::now();
        let paths = subjects.iter().flat_map(|subject| subject.paths(entry_points));
        let paths: Vec<(&Subject, String)> = paths.take(MOST + 1).collect();
        if paths.len() > MOST {
            return Ok(loaded(&self.all()?));
        }
        let mut objects = Vec::new();
        for (Subject { kind, part, .. }, name) in paths {
            let path = format!("{kind}/{}/{}", part.section(), encoded(&format!("{name}@file")));
            if let Some(found) = self.get(&path, within.saturating_sub(start.elapsed()).min(PATIENCE))?
                && let serde_json::Value::Object(value) = found
            {
                objects.push(Loaded { kind: *kind, part: *part, name, value });
            }
        }
        Ok(objects)
    }
}

impl Subject {
    /// The names under which Traefik may have it.
    fn paths<'s>(&'s self, entry_points: &'s [EntryPoint]) -> impl Iterator<Item = (&'s Subject, String)> {
        let may_be_copied = (self.kind, self.part) == (Kind::Http, Part::Router);
        let copies = entry_points.iter().filter(move |_| may_be_copied);
        let copies = copies.flat_map(move |entry| {
            let on = entry.name();
            let marks = [String::new(), CONFLICTED.to_owned(), format!("{CONFLICTED}{on}-")];
            marks.map(|mark| (self, format!("{on}-{mark}{}", self.name)))
        });
        std::iter::once((self, self.name.clone())).chain(copies)
    }

    /// What Traefik has in its place; nothing where it has just this.
    fn instead(&self, live: Option<Meaning>, wanted: Option<Meaning>, state: &State) -> Option<Instead> {
        let instead = |words: String| Some(Instead { subject: self.clone(), words, is_loaded: false });
        let what = format!("{} {} {:?}", self.kind, self.part.words(), self.name);
        let (live, wanted) = match (live, wanted) {
            (None, None) => return None,
            (None, Some(_)) => return instead(format!("it has no {what}")),
            (Some(_), None) => return instead(format!("it still has {what}")),
            (Some(live), Some(wanted)) => (live, wanted),
        };
        let differs = details(self.kind, self.part, &live, &wanted);
        let differs: Vec<&Detail> = differs.iter().filter(|detail| self.concerns(detail, &wanted)).collect();
        if !differs.is_empty() {
            let words: Vec<String> = differs.into_iter().map(|detail| words(detail, &live, &wanted)).collect();
            return instead(format!("{what} has {}", words.join(", and ")));
        }
        let words = || format!("it has loaded {what}, but disabled it: {}", state.errors.join("; "));
        let is_useless = state.is_disabled && self.part == Part::Router;
        is_useless.then(|| Instead { subject: self.clone(), words: words(), is_loaded: true })
    }

    /// Whether a difference is of a field that the change is about; what Traefik fills in by itself is none.
    fn concerns(&self, detail: &Detail, wanted: &Meaning) -> bool {
        let field = field(detail);
        match &self.fields {
            Some(fields) => {
                let within = |one: &str, other: &str| {
                    one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                };
                fields.iter().any(|known| within(known, &field) || within(&field, known))
            }
            None => wanted.at(&field.split('.').collect::<Vec<_>>()).is_some(),
        }
    }
}

/// What Traefik has, and not what the files say.
fn words(detail: &Detail, live: &Meaning, wanted: &Meaning) -> String {
    let shown = |items: &[String]| if items.is_empty() { "none".to_owned() } else { items.join(", ") };
    match detail {
        // The rule's own text says it.
        Detail::Hosts { added, removed } if removed.is_empty() => format!("not the host {}", added.join(", ")),
        Detail::Hosts { removed, .. } => format!("the host {} still", removed.join(", ")),
        // Where items only came, or only went, the lists as a whole say more; they may hold passwords, though.
        Detail::Items { field, added, removed } => {
            let all = |meaning: &Meaning| meaning.at(&field.split('.').collect::<Vec<_>>()).map(Meaning::items);
            let few = !added.is_empty() && !removed.is_empty() || field.ends_with(".users");
            let (has, wants) = match few {
                true => (removed.clone(), added.clone()),
                false => (all(live).unwrap_or_default(), all(wanted).unwrap_or_default()),
            };
            format!("{field}: {} instead of {}", shown(&has), shown(&wants))
        }
        Detail::Order { field, .. } => format!("{field} in another order"),
        Detail::Secrets { field, of } => format!("{field}: another password for {}", of.join(", ")),
        Detail::Value { field, from, to } => {
            let or_none = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
            format!("{field}: {} instead of {}", or_none(from), or_none(to))
        }
        Detail::State { errors, .. } => errors.join("; "),
    }
}

/// A name as one segment of a path.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte);
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(escaped).collect()
}

#[cfg(test)]
mod tests;
