//! Arguments of `history`, `undo` and `restore`.

use super::ChangeFlags;
use clap::{Args, Subcommand};

/// Show every change: its number, when, by whom, and what it did
///
/// Newest first. What was changed by something else than this command, an editor say, is found by the next command and shown as `by hand`.
#[derive(Args, Debug)]
#[command(
    args_conflicts_with_subcommands = true,
    before_help = "\
Examples:
  cloudlunacy history
  cloudlunacy history | head
  cloudlunacy history show 57
  cloudlunacy history -o json"
)]
pub struct History {
    /// What to show of it [default: all of it]
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

/// What to show of the history.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Show one change: who, when, how, in words what it did, and the difference of the texts
    #[command(before_help = "Examples:\n  cloudlunacy history show 57")]
    Show {
        /// The number of the change
        #[arg(value_name = "N")]
        number: u64,
    },
}

/// Take a change back, whatever has changed since, as long as nothing depends on it
///
/// Without N your own last change; where somebody else's is newer, it is refused, with the number. What was changed later in the same place, or needs what the change brought, is in the way, and is named. Taking back is a change too: `undo` of its number brings everything back.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy undo
  cloudlunacy undo 57
  cloudlunacy undo 57 --dry-run")]
pub struct Undo {
    /// The number of the change [default: your own last one]
    #[arg(value_name = "N")]
    pub number: Option<u64>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Bring the whole directory back to what it was after a change
///
/// Everything that was changed after it is taken back, hand edits too, as one change.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy restore 57 --dry-run
  cloudlunacy restore 57
  cloudlunacy restore 0          # before the first change")]
pub struct Restore {
    /// The number of the change; 0 is before the first one
    #[arg(value_name = "N")]
    pub number: u64,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}
