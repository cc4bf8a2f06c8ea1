//! `batch`: many commands as one change.

use super::change::{Made, carry_out};
use super::route::planner;
use super::{Context, Outcome};
use crate::cli::{self, Batch, ChangeFlags, Command, RouteCommand};
use crate::error::{Code, Error};
use crate::plan::Effect;
use crate::store::{FileChange, Intent, Planner, Request};
use anyhow::Context as _;
use std::io::Read;
use std::time::Duration;

/// What came of many commands.
pub struct Batched {
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// The number of the change, where it is recorded.
    pub number: Option<u64>,
    /// What came of each.
    pub results: Vec<Result<Vec<Effect>, Error>>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
    /// How long it took until Traefik had loaded it, where that was waited for.
    pub live: Option<Duration>,
}

impl Batched {
    /// Whether something changed on disk.
    pub fn changed(&self) -> bool {
        !self.dry_run && !self.files.is_empty()
    }

    /// How many commands were refused.
    pub fn refused(&self) -> usize {
        self.results.iter().filter(|result| result.is_err()).count()
    }
}

pub(super) fn batch(context: &Context, args: &Batch) -> Result<Outcome, Error> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).context("can't read standard input")?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Error::new(Code::Usage, "standard input is not UTF-8").hint("write each command as JSON"))?;
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    if lines.is_empty() {
        return Err(Error::new(Code::Usage, "there is no command on standard input")
            .hint("a command is a JSON array on a line: [\"route\", \"rm\", \"app.example.com\"]"));
    }
    let numbered =
        |(at, error): (usize, Error)| Error { message: format!("command {}: {}", at + 1, error.message), ..error };
    let commands: Vec<RouteCommand> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| command(line).map_err(|error| numbered((at, error))))
        .collect::<Result<_, _>>()?;
    let planners = commands
        .iter()
        .enumerate()
        .map(|(at, command)| planner(context, command).map_err(|error| numbered((at, error))))
        .collect::<Result<Vec<_>, _>>()?;
    let plans: Vec<Box<Planner<'_>>> =
        planners.iter().map(|plan| -> Box<Planner<'_>> { Box::new(move |inventory, _| plan(inventory)) }).collect();
    let plans: Vec<&Planner<'_>> = plans.iter().map(AsRef::as_ref).collect();
    let intent = Intent { message: args.change.message.clone(), ..Intent::default() };
    let request = Request { intent, plans: &plans, keep_going: args.keep_going };
    let Made { changed, live } = carry_out(context, &context.store, &args.change, &request)?;
    context.warn_all(changed.warnings);
    Ok(Outcome::Batch(Batched {
        dry_run: args.change.dry_run,
        number: changed.number,
        results: changed.outcomes,
        files: changed.files,
        live,
    }))
}

/// The command that a line says.
fn command(line: &str) -> Result<RouteCommand, Error> {
    let words: Vec<String> = serde_json::from_str(line).map_err(|error| {
        Error::new(Code::Usage, format!("it is not a JSON array of texts ({error})"))
            .hint("write [\"route\", \"add\", \"app.example.com\", \"http://10.0.0.5:3000\"]")
    })?;
    let program = std::iter::once("cloudlunacy".to_owned());
    let stray = || Error::new(Code::Usage, "only route add, set, rm and rename can stand in a batch");
    let parsed = cli::parse_from(program.chain(words).collect()).map_err(|error| match error.exit_code() {
        // It asks for help, or the version.
        0 => stray(),
        _ => cli::usage_error(&error),
    })?;
    if let Some(flag) = parsed.global.first_named() {
        return Err(Error::new(Code::Usage, format!("{flag} can't stand in a batch"))
            .hint("give it to `cloudlunacy batch` itself: it holds for all of it"));
    }
    match parsed.command {
        Command::Route { command } if command.checks_targets() => {
            Err(Error::new(Code::Usage, "--check-target can't stand in a batch")
                .hint("try the servers before, with `route add --check-target --dry-run`"))
        }
        Command::Route { command } => match command.flags().and_then(ChangeFlags::first_named) {
            None => Ok(command),
            Some(flag) => Err(Error::new(Code::Usage, format!("{flag} can't stand in a batch"))
                .hint("give it to `cloudlunacy batch` itself: it holds for all of it")),
        },
        _ => Err(stray()),
    }
}
