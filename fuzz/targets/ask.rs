//! Any method, path and body, read as what an agent asks for, in the words of all agents and in those of older ones: what
//! is taken is within the grammar, and what is refused is refused in words.

#![no_main]

use cloudlunacy::agent::{Agent, State};
use cloudlunacy::name::{AgentId, Host, RouteLabel, Target};
use cloudlunacy::register::api;
use cloudlunacy::register::ask::{Ask, HostAsk, RouteAsk, What, Which};
use cloudlunacy::register::compat::Compat;
use cloudlunacy::register::decide::{Decision, Rules, decide, wish};
use cloudlunacy::register::exchange::{Answer, Body, Request};
use cloudlunacy::registry::Domains;
use libfuzzer_sys::fuzz_target;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

static DOMAINS: LazyLock<Domains> =
    LazyLock::new(|| Domains { app: Some("apps.example.com".into()), mongo: Some("mongo.example.com".into()) });

/// The first line says method and path, and the rest is the body; any bytes there are such a request.
fn request(data: &[u8]) -> Option<Request> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let (method, path) = std::str::from_utf8(&data[..end]).ok()?.split_once(' ')?;
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    Some(Request {
        method: method.into(),
        path: path.into(),
        bearer: Some("x".into()),
        peer,
        body: data[end + 1..].into(),
    })
}

/// What is taken reads back from its own text.
fn must_hold(ask: &Ask) {
    if let Some(id) = &ask.id {
        assert_eq!(id.as_str().parse::<AgentId>().ok().as_ref(), Some(id));
        assert!(id.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}");
    }
    let rules = Rules { domains: DOMAINS.clone(), ..Rules::default() };
    let mut agent = Agent::new("web-7".parse().unwrap(), 0);
    let all: Vec<(Option<&RouteLabel>, &RouteAsk)> = match &ask.what {
        What::Join { routes, .. } | What::Put { routes, .. } => {
            routes.iter().flatten().map(|(label, route)| (Some(label), route)).collect()
        }
        What::PutRoute(label, route) => vec![(label.as_ref(), route)],
        What::RemoveRoute(Which::Label(label)) => return must_be_label(label),
        _ => Vec::new(),
    };
    for (label, route) in &all {
        label.iter().for_each(|label| must_be_label(label));
        assert_eq!(route.target.to_string().parse::<Target>().ok().as_ref(), Some(&route.target));
        assert!(route.target.port_or_default() > 0 && !route.target.to_string().contains(['{', '`', ' ', '@']));
        if let Ok(own) = wish(&rules, &agent, *label, route) {
            let host = own.host.as_str();
            assert_eq!(host.parse::<Host>().ok().as_ref(), Some(&own.host));
            let name = host.strip_prefix("*.").unwrap_or(host);
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)), "{host}");
            assert!(!own.host.is_any() && host.len() < 254 && !host.contains("..") && !host.ends_with('.'), "{host}");
            if let HostAsk::Subdomain(_) = &route.host {
                assert!(host.ends_with(".apps.example.com"), "{host}");
            }
            agent.put_route(own);
        }
    }
    // Whatever it is, deciding it never ends in more than was asked for.
    if !matches!(ask.what, What::Join { .. })
        && let Ok(Decision::Step(step, _)) =
            decide(&rules, Agent { state: State::Active, ..agent.clone() }, &ask.what, 1)
    {
        assert!(step.after.id == agent.id && step.after.grant.is_none());
        let labels: Vec<&RouteLabel> = step.after.routes.iter().map(|route| &route.label).collect();
        assert!((1..labels.len()).all(|at| !labels[..at].contains(&labels[at])), "{labels:?}");
        assert!(step.after.routes.len() <= agent.routes.len() + all.len());
    }
}

fn must_be_label(label: &RouteLabel) {
    let text = label.as_str();
    assert!(!text.is_empty() && text.len() <= 63 && !text.starts_with('-') && !text.ends_with('-'), "{text}");
    assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{text}");
}

/// A refusal is in words, with a status that says so.
fn must_refuse(answer: &Answer) {
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let Body::Json(said) = &answer.body else { panic!("{answer:?}") };
    assert!(["code", "message", "hint"].iter().all(|field| said[*field].is_string()), "{answer:?}");
}

fuzz_target!(|data: &[u8]| {
    let Some(request) = request(data) else { return };
    match api::read(&request) {
        Ok(ask) => must_hold(&ask),
        Err(answer) => must_refuse(&answer),
    }
    if Compat::is_for(&request.path) && request.path != "/health" {
        match Compat::asked(&request) {
            Ok(ask) => must_hold(&ask),
            Err(answer) => must_refuse(&answer),
        }
    }
});
