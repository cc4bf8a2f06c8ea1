//! Every field of Traefik's dynamic configuration, as a tree that is built once from `fields.tsv`.
//!
//! A line there has, between tabs: the path (`*` stands for a name, `[]` for an item), the type, Go's type where
//! Traefik's words need it, the default, marks (`empty`: may stand without content; `ignored`: the file provider
//! takes it without effect; `deprecated`), and the releases that have it (`3.2.0`, `3.6.3-3.7.0`; nothing: all of 3.x).

use super::value::is_called;
use crate::release::Release;
use std::sync::OnceLock;

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Fields of its own.
    Struct,
    /// Names, each with such a value.
    Map(Element),
    /// A list of such values.
    List(Element),
    /// Text.
    Text,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Int,
    /// A whole number from 0 to 4294967295.
    Uint32,
    /// A duration such as `10s`; a bare number counts seconds.
    Duration,
    /// Something that no file can give.
    Opaque,
}

/// What a list or a mapping of names holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// Fields of its own.
    Struct,
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// The configuration of a plugin: anything.
    Plugin,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Where it stands: `http.routers.*.rule`.
    pub path: &'static str,
    name: &'static str,
    /// Its number among the fields of its parent.
    pub(super) place: u32,
    /// What it takes.
    pub kind: Type,
    /// Its type in words: `string`, `list<string>`, ….
    pub type_name: &'static str,
    /// Go's type, where Traefik's words name it.
    pub go_type: &'static str,
    /// The value that it has when it is not given; empty where that is nothing.
    pub default: &'static str,
    /// Whether it may stand without content.
    pub may_be_empty: bool,
    /// Whether the file provider takes it without effect.
    pub is_ignored: bool,
    /// Whether Traefik has given it up.
    pub is_deprecated: bool,
    /// The releases that have it: first, and first without it again.
    releases: Vec<(Release, Option<Release>)>,
    /// The fields below it.
    pub fields: Vec<Field>,
}

impl Field {
    /// Its own name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether a release has it.
    pub fn is_in(&self, release: Release) -> bool {
        self.releases.is_empty()
            || self.releases.iter().any(|(since, until)| release >= *since && until.is_none_or(|until| release < until))
    }

    /// The first release that has it; `None` where 3.0.0 has it.
    pub fn since(&self) -> Option<Release> {
        self.releases.first().map(|(since, _)| *since).filter(|since| *since > OLDEST)
    }

    /// The field of this name below it, in a release.
    pub fn find(&self, name: &str, release: Release) -> Option<&Field> {
        self.fields.iter().find(|field| is_called(name, field.name()) && field.is_in(release))
    }

    /// The field of this name below it, in whatever release.
    pub fn find_in_any(&self, name: &str) -> Option<&Field> {
        self.fields.iter().rfind(|field| is_called(name, field.name()))
    }

    /// Go's name of its kind, as Traefik's words have it.
    pub fn go_kind(&self) -> &'static str {
        match self.kind {
            _ if self.go_type.starts_with('*') => "ptr",
            Type::Struct => "struct",
            Type::Map(_) => "map",
            Type::List(_) => "slice",
            Type::Text => "string",
            Type::Bool => "bool",
            Type::Int if self.type_name == "int" => "int",
            Type::Int | Type::Duration => "int64",
            Type::Uint32 => "uint32",
            Type::Opaque => "ptr",
        }
    }
}

const OLDEST: Release = Release { minor: 0, patch: 0 };

/// What stands above `http`, `tcp`, `udp` and `tls`.
pub fn root() -> &'static Field {
    static ROOT: OnceLock<Field> = OnceLock::new();
    ROOT.get_or_init(|| tree(include_str!("fields.tsv")))
}

/// The field at a path such as `http.routers.*.rule`; a name or a number may stand for `*` and `[]`.
pub fn find(path: &str) -> Option<&'static Field> {
    let mut at = root();
    let mut names = path.split('.').map(|name| name.split('[').next().unwrap_or(name));
    while let Some(name) = names.next() {
        at = at.find_in_any(name)?;
        if matches!(at.kind, Type::Map(_)) && names.next().is_none() {
            break;
        }
    }
    Some(at)
}

fn tree(lines: &'static str) -> Field {
    let mut open = vec![field("")];
    for line in lines.lines() {
        let new = field(line);
        while open.len() > 1 && open.last().is_some_and(|top| !is_below(new.path, top.path)) {
            close(&mut open);
        }
        open.push(new);
    }
    while open.len() > 1 {
        close(&mut open);
    }
    open.pop().unwrap_or_else(|| field(""))
}

