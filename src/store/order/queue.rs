//! Files whose parts wait for parts of other files: which can be written as a whole next, and where none can, which part
//! of which file unties the knot.

use std::collections::{BTreeSet, HashMap};

/// What to write next.
pub(super) enum Next {
    /// All that is left of a file.
    Whole(usize),
    /// These atoms of a file. Say afterwards that they are done, or that the file can't be written in parts.
    Part(usize, Vec<usize>),
}

pub(super) struct Queue {
    file_of: Vec<usize>,
    /// For each atom, those before and those after it.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    done: Vec<bool>,
    /// For each file, its atoms.
    atoms: Vec<Vec<usize>>,
    /// For each file, for how many atoms of others it still waits.
    waits: Vec<usize>,
    pending: BTreeSet<usize>,
    /// Those of them that wait for nothing.
    free: BTreeSet<usize>,
    /// Files that can't be written in parts.
    whole: BTreeSet<usize>,
}

impl Queue {
    /// So many files; the file of each atom, and the atoms that must come before it. Files are taken in the order of
    /// their numbers as far as that is possible.
    pub(super) fn new(files: usize, file_of: Vec<usize>, before: &[Vec<usize>]) -> Queue {
        let mut queue = Queue {
            before: before.to_vec(),
            after: vec![Vec::new(); file_of.len()],
            done: vec![false; file_of.len()],
            atoms: vec![Vec::new(); files],
            waits: vec![0; files],
            pending: (0..files).collect(),
            free: BTreeSet::new(),
            whole: BTreeSet::new(),
            file_of,
        };
        for (at, before) in before.iter().enumerate() {
            queue.atoms[queue.file_of[at]].push(at);
            for earlier in before {
                queue.after[*earlier].push(at);
                queue.waits[queue.file_of[at]] += usize::from(queue.file_of[*earlier] != queue.file_of[at]);
            }
        }
        queue.free = (0..files).filter(|file| queue.waits[*file] == 0).collect();
        queue
    }

    pub(super) fn next(&mut self) -> Option<Next> {
        if let Some(file) = self.free.first() {
            return Some(self.finish(*file));
        }
        let in_parts = self.pending.iter().filter(|file| !self.whole.contains(file));
        let part = in_parts.map(|file| (*file, self.needed(*file))).find(|(_, some)| !some.is_empty());
        if let Some((file, some)) = part {
            return Some(Next::Part(file, some));
        }
        let file = self.pending.iter().copied().min_by_key(|file| self.waits[*file])?;
        Some(self.finish(file))
    }

    /// Notes that atoms are in place.
    pub(super) fn done(&mut self, some: &[usize]) {
        for at in some {
            if std::mem::replace(&mut self.done[*at], true) {
                continue;
            }
            for later in &self.after[*at] {
                let file = self.file_of[*later];
                if self.done[*later] || file == self.file_of[*at] {
                    continue;
                }
                self.waits[file] -= 1;
                if self.waits[file] == 0 && self.pending.contains(&file) {
                    self.free.insert(file);
                }
            }
        }
    }

    /// Notes that a file can't be written in parts.
    pub(super) fn keep_whole(&mut self, file: usize) {
        self.whole.insert(file);
    }

    fn finish(&mut self, file: usize) -> Next {
        self.pending.remove(&file);
        self.free.remove(&file);
        let all = std::mem::take(&mut self.atoms[file]);
        self.done(&all);
        Next::Whole(file)
    }

    /// Those atoms of a file that others wait for and that wait for no others.
    fn needed(&self, file: usize) -> Vec<usize> {
        let left = || self.atoms[file].iter().copied().filter(|at| !self.done[*at]);
        let undone = |at: usize| self.before[at].iter().copied().filter(|earlier| !self.done[*earlier]);
        let is_other = |at: usize| self.file_of[at] != file;
        let mut waits: HashMap<usize, usize> = left().map(|at| (at, undone(at).count())).collect();
        let mut ready: Vec<usize> = left().filter(|at| waits[at] == 0).collect();
        let mut seen = 0;
        while let Some(at) = ready.get(seen).copied() {
            seen += 1;
            for later in self.after[at].iter().filter(|later| !is_other(**later)) {
                if let Some(count) = waits.get_mut(later).filter(|count| **count > 0) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(*later);
                    }
                }
            }
        }
        let is_ready: BTreeSet<usize> = ready.iter().copied().collect();
        let awaited = |at: &usize| self.after[*at].iter().any(|later| is_other(*later) && !self.done[*later]);
        let mut needed: BTreeSet<usize> = ready.iter().copied().filter(awaited).collect();
        let mut open: Vec<usize> = needed.iter().copied().collect();
        while let Some(at) = open.pop() {
            open.extend(undone(at).filter(|earlier| is_ready.contains(earlier) && needed.insert(*earlier)));
        }
        needed.into_iter().collect()
    }
}
