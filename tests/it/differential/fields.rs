//! Cases of the group `fields`.

use super::Case;

pub(crate) fn fields(_seed: u64) -> impl Iterator<Item = Case> {
    std::iter::empty()
}
