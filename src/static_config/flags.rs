//! Settings from flags and from variables of the environment.

use super::fault::{Fault, Mistake};
use super::schema::{Kind, ROOT};
use super::tree::Node;
use super::words::Word;
use crate::document::Span;
use std::borrow::Cow;
use std::collections::HashMap;

/// The flags among these words: name, value, and where it stands.
#[derive(Debug, Default)]
pub(super) struct Flags {
    flags: Vec<(String, String, Span)>,
    by_name: HashMap<String, usize>,
}

/// Reads flags as Traefik does; it stops at the first word that is none.
pub(super) fn read(words: &[Word], found: &mut Vec<Fault>) -> Flags {
    let mut flags = Flags::default();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let text = &word.text;
        let name = text.strip_prefix("--").or_else(|| text.strip_prefix('-')).unwrap_or_default();
        if text == "--" || text == "-" || !text.starts_with('-') {
            if text != "--" || words.peek().is_some() {
                found.push(Fault::new(Mistake::FlagsEnd { word: text.clone() }, word.at, ""));
            }
            break;
        }
        if name.starts_with(['-', '=']) {
            found.push(Fault::new(Mistake::BadFlag, word.at, "").says(format!("bad flag syntax: {text}")));
            break;
        }
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => match (kind_of(name), words.peek()) {
                (Some(Kind::Bool | Kind::Section { .. } | Kind::Gone(_)), _) => (name, "true".to_owned()),
                // A flag that is not known here: a word that looks like a flag is no value.
                (None, next) if next.is_none_or(|n| n.text.starts_with('-')) => (name, "true".to_owned()),
                (_, Some(next)) => {
                    let value = next.text.clone();
                    words.next();
                    (name, value)
                }
                (_, None) => {
                    let words = format!("flag needs an argument: -{name}");
                    found.push(Fault::new(Mistake::NoFlagValue, word.at, name).says(words));
                    break;
                }
            },
        };
        flags.set(name, value, word.at);
    }
    flags
}

impl Flags {
    fn set(&mut self, name: &str, value: String, at: Span) {
        let index = *self.by_name.entry(name.to_ascii_lowercase()).or_insert(self.flags.len());
        match self.flags.get_mut(index) {
            None => self.flags.push((name.to_owned(), value, at)),
            Some((_, before, place)) => {
                *place = at;
                match kind_of(name) {
                    Some(Kind::List | Kind::Floats | Kind::Items(_)) => {
                        before.push(',');
                        before.push_str(&value);
                    }
                    _ => *before = value,
                }
            }
        }
    }

    /// The value of `--configFile`, and where it stands.
    pub(super) fn config_file(&self) -> Option<(String, Span)> {
        // In capitals it is taken, and nobody reads it.
        let named = |(name, ..): &&(String, String, Span)| matches!(name.as_str(), "configFile" | "configfile");
        self.flags.iter().find(named).map(|(_, value, at)| (value.clone(), *at))
    }

    /// Where the first flag stands that sets something.
    pub(super) fn first_setting(&self) -> Option<Span> {
        self.settings().next().map(|(.., at)| *at)
    }

    fn settings(&self) -> impl Iterator<Item = &(String, String, Span)> {
        self.flags.iter().filter(|(name, ..)| !name.eq_ignore_ascii_case("configFile"))
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.flags.is_empty()
    }

    /// As a tree of settings.
    pub(super) fn tree(&self) -> Node {
        let mut sorted: Vec<&(String, String, Span)> = self.settings().collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        tree(sorted.into_iter().map(|(name, value, at)| (name.as_str(), value.as_str(), *at)))
    }
}

/// Variables that set something, as a tree of settings; `None` where there are none.
pub(super) fn environment(variables: &[(String, String, Span)]) -> Option<Node> {
    let mut settings: Vec<(String, &str, Span)> = variables
        .iter()
        .filter_map(|(name, value, at)| {
            let rest = name.strip_prefix("TRAEFIK_")?;
            ROOT.iter().find(|(section, _)| {
                rest.get(..section.len()).is_some_and(|start| start == section.to_ascii_uppercase())
            })?;
            Some((rest.to_ascii_lowercase().replace('_', "."), value.as_str(), *at))
        })
        .collect();
    settings.sort();
    (!settings.is_empty()).then(|| tree(settings.iter().map(|(name, value, at)| (name.as_str(), *value, *at))))
}

fn tree<'s>(settings: impl Iterator<Item = (&'s str, &'s str, Span)>) -> Node {
    let mut root = Node::default();
    for (name, value, at) in settings {
        let mut path: Vec<Cow<'_, str>> = Vec::new();
        for part in name.split('.') {
            // An index is a part of its own.
            match part.find('[').filter(|at| *at > 0 && part.ends_with(']')) {
                Some(bracket) => path.extend([part[..bracket].into(), part[bracket..].into()]),
                None => path.push(part.into()),
            }
        }
        root.insert(&path, value, at, at);
    }
    root
}

/// What a flag takes, where it is known.
fn kind_of(name: &str) -> Option<Kind> {
    let mut parts = name.split('.');
    let first = parts.next()?;
    let root = ROOT.iter().find(|(section, _)| section.eq_ignore_ascii_case(first)).map(|(_, kind)| *kind)?;
    parts.try_fold(root, |kind, part| kind.below(part.split('[').next().unwrap_or(part)))
}
