//! Paths, as Traefik's `PathPrefix` takes them.

use super::{BadName, called, checked_text, find, refuse_unseen};

checked_text! {
    /// A path that `PathPrefix` can match: plain ASCII that begins with `/`, at most
    /// [`RoutePath::LONGEST`] bytes.
    ///
    /// Traefik compares it with the request's path after decoding what needs no escape and
    /// resolving `//`, `.` and `..`; a text that no such path can begin with is refused.
    RoutePath, check
}

impl RoutePath {
    /// So that the name made of a host and a path always is a good one.
    pub const LONGEST: usize = 255;
}

const NOUN: &str = "a path";

/// What stays escaped in the path that Traefik matches; all other escapes are decoded before.
const RESERVED: &[u8] = b":/?#[]@!$&'()*+,;=%";

fn check(text: &str) -> Result<String, BadName> {
    let whole = 0..text.len();
    if text.is_empty() {
        return Err(BadName::new("the path is empty: it begins with `/`, as in /api", whole));
    }
    refuse_unseen(text, NOUN)?;
    if !text.starts_with('/') {
        let fixed = check(&format!("/{text}")).map_or(String::new(), |path| format!(": write {path}"));
        return Err(BadName::new(format!("a path begins with `/`{fixed}"), 0..0));
    }
    if text.len() > RoutePath::LONGEST {
        let what = format!("a path has at most {} bytes, and this has {}", RoutePath::LONGEST, text.len());
        return Err(BadName::new(format!("{what}: a shorter prefix matches too"), RoutePath::LONGEST..text.len()));
    }
    check_characters(text)?;
    check_escapes(text)?;
    check_segments(text)?;
    Ok(text.to_owned())
}

fn check_characters(text: &str) -> Result<(), BadName> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(c);
    let Some((c, at)) = find(text, |c| !fits(c)) else { return Ok(()) };
    let rest = at.start..text.len();
    Err(match c {
        '?' => BadName::new("a path ends before `?`: PathPrefix never sees the query, so leave it out", rest),
        '#' => BadName::new("a path ends before `#`: clients never send what follows, so leave it out", rest),
        '{' | '}' | '\\' | '|' | '^' | '[' | ']' => {
            let what =
                format!("a path can't hold {}: it is a plain prefix, no pattern, so end it before that", called(c));
            BadName::new(what, at)
        }
        c => {
            let escaped: String = text[at.clone()].bytes().map(|byte| format!("%{byte:02X}")).collect();
            let what = format!("a path can't hold {}: end the prefix before it", called(c));
            BadName::new(what, at).hint(decoded(&escaped))
        }
    })
}

/// Why neither spelling of a character will do.
fn decoded(escaped: &str) -> String {
    format!("clients send {escaped}, which Traefik decodes before it matches: only a rule written by hand can match it")
}

fn check_escapes(text: &str) -> Result<(), BadName> {
    for (start, _) in text.match_indices('%') {
        let digits = text.get(start + 1..start + 3).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some((digits, byte)) = digits.and_then(|d| Some((d, u8::from_str_radix(d, 16).ok()?))) else {
            let what = "`%` takes two hexadecimal digits: write %25 for the sign itself";
            return Err(BadName::new(what, start..start + 1));
        };
        let (upper, at) = (digits.to_ascii_uppercase(), start..start + 3);
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            let plain = char::from(byte);
            let what = format!("%{digits} never matches, as Traefik decodes it before: write `{plain}`");
            return Err(BadName::new(what, at));
        }
        if !RESERVED.contains(&byte) {
            let what = format!("%{digits} never matches, as Traefik decodes it before: end the prefix before it");
            return Err(BadName::new(what, at).hint("only a rule written by hand can match the decoded form"));
        }
        if upper != digits {
            let what = format!("%{digits} never matches, as Traefik makes it upper-case before: write %{upper}");
            return Err(BadName::new(what, at));
        }
    }
    Ok(())
}

/// Refuses what Traefik resolves before it matches: `//`, `/./`, `/../`, and dots at the end.
fn check_segments(text: &str) -> Result<(), BadName> {
    let mut start = 1;
    for segment in text[1..].split('/') {
        let end = start + segment.len();
        if matches!(segment, "." | "..") || segment.is_empty() && end < text.len() || text[..end].ends_with("//") {
            let (from, to) = if segment.is_empty() { (start - 1, end + 1) } else { (start - 1, end) };
            let at = from..to.min(text.len());
            let what = format!(
                "`{}` never matches, as Traefik resolves it before: write {}",
                &text[at.clone()],
                resolved(text)
            );
            return Err(BadName::new(what, at));
        }
        start = end + 1;
    }
    Ok(())
}

/// A path without empty and dot segments; a slash at the end stays.
fn resolved(text: &str) -> String {
    let mut kept = Vec::new();
    for segment in text.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            segment => kept.push(segment),
        }
    }
    let end = if text.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{end}", kept.join("/"))
}

#[cfg(test)]
mod tests;
