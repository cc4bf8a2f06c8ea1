//! Keys that nothing tells from values until their colon is met.

use super::{Fault, Mark, Scanner};

/// How many characters a key may have that no `? ` begins.
const LONGEST_KEY: u32 = 1024;

/// A place where a key may have begun; one for each level of brackets.
pub(super) struct SimpleKey {
    pub(super) possible: bool,
    /// Whether nothing but a key may stand there.
    required: bool,
    /// The number of the token that it begins with.
    pub(super) number: usize,
    /// Whether tokens wait for it.
    pub(super) awaited: bool,
    pub(super) mark: Mark,
}

impl Scanner<'_> {
    /// Whether the first token may yet turn out to begin a key.
    pub(super) fn is_awaited(&mut self) -> Result<bool, Fault> {
        let level = self.simple_keys.partition_point(|key| key.number < self.taken);
        match self.simple_keys.get(level) {
            Some(key) if key.number == self.taken && key.awaited => self.is_valid(level),
            _ => Ok(false),
        }
    }

    /// The number that the next token will have.
    pub(super) fn next_number(&self) -> usize {
        self.taken + self.tokens.len()
    }

    pub(super) fn push_simple_key(&mut self) {
        let (number, mark) = (self.next_number(), self.cursor.mark);
        self.simple_keys.push(SimpleKey { possible: false, required: false, number, awaited: false, mark });
    }

    pub(super) fn is_valid(&mut self, level: usize) -> Result<bool, Fault> {
        let here = self.cursor.mark;
        let key = &mut self.simple_keys[level];
        if key.possible && (key.mark.line < here.line || key.mark.index + LONGEST_KEY < here.index) {
            key.possible = false;
            let (required, mark) = (key.required, key.mark);
            return if required { Err(self.no_colon(mark)) } else { Ok(false) };
        }
        Ok(key.possible)
    }

    fn no_colon(&self, key: Mark) -> Fault {
        self.fault(key, "could not find expected ':'").shown_at(key)
    }

    pub(super) fn save_simple_key(&mut self) -> Result<(), Fault> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark;
        let required = !self.is_flow() && self.indent == i64::from(mark.column);
        self.remove_simple_key()?;
        let number = self.next_number();
        if let Some(last) = self.simple_keys.last_mut() {
            *last = SimpleKey { possible: true, required, number, awaited: true, mark };
        }
        Ok(())
    }

    pub(super) fn remove_simple_key(&mut self) -> Result<(), Fault> {
        match self.simple_keys.last_mut() {
            Some(key) if key.possible && key.required => {
                let mark = key.mark;
                Err(self.no_colon(mark))
            }
            Some(key) if key.possible => {
                (key.possible, key.awaited) = (false, false);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
