//! `--wait`: a change counts as made when the running Traefik has loaded it. `--rollback`: else it is taken back.

use super::Context;
use crate::cli::ChangeFlags;
use crate::error::{Code, Error};
use crate::inventory::Inventory;
use crate::live::{self, Api, EntryPoint, Expected};
use crate::plan::Plan;
use crate::store::{Changed, Intent, Past, Request, Store};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A Traefik that can be asked, and will be when the change is made.
pub(super) struct Wait<'c> {
    context: &'c Context,
    store: &'c Store,
    api: Api,
    entry_points: Vec<EntryPoint>,
    patience: Duration,
    rollback: bool,
}

/// Traefik switches its entry points one after the other: the API may know of a change a moment before they act on it.
const SETTLING: Duration = Duration::from_millis(50);
/// How soon the API is asked again, at first and at most.
const SOON: Duration = Duration::from_millis(20);
const LATER: Duration = Duration::from_millis(250);
const LOADED: &str = "what Traefik's words name must be there first; `cloudlunacy validate` says more";

/// The API that the settings name, or the static configuration.
pub(super) fn api(context: &Context) -> Result<Api, Error> {
    if let Some(url) = &context.api {
        return Api::at(url);
    }
    let config = context.facts.static_config.as_ref().filter(|_| !context.static_source.paths.in_container);
    match config.and_then(live::default_url) {
        Some(url) => Api::at(&url),
        None => {
            let why = match (&context.facts.static_config, config) {
                (None, _) => "no static configuration is known that would say so",
                (_, None) => "it runs in a container, whose ports are others here",
                (_, Some(_)) => "the static configuration has no api.insecure",
            };
            Err(Error::new(Code::ApiFailed, format!("can't tell where Traefik's API is: {why}"))
                .hint("name it with --api http://HOST:PORT, or by the setting api"))
        }
    }
}

