//! What each command does: `fn(&Context, arguments) → Outcome`. Commands never print.

mod agent;
mod batch;
mod change;
mod check_target;
pub mod completions;
mod context;
mod diff;
mod explain;
mod history;
mod init;
pub mod man;
mod revision;
mod route;
mod serve_register;
mod static_source;
mod undo;
mod validate;
mod wait;

pub use agent::Agents;
pub use batch::Batched;
pub use context::{Context, find_settings};
pub use diff::Compared;
pub use explain::{Explanation, answers};
pub use history::{Happened, Shown};
pub use validate::{Counts, Fixed, Repair, ShownObject, StaticUsed, Text, Validation};

use crate::cli::Command;
use crate::error::{Code, Error, Place};
use crate::inventory::Part;
use crate::plan::{Effect, Verb};
use crate::route::Route;
use crate::settings::Setting;
use crate::store::{Changed, FileChange};
use std::time::Duration;

/// What came of a command.
pub enum Outcome {
    /// Routes that were asked for.
    Routes(Vec<Route>),
    /// One route, with where its parts stand.
    Route(Box<RouteDetail>),
    /// A change.
    Change(Report),
    /// Agents and tokens.
    Agents(Agents),
    /// Many commands as one change.
    Batch(Batched),
    /// A directory that is ready.
    Ready(Box<Ready>),
    /// The settings.
    Settings(Vec<(String, Setting)>),
    /// What Traefik would say.
    Validation(Box<Validation>),
    /// What has happened, newest first.
    History(Vec<Happened>),
    /// One change.
    Happened(Box<Shown>),
    /// How two configurations differ.
    Comparison(Box<Compared>),
    /// What codes mean.
    Explanation(Explanation),
    /// A text as it is.
    Text(String),
}

impl Outcome {
    /// 1 where the answer to a question is no.
    pub fn exit_code(&self) -> u8 {
        match self {
            Outcome::Validation(validation) => u8::from(validation.fails()),
            Outcome::Agents(Agents::Can(answer)) => u8::from(answer.is_err()),
            Outcome::Batch(batched) => match (batched.refused(), batched.changed()) {
                (0, _) => 0,
                (_, true) => Code::PartlyDone.exit_code(),
                (_, false) => 3,
            },
            Outcome::Comparison(compared) => u8::from(!compared.comparison.is_same()),
            _ => 0,
        }
    }
}

/// A route and where its parts stand.
pub struct RouteDetail {
    /// The route.
    pub route: Route,
    /// What stands where.
    pub parts: Vec<PartOfRoute>,
    /// The router's entry as it is written, moved to the left margin.
    pub source: String,
}

/// A router, a service or a middleware of a route.
pub struct PartOfRoute {
    /// Which of them it is.
    pub part: Part,
    /// Its name, as it is referred to.
    pub name: String,
    /// Where it stands; otherwise why that is not known.
    pub place: Result<Place, &'static str>,
}

/// What a change did.
pub struct Report {
    /// Whether nothing was to be written.
    pub dry_run: bool,
    /// The number of the change, where it is recorded.
    pub number: Option<u64>,
    /// The command that takes it back.
    pub undo: Option<String>,
    /// What happened to which agent, where it is about agents.
    pub agents: Vec<(Verb, String)>,
    /// What happened to which route.
    pub effects: Vec<Effect>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
    /// How long it took until Traefik had loaded it, where that was waited for.
    pub live: Option<Duration>,
}

impl Report {
    /// What is said about a change; its warnings are for the user's eyes.
    fn of(context: &Context, dry_run: bool, made: change::Made) -> Report {
        let change::Made { changed: Changed { outcomes, files, number, warnings }, live } = made;
        context.warn_all(warnings);
        let undo = number.map(|number| format!("{} undo {number}", context.program(&context.store)));
        Report {
            dry_run,
            number,
            undo,
            agents: Vec::new(),
            effects: outcomes.into_iter().flatten().flatten().collect(),
            files,
            live,
        }
    }

    /// Whether something changed on disk.
    pub fn changed(&self) -> bool {
        !self.dry_run && (!self.files.is_empty() || self.changed_agents().next().is_some())
    }

    /// The agents that something happened to.
    pub fn changed_agents(&self) -> impl Iterator<Item = &(Verb, String)> {
        self.agents.iter().filter(|(verb, _)| *verb != Verb::Unchanged)
    }

    /// One word for all of it.
    pub fn outcome(&self) -> &'static str {
        match (self.changed_agents().next(), outcome_of(&self.effects)) {
            (Some((verb, _)), _) => verb.as_str(),
            (_, "unchanged") if !self.files.is_empty() => Verb::Changed.as_str(),
            (_, word) => word,
        }
    }
}

/// One word for what happened to routes.
pub fn outcome_of(effects: &[Effect]) -> &'static str {
    match effects {
        [] => Verb::Unchanged.as_str(),
        [first, rest @ ..] if rest.iter().all(|e| e.verb == first.verb) => first.verb.as_str(),
        _ => Verb::Changed.as_str(),
    }
}

/// A directory that is ready for routes.
pub struct Ready {
    /// The directory.
    pub dir: String,
    /// Files that were made outside it.
    pub made: Vec<String>,
    /// What was added.
    pub report: Report,
    /// All routes in it.
    pub routes: Vec<Route>,
    /// How many files Traefik loads.
    pub files: usize,
}

/// Runs a command.
pub fn run(context: &Context, command: &Command) -> Result<Outcome, Error> {
    match command {
        Command::Init(args) => init::init(context, args),
        Command::Route { command } => route::run(context, command),
        Command::Agent { command } => agent::run(context, command),
        Command::ServeRegister(args) => serve_register::serve(context, args),
        Command::Batch(args) => batch::batch(context, args),
        Command::Validate(args) => validate::validate(context, args),
        Command::Diff(args) => diff::diff(context, args),
        Command::History(args) => history::history(context, args),
        Command::Undo(args) => undo::undo(context, args),
        Command::Restore(args) => undo::restore(context, args),
        Command::Explain(args) => explain::explain(args).map(Outcome::Explanation),
        Command::Config => Ok(Outcome::Settings(context.settings.all())),
        Command::Completions { shell } => completions::script(*shell).map(Outcome::Text),
        Command::Man { to } => man::write(to).map(Outcome::Text),
    }
}
