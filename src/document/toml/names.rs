//! What stands under names, found by name: few by looking, many by a hash.

use std::borrow::Cow;
use std::collections::HashMap;

/// Numbers under names.
#[derive(Default)]
pub(super) struct Names<'s> {
    list: Vec<(Cow<'s, str>, usize)>,
    /// Where in the list a name stands, once there are many.
    index: Option<HashMap<Cow<'s, str>, usize>>,
}

impl<'s> Names<'s> {
    const FEW: usize = 8;

    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.position(name).map(|at| self.list[at].1)
    }

    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            None => self.list.iter().position(|(known, _)| known == name),
            Some(index) => index.get(name).copied(),
        }
    }

    /// Puts a number under a name, in place of what is there.
    pub(super) fn put(&mut self, name: Cow<'s, str>, number: usize) {
        if let Some(at) = self.position(&name) {
            self.list[at].1 = number;
            return;
        }
        if self.list.len() >= Self::FEW {
            let named = |(at, (name, _)): (usize, &(Cow<'s, str>, usize))| (name.clone(), at);
            let index = self.index.get_or_insert_with(|| self.list.iter().enumerate().map(named).collect());
            index.insert(name.clone(), self.list.len());
        }
        self.list.push((name, number));
    }
}
