//! Findings for people, drawn as rustc draws them. All text from files is escaped before it gets here.

use super::excerpt::{self, Excerpt};
use super::view::View;
use crate::command::Validation;
use crate::finding::{Finding, Label, Location, Severity, Source};
use crate::judge::Verdict;
use crate::render::text::{count, paint, sanitize};
use crate::render::{Shown, Style, diff};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};
use std::collections::HashMap;

/// How many findings of one rule are drawn; the rest are counted.
const MOST_OF_ONE_RULE: usize = 100;

pub(super) fn text(found: &Validation, style: Style) -> Shown {
    let view = View::of(found);
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(style.width.map_or(140, usize::from).max(40));
    let mut drawn: HashMap<&str, usize> = HashMap::new();
    let mut text = String::new();
    for finding in &found.findings {
        let drawn = drawn.entry(finding.rule).or_default();
        *drawn += 1;
        if *drawn <= MOST_OF_ONE_RULE {
            text.push_str(&draw(&view, found, finding, &renderer));
            text.push_str("\n\n");
        }
    }
    let mut more: Vec<(&str, usize)> = drawn
        .into_iter()
        .filter(|(_, all)| *all > MOST_OF_ONE_RULE)
        .map(|(rule, all)| (rule, all - MOST_OF_ONE_RULE))
        .collect();
    more.sort_unstable();
    text.extend(more.iter().map(|(rule, more)| format!("… and {more} more of {rule}; -o json has them all\n\n")));
    text.push_str(&new_suppressions(found, &view));
    if let Some(finding) = found.findings.iter().min_by_key(|finding| finding.severity).filter(|_| !style.quiet) {
        text.push_str(&format!("For more about a finding: cloudlunacy explain {}\n", finding.rule));
    }
    let summary = if style.quiet { String::new() } else { summary(found, style) };
    match &found.fixed {
        Some(fixed) if fixed.dry_run => {
            Shown { out: diff::unified(&fixed.files), err: format!("{}{summary}", repairs(found)) }
        }
        _ => Shown { out: format!("{}{text}{summary}", repairs(found)), err: String::new() },
    }
}

fn draw(view: &View<'_>, found: &Validation, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = level.primary_title(lines(&finding.message)).id(finding.rule).elements(Vec::<Element<'_>>::new());
    let own = Label { at: finding.at, text: finding.label.clone() };
    let places: Vec<&Label> = std::iter::once(&own).chain(&finding.labels).collect();
    let mut columns = Vec::new();
    let mut at = 0;
    while let Some(place) = places.get(at) {
        // What stands in the same file, and near, is drawn together.
        let same = places[at..].iter().take_while(|p| p.at.source == place.at.source && is_span(p.at)).count();
        let spans: Vec<_> = places[at..at + same].iter().map(|p| p.at.span).collect();
        let path = found.text(place.at.source).map_or("the static configuration", |text| text.shown.as_str());
        let path = sanitize(path);
        match view.lines(place.at.source).filter(|_| same > 0) {
            Some(source) => {
                let (excerpt, taken) = excerpt::around(source, &spans);
                let start = source.position(place.at.span.start as usize);
                columns
                    .push((place_of(&path, start.line, &excerpt), format!("{path}:{}:{}", start.line, start.column)));
                let annotations = places[at..at + taken].iter().zip(excerpt.spans).enumerate().map(|(n, (p, span))| {
                    let kind = if at + n == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                    let label = Some(lines(&p.text)).filter(|text| !text.is_empty());
                    kind.span(span).label(label)
                });
                let snippet = Snippet::source(excerpt.text).line_start(excerpt.first).path(path).fold(false);
                group = group.element(snippet.annotations(annotations));
                at += taken.max(1);
            }
            None => {
                group = group.element(Origin::path(path));
                if at > 0 && !place.text.is_empty() {
                    group = group.element(Level::NOTE.message(lines(&place.text)));
                }
                at += 1;
            }
        }
    }
    if !is_span(finding.at) && !finding.label.is_empty() {
        group = group.element(Level::NOTE.message(lines(&finding.label)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(lines(help)));
    }
    if let Some(fix) = &finding.fix {
        group =
            group.element(Level::HELP.with_name("fix").message(format!("--fix would {}", lines(&lower(&fix.title)))));
    }
    if let Some(says) = &finding.traefik_says {
        group = group.element(Level::NOTE.with_name("traefik").message(lines(says)));
    }
    let text = renderer.render(&[group]);
    // Where a line is cut or escaped the drawing has another column than the file.
    let moved = columns.iter().filter(|(drawn, real)| drawn != real);
    moved.fold(text, |text, (drawn, real)| text.replacen(&format!("{drawn}\n"), &format!("{real}\n"), 1))
}

