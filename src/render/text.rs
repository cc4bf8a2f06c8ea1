//! What people read: tables, result lines, errors. Text from files is escaped, so that none of it can steer a terminal.

use super::table::{columns, table};
use super::{Shown, Style, agents, diff, explanation, history, json};
use crate::command::{Batched, Outcome, PartOfRoute, Ready, Report, RouteDetail};
use crate::error::Error;
use crate::inventory::Part;
use crate::plan::{Effect, Verb};
use crate::route::{Route, Tls};
use crate::settings::Setting;
use crate::store::FileChange;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) fn outcome(outcome: &Outcome, style: Style) -> Shown {
    match outcome {
        Outcome::Routes(routes) if routes.is_empty() => Shown { out: String::new(), err: "no routes\n".into() },
        Outcome::Routes(routes) => out(table_of(routes, style)),
        Outcome::Route(detail) => out(route(detail)),
        Outcome::Change(report) => change(report, style),
        Outcome::Agents(found) => out(agents::text(found, style)),
        Outcome::Batch(batched) => batch(batched, style),
        Outcome::Ready(ready) => self::ready(ready, style),
        Outcome::Settings(settings) => out(settings_table(settings, style)),
        Outcome::History(all) if all.is_empty() => {
            Shown { out: String::new(), err: "nothing has been recorded yet\n".into() }
        }
        Outcome::History(all) => out(history::list(all, style)),
        Outcome::Happened(shown) => out(history::one(shown, style)),
        Outcome::Explanation(found) => out(explanation::text(found, style)),
        // They have formats of their own.
        Outcome::Validation(_) | Outcome::Comparison(_) => Shown::default(),
        Outcome::Text(text) => out(text.clone()),
    }
}

/// Names alone, one a line.
pub(super) fn names(outcome: &Outcome) -> String {
    let made: Vec<String>;
    let all: Vec<&str> = match outcome {
        Outcome::History(all) => {
            made = all.iter().map(|happened| happened.record.number.to_string()).collect();
            made.iter().map(String::as_str).collect()
        }
        Outcome::Agents(found) => {
            made = agents::names(found);
            made.iter().map(String::as_str).collect()
        }
        Outcome::Happened(shown) => shown.happened.record.objects.iter().map(|object| object.name.as_str()).collect(),
        Outcome::Routes(routes) => routes.iter().map(|r| r.name.as_str()).collect(),
        Outcome::Route(detail) => vec![&detail.route.name],
        Outcome::Change(report) => report.effects.iter().map(|e| e.name.as_str()).collect(),
        Outcome::Batch(batched) => batched.results.iter().flatten().flatten().map(|e| e.name.as_str()).collect(),
        Outcome::Ready(ready) => ready.routes.iter().map(|r| r.name.as_str()).collect(),
        Outcome::Settings(settings) => settings.iter().map(|(key, _)| key.as_str()).collect(),
        Outcome::Comparison(compared) => compared.comparison.differences.iter().map(|d| d.name.as_str()).collect(),
        Outcome::Validation(validation) => validation.findings.iter().map(|f| f.rule).collect(),
        Outcome::Explanation(found) => explanation::names(found),
        Outcome::Text(text) => vec![text.trim_end()],
    };
    all.iter().map(|name| sanitize(name) + "\n").collect()
}

fn out(text: String) -> Shown {
    Shown { out: text, err: String::new() }
}

fn table_of(routes: &[Route], style: Style) -> String {
    let or_dash = |text: Option<String>| text.filter(|t| !t.is_empty()).unwrap_or_else(|| "-".into());
    let row = |r: &Route| {
        let listens = if r.entry_points.is_empty() { "(default)".into() } else { r.entry_points.join(", ") };
        let servers = if r.servers.is_empty() { or_dash(r.service.clone()) } else { r.servers.join(" ") };
        let middlewares = or_dash(Some(r.middlewares.join(", ")));
        let place = format!("{}:{}", r.file, r.line);
        vec![r.name.clone(), r.kind.to_string(), listens, tls(r), place, or_dash(r.rule.clone()), servers, middlewares]
    };
    let header = ["NAME", "KIND", "ENTRY POINTS", "TLS", "FILE", "RULE", "SERVERS", "MIDDLEWARES"];
    table(style.width, &header, routes.iter().map(row).collect(), &[5, 6, 7])
}

fn tls(route: &Route) -> String {
    match &route.cert_resolver {
        Some(resolver) if route.tls == Tls::On => format!("on ({resolver})"),
        _ => route.tls.as_str().to_owned(),
    }
}

