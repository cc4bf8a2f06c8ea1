//! Traefik's rule language: reading a router's `rule`, asking it questions, writing it back.
//!
//! Traefik hands a rule to Go's expression parser and then builds its matchers one by one. [`parse`] repeats the first
//! half and checks values, [`compile`] both, in either syntax and with the regular expressions, as a release has them.

mod build;
mod check;
mod dead;
pub(crate) mod go;
mod hosts;
mod lex;
mod overlap;
mod parse;
mod re2;
mod regexp;
mod rewrite;
mod template;
mod version2;

pub use build::compile;
pub use hosts::{Claim, PathKind, for_hosts};
pub use overlap::{Hosts, Term, parent};
pub use parse::parse;
pub use rewrite::rewrite;
pub(crate) use template::braces;
pub(crate) use version2::read_either;

use crate::name::Kind;
use crate::release::Release;
use std::fmt;
use std::ops::Range;

/// What a router routes. Each protocol has its own matchers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Routers below `http`.
    Http,
    /// Routers below `tcp`.
    Tcp,
}

impl Protocol {
    /// That of a kind of routers; those of UDP have no rules.
    pub fn of(kind: Kind) -> Option<Protocol> {
        match kind {
            Kind::Http => Some(Protocol::Http),
            Kind::Tcp => Some(Protocol::Tcp),
            Kind::Udp => None,
        }
    }
}

/// Which language a rule is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// That of Traefik 3.
    #[default]
    V3,
    /// That of Traefik 2, for routers that ask for it.
    V2,
}

impl Syntax {
    /// What `ruleSyntax`, or else `core.defaultRuleSyntax`, asks for: anything but `v2` is v3.
    pub fn of(text: &str) -> Syntax {
        if text == "v2" { Syntax::V2 } else { Syntax::V3 }
    }
}

/// The name of a matcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each is the matcher of that name in Traefik's documentation
pub enum MatcherName {
    Host,
    HostRegexp,
    Path,
    PathPrefix,
    PathRegexp,
    Method,
    Header,
    HeaderRegexp,
    Query,
    QueryRegexp,
    ClientIp,
    HostSni,
    HostSniRegexp,
    Alpn,
}

impl MatcherName {
    /// The name as Traefik's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            MatcherName::Host => "Host",
            MatcherName::HostRegexp => "HostRegexp",
            MatcherName::Path => "Path",
            MatcherName::PathPrefix => "PathPrefix",
            MatcherName::PathRegexp => "PathRegexp",
            MatcherName::Method => "Method",
            MatcherName::Header => "Header",
            MatcherName::HeaderRegexp => "HeaderRegexp",
            MatcherName::Query => "Query",
            MatcherName::QueryRegexp => "QueryRegexp",
            MatcherName::ClientIp => "ClientIP",
            MatcherName::HostSni => "HostSNI",
            MatcherName::HostSniRegexp => "HostSNIRegexp",
            MatcherName::Alpn => "ALPN",
        }
    }
}

/// One call, such as ``Host(`example.com`)``.
///
/// Two matchers are equal if they say the same, wherever they stand.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Which matcher.
    pub name: MatcherName,
    /// Its arguments, without quotes and escapes.
    pub args: Vec<String>,
    /// The bytes of the rule it was read from; empty in a rule that was not read.
    pub span: Range<usize>,
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Matcher) -> bool {
        self.name == other.name && self.args == other.args
    }
}

impl Eq for Matcher {}

/// A rule.
///
/// Operands of `&&` and `||` are lists, so a rule of a thousand hosts is one level deep, not a
/// thousand. In a rule from this module each list has at least two, and none holds a list of its
/// own kind: `a && (b && c)` is `a && b && c`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// All of them match (`&&`).
    And(Vec<Rule>),
    /// At least one of them matches (`||`).
    Or(Vec<Rule>),
    /// It does not match (`!`).
    Not(Box<Rule>),
    /// One matcher.
    Matcher(Matcher),
}

/// Why Traefik would refuse a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError {
    /// The bytes of the rule that are wrong.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead, where that can be told.
    pub hint: Option<String>,
    /// Traefik's words, as its API shows them for a router with this rule.
    pub says: String,
    /// The error that Traefik adds for an HTTP router with TLS; it reads the hosts of a rule apart from the rest.
    pub says_for_tls: Option<String>,
    /// The rule, where its text could be read and only a matcher can't be built. Its hosts still count for TLS.
    pub read: Option<Box<Rule>>,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RuleError {}

impl Rule {
    fn and(operands: Vec<Rule>) -> Rule {
        let nested = |rule| match rule {
            Rule::And(inner) => inner,
            other => vec![other],
        };
        one_or(operands.into_iter().flat_map(nested).collect(), Rule::And)
    }

    fn or(operands: Vec<Rule>) -> Rule {
        let nested = |rule| match rule {
            Rule::Or(inner) => inner,
            other => vec![other],
        };
        one_or(operands.into_iter().flat_map(nested).collect(), Rule::Or)
    }

