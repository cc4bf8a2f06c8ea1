//! `undo`, `restore`: the way back.

use super::change::carry_out;
use super::history::{texts_after, undone};
use super::{Context, Outcome, Report};
use crate::authority::Authority;
use crate::cli::{ChangeFlags, Restore, Undo};
use crate::error::{Code, Error, Place};
use crate::plan::{Conflict, Moments, Plan, revert};
use crate::registry::{alongside, comes_to_agents, following};
use crate::store::{Author, FileRecord, Intent, Origin, Past, Record, Request, as_text};

pub(super) fn undo(context: &Context, args: &Undo) -> Result<Outcome, Error> {
    let author = Author::of_process();
    let (number, by) = context.store.past(|_, past| {
        let number = args.number.map_or_else(|| own_last(context, past, &author), Ok)?;
        Ok((number, undone(past)?.get(&number).copied()))
    })?;
    let plan = |past: &Past<'_>| {
        if args.number.is_none() && own_last(context, past, &author)? != number {
            return Err(Error::new(
                Code::ChangedMeanwhile,
                "a newer change has just been made; nothing was taken back",
            )
            .hint("`cloudlunacy history` shows it"));
        }
        let record = past.record(number)?;
        match undone(past)?.get(&number) {
            Some(_) => Ok(Plan::default()),
            None => inverse(context, past, record),
        }
    };
    if let Some(by) = by {
        context.warn_all(vec![format!("change {number} has been taken back already, by change {by}")]);
    }
    let intent = Intent { message: args.change.message.clone(), undoes: Some(number), ..Intent::default() };
    let request = Request { intent, plans: &[&|_, past| plan(past)], keep_going: false };
    take_back(context, &args.change, &request)
}

pub(super) fn restore(context: &Context, args: &Restore) -> Result<Outcome, Error> {
    let unsure = context.store.past(|_, past| {
        let unsure = past.unsure(args.number)?.into_iter();
        Ok(unsure.map(|path| format!("{path} stays as it is: what it said then is not kept any more")).collect())
    })?;
    context.warn_all(unsure);
    let plan = |past: &Past<'_>| Ok(Plan { texts: texts_after(past, args.number)?, ..Plan::default() });
    let intent = Intent { message: args.change.message.clone(), restores: Some(args.number), ..Intent::default() };
    let request = Request { intent, plans: &[&|_, past| plan(past)], keep_going: false };
    take_back(context, &args.change, &request)
}

/// Makes the change, unless it would bring back what an agent must not have any more.
fn take_back(context: &Context, flags: &ChangeFlags, request: &Request<'_>) -> Result<Outcome, Error> {
    let authority = match Authority::open(&context.state_dir) {
        // Whoever may not see what is granted may still take back what is no agent's.
        Err(error) if comes_to_agents(context.store.preview(request)?.effects()) => return Err(error),
        opened => opened.ok().flatten(),
    };
    // No grant changes between this look at it and the change.
    let _lock = authority.as_ref().map(|authority| authority.lock(&context.store)).transpose()?;
    let make = || carry_out(context, &context.store, flags, request);
    let made = match &authority {
        None => make()?,
        Some(authority) => {
            let own = super::agent::own(context);
            let steps = following(&own, authority, context.store.preview(request)?.effects())?;
            if flags.dry_run { make()? } else { alongside(authority, &steps, make)? }
        }
    };
    Ok(Outcome::Change(Report::of(context, flags.dry_run, made)))
}

