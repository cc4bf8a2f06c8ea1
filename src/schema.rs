//! Traefik's dynamic configuration as a table of fields, and what Traefik's decoder makes of a file: what it refuses,
//! what it takes without a word, which values the fields get.

mod fault;
mod remark;
pub mod table;
#[cfg(test)]
mod tests;
pub mod time;
mod toml11;
pub mod value;
mod walk;

use crate::document::{Document, Format};
use crate::release::Release;
use fault::Pass;
pub use fault::{Fault, FaultKind, Path, Remark, RemarkKind, Step};
use walk::Walker;

/// Everything for which a release of Traefik refuses the directory, the one that it reports first.
pub fn faults(document: &Document, release: Release) -> Vec<Fault<'_>> {
    walk(document, release, false).0
}

/// Faults as [`faults`] gives them, and what Traefik takes without a word, in the order of the file.
pub fn check(document: &Document, release: Release) -> (Vec<Fault<'_>>, Vec<Remark<'_>>) {
    walk(document, release, true)
}

fn walk(document: &Document, release: Release, remarks: bool) -> (Vec<Fault<'_>>, Vec<Remark<'_>>) {
    let remarks = remarks.then(Vec::new);
    let mut walker = Walker { release, path: Vec::new(), faults: Vec::new(), remarks };
    if let Some(root) = document.root() {
        walker.root(root);
    }
    // 3.6.7 came with a library that knows TOML 1.1.
    if document.format() == Format::Toml
        && !release.since(6, 7)
        && let Some((span, words)) = toml11::first_use(document)
    {
        let says = format!("toml: line {}: {words}", document.line(span.start));
        let path = Path::default();
        walker.faults.push(Fault { pass: Pass::Root, kind: FaultKind::NewToml, span, path, says });
    }
    let Walker { mut faults, remarks, .. } = walker;
    // Traefik's decoder makes one pass after the other, each in the byte order of the keys.
    faults.sort_by(|a, b| (a.pass, &a.path).cmp(&(b.pass, &b.path)));
    let mut remarks = remarks.unwrap_or_default();
    remarks.sort_by_key(|remark| remark.span);
    (faults, remarks)
}
