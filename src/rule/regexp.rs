//! The regular expressions of a rule, as Go judges them.

use super::{MatcherName, Rule, quoted, re2};
use crate::release::Release;

impl Rule {
    /// The first regular expression that Traefik can't read, and why. [`super::parse`] doesn't look into them.
    pub fn regexp_fault(&self, release: Release) -> Option<String> {
        let mut found = None;
        self.each_matcher(false, &mut |matcher, _| {
            let at = match matcher.name {
                MatcherName::HostRegexp | MatcherName::PathRegexp | MatcherName::HostSniRegexp => 0,
                MatcherName::HeaderRegexp | MatcherName::QueryRegexp => 1,
                _ => return,
            };
            if let (None, Some(regexp)) = (&found, matcher.args.get(at)) {
                found = re2::compile(regexp, release)
                    .err()
                    .map(|fault| format!("Go can't read the regular expression {}: {}", quoted(regexp), fault.what));
            }
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::Release;
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
            assert_eq!(compile(good, Release::NEWEST), Ok(()), "{good}");
        }
        for bad in [
            "(", "a)", "(?!x)", "(?=x)", "(?<=x)a", "(?<!x)a", "(?>a)", "[a", "[]", "[^]", "*", "(+)", "a|?", "\\",
            r"(a)\1",
        ] {
            assert!(compile(bad, Release::NEWEST).is_err(), "{bad}");
        }
    }

    /// Measured on 3.6.7 and 3.6.8, which Go 1.24 and 1.25 built.
    #[test]
    fn newer_go_knows_more_unicode_classes() {
        let [old, new] = ["3.6.7", "3.6.8"].map(|release| Release::parse(release).unwrap());
        for (class, in_old, in_new) in [
            ("Lu", true, true),
            ("lu", false, true),
            ("Greek", true, true),
            ("greek", false, true),
            ("Letter", false, true),
            ("Upper-Case_Letter", false, true),
            ("uppercase letter", false, true),
            ("Any", true, true),
            ("LC", false, true),
            ("ASCII", false, true),
            ("Old_Italic", true, false),
            ("OldItalic", false, false),
            ("Script=Greek", false, false),
        ] {
            let regexp = format!("\\p{{{class}}}");
            assert_eq!((compile(&regexp, old).is_ok(), compile(&regexp, new).is_ok()), (in_old, in_new), "{class}");
        }
    }
}
