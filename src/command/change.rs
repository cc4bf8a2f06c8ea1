//! How every command that changes something makes its change.

use super::wait::Wait;
use super::{Context, Outcome, Report};
use crate::cli::ChangeFlags;
use crate::error::Error;
use crate::inventory::Inventory;
use crate::plan::Plan;
use crate::store::{Changed, Intent, Request, Store};
use std::time::Duration;

/// Makes a change, or shows what it would do.
pub(super) fn change(
    context: &Context,
    flags: &ChangeFlags,
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Outcome, Error> {
    make(context, flags, plan).map(Outcome::Change)
}

/// The same, as a report.
pub(super) fn make(
    context: &Context,
    flags: &ChangeFlags,
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Report, Error> {
    let intent = Intent { message: flags.message.clone(), ..Intent::default() };
    let request = Request { intent, plans: &[&|inventory, _| plan(inventory)], keep_going: false };
    let made = carry_out(context, &context.store, flags, &request)?;
    Ok(Report::of(context, flags.dry_run, made))
}

/// A change, and how long it took until Traefik had loaded it, where that was waited for.
pub(super) struct Made {
    pub(super) changed: Changed,
    pub(super) live: Option<Duration>,
}

/// Makes what is asked for, or shows what it would do.
pub(super) fn carry_out(
    context: &Context,
    store: &Store,
    flags: &ChangeFlags,
    request: &Request<'_>,
) -> Result<Made, Error> {
    let wait = Wait::begin(context, store, flags)?;
    let mut changed = if flags.dry_run { store.preview(request)? } else { store.change(request)? };
    let live = wait.map(|wait| wait.prove(&changed)).transpose();
    if live.is_err() {
        context.warn_all(std::mem::take(&mut changed.warnings));
    }
    Ok(Made { changed, live: live?.flatten() })
}
