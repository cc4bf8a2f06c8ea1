//! What Traefik's decoder says of all files: what it refuses, and what it takes without a word.

use super::{Content, Inventory};
use crate::release::Release;
use crate::schema::{self, Fault, Remark};

/// What a release of Traefik's decoder says of files.
pub struct Loading<'a> {
    /// For each file, in load order.
    pub files: Vec<(Vec<Fault<'a>>, Vec<Remark<'a>>)>,
    is_broken: bool,
}

impl<'a> Loading<'a> {
    /// Asks the decoder.
    pub fn of(inventory: &Inventory<'a>, release: Release) -> Loading<'a> {
        let files = inventory.files.iter().map(|file| match file.document() {
            Some(document) => schema::check(document, release),
            None => Default::default(),
        });
        let is_broken = inventory.files.iter().any(|file| matches!(file.content, Content::Broken { .. }));
        Loading { files: files.collect(), is_broken }
    }

    /// Whether Traefik refuses the directory.
    pub fn is_refused(&self) -> bool {
        self.is_broken || self.files.iter().any(|(faults, _)| !faults.is_empty())
    }

    /// Every fault with its file, in load order.
    pub fn faults(&self) -> impl Iterator<Item = (usize, &Fault<'a>)> {
        self.files.iter().enumerate().flat_map(|(file, (faults, _))| faults.iter().map(move |fault| (file, fault)))
    }

    /// Every remark with its file, in load order.
    pub fn remarks(&self) -> impl Iterator<Item = (usize, &Remark<'a>)> {
        self.files.iter().enumerate().flat_map(|(file, (_, remarks))| remarks.iter().map(move |remark| (file, remark)))
    }
}
