//! From text to a rule that Traefik builds, or to the words with which it refuses it.

use super::go::{Expr, Outcome, evaluate};
use super::parse::{parse, parse_unchecked};
use super::{Matcher, MatcherName, Protocol, Rule, RuleError, Syntax, check, go, re2, rewrite, version2};
use crate::golang::quote;
use crate::release::Release;
use std::ops::Range;

use MatcherName::{
    Alpn, ClientIp, Header, HeaderRegexp, Host, HostRegexp, HostSni, HostSniRegexp, Path, PathPrefix, PathRegexp,
    Query, QueryRegexp,
};

/// Builds a rule as this release does: an error is what Traefik disables the router for.
pub fn compile(protocol: Protocol, syntax: Syntax, release: Release, text: &str) -> Result<Rule, RuleError> {
    build(protocol, syntax, release, text).map_err(|error| {
        let rewritten = (syntax == Syntax::V3).then(|| rewrite(protocol, release, text)).flatten();
        let hint = rewritten.map(|rule| format!("this is of Traefik 2; write {rule}"));
        RuleError { hint: hint.or(error.hint), ..error }
    })
}

/// The same without a look at what Traefik 2 would have made of the rule.
pub(super) fn build(protocol: Protocol, syntax: Syntax, release: Release, text: &str) -> Result<Rule, RuleError> {
    if syntax == Syntax::V2 {
        return version2::compile(protocol, release, text);
    }
    match parse(protocol, text) {
        Ok(rule) => match fault(&rule, protocol, text, &|matcher, _| matcher_fault(matcher, protocol, release)) {
            None => Ok(rule),
            Some((span, says)) => {
                let message = says.rsplit_once("error while adding rule ").map_or(&*says, |(_, last)| last).to_owned();
                let error =
                    RuleError { span, message, hint: None, says: String::new(), says_for_tls: None, read: None };
                Err(refused_build(error, rule, protocol, release, text, &says))
            }
        },
        Err(error) => Err(worded(error, protocol, release, text)),
    }
}

/// Gives an error Traefik's words.
fn worded(error: RuleError, protocol: Protocol, release: Release, text: &str) -> RuleError {
    match evaluate(text, &|name| check::find(protocol, name).is_some()) {
        Outcome::Error(words) => {
            let for_tls = words_for_tls(protocol, text);
            let read = (protocol == Protocol::Http && for_tls.is_none()).then(|| version2::read_either(text)).flatten();
            let refused = refused_text(error, protocol, release, text, &words, for_tls.as_deref());
            RuleError { read: read.map(Box::new), ..refused }
        }
        Outcome::Value => not_a_tree(error, protocol, release, text),
        Outcome::Rule => match parse_unchecked(protocol, text) {
            Ok(rule) => {
                let says = fault(&rule, protocol, text, &|matcher, _| matcher_fault(matcher, protocol, release))
                    .map(|(_, says)| says);
                let says = says.unwrap_or_else(|| error.message.clone());
                refused_build(error, rule, protocol, release, text, &says)
            }
            Err(_) => error,
        },
    }
}

/// What the reader says that looks for hosts only; it knows the matchers of both syntaxes.
pub(super) fn words_for_tls(protocol: Protocol, text: &str) -> Option<String> {
    let known = |name: &str| check::find(protocol, name).is_some() || version2::is_matcher(protocol, name);
    match evaluate(text, &known) {
        Outcome::Error(words) => Some(words),
        _ => None,
    }
}

/// A text that is but a value.
pub(super) fn not_a_tree(error: RuleError, protocol: Protocol, release: Release, text: &str) -> RuleError {
    let words = format!("error while parsing rule {text}");
    let says = match protocol {
        Protocol::Http if release.since(4, 1) => format!("{words}: obtaining build tree"),
        Protocol::Http => words.clone(),
        Protocol::Tcp => format!("invalid rule: {} , {words}", quote(text)),
    };
    let says_for_tls = (protocol == Protocol::Http).then(|| format!("invalid rule {text}, error: {words}"));
    RuleError { says, says_for_tls, ..error }
}

