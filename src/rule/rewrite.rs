//! A rule in the language of Traefik 2, put into today's: lists become `||`, templates become regular expressions.

use super::build::build;
use super::template::{Template, braces, push_text, template_fault};
use super::{Matcher, MatcherName, Protocol, Rule, Syntax, check, version2};
use crate::release::Release;
use std::ops::Range;

use MatcherName::{Header, HeaderRegexp, HostRegexp, HostSniRegexp, Path, PathPrefix, PathRegexp, Query, QueryRegexp};

/// What Traefik 2 did with the rule, in today's language; nothing where that can't surely be told.
pub fn rewrite(protocol: Protocol, release: Release, text: &str) -> Option<Rule> {
    let rule = version2::read(text, &|name| version2::name_of(protocol, name).or_else(|| check::find(protocol, name)))?;
    let rule = today(&rule, release)?;
    build(protocol, Syntax::V3, release, &rule.to_string()).is_ok().then_some(rule)
}

impl Rule {
    /// Matchers that Traefik 3 takes, but not for what they said to Traefik 2.
    pub fn leftovers(&self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.each_matcher(false, &mut |matcher, _| {
            let first = matcher.args.first().map_or("", String::as_str);
            let is_old = match matcher.name {
                HostRegexp | HostSniRegexp | Path | PathPrefix => has_template(first),
                Query => first.contains('='),
                _ => false,
            };
            if is_old {
                found.push(matcher.span.clone());
            }
        });
        found
    }
}

/// A rule that was read from few levels has few levels.
fn today(rule: &Rule, release: Release) -> Option<Rule> {
    let all = |operands: &[Rule]| operands.iter().map(|rule| today(rule, release)).collect::<Option<Vec<_>>>();
    Some(match rule {
        Rule::And(operands) => Rule::and(all(operands)?),
        Rule::Or(operands) => Rule::or(all(operands)?),
        Rule::Not(operand) => Rule::Not(Box::new(today(operand, release)?)),
        Rule::Matcher(matcher) => matcher_today(matcher, release)?,
    })
}

fn matcher_today(matcher: &Matcher, release: Release) -> Option<Rule> {
    let args = &matcher.args;
    let is_list = args.len() > 1;
    let any = |of: &dyn Fn(&str) -> Option<Rule>| args.iter().map(|arg| of(arg)).collect::<Option<Vec<_>>>();
    let alternatives = match matcher.name {
        Header | HeaderRegexp => {
            let pairs = args.chunks(2).map(|pair| call(matcher.name, pair));
            return (!args.is_empty() && args.len().is_multiple_of(2)).then(|| Rule::and(pairs.collect()));
        }
        Query if args.iter().any(|arg| arg.contains('=')) => {
            return Some(Rule::and(any(&|arg| query(arg, release))?)).filter(|_| !args.is_empty());
        }
        Query | QueryRegexp => return Some(call(matcher.name, args)),
        HostRegexp | HostSniRegexp => any(&|arg| match has_template(arg) || is_plain(arg) {
            true => {
                let of = if matcher.name == HostRegexp { Template::Host } else { Template::ServerName };
                regexp(arg, of, release).map(|regexp| Rule::matcher(matcher.name, &cased(regexp)))
            }
            // Of a value alone it may be known already that it is a regular expression now.
            false => (!is_list).then(|| Rule::matcher(matcher.name, arg)),
        })?,
        Path | PathPrefix => any(&|arg| match has_template(arg) {
            true => {
                let of = if matcher.name == Path { Template::Path } else { Template::Prefix };
                regexp(arg, of, release).map(|regexp| Rule::matcher(PathRegexp, &regexp))
            }
            false => (!arg.contains('{')).then(|| Rule::matcher(matcher.name, arg)),
        })?,
        name => any(&|arg| Some(Rule::matcher(name, arg)))?,
    };
    (!alternatives.is_empty()).then(|| Rule::or(alternatives))
}

fn call(name: MatcherName, args: &[String]) -> Rule {
    Rule::Matcher(Matcher { name, args: args.to_vec(), span: 0..0 })
}

/// `key=value`, where an empty value stood for any.
fn query(arg: &str, release: Release) -> Option<Rule> {
    let (key, value) = arg.split_once('=').filter(|(key, _)| !key.is_empty() && !key.contains('{'))?;
    let (name, value) = match value {
        "" => (QueryRegexp, ".*".to_owned()),
        value if has_template(value) => (QueryRegexp, regexp(value, Template::Query, release)?),
        value => (Query, value.to_owned()),
    };
    Some(call(name, &[key.to_owned(), value]))
}

/// Hosts are compared in small letters, which is what Traefik 2 made of a template.
fn cased(regexp: String) -> String {
    match regexp.bytes().any(|b| b.is_ascii_uppercase()) {
        true => format!("(?i){regexp}"),
        false => regexp,
    }
}

/// The regular expression that a template stood for.
fn regexp(template: &str, of: Template, release: Release) -> Option<String> {
    if template_fault(template, of, release).is_some() {
        return None;
    }
    let mut regexp = String::from("^");
    let mut end = 0;
    for (from, to) in braces(template)? {
        let pattern = template[from + 1..to - 1].split_once(':').map_or(of.usual(), |(_, pattern)| pattern);
        push_text(&mut regexp, &template[end..from]);
        // Alternatives and flags must not reach what is around them.
        let group = pattern.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
        let is_group = group.is_some_and(|inner| !inner.contains(['(', ')', '\\', '[']) && !inner.starts_with('?'));
        match !is_group && (pattern.contains('|') || pattern.contains("(?")) {
            true => regexp.extend(["(?:", pattern, ")"]),
            false => regexp.push_str(pattern),
        }
        end = to;
    }
    push_text(&mut regexp, &template[end..]);
    if of != Template::Prefix {
        regexp.push('$');
    }
    Some(regexp)
}

