//! The walk over a file by the table of fields. It follows aliases and merge keys, leaves null out first, and then
//! asks of every node what the passes of Traefik's decoder ask: is it text, is there such a field, is it a value.

use super::fault::{Fault, FaultKind, Pass, Path, Remark, RemarkKind, Step};
use super::table::{self, Element, Field, Type};
use super::time;
use super::value::{Entry, entries, fields_of, is_null, key_name, pairs, parse_bool, text};
use crate::document::scalar::Scalar;
use crate::document::{Kind, Ref, Span};
use crate::golang::quote;
use crate::release::Release;
use std::borrow::Cow;

/// Nesting that no configuration has.
const DEEPEST: usize = 200;
/// As many faults are told of one file; Traefik tells the first.
const MOST: usize = 1000;

pub(super) struct Walker<'d> {
    pub(super) release: Release,
    pub(super) path: Vec<Step<'d>>,
    pub(super) faults: Vec<Fault<'d>>,
    /// `None` where nobody asks for remarks.
    pub(super) remarks: Option<Vec<Remark<'d>>>,
}

impl<'d> Walker<'d> {
    pub(super) fn root(&mut self, root: Ref<'d>) {
        let root = root.resolved();
        if root.kind() != Kind::Map {
            let tag = match (root.kind(), Scalar::of(root)) {
                (Kind::Seq, _) => "!!seq".to_owned(),
                (_, Some(value)) => format!("!!{} `{}`", value.type_name(), shortened(root.text().unwrap_or_default())),
                _ => String::new(),
            };
            let line = root.line();
            let says = format!(
                "yaml: unmarshal errors:\n  line {line}: cannot unmarshal {tag} into map[string]interface {{}}"
            );
            return self.fault(Pass::Root, FaultKind::NotAMapping, root.span(), says);
        }
        let mut seen = 0;
        for (key, value) in fields_of(root) {
            // The root's keys are text whatever they look like.
            let name = key.resolved().text().unwrap_or_default();
            match table::root().find(name, self.release) {
                Some(field) => {
                    self.once(&mut seen, root, field, key, value);
                    self.below(Step::Key(Cow::Borrowed(name)), |walk| walk.field(field, key, value, true));
                }
                None => self.remark(|| RemarkKind::UnknownSection { name: name.to_owned() }, key.span()),
            }
        }
    }

    pub(super) fn below(&mut self, step: Step<'d>, walk: impl FnOnce(&mut Self)) {
        if self.path.len() < DEEPEST {
            self.path.push(step);
            walk(self);
            self.path.pop();
        }
    }

    fn fault(&mut self, pass: Pass, kind: FaultKind, span: Span, says: String) {
        let fault = Fault { pass, kind, span, path: Path(self.path.clone()), says };
        if self.faults.len() < MOST {
            self.faults.push(fault);
        } else if let Some(last) = self.faults.last_mut()
            && (fault.pass, &fault.path) < (last.pass, &last.path)
        {
            *last = fault;
        }
    }

    /// The fields of a struct, given by a node that may be of any kind.
    fn object(&mut self, owner: &'static Field, node: Ref<'d>, fills: bool) {
        if node.kind() != Kind::Map {
            return self.no_fields(Some(owner), node);
        }
        let mut seen = 0;
        for (key, value) in pairs(node) {
            if is_null(value) {
                if self.remarks.is_some() {
                    self.null_field(owner, key, value);
                }
                continue;
            }
            let Some(name) = key_name(key) else { continue };
            match owner.find(&name, self.release) {
                Some(field) => {
                    self.once(&mut seen, node, field, key, value);
                    self.below(Step::Key(name), |walk| walk.field(field, key, value, fills));
                }
                None => self.unknown(Some(owner), name, key.span(), value),
            }
        }
    }

