//! Cases of the group `rules`.

use super::Case;

pub(crate) fn rules(_seed: u64) -> impl Iterator<Item = Case> {
    std::iter::empty()
}
