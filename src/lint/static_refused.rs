//! A static configuration with which Traefik does not start.

use super::{Lint, Subject, static_faults};
use crate::finding::{Finding, Label, Location, Severity, Source};
use crate::static_config::{AddressProblem, Fault, Mistake};

pub(super) static LINT: Lint = Lint {
    name: "static-refused",
    severity: Severity::Error,
    summary: "A static configuration with which Traefik does not start",
    explanation: "Traefik reads its static configuration once, when it starts, and exits at the first mistake in it: a \
                  field that it does not know, a value that it cannot read, an address on which it cannot listen. A \
                  running Traefik goes on until its next restart.",
    bad: &[("traefik.yml", "entryPoints:\n  web:\n    adress: \":80\"\n"), ("routes.yml", "http: {}\n")],
    good: &[("traefik.yml", "entryPoints:\n  web:\n    address: \":80\"\n"), ("routes.yml", "\n")],
    check,
};

fn check(lint: &Lint, subject: &Subject<'_>, found: &mut Vec<Finding>) {
    for (fault, at) in static_faults::all(subject) {
        let Some(message) = message(&fault.mistake) else { continue };
        let finding = lint.at(at, &fault.path, message);
        let finding = if fault.says.is_empty() { finding } else { finding.says(&fault.says) };
        found.push(helped(finding, fault, at.source));
    }
}

fn message(mistake: &Mistake) -> Option<String> {
    Some(match mistake {
        Mistake::Syntax { message, .. } => format!("the static configuration can't be read: {message}"),
        Mistake::NoSettings => "the static configuration holds no setting".to_owned(),
        Mistake::UnknownField { name, .. } => format!("Traefik has no such setting as {name:?} here"),
        Mistake::Standalone { name } => format!("{name} holds nothing, and can't stand alone"),
        Mistake::ListForSection { name } => format!("{name} is a list where names with settings are wanted"),
        Mistake::SectionForText { name } => format!("{name} holds settings where a text is wanted"),
        Mistake::BadValue { value, wanted } => format!("{value:?} is not {wanted}"),
        Mistake::BadAddress { address, problem } => format!("{address:?} {}", problem_of(*problem)),
        Mistake::AddressTaken { address, other, .. } => format!("{other} listens on {address} too"),
        Mistake::NoTrustedIps => "proxyProtocol trusts nobody".to_owned(),
        Mistake::TwoResolversInOne { resolver } => format!("the resolver {resolver:?} is of two kinds at once"),
        Mistake::TwoStrategies => "aliasHeadersStrategy and underscoreHeadersStrategy differ".to_owned(),
        Mistake::NeedsExperimental { switch } => format!("this must be switched on first with {switch}"),
        Mistake::Removed { option } => format!("{option} has been removed in Traefik 3"),
        Mistake::BadFlag => "this flag has no name".to_owned(),
        Mistake::NoFlagValue => "this flag needs a value".to_owned(),
        _ => return None,
    })
}

fn problem_of(problem: AddressProblem) -> &'static str {
    match problem {
        AddressProblem::NoPort => "has no port",
        AddressProblem::BadPort => "has a port that is none",
        AddressProblem::Protocol => "ends in a protocol that is neither tcp nor udp",
        AddressProblem::Host => "has a host that is none",
        AddressProblem::NoBrackets => "is an IPv6 address without brackets",
    }
}

fn helped(finding: Finding, fault: &Fault, source: Source) -> Finding {
    match &fault.mistake {
        Mistake::UnknownField { nearest: Some(nearest), .. } => finding.help(format!("write {nearest}")),
        Mistake::AddressTaken { other, other_at: Some(at), .. } => {
            let at = Location { source, span: *at };
            Finding { labels: vec![Label { at, text: format!("{other} stands here") }], ..finding }
        }
        _ => finding,
    }
}
