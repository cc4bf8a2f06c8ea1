use super::*;
use crate::name::tests::{refusal, refuses};
use proptest::prelude::*;

#[test]
fn good_names() {
    for text in ["app", "a.com", "*.a.com", "*", "a.com~x%41", "Büro", "a|b", "{x}", "..."] {
        assert_eq!(text.parse::<RouterName>().expect(text).to_string(), text);
    }
    assert!("n".repeat(1020).parse::<RouterName>().is_ok());
    for text in ["web", "my entry", "a/b", "'x'"] {
        assert_eq!(text.parse::<EntryPointName>().expect(text).to_string(), text);
        assert_eq!(text.parse::<ResolverName>().expect(text).to_string(), text);
    }
    for (text, name, provider) in [("auth", "auth", None), ("auth@docker", "auth", Some("docker"))] {
        let found: MiddlewareRef = text.parse().expect(text);
        assert_eq!((found.name(), found.provider()), (name, provider));
    }
}

#[test]
fn bad_router_names() {
    refuses::<RouterName>(&[
        ("", "a name can't be empty: give at least one character", ""),
        ("a@file", "a name can't hold `@`: Traefik reads what follows it as a provider; write `-` or `.` instead", "@"),
        ("a/b", "a name can't hold `/`: stores keep names as paths; write `-` or `~` instead", "/"),
        ("a,b", "a name can't hold `,`: Traefik splits lists at it; give one name at a time", ","),
        ("a║b", "a name can't hold `║`: Traefik splits lists at it; write `-` or `|` instead", "║"),
        ("a b", "a name can't hold spaces: leave them out", " "),
        ("a\u{3000}b", "a name can't hold spaces: leave them out", "\u{3000}"),
        ("a\0", "a name can't hold the control character `\\u{0}`: leave it out", "\0"),
        ("{{a", "a name can't hold `{{`: Traefik would run it as a Go template; write plain text", "{{"),
        ("a`", "a name can't hold a backtick: leave it out", "`"),
        ("\"a", "a name can't hold a double quote: leave it out", "\""),
        ("a'b", "a name can't hold a single quote: leave it out", "'"),
        ("..", "a name is more than dots: stores read them as folders", ".."),
    ]);
    let said = "a name has at most 1020 bytes, and this has 1022: shorten it";
    assert_eq!(refusal::<RouterName>(&"é".repeat(511)), (said.into(), "é".into()));
}

#[test]
fn bad_names_of_other_things() {
    refuses::<EntryPointName>(&[
        ("", "an entry point's name can't be empty: give at least one character", ""),
        ("web,x", "an entry point's name can't hold `,`: Traefik splits lists at it; give one name at a time", ","),
        ("a║b", "an entry point's name can't hold `║`: Traefik splits lists at it; write `-` or `|` instead", "║"),
        (" web", "an entry point's name has no spaces around it, as Traefik trims them: leave them out", " "),
        ("web  ", "an entry point's name has no spaces around it, as Traefik trims them: leave them out", "  "),
        ("w\rb", "an entry point's name can't hold the control character `\\r`: leave it out", "\r"),
        (
            "{{x}}",
            "an entry point's name can't hold `{{`: Traefik would run it as a Go template; write plain text",
            "{{",
        ),
        ("web@file", "an entry point's name can't hold `@`: it belongs to no provider; give the bare name", "@"),
    ]);
    refuses::<ResolverName>(&[
        ("", "a certificate resolver's name can't be empty: give at least one character", ""),
        ("le@file", "a certificate resolver's name can't hold `@`: it belongs to no provider; give the bare name", "@"),
    ]);
    const WRITTEN: &str = "a middleware is written NAME or NAME@PROVIDER, with one `@` between the two";
    refuses::<MiddlewareRef>(&[
        ("", "a middleware's name can't be empty: give at least one character", ""),
        ("a,b", "a middleware's name can't hold `,`: Traefik splits lists at it; give one name at a time", ","),
        ("@file", WRITTEN, "@file"),
        ("a@", WRITTEN, "@"),
        ("a@b@c", WRITTEN, "@b@c"),
    ]);
}

fn named(host: &str, path: &str) -> String {
    default_name(&host.parse().expect(host), path.parse().ok().as_ref()).to_string()
}

#[test]
fn default_names() {
    assert_eq!(named("App.example.com", ""), "app.example.com");
    assert_eq!(named("*", ""), "*");
    assert_eq!(named("*.a.com", "/api/v1"), "*.a.com~api~v1");
    assert_eq!(named("a.com", "/~u,@%2F/"), "a.com~%7Eu%2C%40%252F~");
    let longest =
        (["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join("."), "/".to_owned() + &"~".repeat(254));
    assert!(named(&longest.0, &longest.1).parse::<RouterName>().is_ok());
}

proptest! {
    /// A name can be read back, so no two routes share one; and each is one that can be given.
    #[test]
    fn default_names_are_one_to_one(host in HOST, path in PATH) {
        let (host, path) = crate::name::split_host_path(&(host + &path)).expect("a route");
        let name = default_name(&host, path.as_ref()).to_string();
        prop_assert_eq!(read_back(&name), format!("{host}{}", path.as_ref().map_or("", RoutePath::as_str)));
        prop_assert_eq!(name.parse::<RouterName>().map(|name| name.to_string()), Ok(name));
    }
}

const HOST: &str = "[*]|([*]\\.)?[a-c_]{1,3}(\\.[a-c0-9]{1,3}){0,2}";
const PATH: &str = "(/([a-c0-9A-C_~!$&'()*+,;=:@-]|\\.x|%(2[13-9A-CF]|3[ABDF]|40|5[BD])){1,6}){0,3}";

fn read_back(name: &str) -> String {
    let mut parts = name.split('%');
    let mut route = parts.next().expect("a first part").replace('~', "/");
    for part in parts {
        let (byte, rest) = part.split_at(2);
        route.push(u8::from_str_radix(byte, 16).expect(byte).into());
        route += &rest.replace('~', "/");
    }
    route
}