    /// Sees to it that a field in two spellings is noticed; `seen` has a bit for each field of its struct.
    fn once(&mut self, seen: &mut u128, node: Ref<'d>, field: &'static Field, key: Ref<'d>, value: Ref<'d>) {
        let bit = 1u128.checked_shl(field.place).unwrap_or(0);
        if *seen & bit != 0 && self.remarks.is_some() {
            self.spelled_twice(node, field, key, value);
        }
        *seen |= bit;
    }

    /// A node that can have no fields: its mappings, should it be a list, are taken for fields.
    fn no_fields(&mut self, owner: Option<&'static Field>, node: Ref<'d>) {
        self.raw(node);
        for entry in children(node) {
            self.unknown(owner, entry.name, entry.key.span(), entry.value);
        }
    }

    fn unknown(&mut self, parent: Option<&'static Field>, name: Cow<'d, str>, span: Span, value: Ref<'d>) {
        self.below(Step::Key(name.clone()), |walk| {
            let says = format!("field not found, node: {name}");
            let elsewhere = parent.and_then(|parent| parent.find_in_any(&name));
            let kind = FaultKind::UnknownField { name: name.into_owned(), parent, elsewhere };
            walk.fault(Pass::Field, kind, span, says);
            walk.raw(value);
        });
    }

    fn field(&mut self, field: &'static Field, key: Ref<'d>, value: Ref<'d>, fills: bool) {
        if self.remarks.is_some() {
            self.field_remarks(field, key, value);
        }
        let fills = fills && !field.is_ignored;
        match field.kind {
            Type::Struct | Type::Map(_) => {
                if has_no_children(value) && !field.may_be_empty && !field.is_ignored {
                    self.empty(field, key, value);
                }
                match (field.kind, value.kind()) {
                    (Type::Struct, _) => self.object(field, value, fills),
                    (Type::Map(element), Kind::Map | Kind::Seq) => self.names(field, element, value, fills),
                    _ => self.raw(value),
                }
            }
            Type::List(Element::Struct) => self.structs(field, value, fills),
            Type::List(_) => {
                self.raw_scalars(value);
                for entry in children(value) {
                    self.below(Step::Key(entry.name), |walk| match entry.value.kind() {
                        Kind::Scalar => walk.raw(entry.value),
                        Kind::Map => {
                            for (key, value) in fields_of(entry.value) {
                                if let Some(name) = key_name(key) {
                                    walk.unknown(None, name, key.span(), value);
                                }
                            }
                        }
                        _ => walk.no_fields(None, entry.value),
                    });
                }
            }
            _ => self.single(field, value, fills),
        }
    }

    fn empty(&mut self, field: &'static Field, key: Ref<'d>, value: Ref<'d>) {
        let says =
            format!("{} cannot be a standalone element (type {})", key_name(key).unwrap_or_default(), field.go_type);
        let only_null = value.kind() == Kind::Map && value.entries().next().is_some();
        self.fault(Pass::Field, FaultKind::Empty { field, only_null }, key.span(), says);
    }

    /// A mapping of names.
    fn names(&mut self, field: &'static Field, element: Element, node: Ref<'d>, fills: bool) {
        self.raw_scalars(node);
        if self.remarks.is_some() {
            self.null_names(node);
        }
        for_each_child(node, |name, key, value| {
            self.below(Step::Key(name), |walk| {
                if walk.remarks.is_some() {
                    walk.name_remarks(field, element, key, value);
                }
                match element {
                    Element::Struct => walk.object(field, value, fills),
                    Element::Plugin => {
                        walk.raw(value);
                        for entry in children(value).into_iter().filter(|_| fills) {
                            walk.below(Step::Key(entry.name), |walk| walk.plugin(entry.value));
                        }
                    }
                    Element::Text => walk.raw(value),
                    Element::Int => {
                        walk.raw(value);
                        // A mapping here has no text of its own, which is no number.
                        let found = if value.kind() == Kind::Map { Some(Cow::Borrowed("")) } else { text(value) };
                        if let Some(found) = found.filter(|_| fills) {
                            walk.number(field, Type::Int, &found, value);
                        }
                    }
                }
            });
        });
    }

