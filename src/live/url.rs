//! `http://[USER:PASSWORD@]HOST[:PORT][/PATH]`, as far as the API needs it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A checked URL.
pub(super) struct Url {
    /// Whether it is `https`.
    pub(super) is_secure: bool,
    /// Without user and password, up to where `/api` follows.
    pub(super) base: String,
    /// What the header `Authorization` says.
    pub(super) authorization: Option<String>,
}

impl Url {
    /// Reads one; else what is wrong, in words that hold nothing of it.
    pub(super) fn parse(text: &str) -> Result<Url, &'static str> {
        if text.contains(|c: char| c.is_whitespace() || c.is_control() || !c.is_ascii()) {
            return Err("it holds a space, or what is no ASCII");
        }
        let (scheme, rest) = text.split_once("://").ok_or("it has no scheme")?;
        let is_secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err("its scheme is neither http nor https"),
        };
        let end = rest.find('/').unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if rest.contains(['?', '#']) {
            return Err("it has a query or a fragment; where they are part of a password, write %3F and %23");
        }
        if path.contains('@') {
            return Err("its path has an @; in a password write %2F for a slash");
        }
        let (credentials, place) = match authority.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, authority),
        };
        let host = match place.strip_prefix('[') {
            Some(v6) => v6.split_once(']').ok_or("its [ is never closed")?.0,
            None => place.split(':').next().unwrap_or_default(),
        };
        if host.is_empty() {
            return Err("it has no host");
        }
        let port = place.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.contains(']'));
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err("its port is no number up to 65535");
        }
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix("/api").or_else(|| path.strip_suffix("/dashboard")).unwrap_or(path);
        let scheme = if is_secure { "https" } else { "http" };
        let base = format!("{scheme}://{place}{}", path.trim_end_matches('/'));
        let authorization = credentials.map(|text| {
            let text = if text.contains(':') { text.to_owned() } else { format!("{text}:") };
            format!("Basic {}", STANDARD.encode(decoded(&text)))
        });
        Ok(Url { is_secure, base, authorization })
    }
}

/// The bytes that `%41` and the like stand for.
fn decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn what_follows_the_place_is_told_from_the_api() {
        let base = |text: &str| Url::parse(text).map(|url| url.base).unwrap_or_else(str::to_owned);
        for (text, expected) in [
            ("http://localhost:8080", "http://localhost:8080"),
            ("HTTP://a/api/", "http://a"),
            ("https://eve:pw@a.example.com/base/dashboard/", "https://a.example.com/base"),
            ("http://[::1]:8080/base/", "http://[::1]:8080/base"),
        ] {
            assert_eq!(base(text), expected);
        }
        for bad in ["localhost:8080", "ftp://a", "http://", "http://a:99999", "http://[::1", "http://a?x", "http://a b"]
        {
            assert!(Url::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn user_and_password_go_into_their_header() {
        let header = |text: &str| Url::parse(text).unwrap_or_else(|e| panic!("{e}")).authorization;
        assert_eq!(header("http://martin:secret@a").as_deref(), Some("Basic bWFydGluOnNlY3JldA=="));
        assert_eq!(header("http://eve:a%2Fb%40%25%4@a").as_deref(), Some("Basic ZXZlOmEvYkAlJTQ="));
        assert_eq!(header("http://eve@a").as_deref(), Some("Basic ZXZlOg=="));
        assert_eq!(header("http://a"), None);
    }
}
