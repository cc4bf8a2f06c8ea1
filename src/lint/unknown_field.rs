//! A key that no field has.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::name::nearest::nearest;
use crate::schema::table::{self, Field};
use crate::schema::{FaultKind, RemarkKind};

pub(super) static LINT: Lint = Lint {
    name: "unknown-field",
    severity: Severity::Error,
    summary: "A key that no field of Traefik's has",
    explanation: "Traefik refuses the whole directory for a key below http, tcp, udp or tls that it does not know, and names \
                  neither line nor path. Names of fields match without regard to case. An unknown key whose value is null \
                  is passed over: that is a warning.",
    bad: &[("routes.yml", "http:\n  routers:\n    app:\n      rules: Host(`app.example.com`)\n      service: app\n")],
    good: &[(
        "routes.yml",
        "http:\n  routers:\n    app:\n      Rule: Host(`app.example.com`)\n      service: noop@internal\n",
    )],
    check,
};

/// What became of fields of older versions, and of names from elsewhere: the end of the parent's path, the key, what to do.
const MOVED: &[(&str, &str, &str)] = &[
    ("headers", "accessControlAllowOrigin", "write accessControlAllowOriginList, which takes a list"),
    ("middlewares", "whiteList", "write ipAllowList"),
    ("middlewares", "tracing", "v3 has no such middleware; tracing stands in the static configuration"),
    ("loadBalancer", "method", "v3 has no such field; remove it"),
    ("loadBalancer", "stickiness", "write sticky with a cookie below it"),
    ("loadBalancer", "terminationDelay", "only TCP load balancers have it; remove it"),
    ("loadBalancer", "address", "servers is a list of mappings, each with its address"),
    ("loadBalancer", "url", "servers is a list of mappings, each with its url"),
    ("serversTransports", "http3", "v3 has no such field; remove it"),
    ("certificates", "entryPoints", "v3 has no such field; remove it"),
    ("http.services.*.loadBalancer.servers", "address", "HTTP servers have a url, such as http://10.0.0.5:3000"),
    ("tcp.services.*.loadBalancer.servers", "url", "TCP servers have an address, such as 10.0.0.5:27017"),
    ("udp.services.*.loadBalancer.servers", "url", "UDP servers have an address, such as 10.0.0.5:53"),
    ("udp.routers", "rule", "a UDP router has no rule: its entry points alone decide"),
    ("udp.routers", "tls", "UDP has no TLS"),
    ("tcp.routers", "host", "write rule: HostSNI(`…`)"),
    ("http.routers", "host", "write rule: Host(`…`)"),
];

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (file, fault) in subject.loading.faults() {
        if let FaultKind::UnknownField { name, parent, elsewhere: None } = &fault.kind {
            let message = match parent {
                Some(parent) => format!("{} has no field {name:?}", owner(parent)),
                None => format!("a list of texts stands here, in which {name:?} can be no field"),
            };
            let finding = lint.at(Location::of(file, fault.span), fault.path.to_string(), message);
            let finding = finding.says(&fault.says).help(help(*parent, name));
            found.push(finding);
        }
    }
    for (file, remark) in subject.loading.remarks() {
        if let RemarkKind::UnknownNull { name, parent } = &remark.kind {
            let message = format!("{} has no field {name:?}; Traefik passes over it only as it is null", owner(parent));
            let mut finding = lint.at(Location::of(file, remark.span), remark.path.to_string(), message);
            finding.severity = Severity::Warning;
            found.push(finding.help(help(Some(parent), name)));
        }
    }
}

/// What a field's fields belong to, in words.
pub(super) fn owner(field: &Field) -> String {
    match field.path {
        "http.routers" => "an HTTP router".into(),
        "http.services" => "an HTTP service".into(),
        "http.middlewares" => "an HTTP middleware".into(),
        "tcp.routers" => "a TCP router".into(),
        "tcp.services" => "a TCP service".into(),
        "tcp.middlewares" => "a TCP middleware".into(),
        "udp.routers" => "a UDP router".into(),
        "udp.services" => "a UDP service".into(),
        _ => field.name().to_owned(),
    }
}

fn help(parent: Option<&'static Field>, name: &str) -> String {
    let Some(parent) = parent else { return "write texts only".into() };
    let is_moved = |(at, key, _): &&(&str, &str, &str)| parent.path.ends_with(*at) && key.eq_ignore_ascii_case(name);
    if let Some((_, _, help)) = MOVED.iter().find(is_moved) {
        return (*help).into();
    }
    let names = || parent.fields.iter().filter(|field| !field.is_ignored).map(Field::name);
    if let Some(near) = nearest(name, names()) {
        return format!("there is a field with a similar name: {near}");
    }
    if let Some(section) = table::root().fields.iter().find(|field| field.name().eq_ignore_ascii_case(name)) {
        return format!("{} stands at the left margin, below nothing", section.name());
    }
    if let Some(place) = elsewhere(table::root(), name) {
        return format!("a field of this name stands in {place}");
    }
    const SHOWN: usize = 12;
    let known: Vec<&str> = names().take(SHOWN + 1).collect();
    match known.len() {
        0 => "it has no fields at all".into(),
        1..=SHOWN => format!("its fields are {}", known.join(", ")),
        _ => format!("its fields are {}, …", known[..SHOWN].join(", ")),
    }
}

/// The path of the first field above that has a field of this name.
fn elsewhere(field: &'static Field, name: &str) -> Option<&'static str> {
    let here = field.fields.iter().any(|f| !f.is_ignored && !f.is_deprecated && f.name().eq_ignore_ascii_case(name));
    if here && !field.path.is_empty() {
        return Some(field.path);
    }
    field.fields.iter().filter(|f| !f.is_ignored && !f.is_deprecated).find_map(|f| elsewhere(f, name))
}