    fn structs(&mut self, field: &'static Field, node: Ref<'d>, fills: bool) {
        self.raw_scalars(node);
        match node.kind() {
            Kind::Seq => {
                for (number, item) in node.items().map(Ref::resolved).enumerate() {
                    self.below(Step::Item(number), |walk| match item.kind() {
                        Kind::Map => walk.object(field, item, fills),
                        _ => walk.remark(|| RemarkKind::TextForStruct { field }, item.span()),
                    });
                }
            }
            Kind::Scalar => self.remark(|| RemarkKind::TextForStruct { field }, node.span()),
            _ => for_each_child(node, |name, _, value| {
                self.below(Step::Key(name), |walk| {
                    if value.kind() == Kind::Scalar {
                        walk.remark(|| RemarkKind::TextForStruct { field }, value.span());
                    }
                    walk.object(field, value, fills);
                });
            }),
        }
    }

    /// A field of one value.
    fn single(&mut self, field: &'static Field, value: Ref<'d>, fills: bool) {
        self.raw(value);
        if !has_no_children(value) {
            let name = self.path.last().map_or(String::new(), |step| Path(vec![step.clone()]).to_string());
            let says = format!("invalid node {name}: {}", field.go_kind());
            return self.fault(Pass::Field, FaultKind::Mapping { field }, value.span(), says);
        }
        if field.kind != Type::Text
            && fills
            && let Some(text) = text(value)
        {
            self.number(field, field.kind, &text, value);
        }
    }

    /// Whether a text is a value of its field.
    fn number(&mut self, field: &'static Field, kind: Type, text: &str, value: Ref<'d>) {
        let says = match kind {
            Type::Bool if parse_bool(text).is_none() => {
                format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text))
            }
            Type::Int if text.parse::<i64>().is_err() => go_error("ParseInt", text),
            Type::Uint32 if text.starts_with('+') || text.parse::<u32>().is_err() => go_error("ParseUint", text),
            Type::Duration => match time::duration(text) {
                Ok(_) => return,
                Err(words) => words,
            },
            _ => return,
        };
        self.fault(Pass::Value, FaultKind::Value { field, text: text.to_owned() }, value.span(), says);
    }

    /// The first pass, for a node and all below it: everything must have a text.
    fn raw(&mut self, node: Ref<'d>) {
        match node.kind() {
            Kind::Map => {
                for (key, value) in fields_of(node) {
                    if let Some(name) = key_name(key) {
                        self.below(Step::Key(name), |walk| walk.raw(value));
                    }
                }
            }
            Kind::Seq => {
                self.raw_scalars(node);
                for (number, item) in node.items().map(Ref::resolved).enumerate() {
                    if item.kind() == Kind::Map {
                        self.below(Step::Item(number), |walk| walk.raw(item));
                    }
                }
            }
            _ => self.raw_scalars(node),
        }
    }

    /// The first pass, for a scalar or for the items of a list that are no mappings.
    fn raw_scalars(&mut self, node: Ref<'d>) {
        match node.kind() {
            Kind::Seq => {
                for (number, item) in node.items().map(Ref::resolved).enumerate() {
                    let (kind, what) = match item.kind() {
                        Kind::Map => continue,
                        Kind::Scalar => match Scalar::of(item) {
                            Some(Scalar::Null) => (FaultKind::NullInList, "invalid"),
                            Some(Scalar::Time) => (FaultKind::Date, "struct"),
                            _ => continue,
                        },
                        _ => (FaultKind::ListInList, "slice"),
                    };
                    let says = format!("unsupported simple value type: {what}");
                    self.below(Step::Item(number), |walk| walk.fault(Pass::Text, kind, item.span(), says));
                }
            }
            Kind::Scalar if matches!(Scalar::of(node), Some(Scalar::Time)) => {
                let name = self.path.last().map_or(String::new(), |step| Path(vec![step.clone()]).to_string());
                let says = format!("field {name} uses unsupported type: struct");
                self.fault(Pass::Text, FaultKind::Date, node.span(), says);
            }
            _ => {}
        }
    }

    /// A value in a plugin's configuration. A list there is typed by the highest kind in it, which the other items
    /// must then parse as; and an empty key makes Traefik panic.
    fn plugin(&mut self, node: Ref<'d>) {
        match node.kind() {
            Kind::Map => {
                for (key, value) in fields_of(node) {
                    let Some(name) = key_name(key) else { continue };
                    if name.is_empty() {
                        let says = "runtime error: index out of range [0] with length 0".to_owned();
                        self.fault(Pass::Field, FaultKind::EmptyName, key.span(), says);
                    }
                    self.below(Step::Key(name), |walk| walk.plugin(value));
                }
            }
            Kind::Seq if has_no_children(node) => self.mixed_list(node),
            Kind::Seq => for_each_child(node, |name, _, value| self.below(Step::Key(name), |walk| walk.plugin(value))),
            _ => {}
        }
    }

    fn mixed_list(&mut self, node: Ref<'d>) {
        let values = || node.items().filter_map(Scalar::of);
        let highest = values().map(|value| value.go_kind(node.document().format())).max().unwrap_or(0);
        let fits = |value: &Scalar<'_>| match (highest, value) {
            (2 | 6 | 11 | 14, Scalar::Bool(_)) => false,
            (11, Scalar::Int(number)) => *number >= 0,
            _ => true,
        };
        if let Some(odd) = values().find(|value| !fits(value)) {
            let odd = odd.into_text().unwrap_or_default();
            let (name, function) = match highest {
                2 => ("int", "ParseInt"),
                6 => ("int64", "ParseInt"),
                11 => ("uint", "ParseUint"),
                _ => ("float64", "ParseFloat"),
            };
            let says = format!("parse {name}: {odd}, {}", go_error(function, &odd));
            self.fault(Pass::Value, FaultKind::MixedList, node.span(), says);
        }
    }

    pub(super) fn remark(&mut self, kind: impl FnOnce() -> RemarkKind<'d>, span: Span) {
        if let Some(remarks) = &mut self.remarks {
            remarks.push(Remark { kind: kind(), span, path: Path(self.path.clone()) });
        }
    }
}

