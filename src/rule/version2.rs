//! Rules in the syntax of Traefik 2, for routers that ask for it with `ruleSyntax: v2`.

use super::build::{bad_args, fault, not_a_tree, refused_build, refused_text, words_for_tls, wrapped};
use super::go::{Expr, Outcome, evaluate, parse};
use super::lex::{Lexer, Token};
use super::template::{Template, template_fault, template_names};
use super::{Matcher, MatcherName, Protocol, Rule, RuleError, check, re2};
use crate::golang::quote;
use crate::release::Release;

/// Matchers of HTTP rules, each with what it is called today.
const HTTP: &[(&str, MatcherName)] = &[
    ("Host", MatcherName::Host),
    ("HostHeader", MatcherName::Host),
    ("HostRegexp", MatcherName::HostRegexp),
    ("ClientIP", MatcherName::ClientIp),
    ("Path", MatcherName::Path),
    ("PathPrefix", MatcherName::PathPrefix),
    ("Method", MatcherName::Method),
    ("Headers", MatcherName::Header),
    ("HeadersRegexp", MatcherName::HeaderRegexp),
    ("Query", MatcherName::Query),
];
const TCP: &[(&str, MatcherName)] = &[
    ("HostSNI", MatcherName::HostSni),
    ("HostSNIRegexp", MatcherName::HostSniRegexp),
    ("ClientIP", MatcherName::ClientIp),
    ("ALPN", MatcherName::Alpn),
];

/// Whether there was a matcher of this name.
pub(super) fn is_matcher(protocol: Protocol, name: &str) -> bool {
    find(protocol, name).is_some()
}

/// What the matcher is called today.
pub(super) fn name_of(protocol: Protocol, name: &str) -> Option<MatcherName> {
    find(protocol, name).map(|(_, name)| name)
}

/// The matcher that is meant: four spellings count, as in today's syntax.
fn find(protocol: Protocol, word: &str) -> Option<(&'static str, MatcherName)> {
    let all = match protocol {
        Protocol::Http => HTTP,
        Protocol::Tcp => TCP,
    };
    let title = |name: &str| name[..1].to_owned() + &name[1..].to_ascii_lowercase();
    let is = |name: &str| {
        word == name || word == name.to_ascii_lowercase() || word == name.to_ascii_uppercase() || word == title(name)
    };
    all.iter().copied().find(|(name, _)| is(name))
}

/// Builds a rule as Traefik does for `ruleSyntax: v2`.
pub(super) fn compile(protocol: Protocol, release: Release, text: &str) -> Result<Rule, RuleError> {
    let error = |message: String| RuleError {
        span: 0..text.len(),
        says: message.clone(),
        message,
        hint: Some("see the matchers of Traefik 2, or leave ruleSyntax out and write the rule as today".to_owned()),
        says_for_tls: None,
        read: None,
    };
    match evaluate(text, &|name| find(protocol, name).is_some()) {
        Outcome::Error(words) => {
            let for_tls = words_for_tls(protocol, text);
            let read = (protocol == Protocol::Http && for_tls.is_none()).then(|| read_either(text)).flatten();
            let refused = refused_text(error(words.clone()), protocol, release, text, &words, for_tls.as_deref());
            return Err(RuleError { read: read.map(Box::new), ..refused });
        }
        Outcome::Value => {
            let error = error("the rule is but a value".to_owned());
            return Err(not_a_tree(error, protocol, release, text));
        }
        Outcome::Rule => {}
    }
    let rule = read(text, &|name| find(protocol, name).map(|(_, name)| name));
    let Some(rule) = rule else { return Err(error("the rule is nested too deeply".to_owned())) };
    match fault(&rule, protocol, text, &|matcher, written| matcher_fault(matcher, written, protocol, release)) {
        None => Ok(rule),
        Some((_, says)) => {
            let message = says.rsplit_once("error while adding rule ").map_or(&*says, |(_, last)| last).to_owned();
            Err(refused_build(error(message), rule, protocol, release, text, &says))
        }
    }
}

/// Reads a rule whose matchers are of either syntax, as Traefik does where it looks for the hosts of a rule.
pub(crate) fn read_either(text: &str) -> Option<Rule> {
    let http = Protocol::Http;
    read(text, &|name| match find(http, name) {
        // Only `Host` itself names hosts.
        Some(("HostHeader", _)) => Some(MatcherName::HostRegexp),
        Some((_, name)) => Some(name),
        None => check::find(http, name),
    })
}

/// Reads a rule whose matchers are known by these names.
pub(super) fn read(text: &str, find: &dyn Fn(&str) -> Option<MatcherName>) -> Option<Rule> {
    parse(text).ok().and_then(|expr| rule_of(find, &expr, 0))
}

/// Nesting that no rule has.
const DEEPEST: usize = 200;

