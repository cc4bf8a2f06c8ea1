//! What routers, services and middlewares refer to, as Traefik reads it.

use super::{Part, bare};
use crate::document::{Ref, Span};
use crate::schema::value;
use std::borrow::Cow;

/// What a name means where it is referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Referred {
    /// Something of this part, of the kind of what refers.
    Part(Part),
    /// TLS options.
    TlsOptions,
}

/// Takes a name that is referred to, and where it stands.
pub type Take<'t, 'a> = &'t mut dyn FnMut(Cow<'a, str>, Span);

/// Everything that a router, service or middleware refers to, but for entry points, resolvers and parents.
pub fn all<'a>(of: Part, value: Ref<'a>, take: &mut dyn FnMut(Referred, Cow<'a, str>, Span)) {
    if of == Part::Router {
        // Routers are the most, so they are walked once.
        let [service, middlewares, tls] = value::pick(value, ["service", "middlewares", "tls"]);
        text(service, &mut |name, span| take(Referred::Part(Part::Service), name, span));
        list(middlewares, &mut |name, span| take(Referred::Part(Part::Middleware), name, span));
        let options = tls.and_then(|tls| value::field(tls, "options"));
        text(options, &mut |name, span| take(Referred::TlsOptions, name, span));
        return;
    }
    services(of, value, &mut |name, span| take(Referred::Part(Part::Service), name, span));
    middlewares(of, value, &mut |name, span| take(Referred::Part(Part::Middleware), name, span));
    transports(of, value, &mut |name, span| take(Referred::Part(Part::ServersTransport), name, span));
}

fn list<'a>(node: Option<Ref<'a>>, take: Take<'_, 'a>) {
    node.map(value::list).unwrap_or_default().into_iter().for_each(|item| take(item.text, item.span));
}

fn text<'a>(node: Option<Ref<'a>>, take: Take<'_, 'a>) {
    if let Some((node, name)) = node.and_then(|node| Some((node, value::text(node)?))) {
        take(name, node.span());
    }
}

/// The services that something refers to.
pub fn services<'a>(of: Part, value: Ref<'a>, take: Take<'_, 'a>) {
    match of {
        Part::Router => text(value::pick(value, ["service"])[0], take),
        Part::Middleware => {
            text(value::field(value, "errors").and_then(|errors| value::field(errors, "service")), take);
        }
        Part::ServersTransport => {}
        Part::Service => {
            let [weighted, hrw, mirroring, failover] =
                value::pick(value, ["weighted", "highestRandomWeight", "mirroring", "failover"]);
            let lists = [(weighted, "services"), (hrw, "services"), (mirroring, "mirrors")];
            for (node, list) in lists {
                let items = node.and_then(|node| value::field(node, list)).map(value::structs).unwrap_or_default();
                items.into_iter().for_each(|item| text(value::field(item, "name"), take));
            }
            for (node, field) in [(mirroring, "service"), (failover, "service"), (failover, "fallback")] {
                text(node.and_then(|node| value::field(node, field)), take);
            }
        }
    }
}

/// The servers transports that something refers to.
pub fn transports<'a>(of: Part, value: Ref<'a>, take: Take<'_, 'a>) {
    let balancer = (of == Part::Service).then(|| value::field(value, "loadBalancer")).flatten();
    text(balancer.and_then(|balancer| value::field(balancer, "serversTransport")), take);
}

/// The middlewares that something refers to.
pub fn middlewares<'a>(of: Part, value: Ref<'a>, take: Take<'_, 'a>) {
    let node = match of {
        Part::Router | Part::Service => value::pick(value, ["middlewares"])[0],
        Part::Middleware => value::field(value, "chain").and_then(|chain| value::field(chain, "middlewares")),
        Part::ServersTransport => None,
    };
    list(node, take);
}

/// A reference's name where it means this provider.
pub fn ours(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    match text {
        Cow::Borrowed(text) => bare(text).map(Cow::Borrowed),
        Cow::Owned(text) => bare(&text).map(|name| Cow::Owned(name.to_owned())),
    }
}
