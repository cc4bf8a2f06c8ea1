//! Names of things in the configuration.

use super::{BadName, Host, RoutePath, checked_text, refuse_marks, refuse_space, refuse_unseen};
use std::fmt::Write;

checked_text! {
    /// The name of a new router or service: 1 to 1020 bytes that lists, references and stores can
    /// hold as they are.
    RouterName, check_router
}

checked_text! {
    /// The name of an entry point in Traefik's static configuration; upper and lower case differ.
    EntryPointName, check_entry_point
}

checked_text! {
    /// A middleware: `NAME`, or `NAME@PROVIDER`.
    MiddlewareRef, check_reference
}

checked_text! {
    /// The name of a certificate resolver in Traefik's static configuration.
    ResolverName, check_resolver
}

impl MiddlewareRef {
    /// What stands before the `@`.
    pub fn name(&self) -> &str {
        self.0.split_once('@').map_or(&self.0, |(name, _)| name)
    }

    /// What stands behind the `@`, if there is one.
    pub fn provider(&self) -> Option<&str> {
        self.0.split_once('@').map(|(_, provider)| provider)
    }
}

/// The name of a route that was given none: the host as it is, then the path with `/` as `~` and
/// whatever isn't a letter, a digit, `-`, `_` or `.` as `%XX`.
///
/// No two routes share one: a host holds neither `~` nor `%`, and a path's name begins with `~`.
pub fn default_name(host: &Host, path: Option<&RoutePath>) -> RouterName {
    let mut name = host.as_str().to_owned();
    for byte in path.map_or("", RoutePath::as_str).bytes() {
        match byte {
            b'/' => name.push('~'),
            b'-' | b'_' | b'.' => name.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => name.push(byte.into()),
            // Writing to a String can't fail.
            _ => _ = write!(name, "%{byte:02X}"),
        }
    }
    RouterName(name)
}

/// YAML ends a key on one line after 1024 characters, with its quotes.
const LONGEST: usize = 1020;

fn check_router(text: &str) -> Result<String, BadName> {
    let noun = "a name";
    check_any(text, noun)?;
    refuse_space(text, noun)?;
    refuse_marks(text, noun, "@", "Traefik reads what follows it as a provider; write `-` or `.` instead")?;
    refuse_marks(text, noun, "/", "stores keep names as paths; write `-` or `~` instead")?;
    refuse_marks(text, noun, "`\"'", "leave it out")?;
    if let "." | ".." = text {
        return Err(BadName::new("a name is more than dots: stores read them as folders", 0..text.len()));
    }
    Ok(text.to_owned())
}

fn check_entry_point(text: &str) -> Result<String, BadName> {
    check_local(text, "an entry point's name")
}

fn check_resolver(text: &str) -> Result<String, BadName> {
    check_local(text, "a certificate resolver's name")
}

/// Names of the static configuration, which belongs to no provider.
fn check_local(text: &str, noun: &str) -> Result<String, BadName> {
    check_any(text, noun)?;
    refuse_marks(text, noun, "@", "it belongs to no provider; give the bare name")?;
    Ok(text.to_owned())
}

fn check_reference(text: &str) -> Result<String, BadName> {
    check_any(text, "a middleware's name")?;
    match text.split('@').collect::<Vec<_>>()[..] {
        [_] => Ok(text.to_owned()),
        [name, provider] if !name.is_empty() && !provider.is_empty() => Ok(text.to_owned()),
        _ => {
            let at = text.find('@').unwrap_or(0)..text.len();
            Err(BadName::new("a middleware is written NAME or NAME@PROVIDER, with one `@` between the two", at))
        }
    }
}

/// What holds for every name, as names stand in lists that Traefik splits and trims.
fn check_any(text: &str, noun: &str) -> Result<(), BadName> {
    if text.is_empty() {
        return Err(BadName::new(format!("{noun} can't be empty: give at least one character"), 0..0));
    }
    if text.len() > LONGEST {
        let what = format!("{noun} has at most {LONGEST} bytes, and this has {}: shorten it", text.len());
        return Err(BadName::new(what, text.floor_char_boundary(LONGEST)..text.len()));
    }
    refuse_unseen(text, noun)?;
    refuse_marks(text, noun, ",", "Traefik splits lists at it; give one name at a time")?;
    refuse_marks(text, noun, "║", "Traefik splits lists at it; write `-` or `|` instead")?;
    let trimmed = text.trim_start();
    let at = match (text.len() - trimmed.len(), trimmed.trim_end().len()) {
        (0, end) if end == text.len() => return Ok(()),
        (0, end) => end..text.len(),
        (start, _) => 0..start,
    };
    Err(BadName::new(format!("{noun} has no spaces around it, as Traefik trims them: leave them out"), at))
}

#[cfg(test)]
mod tests;
