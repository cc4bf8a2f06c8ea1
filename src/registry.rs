//! Agents and their routes: a record in the state folder and routers in the directory, which change together.
//!
//! The record says what shall be, and the directory follows it. It is the first to know of routes and the last to forget
//! them: whatever stands in the directory always has an owner, and a step that was cut short is made whole by the same step
//! again.

mod back;
mod domains;
mod plan;

use crate::agent::{Agent, OwnRoute, State};
use crate::authority::{Authority, Kept};
use crate::error::{Changed as Said, Code, Error};
use crate::grant::HostPattern;
use crate::inventory::Inventory;
use crate::name::Host;
use crate::plan::{Effect, Plan, Verb};
use crate::store::{Changed, Intent, Past, Request};
pub use back::{alongside, comes_to_agents, following};
pub use domains::{Domains, Named};
use plan::Ground;
pub use plan::{Terms, covers, granted};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// One agent, before and after.
#[derive(Clone, Debug)]
pub struct Step {
    /// As it is kept; nothing where there is none of that id.
    pub before: Option<Agent>,
    /// As it shall be.
    pub after: Agent,
    /// Whether its routes follow. They stay as they are where an administrator keeps them for himself.
    pub routes_follow: bool,
}

impl Step {
    /// What happens to the agent.
    pub fn verb(&self) -> Verb {
        match self.before.as_ref().filter(|before| before.removed.is_none()) {
            None => Verb::Added,
            Some(_) if self.after.removed.is_some() => Verb::Removed,
            Some(before) if *before == self.after => Verb::Unchanged,
            Some(_) => Verb::Changed,
        }
    }

    fn plan(&self, ground: &Ground<'_, '_>) -> Result<Plan, Error> {
        let before = self.before.as_ref().filter(|before| before.removed.is_none());
        match self.routes_follow {
            true => plan::follow(ground, before, &self.after),
            false => Ok(Plan::default()),
        }
    }

    /// The record as long as the directory has not followed yet: with what it has, and with what it gets. Routes stop to
    /// count before they go, and count when they have come: whoever asks again then finds what is left to do.
    fn meanwhile(&self) -> Agent {
        let Some(before) = self.before.as_ref().filter(|before| before.removed.is_none()) else {
            return self.after.clone();
        };
        if self.after.removed.is_some() {
            return before.clone();
        }
        let mut both = self.after.clone();
        if both.state == State::Active {
            both.state = before.state;
        }
        let goes = |route: &&OwnRoute| self.after.routes.iter().all(|own| !own.is_for(route));
        both.leaving = before.written().filter(goes).cloned().collect();
        both
    }

    /// The record of meanwhile, where it is not what is kept already.
    fn note(&self) -> Option<Agent> {
        Some(self.meanwhile()).filter(|meanwhile| self.before.as_ref() != Some(meanwhile))
    }

    /// The record when the directory has followed.
    fn settled(&self) -> Agent {
        Agent { leaving: Vec::new(), ..self.after.clone() }
    }
}

/// What came of a step.
pub struct Settled {
    /// What happened to which route.
    pub effects: Vec<Effect>,
    /// The number of the change, where one was made and is recorded.
    pub number: Option<u64>,
}

/// Makes a change, or works it out.
pub type Commit<'c> = dyn Fn(&Request<'_>) -> Result<Changed, Error> + 'c;

/// Makes steps of different agents as one change, all of them or none. Without an `authority` nothing is kept, which
/// goes with a `commit` that only works the change out.
pub fn settle(
    authority: Option<&Authority>,
    terms: &Terms,
    steps: &[Step],
    message: Option<String>,
    commit: &Commit<'_>,
) -> Result<Changed, Error> {
    let (fates, changed) = together(authority, terms, (steps, false), message, commit)?;
    fates.into_iter().find_map(|fate| fate.failed).map_or(Ok(changed), Err)
}

/// Makes steps of different agents as one change. Each is made or refused by itself: where Traefik would not take all of
/// them together, they are made one after the other.
pub fn settle_all(
    authority: &Authority,
    terms: &Terms,
    steps: &[Step],
    commit: &Commit<'_>,
) -> Vec<Result<Settled, Error>> {
    let settled = |effects: Vec<Effect>, number| Ok(Settled { effects, number });
    match together(Some(authority), terms, (steps, true), None, commit) {
        Ok((fates, changed)) => {
            let number = changed.number;
            let mut effects = changed.outcomes.into_iter().flatten().flatten();
            let each = fates.into_iter().map(|fate| {
                let own = effects.by_ref().take(fate.effects).collect();
                fate.failed.map_or_else(|| settled(own, number), Err)
            });
            each.collect()
        }
        Err(error) if steps.len() == 1 || error.code.exit_code() != REFUSED => {
            steps.iter().map(|_| Err(error.clone())).collect()
        }
        Err(_) => {
            let alone = |step| settle(Some(authority), terms, std::slice::from_ref(step), None, commit);
            let each = steps.iter().map(|step| alone(step).map(|changed| (changed.number, changed)));
            each.map(|made| made.and_then(|(number, c)| settled(c.effects().cloned().collect(), number))).collect()
        }
    }
}

/// The exit code of what is refused, not for want of anything but because it must not be.
const REFUSED: u8 = 3;

/// What becomes of one step of several.
#[derive(Default)]
struct Fate {
    /// How many of the effects are its own.
    effects: usize,
    failed: Option<Error>,
}

