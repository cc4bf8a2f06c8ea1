//! Servers, as `SCHEME://HOST[:PORT]`.

mod scheme;

pub use scheme::{Kind, Scheme};

use super::host::check_labels;
use super::{BadName, called, find, punycode, refuse_marks, refuse_space, refuse_unseen, shown};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A server that a route leads to, and how Traefik speaks to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    scheme: Scheme,
    host: String,
    port: Option<u16>,
}

impl Target {
    /// How Traefik speaks to the server.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The lower-cased name, or the address in its usual spelling, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address, if the server is not given by name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The port that was given, or else the one that the scheme fills in; HTTP fills in none.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The port; where none was given, the one that HTTP implies.
    pub fn port_or_default(&self) -> u16 {
        self.port.unwrap_or(if self.scheme == Scheme::Https { 443 } else { 80 })
    }

    /// What stands in `loadBalancer.servers[].url` of an HTTP service: `http://10.0.0.5:3000`.
    pub fn url(&self) -> String {
        self.to_string()
    }

    /// `HOST:PORT`, as in `loadBalancer.servers[].address` of a TCP or UDP service; where no port
    /// was given, the one that HTTP implies.
    pub fn address(&self) -> String {
        format!("{}:{}", Bracketed(&self.host), self.port_or_default())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, Bracketed(&self.host))?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// A host as it stands before a port.
struct Bracketed<'h>(&'h str);

impl fmt::Display for Bracketed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(':') { write!(f, "[{}]", self.0) } else { f.write_str(self.0) }
    }
}

const NOUN: &str = "a target";

impl FromStr for Target {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Target, BadName> {
        if text.is_empty() {
            let what = "the target is empty: write SCHEME://HOST:PORT, as in http://10.0.0.5:3000";
            return Err(BadName::new(what, 0..0));
        }
        refuse_unseen(text, NOUN)?;
        refuse_space(text, NOUN)?;
        // Before all that repeats a part of the text: passwords must not get into messages.
        refuse_credentials(text)?;
        refuse_marks(text, NOUN, "`\"'", "write it bare, as in http://10.0.0.5:3000")?;
        let Some((scheme, rest)) = text.split_once("://") else { return Err(no_scheme(text)) };
        let start = scheme.len() + 3;
        let scheme: Scheme = scheme.parse()?;
        let end = start + rest.find(['/', '?', '#']).unwrap_or(rest.len());
        refuse_tail(text, end)?;
        let (host, port) = host_and_port(&text[start..end], scheme).map_err(|bad| bad.shifted(start))?;
        let Some(port) = port.or(scheme.default_port()) else {
            if scheme.kind() == Kind::Http {
                return Ok(Target { scheme, host, port: None });
            }
            let what = format!("{scheme}:// has no port of its own: write {scheme}://{}:PORT", Bracketed(&host));
            return Err(BadName::new(what, start..end));
        };
        Ok(Target { scheme, host, port: Some(port) })
    }
}

/// `: write TARGET`, if what remains of a bad target is a good one.
fn instead(rest: &str) -> String {
    rest.parse::<Target>().map_or(String::new(), |target| format!(": write {target}"))
}

fn refuse_credentials(text: &str) -> Result<(), BadName> {
    let Some(sign) = text.rfind('@') else { return Ok(()) };
    let start = text.find("://").filter(|start| *start < sign).map_or(0, |start| start + 3);
    let cure = instead(&format!("{}{}", &text[..start], &text[sign + 1..]));
    let cure = if cure.is_empty() { ": leave out all up to the `@`" } else { &cure };
    let what = format!("credentials do not belong in a route{cure}");
    Err(BadName::new(what, start..sign + 1).hint("the client sends its own to the server, through Traefik"))
}

fn no_scheme(text: &str) -> BadName {
    let bare = text.trim_start_matches('/');
    let what = match format!("http://{bare}").parse::<Target>() {
        Ok(target) => {
            let others = format!("tcp://{0}, mongodb://{0}, …", &target.to_string()["http://".len()..]);
            format!("`{}` says no scheme: write {target}, or {others}", shown(text))
        }
        Err(_) => format!("`{}` says no scheme: write SCHEME://HOST:PORT, as in http://10.0.0.5:3000", shown(text)),
    };
    BadName::new(what, 0..0).hint(scheme::choices())
}

/// Refuses what follows host and port; only a slash may.
fn refuse_tail(text: &str, end: usize) -> Result<(), BadName> {
    let tail = &text[end..];
    let path = &tail[..tail.find(['?', '#']).unwrap_or(tail.len())];
    let (what, from, hint) = match &tail[path.len()..] {
        "" if path.len() < 2 => return Ok(()),
        _ if path.len() > 1 => {
            let hint = "to put a path before that of each request, use the addPrefix middleware".into();
            ("Traefik ignores the path of a target", 0, Some(hint))
        }
        query if query.starts_with('?') => ("a target has no query", path.len(), None),
        _ => ("a target has no fragment (`#`)", path.len(), None),
    };
    let cure = instead(&text[..end]);
    let cure = if cure.is_empty() { ": end it behind the port" } else { &cure };
    Err(BadName { hint, ..BadName::new(format!("{what}{cure}"), end + from..text.len()) })
}