fn route(detail: &RouteDetail) -> String {
    let r = &detail.route;
    let list = |items: &[String], none: &str| if items.is_empty() { none.to_owned() } else { items.join(", ") };
    let mut lines = vec![
        ("name", r.name.clone()),
        ("kind", r.kind.to_string()),
        ("rule", r.rule.clone().unwrap_or_else(|| "-".into())),
        ("hosts", list(&r.hosts, "-")),
        ("entry points", list(&r.entry_points, "Traefik's default")),
        ("tls", tls(r)),
        ("middlewares", list(&r.middlewares, "-")),
        ("service", r.service.clone().unwrap_or_else(|| "-".into())),
        ("servers", list(&r.servers, "-")),
        ("priority", r.priority.map_or_else(|| "length of the rule".into(), |p| p.to_string())),
    ];
    lines.extend(r.agent.iter().map(|agent| ("agent", agent.clone())));
    let mut text: String = lines.iter().map(|(key, value)| format!("{key:<13} {}\n", sanitize(value))).collect();
    for PartOfRoute { part, name, place } in &detail.parts {
        let place = place.as_ref().map_or_else(|why| (*why).to_owned(), ToString::to_string);
        let what = if *part == Part::Router { "router".to_owned() } else { format!("{} {name}", part.noun()) };
        text.push_str(&format!("{:<13} {} ({})\n", "stands in", sanitize(&place), sanitize(&what)));
    }
    text.push('\n');
    text.extend(detail.source.lines().map(|line| format!("  {}", sanitize(line)).trim_end().to_owned() + "\n"));
    text
}

fn change(report: &Report, style: Style) -> Shown {
    let lines = result_lines(report, style);
    match report.dry_run {
        true => Shown { out: diff::unified(&report.files), err: if style.quiet { String::new() } else { lines } },
        false if style.quiet => Shown::default(),
        false => out(lines + &live(report)),
    }
}

/// That it is live, where that was waited for.
fn live(report: &Report) -> String {
    let after = |after: std::time::Duration| format!("live   in Traefik after {:.1} s\n", after.as_secs_f64());
    report.live.map(after).unwrap_or_default()
}

/// The result of each command is a line of JSON, for it is programs that read it.
fn batch(batched: &Batched, style: Style) -> Shown {
    let lines = if style.quiet { String::new() } else { json::batch_lines(batched) };
    let mut shown = match batched.dry_run {
        true => Shown { out: diff::unified(&batched.files), err: lines },
        false => out(lines),
    };
    match (batched.refused(), batched.changed()) {
        (0, _) => {}
        (refused, true) => {
            let all = batched.results.len();
            shown.err.push_str(&format!("error: written, but {refused} of {} refused\n", count(all, "command")));
        }
        (_, false) => shown.err.push_str("error: every command that changes something was refused\n"),
    }
    shown
}

fn result_lines(report: &Report, style: Style) -> String {
    let are_agents_changed = report.changed_agents().next().is_some();
    let mut lines = match report.effects.as_slice() {
        [] if report.files.is_empty() && are_agents_changed => String::new(),
        [] if report.files.is_empty() => "unchanged\n".to_owned(),
        [] => files(report),
        _ => effects(report, style),
    };
    let agent_line = |(verb, id): &(Verb, String)| {
        let verb = if report.dry_run { would(*verb) } else { verb.as_str() };
        format!("{verb}  agent  {id}\n")
    };
    lines.insert_str(0, &report.changed_agents().map(agent_line).collect::<String>());
    if let (Some(number), Some(undo)) = (report.number, &report.undo) {
        lines.push_str(&format!("       change {number}; undo: {}\n", sanitize(undo)));
    }
    lines
}

/// The words where nothing was to be written.
fn would(verb: Verb) -> &'static str {
    match verb {
        Verb::Added => "would add",
        Verb::Changed => "would change",
        Verb::Removed => "would remove",
        Verb::Unchanged => verb.as_str(),
    }
}

/// What happened to files, where that is no matter of routes.
fn files(report: &Report) -> String {
    let line = |file: &FileChange| {
        let verb = match (report.dry_run, &file.old, &file.new) {
            (false, None, _) => "added",
            (false, _, None) => "removed",
            (false, ..) => "changed",
            (true, None, _) => "would add",
            (true, _, None) => "would remove",
            (true, ..) => "would change",
        };
        format!("{verb}  file  {}\n", sanitize(&file.path))
    };
    report.files.iter().map(line).collect()
}

