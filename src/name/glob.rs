//! Patterns to look names up by.

/// Whether `text` fits `pattern` as a whole: `*` stands for any characters or none, `?` for one;
/// upper and lower case are the same.
///
/// Only the last `*` is ever tried again (where a later one is reached, the shortest way there is
/// as good as any), so a hostile pattern costs no more than its length times the text's.
pub fn glob_match(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // The pattern behind the last `*`, and the text that it is to fit next.
    let mut star = None;
    loop {
        let here = text.clone();
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                star = Some((pattern.clone(), here.clone()));
                text = here;
            }
            (Some(wanted), Some(found)) if wanted == '?' || same(wanted, found) => {}
            _ => {
                // Let the last `*` take one character more.
                let Some((behind, from)) = &mut star else { return false };
                if from.next().is_none() {
                    return false;
                }
                (pattern, text) = (behind.clone(), from.clone());
            }
        }
    }
}

fn same(a: char, b: char) -> bool {
    a == b || a.to_lowercase().eq(b.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::glob_match;

    #[test]
    fn stars_question_marks_and_case() {
        for (pattern, text, fits) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "a.com", true),
            ("*.a.com", "x.a.com", true),
            ("*.a.com", "y.x.a.com", true),
            ("*.a.com", "a.com", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1b2b3", false),
            ("a**c", "abc", true),
            ("?.com", "a.com", true),
            ("?.com", ".com", false),
            ("?", "é", true),
            ("A.com", "a.COM", true),
            ("É*", "éa", true),
            ("a.com", "a.com.", false),
            ("*a", "aaab", false),
            ("*?", "", false),
            (r"\*", "*", false),
            ("*.a.com", "*.a.com", true),
        ] {
            assert_eq!(glob_match(pattern, text), fits, "{pattern} {text}");
        }
    }

    #[test]
    fn a_hostile_pattern_is_quick() {
        assert!(!glob_match(&("a*".repeat(500) + "b"), &"a".repeat(5000)));
    }
}