/// The caller's last change that still holds. Not where somebody else's is newer: that might rest upon it.
fn own_last(context: &Context, past: &Past<'_>, author: &Author) -> Result<u64, Error> {
    let undone = undone(past)?;
    let mut newer: Option<&Record> = None;
    // What an agent asked for is its change, whoever runs the server.
    let is_by = |record: &Record, author: &Author| {
        !record.is_by_agents() && record.author.as_ref().is_some_and(|other| author.is(other))
    };
    for record in past.records()?.rev().filter(|record| !undone.contains_key(&record.number)) {
        // Of what somebody has taken back of his own nothing is left; what he took back of another's is a change of his.
        let is_own = |taken: &Record| record.author.as_ref().is_some_and(|author| is_by(taken, author));
        if record.undoes.is_some_and(|number| is_by(record, author) || past.record(number).is_ok_and(is_own)) {
            continue;
        }
        if is_by(record, author) {
            return match newer {
                None => Ok(record.number),
                Some(newer) => {
                    let program = context.program(&context.store);
                    let (mine, theirs) = (record.number, newer.number);
                    let who = newer.by();
                    Err(Error::new(
                        Code::ChangedSince,
                        format!("change {theirs}, by {who}, is newer than your last one, change {mine}"),
                    )
                    .hint(format!("say which is meant: `{program} undo {mine}` or `{program} undo {theirs}`")))
                }
            };
        }
        newer = newer.or(Some(record));
    }
    Err(Error::new(Code::NotFound, "there is no change of yours that could be taken back")
        .hint("`cloudlunacy history` shows every change; `undo N` takes back anybody's"))
}

/// The files as they are without a change.
fn inverse(context: &Context, past: &Past<'_>, record: &Record) -> Result<Plan, Error> {
    let number = record.number;
    let mut texts = Vec::new();
    for FileRecord { path, .. } in &record.files {
        let (before, after, now) =
            (past.text_after(number - 1, path)?, past.text_after(number, path)?, past.text_after(u64::MAX, path)?);
        let text = |bytes: Option<Vec<u8>>| bytes.map(|bytes| as_text(path, bytes)).transpose();
        if now == before {
            continue;
        }
        if now == after {
            // What it says now need not be text.
            texts.push((path.clone(), text(before)?));
            continue;
        }
        let (before, after, now) = (text(before)?, text(after)?, text(now)?);
        let moments = Moments { path, before: before.as_deref(), after: after.as_deref(), now: now.as_deref() };
        match revert(&moments) {
            Ok(text) => texts.push((path.clone(), text)),
            Err(conflict) => return Err(in_the_way(context, past, record, path, conflict)?),
        }
    }
    Ok(Plan { texts, ..Plan::default() })
}

/// What stands in the way, and which change put it there.
fn in_the_way(
    context: &Context,
    past: &Past<'_>,
    record: &Record,
    path: &str,
    conflict: Conflict,
) -> Result<Error, Error> {
    let number = record.number;
    let later: Vec<&Record> =
        past.records()?.filter(|r| r.number > number && r.files.iter().any(|file| file.path == path)).collect();
    let at = |number: u64| past.text_after(number, path);
    let is_at_fault = |later: &&&Record| match &conflict {
        Conflict::Entry(keys) => {
            crate::plan::differ_at(path, keys, at(later.number - 1).ok().flatten(), at(later.number).ok().flatten())
        }
        _ => true,
    };
    let what = match &conflict {
        Conflict::Entry(keys) => keys.join("."),
        Conflict::Text => path.to_owned(),
        Conflict::NotEditable(refusal) => {
            return Ok(Error::new(Code::NotEditable, refusal.message.clone())
                .at(Place { file: path.to_owned(), line: refusal.line })
                .hint("edit that entry by hand"));
        }
    };
    let fault = later.iter().find(is_at_fault).or(later.last());
    let error = match fault {
        None => Error::new(Code::ChangedSince, format!("{what} is not as change {number} left it")),
        Some(fault) => {
            let how = match fault.origin {
                Origin::Command => format!("`{}`", fault.command),
                _ => "by hand".to_owned(),
            };
            Error::new(Code::ChangedSince, format!("change {} ({how}) has changed {what} since", fault.number))
                .hint(format!("take that back first: `{} undo {}`", context.program(&context.store), fault.number))
        }
    };
    Ok(error.at(Place { file: path.to_owned(), line: 0 }))
}
