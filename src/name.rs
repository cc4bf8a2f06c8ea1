//! Text that has been checked: hosts, paths, names and servers as the command line takes them.
//!
//! Each type is made by [`str::parse`] alone, so that whoever holds one holds text that Traefik
//! understands as it was meant, and that can stand in a rule, a list or a store without escaping.
//! Bad text gives a [`BadName`]: what is wrong, what would be right, and where to draw the caret.

mod agent;
mod glob;
mod host;
pub(crate) mod nearest;
mod path;
mod plain;
mod punycode;
mod target;

pub use agent::{AgentId, RouteLabel};
pub use glob::glob_match;
pub use host::Host;
pub use path::RoutePath;
pub use plain::{EntryPointName, MiddlewareRef, ResolverName, RouterName, default_name};
pub use target::{Kind, Scheme, Target};

use std::fmt;
use std::ops::Range;

/// Why a text is not what it was meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadName {
    /// What is wrong, and what would be right; control characters are shown escaped.
    pub what: String,
    /// More that may help: another spelling, the reason, the list of choices.
    pub hint: Option<String>,
    /// The offending bytes of the text that was given.
    pub at: Option<Range<usize>>,
}

impl BadName {
    fn new(what: impl Into<String>, at: Range<usize>) -> BadName {
        BadName { what: what.into(), hint: None, at: Some(at) }
    }

    fn hint(self, hint: impl Into<String>) -> BadName {
        BadName { hint: Some(hint.into()), ..self }
    }

    /// The same complaint about a text that begins `by` bytes into the one that was given.
    fn shifted(self, by: usize) -> BadName {
        BadName { at: self.at.map(|at| at.start + by..at.end + by), ..self }
    }
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for BadName {}

/// Makes a type of checked text; `$check` gives the text as it is kept.
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::name::BadName;
            fn from_str(text: &str) -> Result<$name, $crate::name::BadName> {
                $check(text).map($name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}
use checked_text;

/// Reads and writes a type as its text.
macro_rules! text_in_json {
    ($name:ty) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(<D::Error as serde::de::Error>::custom)
            }
        }
    };
}
pub(crate) use text_in_json;

text_in_json!(AgentId);
text_in_json!(RouteLabel);
text_in_json!(EntryPointName);
text_in_json!(Host);
text_in_json!(Target);

/// Splits `HOST[/PATH]`. A path of `/` alone stands for every path, and is none.
///
/// # Errors
/// Of the host first, then of the path; positions are those in the whole text.
pub fn split_host_path(text: &str) -> Result<(Host, Option<RoutePath>), BadName> {
    if let Some(scheme) = scheme_len(text) {
        return Err(host::has_scheme(text, scheme, true));
    }
    let at = text.find('/').unwrap_or(text.len());
    let host = text[..at].parse()?;
    let path = match &text[at..] {
        "" | "/" => None,
        path => Some(path.parse().map_err(|bad: BadName| bad.shifted(at))?),
    };
    Ok((host, path))
}

/// How long the `SCHEME://` is that a text begins with.
fn scheme_len(text: &str) -> Option<usize> {
    let scheme = &text[..text.find("://")?];
    let lettered = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (lettered && plain).then_some(scheme.len() + 3)
}

/// The first character that is `bad`, and its bytes.
fn find(text: &str, bad: impl Fn(char) -> bool) -> Option<(char, Range<usize>)> {
    let (at, c) = text.char_indices().find(|(_, c)| bad(*c))?;
    Some((c, at..at + c.len_utf8()))
}

/// Refuses what no text here may hold: Go templates, and characters that are not seen.
fn refuse_unseen(text: &str, noun: &str) -> Result<(), BadName> {
    if let Some(at) = text.find("{{") {
        let what = format!("{noun} can't hold `{{{{`: Traefik would run it as a Go template; write plain text");
        return Err(BadName::new(what, at..at + 2));
    }
    match find(text, unseen) {
        Some((c, at)) => {
            let what = format!("{noun} can't hold the control character `{}`: leave it out", c.escape_default());
            Err(BadName::new(what, at))
        }
        None => Ok(()),
    }
}

/// Controls, and what turns or hides the text around it.
fn unseen(c: char) -> bool {
    let hides = matches!(c, '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
    c.is_control() || hides || c == '\u{feff}'
}

/// Refuses white space, which in most of these places comes from a slip of quoting.
fn refuse_space(text: &str, noun: &str) -> Result<(), BadName> {
    match find(text, char::is_whitespace) {
        Some((_, at)) => Err(BadName::new(format!("{noun} can't hold spaces: leave them out"), at)),
        None => Ok(()),
    }
}

/// Refuses the characters in `marks`; `cure` says what would be right.
fn refuse_marks(text: &str, noun: &str, marks: &str, cure: &str) -> Result<(), BadName> {
    match find(text, |c| marks.contains(c)) {
        Some((c, at)) => Err(BadName::new(format!("{noun} can't hold {}: {cure}", called(c)), at)),
        None => Ok(()),
    }
}

/// A character as a message names it.
fn called(c: char) -> String {
    match c {
        '`' => "a backtick".into(),
        '"' => "a double quote".into(),
        '\'' => "a single quote".into(),
        '(' | ')' => "a parenthesis".into(),
        ' ' => "a space".into(),
        c if unseen(c) || c.is_whitespace() => format!("`{}`", c.escape_default()),
        c => format!("`{c}`"),
    }
}

/// A text as a message shows it: what is not seen escaped, what is long cut.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        match c {
            _ if count == LONGEST => return shown + "…",
            c if unseen(c) => shown.extend(c.escape_default()),
            c => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests;
