//! What has happened: a line for each change, one change in full, and both as JSON.

use super::json::SCHEMA_VERSION;
use super::table::table;
use super::text::{moment, sanitize};
use super::{Style, comparison};
use crate::command::{Happened, Shown};
use crate::store::{Origin, Record};
use serde_json::{Value, json};

/// A line for each change.
pub(super) fn list(all: &[Happened], style: Style) -> String {
    let row = |happened: &Happened| {
        let Happened { record, .. } = happened;
        vec![record.number.to_string(), moment(record.time), record.by(), what(happened), how(record)]
    };
    table(style.width, &["CHANGE", "TIME", "BY", "WHAT", "HOW"], all.iter().map(row).collect(), &[3, 4])
}

/// One change in full.
pub(super) fn one(shown: &Shown, style: Style) -> String {
    let Shown { happened, compared } = shown;
    let record = &happened.record;
    let mut lines = vec![("change", record.number.to_string()), ("time", moment(record.time)), ("by", record.by())];
    lines.extend((record.origin == Origin::Command).then(|| ("command", record.command.clone())));
    lines.extend(record.message.iter().map(|message| ("message", message.clone())));
    lines.push(("what", what(happened)));
    let mut text: String = lines.iter().map(|(key, value)| format!("{key:<8} {}\n", sanitize(value))).collect();
    text.push('\n');
    text.push_str(&comparison::table(compared, style));
    text
}

pub(super) fn list_json(all: &[Happened]) -> Value {
    json!({ "schema_version": SCHEMA_VERSION, "changes": all.iter().map(value).collect::<Vec<_>>() })
}

pub(super) fn one_json(shown: &Shown) -> Value {
    json!({
        "schema_version": SCHEMA_VERSION,
        "change": value(&shown.happened),
        "comparison": comparison::value(&shown.compared),
    })
}

pub(super) fn value(happened: &Happened) -> Value {
    let Happened { record, undone_by, is_recorded } = happened;
    let author = record.author.as_ref().map(|author| {
        json!({
            "uid": author.uid,
            "name": author.name,
            "login_uid": author.login_uid,
            "login_name": author.login_name,
            "sudo_says": author.sudo,
            "ssh_says": author.ssh,
        })
    });
    let file = |file: &crate::store::FileRecord| {
        let verb = match (&file.before, &file.after) {
            (None, _) => "created",
            (_, None) => "deleted",
            _ => "changed",
        };
        json!({ "path": file.path, "verb": verb })
    };
    json!({
        "number": record.number,
        "time": moment(record.time),
        "by_hand": record.origin != Origin::Command,
        "since": record.since,
        "author": author,
        "agents": record.agents,
        "command": (record.origin == Origin::Command).then_some(&record.command),
        "message": record.message,
        "undoes": record.undoes,
        "restores": record.restores,
        "undone_by": undone_by,
        "recorded": is_recorded,
        "objects": record.objects,
        "files": record.files.iter().map(file).collect::<Vec<_>>(),
    })
}

fn how(record: &Record) -> String {
    match (&record.message, record.origin) {
        (Some(message), _) => message.clone(),
        (None, Origin::Command) => record.command.clone(),
        (None, _) => "-".to_owned(),
    }
}

/// What a change did, in a few words.
fn what(happened: &Happened) -> String {
    const SHOWN: usize = 3;
    let Happened { record, undone_by, is_recorded } = happened;
    let mut words = Vec::new();
    words.extend(record.undoes.map(|number| format!("took back {number}:")));
    words.extend(record.restores.map(|number| format!("restored {number}:")));
    let routers = record.objects.iter().map(|object| format!("{} {} {}", object.verb, object.kind, object.name));
    let files = record.files.iter().map(|file| file.path.clone());
    let all: Vec<String> = if record.objects.is_empty() { files.collect() } else { routers.collect() };
    let more = all.len().saturating_sub(SHOWN);
    words.push(all.into_iter().take(SHOWN).collect::<Vec<_>>().join(", "));
    words.extend((more > 0).then(|| format!("and {more} more")));
    words.extend(record.since.map(|since| format!("(all of {since} to {})", record.number)));
    words.extend(undone_by.map(|number| format!("(taken back by {number})")));
    words.extend((!is_recorded).then(|| "(the next command that writes records it)".to_owned()));
    words.join(" ")
}
