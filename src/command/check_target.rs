//! `--check-target`: each new server is tried before anything is written.

use super::Context;
use crate::document::Ref;
use crate::error::{Code, Error};
use crate::inventory::{Inventory, Part, bare};
use crate::name::{Kind, Target};
use crate::plan::Plan;
use crate::probe::{self, Attempt, Trust};
use crate::route::{Route, Tls};
use crate::schema::value;
use std::path::PathBuf;

const NOTHING: &str = "nothing was changed; without --check-target the servers are not tried";
const CERTIFICATE: &str = "nothing was changed; Traefik would answer each request with 500, unless the service has a serversTransport that trusts the certificate's authority (rootCAs) or, if need be, any certificate (insecureSkipVerify)";

/// Tries the servers that a plan would lead to; gives what they answer, in words.
pub(super) fn check(
    context: &Context,
    targets: &[Target],
    path: Option<&str>,
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Vec<String>, Error> {
    // What can't be planned needs no server.
    let planned = context.store.preview_of(plan)?;
    let snapshot = context.store.read()?;
    let route = planned.effects().find_map(|effect| effect.route.as_ref());
    let trust = route.map(|route| trust(context, &Inventory::of(&snapshot.files), route)).unwrap_or_default();
    let host = route.and_then(|route| route.hosts.first()).filter(|host| *host != "*");
    let (datagrams, streams): (Vec<&Target>, Vec<&Target>) =
        targets.iter().partition(|target| target.scheme().kind() == Kind::Udp);
    let warning = |target: &&Target| format!("{target} is not tried: a UDP server need not answer");
    context.warn_all(datagrams.iter().map(warning).collect());
    let attempt = |target: &&Target| Attempt {
        target: (*target).clone(),
        host: host.map(|host| host.replace('*', "www")),
        path: path.unwrap_or("/").to_owned(),
        passthrough: route.is_some_and(|route| route.tls == Tls::Passthrough),
        trust: trust.clone(),
    };
    let attempts: Vec<Attempt> = streams.iter().map(attempt).collect();
    let (mut notes, mut failed, mut hint) = (Vec::new(), Vec::new(), NOTHING);
    for (attempt, answer) in attempts.iter().zip(probe::try_all(&attempts)) {
        match answer {
            Ok(words) => notes.push(format!("{} {words}", attempt.target)),
            Err(failure) => {
                failed.push(format!("{}: {}", attempt.target, failure.what));
                if failure.is_certificate {
                    hint = CERTIFICATE;
                }
            }
        }
    }
    match failed.is_empty() {
        true => Ok(notes),
        false => Err(Error::new(Code::TargetUnreachable, failed.join("; ")).hint(hint)),
    }
}

/// Which certificates Traefik would take from the route's HTTPS servers: by the servers transport that its service
/// names, else by the default one of the static configuration.
fn trust(context: &Context, inventory: &Inventory<'_>, route: &Route) -> Trust {
    let service = route.service.as_deref().and_then(bare).and_then(|s| inventory.get(route.kind, Part::Service, s));
    let named = service.and_then(|service| service.value.field("loadBalancer")?.field("serversTransport")?.text());
    let transport = named.and_then(bare).and_then(|name| inventory.get(route.kind, Part::ServersTransport, name));
    let Some(transport) = transport.map(|transport| transport.value) else {
        let servers = context.facts.static_config.as_ref().map(|config| &config.servers_transport);
        let (anything, roots) = servers.map(|s| (s.insecure_skip_verify, s.root_cas.as_slice())).unwrap_or_default();
        return Trust { anything, roots: roots_of(context, roots), name: None };
    };
    let roots = transport.field("rootCAs").map(value::list).unwrap_or_default();
    let roots: Vec<String> = roots.into_iter().map(|item| item.text.into_owned()).collect();
    Trust {
        anything: transport.field("insecureSkipVerify").and_then(value::boolean).unwrap_or(false),
        roots: roots_of(context, &roots),
        name: transport.field("serverName").and_then(Ref::text).filter(|name| !name.is_empty()).map(str::to_owned),
    }
}

/// The authorities that are named; nothing where none are, so that the system's count.
fn roots_of(context: &Context, named: &[String]) -> Option<Vec<rustls::pki_types::CertificateDer<'static>>> {
    let (texts, paths): (Vec<String>, Vec<String>) =
        named.iter().cloned().partition(|value| crate::named::is_inline(value));
    let host = |path: &String| context.static_source.paths.to_host(path).host();
    let files: Vec<PathBuf> = paths.iter().filter_map(host).collect();
    (!named.is_empty()).then(|| probe::roots(&files, &texts))
}
