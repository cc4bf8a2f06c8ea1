//! What Traefik takes without a word: noticed on the walk, where somebody asks for it.

use super::fault::{RemarkKind, Step};
use super::table::{Element, Field, Type};
use super::value::{fields_of, is_called, is_null, is_on, key_name, pairs, text};
use super::walk::{Walker, has_no_children};
use crate::document::scalar::Scalar;
use crate::document::{Format, Kind, Ref, Span, Style};
use std::borrow::Cow;

impl<'d> Walker<'d> {
    /// A field that is null, and so not there.
    pub(super) fn null_field(&mut self, owner: &'static Field, key: Ref<'d>, value: Ref<'d>) {
        let Some(name) = key_name(key) else { return };
        let span = key.span();
        match owner.find(&name, self.release) {
            Some(field) if field.may_be_empty && !field.is_ignored && value.kind() == Kind::Scalar => {
                self.below(Step::Key(name), |walk| walk.remark(|| RemarkKind::NullSwitch { field }, span));
            }
            Some(_) => {}
            None => {
                let text = name.clone().into_owned();
                self.below(Step::Key(name), |walk| {
                    walk.remark(|| RemarkKind::UnknownNull { name: text, parent: owner }, span);
                });
            }
        }
    }

    /// Names that are null, and so not there, among others that are.
    pub(super) fn null_names(&mut self, node: Ref<'d>) {
        if node.kind() != Kind::Map || has_no_children(node) {
            return;
        }
        for (key, _) in pairs(node).filter(|(_, value)| is_null(*value)) {
            let Some(name) = key_name(key) else { continue };
            self.below(Step::Key(name), |walk| walk.remark(|| RemarkKind::NullName, key.span()));
        }
    }

    /// A key of a field that stood there already in another spelling.
    pub(super) fn spelled_twice(&mut self, node: Ref<'d>, field: &'static Field, key: Ref<'d>, value: Ref<'d>) {
        let name = key.resolved().text();
        let is_other = |other: Ref<'_>| {
            other.id() != key.id() && other.resolved().text().is_some_and(|text| is_called(text, field.name()))
        };
        let Some((other, _)) = fields_of(node).find(|(other, _)| is_other(*other)) else { return };
        let merges = matches!(field.kind, Type::Struct | Type::Map(_)) && value.kind() == Kind::Map;
        // What comes later in byte order is applied later.
        let (loser, winner) = if other.resolved().text() < name { (other, key) } else { (key, other) };
        let name = loser.resolved().text().unwrap_or_default();
        self.below(Step::Key(Cow::Borrowed(name)), |walk| {
            walk.remark(|| RemarkKind::TwoSpellings { other: winner.span(), is_lost: !merges }, loser.span());
        });
    }

    pub(super) fn field_remarks(&mut self, field: &'static Field, key: Ref<'d>, value: Ref<'d>) {
        if field.is_ignored {
            self.remark(|| RemarkKind::Ignored { field }, key.span());
        }
        if field.is_deprecated {
            let entry = Span { start: key.full_span().start, end: value.span().end.max(key.span().end) };
            self.remark(|| RemarkKind::Deprecated { field, entry, text: text(value) }, key.span());
        }
        match (field.kind, value.kind()) {
            (Type::Struct, kind) if field.may_be_empty && kind != Kind::Map && !is_on(value) => {
                let text = text(value).unwrap_or_default().into_owned();
                self.remark(|| RemarkKind::NotOn { field, text }, value.span());
            }
            (Type::Text, Kind::Seq) if has_no_children(value) && value.items().next().is_some() => {
                let text = text(value).unwrap_or_default().into_owned();
                self.remark(|| RemarkKind::ListForText { field, text }, value.span());
            }
            (Type::List(Element::Text), Kind::Map) if !has_no_children(value) => {
                self.remark(|| RemarkKind::MappingForList { field }, value.span());
            }
            (Type::List(Element::Text), Kind::Seq) => {
                for (number, item) in value.items().map(Ref::resolved).enumerate() {
                    if is_converted(item, false) {
                        self.below(Step::Item(number), |walk| walk.converted(item));
                    }
                }
            }
            (Type::Text | Type::List(Element::Text), Kind::Scalar) if is_converted(value, false) => {
                self.converted(value);
            }
            (Type::Int | Type::Duration, Kind::Scalar) if is_converted(value, true) => self.converted(value),
            _ => {}
        }
    }

    /// A name in a mapping of names, and what it stands for.
    pub(super) fn name_remarks(&mut self, field: &'static Field, element: Element, key: Ref<'d>, value: Ref<'d>) {
        let named = key.resolved();
        if named.kind() == Kind::Scalar && !matches!(Scalar::of(named), Some(Scalar::Text(_)) | None) {
            let text = key_name(key).unwrap_or_default().into_owned();
            if named.text() != Some(&text) {
                self.remark(|| RemarkKind::Converted { text, is_name: true }, key.span());
            }
        }
        match element {
            Element::Struct if has_no_children(value) && value.kind() != Kind::Map => {
                self.remark(|| RemarkKind::TextForStruct { field }, value.span());
            }
            Element::Text if is_converted(value, false) => self.converted(value),
            _ => {}
        }
    }

    fn converted(&mut self, value: Ref<'d>) {
        if let Some(text) = text(value) {
            self.remark(|| RemarkKind::Converted { text: text.into_owned(), is_name: false }, value.span());
        }
    }
}

/// Whether a scalar is written as something else than the text that Traefik gets. Where a number belongs, a leading
/// zero alone is not what it seems.
fn is_converted(value: Ref<'_>, number: bool) -> bool {
    if value.kind() != Kind::Scalar || value.style() != Style::Plain || value.document().format() != Format::Yaml {
        return false;
    }
    let written = value.text().unwrap_or_default();
    if number {
        let digits = written.trim_start_matches(['-', '+']).as_bytes();
        return matches!(digits, [b'0', b'0'..=b'9', ..])
            && text(value)
                .is_some_and(|text| text.trim_start_matches('-') != written.trim_start_matches(['-', '+', '0']));
    }
    match Scalar::of(value) {
        None | Some(Scalar::Text(_) | Scalar::Null) => false,
        Some(other) => other.into_text().is_some_and(|text| text != written),
    }
}
