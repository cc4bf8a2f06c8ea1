use super::RoutePath;
use crate::name::tests::{refusal, refuses};

#[test]
fn good_paths() {
    for text in
        ["/", "/api", "/api/", "/Api.v1/~u_-", "/a!$&'()*+,;=:@b", "/a%2Fb%25%3A", "/.well-known/x", "/...", "/a.."]
    {
        assert_eq!(text.parse::<RoutePath>().expect(text).as_str(), text);
    }
}

#[test]
fn bad_paths() {
    let refused = |what: &str, escaped: &str| {
        format!(
            "a path can't hold {what}: end the prefix before it | clients send {escaped}, which Traefik decodes before it \
             matches: only a rule written by hand can match it"
        )
    };
    let pattern = |c: char| format!("a path can't hold `{c}`: it is a plain prefix, no pattern, so end it before that");
    let resolved =
        |what: &str, cure: &str| format!("`{what}` never matches, as Traefik resolves it before: write {cure}");
    let decoded = |what: &str| {
        format!(
            "{what} never matches, as Traefik decodes it before: end the prefix before it | only a rule written by hand \
             can match the decoded form"
        )
    };
    const PERCENT: &str = "`%` takes two hexadecimal digits: write %25 for the sign itself";
    refuses::<RoutePath>(&[
        ("", "the path is empty: it begins with `/`, as in /api", ""),
        ("api", "a path begins with `/`: write /api", ""),
        ("a b", "a path begins with `/`", ""),
        ("/a\tb", "a path can't hold the control character `\\t`: leave it out", "\t"),
        ("/{{x}}", "a path can't hold `{{`: Traefik would run it as a Go template; write plain text", "{{"),
        ("/a b", &refused("a space", "%20"), " "),
        ("/a`", &refused("a backtick", "%60"), "`"),
        ("/a\"", &refused("a double quote", "%22"), "\""),
        ("/<", &refused("`<`", "%3C"), "<"),
        ("/é", &refused("`é`", "%C3%A9"), "é"),
        ("/\u{a0}", &refused("`\\u{a0}`", "%C2%A0"), "\u{a0}"),
        ("/{id}", &pattern('{'), "{"),
        ("/a[0]", &pattern('['), "["),
        ("/a?x=1#y", "a path ends before `?`: PathPrefix never sees the query, so leave it out", "?x=1#y"),
        ("/a#b", "a path ends before `#`: clients never send what follows, so leave it out", "#b"),
        ("//", &resolved("//", "/"), "//"),
        ("/a//b", &resolved("//", "/a/b"), "//"),
        ("/a//", &resolved("//", "/a/"), "//"),
        ("/a/./b/", &resolved("/.", "/a/b/"), "/."),
        ("/a/b/../c", &resolved("/..", "/a/c"), "/.."),
        ("/..", &resolved("/..", "/"), "/.."),
        ("/a/.", &resolved("/.", "/a"), "/."),
        ("/a%2fb", "%2f never matches, as Traefik makes it upper-case before: write %2F", "%2f"),
        ("/%61", "%61 never matches, as Traefik decodes it before: write `a`", "%61"),
        ("/%7e", "%7e never matches, as Traefik decodes it before: write `~`", "%7e"),
        ("/a%20b", &decoded("%20"), "%20"),
        ("/%C3%A9", &decoded("%C3"), "%C3"),
        ("/50%", PERCENT, "%"),
        ("/%zz", PERCENT, "%"),
        ("/%+1", PERCENT, "%"),
    ]);
}

#[test]
fn long_paths() {
    let path = "/".to_owned() + &"a".repeat(255);
    let said = "a path has at most 255 bytes, and this has 256: a shorter prefix matches too";
    assert_eq!(refusal::<RoutePath>(&path), (said.into(), "a".into()));
    assert!(path[..255].parse::<RoutePath>().is_ok());
}
