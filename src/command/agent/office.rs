//! Where an administrator's commands about agents are carried out: the state folder, locked, and the directory.

use super::{decision, existing, open, terms};
use crate::agent::Agent;
use crate::authority::Authority;
use crate::cli::ChangeFlags;
use crate::command::change::{Made, carry_out};
use crate::command::{Context, Outcome, Report};
use crate::error::Error;
use crate::name::AgentId;
use crate::plan::Verb;
use crate::registry::{self, Step};
use crate::store::Lock;
use std::cell::Cell;

pub(super) struct Office<'c> {
    context: &'c Context,
    flags: &'c ChangeFlags,
    /// Nothing where nothing has been kept yet, and nothing is to be.
    authority: Option<Authority>,
    _lock: Option<Lock>,
}

impl<'c> Office<'c> {
    /// Opens the state folder, which must be there.
    pub(super) fn open(context: &'c Context, flags: &'c ChangeFlags) -> Result<Office<'c>, Error> {
        Office::of(context, flags, Some(open(context)?))
    }

    /// Opens the state folder; it is made where something is to be kept.
    pub(super) fn open_or_create(context: &'c Context, flags: &'c ChangeFlags) -> Result<Office<'c>, Error> {
        let authority = match flags.dry_run {
            true => Authority::open(&context.state_dir)?,
            false => Some(Authority::create(&context.state_dir)?),
        };
        Office::of(context, flags, authority)
    }

    fn of(context: &'c Context, flags: &'c ChangeFlags, authority: Option<Authority>) -> Result<Office<'c>, Error> {
        let locked = authority.as_ref().filter(|_| !flags.dry_run);
        let lock = locked.map(|authority| authority.lock(&context.store)).transpose()?;
        Ok(Office { context, flags, authority, _lock: lock })
    }

    /// What is kept of that id, which may be an agent that was removed.
    pub(super) fn agent(&self, id: &AgentId) -> Result<Option<Agent>, Error> {
        self.authority.as_ref().map_or(Ok(None), |authority| authority.agent(id))
    }

    /// An agent that must be there.
    pub(super) fn existing(&self, id: &AgentId) -> Result<Agent, Error> {
        match &self.authority {
            Some(authority) => existing(authority, id),
            None => open(self.context).and_then(|authority| existing(&authority, id)),
        }
    }

    /// Where what is kept can be changed; nothing for a dry run.
    pub(super) fn authority(&self) -> Option<&Authority> {
        self.authority.as_ref().filter(|_| !self.flags.dry_run)
    }

    /// Makes the steps, all of them or none.
    pub(super) fn settle(&self, action: &str, steps: &[Step]) -> Result<Outcome, Error> {
        let Office { context, flags, .. } = *self;
        let authority = self.authority();
        for step in steps.iter().filter(|step| step.verb() != Verb::Unchanged) {
            if let Some(authority) = authority {
                authority.audit(&decision(action, Some(step.after.id.as_str()), None))?;
            }
        }
        let live = Cell::new(None);
        let commit = |request: &crate::store::Request<'_>| {
            let made = carry_out(context, &context.store, flags, request)?;
            live.set(made.live);
            Ok(made.changed)
        };
        let changed = registry::settle(authority, &terms(context), steps, flags.message.clone(), &commit)?;
        let agents = steps.iter().map(|step| (step.verb(), step.after.id.to_string())).collect();
        let mut report = Report::of(context, flags.dry_run, Made { changed, live: live.get() });
        if report.effects.iter().any(|effect| effect.verb != Verb::Unchanged) {
            report.effects.retain(|effect| effect.verb != Verb::Unchanged);
        }
        Ok(Outcome::Change(Report { agents, ..report }))
    }
}
