use super::Host;
use crate::name::tests::{refusal, refuses};

#[test]
fn good_hosts() {
    let long = ["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(61)].join(".");
    for (text, kept) in [
        ("App.Example.COM", "app.example.com"),
        ("a.com.", "a.com"),
        ("localhost", "localhost"),
        ("*", "*"),
        ("*.A.com", "*.a.com"),
        ("_dmarc.a_b.com", "_dmarc.a_b.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.2.3", "1.2.3"),
        ("1.2.3.256", "1.2.3.256"),
        ("0", "0"),
        (&long, &long),
    ] {
        assert_eq!(text.parse::<Host>().expect(text).as_str(), kept);
    }
}

#[test]
fn bad_hosts() {
    const STAR: &str = "`*` stands for the whole first label, as in *.example.com, or alone for every host";
    const DOTS: &str = "a host never has two dots in a row: put a label there, or leave out the dot";
    const NO_PORT: &str = "a host has no port: give a.com, and put the port in --entry-point";
    const ANY: &str = "to take all that comes in by an entry point, give the host `*`";
    const PUNYCODE: &str = "clients send the punycode form (xn--…) of such a name, and Traefik compares that";
    let address = |ip: &str| format!("{ip} is an address, and routers match names: give a DNS name | {ANY}");
    let ascii = |c: char, cure: &str| format!("a host is written in ASCII, without `{c}`: give {cure} | {PUNYCODE}");
    let other = |c: char| format!("a host can't hold `{c}`: it has letters, digits, `-`, `_` and `.` only");
    let control = |c: &str| format!("a host can't hold the control character `{c}`: leave it out");
    let quote = |what: &str| format!("a host can't hold {what}: give a.com");
    refuses::<Host>(&[
        ("", "the host is empty: give a DNS name such as app.example.com, or `*` for every host", ""),
        ("a b.com", "a host can't hold spaces: leave them out", " "),
        ("a.com\u{a0}", "a host can't hold spaces: leave them out", "\u{a0}"),
        ("a.com\n", &control("\\n"), "\n"),
        ("a\u{1b}[0m.com", &control("\\u{1b}"), "\u{1b}"),
        ("a\u{202e}.com", &control("\\u{202e}"), "\u{202e}"),
        ("{{env}}.com", "a host can't hold `{{`: Traefik would run it as a Go template; write plain text", "{{"),
        ("Host(`a.com`)", "a host can't hold a parenthesis: give a.com", "("),
        ("`a.com`", &quote("a backtick"), "`"),
        ("\"a.com\"", &quote("a double quote"), "\""),
        ("'A.com'", &quote("a single quote"), "'"),
        (
            "a.com`) || Host(`b.com",
            "a host can't hold a backtick: give the bare name, neither quoted nor as a rule",
            "`",
        ),
        ("Host(`a.com`) && Path(`/x`)", "a host can't hold a parenthesis: give a.com", "("),
        ("a.com`", "a host can't hold a backtick: give the bare name, neither quoted nor as a rule", "`"),
        ("bücher.example", &ascii('ü', "xn--bcher-kva.example"), "ü"),
        ("例え.テスト:80", &ascii('例', "xn--r8jz45g.xn--zckzah"), "例"),
        ("ü*.com", &ascii('ü', "its punycode form"), "ü"),
        ("10.0.0.5", &address("10.0.0.5"), "10.0.0.5"),
        ("10.0.0.5.", &address("10.0.0.5"), "10.0.0.5."),
        ("10.0.0.5:80", &address("10.0.0.5"), "10.0.0.5:80"),
        ("::1", &address("::1"), "::1"),
        ("[FE80::1]", &address("fe80::1"), "[FE80::1]"),
        ("[::1]:443", &address("::1"), "[::1]:443"),
        ("a.com:443", NO_PORT, ":443"),
        ("A.com.:", NO_PORT, ":"),
        ("-a:443", "a host has no port: leave it out, and put the port in --entry-point", ":443"),
        ("a:b:c", &other(':'), ":"),
        ("https://a.com", "a host has no scheme: give a.com", "https://"),
        ("https://A.com:443/x", "a host has no scheme: give a.com", "https://"),
        ("https://1.2.3.4", "a host has no scheme: give the bare name", "https://"),
        ("a.com/x", "a host has no path: give a.com", "/x"),
        ("a.*", STAR, "*"),
        ("*a.com", STAR, "*"),
        ("*.*.com", STAR, "*"),
        ("**", STAR, "*"),
        ("*.", STAR, "*"),
        ("*..", "a host never begins with a dot: put a label there, or leave out the dot", ""),
        ("a..com", DOTS, ".."),
        ("a.com..", DOTS, "."),
        (".a.com", "a host never begins with a dot: put a label there, or leave out the dot", "."),
        (".", "a host never begins with a dot: put a label there, or leave out the dot", ""),
        ("-a.com", "the label `-a` begins with a hyphen: it takes a letter or a digit there", "-"),
        ("x.a-.com", "the label `a-` ends with a hyphen: it takes a letter or a digit there", "-"),
        ("a@b.com", &other('@'), "@"),
        ("*.a&b.com", &other('&'), "&"),
    ]);
}

#[test]
fn long_hosts() {
    let label = "a".repeat(64);
    let said = format!("a label has at most 63 characters, and `{}…` has 64: shorten it", "a".repeat(60));
    assert_eq!(refusal::<Host>(&format!("x.{label}.com")), (said, label));
    let host = "ab.".repeat(84) + "ab";
    let said = "a host has at most 253 bytes, and this has 254: shorten it";
    assert_eq!(refusal::<Host>(&host), (said.into(), "b".into()));
    assert_eq!(refusal::<Host>(&format!("*.{host}")), (said.into(), "b".into()));
    let said = "a host has at most 253 bytes, and this has 255: shorten it";
    assert_eq!(refusal::<Host>(&format!("*.{}.", &host[1..])), (said.into(), "ab".into()));
    assert!(format!("*.{}.", &host[3..]).parse::<Host>().is_ok());
}

#[test]
fn stars_are_told_apart() {
    let tell = |text: &str| text.parse::<Host>().map(|host| (host.is_any(), host.is_wildcard())).expect(text);
    assert_eq!(["*", "*.a.com", "a.com"].map(tell), [(true, false), (false, true), (false, false)]);
}
