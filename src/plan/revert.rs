//! The way back from one change to a file, whatever has changed in it since, as long as that is not what the change is
//! about.
//!
//! First by bytes, so that comments and layout come back too. Where later changes lie too close, entry by entry.

use crate::delta;
use crate::document::{Document, Format, Kind, Ref};
use crate::edit::{self, Patch, Value};

/// A file at three moments: before a change, after it, and now. `None` where there was none.
pub struct Moments<'t> {
    /// Its path.
    pub path: &'t str,
    /// Before the change.
    pub before: Option<&'t str>,
    /// After it.
    pub after: Option<&'t str>,
    /// Now.
    pub now: Option<&'t str>,
}

/// Why a change to a file can't be taken back.
#[derive(Debug, PartialEq, Eq)]
pub enum Conflict {
    /// What the change did is something else by now: the path of the entry.
    Entry(Vec<String>),
    /// The text around it has changed, and no entries tell what belongs to what.
    Text,
    /// The file can't be edited there.
    NotEditable(edit::Refusal),
}

/// What the file says when the change is taken back; `None` where there is no file then.
pub fn revert(file: &Moments<'_>) -> Result<Option<String>, Conflict> {
    if file.now == file.after {
        return Ok(file.before.map(str::to_owned));
    }
    let format = Format::of(file.path).unwrap_or(Format::Yaml);
    let parse = |text: Option<&str>| Document::parse(format, text.unwrap_or_default().to_owned()).ok();
    let (Some(before), Some(after), Some(now)) = (parse(file.before), parse(file.after), parse(file.now)) else {
        return Err(Conflict::Text);
    };
    if [&before, &after, &now].iter().any(|d| crate::document::template_at(d.source()).is_some()) {
        return Err(Conflict::Text);
    }
    let wanted = steps(&after, &before);
    if let Some(text) = by_bytes(&before, &after, &now)
        && let Some(made) = parse(Some(&text))
        && alike(&steps(&now, &made), &wanted)
    {
        return Ok(Some(text));
    }
    if wanted.is_empty() || file.now.is_none() {
        return Err(Conflict::Text);
    }
    let mut patch = Patch::Inside(Vec::new());
    for step in &wanted {
        let path: Vec<&str> = step.path.iter().map(String::as_str).collect();
        let present = at(&now, &path);
        if equal(present, step.new) {
            continue; // as it was already
        }
        if !equal(present, step.old) {
            return Err(Conflict::Entry(step.path.clone()));
        }
        let one = match step.new {
            None => Patch::Remove,
            Some(new) => Patch::Set(Value::of(new).ok_or_else(|| Conflict::Entry(step.path.clone()))?),
        };
        patch = patch.and(one.at(path));
    }
    let made = edit::apply(&now, &patch).map_err(Conflict::NotEditable)?;
    let text = made.into_source();
    Ok((file.before.is_some() || !text.trim().is_empty()).then_some(text))
}

/// Whether an entry of a file is another after a change than before it.
pub fn differ_at(path: &str, keys: &[String], before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> bool {
    let format = Format::of(path).unwrap_or(Format::Yaml);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let parse = |bytes: Option<Vec<u8>>| {
        let text = String::from_utf8(bytes.unwrap_or_default()).ok()?;
        Document::parse(format, text).ok()
    };
    match (parse(before), parse(after)) {
        (Some(before), Some(after)) => !equal(at(&before, &keys), at(&after, &keys)),
        _ => true,
    }
}

/// One entry that differs between two documents.
struct Step<'d> {
    path: Vec<String>,
    old: Option<Ref<'d>>,
    new: Option<Ref<'d>>,
}

/// In which entries two documents differ.
fn steps<'d>(old: &'d Document, new: &'d Document) -> Vec<Step<'d>> {
    let mut steps = Vec::new();
    walk(&mut Vec::new(), old.root(), new.root(), &mut steps);
    steps
}

/// Sections of sections (`http.routers`) are no more than what is in them.
const SECTIONS: usize = 2;

fn walk<'d>(path: &mut Vec<String>, old: Option<Ref<'d>>, new: Option<Ref<'d>>, steps: &mut Vec<Step<'d>>) {
    if equal(old, new) {
        return;
    }
    let is_map = |node: &Option<Ref<'_>>| match node {
        Some(node) => node.kind() == Kind::Map || (path.len() <= SECTIONS && node.is_null()),
        None => path.len() <= SECTIONS,
    };
    if !is_map(&old) || !is_map(&new) {
        steps.push(Step { path: path.clone(), old, new });
        return;
    }
    let entries = |node: Option<Ref<'d>>| node.map(|node| node.entries().collect::<Vec<_>>()).unwrap_or_default();
    let (old, new) = (entries(old), entries(new));
    let find = |entries: &[(Ref<'d>, Ref<'d>)], key: &str| {
        entries.iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| *value)
    };
    let mut keys: Vec<&str> = old.iter().chain(&new).filter_map(|(key, _)| key.text()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        path.push(key.to_owned());
        walk(path, find(&old, key), find(&new, key), steps);
        path.pop();
    }
}

