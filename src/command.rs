//! What each command does: `fn(&Context, arguments) → Outcome`. Commands never print.

mod change;
mod check_target;
pub mod completions;
mod context;
mod diff;
mod explain;
mod init;
pub mod man;
mod revision;
mod route;
mod static_source;
mod validate;
mod wait;

pub use context::{Context, find_settings};
pub use diff::Compared;
pub use explain::Explanation;
pub use validate::{Counts, Fixed, Repair, ShownObject, StaticUsed, Text, Validation};

use crate::cli::{Command, RouteCommand};
use crate::error::{Error, Place};
use crate::inventory::Part;
use crate::plan::{Effect, Verb};
use crate::route::Route;
use crate::settings::Setting;
use crate::store::FileChange;
use std::time::Duration;

/// What came of a command.
pub enum Outcome {
    /// Routes that were asked for.
    Routes(Vec<Route>),
    /// One route, with where its parts stand.
    Route(Box<RouteDetail>),
    /// A change.
    Change(Report),
    /// A directory that is ready.
    Ready(Box<Ready>),
    /// The settings.
    Settings(Vec<(String, Setting)>),
    /// What Traefik would say.
    Validation(Box<Validation>),
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
    /// What happened to which route.
    pub effects: Vec<Effect>,
    /// Each file that changed.
    pub files: Vec<FileChange>,
    /// How long it took until Traefik had loaded it, where that was waited for.
    pub live: Option<Duration>,
}

impl Report {
    /// Whether something changed on disk.
    pub fn changed(&self) -> bool {
        !self.dry_run && !self.files.is_empty()
    }

    /// One word for all of it.
    pub fn outcome(&self) -> &'static str {
        match self.effects.as_slice() {
            [] => Verb::Unchanged.as_str(),
            [first, rest @ ..] if rest.iter().all(|e| e.verb == first.verb) => first.verb.as_str(),
            _ => Verb::Changed.as_str(),
        }
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
        Command::Route { command } => match command {
            RouteCommand::Add(args) => route::add(context, args),
            RouteCommand::Set(args) => route::set(context, args),
            RouteCommand::Rm(args) => route::rm(context, args),
            RouteCommand::Rename(args) => route::rename(context, args),
            RouteCommand::List(args) => route::list(context, args),
            RouteCommand::Show(args) => route::show(context, args),
        },
        Command::Validate(args) => validate::validate(context, args),
        Command::Diff(args) => diff::diff(context, args),
        Command::Explain(args) => explain::explain(args).map(Outcome::Explanation),
        Command::Config => Ok(Outcome::Settings(context.settings.all())),
        Command::Completions { shell } => completions::script(*shell).map(Outcome::Text),
        Command::Man { to } => man::write(to).map(Outcome::Text),
    }
}
