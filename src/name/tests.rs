use super::*;
use std::str::FromStr;

/// What is said about a bad text, with its hint behind ` | `, and which bytes it is about.
pub(super) fn refusal<T: FromStr<Err = BadName> + fmt::Debug>(text: &str) -> (String, String) {
    told(text, text.parse::<T>().expect_err(text))
}

fn told(text: &str, bad: BadName) -> (String, String) {
    let at = bad.at.clone().expect("a position");
    let pointed = text.get(at.clone()).unwrap_or_else(|| panic!("{at:?} lies within {text:?}"));
    (bad.to_string() + &bad.hint.map_or(String::new(), |hint| format!(" | {hint}")), pointed.to_owned())
}

/// Asserts, for each text, what is said and which part is pointed at.
pub(super) fn refuses<T: FromStr<Err = BadName> + fmt::Debug>(cases: &[(&str, &str, &str)]) {
    let found: Vec<_> = cases.iter().map(|(text, ..)| (*text, refusal::<T>(text))).collect();
    let found: Vec<_> = found.iter().map(|(text, (said, at))| (*text, said.as_str(), at.as_str())).collect();
    for (found, case) in found.iter().zip(cases) {
        assert_eq!(found, case);
    }
}

#[test]
fn host_and_path_are_split() {
    for (text, host, path) in [
        ("A.com", "a.com", None),
        ("a.com/", "a.com", None),
        ("a.com./Api", "a.com", Some("/Api")),
        ("*/x/", "*", Some("/x/")),
        ("*.a.com/a%2Fb", "*.a.com", Some("/a%2Fb")),
    ] {
        let (found, rest) = split_host_path(text).expect(text);
        assert_eq!((found.as_str(), rest.as_ref().map(RoutePath::as_str)), (host, path), "{text}");
    }
}

#[test]
fn a_bad_half_is_pointed_at_in_the_whole() {
    for (text, said, pointed) in [
        ("a..com/x", "a host never has two dots in a row: put a label there, or leave out the dot", ".."),
        ("a.com/x?y=1", "a path ends before `?`: PathPrefix never sees the query, so leave it out", "?y=1"),
        ("a.com/%41", "%41 never matches, as Traefik decodes it before: write `A`", "%41"),
        ("a.com:443/x", "a host has no port: give a.com, and put the port in --entry-point", ":443"),
        ("https://a.com:443/x", "a host has no scheme: give a.com/x", "https://"),
        ("https://a.com/", "a host has no scheme: give a.com", "https://"),
        ("https://a.com/x?y", "a host has no scheme: give a.com", "https://"),
        ("/x", "the host is empty: give a DNS name such as app.example.com, or `*` for every host", ""),
    ] {
        assert_eq!(told(text, split_host_path(text).expect_err(text)), (said.into(), pointed.into()));
    }
}

#[test]
fn messages_stay_short_and_show_no_controls() {
    assert_eq!(shown("a\u{1b}[1m\u{202e}"), "a\\u{1b}[1m\\u{202e}");
    assert_eq!(shown(&"é".repeat(99)), "é".repeat(60) + "…");
}

proptest::proptest! {
    /// Whatever is given, positions lie within it, and what is accepted is accepted again.
    #[test]
    fn any_text_is_judged(text in "[ -~é║\t]{0,24}|[a-z0-9.:/@*\\[\\]%-]{0,24}|(http|tcp)://[a-z0-9.:/@\\[\\]-]{0,16}") {
        judged::<Host>(&text);
        judged::<RoutePath>(&text);
        judged::<RouterName>(&text);
        judged::<EntryPointName>(&text);
        judged::<MiddlewareRef>(&text);
        judged::<ResolverName>(&text);
        judged::<Target>(&text);
        if let Err(bad) = split_host_path(&text) {
            told(&text, bad);
        }
    }
}

fn judged<T: FromStr<Err = BadName> + fmt::Display + fmt::Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(good) => assert_eq!(good.to_string().parse::<T>().expect(text), good),
        Err(bad) => _ = told(text, bad),
    }
}
