//! URLs of servers as Go reads them: what it refuses disables the service.

use crate::golang::quote;
use crate::release::Release;

/// Why Go's `url.Parse` refuses a URL, in its words.
pub(super) fn fault(url: &str, release: Release) -> Option<String> {
    let (without_fragment, fragment) = url.split_once('#').map_or((url, ""), |(url, fragment)| (url, fragment));
    let whole = parse(without_fragment, release);
    let shown = if whole.is_some() { without_fragment } else { url };
    let fault = whole.or_else(|| escapes(fragment));
    fault.map(|why| format!("parse {}: {why}", quote(shown)))
}

fn parse(url: &str, release: Release) -> Option<String> {
    if url.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return Some("net/url: invalid control character in URL".into());
    }
    let (scheme, rest) = match scheme(url) {
        Ok(parts) => parts,
        Err(why) => return Some(why.into()),
    };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    if !rest.starts_with('/') {
        if !scheme.is_empty() {
            return None;
        }
        let segment = rest.split('/').next().unwrap_or_default();
        if segment.contains(':') {
            return Some("first path segment in URL cannot contain colon".into());
        }
    }
    let (authority, path) = match rest.strip_prefix("//") {
        Some(after) if !scheme.is_empty() || !rest.starts_with("///") => {
            after.split_at(after.find('/').unwrap_or(after.len()))
        }
        _ => ("", rest),
    };
    self::authority(authority, release).or_else(|| escapes(path))
}

/// The scheme, empty where there is none, and what follows it.
pub(crate) fn scheme(url: &str) -> Result<(&str, &str), &'static str> {
    for (at, b) in url.bytes().enumerate() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme"),
            b':' => return Ok((&url[..at], &url[at + 1..])),
            _ => break,
        }
    }
    Ok(("", url))
}

fn authority(authority: &str, release: Release) -> Option<String> {
    let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if let Some(why) = self::host(host, release) {
        return Some(why);
    }
    let user = user?;
    let valid = |b: u8| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b);
    match user.bytes().all(valid) {
        true => escapes(user),
        false => Some("net/url: invalid userinfo".into()),
    }
}

fn host(host: &str, release: Release) -> Option<String> {
    let port = match host.starts_with('[') {
        true => match host.rfind(']') {
            Some(end) => &host[end + 1..],
            None => return Some("missing ']' in host".into()),
        },
        // Go 1.26 takes everything after the first colon for the port, older Go what comes after the last.
        false if release.has_fix(24, 7) => host.find(':').map_or("", |at| &host[at..]),
        false => host.rfind(':').map_or("", |at| &host[at..]),
    };
    let digits = port.strip_prefix(':');
    // Since Go 1.25.9, brackets must hold an address of version 6.
    if release.since(6, 15) {
        if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')).map(|(inner, _)| inner) {
            let address = inner.split('%').next().unwrap_or_default();
            if address.parse::<std::net::Ipv4Addr>().is_ok() {
                return Some("invalid IP-literal".into());
            }
            if address.parse::<std::net::Ipv6Addr>().is_err() {
                return Some(format!("invalid host: ParseAddr({inner:?}): unable to parse IP"));
            }
        } else if host.contains('[') && !host.starts_with('[') {
            return Some("invalid IP-literal".into());
        }
    }
    if !port.is_empty() && !digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
        return Some(format!("invalid port {port:?} after host"));
    }
    let mut rest = host;
    while let Some(c) = rest.chars().next() {
        let escape = (c == '%').then(|| rest.as_bytes().get(1..3)).flatten();
        match (c, escape) {
            ('%', Some(b"25")) => rest = &rest[3..],
            ('%', Some([a @ b'8'..=b'9' | a @ b'a'..=b'f' | a @ b'A'..=b'F', b]))
                if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() =>
            {
                rest = &rest[3..];
            }
            ('%', _) => return Some(bad_escape(rest)),
            (c, _) if c.is_ascii() && !c.is_ascii_alphanumeric() && !"!$&'()*+,;=:[]<>\"-_.~".contains(c) => {
                return Some(format!("invalid character {} in host name", quote(c.encode_utf8(&mut [0; 4]))));
            }
            _ => rest = &rest[c.len_utf8()..],
        }
    }
    None
}

/// The first escape that is none.
fn escapes(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let bad = text
        .match_indices('%')
        .find(|(at, _)| !bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)));
    bad.map(|(at, _)| bad_escape(&text[at..]))
}

fn bad_escape(rest: &str) -> String {
    let end = rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at);
    format!("invalid URL escape {}", quote(&rest[..end]))
}

#[cfg(test)]
mod tests {
    use super::Release;

    fn fault(url: &str) -> Option<String> {
        super::fault(url, Release::parse("3.7").unwrap())
    }

    #[test]
    fn urls_are_refused_as_go_refuses_them() {
        for good in [
            "",
            "http://10.0.0.5:3000",
            "https://[::1]:443/",
            "localhost:80",
            "http://u:p@h/p?q%zz#f",
            "ftp://x",
            "/a:b",
            "http://h:/",
            "http://ü.example",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, words) in [
            ("::bad", "parse \"::bad\": missing protocol scheme"),
            ("127.0.0.1:80", "parse \"127.0.0.1:80\": first path segment in URL cannot contain colon"),
            ("http://a b", "parse \"http://a b\": invalid character \" \" in host name"),
            ("http://{h}:1", "parse \"http://{h}:1\": invalid character \"{\" in host name"),
            ("http://h:80x", "parse \"http://h:80x\": invalid port \":80x\" after host"),
            ("http://[::1", "parse \"http://[::1\": missing ']' in host"),
            ("http://::1/", "parse \"http://::1/\": invalid port \"::1\" after host"),
            ("http://[1.2.3.4]", "parse \"http://[1.2.3.4]\": invalid IP-literal"),
            ("http://h/%zz", "parse \"http://h/%zz\": invalid URL escape \"%zz\""),
        ] {
            assert_eq!(fault(bad).as_deref(), Some(words), "{bad}");
        }
    }
}
