//! The names of agents.

use super::{BadName, checked_text};

checked_text! {
    /// The id of an agent: lower-case letters, digits and hyphens, as a label of a domain name. It can stand in the name
    /// of a file, in a host, and behind a dot, and no two ids are one in any of them.
    AgentId, check
}

const LONGEST: usize = 63;

fn check(text: &str) -> Result<String, BadName> {
    let bad = |what: &str| BadName { what: what.to_owned(), hint: None, at: Some(0..text.len()) };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    match text.as_bytes() {
        [] => Err(bad("the id is empty: write lower-case letters, digits and hyphens, as in web-7")),
        all if all.len() > LONGEST => Err(bad("an id has at most 63 characters")),
        all if !all.iter().all(|b| plain(*b) || *b == b'-') => {
            Err(bad("an id has lower-case letters, digits and hyphens only, as in web-7"))
        }
        [first, .., last] if !plain(*first) || !plain(*last) => {
            Err(bad("an id begins and ends with a letter or a digit"))
        }
        [b'-'] => Err(bad("an id begins and ends with a letter or a digit")),
        _ => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::AgentId;

    #[test]
    fn an_id_is_a_plain_label() {
        for id in ["a", "7", "web-7", "a--b", &"a".repeat(63)] {
            assert_eq!(id.parse::<AgentId>().unwrap().as_str(), id);
        }
        for id in ["", "-", "a-", "-a", "A", "a.b", "a_b", "a/b", "..", "ä", "a b", "a\n", &"a".repeat(64), "{id}", "*"]
        {
            assert!(id.parse::<AgentId>().is_err(), "{id:?}");
        }
    }
}
