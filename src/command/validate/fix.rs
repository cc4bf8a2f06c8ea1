//! `validate --fix`: makes the repairs that findings carry, as one change.

use super::{Context, Place, Validate, judge_place};
use crate::command::change::{Made, carry_out};
use crate::document::Document;
use crate::edit::{self, Patch};
use crate::error::{Code, Error};
use crate::finding::{Severity, Source};
use crate::inventory::{Content, File, Inventory};
use crate::judge::{Judgement, Verdict, judge};
use crate::plan::{FileEdit, Plan};
use crate::runtime::Status;
use crate::store::{FileChange, Intent, Request};
use crate::surroundings::Surroundings;
use std::cell::RefCell;
use std::collections::HashMap;

/// What was repaired.
pub struct Fixed {
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// The command that takes the repairs back, of each directory.
    pub undo: Vec<String>,
    /// Each repair.
    pub repairs: Vec<Repair>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
}

impl Fixed {
    /// Whether something on disk is another now.
    pub fn is_written(&self) -> bool {
        !self.dry_run && !self.files.is_empty()
    }
}

/// One repair.
#[derive(Clone, Debug)]
pub struct Repair {
    /// The rule that found what was wrong.
    pub rule: &'static str,
    /// The file, for people.
    pub file: String,
    /// What was done.
    pub title: String,
}

/// Repairs what is reported and can be repaired, a change for each directory.
pub(super) fn fix(context: &Context, args: &Validate, places: &[Place], allowed: &[&str]) -> Result<Fixed, Error> {
    if places.iter().any(|place| place.input.is_some()) {
        return Err(Error::new(Code::Usage, "--fix can't repair standard input").hint("name the file"));
    }
    let mut fixed = Fixed { dry_run: args.change.dry_run, undo: Vec::new(), repairs: Vec::new(), files: Vec::new() };
    for place in places {
        match one(context, args, place, allowed, &mut fixed) {
            Err(error) if fixed.is_written() => {
                let message = format!("written, but not all: {}", error.message);
                return Err(Error { code: Code::PartlyDone, message, ..error });
            }
            made => made?,
        }
    }
    Ok(fixed)
}

/// Repairs one directory.
fn one(context: &Context, args: &Validate, place: &Place, allowed: &[&str], fixed: &mut Fixed) -> Result<(), Error> {
    let (_, surroundings) = judge_place(context, place, false)?;
    // A plan is made again where a file was edited by hand meanwhile.
    let repairs = RefCell::new(Vec::new());
    let plan = |inventory: &Inventory<'_>| {
        let (plan, made) = plan(inventory, &surroundings, place, allowed)?;
        repairs.replace(made);
        Ok(plan)
    };
    let intent = Intent { message: args.change.message.clone(), ..Intent::default() };
    let request = Request { intent, plans: &[&|inventory, _| plan(inventory)], keep_going: false };
    let Made { changed, .. } = carry_out(context, &place.store, &args.change, &request)?;
    // What else is wrong with the directory the findings say.
    if !changed.files.is_empty() {
        context.warn_all(changed.warnings);
    }
    fixed.undo.extend(changed.number.map(|number| format!("{} undo {number}", context.program(&place.store))));
    fixed.repairs.append(&mut repairs.take());
    fixed.files.extend(changed.files);
    Ok(())
}

/// The repairs of each file, all or none of them; and a word on each.
fn plan(
    inventory: &Inventory<'_>,
    surroundings: &Surroundings,
    place: &Place,
    allowed: &[&str],
) -> Result<(Plan, Vec<Repair>), Error> {
    let before = judge(inventory, surroundings);
    let mut by_file: Vec<(usize, Vec<Patch>, Vec<Repair>)> = Vec::new();
    for finding in before.findings.iter().filter(|f| !allowed.contains(&f.rule)) {
        let (Source::File(at), Some(fix)) = (finding.at.source, &finding.fix) else { continue };
        let Some(file) = inventory.files().get(at).filter(|file| place.is_wanted(&file.path)) else { continue };
        if by_file.last().is_none_or(|(last, _, _)| *last != at) {
            by_file.push((at, Vec::new(), Vec::new()));
        }
        if let Some((_, patches, repairs)) = by_file.last_mut().filter(|(_, patches, _)| !patches.contains(&fix.patch))
        {
            patches.push(fix.patch.clone());
            let file = format!("{}{}", place.shown, file.path);
            repairs.push(Repair { rule: finding.rule, file, title: fix.title.clone() });
        }
    }
    let mut edited: HashMap<usize, File> = HashMap::new();
    by_file.retain(|(at, patches, _)| {
        let Some(file) = inventory.files().get(*at) else { return false };
        let document = file.document().and_then(|document| repaired(document, patches));
        let document = document.map(|d| File { path: file.path.clone(), content: Content::Parsed(d) });
        document.is_some_and(|file| edited.insert(*at, file).is_none())
    });
    let files = inventory.files().iter().enumerate().map(|(at, file)| edited.get(&at).unwrap_or(file));
    let after = Inventory::of(files);
    if let Some(broken) = broken(&before, &judge(&after, surroundings)) {
        return Err(Error::new(Code::WouldNotLoad, format!("the repairs would break {broken}; nothing was changed"))
            .hint("repair by hand what the findings name"));
    }
    let mut repairs = Vec::new();
    let edits = by_file.into_iter().filter_map(|(at, patches, mut made)| {
        repairs.append(&mut made);
        Some(FileEdit { path: inventory.files().get(at)?.path.clone(), patches })
    });
    let edits = edits.collect();
    Ok((Plan { edits, ..Plan::default() }, repairs))
}

/// The document with all patches; none where one can't be made safely.
fn repaired(document: &Document, patches: &[Patch]) -> Option<Document> {
    let (first, rest) = patches.split_first()?;
    let first = edit::apply(document, first).ok()?;
    rest.iter().try_fold(first, |document, patch| edit::apply(&document, patch).ok())
}

/// What was fine before and is not any more.
fn broken(before: &Judgement<'_>, after: &Judgement<'_>) -> Option<String> {
    let worse = |verdict: Verdict| match verdict {
        Verdict::Accepted => 0,
        Verdict::Unknown => 1,
        Verdict::Rejected => 2,
    };
    if worse(after.verdict) > worse(before.verdict) {
        return Some("the directory".into());
    }
    let states: HashMap<(&str, &str), Status> =
        after.runtime.objects.iter().map(|o| ((o.kind, o.name.as_ref()), o.status)).collect();
    let broken = before.runtime.objects.iter().find(|object| {
        states.get(&(object.kind, object.name.as_ref())).copied().unwrap_or(Status::Disabled) > object.status
    });
    if let Some(object) = broken {
        return Some(format!("the {} {:?}", object.kind, object.name));
    }
    let mut errors: HashMap<(&str, &str), usize> = HashMap::new();
    for error in before.findings.iter().filter(|f| f.severity == Severity::Error) {
        *errors.entry((error.rule, &error.path)).or_default() += 1;
    }
    // A directory that was refused may bring to light what was wrong with it all along.
    let is_comparable = before.verdict == after.verdict;
    for error in after.findings.iter().filter(|f| is_comparable && f.severity == Severity::Error) {
        match errors.get_mut(&(error.rule, error.path.as_str())) {
            Some(left) if *left > 0 => *left -= 1,
            _ => return Some(format!("something: {}", error.message)),
        }
    }
    None
}