    fn matcher(name: MatcherName, arg: &str) -> Rule {
        Rule::Matcher(Matcher { name, args: vec![arg.to_owned()], span: 0..0 })
    }

    /// Calls `visit` with every matcher in order, and whether it counts as negated.
    pub(crate) fn each_matcher<'a>(&'a self, negated: bool, visit: &mut impl FnMut(&'a Matcher, bool)) {
        match self {
            Rule::And(operands) | Rule::Or(operands) => {
                operands.iter().for_each(|operand| operand.each_matcher(negated, visit));
            }
            Rule::Not(operand) => operand.each_matcher(!negated, visit),
            Rule::Matcher(matcher) => visit(matcher, negated),
        }
    }

    /// The values of all `Host` and `HostSNI` that are not negated, in order, without repeats.
    pub fn hosts(&self) -> Vec<&str> {
        let mut hosts = Vec::new();
        self.each_matcher(false, &mut |matcher, negated| {
            if !negated && matches!(matcher.name, MatcherName::Host | MatcherName::HostSni) {
                for host in matcher.args.iter().map(String::as_str) {
                    if !hosts.contains(&host) {
                        hosts.push(host);
                    }
                }
            }
        });
        hosts
    }

    /// Whether this is ``HostSNI(`*`)`` and nothing else, which Traefik gives the priority -1.
    ///
    /// It does so for ``!HostSNI(`*`)`` too, which matches nothing.
    pub fn is_catch_all_sni(&self) -> bool {
        match self {
            Rule::Matcher(matcher) => matcher.name == MatcherName::HostSni && matcher.args == ["*"],
            Rule::Not(operand) => operand.is_catch_all_sni(),
            Rule::And(_) | Rule::Or(_) => false,
        }
    }

    /// Whether a TCP router with this rule is refused unless it has `tls`.
    ///
    /// Traefik looks at the first host only, and not at `HostSNIRegexp`.
    pub fn needs_tls(&self, release: Release) -> bool {
        self.hosts_of(release).first().is_some_and(|host| *host != "*")
    }

    /// Whether a TCP rule asks for a server name; a wildcard that is written as a regular expression does too.
    pub(crate) fn wants_server_name(&self, release: Release) -> bool {
        self.needs_tls(release) || self.hosts_and_wildcards().first().is_some_and(|host| host != "*")
    }

    /// The same as [`hosts`](Self::hosts) and those that are negated: releases before 3.7.13 take these for hosts too.
    pub fn hosts_of(&self, release: Release) -> Vec<&str> {
        if release.since(7, 13) {
            return self.hosts();
        }
        let mut hosts: Vec<&str> = Vec::new();
        self.each_matcher(false, &mut |matcher, _| {
            if matches!(matcher.name, MatcherName::Host | MatcherName::HostSni) {
                hosts.extend(matcher.args.iter().map(String::as_str));
            }
        });
        hosts
    }
}

fn one_or(mut operands: Vec<Rule>, list: fn(Vec<Rule>) -> Rule) -> Rule {
    match operands.pop() {
        Some(only) if operands.is_empty() => only,
        Some(last) => {
            operands.push(last);
            list(operands)
        }
        None => list(operands),
    }
}

/// The rule in canonical form: parentheses only where they are needed, values in backticks.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::And(operands) => write_joined(f, operands, " && ", |rule| matches!(rule, Rule::Or(_))),
            Rule::Or(operands) => write_joined(f, operands, " || ", |_| false),
            Rule::Not(operand) => {
                f.write_str("!")?;
                write_operand(f, operand, matches!(**operand, Rule::And(_) | Rule::Or(_)))
            }
            Rule::Matcher(matcher) => write!(f, "{matcher}"),
        }
    }
}

fn write_joined(
    f: &mut fmt::Formatter<'_>,
    operands: &[Rule],
    operator: &str,
    in_parentheses: fn(&Rule) -> bool,
) -> fmt::Result {
    for (i, operand) in operands.iter().enumerate() {
        if i > 0 {
            f.write_str(operator)?;
        }
        write_operand(f, operand, in_parentheses(operand))?;
    }
    Ok(())
}

fn write_operand(f: &mut fmt::Formatter<'_>, operand: &Rule, in_parentheses: bool) -> fmt::Result {
    if in_parentheses { write!(f, "({operand})") } else { write!(f, "{operand}") }
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let args: Vec<String> = self.args.iter().map(|arg| quoted(arg)).collect();
        write!(f, "{}({})", self.name.as_str(), args.join(", "))
    }
}

/// `value` in backticks, or as a Go string in double quotes where backticks cannot hold it.
fn quoted(value: &str) -> String {
    let special = |c: char| c == '`' || c == '\u{feff}' || c.is_control();
    if !value.contains(special) {
        return format!("`{value}`");
    }
    let mut text = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            c if c != '`' && special(c) => text.push_str(&format!("\\u{:04x}", c as u32)),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// Whether the Go of a release compiles a regular expression; if not, its words.
pub(crate) fn check_regexp(regexp: &str, release: Release) -> Result<(), String> {
    re2::compile(regexp, release).map_err(|fault| fault.to_string())
}

#[cfg(test)]
mod tests;
