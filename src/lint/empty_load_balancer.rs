//! A service without servers.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::name::Kind;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "empty-load-balancer",
    severity: Severity::Warning,
    summary: "A load balancer without servers, or a service that shares out among none",
    explanation: "Traefik enables a service that has no server, and answers every request to it with 503; a TCP \
                  connection is closed, and what comes by UDP is dropped.",
    bad: &[("routes.yml", "http:\n  services:\n    app:\n      loadBalancer:\n        servers: []\n")],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, definition) in subject.inventory.definitions(Part::Service) {
        let [balancer, weighted, hrw] =
            value::pick(definition.value, ["loadBalancer", "weighted", "highestRandomWeight"]);
        let server = match kind {
            Kind::Http => "add a server, as in servers: [{url: http://10.0.0.5:3000}]",
            Kind::Tcp | Kind::Udp => "add a server, as in servers: [{address: 10.0.0.5:3000}]",
        };
        let service = "add a service, as in services: [{name: app}]";
        let parts = [
            (balancer, "loadBalancer", "servers", server),
            (weighted, "weighted", "services", service),
            (hrw, "highestRandomWeight", "services", service),
        ];
        for (node, field, list, help) in parts {
            let Some(node) = node else { continue };
            let [items] = value::pick(node, [list]);
            if items.is_some_and(|items| !value::structs(items).is_empty()) {
                continue;
            }
            let span = items.map_or(definition.key.span(), |items| items.span());
            let path = format!("{kind}.services.{}.{field}.{list}", definition.name);
            let message = format!("the service {:?} has no {list}", definition.name);
            found.push(lint.at(Location::of(definition.file, span), path, message).help(help));
        }
    }
}