fn close(open: &mut Vec<Field>) {
    if let (Some(mut done), Some(parent)) = (open.pop(), open.last_mut()) {
        done.place = parent.fields.len() as u32;
        parent.fields.push(done);
    }
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with(['.', '[']))
}

fn field(line: &'static str) -> Field {
    let mut columns = line.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (path, type_name, go_type, default, marks, releases) = (next(), next(), next(), next(), next(), next());
    let is_marked = |mark| marks.split(' ').any(|m| m == mark);
    Field {
        path,
        name: path.rsplit('.').next().unwrap_or(path),
        place: 0,
        kind: kind(type_name),
        type_name,
        go_type,
        default,
        may_be_empty: is_marked("empty"),
        is_ignored: is_marked("ignored"),
        is_deprecated: is_marked("deprecated"),
        releases: releases.split_whitespace().filter_map(range).collect(),
        fields: Vec::new(),
    }
}

fn kind(type_name: &str) -> Type {
    match type_name {
        "struct" | "" => Type::Struct,
        "map<struct>" => Type::Map(Element::Struct),
        "map<string>" => Type::Map(Element::Text),
        "map<int>" => Type::Map(Element::Int),
        "map<map<any>>" => Type::Map(Element::Plugin),
        "list<struct>" => Type::List(Element::Struct),
        "list<string>" => Type::List(Element::Text),
        "bool" => Type::Bool,
        "int" | "int64" => Type::Int,
        "uint32" => Type::Uint32,
        "duration" => Type::Duration,
        "string" => Type::Text,
        _ => Type::Opaque,
    }
}

fn range(text: &str) -> Option<(Release, Option<Release>)> {
    let mut ends = text.split('-').map(|end| Release::parse(end).ok());
    Some((ends.next()??, ends.next().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all<'f>(field: &'f Field, found: &mut Vec<&'f Field>) {
        for below in &field.fields {
            found.push(below);
            all(below, found);
        }
    }

    #[test]
    fn every_line_is_a_field_below_its_parent() {
        let mut found = Vec::new();
        all(root(), &mut found);
        assert_eq!(found.len(), include_str!("fields.tsv").lines().count());
        for field in found {
            let parent = field.path.rsplit_once('.').map_or("", |(parent, _)| parent);
            let parent = parent.trim_end_matches("*").trim_end_matches('.').trim_end_matches("[]");
            assert!(
                parent.is_empty()
                    || find(parent)
                        .is_some_and(|p| p.path == parent && p.fields.iter().any(|f| std::ptr::eq(f, field))),
                "{}",
                field.path
            );
            assert!(!(field.kind == Type::Struct || matches!(field.kind, Type::Map(_))) || !field.go_type.is_empty());
            assert!(field.kind != Type::Opaque || field.is_ignored, "{}", field.path);
        }
    }

    #[test]
    fn fields_are_found_by_their_path() {
        let average = find("http.middlewares.limit.rateLimit.average").unwrap();
        assert_eq!((average.kind, average.since()), (Type::Int, None));
        assert_eq!(find("HTTP.services.*.loadBalancer.servers[3].URL").map(Field::name), Some("url"));
        assert_eq!(find("http.routers").map(Field::name), Some("routers"));
        assert!(find("http.routers.*.nope").is_none());
    }

    #[test]
    fn releases_have_what_they_had() {
        let has = |path: &str, name: &str, release: &str| {
            let parent = if path.is_empty() { root() } else { find(path).unwrap() };
            parent.find(name, Release::parse(release).unwrap()).is_some()
        };
        assert!(!has("http.services.*.failover", "errors", "3.6"));
        assert!(has("http.services.*.failover", "errors", "3.7"));
        assert!(!has("http.routers.*.tls", "resolvedOptions", "3.7.0"));
        assert!(has("http.routers.*.tls", "resolvedOptions", "3.6.18"));
        let redirect = find("http.middlewares.*.redirectScheme").unwrap();
        let ignored = |release: &str| {
            redirect.find("forcePermanentRedirect", Release::parse(release).unwrap()).map(|f| f.is_ignored)
        };
        assert_eq!((ignored("3.6.2"), ignored("3.6.3"), ignored("3.7")), (None, Some(false), Some(true)));
    }
}
