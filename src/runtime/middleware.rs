//! What Traefik's constructors make of a middleware: built, or refused with these words.

mod access;
mod address;
mod client_tls;
mod media_type;
pub(super) mod part;
mod predicate;
mod request;
mod source;
mod traffic;
mod users;

use crate::document::{Ref, Span};
use crate::schema::value;
use crate::surroundings::{Named, Surroundings};
use part::Part;
pub(crate) use users::lines as user_lines;

/// Why Traefik can't build a middleware, or use TLS options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// Traefik's words, as its API shows them for the object and for the routers that reach it.
    pub says: String,
    /// The bytes that are wrong, in the object's own document.
    pub at: Span,
    /// The path of keys there, below the object; empty for the object as a whole.
    pub field: String,
    /// What sort of mistake it is.
    pub kind: BrokenKind,
}

/// What sort of mistake makes an object unbuildable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokenKind {
    /// It has no type, or none that this release knows.
    NoType,
    /// It has several types.
    SeveralTypes,
    /// It is of a plugin that the static configuration does not declare.
    UnknownPlugin,
    /// A value that it can't do without is missing or empty.
    Missing,
    /// A value can't be read.
    BadValue,
    /// Values exclude each other.
    Conflict,
    /// A file that it names is missing or can't be used.
    BadFile,
    /// Traefik panics over it: it takes up neither this configuration nor any later one until it is started again.
    Panic,
}

/// The types of HTTP middlewares that a file can define. Others that Traefik knows are of other providers.
const HTTP_TYPES: [&str; 26] = [
    "addPrefix",
    "basicAuth",
    "buffering",
    "chain",
    "circuitBreaker",
    "compress",
    "contentType",
    "digestAuth",
    "encodedCharacters",
    "errors",
    "forwardAuth",
    "grpcWeb",
    "headers",
    "inFlightReq",
    "ipAllowList",
    "ipWhiteList",
    "passTLSClientCert",
    "plugin",
    "rateLimit",
    "redirectRegex",
    "redirectScheme",
    "replacePath",
    "replacePathRegex",
    "retry",
    "stripPrefix",
    "stripPrefixRegex",
];

/// What is wrong with an HTTP middleware; `name` is as the API has it, `auth@file`. Middlewares and services that it
/// refers to are not looked into; Traefik builds the service of `errors` after it has read `status` and before it
/// reads `statusRewrites`.
pub(crate) fn http(name: &str, value: Ref<'_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let middleware = Part::whole(value);
    let types: Vec<Part<'_, '_>> = types_of(value).into_iter().filter_map(|name| present(&middleware, name)).collect();
    let part = match types.as_slice() {
        [] => return Err(no_type(&middleware, name)),
        [part] => part,
        [_, second, ..] => {
            let says = "cannot create middleware: multi-types middleware not supported, consider declaring two \
                        different pieces of middleware instead";
            return Err(second.broken(BrokenKind::SeveralTypes, says));
        }
    };
    match part.name {
        "addPrefix" => request::add_prefix(part),
        "basicAuth" => access::basic_auth(part, surroundings),
        "buffering" => traffic::buffering(part),
        "circuitBreaker" => traffic::circuit_breaker(part),
        "compress" => traffic::compress(part, surroundings),
        "digestAuth" => access::digest_auth(part, surroundings),
        "errors" => traffic::errors(part),
        "forwardAuth" => access::forward_auth(part, surroundings),
        "headers" => request::headers(part, surroundings),
        "inFlightReq" => traffic::in_flight_req(part, surroundings),
        "ipAllowList" => access::ip_allow_list(part, surroundings),
        "ipWhiteList" => access::ip_white_list(part, surroundings),
        "plugin" => plugin(part, name, surroundings),
        "rateLimit" => traffic::rate_limit(part, surroundings),
        "redirectRegex" => request::redirect_regex(part, surroundings.release),
        "redirectScheme" => request::redirect_scheme(part),
        "replacePathRegex" => request::replace_path_regex(part, surroundings.release),
        "retry" => traffic::retry(part),
        "stripPrefixRegex" => request::strip_prefix_regex(part, surroundings.release),
        _ => Ok(()),
    }
}

