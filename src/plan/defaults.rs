//! What a new route gets without being told, and where that comes from.

use super::Facts;
use crate::document::Format;
use crate::error::{Code, Error};
use crate::inventory::{Inventory, Part, names};
use crate::name::{Kind, Scheme};
use crate::route::{Route, Tls};
use crate::rule::Rule;
use crate::settings::RouteDefaults;

/// A value, and the words that say where it comes from.
pub(super) struct Default<T> {
    pub(super) value: T,
    pub(super) note: Option<String>,
}

impl<T> Default<T> {
    fn named(value: T) -> Default<T> {
        Default { value, note: None }
    }
    fn taken(value: T, note: String) -> Default<T> {
        Default { value, note: Some(note) }
    }
}

pub(super) fn of(facts: &Facts, kind: Kind) -> &RouteDefaults {
    match kind {
        Kind::Http => &facts.defaults.http,
        Kind::Tcp => &facts.defaults.tcp,
        Kind::Udp => &facts.defaults.udp,
    }
}

/// The entry points: named, else from the settings, else for TCP and UDP the one called like the scheme.
pub(super) fn entry_points(
    inventory: &Inventory<'_>,
    facts: &Facts,
    scheme: Scheme,
    named: &[String],
) -> Result<Default<Vec<String>>, Error> {
    let kind = scheme.kind();
    if !named.is_empty() {
        return Ok(Default::named(named.to_vec()));
    }
    let settings = &of(facts, kind).entry_points;
    if !settings.is_empty() {
        return Ok(Default::taken(settings.clone(), format!("entry point: {} (settings)", settings.join(", "))));
    }
    if kind == Kind::Http {
        return Ok(Default::taken(Vec::new(), "entry points: Traefik's default".into()));
    }
    let name = scheme.as_str();
    let in_static =
        facts.static_config.as_ref().and_then(|c| c.entry_point(name)).is_some_and(|e| e.udp == (kind == Kind::Udp));
    if in_static {
        return Ok(Default::taken(vec![name.to_owned()], format!("entry point: {name} (static configuration)")));
    }
    let mut routers = inventory.definitions(Part::Router).filter(|(k, _)| *k == kind);
    if let Some((_, user)) = routers.find(|(_, d)| names(d.value.field("entryPoints")).iter().any(|e| e == name)) {
        return Ok(Default::taken(vec![name.to_owned()], format!("entry point: {name} (as router {:?})", user.name)));
    }
    let error = Error::new(
        Code::Usage,
        format!(
            "which entry point? None is called {name:?} in the static configuration, and no other route uses one of that name"
        ),
    );
    Err(match &facts.static_config {
        Some(config) => {
            let fitting: Vec<&str> =
                config.entry_points.iter().filter(|e| e.udp == (kind == Kind::Udp)).map(|e| e.name.as_str()).collect();
            error.hint(format!(
                "say --entry-point EP; there are: {}",
                if fitting.is_empty() { "none".into() } else { fitting.join(", ") }
            ))
        }
        None => error.hint("say --entry-point EP, or give Traefik's static configuration with --static FILE"),
    })
}

/// TLS, and what it takes over from an entry point's own TLS.
pub(super) struct TlsDefault {
    pub(super) tls: Tls,
    pub(super) cert_resolver: Option<String>,
    pub(super) options: Option<String>,
}

/// TLS: named, else from the settings; TCP by SNI on; HTTP on with a certificate resolver or where all entry points have TLS.
pub(super) fn tls(
    inventory: &Inventory<'_>,
    facts: &Facts,
    scheme: Scheme,
    any_host: bool,
    named: Option<Tls>,
    resolver: Option<&str>,
    entry_points: &[String],
) -> Default<TlsDefault> {
    let kind = scheme.kind();
    let settings = of(facts, kind);
    let plain = |tls| TlsDefault { tls, cert_resolver: None, options: None };
    let note = |tls: Tls, why: &str| format!("tls: {}{why}", tls.as_str());
    if let Some(tls) = named {
        return Default::named(plain(tls));
    }
    if let Some(tls) = settings.tls {
        return Default::taken(plain(tls), note(tls, " (settings)"));
    }
    match kind {
        Kind::Udp => Default::named(plain(Tls::Off)),
        Kind::Tcp if any_host && scheme != Scheme::Tls => Default::taken(plain(Tls::Off), note(Tls::Off, "")),
        Kind::Tcp => Default::taken(plain(Tls::On), note(Tls::On, "")),
        Kind::Http if resolver.is_some() => Default::taken(plain(Tls::On), note(Tls::On, " (certificate resolver)")),
        Kind::Http => match tls_of_entry_points(inventory, facts, entry_points) {
            Some((default, why)) => Default::taken(default, note(Tls::On, &why)),
            None => Default::taken(plain(Tls::Off), note(Tls::Off, "")),
        },
    }
}

