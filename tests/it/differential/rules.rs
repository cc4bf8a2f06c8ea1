//! Rules of routers, good and broken, made by their grammar: many in one file, each in a router of its own.

use super::Case;
use crate::support::random::Random;
use std::fmt::Write;

/// Routers in one case.
const PER_CASE: usize = 40;

pub(crate) fn rules(seed: u64) -> impl Iterator<Item = Case> {
    let mut random = Random::new(seed);
    (0..).map(move |number| case(number, &mut random))
}

fn case(number: usize, random: &mut Random) -> Case {
    let is_tcp = random.below(4) == 0;
    let protocol = if is_tcp { "tcp" } else { "http" };
    let mut text = format!("{protocol}:\n  routers:\n");
    for at in 0..PER_CASE {
        let is_old = random.below(5) == 0;
        let rule = rule(random, is_tcp, is_old, 0);
        let rule = if random.below(4) == 0 { broken(random, &rule) } else { rule };
        let _ = write!(text, "    r{at}:\n      rule: {}\n      service: s\n", quoted(&rule));
        if is_old {
            text.push_str("      ruleSyntax: v2\n");
        }
        if random.below(3) == 0 || (is_tcp && random.below(2) == 0) {
            text.push_str("      tls: {}\n");
        }
    }
    let server = if is_tcp { "address: 127.0.0.1:1" } else { "url: http://127.0.0.1:1" };
    let _ = write!(text, "  services:\n    s:\n      loadBalancer:\n        servers:\n          - {server}\n");
    Case::new(format!("{protocol} {number}"), [("rules.yml", text)])
}

/// A text in double quotes that YAML reads as it is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn rule(random: &mut Random, is_tcp: bool, is_old: bool, depth: usize) -> String {
    let below = |random: &mut Random| rule(random, is_tcp, is_old, depth + 1);
    match random.below(if depth > 2 { 4 } else { 9 }) {
        0..=3 => matcher(random, is_tcp, is_old),
        4 => format!("({})", below(random)),
        5 => format!("!{}", below(random)),
        6 => format!("{} || {}", below(random), below(random)),
        7 => format!("{}&&{}", below(random), below(random)),
        _ => format!("{} && {}", below(random), below(random)),
    }
}

fn matcher(random: &mut Random, is_tcp: bool, is_old: bool) -> String {
    let name = *random.pick(match (is_tcp, is_old) {
        (true, _) => &["HostSNI", "HostSNIRegexp", "ClientIP", "ALPN", "HostSNI", "Host"][..],
        (false, true) => &[
            "Host",
            "HostHeader",
            "HostRegexp",
            "Path",
            "PathPrefix",
            "Method",
            "Headers",
            "HeadersRegexp",
            "Query",
            "ClientIP",
        ],
        (false, false) => &[
            "Host",
            "HostRegexp",
            "Path",
            "PathPrefix",
            "PathRegexp",
            "Method",
            "Header",
            "HeaderRegexp",
            "Query",
            "QueryRegexp",
            "ClientIP",
            "Host",
            "Headers",
            "HostSNI",
            "hostregexp",
            "HOST",
            "hOst",
        ],
    });
    let usual = match name.to_ascii_lowercase().as_str() {
        "header" | "headerregexp" | "headers" | "headersregexp" => 2,
        _ => 1,
    };
    let count = if random.below(12) == 0 { random.below(4) } else { usual };
    let args: Vec<String> = (0..count).map(|at| argument(random, name, at)).collect();
    format!("{name}({})", args.join(", "))
}

fn argument(random: &mut Random, name: &str, at: usize) -> String {
    let lower = name.to_ascii_lowercase();
    let values: &[&str] = if random.below(15) == 0 {
        &["", "é.example", " ", "a b", "\\", "*", "/"]
    } else if lower.contains("regexp") && (at == 1 || !lower.starts_with("header") && !lower.starts_with("query")) {
        REGEXPS
    } else if lower.starts_with("path") {
        &["/", "/api", "/a/{id}", "/a/{id:[0-9]+}", "api", "/a{b", "/%2F", "//x", "/a?b", "/}"]
    } else if lower.starts_with("client") {
        &[
            "10.0.0.1",
            "10.0.0.0/8",
            "::1",
            "::/0",
            "010.0.0.1",
            "10.0.0.1/33",
            "localhost",
            "1.2.3.4/08",
            "::ffff:1.2.3.4",
        ]
    } else if lower.starts_with("query") {
        &["a=b", "q", "a=", "{x}=1", "a=b=c"]
    } else if lower == "alpn" {
        &["h2", "acme-tls/1", "http/1.1"]
    } else if lower.starts_with("method") {
        &["GET", "get", "BREW"]
    } else {
        &[
            "example.com",
            "*.example.com",
            "a_b.example.com",
            "example.com:80",
            "EXAMPLE.com.",
            "*",
            "*.*.a",
            "{host:.+}",
            "a..b",
            "::1",
            "-a",
        ]
    };
    let value = *random.pick(values);
    match random.below(6) {
        0 if !value.contains('"') => format!("\"{value}\""),
        _ => format!("`{value}`"),
    }
}

const REGEXPS: &[&str] = &[
    "^.+$",
    r"^[a-z]+\.example\.com$",
    "(?i)a",
    "a{2,}",
    "a{1001}",
    "(a{100}){11}",
    "(?!x)",
    "(?P<n>a)(?P<n>b)",
    "(?<n>a)",
    "[a",
    "[[:alpha:]]",
    "[[:alph:]]",
    "[z-a]",
    r"\d+",
    r"\C",
    r"\pL",
    r"\p{Greek}",
    r"\p{Klingon}",
    "a**",
    "*",
    "(",
    ")",
    r"\Q(\E",
    r"\8",
    r"\x{10FFFF}",
    r"\x{110000}",
    "(?x)a",
    "{sub:[a-z]+}.example.com",
    r"a\",
    "[a&&b]",
    "",
    "a|*",
    r"\z",
    r"\Z",
    "(?i-s:a)",
    "(?-)",
    "a{,3}",
    "x{2}{3}",
    r"[\d-z]",
    "[^]a]",
    "[]",
];

/// A slip of the keyboard.
fn broken(random: &mut Random, rule: &str) -> String {
    let chars: Vec<char> = rule.chars().collect();
    let at = random.below(chars.len().max(1));
    let with = *random.pick(&['(', ')', '`', '"', '\'', ',', '&', '|', '!', ' ', 'x', '.', '\n', '[', '1', '/', '\\']);
    let mut changed = chars.clone();
    match random.below(4) {
        0 if !changed.is_empty() => drop(changed.remove(at)),
        1 => changed.insert(at, with),
        2 => changed.truncate(at),
        _ => {
            let word =
                *random.pick(&[" and ", " or ", " not ", ", ", " // c", " /* c */ ", "Host", "foo.bar", "1", "{}"]);
            return chars[..at].iter().collect::<String>() + word + &chars[at..].iter().collect::<String>();
        }
    }
    changed.into_iter().collect()
}
