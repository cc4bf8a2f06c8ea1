//! `https://HOST[:PORT][/PATH]`, where the server that agents join is.

use crate::secret::without_credentials;
use hyper::Uri;
use std::fmt;
use std::str::FromStr;

/// A checked URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    pub(super) is_secure: bool,
    /// A name or an address, which has no brackets here.
    pub(super) host: String,
    pub(super) port: u16,
    /// What stands before the paths of the server.
    pub(super) base: String,
}

impl Url {
    /// What the header `Host` says.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match (self.is_secure, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    /// A name for the file of a key that is for this server.
    pub fn file_name(&self) -> String {
        let path = self.base.replace('/', "_");
        format!("{}-{}{path}.key", self.host, self.port)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.is_secure { "https" } else { "http" }, self.authority(), self.base)
    }
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Url, String> {
        // What may be a secret is not repeated.
        let shown = without_credentials(text.split(['?', '#']).next().unwrap_or_default());
        let bad = |what: &str| format!("{shown:?} is no URL of a server: {what}");
        let uri: Uri = text.parse().map_err(|_| bad("it can't be read"))?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(bad("it does not begin with https://")),
        };
        let (authority, host) = (uri.authority().map_or("", |a| a.as_str()), uri.host().unwrap_or_default());
        if authority.contains('@') {
            return Err(bad("it has no user and no password"));
        }
        if uri.query().is_some() || text.contains(['?', '#']) {
            return Err(bad("it has no query and no fragment"));
        }
        let port = match authority.strip_prefix(host).unwrap_or_default() {
            "" => Some(if is_secure { 443 } else { 80 }),
            port => port.strip_prefix(':').and_then(|port| port.parse().ok()).filter(|port| *port > 0),
        };
        let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        let port = port.filter(|_| !host.is_empty()).ok_or_else(|| bad("it has no host, or a port that is none"))?;
        Ok(Url { is_secure, host, port, base: uri.path().trim_end_matches('/').to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::Url;

    #[test]
    fn what_names_a_server_is_read_and_shown_alike() {
        for (text, shown, file) in [
            ("https://Front.example.com:7843", "https://front.example.com:7843", "front.example.com-7843.key"),
            ("https://front.example.com/", "https://front.example.com", "front.example.com-443.key"),
            ("http://[::1]:80/a/b/", "http://[::1]/a/b", "::1-80_a_b.key"),
            ("http://127.0.0.1:7843", "http://127.0.0.1:7843", "127.0.0.1-7843.key"),
        ] {
            let url: Url = text.parse().unwrap();
            assert_eq!((url.to_string(), url.file_name()), (shown.to_owned(), file.to_owned()));
            assert_eq!(shown.parse(), Ok(url));
        }
    }

    #[test]
    fn what_names_none_is_refused_and_its_password_not_repeated() {
        for text in [
            "front.example.com",
            "front.example.com:7843",
            "ftp://a",
            "https://",
            "https://:80",
            "https://a:0",
            "https://a:99999",
            "https://a:b",
            "https://a?token=x",
            "https://a#b",
            "https://a b",
            "",
            "https://a/../b?",
        ] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
        for text in
            ["https://eve:secret@front.example.com", "https://a/?token=secret", "eve:secret@a", "https://a#secret"]
        {
            let said = text.parse::<Url>().unwrap_err();
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
