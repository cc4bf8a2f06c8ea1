//! How every command that changes something makes its change.

use super::wait::Wait;
use super::{Context, Outcome, Report};
use crate::cli::ChangeFlags;
use crate::error::Error;
use crate::inventory::Inventory;
use crate::plan::Plan;

/// Makes a change, or shows what it would do.
pub(super) fn change(
    context: &Context,
    flags: &ChangeFlags,
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Outcome, Error> {
    make(context, flags, plan).map(Outcome::Change)
}

/// The same, as a report; its warnings are for the user's eyes.
pub(super) fn make(
    context: &Context,
    flags: &ChangeFlags,
    plan: impl Fn(&Inventory<'_>) -> Result<Plan, Error>,
) -> Result<Report, Error> {
    let wait = Wait::begin(context, flags)?;
    let mut changed = if flags.dry_run { context.store.preview(plan)? } else { context.store.change(plan)? };
    context.warn_all(std::mem::take(&mut changed.warnings));
    let live = wait.map(|wait| wait.prove(&changed)).transpose()?.flatten();
    Ok(Report { dry_run: flags.dry_run, effects: changed.effects, files: changed.files, live })
}
