//! Two configurations, compared by what they say to Traefik: which objects came, went or changed, and in what.

mod meaning;
mod running;

use crate::error::Place;
use crate::inventory::{Definition, File, Inventory, Lost, Part};
use crate::judge::{Taken, Verdict};
use crate::name::Kind;
use crate::named;
use crate::release::Release;
use crate::rule::{self, Rule};
use crate::runtime::Status;
use crate::schema::table::{self, Field};
pub use meaning::Meaning;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// A configuration, and what Traefik would do with it.
pub struct Side<'a> {
    /// Its files.
    pub inventory: &'a Inventory<'a>,
    /// What Traefik would do with them.
    pub taken: &'a Taken<'a>,
    /// The release that reads it.
    pub release: Release,
}

/// How two configurations differ.
#[derive(Debug)]
pub struct Comparison {
    /// Whether Traefik would load each.
    pub verdicts: (Verdict, Verdict),
    /// What a restart would lose where Traefik refuses what is there now.
    pub lost: Lost,
    /// What differs for Traefik.
    pub differences: Vec<Difference>,
    /// Files whose text can't be compared by what it says: Go templates, and what can't be read.
    pub opaque: Vec<String>,
    /// Files that differ in their text.
    pub texts: Vec<String>,
}

/// An object that differs.
#[derive(Debug)]
pub struct Difference {
    /// `http.router`, `tls.options`, …
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where it stands now, or stood.
    pub place: Place,
    /// What became of it.
    pub change: Change,
}

/// What became of an object.
#[derive(Debug)]
pub enum Change {
    /// It is new.
    Added {
        /// What it says.
        says: Meaning,
        /// What Traefik would make of it, unless that is a working object.
        state: Option<Detail>,
    },
    /// It is gone, and said this.
    Removed(Meaning),
    /// It has another name, and says the same.
    Renamed {
        /// What it was called.
        from: String,
    },
    /// It says something else.
    Changed(Vec<Detail>),
}

/// In what an object differs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Detail {
    /// The hosts of a router's rule.
    Hosts {
        /// Those that came.
        added: Vec<String>,
        /// Those that went.
        removed: Vec<String>,
    },
    /// A list.
    Items {
        /// Its path below the object.
        field: String,
        /// What came.
        added: Vec<String>,
        /// What went.
        removed: Vec<String>,
    },
    /// The order of a list.
    Order {
        /// Its path below the object.
        field: String,
        /// As it is now.
        now: Vec<String>,
    },
    /// A value.
    Value {
        /// Its path below the object.
        field: String,
        /// What it was.
        from: Option<String>,
        /// What it is.
        to: Option<String>,
    },
    /// Passwords.
    Secrets {
        /// The path of the list below the object.
        field: String,
        /// Whose.
        of: Vec<String>,
    },
    /// What Traefik would make of it.
    State {
        /// What it was; enabled where it was not there.
        from: Status,
        /// What it is.
        to: Status,
        /// Traefik's words for that.
        errors: Vec<String>,
    },
}

