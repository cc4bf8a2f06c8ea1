//! What is known of Traefik, each fact a case.

use super::Case;

/// Every fact.
pub(crate) fn facts() -> impl Iterator<Item = Case> {
    std::iter::once(Case::new(
        "unknown service",
        [("a.yml", "http: {routers: {r: {rule: \"Host(`a.test`)\", service: nope}}}")],
    ))
}
