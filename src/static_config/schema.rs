//! What Traefik's decoder accepts of the static configuration: fields, their types, and sections that may be empty.

mod fields;

use super::fault::{Fault, Mistake};
use super::tree::{Node, Value, boolean};
pub(super) use fields::ROOT;

/// Fields of a section.
pub(super) type Fields = &'static [(&'static str, Kind)];

/// What a field takes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Text,
    Bool,
    Int,
    Duration,
    /// Texts.
    List,
    /// Numbers.
    Floats,
    /// Names, each with the same.
    Map(&'static Kind),
    /// Sections without names.
    Items(Fields),
    Section {
        fields: Fields,
        /// Whether it may stand with nothing in it.
        empty: bool,
        /// Whether it has fields that are not in the table.
        open: bool,
    },
    /// Anything.
    Any,
    /// Traefik 2 had it; with it Traefik 3 does not start, and says this.
    Gone(&'static str),
}

const fn section(fields: Fields) -> Kind {
    Kind::Section { fields, empty: false, open: false }
}

const fn may_be_empty(fields: Fields) -> Kind {
    Kind::Section { fields, empty: true, open: false }
}

const fn open(fields: Fields) -> Kind {
    Kind::Section { fields, empty: true, open: true }
}

impl Kind {
    /// What a field below it takes.
    pub(super) fn below(self, name: &str) -> Option<Kind> {
        match self {
            Kind::Map(kind) => Some(*kind),
            Kind::Items(fields) if name.starts_with('[') => Some(section(fields)),
            Kind::Section { fields, .. } | Kind::Items(fields) => {
                fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
            }
            _ => None,
        }
    }
}

/// Sections of the dynamic configuration, which have no place in the static one.
const DYNAMIC: [&str; 4] = ["http", "tcp", "udp", "tls"];

/// Everything that Traefik's decoder refuses, and sections that it doesn't know.
pub(super) fn check(root: &Node, found: &mut Vec<Fault>) {
    let known: Vec<&str> = ROOT.iter().filter(|(_, k)| !matches!(k, Kind::Gone(_))).map(|(name, _)| *name).collect();
    for node in root.fields() {
        match ROOT.iter().find(|(name, _)| name.eq_ignore_ascii_case(&node.key)) {
            Some((_, kind)) => field(*kind, node, &node.key, found),
            None => {
                let mistake = match DYNAMIC.iter().find(|d| d.eq_ignore_ascii_case(&node.key)) {
                    Some(name) => Mistake::DynamicSection { name },
                    None => Mistake::UnknownSection { name: node.key.clone(), nearest: nearest(&node.key, &known) },
                };
                found.push(Fault::new(mistake, node.key_at, &node.key));
            }
        }
    }
}

fn field(kind: Kind, node: &Node, path: &str, found: &mut Vec<Fault>) {
    if node.is_null() {
        return;
    }
    let bad = |wanted| Mistake::BadValue { value: node.text().unwrap_or_default().to_owned(), wanted };
    let name = path.rsplit('.').next().unwrap_or(path);
    match kind {
        Kind::Gone(words) => {
            found.push(Fault::new(Mistake::Removed { option: path.to_owned() }, node.key_at, path).says(words))
        }
        Kind::Section { fields, empty, open } => {
            if node.items().is_none() && !open {
                let known: Vec<&str> = fields.iter().map(|(n, _)| *n).collect();
                for child in node.children().filter(|child| kind.below(&child.key).is_none()) {
                    let mistake =
                        Mistake::UnknownField { name: child.key.clone(), nearest: nearest(&child.key, &known) };
                    let fault = Fault::new(mistake, child.key_at, format!("{path}.{}", child.key));
                    found.push(fault.says(format!("field not found, node: {}", child.key)));
                }
            }
            children(kind, node, path, empty, found);
        }
        Kind::Map(_) => children(kind, node, path, false, found),
        Kind::Items(fields) => match &node.value {
            Value::List(items) => {
                for item in items {
                    if item.text().is_some() {
                        found.push(Fault::new(Mistake::TextInSectionList, item.at, path));
                    }
                    item.children().for_each(|child| self::field_of(fields, child, path, found));
                }
            }
            _ => node.children().flat_map(Node::children).for_each(|child| field_of(fields, child, path, found)),
        },
        Kind::Bool if node.text().and_then(boolean).is_none() => found.push(
            Fault::new(bad("true or false"), node.at, path)
                .says(format!("strconv.ParseBool: parsing {:?}: invalid syntax", node.text().unwrap_or_default())),
        ),
        Kind::Int if !node.text().is_some_and(is_integer) => found.push(
            Fault::new(bad("a whole number"), node.at, path)
                .says(format!("strconv.ParseInt: parsing {:?}: invalid syntax", node.text().unwrap_or_default())),
        ),
        Kind::Duration => {
            if let Err(words) = duration(node.text().unwrap_or_default()) {
                found.push(Fault::new(bad("a length of time, as 10s, 500ms or 1h30m"), node.at, path).says(words));
            }
        }
        Kind::Text | Kind::List if node.fields().iter().any(|f| !f.is_null()) => {
            let mistake = Mistake::SectionForText { name: name.to_owned() };
            found.push(Fault::new(mistake, node.at, path).says(match kind {
                Kind::Text => format!("invalid node {name}: string"),
                _ => format!("field not found, node: {}", node.children().next().map_or("", |c| &c.key)),
            }));
        }
        _ => {}
    }
}

fn field_of(fields: Fields, child: &Node, path: &str, found: &mut Vec<Fault>) {
    let path = format!("{path}.{}", child.key);
    match fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(&child.key)) {
        Some((_, kind)) => field(*kind, child, &path, found),
        None => {
            let known: Vec<&str> = fields.iter().map(|(n, _)| *n).collect();
            let mistake = Mistake::UnknownField { name: child.key.clone(), nearest: nearest(&child.key, &known) };
            let words = format!("field not found, node: {}", child.key);
            found.push(Fault::new(mistake, child.key_at, path).says(words));
        }
    }
}