/// An error of the text itself; `for_tls` are the words of the reader that looks for hosts only.
pub(super) fn refused_text(
    error: RuleError,
    protocol: Protocol,
    release: Release,
    text: &str,
    words: &str,
    for_tls: Option<&str>,
) -> RuleError {
    let says = match protocol {
        Protocol::Http if release.since(4, 1) => {
            format!("error while parsing rule {text}: parsing rule {text}: {words}")
        }
        Protocol::Http => format!("error while parsing rule {text}: {words}"),
        Protocol::Tcp => format!("invalid rule: {} , {words}", quote(text)),
    };
    let says_for_tls = for_tls
        .filter(|_| protocol == Protocol::Http)
        .map(|words| format!("invalid rule {text}, error: error while parsing rule {text}: {words}"));
    RuleError { says, says_for_tls, read: None, ..error }
}

/// An error of a matcher in a text that can be read.
pub(super) fn refused_build(
    error: RuleError,
    rule: Rule,
    protocol: Protocol,
    release: Release,
    text: &str,
    words: &str,
) -> RuleError {
    let says = match protocol {
        Protocol::Http if release.since(4, 1) => {
            format!("error while parsing rule {text}: adding rule {text}: {words}")
        }
        _ => format!("error while adding rule {text}: {words}"),
    };
    RuleError { says, says_for_tls: None, read: Some(Box::new(rule)), ..error }
}

/// The first matcher that can't be built, and what Traefik says on the way back from there: of TCP rules only why.
///
/// `judge` is told a matcher's name as the rule writes it, once that is asked for.
pub(super) fn fault(
    rule: &Rule,
    protocol: Protocol,
    text: &str,
    judge: &dyn Fn(&Matcher, Option<&str>) -> Option<String>,
) -> Option<(Range<usize>, String)> {
    let (mut calls, mut found) = (0, None);
    rule.each_matcher(false, &mut |matcher, _| {
        if found.is_none() {
            calls += 1;
            found = judge(matcher, None).map(|says| (matcher, says));
        }
    });
    let (matcher, says) = found?;
    let mut words = Vec::new();
    let written = go::parse(text).ok().and_then(|expr| way_to(&expr, &mut calls, false, &mut words));
    let says = written.and_then(|name| judge(matcher, Some(name))).unwrap_or(says);
    let wraps = if protocol == Protocol::Http { words.iter().rev().copied().collect() } else { String::new() };
    Some((matcher.span.clone(), wraps + &says))
}

/// The name of the last of so many calls, and from the inside out what Traefik says of the operators on the way to it: they
/// group to the left, and only what stands on their left is spoken of.
fn way_to<'a>(expr: &Expr<'a>, calls: &mut usize, negated: bool, words: &mut Vec<&'static str>) -> Option<&'a str> {
    match expr {
        Expr::Paren(inner) => way_to(inner, calls, negated, words),
        Expr::Unary(_, operand) => way_to(operand, calls, !negated, words),
        Expr::Binary(first, rest) => {
            if let Some(name) = way_to(first, calls, negated, words) {
                words.extend(rest.iter().map(|(operator, _)| adding(operator, negated)));
                return Some(name);
            }
            rest.iter().enumerate().find_map(|(at, (_, operand))| {
                let name = way_to(operand, calls, negated, words)?;
                words.extend(rest[at + 1..].iter().map(|(operator, _)| adding(operator, negated)));
                Some(name)
            })
        }
        Expr::Call(function, _) => {
            *calls -= 1;
            match &**function {
                Expr::Name(name) if *calls == 0 => Some(name),
                _ => None,
            }
        }
        _ => None,
    }
}

fn adding(operator: &str, negated: bool) -> &'static str {
    match (operator == "&&") != negated {
        true => "error while adding rule and: ",
        false => "error while adding rule or: ",
    }
}