impl<'c> Wait<'c> {
    /// Proves that Traefik can be asked, before anything is written; nothing where that is not asked for.
    pub(super) fn begin(
        context: &'c Context,
        store: &'c Store,
        flags: &ChangeFlags,
    ) -> Result<Option<Wait<'c>>, Error> {
        let Some(patience) = flags.wait.filter(|_| !flags.dry_run) else { return Ok(None) };
        let api = api(context)?;
        let entry_points = api.entry_points()?;
        Ok(Some(Wait { context, store, api, entry_points, patience, rollback: flags.rollback }))
    }

    /// Asks until Traefik has loaded just this change; gives how long that took. Nothing where it can't be asked for
    /// any of it.
    pub(super) fn prove(&self, changed: &Changed) -> Result<Option<Duration>, Error> {
        let start = Instant::now();
        let snapshot = match self.store.read() {
            Ok(snapshot) => snapshot,
            // The change is made: that must not look like a failure that changed nothing.
            Err(error) => return Err(self.late(changed, &error.to_string(), error.hint.unwrap_or_default())),
        };
        let after = Inventory::of(&snapshot.files);
        let release = self.context.facts.release;
        let Expected { mut subjects, untold } = Expected::of(changed, &after, release);
        if !untold.is_empty() {
            self.context.warn_all(vec![format!(
                "Traefik's API does not tell of {}: whether that is live can't be asked",
                untold.join(", ")
            )]);
        }
        if subjects.is_empty() && !untold.is_empty() {
            return Ok(None);
        }
        let mut pause = SOON;
        loop {
            let asked = start.elapsed();
            let left = self.patience.saturating_sub(asked);
            let instead = self.api.instead(&subjects, &self.entry_points, &after, release, left);
            let took = start.elapsed();
            match instead {
                Ok(instead) if instead.is_empty() => {
                    sleep(SETTLING);
                    return Ok(Some(took));
                }
                Ok(instead) if took < self.patience => {
                    subjects = instead.into_iter().map(|instead| instead.subject).collect();
                }
                Err(_) if took < self.patience => {}
                Ok(instead) => {
                    let is_loaded = instead.iter().all(|instead| instead.is_loaded);
                    let hint = if is_loaded { LOADED.to_owned() } else { self.hint(&after) };
                    let words: Vec<&str> = instead.iter().map(|instead| instead.words.as_str()).collect();
                    return Err(self.late(changed, &listed(&words), hint));
                }
                Err(error) => return Err(self.late(changed, &error.message, error.hint.unwrap_or_default())),
            }
            // Where answers are large, Traefik shall not be busy with them alone.
            sleep(pause.max(took - asked).min(self.patience.saturating_sub(start.elapsed())));
            pause = (pause * 3 / 2).min(LATER);
        }
    }

    /// What it means that Traefik has not loaded the change, which stands in the files.
    fn late(&self, changed: &Changed, why: &str, hint: String) -> Error {
        let message = format!("not live in Traefik within {:?}: {why}", self.patience);
        if changed.files.is_empty() {
            return Error::new(Code::StillNotLive, format!("{message}; the files have said so before")).hint(hint);
        }
        if !self.rollback {
            return Error::new(Code::NotLive, format!("written, but {message}"))
                .hint(format!("{hint}\n{}", self.way_back(changed)));
        }
        match self.take_back(changed) {
            Ok(()) => Error::new(Code::RolledBack, format!("{message}; the change was taken back")).hint(hint),
            Err(error) => {
                let what = format!("written, but {message}; it could not be taken back: {error}");
                Error::new(Code::NotLive, what).hint(error.hint.unwrap_or(hint))
            }
        }
    }

    /// How a change that is not live is taken back.
    fn way_back(&self, changed: &Changed) -> String {
        match changed.number {
            Some(number) => {
                format!("`{} undo {number}` takes it back; --rollback would have", self.context.program(self.store))
            }
            None => "with --rollback such a change is taken back".to_owned(),
        }
    }

    /// Why Traefik may not have loaded it, as far as can be seen from here.
    fn hint(&self, after: &Inventory<'_>) -> String {
        if let Some((place, message)) = after.faults(self.context.facts.release).into_iter().next() {
            return format!("Traefik refuses the whole directory for {place}: {message}");
        }
        let config = self.context.facts.static_config.as_ref();
        if config.is_some_and(|config| !config.watch) {
            return "its static configuration says providers.file.watch: false; a SIGHUP makes it load".into();
        }
        let dir = self.store.path().display();
        format!("does the Traefik at {} watch {dir}? its log says what it refuses", self.api.shown())
    }

    /// Puts the files back as they were, as a change of its own, unless somebody has changed them since.
    fn take_back(&self, changed: &Changed) -> Result<(), Error> {
        let plan = |inventory: &Inventory<'_>, _: &Past<'_>| {
            for file in &changed.files {
                let now = inventory.files().iter().find(|known| known.path == file.path).map(|known| known.text());
                if now != file.new.as_deref() {
                    let message = format!("{} has been changed since", file.path);
                    return Err(Error::new(Code::ChangedMeanwhile, message)
                        .hint("take the change back by hand, or leave it: Traefik may load it yet"));
                }
            }
            let texts = changed.files.iter().map(|file| (file.path.clone(), file.old.clone())).collect();
            Ok(Plan { texts, ..Plan::default() })
        };
        let message = Some("not live in Traefik in time (--rollback)".to_owned());
        let intent = Intent { message, undoes: changed.number, ..Intent::default() };
        let undone = self.store.change(&Request { intent, plans: &[&plan], keep_going: false })?;
        self.context.warn_all(undone.warnings);
        Ok(())
    }
}

/// The first of many lines.
fn listed(lines: &[&str]) -> String {
    const SHOWN: usize = 3;
    let more = lines.len().saturating_sub(SHOWN);
    let shown = lines.iter().take(SHOWN).copied().collect::<Vec<_>>().join("; ");
    if more == 0 { shown } else { format!("{shown}; and {more} more") }
}