fn effects(report: &Report, style: Style) -> String {
    let row = |effect: &Effect| {
        let verb = if report.dry_run { would(effect.verb) } else { effect.verb.as_str() };
        let mut row = vec![verb.to_owned(), effect.kind.to_string(), sanitize(&effect.name)];
        if let Some(route) = &effect.route {
            row.push(sanitize(route.rule.as_deref().unwrap_or("-")));
            row.push(format!("→  {}", sanitize(&some_of(&route.servers))));
            row.push(sanitize(&format!("{}:{}", route.file, route.line)));
        }
        row.push(sanitize(&effect.notes.join("; ")));
        row
    };
    let rows: Vec<Vec<String>> = report.effects.iter().map(row).collect();
    let lines = columns(&rows);
    let fits = |width: u16| lines.lines().all(|line| line.chars().count() <= usize::from(width));
    let lines = if style.width.is_none_or(fits) { lines } else { rows.iter().map(|row| folded(row)).collect() };
    let paint_verb = |line: &str| match line.find("  ").filter(|end| *end > 0) {
        Some(end) => format!("{}{}\n", paint(&line[..end], "32", style.color), &line[end..]),
        None => format!("{line}\n"),
    };
    lines.lines().map(paint_verb).collect()
}

/// The first of many servers: the line says what happened, `route show` has them all.
fn some_of(servers: &[String]) -> String {
    const SHOWN: usize = 5;
    match servers.len() {
        ..=SHOWN => servers.join(" "),
        all => format!("{} and {} more", servers[..SHOWN].join(" "), all - SHOWN),
    }
}

/// A result that is too long for one line of the terminal: what it is about, and the rest below it.
fn folded(row: &[String]) -> String {
    let (head, rest) = row.split_at(row.len().min(3));
    let mut text = head.join("  ") + "\n";
    let (rule, place) = rest.split_at(rest.len().saturating_sub(2));
    for line in [rule.join("  "), place.iter().filter(|p| !p.is_empty()).cloned().collect::<Vec<_>>().join("  ")] {
        if !line.is_empty() {
            text.push_str(&format!("    {line}\n"));
        }
    }
    text
}

fn ready(ready: &Ready, style: Style) -> Shown {
    let mut shown = change(&ready.report, style);
    if style.quiet {
        return shown;
    }
    if ready.report.effects.is_empty() {
        shown = Shown::default();
    }
    let verb = if ready.report.dry_run { "would make" } else { "made" };
    let made: String = ready.made.iter().map(|m| format!("{verb:<5}  {}\n", sanitize(m))).collect();
    let count = |number: usize, noun: &str| format!("{number} {noun}{}", if number == 1 { "" } else { "s" });
    let (files, routes) = (count(ready.files, "file"), count(ready.routes.len(), "route"));
    let text = format!("ready  {}: {files}, {routes}; Traefik would load it\n", sanitize(&ready.dir));
    let list = if ready.routes.is_empty() { String::new() } else { format!("\n{}", table_of(&ready.routes, style)) };
    match ready.report.dry_run {
        true => shown.err.push_str(&made),
        false => shown.out = format!("{made}{}{text}{list}", shown.out),
    }
    shown
}

fn settings_table(settings: &[(String, Setting)], style: Style) -> String {
    let rows = settings
        .iter()
        .map(|(key, s)| vec![key.clone(), s.value.clone().unwrap_or_else(|| "-".into()), s.origin.to_string()]);
    table(style.width, &["SETTING", "VALUE", "ORIGIN"], rows.collect(), &[1])
}

pub(super) fn error(error: &Error, color: bool) -> String {
    let mut text = format!("{}: ", paint("error", "1;31", color));
    if let Some(place) = &error.place {
        text.push_str(&format!("{}: ", sanitize(&place.to_string())));
    }
    let lines: Vec<String> = error.message.lines().map(sanitize).collect();
    text.push_str(&lines.join("\n"));
    text.push('\n');
    for hint in error.hint.iter().flat_map(|h| h.lines()) {
        text.push_str(&format!("{}: {}\n", paint("hint", "1;36", color), sanitize(hint)));
    }
    text
}

pub(super) fn warning(message: &str, color: bool) -> String {
    format!("{}: {}\n", paint("warning", "1;33", color), sanitize(message))
}

pub(super) fn paint(text: &str, code: &str, color: bool) -> String {
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A time as RFC 3339 has it, in UTC.
pub(super) fn moment(seconds: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| seconds.to_string())
}

/// A number of things.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Text from a file or a user, with everything escaped that could steer a terminal or hide text.
pub(super) fn sanitize(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(steers) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if steers(c) { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::sanitize;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(sanitize("a\u{1b}[31m\u{202e}b\n"), "a\\u{1b}[31m\\u{202e}b\\n");
        assert_eq!(sanitize("bücher → ok"), "bücher → ok");
    }
}
