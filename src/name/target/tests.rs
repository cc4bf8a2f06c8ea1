use super::*;
use crate::name::tests::refuses;

#[test]
fn good_targets() {
    for (text, url, address) in [
        ("http://10.0.0.5:3000", "http://10.0.0.5:3000", "10.0.0.5:3000"),
        ("http://10.0.0.5:3000/", "http://10.0.0.5:3000", "10.0.0.5:3000"),
        ("HTTPS://App.Internal", "https://app.internal", "app.internal:443"),
        ("h2c://web", "h2c://web", "web:80"),
        ("http://my_app.my_net:0080", "http://my_app.my_net:80", "my_app.my_net:80"),
        ("http://a.com.:80", "http://a.com.:80", "a.com.:80"),
        ("http://[::1]", "http://[::1]", "[::1]:80"),
        ("mongodb://10.0.0.6", "mongodb://10.0.0.6:27017", "10.0.0.6:27017"),
        ("postgres://db", "postgres://db:5432", "db:5432"),
        ("postgresql://db:6000", "postgres://db:6000", "db:6000"),
        ("redis://cache", "redis://cache:6379", "cache:6379"),
        ("mysql://db", "mysql://db:3306", "db:3306"),
        ("tcp://[2001:DB8:0::1]:22", "tcp://[2001:db8::1]:22", "[2001:db8::1]:22"),
        ("tls://db:65535", "tls://db:65535", "db:65535"),
        ("udp://10.0.0.1:53", "udp://10.0.0.1:53", "10.0.0.1:53"),
    ] {
        let target: Target = text.parse().expect(text);
        assert_eq!((target.url().as_str(), target.address().as_str()), (url, address), "{text}");
        assert_eq!(target.to_string(), url);
    }
}

#[test]
fn parts_of_targets() {
    let parts = |text: &str| {
        let target: Target = text.parse().expect(text);
        (target.scheme(), target.host().to_owned(), target.port(), target.ip().is_some())
    };
    assert_eq!(parts("http://[::1]"), (Scheme::Http, "::1".into(), None, true));
    assert_eq!(parts("udp://DNS:53"), (Scheme::Udp, "dns".into(), Some(53), false));
    assert_eq!([Scheme::H2c, Scheme::Mysql, Scheme::Udp].map(Scheme::kind), [Kind::Http, Kind::Tcp, Kind::Udp]);
    assert!(Scheme::Mysql.server_speaks_first() && !Scheme::Postgres.server_speaks_first());
    for kind in [Kind::Http, Kind::Tcp, Kind::Udp] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    refuses::<Kind>(&[("HTTP", "unknown kind `HTTP`: write http, tcp or udp", "HTTP")]);
}

const CHOICES: &str = "schemes: http, https, h2c, mongodb, postgres, postgresql, redis, tls, tcp, mysql, udp";

#[test]
fn bad_schemes() {
    let bare = |text: &str, cure: &str| format!("`{text}` says no scheme: write {cure} | {CHOICES}");
    let unknown = |text: &str, cure: &str| format!("unknown scheme `{text}`: {cure} | {CHOICES}");
    let general = "SCHEME://HOST:PORT, as in http://10.0.0.5:3000";
    refuses::<Target>(&[
        ("", "the target is empty: write SCHEME://HOST:PORT, as in http://10.0.0.5:3000", ""),
        (
            "10.0.0.5:3000",
            &bare("10.0.0.5:3000", "http://10.0.0.5:3000, or tcp://10.0.0.5:3000, mongodb://10.0.0.5:3000, …"),
            "",
        ),
        ("//app", &bare("//app", "http://app, or tcp://app, mongodb://app, …"), ""),
        ("3000", &bare("3000", general), ""),
        ("http:/a", &bare("http:/a", general), ""),
        ("htps://a", &unknown("htps", "did you mean https?"), "htps"),
        ("mongo://a", &unknown("mongo", "did you mean mongodb?"), "mongo"),
        ("Postgre://a", &unknown("Postgre", "did you mean postgres?"), "Postgre"),
        ("ftp://a", &unknown("ftp", "write one such as http, tcp or udp"), "ftp"),
        ("file:///etc", &unknown("file", "write one such as http, tcp or udp"), "file"),
        ("://a", &unknown("", "write one such as http, tcp or udp"), ""),
        (
            "rediss://a",
            "no scheme `rediss` here: the scheme says what Traefik speaks to the server; use redis:// with --tls \
             passthrough when the server itself does TLS",
            "rediss",
        ),
        (
            "mongodb+srv://c.net",
            "no scheme `mongodb+srv` here: Traefik does not look up SRV records; give each server, as in \
             mongodb://10.0.0.6:27017",
            "mongodb+srv",
        ),
        ("ws://a", "no scheme `ws` here: WebSocket begins as HTTP; use http://", "ws"),
    ]);
}

