//! What stands between tokens: blanks, line breaks, comments.

use super::Scanner;

impl Scanner<'_> {
    pub(super) fn skip_to_token(&mut self) {
        loop {
            if self.cursor.seems_a_mark() {
                self.cursor.skip();
            }
            let tabs = self.is_flow() || !self.simple_key_allowed;
            while self.cursor.peek(0) == b' ' || (tabs && self.cursor.peek(0) == b'\t') {
                self.cursor.skip();
            }
            if self.cursor.peek(0) == b'#' {
                self.skip_comments();
            }
            if self.cursor.skip_break().is_empty() {
                return;
            }
            self.simple_key_allowed |= !self.is_flow();
        }
    }

    /// Passes comments on lines of their own with what is blank between them, tabs and all: up to the last one's end.
    fn skip_comments(&mut self) {
        self.cursor.skip_to_line_end();
        while let Some(ahead) = self.comment_ahead(1, true) {
            let start = self.cursor.mark.at() + ahead;
            while self.cursor.mark.at() < start {
                if self.cursor.skip_break().is_empty() {
                    self.cursor.skip();
                }
            }
            self.cursor.skip_to_line_end();
        }
    }

    /// Passes a comment behind a token, and the tabs before it.
    pub(super) fn skip_line_comment(&mut self) {
        if !self.cursor.fresh_line && self.comment_ahead(0, false).is_some() {
            self.cursor.skip_to_line_end();
        }
    }

    /// How many bytes ahead a comment begins, with only blanks before it, and line breaks of one byte.
    fn comment_ahead(&self, from: usize, breaks: bool) -> Option<usize> {
        const FARTHEST: usize = 512;
        let blank = |ahead: &usize| match self.cursor.peek(*ahead) {
            b' ' | b'\t' => true,
            b'\n' | b'\r' => breaks,
            _ => false,
        };
        (from..FARTHEST).find(|ahead| !blank(ahead)).filter(|ahead| self.cursor.peek(*ahead) == b'#')
    }
}
