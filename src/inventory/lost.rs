//! What a restart of Traefik loses where it refuses the directory: everything. One place for the words.

use super::{Inventory, Part};
use crate::error::Place;
use std::fmt;

/// The routes that a restart would lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many can be counted.
    pub routes: usize,
    /// Whether there may be more, in files that can't be read.
    pub is_least: bool,
}

impl Inventory<'_> {
    /// What a restart would lose, if Traefik refuses these files.
    pub fn lost(&self) -> Lost {
        let is_least = self.files.iter().any(|file| file.document().is_none());
        Lost { routes: self.definitions(Part::Router).count(), is_least }
    }
}

impl Lost {
    /// Points out what Traefik refuses the directory for.
    pub fn warning(self, place: &Place, message: &str) -> String {
        format!("{place}: {message}; Traefik refuses the whole directory for it, and a restart would lose {self}")
    }

    /// What to do about it.
    pub fn cure(self) -> String {
        format!("mend that first: until then Traefik applies no change, and a restart would lose {self}")
    }
}

impl std::ops::AddAssign for Lost {
    fn add_assign(&mut self, other: Lost) {
        self.routes += other.routes;
        self.is_least |= other.is_least;
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.routes, self.is_least) {
            (0, _) => f.write_str("every route in it"),
            (1, true) => f.write_str("at least 1 route"),
            (all, true) => write!(f, "at least {all} routes"),
            (1, false) => f.write_str("its one route"),
            (all, false) => write!(f, "all {all} routes"),
        }
    }
}
