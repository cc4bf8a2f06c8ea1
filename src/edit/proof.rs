//! The proof of an edit: does the new text mean the old one plus exactly what was asked for?
//!
//! It works on the two trees alone and knows nothing of how the edit was made.

use super::{Patch, Refusal, Value, goes, lookup, value_of};
use crate::document::{Document, Format, Kind, Ref, Style};

pub(super) fn check(old: &Document, patch: &Patch, new: &Document) -> Result<(), Refusal> {
    if crate::document::template_at(new.source()).is_some() {
        return Err(Refusal { line: 1, message: "the edited text would hold a Go template ({{)".into() });
    }
    let Patch::Inside(patches) = patch else { return Ok(()) };
    match expect_map(old.root(), patches, new.root(), 0) {
        true => Ok(()),
        false => Err(Refusal {
            line: 1,
            message: "the edited text would not mean what was asked for; edit it by hand".into(),
        }),
    }
}

/// Whether `new` is the mapping `old` changed by `patches`, and by nothing else.
fn expect_map(old: Option<Ref<'_>>, patches: &[(String, Patch)], new: Option<Ref<'_>>, depth: usize) -> bool {
    let mut rest: Vec<_> = new.filter(is_map).map(|m| m.entries().collect()).unwrap_or_default();
    let patched: Vec<_> = patches
        .iter()
        .map(|(name, patch)| (old.filter(is_map).and_then(|m| lookup(m, name, depth)), name.as_str(), patch))
        .collect();
    let mut at = 0;
    for (key, value) in old.into_iter().flat_map(Ref::entries) {
        let patch = patched.iter().find(|(found, _, _)| found.is_some_and(|(k, _)| k.id() == key.id())).map(|p| p.2);
        if patch.is_some_and(|patch| goes(value, patch, depth)) {
            continue;
        }
        let name = match patch {
            Some(Patch::Rename(name)) => Some(name.as_str()),
            _ => key.text(),
        };
        let Some((new_key, new_value)) = take(&mut rest, &mut at, name, key) else { return false };
        let as_asked = match patch {
            None => same(key, new_key) && same(value, new_value),
            Some(Patch::Rename(_)) => same(value, new_value),
            Some(patch) => same(key, new_key) && expect(value, patch, new_value, depth),
        };
        if !as_asked {
            return false;
        }
    }
    for (_, name, patch) in patched.iter().filter(|(found, _, _)| found.is_none()) {
        let Some(value) = value_of(patch) else { continue };
        let position = rest.iter().skip(at).position(|(k, _)| k.text() == Some(name));
        let Some((_, written)) = position.map(|p| rest.remove(at + p)) else { return false };
        if !matches(&value, written) {
            return false;
        }
    }
    at == rest.len()
}

fn is_map(node: &Ref<'_>) -> bool {
    node.kind() == Kind::Map
}

/// Takes the entry that should follow. TOML may give tables in another order than before.
fn take<'n>(
    rest: &mut [(Ref<'n>, Ref<'n>)],
    at: &mut usize,
    name: Option<&str>,
    like: Ref<'_>,
) -> Option<(Ref<'n>, Ref<'n>)> {
    if rest.get(*at).is_none_or(|(k, _)| k.text() != name) && like.document().format() == Format::Toml {
        let found = *at + rest.iter().skip(*at).position(|(k, _)| k.text() == name)?;
        rest[*at..=found].rotate_right(1);
    }
    let entry = rest.get(*at).filter(|(k, _)| k.text() == name || (name.is_none() && k.text().is_none()))?;
    *at += 1;
    Some(*entry)
}

fn expect(old: Ref<'_>, patch: &Patch, new: Ref<'_>, depth: usize) -> bool {
    match patch {
        Patch::Set(value) => matches(value, new),
        Patch::Hollow(below) if goes(old, below, depth) => new.is_null(),
        Patch::Hollow(below) => expect(old, below, new, depth),
        Patch::Inside(patches) => expect_map(Some(old), patches, Some(new), depth + 1),
        Patch::Items { drop, push } => {
            let kept: Vec<_> =
                old.items().enumerate().filter(|(i, _)| !drop.contains(i)).map(|(_, item)| item).collect();
            let now: Vec<_> = new.items().collect();
            new.kind() == Kind::Seq
                && now.len() == kept.len() + push.len()
                && kept.iter().zip(&now).all(|(a, b)| same(*a, *b))
                && push.iter().zip(&now[kept.len()..]).all(|(v, item)| matches(v, *item))
        }
        Patch::Remove | Patch::Rename(_) => false,
    }
}

/// Whether two nodes of two documents say the same, in the same style.
fn same(a: Ref<'_>, b: Ref<'_>) -> bool {
    if a.is_same_text(b) {
        return true;
    }
    let (below_a, below_b) = (a.subtree(), b.subtree());
    below_a.len() == below_b.len()
        && below_a.zip(below_b).all(|(x, y)| {
            let alike = x.kind() == y.kind()
                && x.style() == y.style()
                && x.text() == y.text()
                && x.subtree().len() == y.subtree().len()
                && x.properties().map(|p| (&p.anchor, &p.tag)) == y.properties().map(|p| (&p.anchor, &p.tag));
            // What an alias stands for must be untouched as well: it lies elsewhere.
            alike && (x.kind() != Kind::Alias || (x.raw() == y.raw() && x.resolved().raw() == y.resolved().raw()))
        })
}

/// Whether a node is this value, to every reader.
fn matches(value: &Value, node: Ref<'_>) -> bool {
    let plain = |text: &str| node.kind() == Kind::Scalar && node.style() == Style::Plain && node.raw() == text;
    match value {
        Value::Bool(b) => plain(&b.to_string()),
        Value::Int(n) => plain(&n.to_string()),
        Value::Str(text) => {
            let is_text = node.style() != Style::Plain || super::yaml::reads_as_text(node.raw());
            node.text() == Some(text) && is_text
        }
        Value::List(items) => {
            let now: Vec<_> = node.items().collect();
            node.kind() == Kind::Seq && now.len() == items.len() && items.iter().zip(now).all(|(v, n)| matches(v, n))
        }
        Value::Map(entries) => {
            let now: Vec<_> = node.entries().collect();
            let named = |name: &str| now.iter().find(|(k, _)| k.text() == Some(name));
            node.kind() == Kind::Map
                && now.len() == entries.len()
                && entries.iter().all(|(k, v)| named(k).is_some_and(|(_, n)| matches(v, *n)))
        }
    }
}