/// A section or a map: it can't stand alone, unless it may; then what is in it.
fn children(kind: Kind, node: &Node, path: &str, empty: bool, found: &mut Vec<Fault>) {
    let name = path.rsplit('.').next().unwrap_or(path);
    if let Some(first) = node.items().and_then(|items| items.iter().find(|i| !i.fields().is_empty())) {
        // Traefik takes the items of a list of sections for names, and then finds fields where it wants none.
        let inner = first.children().next().map_or("[0]", |c| &c.key);
        let words = format!("field not found, node: {inner}");
        found.push(Fault::new(Mistake::ListForSection { name: name.to_owned() }, node.at, path).says(words));
        return;
    }
    if node.children().next().is_none() {
        if !empty {
            let words = format!("{name} cannot be a standalone element");
            found.push(Fault::new(Mistake::Standalone { name: name.to_owned() }, node.key_at, path).says(words));
        }
        return;
    }
    for child in node.children() {
        let Some(inner) = kind.below(&child.key) else { continue };
        // An entry of a map may hold nothing, or a text, which is then ignored.
        let bare = matches!(kind, Kind::Map(_)) && child.children().next().is_none() && child.items().is_none();
        if !bare {
            field(inner, child, &format!("{path}.{}", child.key), found);
        }
    }
}

/// Whether YAML or Go reads it as an integer.
fn is_integer(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '+']).replace('_', "");
    let digits = |prefix: &str, radix| text.strip_prefix(prefix).is_some_and(|d| u64::from_str_radix(d, radix).is_ok());
    text.parse::<u64>().is_ok() || digits("0x", 16) || digits("0o", 8) || digits("0b", 2)
}

/// Reads a length of time as Traefik does: seconds, or Go's notation. What Go says of any other.
fn duration(text: &str) -> Result<(), String> {
    if text.parse::<i64>().is_ok() {
        return Ok(());
    }
    let invalid = || format!("time: invalid duration {text:?}");
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (digits, after) = rest.split_at(number);
        if !digits.bytes().any(|b| b.is_ascii_digit()) || digits.matches('.').count() > 1 {
            return Err(invalid());
        }
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        match unit {
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h" => rest = after,
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        }
    }
    Ok(())
}

/// The name that was surely meant.
pub(super) fn nearest(name: &str, known: &[&'static str]) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let best = known.iter().map(|k| (distance(&name, &k.to_ascii_lowercase()), *k)).min()?;
    (best.0 <= 1 + name.chars().count() / 4).then_some(best.1)
}

/// How many characters must be put in, taken out, replaced, to make one of the other.
fn distance(a: &str, b: &str) -> usize {
    // A name this long is no slip of the pen.
    const LONGEST: usize = 64;
    if a.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        let mut last = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let here = (before + usize::from(x != y)).min(last + 1).min(*cell + 1);
            before = std::mem::replace(cell, here);
            last = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