/// What is wrong with a TCP middleware. Of several types the last counts, and Traefik says nothing.
pub(crate) fn tcp(name: &str, value: Ref<'_>, surroundings: &Surroundings) -> Result<(), Broken> {
    let middleware = Part::whole(value);
    if let Some(list) = middleware.field("ipAllowList") {
        access::source_range(&list, "sourceRange is empty, IPAllowLister not created", "CIDRs", surroundings)
    } else if let Some(list) = middleware.field("ipWhiteList") {
        access::source_range(&list, "sourceRange is empty, IPWhiteLister not created", "CIDR whitelist", surroundings)
    } else if middleware.field("inFlightConn").is_some() {
        Ok(())
    } else {
        Err(no_type(&middleware, name))
    }
}

/// The types that a middleware names, each once. One walk along its fields: there may be many middlewares.
fn types_of(middleware: Ref<'_>) -> Vec<&'static str> {
    let named = |key: &str| HTTP_TYPES.into_iter().find(|name| name.eq_ignore_ascii_case(key));
    let mut types: Vec<_> = value::entries(middleware).iter().filter_map(|entry| named(&entry.name)).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// A type of a middleware, where it is there. Two of them may stand without content, and then `false` leaves them out.
fn present<'p, 'd>(middleware: &'p Part<'p, 'd>, name: &'static str) -> Option<Part<'p, 'd>> {
    middleware.field(name).filter(|part| !matches!(name, "compress" | "contentType") || value::is_on(part.node))
}

fn no_type(middleware: &Part<'_, '_>, name: &str) -> Broken {
    let says =
        format!("invalid middleware {name:?} configuration: invalid middleware type or middleware does not exist");
    middleware.broken(BrokenKind::NoType, says)
}

/// Which plugins there are is known from the static configuration alone; without it they are taken to exist.
fn plugin(part: &Part<'_, '_>, name: &str, surroundings: &Surroundings) -> Result<(), Broken> {
    let plugins = value::entries(part.node);
    let [plugin] = plugins.as_slice() else {
        let says = "plugin: invalid configuration: no configuration or too many plugin definition";
        return Err(part.broken(BrokenKind::Conflict, says));
    };
    if plugin.name.is_empty() {
        return Err(part.broken(BrokenKind::Missing, "plugin: missing plugin type"));
    }
    match &surroundings.static_config {
        // One that can't be set up, and Traefik gives up all of them.
        Some(known) if known.broken_plugin.is_some() => Err(no_type(part, name)),
        Some(known) if known.plugins.iter().all(|p| p.name != plugin.name) => Err(Broken {
            says: format!("plugin: unknown plugin type: {}", plugin.name),
            at: plugin.key.span(),
            field: format!("plugin.{}", plugin.name),
            kind: BrokenKind::UnknownPlugin,
        }),
        _ => Ok(()),
    }
}

/// What a value that is a path, or else the content itself, comes to.
pub(super) enum Content<'a> {
    /// Its bytes.
    Bytes(&'a [u8]),
    /// It is a folder.
    Folder,
    /// That can't be seen from here.
    Unknown,
}

/// Reads a value that is a path where a file of that name exists, and else the content itself.
pub(super) fn content<'a>(text: &'a str, surroundings: &'a Surroundings) -> Content<'a> {
    match surroundings.named.get(text) {
        Some(Named::Read { bytes, .. }) => Content::Bytes(bytes),
        Some(Named::Missing) => Content::Bytes(text.as_bytes()),
        Some(Named::Unreadable(why)) if is_folder(why) => Content::Folder,
        Some(Named::Unreadable(_) | Named::Unmapped) => Content::Unknown,
        // What is no path is not asked for.
        None if text.contains('\n') => Content::Bytes(text.as_bytes()),
        None => Content::Unknown,
    }
}

fn is_folder(why: &str) -> bool {
    why.to_ascii_lowercase().contains("is a directory")
}

#[cfg(test)]
mod tests;
