//! A load balancer without servers.

use super::{Lint, Subject};
use crate::finding::{Finding, Location, Severity};
use crate::inventory::Part;
use crate::schema::value;

pub(super) static LINT: Lint = Lint {
    name: "empty-load-balancer",
    severity: Severity::Warning,
    summary: "A load balancer without servers",
    explanation: "Traefik enables a service that has no server, and answers every request to it with 503; a TCP \
                  connection is closed.",
    bad: &[("routes.yml", "http:\n  services:\n    app:\n      loadBalancer:\n        servers: []\n")],
    good: &[(
        "routes.yml",
        "http:\n  services:\n    app:\n      loadBalancer:\n        servers:\n          - url: http://10.0.0.5:3000\n",
    )],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (kind, definition) in subject.inventory.definitions(Part::Service) {
        let [balancer] = value::pick(definition.value, ["loadBalancer"]);
        let Some(balancer) = balancer else { continue };
        let [servers] = value::pick(balancer, ["servers"]);
        if servers.is_some_and(|servers| !value::structs(servers).is_empty()) {
            continue;
        }
        let span = servers.map_or(definition.key.span(), |servers| servers.span());
        let path = format!("{kind}.services.{}.loadBalancer.servers", definition.name);
        let message = format!("the service {:?} has no servers", definition.name);
        let finding = lint.at(Location::of(definition.file, span), path, message);
        found.push(finding.help("add a server, as in servers: [{url: http://10.0.0.5:3000}]"));
    }
}
