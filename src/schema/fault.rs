//! What the decoder finds: faults, for which Traefik refuses the directory, and remarks, which it is silent about.

use super::table::Field;
use crate::document::Span;
use std::borrow::Cow;
use std::fmt::{self, Write};

/// A key or the number of an item, on the way from the root to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step<'d> {
    /// The key of a field, or a name, as Traefik gets it.
    Key(Cow<'d, str>),
    /// The number of an item in a list.
    Item(usize),
}

/// Where a fault or a remark stands, as keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path<'d>(pub Vec<Step<'d>>);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) => {
                    if number > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(key)?;
                }
                Step::Item(number) => write!(f, "[{number}]")?,
            }
        }
        Ok(())
    }
}

/// The passes that Traefik's decoder makes over a file; it stops at the first fault of the first pass that has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pass {
    /// The top of the file.
    Root,
    /// Every value becomes text.
    Text,
    /// Every key finds its field.
    Field,
    /// Every text becomes the field's value.
    Value,
}

/// Something for which Traefik refuses the whole directory.
#[derive(Clone, Debug)]
pub struct Fault<'d> {
    pub(super) pass: Pass,
    /// What is wrong.
    pub kind: FaultKind,
    /// The bytes that are wrong.
    pub span: Span,
    /// The keys that lead there.
    pub path: Path<'d>,
    /// Traefik's words.
    pub says: String,
}

impl Fault<'_> {
    /// Traefik's words and, as they name no place, the keys that lead there.
    pub fn message(&self) -> String {
        match self.path.0.is_empty() {
            true => self.says.clone(),
            false => format!("{}: {}", self.path, self.says),
        }
    }
}

/// What can be wrong, with its facts.
#[derive(Clone, Debug)]
pub enum FaultKind {
    /// The file is no mapping.
    NotAMapping,
    /// TOML 1.1, which the release does not know.
    NewToml,
    /// No field is called so.
    UnknownField {
        /// The key.
        name: String,
        /// What the field would be below; `None` inside a list of strings.
        parent: Option<&'static Field>,
        /// The field of this name that other releases have.
        elsewhere: Option<&'static Field>,
    },
    /// A section or object that needs content has none.
    Empty {
        /// The field.
        field: &'static Field,
        /// Whether it holds nothing but null.
        only_null: bool,
    },
    /// A null in a list.
    NullInList,
    /// A list in a list.
    ListInList,
    /// A date or a time, which no field takes.
    Date,
    /// A mapping, or a list of them, where one value belongs.
    Mapping {
        /// The field.
        field: &'static Field,
    },
    /// A text that is no value of its field.
    Value {
        /// The field.
        field: &'static Field,
        /// The text that Traefik tries.
        text: String,
    },
    /// An empty key in a plugin's configuration, on which Traefik panics.
    EmptyName,
    /// A list in a plugin's configuration that mixes values which Traefik can't bring together.
    MixedList,
}

/// Something that Traefik takes without a word, and surely not as it was meant.
#[derive(Clone, Debug)]
pub struct Remark<'d> {
    /// What it is.
    pub kind: RemarkKind<'d>,
    /// The bytes.
    pub span: Span,
    /// The keys that lead there.
    pub path: Path<'d>,
}

/// What Traefik takes without a word, with its facts.
#[derive(Clone, Debug)]
pub enum RemarkKind<'d> {
    /// A key at the root that is none of Traefik's sections: all below it is passed over.
    UnknownSection {
        /// The key.
        name: String,
    },
    /// A key that no field has, passed over because its value is null.
    UnknownNull {
        /// The key.
        name: String,
        /// What the field would be below.
        parent: &'static Field,
    },
    /// A field that the file provider takes without effect.
    Ignored {
        /// The field.
        field: &'static Field,
    },
    /// A field that Traefik has given up.
    Deprecated {
        /// The field.
        field: &'static Field,
        /// Its key and its value.
        entry: Span,
        /// Its value as text.
        text: Option<Cow<'d, str>>,
    },
    /// A text where a struct belongs, in a list or under a name: what it says is lost.
    TextForStruct {
        /// The field that holds it.
        field: &'static Field,
    },
    /// A mapping where a list of texts belongs: what it says is lost.
    MappingForList {
        /// The field.
        field: &'static Field,
    },
    /// A list where one text belongs: the field gets something odd.
    ListForText {
        /// The field.
        field: &'static Field,
        /// What the field gets.
        text: String,
    },
    /// A field that may stand without content, but is null: it is as if it were not there.
    NullSwitch {
        /// The field.
        field: &'static Field,
    },
    /// A name of an object or a header, among others, that is null: it is as if it were not there.
    NullName,
    /// A field that may stand without content, with a text that leaves it out.
    NotOn {
        /// The field.
        field: &'static Field,
        /// The text.
        text: String,
    },
    /// A text or a name that is written as a number or another value, and becomes another text by it.
    Converted {
        /// What becomes of it.
        text: String,
        /// Whether it is a name.
        is_name: bool,
    },
    /// Two spellings of one key that differ only by case.
    TwoSpellings {
        /// The other key.
        other: Span,
        /// Whether this one is without effect.
        is_lost: bool,
    },
}