fn alike(some: &[Step<'_>], others: &[Step<'_>]) -> bool {
    let same = |(a, b): (&Step<'_>, &Step<'_>)| a.path == b.path && equal(a.old, b.old) && equal(a.new, b.new);
    some.len() == others.len() && some.iter().zip(others).all(same)
}

/// Whether two values are written alike, to a reader.
pub(super) fn equal(a: Option<Ref<'_>>, b: Option<Ref<'_>>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let scalars = a.kind() == Kind::Scalar && b.kind() == Kind::Scalar;
            // What an alias stands for lies elsewhere.
            let aliases = a.kind() == Kind::Alias && b.kind() == Kind::Alias;
            a.is_same_text(b)
                || (aliases && a.raw() == b.raw() && a.resolved().raw() == b.resolved().raw())
                || (scalars && a.text() == b.text() && a.style() == b.style())
                || (a.kind() == Kind::Seq && b.kind() == Kind::Seq && {
                    let (a, b): (Vec<_>, Vec<_>) = (a.items().collect(), b.items().collect());
                    a.len() == b.len() && a.into_iter().zip(b).all(|(a, b)| equal(Some(a), Some(b)))
                })
                || (a.kind() == Kind::Map && b.kind() == Kind::Map && {
                    let (a, b): (Vec<_>, Vec<_>) = (a.entries().collect(), b.entries().collect());
                    let alike = |((k, v), (l, w)): ((Ref<'_>, Ref<'_>), (Ref<'_>, Ref<'_>))| {
                        k.text() == l.text() && equal(Some(v), Some(w))
                    };
                    a.len() == b.len() && a.into_iter().zip(b).all(alike)
                })
        }
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn at<'d>(document: &'d Document, path: &[&str]) -> Option<Ref<'d>> {
    path.iter().try_fold(document.root()?, |node, key| node.field(key))
}

/// The present text with the bytes of the change taken back; `None` where later edits touch them.
fn by_bytes(before: &Document, after: &Document, now: &Document) -> Option<String> {
    let (before, after, now) = (before.source(), after.source(), now.source());
    let back = delta::between(after.as_bytes(), before.as_bytes());
    let later = delta::between(after.as_bytes(), now.as_bytes());
    let touch = |a: &delta::Edit, b: &delta::Edit| a.at <= b.at + b.cut && b.at <= a.at + a.cut;
    if back.iter().any(|edit| later.iter().any(|other| touch(edit, other))) {
        return None;
    }
    let mut text = String::with_capacity(now.len());
    let mut done = 0;
    for (edit, from) in delta::placed(&back) {
        let shift: isize = later.iter().filter(|l| l.at < edit.at).map(|l| l.put as isize - l.cut as isize).sum();
        let here = edit.at.checked_add_signed(shift)?;
        text.push_str(now.get(done..here)?);
        text.push_str(before.get(from..from + edit.put)?);
        done = here + edit.cut;
    }
    text.push_str(now.get(done..)?);
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(before: Option<&str>, after: Option<&str>, now: Option<&str>) -> Result<Option<String>, Conflict> {
        revert(&Moments { path: "a.yml", before, after, now })
    }

    const A: &str = "http:\n  routers:\n    a:\n      rule: Host(`a`)\n      service: a\n";

    #[test]
    fn what_nothing_has_touched_comes_back_byte_for_byte() {
        assert_eq!(back(Some("# x\n"), Some("# y\n"), Some("# y\n")), Ok(Some("# x\n".into())));
        assert_eq!(back(None, Some(A), Some(A)), Ok(None));
        assert_eq!(back(Some(A), None, None), Ok(Some(A.into())));
    }

    #[test]
    fn what_was_written_elsewhere_since_stays() {
        let after = A.replace("Host(`a`)", "Host(`b`)");
        let now = format!("# by hand\n{after}# more\n");
        let expected = format!("# by hand\n{A}# more\n");
        assert_eq!(back(Some(A), Some(&after), Some(&now)), Ok(Some(expected)));
    }

    #[test]
    fn what_was_added_into_a_new_section_since_stays() {
        let now = format!("{A}    b:\n      rule: Host(`b`)\n      service: a\n");
        let left = "http:\n  routers:\n    b:\n      rule: Host(`b`)\n      service: a\n";
        assert_eq!(back(None, Some(A), Some(&now)), Ok(Some(left.into())));
    }

    #[test]
    fn what_the_change_was_about_must_be_as_it_left_it() {
        let after = A.replace("Host(`a`)", "Host(`b`)");
        let now = A.replace("Host(`a`)", "Host(`c`)");
        let path = ["http", "routers", "a", "rule"].map(str::to_owned).to_vec();
        assert_eq!(back(Some(A), Some(&after), Some(&now)), Err(Conflict::Entry(path)));
        assert_eq!(back(Some(A), Some(&after), None), Err(Conflict::Text));
        assert_eq!(back(Some("# a\n"), Some("# b\n"), Some("# c\n")), Err(Conflict::Text));
    }
}
