//! What is wrong with the static configuration, and where.

use super::Subject;
use crate::finding::{Location, Source};
use crate::static_config::Fault;

/// Every fault of the static configuration, and of the way Traefik is started.
pub(super) fn all<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (&'a Fault, Location)> {
    let source = |fault: &Fault| if fault.in_launch { Source::Launch } else { Source::Static };
    subject
        .surroundings
        .static_faults
        .iter()
        .map(move |fault| (fault, Location { source: source(fault), span: fault.at }))
}
