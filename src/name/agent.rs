//! The names of agents, and of what is theirs.

use super::{BadName, Host, called, checked_text, find, refuse_space, refuse_unseen};

checked_text! {
    /// The id of an agent: 1 to 63 small letters, digits and hyphens, none of these at either end.
    ///
    /// It is a label of DNS, for MongoDB is reached at `ID.DOMAIN`, and the middle of a file's name, `agent-ID.yml`.
    /// Capitals are refused, not made small, so that two ids are two files on every file system.
    AgentId, check_id
}

checked_text! {
    /// What an agent calls one of its routes: 1 to 63 small letters, digits and hyphens, none of these at either end.
    RouteLabel, check_label
}

impl RouteLabel {
    /// A label for the route of a host: `shop-example-com`.
    pub fn of(host: &Host) -> RouteLabel {
        let text = host.as_str().replace('*', "any").replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        RouteLabel(shortened(&text, LONGEST))
    }

    /// The same with a number behind it.
    pub fn numbered(&self, number: u32) -> RouteLabel {
        let number = format!("-{number}");
        RouteLabel(shortened(&self.0, LONGEST - number.len()) + &number)
    }
}

fn shortened(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect::<String>().trim_matches('-').to_owned()
}

impl AgentId {
    /// The name of the file that holds the agent's routes.
    pub fn file_name(&self) -> String {
        format!("agent-{}.yml", self.0)
    }
}

const LONGEST: usize = 63;

fn check_id(text: &str) -> Result<String, BadName> {
    check(text, "an agent's id", "web-7")
}

fn check_label(text: &str) -> Result<String, BadName> {
    check(text, "the name of an agent's route", "shop")
}

fn check(text: &str, noun: &str, example: &str) -> Result<String, BadName> {
    if text.is_empty() {
        return Err(BadName::new(format!("{noun} can't be empty: give a name such as {example}"), 0..0));
    }
    refuse_unseen(text, noun)?;
    refuse_space(text, noun)?;
    if let Some((c, at)) = find(text, |c| c.is_ascii_uppercase()) {
        let what = format!("{noun} has no capitals, as some file systems take them for small letters");
        return Err(BadName::new(format!("{what}: write `{}`", c.to_ascii_lowercase()), at));
    }
    if let Some((c, at)) = find(text, |c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')) {
        let what = format!("{noun} can't hold {}: it has small letters, digits and `-` only", called(c));
        return Err(BadName::new(what, at));
    }
    if text.len() > LONGEST {
        let what = format!("{noun} has at most {LONGEST} characters, and this has {}: shorten it", text.len());
        return Err(BadName::new(what, LONGEST..text.len()));
    }
    for (edge, fault, at) in
        [(text.starts_with('-'), "begins", 0), (text.ends_with('-'), "ends", text.len().saturating_sub(1))]
    {
        if edge {
            let what = format!("{noun} never {fault} with a hyphen: put a letter or a digit there");
            return Err(BadName::new(what, at..at + 1));
        }
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::refuses;
    use super::{AgentId, RouteLabel};
    use proptest::prelude::*;

    #[test]
    fn what_is_no_id_is_refused() {
        let long = "a".repeat(64);
        refuses::<AgentId>(&[
            ("", "an agent's id can't be empty: give a name such as web-7", ""),
            ("Web", "an agent's id has no capitals, as some file systems take them for small letters: write `w`", "W"),
            ("a.b", "an agent's id can't hold `.`: it has small letters, digits and `-` only", "."),
            ("../x", "an agent's id can't hold `.`: it has small letters, digits and `-` only", "."),
            ("a/b", "an agent's id can't hold `/`: it has small letters, digits and `-` only", "/"),
            ("a_b", "an agent's id can't hold `_`: it has small letters, digits and `-` only", "_"),
            ("*", "an agent's id can't hold `*`: it has small letters, digits and `-` only", "*"),
            ("é", "an agent's id can't hold `é`: it has small letters, digits and `-` only", "é"),
            ("ı", "an agent's id can't hold `ı`: it has small letters, digits and `-` only", "ı"),
            ("a b", "an agent's id can't hold spaces: leave them out", " "),
            ("a\n", "an agent's id can't hold the control character `\\n`: leave it out", "\n"),
            ("a\0", "an agent's id can't hold the control character `\\u{0}`: leave it out", "\0"),
            ("{{x}}", "an agent's id can't hold `{{`: Traefik would run it as a Go template; write plain text", "{{"),
            ("-a", "an agent's id never begins with a hyphen: put a letter or a digit there", "-"),
            ("a-", "an agent's id never ends with a hyphen: put a letter or a digit there", "-"),
            ("-", "an agent's id never begins with a hyphen: put a letter or a digit there", "-"),
            (&long, "an agent's id has at most 63 characters, and this has 64: shorten it", "a"),
        ]);
    }

    #[test]
    fn ids_are_what_they_are_written() {
        for id in ["a", "0", "web-7", "srv--1", "con", "null", "1e3", &"a".repeat(63)] {
            assert_eq!(id.parse::<AgentId>().expect(id).as_str(), id);
        }
    }

    #[test]
    fn labels_are_made_from_hosts() {
        for (host, label) in [("a.example.com", "a-example-com"), ("*.example.com", "any-example-com"), ("a", "a")] {
            let made = RouteLabel::of(&host.parse().expect(host));
            assert_eq!((made.as_str(), made.numbered(2).to_string()), (label, format!("{label}-2")));
        }
        let long = RouteLabel::of(&format!("{}.{}", "a".repeat(62), "b".repeat(60)).parse().expect("a host"));
        for label in [&long, &long.numbered(17)] {
            assert!(label.as_str().parse::<RouteLabel>().is_ok(), "{label}");
        }
    }

    #[test]
    fn a_file_belongs_to_one_agent_on_every_file_system() {
        let file = |id: &str| id.parse::<AgentId>().expect(id).file_name();
        assert_eq!(file("web-7"), "agent-web-7.yml");
        // names that Windows keeps for devices are none behind the prefix
        assert_eq!(file("con"), "agent-con.yml");
        assert!(file(&"a".repeat(63)).len() <= 255);
    }

    proptest! {
        #[test]
        fn the_grammar_is_all_that_is_taken(text in "[a-cA-Z0-9.é_ -]{0,4}") {
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            let inner = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
            let fits = inner && edge(text.chars().next()) && edge(text.chars().last());
            prop_assert_eq!(text.parse::<AgentId>().is_ok(), fits);
        }

        #[test]
        fn no_two_ids_share_a_file(one in "[a-c-]{1,4}", two in "[a-cA-C-]{1,4}") {
            if let (Ok(one), Ok(two)) = (one.parse::<AgentId>(), two.parse::<AgentId>()) {
                let alike = one.file_name().eq_ignore_ascii_case(&two.file_name());
                prop_assert_eq!(alike, one == two);
            }
        }
    }
}
