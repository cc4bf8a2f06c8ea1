//! The directory as it would be: plans applied in memory, one after the other, and judged. No effects.

use super::guard;
use super::history::{Object, Past};
use super::notes::Notes;
use super::order;
use super::read::Snapshot;
use super::{Act, Changed, Request};
use crate::document::{Document, Format};
use crate::edit::{self, Patch};
use crate::error::{Code, Error, Place};
use crate::inventory::{Content, File, Inventory, Part};
use crate::plan::{Effect, FileEdit, Plan, Verb, effects_between};
use crate::route::Route;
use crate::schema;
use crate::surroundings::Surroundings;
use std::collections::BTreeMap;

/// Files as they will be, by path; `None` for one that goes.
type Edited = BTreeMap<String, Option<File>>;

/// What has been worked out.
pub(super) struct Draft {
    pub(super) changed: Changed,
    /// What is to happen on disk.
    pub(super) acts: Vec<Act>,
}

impl Draft {
    /// What happens to routers, as the history has it.
    pub(super) fn objects(&self) -> Vec<Object> {
        let happens = self.changed.effects().filter(|effect| effect.verb != Verb::Unchanged);
        let object = |effect: &Effect| Object {
            verb: effect.verb.as_str().to_owned(),
            kind: effect.kind.to_string(),
            name: effect.name.clone(),
        };
        happens.map(object).collect()
    }
}

/// Makes the plans, applies them and judges the result; keeps the notes up to date.
pub(super) fn draft(
    snapshot: &Snapshot,
    past: &Past<'_>,
    notes: &mut Notes,
    request: &Request<'_>,
    traefik: &Surroundings,
) -> Result<Draft, Error> {
    let mut desk = Desk { snapshot, notes, traefik, edited: Edited::new() };
    let before = Inventory::of(&snapshot.files);
    let mut outcomes = Vec::with_capacity(request.plans.len());
    for plan in request.plans {
        let several = request.plans.len() > 1;
        let made = desk.step(&before, |inventory| plan(inventory, past), (several, request.keep_going));
        match made {
            Ok((own, effects)) => {
                desk.edited.extend(own);
                outcomes.push(Ok(effects));
            }
            Err(error) if request.keep_going => outcomes.push(Err(error)),
            // All or nothing: whoever asked for one thing alone knows which one it is.
            Err(error) if request.plans.len() == 1 => return Err(error),
            Err(error) => {
                return Err(Error { message: format!("command {}: {}", outcomes.len() + 1, error.message), ..error });
            }
        }
    }
    let edited = std::mem::take(&mut desk.edited);
    let acts = desk.acts(&edited);
    let after = merged(&snapshot.files, [&edited]);
    let effects: Vec<&Effect> = outcomes.iter().flatten().flatten().collect();
    let warnings = guard::check(&before, &after, &effects, !acts.is_empty(), traefik)?;
    outcomes.iter_mut().flatten().flatten().for_each(|effect| fill(effect, &after));
    let files = acts.iter().map(|act| act.file_change(snapshot)).collect();
    let acts = order::ordered(&before, &after, edited.values().flatten(), acts);
    Ok(Draft { changed: Changed { outcomes, files, warnings, number: None }, acts })
}

struct Desk<'d> {
    snapshot: &'d Snapshot,
    notes: &'d mut Notes,
    traefik: &'d Surroundings,
    edited: Edited,
}

