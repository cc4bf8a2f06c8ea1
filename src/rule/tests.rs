use super::Protocol::{Http, Tcp};
use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Rule {
    parse(Http, text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

fn read_tcp(text: &str) -> Rule {
    parse(Tcp, text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// What is refused, and the hint; for messages see `refused`.
fn refusal(protocol: Protocol, text: &str) -> (&str, String) {
    let error = parse(protocol, text).expect_err(text);
    (&text[error.span], error.hint.unwrap_or_default())
}

#[test]
fn operators_bind_as_in_go() {
    for (text, printed) in [
        ("Host(`a`)", "Host(`a`)"),
        ("host ( \"a\" , )", "Host(`a`)"),
        ("Query(`q`,`v`)", "Query(`q`, `v`)"),
        ("Host(`a`)||Host(`b`)&&Path(`/`)", "Host(`a`) || Host(`b`) && Path(`/`)"),
        ("(Host(`a`)||Host(`b`))&&Path(`/`)", "(Host(`a`) || Host(`b`)) && Path(`/`)"),
        ("(Host(`a`)||((Host(`b`))))", "Host(`a`) || Host(`b`)"),
        ("Host(`a`) && (Path(`/`) && Path(`/x`))", "Host(`a`) && Path(`/`) && Path(`/x`)"),
        ("!Host(`a`) && Path(`/`)", "!Host(`a`) && Path(`/`)"),
        ("!(Host(`a`) && Path(`/`))", "!(Host(`a`) && Path(`/`))"),
        ("! ! Host(`a`)", "!!Host(`a`)"),
    ] {
        assert_eq!(read(text).to_string(), printed, "{text}");
    }
}

#[test]
fn a_matcher_knows_where_it_stands() {
    let text = "Path(`/é`) || PathPrefix ( `/é` )";
    let Rule::Or(operands) = read(text) else { panic!("{text}") };
    let Rule::Matcher(matcher) = &operands[1] else { panic!("{text}") };
    assert_eq!(&text[matcher.span.clone()], "PathPrefix ( `/é` )");
}

/// All of these Traefik 3.7.15 enables.
#[test]
fn accepted() {
    let http = [
        "Host(`a`...)",
        "Host(`a`..., )",
        "Host(`a`)\n\n\n// c\n",
        "Host(`a`)\n/* c */\n  ",
        "Host(`a`) /* x */ && Host(`b`)",
        "Host(`a`) && // x\nHost(`b`)",
        "Host(\n`a`,\n)",
        "Host(// x\n`a`)",
        "!\nHost(`a`)",
        "(\nHost(`a`))",
        "Host(`a`) &&\r\n Host(`b`)\r\n",
        "Host /* x */ (`a`)",
        "Host(`a`)//",
        "\u{feff}Host(`a`)",
        "Host(`a b`)",
        "Host(`http://a/`)",
        "Host(`*.a`)",
        "HostRegexp(`{sub:[a-z]+}`)",
        "Hostregexp(`a`) && HOSTREGEXP(`a`) && hostregexp(`a`)",
        "Clientip(`1.1.1.1`) && CLIENTIP(`::ffff:1.2.3.4`)",
        "ClientIP(`1.2.3.4/08`) && ClientIP(`1.2.3.4/00032`) && ClientIP(`::ffff:1.2.3.4/100`)",
        "Method(`x y`)",
        "PathRegexp(`é`)",
        "Header(`é`, `c`)",
        "QueryRegexp(`(`)",
    ];
    let tcp = [
        "HostSNI(`*`)",
        "HostSNI(`*.a`)",
        "HostSNI(`.`)",
        "HostSNI(`a_b-:.`)",
        "HostSNI(`*..`)",
        "HostSNI(`::1`)",
        "Hostsni(`a`)",
        "alpn(`ACME-TLS/1`)",
        "ALPN(`é`)",
        "!HostSNIRegexp(`a`)",
        "ClientIP(`10.0.0.0/8`)",
    ];
    http.into_iter().for_each(|text| drop(read(text)));
    tcp.into_iter().for_each(|text| drop(read_tcp(text)));
}

/// All of these Traefik 3.7.15 refuses; with the part that is at fault.
#[test]
fn refused() {
    let http = [
        ("", ""),
        (" // x", ""),
        ("Host(`a`) ||", ""),
        ("Host", "Host"),
        ("Host:a.com", "Host"),
        ("`a`", "`a`"),
        ("!`a`", "`a`"),
        ("Host((`a`))", "(`a`"),
        ("Host(\"a\"+\"b\")", "+"),
        ("(Host)(`a`)", "Host"),
        ("x.Host(`a`)", "x"),
        ("Host(`a`)()", "("),
        ("Host(`a`);", ";"),
        ("Host(`a`) /* x\ny */ && Host(`b`)", "&&"),
        ("Host\n(`a`)", "Host"),
        ("Host(\n`a`\n)", "\n"),
        ("(\nHost(`a`)\n)", "\n"),
        ("Host(`a`", "("),
        ("((Host(`a`))", "("),
        ("Host(`a`))", ")"),
        ("Host(`a", "`a"),
        ("Host(\"a\nb\")", "\"a"),
        ("/* Host(`a`)", "/* Host(`a`)"),
        ("Path(`/\u{feff}`)", "\u{feff}"),
        ("Path(`/\0`)", "\0"),
        ("Host(`a`)\u{a0}", "\u{a0}"),
        ("Host()", "Host()"),
        ("Host(,)", ","),
        ("Host(`a`,,)", ","),
        ("Host(`a`..., `b`)", "`b`"),
        ("Host(``)", "``"),
        ("Host(`\r`)", "`\r`"),
        ("Query(`a`,``)", "``"),
        ("Query(`a`,`b`,`c`)", "Query(`a`,`b`,`c`)"),
        ("Header(`a`)", "Header(`a`)"),
        ("hOst(`a`)", "hOst"),
        ("ClientIp(`1.1.1.1`)", "ClientIp"),
        ("HostRegexp(`é`)", "`é`"),
        ("Path(`a`)", "`a`"),
        ("ClientIP(`1.2.3.4/33`)", "`1.2.3.4/33`"),
        ("ClientIP(`1.2.3.4/+8`)", "`1.2.3.4/+8`"),
        ("ClientIP(`1.2.3.4/`)", "`1.2.3.4/`"),
        ("ClientIP(`010.0.0.1`)", "`010.0.0.1`"),
        ("ClientIP(`fe80::1%eth0`)", "`fe80::1%eth0`"),
        ("ClientIP(`[::1]`)", "`[::1]`"),
        ("Host(`a`) != Host(`b`)", "!"),
        ("Host(`a`)&&&Host(`b`)", "&"),
        ("-Host(`a`)", "-"),
    ];
    let tcp = [
        ("HostSNI(`*.`)", "`*.`"),
        ("HostSNI(`*.*`)", "`*.*`"),
        ("HostSNI(`a b`)", "`a b`"),
        ("HostSNI(`a\n`)", "`a\n`"),
        ("HostSNI(`[::1]`)", "`[::1]`"),
        ("HostSNIRegexp(`é`)", "`é`"),
        ("ALPN(`acme-tls/1`)", "`acme-tls/1`"),
        ("Path(`/`)", "Path"),
    ];
    for (text, part) in http {
        assert_eq!(refusal(Http, text).0, part, "{text}");
    }
    for (text, part) in tcp {
        assert_eq!(refusal(Tcp, text).0, part, "{text}");
    }
}

/// Where this is stricter or laxer than Traefik on purpose; see the module's text.
#[test]
fn known_differences() {
    assert!(parse(Http, r#"Path("/\xff")"#).is_err(), "Traefik takes bytes that are not UTF-8");
    read("PathRegexp(`(`)");
    read("//line x:y\nHost(`a`)");
}

#[test]
fn escapes_are_those_of_go() {
    let value = |text: &str| match read(text) {
        Rule::Matcher(matcher) => matcher.args[0].clone(),
        other => panic!("{other}"),
    };
    assert_eq!(value(r#"Path("/\141\x62\u0063\U00000064\xc3\xa9")"#), "/abcdé");
    assert_eq!(value(r#"Path("/\a\b\f\n\r\t\v\\\"")"#), "/\x07\x08\x0c\n\r\t\x0b\\\"");
    assert_eq!(value("Path(`/\\n\r\n\"`)"), "/\\n\n\"");
    for escape in ["'", "8", "08", "400", "x", "xg", "x1", "u12", "ud800", "u+123", "U00110000", "é", "."] {
        let text = format!("Path(\"/\\{escape}\")");
        assert!(parse(Http, &text).is_err(), "{text}");
    }
}

#[test]
fn hints_say_what_to_write() {
    for (text, hint) in [
        ("Host(`a`, `b`) && Path(`/`)", "write (Host(`a`) || Host(`b`))"),
        ("HostHeader(`a`)", "write Host"),
        ("HostSNI(`a`)", "write Host"),
        ("Headers(`a`, `b`)", "write Header"),
        ("HeadersRegexp(`a`, `b`)", "write HeaderRegexp"),
        ("clientIP(`1.1.1.1`)", "write ClientIP"),
        ("Host(`a`) and Host(`b`)", "write && for and"),
        ("Host(`a`) OR Host(`b`)", "write || for or"),
        ("Host(`a`) | Host(`b`)", "write || for or"),
        ("not Host(`a`)", "write ! for not"),
        ("Host(`a`), Host(`b`)", "write || for or, && for and"),
        ("Host(`a`) Host(`b`)", "put && or || between two matchers"),
        ("Host('a.com')", "put backticks around it: `a.com`"),
        ("Host(“a.com”)", "put backticks around it: `a.com`"),
        ("Host(a.com) && Path(`/`)", "put backticks around it: `a.com`"),
        ("Host:a.com", "a matcher is written with its value in backticks: Host(`value`)"),
        ("Host(`a`)\n&& Host(`b`)", "put `&&` at the end of the line before"),
        ("Path(`x`)", "begin it with a slash: `/x`"),
        ("Host(`é`)", "write the host as DNS does: xn--…"),
    ] {
        assert_eq!(refusal(Http, text).1, hint, "{text}");
    }
    assert_eq!(refusal(Tcp, "Host(`a`)").1, "write HostSNI");
    assert_eq!(refusal(Tcp, "hostregexp(`a`)").1, "write HostSNIRegexp");
    assert_eq!(refusal(Tcp, "Method(`GET`)").1, "TCP rules know HostSNI, HostSNIRegexp, ClientIP, ALPN");
    assert_eq!(refusal(Tcp, "`a`").1, "say what the value is of, as in HostSNI(`a`)");
}

#[test]
fn nesting_is_bounded_and_length_is_not() {
    let nested = |depth: usize| format!("{}Host(`a`){}", "(".repeat(depth), ")".repeat(depth));
    read(&nested(200));
    assert!(parse(Http, &nested(100_000)).is_err());
    assert!(parse(Http, &"!".repeat(100_000)).is_err());
    let long = vec!["Host(`a`)"; 100_000].join(" || ");
    assert_eq!(read(&long).to_string(), long);
}

#[test]
fn hosts_are_those_not_negated() {
    let rule = read("Host(`b`) || !Host(`n`) && Host(`a`) || !(Path(`/`) && !Host(`c`)) || Host(`b`)");
    assert_eq!(rule.hosts(), ["b", "a", "c"]);
    assert_eq!(read_tcp("HostSNI(`x`) && ALPN(`h2`)").hosts(), ["x"]);
}

/// As measured on Traefik 3.7.15.
#[test]
fn tls_is_needed_by_the_first_host() {
    for (text, needs_tls, catch_all) in [
        ("HostSNI(`*`)", false, true),
        ("( hostsni(\"*\") )", false, true),
        ("!HostSNI(`*`)", false, true),
        ("HostSNI(`*`) && ClientIP(`::1`)", false, false),
        ("HostSNI(`a`)", true, false),
        ("!HostSNI(`a`)", false, false),
        ("!!HostSNI(`a`)", true, false),
        ("HostSNI(`*`) || HostSNI(`a`)", false, false),
        ("HostSNI(`a`) || HostSNI(`*`)", true, false),
        ("HostSNIRegexp(`.*`)", false, false),
        ("ALPN(`h2`) && HostSNI(`a`)", true, false),
    ] {
        assert_eq!(read_tcp(text).needs_tls(Release::NEWEST), needs_tls, "{text}");
        assert_eq!(read_tcp(text).is_catch_all_sni(), catch_all, "{text}");
    }
}

/// As measured on 3.7.9, 3.7.10, 3.7.12, 3.7.13 and 3.7.15.
#[test]
fn older_releases_take_negated_hosts_for_hosts() {
    let rule = read_tcp("!HostSNI(`a`) && HostSNI(`*`)");
    for (release, hosts, needs_tls) in [("3.7.12", &["a", "*"][..], true), ("3.7.13", &["*"], false)] {
        let release = Release::parse(release).unwrap();
        assert_eq!(rule.hosts_of(release), hosts);
        assert_eq!(rule.needs_tls(release), needs_tls);
    }
}

fn any_rule(protocol: Protocol) -> impl Strategy<Value = Rule> {
    let text =
        || prop_oneof![any::<String>(), "[a-z`\"\\\\\\n\\r\u{feff}\0é]{1,6}"].prop_filter("empty", |s| !s.is_empty());
    let one = |name| move |arg: String| Rule::matcher(name, &arg);
    let two = |name| move |args: [String; 2]| Rule::Matcher(Matcher { name, args: args.into(), span: 0..0 });
    let leaf = match protocol {
        Http => prop_oneof![
            "[a-z.*]{1,9}".prop_map(one(MatcherName::Host)),
            text().prop_map(|arg| format!("/{arg}")).prop_map(one(MatcherName::PathPrefix)),
            text().prop_map(one(MatcherName::Method)),
            text().prop_map(one(MatcherName::Query)),
            [text(), text()].prop_map(two(MatcherName::QueryRegexp)),
            [text(), text()].prop_map(two(MatcherName::Header)),
        ]
        .boxed(),
        Tcp => prop_oneof![
            r"(\*\.)?[a-z:.]{1,9}".prop_map(one(MatcherName::HostSni)),
            "[ -~]{1,9}".prop_map(one(MatcherName::HostSniRegexp)),
            text().prop_map(one(MatcherName::Alpn)),
            any::<std::net::IpAddr>().prop_map(|ip| ip.to_string()).prop_map(one(MatcherName::ClientIp)),
        ]
        .boxed(),
    };
    leaf.prop_recursive(5, 24, 4, |inner| {
        let list = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            list().prop_map(Rule::and),
            list().prop_map(Rule::or),
            inner.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(http in any_rule(Http), tcp in any_rule(Tcp)) {
        prop_assert_eq!(parse(Http, &http.to_string()), Ok(http));
        prop_assert_eq!(parse(Tcp, &tcp.to_string()), Ok(tcp));
    }

    #[test]
    fn nothing_panics(text in "([HPhost()`\"'!&|, \n/*\\\\.é]|Host\\(`a`\\)|Path){0,30}") {
        for protocol in [Http, Tcp] {
            if let Err(error) = parse(protocol, &text) {
                prop_assert!(text.get(error.span).is_some());
            }
        }
    }
}