type Objects = BTreeMap<(&'static str, String), (Meaning, Place)>;

/// The kind of an object as Traefik's API has it, and its fields.
fn kind_of(protocol: Kind, part: Part) -> Option<(&'static str, &'static Field)> {
    let section = format!("{protocol}.{}", part.section());
    let (section, kind) = KINDS.iter().find(|(known, _)| *known == section)?;
    Some((*kind, table::find(section)?))
}

/// What one object says.
pub fn meaning(protocol: Kind, part: Part, definition: &Definition<'_>, release: Release) -> Option<Meaning> {
    meaning::item(definition.value, kind_of(protocol, part)?.1, release)
}

/// In what two objects of a kind differ.
pub fn details(protocol: Kind, part: Part, old: &Meaning, new: &Meaning) -> Vec<Detail> {
    let mut details = Vec::new();
    if let Some((kind, _)) = kind_of(protocol, part).filter(|_| old != new) {
        changes(kind, old, new, &mut details);
    }
    details
}

/// Compares two configurations.
pub fn compare(before: &Side<'_>, after: &Side<'_>) -> Comparison {
    let (old, mut new) = (objects(before), objects(after));
    let (was, is) = (states(before), states(after));
    let mut differences = Vec::new();
    let mut gone = Vec::new();
    for ((kind, name), (meaning, place)) in old {
        let Some((now, here)) = new.remove(&(kind, name.clone())) else {
            gone.push((kind, name, meaning, place));
            continue;
        };
        let mut details = Vec::new();
        if meaning != now {
            changes(kind, &meaning, &now, &mut details);
        }
        if let (Some((from, _)), Some((to, errors))) = (was.get(&(kind, name.as_str())), is.get(&(kind, name.as_str())))
            && from != to
        {
            details.push(Detail::State { from: *from, to: *to, errors: errors.to_vec() });
        }
        if !details.is_empty() {
            differences.push(Difference { kind, name, place: here, change: Change::Changed(details) });
        }
    }
    // What stood under one name and stands under another now has been renamed.
    let mut twins: BTreeMap<(&str, Meaning), VecDeque<String>> = BTreeMap::new();
    for ((kind, name), (meaning, _)) in new.iter().filter(|_| !gone.is_empty()) {
        twins.entry((kind, meaning.clone())).or_default().push_back(name.clone());
    }
    for (kind, name, meaning, place) in gone {
        let key = (kind, meaning);
        let twin = twins.get_mut(&key).and_then(VecDeque::pop_front);
        let (kind, meaning) = key;
        let renamed = twin.and_then(|twin| new.remove(&(kind, twin.clone())).map(|(_, here)| (twin, here)));
        differences.push(match renamed {
            Some((now, place)) => Difference { kind, name: now, place, change: Change::Renamed { from: name } },
            None => Difference { kind, name, place, change: Change::Removed(meaning) },
        });
    }
    differences.extend(new.into_iter().map(|((kind, name), (says, place))| {
        let found = is.get(&(kind, name.as_str())).filter(|(to, _)| *to != Status::Enabled);
        let state = found.map(|(to, errors)| Detail::State { from: Status::Enabled, to: *to, errors: errors.to_vec() });
        Difference { kind, name, place, change: Change::Added { says, state } }
    }));
    let (opaque, texts) = texts(before.inventory, after.inventory);
    // What came or went with a file that can't be read has not come or gone for all that is known.
    differences.retain(|d| matches!(d.change, Change::Changed(_)) || !opaque.contains(&d.place.file));
    differences.sort_by(|a, b| (rank(a.kind), &a.name).cmp(&(rank(b.kind), &b.name)));
    let (verdicts, lost) = ((before.taken.verdict, after.taken.verdict), after.inventory.lost());
    Comparison { verdicts, lost, differences, opaque, texts }
}

impl Comparison {
    /// Whether Traefik would do the same with both, as far as can be told.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty() && self.opaque.is_empty() && self.verdicts.0 == self.verdicts.1
    }
}

/// Every object, by kind and name; the first definition counts.
fn objects(side: &Side<'_>) -> Objects {
    let mut all = Objects::new();
    let inventory = side.inventory;
    // The kind and the field of each section: objects are many, sections few.
    let sections: HashMap<&str, (&'static str, &Field)> =
        KINDS.iter().filter_map(|(section, kind)| Some((*section, (*kind, table::find(section)?)))).collect();
    let mut add = |protocol: &str, section: &str, definition: &Definition<'_>| {
        let Some((kind, field)) = sections.get(format!("{protocol}.{section}").as_str()) else { return };
        if let Some(meaning) = meaning::item(definition.value, field, side.release) {
            all.insert((kind, definition.name.to_owned()), (meaning, inventory.place(definition)));
        }
    };
    inventory.all().iter().for_each(|(kind, part, definition)| add(kind.as_str(), part.section(), definition));
    inventory.all_tls().iter().for_each(|(part, definition)| add("tls", part.section(), definition));
    if let Some(field) = table::find("tls.certificates") {
        for (file, node) in inventory.certificates() {
            let Some(meaning) = meaning::item(*node, field, side.release) else { continue };
            let name = meaning.at(&["certFile"]).and_then(Meaning::text).unwrap_or_default().to_owned();
            let path = inventory.files().get(*file).map(|file| file.path.clone()).unwrap_or_default();
            let place = Place { file: path, line: node.line() };
            all.insert(("tls.certificate", public("certFile", name)), (meaning, place));
        }
    }
    all
}

/// Sections, and the kind of what stands in them as Traefik's API has it, in the order in which they are shown.
const KINDS: [(&str, &str); 13] = [
    ("http.routers", "http.router"),
    ("tcp.routers", "tcp.router"),
    ("udp.routers", "udp.router"),
    ("http.services", "http.service"),
    ("tcp.services", "tcp.service"),
    ("udp.services", "udp.service"),
    ("http.middlewares", "http.middleware"),
    ("tcp.middlewares", "tcp.middleware"),
    ("http.serversTransports", "http.serversTransport"),
    ("tcp.serversTransports", "tcp.serversTransport"),
    ("tls.options", "tls.options"),
    ("tls.stores", "tls.store"),
    ("tls.certificates", "tls.certificate"),
];

fn rank(kind: &str) -> usize {
    KINDS.iter().position(|(_, known)| *known == kind).unwrap_or(KINDS.len())
}

/// What Traefik would make of each object. Copies of routers come and go with the static configuration alone.
fn states<'s>(side: &'s Side<'_>) -> HashMap<(&'static str, &'s str), (Status, &'s [String])> {
    let objects = side.taken.runtime.objects.iter();
    objects.map(|object| ((object.kind, &*object.name), (object.status, object.errors.as_slice()))).collect()
}