/// Whether a value holds a variable, such as `{id}` or `{id:[0-9]+}`, and not `{2}`, `\{x}` or `\p{Greek}`.
fn has_template(value: &str) -> bool {
    value.match_indices('{').any(|(at, _)| {
        let (before, inner) = (&value[..at], &value[at + 1..]);
        let name = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(inner.len());
        let is_escape =
            before.ends_with(['\\', 'p', 'P', 'x']) && before.trim_end_matches(['p', 'P', 'x']).ends_with('\\');
        let is_closed = match inner[name..].chars().next() {
            Some(':') => inner.contains('}'),
            next => next == Some('}'),
        };
        !is_escape && is_closed && inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    })
}

/// Whether it is a host as it stands, which Traefik 2 compared as a whole.
fn is_plain(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(protocol: Protocol, text: &str) -> Option<String> {
        rewrite(protocol, Release::parse("3.7").unwrap(), text).map(|rule| rule.to_string())
    }

    #[test]
    fn rules_of_traefik_2_are_put_into_todays_language() {
        for (old, new) in [
            ("Host(`a.com`, `b.com`)", "Host(`a.com`) || Host(`b.com`)"),
            ("Host(`a.com`, `b.com`) && PathPrefix(`/x`)", "(Host(`a.com`) || Host(`b.com`)) && PathPrefix(`/x`)"),
            ("!Host(`a.com`, `b.com`)", "!(Host(`a.com`) || Host(`b.com`))"),
            ("HostHeader(`a.com`)", "Host(`a.com`)"),
            ("HostRegexp(`{sub:[a-z]+}.example.com`)", r"HostRegexp(`^[a-z]+\.example\.com$`)"),
            ("HostRegexp(`a.com`, `{x}.b.com`)", r"HostRegexp(`^a\.com$`) || HostRegexp(`^[^.]+\.b\.com$`)"),
            ("HostRegexp(`{x:A|b}.c`)", r"HostRegexp(`(?i)^(?:A|b)\.c$`)"),
            ("HostRegexp(`{x:(a|b)}.c`)", r"HostRegexp(`^(a|b)\.c$`)"),
            ("Path(`/{id}/x.y`)", r"PathRegexp(`^/[^/]+/x\.y$`)"),
            ("PathPrefix(`/a`, `/{v:v[0-9]{1,2}}`)", "PathPrefix(`/a`) || PathRegexp(`^/v[0-9]{1,2}`)"),
            ("Method(`GET`, `POST`)", "Method(`GET`) || Method(`POST`)"),
            ("Headers(`A`, `b`)", "Header(`A`, `b`)"),
            ("Headers(`A`, `b`, `C`, `d`)", "Header(`A`, `b`) && Header(`C`, `d`)"),
            ("HeadersRegexp(`A`, `^b`)", "HeaderRegexp(`A`, `^b`)"),
            ("Query(`k=v`)", "Query(`k`, `v`)"),
            ("Query(`k=v`, `l=`)", "Query(`k`, `v`) && QueryRegexp(`l`, `.*`)"),
            ("Query(`k={n:[0-9]+}`)", "QueryRegexp(`k`, `^[0-9]+$`)"),
            ("ClientIP(`10.0.0.1`, `::1`)", "ClientIP(`10.0.0.1`) || ClientIP(`::1`)"),
        ] {
            assert_eq!(rewritten(Protocol::Http, old).as_deref(), Some(new), "{old}");
        }
        for (old, new) in [
            ("HostSNI(`a.com`, `b.com`)", "HostSNI(`a.com`) || HostSNI(`b.com`)"),
            ("HostSNIRegexp(`{x:[a-z]+}.b`)", r"HostSNIRegexp(`^[a-z]+\.b$`)"),
            ("ALPN(`h2`, `mqtt`)", "ALPN(`h2`) || ALPN(`mqtt`)"),
        ] {
            assert_eq!(rewritten(Protocol::Tcp, old).as_deref(), Some(new), "{old}");
        }
    }

    #[test]
    fn what_can_not_surely_be_told_is_left() {
        for text in [
            "Headers(`A`)",
            "HostRegexp(`^a$`, `{x}`)",
            "Path(`x`)",
            "Path(`/{`, `/{x}`)",
            "Query(`{k}=v`)",
            "Hosts(`a`)",
            "Host(`a`",
        ] {
            assert_eq!(rewritten(Protocol::Http, text), None, "{text}");
        }
    }

    #[test]
    fn templates_are_told_from_regular_expressions() {
        assert!(["{id}", "/a/{id:[0-9]{2}}", "{sub-domain}.a", "x{_1:.+}"].into_iter().all(has_template));
        assert!(
            !["a{2}", "[a-z]{1,3}", r"\p{Greek}", r"\x{AB}", r"\{id}", "{id", "{}", "{ }"]
                .into_iter()
                .any(has_template)
        );
    }
}