/// Why one matcher can't be built, in Traefik's words.
fn matcher_fault(matcher: &Matcher, protocol: Protocol, release: Release) -> Option<String> {
    let name = matcher.name.as_str();
    let adding = |why: String| Some(wrapped(protocol, "adding", name, why));
    if let Some(why) = bad_args(matcher, name) {
        return Some(wrapped(protocol, "checking", name, why));
    }
    let first = matcher.args.first()?;
    let (expected, fits) = match matcher.name {
        Header | HeaderRegexp => ("[2]", matcher.args.len() == 2),
        Query | QueryRegexp => ("[1 2]", matcher.args.len() <= 2),
        _ if protocol == Protocol::Tcp => ("1", matcher.args.len() == 1),
        _ => ("[1]", matcher.args.len() == 1),
    };
    let got = matcher.args.len();
    if !fits && protocol == Protocol::Tcp {
        return adding(format!("unexpected number of parameters; got {got}, expected {expected}"));
    }
    if !fits {
        return adding(format!("unexpected number of parameters; got {got}, expected one of {expected}"));
    }
    let compiled = |text: &str, shown: &str| {
        let fault = re2::compile(text, release).err()?;
        adding(format!("compiling {shown} matcher: {fault}"))
    };
    let ascii = |shown: &str| match first.is_ascii() {
        true => None,
        false => {
            adding(format!("invalid value {} for {shown} matcher, non-ASCII characters are not allowed", quote(first)))
        }
    };
    match matcher.name {
        Host => ascii("Host"),
        HostRegexp => ascii("HostRegexp").or_else(|| compiled(first, "HostRegexp")),
        Path | PathPrefix if !first.starts_with('/') => {
            adding(format!("path {} does not start with a '/'", quote(first)))
        }
        PathRegexp => compiled(first, "PathPrefix"),
        HeaderRegexp => compiled(&matcher.args[1], "HeaderRegexp"),
        QueryRegexp if got == 2 => compiled(&matcher.args[1], "QueryRegexp"),
        ClientIp if !check::is_address(first) => adding(format!(
            "initializing IP checker for ClientIP matcher: parsing CIDR trusted IPs <nil>: invalid CIDR address: {first}"
        )),
        HostSni if !is_server_name(first, release) => {
            adding(format!("invalid value for HostSNI matcher, {} is not a valid hostname", quote(first)))
        }
        HostSniRegexp if !first.is_ascii() => {
            adding(format!("invalid value for HostSNIRegexp matcher, {} is not a valid hostname", quote(first)))
        }
        HostSniRegexp => compiled(first, "HostSNIRegexp"),
        Alpn if first == "acme-tls/1" => {
            adding(format!("invalid protocol value for ALPN matcher, {} is not allowed", quote(first)))
        }
        _ => None,
    }
}

/// What Traefik puts before the words about a matcher of an HTTP rule.
pub(super) fn wrapped(protocol: Protocol, doing: &str, name: &str, why: String) -> String {
    match protocol {
        Protocol::Http => format!("error while {doing} rule {name}: {why}"),
        Protocol::Tcp => why,
    }
}

/// Arguments that no matcher takes.
pub(super) fn bad_args(matcher: &Matcher, name: &str) -> Option<String> {
    match matcher.args.is_empty() {
        true => Some(format!("no args for matcher {name}")),
        false if matcher.args.iter().any(String::is_empty) => {
            Some(format!("empty args for matcher {name}, [{}]", matcher.args.join(" ")))
        }
        false => None,
    }
}