/// In what two objects of a kind differ.
fn changes(kind: &'static str, old: &Meaning, new: &Meaning, details: &mut Vec<Detail>) {
    if kind.ends_with(".router") {
        let text = |meaning: &Meaning| meaning.at(&["rule"]).and_then(Meaning::text).unwrap_or_default().to_owned();
        hosts(kind, &text(old), &text(new), details);
    }
    below(String::new(), Some(old), Some(new), details);
    // Where hosts say all that is new in a rule, its text says nothing more.
    let only_hosts = |rule: &str| rule::parse(protocol(kind), rule).is_ok_and(|rule| is_of_hosts(&rule));
    let is_said = details.iter().any(|detail| matches!(detail, Detail::Hosts { .. }));
    details.retain(|detail| match detail {
        Detail::Value { field, from: Some(from), to: Some(to) } if field == "rule" => {
            !(is_said && only_hosts(from) && only_hosts(to))
        }
        _ => true,
    });
}

/// Whether a rule asks for one of some hosts, and for nothing else.
fn is_of_hosts(rule: &Rule) -> bool {
    match rule {
        Rule::Or(operands) => operands.iter().all(is_of_hosts),
        Rule::Matcher(_) => !rule.hosts_and_wildcards().is_empty(),
        _ => false,
    }
}

fn protocol(kind: &str) -> rule::Protocol {
    if kind.starts_with("http") { rule::Protocol::Http } else { rule::Protocol::Tcp }
}

fn hosts(kind: &str, old: &str, new: &str, details: &mut Vec<Detail>) {
    let hosts = |text: &str| rule::parse(protocol(kind), text).map(|rule| rule.hosts_and_wildcards());
    if let (Ok(old), Ok(new)) = (hosts(old), hosts(new)) {
        let (added, removed) = (missing(&new, &old), missing(&old, &new));
        if !added.is_empty() || !removed.is_empty() {
            details.push(Detail::Hosts { added, removed });
        }
    }
}

/// What one list has and another has not, each as often as it is.
fn missing(these: &[String], those: &[String]) -> Vec<String> {
    let mut left: HashMap<&str, usize> = HashMap::new();
    those.iter().for_each(|item| *left.entry(item).or_default() += 1);
    let is_missing = |item: &&String| match left.get_mut(item.as_str()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    these.iter().filter(is_missing).cloned().collect()
}

/// Walks down both values side by side.
fn below(field: String, old: Option<&Meaning>, new: Option<&Meaning>, details: &mut Vec<Detail>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Meaning::Fields(old)), Some(Meaning::Fields(new))) => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                below(path, old.get(name), new.get(name), details);
            }
        }
        (old, new) if [old, new].into_iter().flatten().all(|one| matches!(one, Meaning::List(_))) => {
            let items = |meaning: Option<&Meaning>| meaning.map(Meaning::items).unwrap_or_default();
            let (old, new) = (items(old), items(new));
            let shown = |items: Vec<String>| items.into_iter().map(|item| public(&field, item)).collect();
            let (added, removed): (Vec<String>, Vec<String>) = (shown(missing(&new, &old)), shown(missing(&old, &new)));
            details.push(match () {
                () if added.is_empty() && removed.is_empty() => Detail::Order { now: shown(new), field },
                // What is not shown makes the difference.
                () if added == removed => Detail::Secrets { of: added, field },
                () => Detail::Items { added, removed, field },
            });
        }
        (old, new) => {
            let shown = |meaning: Option<&Meaning>| meaning.map(|meaning| public(&field, meaning.to_string()));
            let (from, to) = (shown(old), shown(new));
            details.push(Detail::Value { field, from, to });
        }
    }
}

/// Files that differ and whose meaning is not known, and all that differ in their text.
fn texts(old: &Inventory<'_>, new: &Inventory<'_>) -> (Vec<String>, Vec<String>) {
    fn by_path<'i>(inventory: &'i Inventory<'_>) -> BTreeMap<&'i str, &'i File> {
        inventory.files().iter().map(|file| (file.path.as_str(), *file)).collect()
    }
    let (old, new) = (by_path(old), by_path(new));
    let mut paths: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
    paths.sort_unstable();
    paths.dedup();
    let both = paths.into_iter().map(|path| (path, [old.get(path), new.get(path)]));
    let differ: Vec<_> = both.filter(|(_, [old, new])| old.map(|f| f.text()) != new.map(|f| f.text())).collect();
    let is_opaque = |files: &[Option<&&File>; 2]| files.iter().flatten().any(|file| file.document().is_none());
    let opaque = differ.iter().filter(|(_, files)| is_opaque(files)).map(|(path, _)| (*path).to_owned());
    (opaque.collect(), differ.iter().map(|(path, _)| (*path).to_owned()).collect())
}

/// What may be shown of a value: no password, and no key.
fn public(field: &str, text: String) -> String {
    match text.split_once(':') {
        Some((user, _)) if field.ends_with(".users") => user.to_owned(),
        _ if named::is_inline(&text) => "(PEM)".into(),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
