//! What Traefik makes of servers transports: what it refuses of TCP disables the routers that get there; of HTTP it only
//! gives up the TLS settings, and says so in its log.

use super::middleware::part::Part;
use super::middleware::{Broken, BrokenKind};
use super::tls_options::{CIPHER_SUITES, VERSIONS};
use crate::document::Ref;
use crate::schema::value;
use crate::surroundings::Surroundings;

/// What is wrong with a TCP servers transport called `name` (`t@file`); the words are those of the TCP routers whose
/// service uses it with a server that has a port.
pub(crate) fn tcp_transport(name: &str, value: Ref<'_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let transport = Part::whole(value);
    proxy_protocol(&transport)?;
    let Some(tls) = transport.field("tls") else { return Ok(()) };
    spiffe(&tls).map_err(|broken| match surroundings.release.since(5, 2) {
        true => broken,
        // Before, Traefik left out the transport and then looked for it.
        false => Broken { says: format!("TCP dialer not found {name}"), ..broken },
    })
}

/// What is wrong with a TCP `loadBalancer` that has no servers transport: the PROXY protocol that it asks for by itself.
/// Before 3.5.2 Traefik only left out its servers.
pub(crate) fn tcp_load_balancer(value: Ref<'_>, surroundings: &Surroundings) -> Result<(), Broken> {
    match surroundings.release.since(5, 2) {
        true => proxy_protocol(&Part::whole(value)),
        false => Ok(()),
    }
}

fn proxy_protocol(part: &Part<'_, '_>) -> Result<(), Broken> {
    let Some(protocol) = part.field("proxyProtocol").filter(|protocol| value::is_on(protocol.node)) else {
        return Ok(());
    };
    match protocol.integer("version") {
        Some(version) if !(1..=2).contains(&version) => {
            let says = format!("unknown proxyProtocol version: {version}");
            Err(protocol.wrong("version", BrokenKind::BadValue, says))
        }
        _ => Ok(()),
    }
}

/// What is wrong with the TLS settings of an HTTP servers transport: Traefik then does without all of them.
pub(crate) fn http_transport(value: Ref<'_>) -> Result<(), Broken> {
    let transport = Part::whole(value);
    spiffe(&transport)?;
    for (number, item) in transport.list("cipherSuites").iter().enumerate() {
        if !CIPHER_SUITES.contains(&&*item.text) {
            let says = format!("invalid CipherSuite: {}", item.text);
            return Err(transport.wrong_item("cipherSuites", (number, item), BrokenKind::BadValue, says));
        }
    }
    let (least, most) = (transport.text("minVersion"), transport.text("maxVersion"));
    let rank = |version: &str| VERSIONS.iter().position(|known| *known == version);
    for (field, word, version) in [("minVersion", "minimum", &least), ("maxVersion", "maximum", &most)] {
        if !version.is_empty() && rank(version).is_none() {
            let says = format!("invalid TLS {word} version: {version}");
            return Err(transport.wrong(field, BrokenKind::BadValue, says));
        }
    }
    match rank(&least) > rank(&most) {
        true => {
            let says = format!("TLS minimum version {least} is above the maximum version {most}");
            Err(transport.wrong("minVersion", BrokenKind::Conflict, says))
        }
        false => Ok(()),
    }
}

/// SPIFFE goes with no other TLS setting, and its names have to be names.
fn spiffe(part: &Part<'_, '_>) -> Result<(), Broken> {
    let Some(spiffe) = part.field("spiffe").filter(|spiffe| value::is_on(spiffe.node)) else { return Ok(()) };
    let ids = spiffe.list("ids");
    for (number, item) in ids.iter().enumerate() {
        id(&item.text).map_err(|why| {
            let says = format!("unable to build SPIFFE authorizer: invalid SPIFFE ID: {why}");
            spiffe.wrong_item("ids", (number, item), BrokenKind::BadValue, says)
        })?;
    }
    let domain = spiffe.text("trustDomain");
    if ids.is_empty() && !domain.is_empty() {
        let checked = if domain.contains(":/") { id(&domain) } else { trust_domain(&domain) };
        checked.map_err(|why| {
            let says = format!("unable to build SPIFFE authorizer: invalid SPIFFE trust domain: {why}");
            spiffe.wrong("trustDomain", BrokenKind::BadValue, says)
        })?;
    }
    let others = ["rootCAs", "certificates"].iter().any(|name| part.field(name).is_some_and(|list| holds(list.node)))
        || ["serverName", "peerCertURI", "minVersion", "maxVersion"].iter().any(|name| !part.text(name).is_empty())
        || !part.list("cipherSuites").is_empty()
        || part.is_true("insecureSkipVerify");
    match others {
        true => {
            let says = "TLS and SPIFFE configuration cannot be defined at the same time";
            Err(spiffe.broken(BrokenKind::Conflict, says))
        }
        false => Ok(()),
    }
}

fn holds(list: Ref<'_>) -> bool {
    !value::list(list).is_empty() || !value::structs(list).is_empty()
}

const SEGMENT: &str = "path segment characters are limited to letters, numbers, dots, dashes, and underscores";
const DOMAIN: &str = "trust domain characters are limited to lowercase letters, numbers, dots, dashes, and underscores";

