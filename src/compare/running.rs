//! A comparison of which one side is not files, but what came of them: what the running Traefik has loaded.

use super::{Change, Comparison, Detail};
use crate::judge::Verdict;

impl Comparison {
    /// Leaves out what only texts can tell: one side is no text, but what came of them, told in a file of this name.
    /// What stands there alone may come of a file that can't be read. What is a template can't be told to differ.
    pub fn without_texts(&mut self, file: &str, is_template: impl Fn(&str) -> bool) {
        self.texts.clear();
        self.opaque.retain(|path| path != file);
        if !self.opaque.is_empty() {
            self.differences.retain(|d| matches!(d.change, Change::Changed(_)) || d.place.file != file);
        }
        if self.opaque.iter().any(|path| is_template(path)) {
            // What a template defines, others may need.
            for difference in &mut self.differences {
                if let Change::Changed(details) = &mut difference.change {
                    details.retain(|detail| !matches!(detail, Detail::State { .. }));
                }
            }
            self.differences.retain(|d| !matches!(&d.change, Change::Changed(details) if details.is_empty()));
        }
        self.opaque.retain(|path| !is_template(path));
        if let (Verdict::Accepted, Verdict::Unknown) | (Verdict::Unknown, Verdict::Accepted) = self.verdicts {
            self.verdicts = (Verdict::Unknown, Verdict::Unknown);
        }
    }
}