impl Desk<'_> {
    /// Makes one plan on what the ones before it left, and applies it.
    fn step(
        &self,
        first: &Inventory<'_>,
        plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
        (several, keep_going): (bool, bool),
    ) -> Result<(Edited, Vec<Effect>), Error> {
        let earlier;
        let inventory = match self.edited.is_empty() {
            true => first,
            false => {
                earlier = merged(&self.snapshot.files, [&self.edited]);
                &earlier
            }
        };
        let Plan { edits, texts, mut effects } = plan(inventory)?;
        let mut own = Edited::new();
        for FileEdit { path, patches } in edits {
            if let Some(document) = self.edit(&path, &patches)? {
                let is_empty = document.source().trim().is_empty();
                let is_ours = self.notes.is_created(&path) || self.snapshot.file(&path).is_none();
                let goes = is_empty && is_ours && self.snapshot.may_go(&path);
                let file = (!goes).then(|| File { path: path.clone(), content: Content::Parsed(document) });
                own.insert(path, file);
            }
        }
        let is_whole = !texts.is_empty();
        for (path, text) in texts {
            let format = Format::of(&path).ok_or_else(|| not_loaded(&path))?;
            let stays = text.is_some() || !self.snapshot.may_go(&path);
            let content = || Content::of(format, text.unwrap_or_default());
            let file = stays.then(|| File { path: path.clone(), content: content() });
            own.insert(path, file);
        }
        if is_whole || several {
            let after = merged(&self.snapshot.files, [&self.edited, &own]);
            if is_whole {
                effects = effects_between(inventory, &after);
            }
            if keep_going {
                let about: Vec<&Effect> = effects.iter().collect();
                guard::check(inventory, &after, &about, !own.is_empty(), self.traefik)?;
            }
            // What comes next may change it again.
            effects.iter_mut().for_each(|effect| fill(effect, &after));
        }
        Ok((own, effects))
    }

    /// The file after these patches; `None` where they change nothing.
    fn edit(&self, path: &str, patches: &[Patch]) -> Result<Option<Document>, Error> {
        let now = match self.edited.get(path) {
            Some(edited) => edited.as_ref(),
            None => self.snapshot.file(path),
        };
        let mut document = None;
        for patch in patches {
            let plain = apply(path, now, document.as_ref(), patch);
            let hollow = self.notes.hollowed(path, patch).and_then(|p| apply(path, now, document.as_ref(), &p).ok());
            // A section that can't stand there without a value goes after all.
            let is_fine = |document: &Document| schema::faults(document, self.traefik.release).is_empty();
            document = Some(match hollow.filter(is_fine) {
                Some(hollow) => hollow,
                None => plain?,
            });
        }
        Ok(document.filter(|d| now.is_none_or(|f| f.text() != d.source())))
    }

    /// What has to happen on disk, and is noted.
    fn acts(&mut self, edited: &Edited) -> Vec<Act> {
        let mut acts = Vec::new();
        for (path, file) in edited {
            let path = path.clone();
            acts.push(match (self.snapshot.file(&path), file) {
                (None, None) => continue,
                (None, Some(new)) => {
                    self.notes.add_created(&path);
                    Act::Create { path, text: new.text().to_owned() }
                }
                (Some(_), None) => {
                    self.notes.forget(&path);
                    Act::Delete { path }
                }
                // Of one in UTF-16 the text may be the same.
                (Some(_), Some(new)) if self.snapshot.bytes(&path) == Some(new.text().as_bytes()) => continue,
                (Some(old), Some(new)) => {
                    if let (Some(old), Some(new)) = (old.document(), new.document()) {
                        self.notes.add_filled(&path, old, new);
                    }
                    Act::Replace { path, text: new.text().to_owned() }
                }
            });
        }
        acts
    }
}

/// The route that an effect is about, as it is now.
fn fill(effect: &mut Effect, after: &Inventory<'_>) {
    if effect.route.is_none() {
        let router = after.get(effect.kind, Part::Router, &effect.name);
        effect.route = router.map(|router| Route::of(after, effect.kind, &router));
    }
}

/// The inventory with edited files in place of the old ones, in load order; of several edits of a file the last counts.
fn merged<'f, const N: usize>(files: &'f [File], edited: [&'f Edited; N]) -> Inventory<'f> {
    let newest = |path: &str| edited.iter().rev().find_map(|edited| edited.get(path));
    let newer = |file: &'f File| newest(&file.path).map_or(Some(file), Option::as_ref);
    let mut all: Vec<&File> = files.iter().filter_map(newer).collect();
    let mut made: Vec<&str> = edited.iter().flat_map(|edited| edited.keys()).map(String::as_str).collect();
    made.retain(|path| files.iter().all(|f| f.path != *path));
    made.sort_unstable();
    made.dedup();
    for new in made.into_iter().filter_map(|path| newest(path)?.as_ref()) {
        let at = all.partition_point(|f| f.path.split('/').lt(new.path.split('/')));
        all.insert(at, new);
    }
    Inventory::of(all)
}

/// The edited and proved document.
fn apply(path: &str, old: Option<&File>, edited: Option<&Document>, patch: &Patch) -> Result<Document, Error> {
    let refused = |line, message: String| {
        Error::new(Code::NotEditable, message)
            .at(Place { file: path.to_owned(), line })
            .hint("edit that entry by hand, or put the route into another file with --file")
    };
    let fresh;
    if path.contains(char::REPLACEMENT_CHARACTER) {
        return Err(refused(0, "the name of this file is not UTF-8".into()));
    }
    let document = match (edited, old.map(|f| &f.content)) {
        (Some(document), _) | (None, Some(Content::Parsed(document))) => document,
        (None, Some(Content::Template { line, .. })) => {
            return Err(refused(*line, "this file is a Go template ({{), which can't be edited safely".into()));
        }
        (None, Some(Content::Broken { line, message, .. })) => return Err(refused(*line, message.clone())),
        (None, None) => {
            let format = Format::of(path).ok_or_else(|| not_loaded(path))?;
            fresh = Document::parse(format, String::new()).map_err(|e| refused(e.line, e.message))?;
            &fresh
        }
    };
    edit::apply(document, patch).map_err(|refusal| refused(refusal.line, refusal.message))
}

fn not_loaded(path: &str) -> Error {
    Error::new(Code::BadValue, format!("Traefik would not load {path:?}: it reads .yml, .yaml and .toml"))
}