fn rule_of(find: &dyn Fn(&str) -> Option<MatcherName>, expr: &Expr<'_>, depth: usize) -> Option<Rule> {
    if depth > DEEPEST {
        return None;
    }
    match expr {
        Expr::Paren(inner) => rule_of(find, inner, depth + 1),
        Expr::Unary("!", operand) => Some(Rule::Not(Box::new(rule_of(find, operand, depth + 1)?))),
        Expr::Binary(first, rest) => {
            let joined = |operands, operator| if operator == "&&" { Rule::and(operands) } else { Rule::or(operands) };
            let mut operands = vec![rule_of(find, first, depth + 1)?];
            let mut last = rest.first()?.0;
            for (operator, operand) in rest {
                if *operator != last {
                    operands = vec![joined(operands, last)];
                    last = operator;
                }
                operands.push(rule_of(find, operand, depth + 1)?);
            }
            Some(joined(operands, last))
        }
        Expr::Call(function, args) => {
            let Expr::Name(name) = &**function else { return None };
            let args = args.iter().map(|arg| match arg {
                Expr::Literal(_, text) => value_of(text),
                _ => None,
            });
            Some(Rule::Matcher(Matcher { name: find(name)?, args: args.collect::<Option<_>>()?, span: 0..0 }))
        }
        _ => None,
    }
}

/// A string without its quotes.
fn value_of(literal: &str) -> Option<String> {
    match Lexer::new(literal).ok()?.next().ok()?.0 {
        Token::Text(value) => Some(value),
        _ => None,
    }
}

/// What is wrong with the templates of a query; a variable stands in one of them only.
fn query_fault(pairs: &[String], release: Release) -> Option<String> {
    let templates: Vec<String> = pairs.chunks(2).map(|pair| pair.join("=")).collect();
    let mut known: Vec<&str> = Vec::new();
    templates.iter().find_map(|template| {
        let names = template_names(template);
        let twice = || names.iter().find(|name| known.contains(name));
        let fault = template_fault(template, Template::Query, release)
            .or_else(|| Some(format!("mux: duplicated route variable {}", quote(twice()?))));
        known.extend(names);
        fault
    })
}

/// Why one matcher can't be built, in Traefik's words.
fn matcher_fault(matcher: &Matcher, written: Option<&str>, protocol: Protocol, release: Release) -> Option<String> {
    use MatcherName::{
        Alpn, ClientIp, Header, HeaderRegexp, Host, HostRegexp, HostSni, HostSniRegexp, Path, PathPrefix, Query,
    };
    let all = if protocol == Protocol::Http { HTTP } else { TCP };
    let first = all.iter().copied().find(|(_, known)| *known == matcher.name);
    let name = written.and_then(|name| find(protocol, name)).or(first).map_or("", |(name, _)| name);
    if let Some(why) = bad_args(matcher, name) {
        return Some(wrapped(protocol, "checking", name, why));
    }
    let shown = |args: &[String]| format!("[{}]", args.join(" "));
    let odd = |args: &[String]| {
        (args.len() % 2 == 1).then(|| format!("mux: number of parameters must be multiple of 2, got {}", shown(args)))
    };
    let template = if matcher.name == Path { Template::Path } else { Template::Prefix };
    let why = match matcher.name {
        Host => matcher.args.iter().find(|host| !host.is_ascii()).map(|host| {
            format!("invalid value {} for \"Host\" matcher, non-ASCII characters are not allowed", quote(host))
        }),
        HostRegexp => matcher.args.iter().find_map(|host| match host.is_ascii() {
            true => template_fault(host, Template::Host, release),
            false => Some(format!(
                "invalid value {} for HostRegexp matcher, non-ASCII characters are not allowed",
                quote(host)
            )),
        }),
        Path | PathPrefix => matcher.args.iter().find_map(|path| match path.starts_with('/') {
            true => template_fault(path, template, release),
            false => Some(format!("mux: path must start with a slash, got {}", quote(path))),
        }),
        Header => odd(&matcher.args),
        HeaderRegexp => odd(&matcher.args).or_else(|| {
            matcher
                .args
                .iter()
                .skip(1)
                .step_by(2)
                .find_map(|re| re2::compile(re, release).err().map(|fault| fault.to_string()))
        }),
        Query => {
            let pairs: Vec<String> =
                matcher.args.iter().flat_map(|arg| arg.splitn(2, '=').map(str::to_owned).collect::<Vec<_>>()).collect();
            odd(&pairs).or_else(|| query_fault(&pairs, release))
        }
        ClientIp => matcher.args.iter().find(|address| !check::is_address(address)).map(|address| {
            let words = "could not initialize IP Checker for \"ClientIP\" matcher";
            format!("{words}: parsing CIDR trusted IPs <nil>: invalid CIDR address: {address}")
        }),
        HostSni => {
            matcher.args.iter().find(|host| !is_server_name(host) || (host.contains('_') && !release.since(3, 5))).map(
                |host| format!("invalid value for \"HostSNI\" matcher, {} is not a valid hostname or IP", quote(host)),
            )
        }
        HostSniRegexp => matcher.args.iter().find_map(|host| template_fault(host, Template::ServerName, release)),
        Alpn => {
            matcher.args.iter().find(|protocol| *protocol == "acme-tls/1").map(|protocol| {
                format!("invalid protocol value for \"ALPN\" matcher, {} is not allowed", quote(protocol))
            })
        }
        _ => None,
    };
    why.map(|why| wrapped(protocol, "adding", name, why))
}

/// What `HostSNI` took: no wildcards.
fn is_server_name(host: &str) -> bool {
    host == "*" || host.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-:".contains(&b))
}