/// The fate of each step, and the change that they made together.
type Together = (Vec<Fate>, Changed);

fn together(
    authority: Option<&Authority>,
    terms: &Terms,
    (steps, each_by_itself): (&[Step], bool),
    message: Option<String>,
    commit: &Commit<'_>,
) -> Result<Together, Error> {
    let fates = RefCell::new(Vec::new());
    let noted = RefCell::new(BTreeSet::new());
    // A plan may be made again; what was noted by then is.
    let note = |coming: BTreeSet<usize>| match authority {
        Some(authority) => {
            let fresh: Vec<usize> = coming.difference(&noted.borrow()).copied().collect();
            let meanwhile: Vec<Agent> = fresh.iter().filter_map(|at| steps.get(*at)).filter_map(Step::note).collect();
            noted.borrow_mut().extend(fresh);
            authority.put_all(&meanwhile.iter().map(Kept::Agent).collect::<Vec<_>>())
        }
        None => Ok(()),
    };
    let plan = |inventory: &Inventory<'_>, _: &Past<'_>| -> Result<Plan, Error> {
        let mut all = Plan::default();
        let mut outcomes: Vec<Fate> = Vec::with_capacity(steps.len());
        let (mut coming, ground) = (BTreeSet::new(), Ground::of(inventory, terms));
        for (at, step) in steps.iter().enumerate() {
            let free = must_not_meet(&steps[..at], &outcomes, step);
            match free.and_then(|()| step.plan(&ground)) {
                Ok(plan) => {
                    coming.insert(at);
                    outcomes.push(Fate { effects: plan.effects.len(), failed: None });
                    all.join(plan);
                }
                Err(error) if !each_by_itself => return Err(error),
                Err(error) => outcomes.push(Fate { effects: 0, failed: Some(error) }),
            }
        }
        note(coming)?;
        *fates.borrow_mut() = outcomes;
        Ok(all)
    };
    // What an administrator does for agents is his own change.
    let asking = if each_by_itself { steps } else { &[] };
    let agents = asking.iter().map(|step| step.after.id.to_string()).collect();
    let intent = Intent { message, agents, ..Intent::default() };
    let changed = match commit(&Request { intent, plans: &[&plan], keep_going: false }) {
        Ok(changed) => changed,
        Err(error) => {
            let noted = noted.take().into_iter().filter_map(|at| steps.get(at));
            return Err(match (authority, error.code.changed()) {
                (Some(authority), Said::No) => noted.fold(error, |error, step| put_back(authority, step, error)),
                _ => error,
            });
        }
    };
    let mut fates = fates.take();
    if let Some(authority) = authority {
        let made: Vec<_> = steps.iter().zip(&mut fates).filter(|(_, fate)| fate.failed.is_none()).collect();
        let steps: Vec<&Step> = made.iter().map(|(step, _)| *step).collect();
        if let Err(error) = settle_records(authority, &steps) {
            made.into_iter().for_each(|(_, fate)| fate.failed = Some(error.clone()));
        }
    }
    Ok((fates, changed))
}

/// Keeps what holds when the directory has followed. What can't be kept is settled by the same steps again.
fn settle_records(authority: &Authority, steps: &[&Step]) -> Result<(), Error> {
    let settled = steps.iter().map(|step| (step.meanwhile(), step.settled()));
    let settled: Vec<Agent> = settled.filter(|(noted, settled)| noted != settled).map(|(_, settled)| settled).collect();
    let gone = steps.iter().filter(|step| step.after.removed.is_some());
    let kept = match settled.is_empty() {
        true => Ok(()),
        false => authority.put_all(&settled.iter().map(Kept::Agent).collect::<Vec<_>>()),
    };
    let kept = kept.and_then(|()| gone.map(|step| &step.after.id).try_for_each(|id| authority.remove_certificate(id)));
    kept.map_err(|error| {
        let what = format!("written, durability unknown: what is kept of the agent does not say so yet: {error}");
        Error::new(Code::DurabilityUnknown, what).hint("the same command again, or the same request, settles it")
    })
}

/// Puts a record back when the directory has not followed; the error that came before says so where that fails.
fn put_back(authority: &Authority, step: &Step, error: Error) -> Error {
    let id = &step.after.id;
    let put = authority.agent(id).and_then(|kept| match &step.before {
        before if kept == *before => Ok(()),
        Some(before) => authority.put_agent(before),
        None => authority.remove_agent(id),
    });
    match put {
        Ok(()) => error,
        Err(why) => {
            let what = format!("{error}; and what is kept of agent {id} could not be put back: {why}");
            Error::new(Code::Io, what).hint("the same command again, or the same request, settles it")
        }
    }
}

/// Refuses a host that another agent gets in the same moment.
fn must_not_meet(earlier: &[Step], fates: &[Fate], step: &Step) -> Result<(), Error> {
    let others = earlier.iter().zip(fates).filter(|(_, fate)| fate.failed.is_none());
    let taken = others.flat_map(|(other, _)| other.after.served()).map(|route| HostPattern::from(route.host.clone()));
    let taken: Vec<HostPattern> = taken.collect();
    let meets = |host: &Host| {
        let own = HostPattern::from(host.clone());
        taken.iter().any(|other| other.meets(&own))
    };
    match step.after.served().iter().find(|route| meets(&route.host)) {
        Some(route) => Err(Error::new(Code::HostTaken, format!("another agent has just been given {}", route.host))),
        None => Ok(()),
    }
}
