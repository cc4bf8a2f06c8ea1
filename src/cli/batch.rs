//! Arguments of `batch`.

use super::ChangeFlags;
use clap::Args;

/// Make many changes as one: command lines as JSON arrays from standard input, one a line
///
/// Each command sees what the ones before it did. All of them happen or none, as one change with one number; Traefik applies it once where one file changes. Commands that can stand there are `route add`, `set`, `rm` and `rename`. The result of each is a line of JSON: `{command, outcome, changed, change, objects}`, or `{command, error}`.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy batch < commands.jsonl
  echo '[\"route\", \"add\", \"a.example.com\", \"http://10.0.0.1:80\"]' | cloudlunacy batch
  cloudlunacy batch --dry-run < commands.jsonl")]
pub struct Batch {
    /// Leave out what is refused, and do the rest; exit code 4 where some of it was refused, 3 where all of it was
    #[arg(long)]
    pub keep_going: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}