fn id(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("cannot be empty");
    }
    let rest = text.strip_prefix("spiffe://").ok_or("scheme is missing or invalid")?;
    let (domain, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    trust_domain(domain)?;
    for segment in path.split('/').skip(1) {
        match segment {
            "" if path.ends_with('/') && !path.contains("//") => return Err("path cannot have a trailing slash"),
            "" => return Err("path cannot contain empty segments"),
            "." | ".." => return Err("path cannot contain dot segments"),
            _ if !segment.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_".contains(&b)) => {
                return Err(SEGMENT);
            }
            _ => {}
        }
    }
    Ok(())
}

fn trust_domain(text: &str) -> Result<(), &'static str> {
    let is_known = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-_".contains(&b);
    match text {
        "" => Err("trust domain is missing"),
        _ if !text.bytes().all(is_known) => Err(DOMAIN),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Document, Format};
    use crate::release::Release;

    #[test]
    fn names_of_spiffe_are_read_as_traefik_reads_them() {
        assert_eq!(id("spiffe://a/b"), Ok(()));
        for (text, why) in [
            ("", "cannot be empty"),
            ("spiffe://", "trust domain is missing"),
            ("spiffe://A", DOMAIN),
            ("spiffe://a/b/", "path cannot have a trailing slash"),
            ("spiffe://a/", "path cannot have a trailing slash"),
            ("spiffe://a//b", "path cannot contain empty segments"),
            ("spiffe://a/b//", "path cannot contain empty segments"),
            ("spiffe://a/../b", "path cannot contain dot segments"),
            ("spiffe://a/b c", SEGMENT),
        ] {
            assert_eq!(id(text), Err(why), "{text}");
        }
        assert_eq!(trust_domain("a:b"), Err(DOMAIN));
    }

    /// What Traefik of a release was heard to say of each value.
    #[test]
    fn transports_are_judged_as_traefik_judges_them() {
        const BOTH: &str = "TLS and SPIFFE configuration cannot be defined at the same time";
        const NO_ID: &str = "unable to build SPIFFE authorizer: invalid SPIFFE ID: scheme is missing or invalid";
        for (kind, release, value, says) in [
            ("tcp", "3.7.15", "{proxyProtocol: {version: 3}}", "unknown proxyProtocol version: 3"),
            ("tcp", "3.5.3", "{proxyProtocol: {version: 0}}", "unknown proxyProtocol version: 0"),
            ("tcp", "3.7.15", "{proxyProtocol: {}}", ""),
            ("tcp", "3.7.15", "{proxyProtocol: true}", ""),
            ("tcp", "3.7.15", "{tls: {spiffe: {}}}", ""),
            ("tcp", "3.7.15", "{tls: {spiffe: {ids: [x]}}}", NO_ID),
            ("tcp", "3.0.4", "{tls: {spiffe: {ids: [x]}}}", "TCP dialer not found t@file"),
            ("tcp", "3.7.15", "{tls: {spiffe: true, insecureSkipVerify: true}}", BOTH),
            ("tcp", "3.0.4", "{tls: {spiffe: true, insecureSkipVerify: true}}", "TCP dialer not found t@file"),
            ("tcp", "3.4.3", "{tls: {spiffe: {ids: [x]}}}", "TCP dialer not found t@file"),
            ("tcp", "3.7.15", "{tls: {rootCAs: [nope]}}", ""),
            ("tcp", "3.7.15", "{tls: {spiffe: {trustDomain: 'spiffe://a/b'}}}", ""),
            ("tcp", "3.7.15", "{tls: {spiffe: {trustDomain: a.b, ids: []}}}", ""),
            ("lb", "3.7.15", "{proxyProtocol: {version: 3}}", "unknown proxyProtocol version: 3"),
            ("lb", "3.0.4", "{proxyProtocol: {version: 3}}", ""),
            ("http", "3.7.15", "{spiffe: {}}", ""),
            ("http", "3.7.15", "{spiffe: {}, insecureSkipVerify: true}", BOTH),
            (
                "http",
                "3.7.15",
                "{minVersion: VersionTLS12}",
                "TLS minimum version VersionTLS12 is above the maximum version ",
            ),
            ("http", "3.7.15", "{maxVersion: VersionTLS12}", ""),
            ("http", "3.7.15", "{cipherSuites: [x]}", "invalid CipherSuite: x"),
            ("http", "3.7.15", "{minVersion: foo}", "invalid TLS minimum version: foo"),
            ("http", "3.7.15", "{maxVersion: foo}", "invalid TLS maximum version: foo"),
        ] {
            let document = Document::parse(Format::Yaml, format!("t: {value}\n")).unwrap();
            let node = document.root().unwrap().field("t").unwrap();
            let surroundings = Surroundings::unknown(Release::parse(release).unwrap());
            let judged = match kind {
                "tcp" => tcp_transport("t@file", node, &surroundings),
                "lb" => tcp_load_balancer(node, &surroundings),
                _ => http_transport(node),
            };
            assert_eq!(judged.err().map(|broken| broken.says).unwrap_or_default(), says, "{release} {kind} {value}");
        }
    }
}
