//! The regular expressions of a rule, as Go judges them.

use super::{MatcherName, Rule, quoted, re2};

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
                found = re2::compile(regexp)
                    .err()
                    .map(|fault| format!("Go can't read the regular expression {}: {}", quoted(regexp), fault.what));
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::re2::compile;

    #[test]
    fn what_go_refuses_is_found() {
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
            assert_eq!(compile(good), Ok(()), "{good}");
        }
        for bad in [
            "(", "a)", "(?!x)", "(?=x)", "(?<=x)a", "(?<!x)a", "(?>a)", "[a", "[]", "[^]", "*", "(+)", "a|?", "\\",
            r"(a)\1",
        ] {
            assert!(compile(bad).is_err(), "{bad}");
        }
    }
}
