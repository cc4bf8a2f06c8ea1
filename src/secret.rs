//! Secrets in a command line, which others may read later: what is one by its look or by its name.

/// What stands in its place.
const HIDDEN: &str = "***";

/// What a name holds that is given to a secret.
const NAMES: [&str; 9] =
    ["password", "passwd", "secret", "token", "apikey", "api-key", "credential", "authorization", "hmac"];

/// The words of a command line without the secrets in them.
pub fn redacted(words: impl Iterator<Item = String>) -> impl Iterator<Item = String> {
    let mut is_value = false;
    words.map(move |word| {
        if std::mem::take(&mut is_value) && !word.starts_with('-') {
            return HIDDEN.to_owned();
        }
        is_value = is_flag_of_secret(&word);
        // A word may be a whole command line itself: --static-args '--a=b --c=d'.
        inner(&word)
    })
}

/// A word, or a whole command line in one: all from a secret to the next flag is hidden, however it is quoted.
fn inner(text: &str) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut is_secret = false;
    for word in text.split([' ', '\t', '\n']) {
        is_secret &= !word.starts_with("--");
        match is_secret {
            true if shown.last().is_some_and(|last| last.ends_with(HIDDEN)) => {}
            true => shown.push(HIDDEN.to_owned()),
            false => {
                let part = part(word);
                is_secret = is_flag_of_secret(word) || (word.starts_with("--") && part.ends_with(HIDDEN));
                shown.push(part);
            }
        }
    }
    shown.join(" ")
}

fn is_flag_of_secret(word: &str) -> bool {
    word.starts_with("--") && !word.contains('=') && is_secret(word)
}

/// One setting, `NAME=VALUE`, or a URL with a password.
fn part(text: &str) -> String {
    // The last setting of a query counts too: `http://host/?a=b&token=c`.
    let mut begin = 0;
    while let Some(sign) = text[begin..].find('=').map(|at| begin + at) {
        if is_secret(&text[begin..sign]) {
            return format!("{}{HIDDEN}", &text[..=sign]);
        }
        begin = sign + 1;
    }
    match password(text) {
        Some((from, to)) => format!("{}{HIDDEN}{}", &text[..from], &text[to..]),
        None => text.to_owned(),
    }
}

/// Where the password stands in a URL, though it were one that must not stand there, like `a/b`.
fn password(text: &str) -> Option<(usize, usize)> {
    let begin = text.find("://")? + 3;
    let user = begin..begin + text[begin..].rfind('@')?;
    let colon = user.start + text[user.clone()].find(':')?;
    // `http://host:80/@name`: a port is no password.
    let is_port = text[colon + 1..user.end].split_once('/').is_some_and(|(port, _)| port.parse::<u16>().is_ok());
    (!is_port).then_some((colon + 1, user.end))
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
        for (words, left) in [
            ("--a=b\t--redis.password=p --c", "--a=b --redis.password=*** --c"),
            ("--redis.password p --c", "--redis.password *** --c"),
            ("--redis.password=\"p q\" --c=d", "--redis.password=*** --c=d"),
            ("--http.endpoint=http://h/?a=b&token=p", "--http.endpoint=http://h/?a=b&token=***"),
            ("--http.headers.Authorization=Bearer p", "--http.headers.Authorization=***"),
            ("--acme.eab.hmacEncoded=p", "--acme.eab.hmacEncoded=***"),
            ("http://u:p/q@h", "http://u:***@h"),
            ("http://h:80/@x", "http://h:80/@x"),
            ("Host(`a`) && Query(`a=b`)", "Host(`a`) && Query(`a=b`)"),
        ] {
            assert_eq!(shown(&["--static-args", words]), format!("--static-args {left}"));
        }
        assert_eq!(shown(&["http://h:80", "user@example.com", "a=b"]), "http://h:80 user@example.com a=b");
    }
}