/// TLS where every chosen entry point has it, in the static configuration or on another router.
fn tls_of_entry_points(
    inventory: &Inventory<'_>,
    facts: &Facts,
    entry_points: &[String],
) -> Option<(TlsDefault, String)> {
    let mut found = TlsDefault { tls: Tls::On, cert_resolver: None, options: None };
    let mut why = String::new();
    for name in entry_points {
        let config = facts.static_config.as_ref().and_then(|c| c.entry_point(name)).filter(|e| e.tls);
        if let Some(entry) = config {
            // A router's own TLS replaces the entry point's as a whole, so what that says is said again.
            found.cert_resolver = found.cert_resolver.or(entry.cert_resolver.clone());
            found.options = found.options.or(entry.options.clone());
            why = format!(" (entry point {name})");
            continue;
        }
        let mut routers = inventory.definitions(Part::Router).filter(|(kind, _)| *kind == Kind::Http);
        let (_, user) = routers.find(|(_, d)| {
            d.value.field("tls").is_some()
                && names(d.value.field("entryPoints")).contains(name)
                && Route::of(inventory, Kind::Http, d).tls == Tls::On
        })?;
        why = format!(" (as router {:?})", user.name);
    }
    (!entry_points.is_empty()).then_some((found, why))
}

/// The priority of a rule that was made from these hosts; `with_host` makes the same rule for one host.
///
/// Who takes every host, or every one below a domain, comes after the routes of single hosts. By Traefik's own
/// default, the length of the rule, it would come before many, and with a tie either would win.
pub(super) fn priority(kind: Kind, hosts: &[String], with_host: impl FnOnce(&str) -> Option<Rule>) -> Option<i64> {
    let shortest = hosts.iter().filter(|host| host.starts_with('*')).min_by_key(|host| host.len())?;
    let host = match (shortest.as_str(), kind) {
        // Traefik puts this one last by itself.
        ("*", Kind::Tcp) => return None,
        // In place of a name of one letter.
        ("*", _) => "a",
        (wildcard, _) => wildcard,
    };
    let length = with_host(host)?.to_string().len();
    i64::try_from(length).ok().map(|length| length - 1)
}

/// The file that a new route goes to.
pub(super) fn file(facts: &Facts, kind: Kind, named: Option<&str>) -> Result<String, Error> {
    let wanted = named.or(of(facts, kind).file.as_deref());
    if let Some(only) = &facts.only {
        return match wanted.filter(|w| *w != only) {
            Some(other) => Err(Error::new(
                Code::BadValue,
                format!("Traefik would not read {other:?}: its static configuration names the one file {only:?}"),
            )
            .hint("leave --file out, or let Traefik read the directory with providers.file.directory")),
            None => Ok(only.clone()),
        };
    }
    let path = wanted.unwrap_or("routes.yml").trim_start_matches("./");
    let bad = |what: &str| {
        Err(Error::new(Code::BadValue, format!("--file {path:?}: {what}"))
            .hint("name a file below the directory, for example --file apps.yml"))
    };
    if path.starts_with('/') || path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return bad("the file must lie in the directory, and is named relative to it");
    }
    if path.split('/').any(|part| part == ".cloudlunacy") {
        return bad("that folder is for cloudlunacy's own state");
    }
    if path.contains("{{") || path.chars().any(char::is_control) {
        return bad("this is no name for a file");
    }
    match Format::of(path) {
        Some(_) => Ok(path.to_owned()),
        None => bad("Traefik loads only .yml, .yaml and .toml files"),
    }
}
