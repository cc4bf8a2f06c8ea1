//! Templates such as `/a/{id:[0-9]+}` in rules of Traefik 2.

use super::re2;
use crate::golang::quote;
use crate::release::Release;

/// What a template is of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Template {
    Host,
    Path,
    Prefix,
    Query,
    /// In a TCP rule.
    ServerName,
}

impl Template {
    /// What a name alone stands for.
    pub(super) fn usual(self) -> &'static str {
        match self {
            Template::Host | Template::ServerName => "[^.]+",
            Template::Path | Template::Prefix => "[^/]+",
            Template::Query => ".*",
        }
    }
}

/// The names of a template's variables.
pub(super) fn template_names(template: &str) -> Vec<&str> {
    let name = |(from, to): (usize, usize)| template[from + 1..to - 1].split(':').next().unwrap_or_default();
    braces(template).unwrap_or_default().into_iter().map(name).collect()
}

/// What is wrong with a template. Each variable's expression is compiled, and then the whole.
pub(super) fn template_fault(template: &str, of: Template, release: Release) -> Option<String> {
    let compiled = |regexp: &str| re2::compile(regexp, release).err().map(|fault| fault.to_string());
    let invalid = |why: String| match of {
        Template::ServerName => {
            let template = quote(template);
            format!("invalid pattern value for \"HostSNIRegexp\" matcher, {template} is not a valid pattern: {why}")
        }
        _ => why,
    };
    let Some(variables) = braces(template) else {
        return Some(invalid(format!("mux: unbalanced braces in {}", quote(template))));
    };
    let ignores_case = matches!(of, Template::Host | Template::ServerName);
    let usual = of.usual();
    let mut whole = String::from(if ignores_case { "(?i)^" } else { "^" });
    let mut end = 0;
    for (number, (from, to)) in variables.into_iter().enumerate() {
        let variable = &template[from + 1..to - 1];
        let (name, pattern) = variable.split_once(':').unwrap_or((variable, usual));
        if name.is_empty() || pattern.is_empty() {
            return Some(invalid(format!("mux: missing name or pattern in {}", quote(&template[from..to]))));
        }
        if of != Template::ServerName
            && let Some(why) = compiled(&format!("^{pattern}$"))
        {
            return Some(why);
        }
        push_text(&mut whole, &template[end..from]);
        whole.push_str(&format!("(?P<v{number}>{pattern})"));
        end = to;
    }
    push_text(&mut whole, &template[end..]);
    if of == Template::Query && template.ends_with('=') {
        whole.push_str(usual);
    }
    if of != Template::Prefix {
        whole.push('$');
    }
    compiled(&whole)
}

/// Where the outermost braces open, and the end of each; `None` where they don't match.
pub(crate) fn braces(template: &str) -> Option<Vec<(usize, usize)>> {
    let (mut depth, mut start, mut all) = (0usize, 0, Vec::new());
    for (at, c) in template.char_indices() {
        match c {
            '{' => {
                depth += 1;
                if depth == 1 {
                    start = at;
                }
            }
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    all.push((start, at + 1));
                }
            }
            _ => {}
        }
    }
    (depth == 0).then_some(all)
}

/// Adds text that stands for itself.
pub(super) fn push_text(regexp: &mut String, text: &str) {
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            regexp.push('\\');
        }
        regexp.push(c);
    }
}