#[test]
fn what_a_target_does_not_hold() {
    let secret = |cure: &str| {
        format!(
            "credentials do not belong in a route: {cure} | the client sends its own to the server, through Traefik"
        )
    };
    let path = |cure: &str| {
        format!(
            "Traefik ignores the path of a target: {cure} | to put a path before that of each request, use the addPrefix \
             middleware"
        )
    };
    let marks = |what: &str| format!("a target can't hold {what}: write it bare, as in http://10.0.0.5:3000");
    refuses::<Target>(&[
        ("mongodb://user:pw@h", &secret("write mongodb://h:27017"), "user:pw@"),
        ("mongodb://user:p/w@h/db", &secret("leave out all up to the `@`"), "user:p/w@"),
        ("user:pw@h:3000", &secret("leave out all up to the `@`"), "user:pw@"),
        ("http://h/app", &path("write http://h"), "/app"),
        ("http://h:0/app?x", &path("end it behind the port"), "/app?x"),
        ("http://h?x=1", "a target has no query: write http://h", "?x=1"),
        ("http://h/?x=1", "a target has no query: write http://h", "?x=1"),
        ("http://h/#top", "a target has no fragment (`#`): write http://h", "#top"),
        ("http://a b", "a target can't hold spaces: leave them out", " "),
        ("http://a\tb", "a target can't hold the control character `\\t`: leave it out", "\t"),
        ("http://{{ip}}", "a target can't hold `{{`: Traefik would run it as a Go template; write plain text", "{{"),
        ("`http://a`", &marks("a backtick"), "`"),
        ("\"http://a\"", &marks("a double quote"), "\""),
        ("'http://a'", &marks("a single quote"), "'"),
    ]);
}

#[test]
fn bad_hosts_and_ports_of_targets() {
    const NUMBERS: &str = "a name doesn't end in a number; zeros in front are not allowed";
    let four = |text: &str| {
        format!("`{text}` is no IPv4 address: write four numbers from 0 to 255, as in 10.0.0.5 | {NUMBERS}")
    };
    let brackets = |cure: &str| format!("an IPv6 address stands in brackets: write {cure}");
    let range = |port: &str| format!("port {port} does not exist: write one from 1 to 65535");
    refuses::<Target>(&[
        ("http://", "the target has no host: write http://HOST:PORT", ""),
        (
            "http:///x",
            "Traefik ignores the path of a target: end it behind the port | to put a path before that of each request, use the addPrefix middleware",
            "/x",
        ),
        ("tcp://:53", "the target has no host: write tcp://HOST:PORT", ""),
        ("http://bücher.de:80", "a target is written in ASCII, without `ü`: write http://xn--bcher-kva.de", "ü"),
        ("http://*.a", "a target can't hold `*`: it has letters, digits, `-`, `_` and `.` only", "*"),
        ("http://a..b", "a target never has two dots in a row: put a label there, or leave out the dot", ".."),
        ("http://x.-a", "the label `-a` begins with a hyphen: it takes a letter or a digit there", "-"),
        ("http://10.0.0.256", &four("10.0.0.256"), "10.0.0.256"),
        ("http://127.1:80", &four("127.1"), "127.1"),
        ("http://0x7f.1", &four("0x7f.1"), "0x7f.1"),
        ("http://0x7f000001", &four("0x7f000001"), "0x7f000001"),
        ("http://010.0.0.1", &four("010.0.0.1"), "010.0.0.1"),
        ("http://10.0.0.5.", &four("10.0.0.5."), "10.0.0.5."),
        ("http://::1", &brackets("http://[::1]:PORT"), "::1"),
        ("tcp://::1:22", &brackets("tcp://[::1]:22, or tcp://[::1:22]:PORT"), "::1:22"),
        ("http://fe80::a", &brackets("http://[fe80::a]:PORT"), "fe80::a"),
        ("tcp://1:2:3:4:5:6:7:8:80", &brackets("tcp://[1:2:3:4:5:6:7:8]:80"), "1:2:3:4:5:6:7:8:80"),
        ("tcp://fe80::x", &brackets("tcp://[::1]:PORT"), "fe80::x"),
        ("http://h:80:80", "a target has one port: write HOST:PORT, and an IPv6 address in brackets", "h:80:80"),
        ("http://[::1", "`[` is never closed: write http://[::1]:PORT", "[::1"),
        ("http://[::1]80", "only `:PORT` follows the `]`: write http://[::1]:PORT", "80"),
        ("http://[10.0.0.1]", "`10.0.0.1` is no IPv6 address: write one as in [::1]", "10.0.0.1"),
        (
            "tcp://[fe80::1%eth0]:1",
            "an IPv6 address here has no zone (`%…`): leave it out, or give a global address",
            "fe80::1%eth0",
        ),
        ("http://h:", "no port follows the `:`: write http://h", ""),
        ("tcp://[::1]:", "no port follows the `:`: write tcp://[::1]:PORT", ""),
        ("http://h:0", &range("0"), "0"),
        ("http://h:65536", &range("65536"), "65536"),
        ("http://h:99999999999999999999999", &range("99999999999999999999999"), "99999999999999999999999"),
        ("http://h:+80", "port `+80` is no number: write one from 1 to 65535", "+80"),
        ("http://h:http", "port `http` is no number: write one from 1 to 65535", "http"),
        ("tcp://h", "tcp:// has no port of its own: write tcp://h:PORT", "h"),
        ("tls://[::1]", "tls:// has no port of its own: write tls://[::1]:PORT", "[::1]"),
        ("udp://h/", "udp:// has no port of its own: write udp://h:PORT", "h"),
    ]);
}