/// Parts `HOST[:PORT]`; positions in errors count from its beginning.
fn host_and_port(text: &str, scheme: Scheme) -> Result<(String, Option<u16>), BadName> {
    let (host, port) = match text.strip_prefix('[') {
        Some(inner) => {
            let Some((inside, after)) = inner.split_once(']') else {
                let what = format!("`[` is never closed: write {scheme}://[::1]:PORT");
                return Err(BadName::new(what, 0..text.len()));
            };
            (bracketed(inside).map_err(|bad| bad.shifted(1))?, after)
        }
        None => {
            refuse_colons(text, scheme)?;
            let colon = text.find(':').unwrap_or(text.len());
            (name(&text[..colon], scheme)?, &text[colon..])
        }
    };
    let at = text.len() - port.len()..text.len();
    match port.strip_prefix(':') {
        Some(port) => {
            let port = check_port(port, scheme, &host).map_err(|bad| bad.shifted(at.start + 1))?;
            Ok((host, Some(port)))
        }
        None if port.is_empty() => Ok((host, None)),
        None => Err(BadName::new(format!("only `:PORT` follows the `]`: write {scheme}://[{host}]:PORT"), at)),
    }
}

/// Refuses more colons than the one before a port.
fn refuse_colons(text: &str, scheme: Scheme) -> Result<(), BadName> {
    let whole = 0..text.len();
    let address = |text: &str| text.parse::<Ipv6Addr>().ok();
    // In `::1:3000` both readings are good ones, so both are offered.
    let with_port = text.rsplit_once(':').and_then(|(ip, port)| Some((address(ip)?, port.parse::<u16>().ok()?)));
    let cure = match (address(text), with_port) {
        (Some(ip), Some((shorter, port))) => format!("{scheme}://[{shorter}]:{port}, or {scheme}://[{ip}]:PORT"),
        (None, Some((ip, port))) => format!("{scheme}://[{ip}]:{port}"),
        (Some(ip), None) => format!("{scheme}://[{ip}]:PORT"),
        (None, None) if text.contains("::") => format!("{scheme}://[::1]:PORT"),
        (None, None) if text.matches(':').count() > 1 => {
            return Err(BadName::new("a target has one port: write HOST:PORT, and an IPv6 address in brackets", whole));
        }
        (None, None) => return Ok(()),
    };
    Err(BadName::new(format!("an IPv6 address stands in brackets: write {cure}"), whole))
}

fn bracketed(text: &str) -> Result<String, BadName> {
    text.parse::<Ipv6Addr>().map(|ip| ip.to_string()).map_err(|_| {
        let what = match text.contains('%') {
            true => "an IPv6 address here has no zone (`%…`): leave it out, or give a global address".into(),
            false => format!("`{}` is no IPv6 address: write one as in [::1]", shown(text)),
        };
        BadName::new(what, 0..text.len())
    })
}

fn name(text: &str, scheme: Scheme) -> Result<String, BadName> {
    let whole = 0..text.len();
    if text.is_empty() {
        return Err(BadName::new(format!("the target has no host: write {scheme}://HOST:PORT"), whole));
    }
    if let Some((c, at)) = find(text, |c| !c.is_ascii()) {
        let cure = punycode::to_ascii(text).filter(|ascii| name(ascii, scheme).is_ok());
        let cure = cure.map_or("its punycode form (xn--…)".into(), |ascii| format!("{scheme}://{ascii}"));
        return Err(BadName::new(format!("a target is written in ASCII, without {}: write {cure}", called(c)), at));
    }
    let name = text.to_ascii_lowercase();
    let bare = name.strip_suffix('.').unwrap_or(&name);
    // What ends in a number is an address to resolvers, in forms (127.1, 0x7f.1, 2130706433) that
    // hide which one; so it is one in the usual form, or nothing.
    let last = bare.rsplit('.').next().unwrap_or(bare);
    let hex = last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    if hex || !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<Ipv4Addr>().map(|ip| ip.to_string()).map_err(|_| {
            let what =
                format!("`{}` is no IPv4 address: write four numbers from 0 to 255, as in 10.0.0.5", shown(text));
            BadName::new(what, whole).hint("a name doesn't end in a number; zeros in front are not allowed")
        });
    }
    check_labels(bare, NOUN)?;
    Ok(name)
}

fn check_port(text: &str, scheme: Scheme, host: &str) -> Result<u16, BadName> {
    let whole = 0..text.len();
    let host = Bracketed(host);
    if text.is_empty() {
        let what = match (scheme.kind(), scheme.default_port()) {
            (Kind::Http, _) | (_, Some(_)) => format!("no port follows the `:`: write {scheme}://{host}"),
            _ => format!("no port follows the `:`: write {scheme}://{host}:PORT"),
        };
        return Err(BadName::new(what, whole));
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        let what = format!("port `{}` is no number: write one from 1 to 65535", shown(text));
        return Err(BadName::new(what, whole));
    }
    match text.parse() {
        Ok(0) | Err(_) => {
            Err(BadName::new(format!("port {} does not exist: write one from 1 to 65535", shown(text)), whole))
        }
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests;
