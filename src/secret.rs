//! Secrets in a command line, which others may read later: what is one by its look or by its name.

/// What stands in its place.
const HIDDEN: &str = "***";

/// What a name holds that is given to a secret.
const NAMES: [&str; 7] = ["password", "passwd", "secret", "token", "apikey", "api-key", "credential"];

/// The words of a command line without the secrets in them.
pub fn redacted(words: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let mut is_value = false;
    words.map(move |word| {
        if std::mem::take(&mut is_value) && !word.starts_with('-') {
            return HIDDEN.to_owned();
        }
        is_value = word.starts_with("--") && !word.contains('=') && is_secret(&word);
        // A word may be a whole command line itself: --static-args '--a=b --c=d'.
        word.split(' ').map(part).collect::<Vec<_>>().join(" ")
    })
}

/// One setting, `NAME=VALUE`, or a URL with a password.
fn part(text: &str) -> String {
    if let Some((name, _)) = text.split_once('=').filter(|(name, _)| is_secret(name)) {
        return format!("{name}={HIDDEN}");
    }
    let password = || {
        let begin = text.find("://")? + 3;
        let authority = &text[begin..];
        let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
        let (user, _) = authority[..end].rsplit_once('@')?;
        let colon = user.find(':')?;
        Some((begin + colon + 1, begin + user.len()))
    };
    match password() {
        Some((from, to)) => format!("{}{HIDDEN}{}", &text[..from], &text[to..]),
        None => text.to_owned(),
    }
}

/// A URL without its user and password, as it may be shown.
pub fn without_credentials(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    match text[start..].rfind('@') {
        Some(sign) => format!("{}{HIDDEN}{}", &text[..start], &text[start + sign..]),
        None => text.to_owned(),
    }
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|known| name.contains(known))
}

#[cfg(test)]
mod tests {
    use super::{redacted, without_credentials};

    fn shown(line: &[&str]) -> String {
        redacted(line.iter().map(|word| (*word).to_owned())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn no_password_is_shown() {
        for (text, shown) in [
            ("http://eve:secret@host:80/base", "http://***@host:80/base"),
            ("http://eve:se/cr@et@host", "http://***@host"),
            ("eve:secret@host", "***@host"),
            ("http://host", "http://host"),
        ] {
            assert_eq!(without_credentials(text), shown);
        }
    }

    #[test]
    fn no_secret_is_left() {
        assert_eq!(shown(&["route", "add", "http://u:p@h:80/x"]), "route add http://u:***@h:80/x");
        assert_eq!(
            shown(&["--static-args", "--a=b --providers.redis.password=p --c"]),
            "--static-args --a=b --providers.redis.password=*** --c"
        );
        assert_eq!(shown(&["--api-token", "t", "x"]), "--api-token *** x");
        assert_eq!(shown(&["http://h:80", "user@example.com", "a=b"]), "http://h:80 user@example.com a=b");
    }
}