/// How a place is drawn: its column is that of the excerpt.
fn place_of(path: &str, line: usize, excerpt: &Excerpt) -> String {
    let before = excerpt.spans.first().and_then(|span| excerpt.text.get(..span.start)).unwrap_or_default();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{path}:{line}:{column}")
}

/// Whether it is a place in a text and not the file as a whole.
fn is_span(at: Location) -> bool {
    at.span != Default::default() && !matches!(at.source, Source::Entry(_))
}

/// Text that may have several lines.
fn lines(text: &str) -> String {
    text.lines().map(sanitize).collect::<Vec<_>>().join("\n")
}

/// An imperative within a sentence.
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// What somebody has allowed since the revision: it is for whoever reviews to agree.
fn new_suppressions(found: &Validation, view: &View<'_>) -> String {
    let Some(since) = &found.since else { return String::new() };
    let line = |s: &crate::finding::Suppressed| {
        let path = found.text(s.finding.at.source).map_or("", |text| text.shown.as_str());
        let line = view.spot(s.finding.at).line().map_or_else(String::new, |line| format!(":{line}"));
        let reason = if s.reason.is_empty() { "no reason given" } else { &s.reason };
        format!(
            "suppressed since {}: {}[{}] {}{line}: {} ({})\n",
            sanitize(since),
            s.finding.severity.as_str(),
            s.finding.rule,
            sanitize(path),
            lines(&s.finding.message),
            sanitize(reason)
        )
    };
    let mut text: String = found.suppressed.iter().map(line).collect();
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn repairs(found: &Validation) -> String {
    let Some(fixed) = &found.fixed else { return String::new() };
    let verb = if fixed.dry_run { "would fix" } else { "fixed" };
    let line = |r: &crate::command::Repair| {
        format!("{verb}  {}  {}: {}\n", r.rule, sanitize(&r.file), sanitize(&lower(&r.title)))
    };
    match fixed.repairs.is_empty() {
        true => "nothing to fix\n".into(),
        false => {
            let undo = fixed.undo.iter().map(|undo| format!("       undo: {}\n", sanitize(undo)));
            fixed.repairs.iter().map(line).chain(undo).collect()
        }
    }
}

/// The last line: what was found, in what, and what Traefik would do.
fn summary(found: &Validation, style: Style) -> String {
    let of = |severity: Severity| Some(found.count(severity)).filter(|n| *n > 0);
    let counts = [
        of(Severity::Error).map(|n| paint(&count(n, "error"), "1;31", style.color)),
        of(Severity::Warning).map(|n| paint(&count(n, "warning"), "1;33", style.color)),
        of(Severity::Note).map(|n| count(n, "note")),
        Some(found.suppressed.len()).filter(|n| *n > 0).map(|n| format!("{n} suppressed")),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let counts = match counts.is_empty() {
        true if found.since.is_some() => paint("nothing new", "1;32", style.color),
        true => paint("nothing found", "1;32", style.color),
        false => counts.join(", "),
    };
    let verdict = match found.verdict {
        Verdict::Accepted => "would load",
        Verdict::Rejected => "would refuse",
        Verdict::Unknown => "runs a template to decide whether it loads",
    };
    let lost = match found.verdict {
        Verdict::Rejected => format!(", and a restart would lose {}", found.counts.lost),
        _ => String::new(),
    };
    let elsewhere = if found.is_rejected_elsewhere { ", for what stands in other files" } else { "" };
    let judged = &found.counts;
    let used = match &found.static_used {
        Some(used) => {
            let what = if used.is_read { "static configuration" } else { "unknown static configuration" };
            let launch = used.launch.as_ref().map(|launch| format!(", named by {}", sanitize(&launch.shown)));
            let (file, how) = (sanitize(&used.text.shown), sanitize(&used.how));
            format!("{what}: {file}{} ({how})", launch.unwrap_or_default())
        }
        None => "no static configuration found".into(),
    };
    format!(
        "{counts} in {}; Traefik {} {verdict} the directory{elsewhere}{lost} ({}, {}, {}; {used})\n",
        count(judged.files, "file"),
        found.release,
        count(judged.routers, "router"),
        count(judged.services, "service"),
        count(judged.middlewares, "middleware"),
    )
}
