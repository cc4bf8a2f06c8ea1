//! Regular expressions that Traefik refuses: Go's RE2 knows no lookaround and no backreferences.
//!
//! Only what is refused for certain is found here; Traefik may refuse more.

use super::{MatcherName, Rule, quoted};

impl Rule {
    /// The first regular expression that Traefik can't read, and why. [`super::parse`] doesn't look into them.
    pub fn regexp_fault(&self) -> Option<String> {
        let mut found = None;
        self.each_matcher(false, &mut |matcher, _| {
            let at = match matcher.name {
                MatcherName::HostRegexp | MatcherName::PathRegexp | MatcherName::HostSniRegexp => 0,
                MatcherName::HeaderRegexp | MatcherName::QueryRegexp => 1,
                _ => return,
            };
            if let (None, Some(regexp)) = (&found, matcher.args.get(at)) {
                found =
                    fault(regexp).map(|why| format!("Go can't read the regular expression {}: {why}", quoted(regexp)));
            }
        });
        found
    }
}

/// What is wrong with a regular expression, in Go's words.
pub(super) fn fault(regexp: &str) -> Option<&'static str> {
    let mut rest = regexp;
    let mut open = 0usize;
    // Whether something stands before that a quantifier can repeat.
    let mut operand = false;
    while let Some(c) = rest.chars().next() {
        let tail = &rest[c.len_utf8()..];
        rest = match c {
            '\\' => match tail.chars().next() {
                None => return Some("trailing backslash at end of expression"),
                Some('1'..='9') => return Some("invalid escape sequence"),
                Some('Q') => tail.split_once("\\E").map_or("", |(_, after)| after),
                Some(escaped) => &tail[escaped.len_utf8()..],
            },
            '[' => match after_class(tail) {
                Some(after) => after,
                None => return Some("missing closing ]"),
            },
            '(' => {
                if ["?=", "?!", "?<=", "?<!", "?>"].iter().any(|perl| tail.starts_with(perl)) {
                    return Some("invalid or unsupported Perl syntax");
                }
                open += 1;
                if let Some(flags) = tail.strip_prefix('?') { flags } else { tail }
            }
            ')' if open == 0 => return Some("unexpected )"),
            '*' | '+' | '?' if !operand => return Some("missing argument to repetition operator"),
            _ => tail,
        };
        match c {
            '(' => operand = false,
            ')' => (open, operand) = (open - 1, true),
            _ => operand = c != '|',
        }
    }
    (open > 0).then_some("missing closing )")
}

/// What follows a class, of which the opening bracket has been read.
fn after_class(text: &str) -> Option<&str> {
    let text = text.strip_prefix('^').unwrap_or(text);
    // A bracket that stands first is one of the characters.
    let mut rest = text.strip_prefix(']').unwrap_or(text);
    loop {
        let c = rest.chars().next()?;
        let tail = &rest[c.len_utf8()..];
        rest = match c {
            ']' => return Some(tail),
            '\\' => &tail[tail.chars().next()?.len_utf8()..],
            '[' if tail.starts_with(':') => tail.split_once(":]").map_or(tail, |(_, after)| after),
            _ => tail,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn only_what_go_refuses_is_found() {
        for good in [
            "",
            "a",
            r"^[^.]+\.a\.b$",
            "(a|b)*",
            "(?i)a",
            "(?:a)+?",
            "(?P<n>a)",
            "[]a]",
            "[^]a]",
            r"[\]]",
            "[[:alpha:]]",
            r"\Q(\E",
            "{h:.+}",
            "a{2,}",
            "a|",
            "(|a)",
            r"\(",
            "[(]",
            "^*",
            r"\pL",
            "]",
            "}",
            "[a[]",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "(", "a)", "(?!x)", "(?=x)", "(?<=x)a", "(?<!x)a", "(?>a)", "[a", "[]", "[^]", "*", "(+)", "a|?", "\\",
            r"(a)\1",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