/// The nodes that Traefik's decoder has below a node: entries that are not null, mappings in a list.
fn children(node: Ref<'_>) -> Vec<Entry<'_>> {
    if node.kind() == Kind::Scalar { Vec::new() } else { entries(node) }
}

/// The same, without a copy where it can be helped.
fn for_each_child<'d>(node: Ref<'d>, mut with: impl FnMut(Cow<'d, str>, Ref<'d>, Ref<'d>)) {
    if node.kind() == Kind::Seq {
        return entries(node).into_iter().for_each(|entry| with(entry.name, entry.key, entry.value));
    }
    for (key, value) in fields_of(node) {
        if let Some(name) = key_name(key) {
            with(name, key, value);
        }
    }
}

/// Whether Traefik's decoder has nothing below a node.
pub(super) fn has_no_children(node: Ref<'_>) -> bool {
    match node.kind() {
        Kind::Map => !fields_of(node).any(|(key, _)| key_name(key).is_some()),
        Kind::Seq => !node.items().any(|item| item.resolved().kind() == Kind::Map),
        _ => true,
    }
}

/// Go's `strconv` on a text that is no number.
fn go_error(function: &str, text: &str) -> String {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number =
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) && (function == "ParseInt" || digits == text);
    let why = if is_number { "value out of range" } else { "invalid syntax" };
    format!("strconv.{function}: parsing {}: {why}", quote(text))
}

/// The text of a scalar as yaml.v3 shows it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(7) {
        Some((at, _)) if text.len() > 10 => format!("{}...", &text[..at]),
        _ => text.to_owned(),
    }
}