/// What `HostSNI` takes: wildcards from 3.7.0 on, underscores from 3.3.5.
fn is_server_name(host: &str, release: Release) -> bool {
    let is_old =
        (host.starts_with("*.") && !release.has_wildcard_hosts()) || (host.contains('_') && !release.since(3, 5));
    check::is_server_name(host) && !is_old
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(protocol: Protocol, text: &str, release: &str) -> String {
        compile(protocol, Syntax::V3, Release::parse(release).unwrap(), text).unwrap_err().says
    }

    #[test]
    fn the_words_are_traefiks() {
        use Protocol::{Http, Tcp};
        for (protocol, text, release, words) in [
            (
                Http,
                "Headers(`a`, `b`)",
                "3.7",
                "error while parsing rule Headers(`a`, `b`): parsing rule Headers(`a`, `b`): unsupported function: Headers",
            ),
            (
                Http,
                "Headers(`a`, `b`)",
                "3.3.6",
                "error while parsing rule Headers(`a`, `b`): unsupported function: Headers",
            ),
            (
                Http,
                "Host(`a`, `b`) && Path(`/x`)",
                "3.7",
                "error while parsing rule Host(`a`, `b`) && Path(`/x`): adding rule Host(`a`, `b`) && Path(`/x`): error while adding rule and: error while adding rule Host: unexpected number of parameters; got 2, expected one of [1]",
            ),
            (
                Http,
                "Host(`a`, `b`) && Path(`/x`)",
                "3.0.4",
                "error while adding rule Host(`a`, `b`) && Path(`/x`): error while adding rule and: error while adding rule Host: unexpected number of parameters; got 2, expected one of [1]",
            ),
            (Tcp, "Host(`a`)", "3.7", "invalid rule: \"Host(`a`)\" , unsupported function: Host"),
            (Tcp, "foobar", "3.7", "invalid rule: \"foobar\" , foobar is not defined"),
            (
                Tcp,
                "HostSNI(`*.a.b`)",
                "3.3.6",
                "error while adding rule HostSNI(`*.a.b`): invalid value for HostSNI matcher, \"*.a.b\" is not a valid hostname",
            ),
        ] {
            assert_eq!(says(protocol, text, release), words);
        }
    }

    #[test]
    fn what_stands_on_the_left_is_spoken_of() {
        let wraps = |text: &str| says(Protocol::Http, text, "3.7").matches("error while adding rule and: ").count();
        assert_eq!(wraps("Path(`x`) && Path(`/a`) && Path(`/b`)"), 2);
        assert_eq!(wraps("Path(`/a`) && Path(`x`) && Path(`/b`)"), 1);
        assert_eq!(wraps("Path(`/a`) && Path(`/b`) && Path(`x`)"), 0);
    }

    /// Measured on 3.0.4, 3.4.0, 3.4.1 and 3.7.15.
    #[test]
    fn what_stands_on_the_left_is_that_of_the_tree_as_written() {
        let words = |text: &str| says(Protocol::Http, text, "3.7").replace("error while adding rule ", "");
        for (text, end) in [
            ("Host(`a`) && (Host(`b`) && Path(`x`))", "Path: path"),
            ("(Host(`a`) && (Path(`x`) && Host(`b`))) && Host(`c`)", "and: and: Path: path"),
            ("!(Path(`x`) || (Path(`/y`) && Host(`b`))) && Host(`c`)", "and: and: Path: path"),
            ("Path(``) && (Path(`/`) && Host(`b`))", "and: error while checking rule Path: empty"),
        ] {
            let start = format!("adding rule {text}: {end}");
            assert!(words(text).contains(&start), "{}", words(text));
        }
    }

    #[test]
    fn a_value_is_no_rule_in_any_syntax() {
        for (release, end) in [("3.4.0", ""), ("3.4.1", ": obtaining build tree")] {
            for syntax in [Syntax::V3, Syntax::V2] {
                let error = compile(Protocol::Http, syntax, Release::parse(release).unwrap(), "`a`").unwrap_err();
                assert_eq!(error.says, format!("error while parsing rule `a`{end}"));
                assert_eq!(error.says_for_tls.unwrap(), "invalid rule `a`, error: error while parsing rule `a`");
            }
        }
    }
}
