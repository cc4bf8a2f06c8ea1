//! TOML
use super::{Patch, Refusal, Replacement};
use crate::document::Document;
pub(super) fn plan(_document: &Document, _patch: &Patch) -> Result<Vec<Replacement>, Refusal> {
    Ok(vec![])
}
