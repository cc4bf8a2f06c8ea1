//! Every argument, as clap types. Help, man pages and completions come from here.

mod agent;
mod batch;
mod diff;
mod history;
mod reference;
mod route;
mod serve_register;
mod validate;

use crate::error::{Code, Error};
pub use agent::{
    AgentCommand, AgentFilter, Can, CreateToken, GrantAgent, GrantFields, Join, OneAgent, Register, RemoveAgent,
    Rotate, StateArg, TokenCommand,
};
pub use batch::Batch;
use clap::builder::{EnumValueParser, NonEmptyStringValueParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
pub use diff::{Diff, DiffFormat};
pub use history::{History, HistoryCommand, Restore, Undo};
pub use reference::REFERENCE;
pub use route::{Add, Fields, List, ListFields, Remove, Rename, RouteCommand, Set, Show, TlsArg};
pub use serve_register::{Approve, ServeRegister};
use std::time::Duration;
pub use validate::{Deny, Explain, Report, ReportFormat, Validate};

/// Manages, checks and publishes the dynamic configuration of the Traefik reverse proxy, straight on its files
#[derive(Debug, Parser)]
#[command(
    name = "cloudlunacy",
    version,
    arg_required_else_help = true,
    before_help = "\
Examples:
  cloudlunacy route add app.example.com http://10.0.0.5:3000
  cloudlunacy route add db.example.com mongodb://10.0.0.6:27017
  cloudlunacy route list
  cloudlunacy route add app.example.com http://10.0.0.5:3000 --dry-run"
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Examples come before the long lists, below what tells the reader what they are examples of.
const LAYOUT: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The whole command line: to parse, and to make help, manual pages and completions of.
pub fn command() -> clap::Command {
    fn laid_out(command: clap::Command) -> clap::Command {
        command.help_template(LAYOUT).mut_subcommands(laid_out)
    }
    laid_out(Cli::command()).after_long_help(reference::as_help())
}

/// Reads the process's own command line.
pub fn parse() -> Result<Cli, clap::Error> {
    checked(&command().try_get_matches()?)
}

/// Reads these words, the first of which is the program's name.
pub fn parse_from(words: Vec<String>) -> Result<Cli, clap::Error> {
    checked(&command().try_get_matches_from(words)?)
}

/// What the parser says, as an error of ours: its first paragraph, and its tip.
pub fn usage_error(error: &clap::Error) -> Error {
    let text = error.to_string();
    let mut paragraphs = text.trim_start_matches("error: ").split("\n\n");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = Error::new(Code::Usage, words(paragraphs.next().unwrap_or_default()));
    match paragraphs.next().and_then(|p| p.trim_start().strip_prefix("tip: ")) {
        Some(tip) => message.hint(words(tip)),
        None => message.hint("--help shows the flags and arguments"),
    }
}

/// `-o` may stand before the command, and only then is known which formats there are.
fn checked(matches: &clap::ArgMatches) -> Result<Cli, clap::Error> {
    let cli = Cli::from_arg_matches(matches)?;
    if let Some(format) = &cli.global.output {
        let (mut command, words) = (command(), format.as_ref());
        command.build();
        let arg = command.get_arguments().find(|arg| arg.get_id() == "output");
        match cli.command {
            Command::Validate(_) => {}
            Command::Diff(_) => {
                EnumValueParser::<DiffFormat>::new().parse_ref(&command, arg, words)?;
            }
            _ => {
                EnumValueParser::<Output>::new().parse_ref(&command, arg, words)?;
            }
        }
    }
    Ok(cli)
}

/// Takes every format that some command has; lists those that nearly all have.
#[derive(Clone)]
struct AnyFormat;

impl TypedValueParser for AnyFormat {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        let text = value.to_string_lossy().into_owned();
        if Report::parse(&text).is_none() && DiffFormat::parse(&text).is_none() {
            EnumValueParser::<Output>::new().parse_ref(command, arg, value)?;
        }
        Ok(text)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        Some(Box::new(Output::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Global {
    /// The directory that Traefik's file provider watches [default: what the static configuration names, else /etc/traefik/dynamic]
    #[arg(short, long, global = true, value_parser = NonEmptyStringValueParser::new(), value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<String>,
    /// Traefik's static configuration, or a compose file: FILE, or compose.yaml#SERVICE [default: where Traefik looks for it]
    #[arg(long, global = true, value_parser = NonEmptyStringValueParser::new(), value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub r#static: Option<String>,
    /// The flags that Traefik is started with, in place of its file: '--entryPoints.web.address=:80 …'
    #[arg(long, global = true, conflicts_with = "static", allow_hyphen_values = true, value_name = "FLAGS")]
    pub static_args: Option<String>,
    /// What a path of Traefik's container is on this machine; may be repeated [default: the volumes of the compose file]
    #[arg(long, global = true, value_delimiter = ',', value_parser = NonEmptyStringValueParser::new(), value_name = "CONTAINER=HOST")]
    pub map: Vec<String>,
    /// The Traefik release that reads the files: 3.0 to 3.7, or to the patch, as 3.6.15 [default: 3.7]
    #[arg(long, global = true, value_name = "RELEASE")]
    pub traefik: Option<String>,
    /// Where the running Traefik has its API: http://[USER:PASSWORD@]HOST[:PORT][/PATH] [default: where the static configuration has it, with api.insecure]
    #[arg(long, global = true, value_parser = NonEmptyStringValueParser::new(), value_name = "URL", value_hint = clap::ValueHint::Url)]
    pub api: Option<String>,
    /// The folder that keeps agents and their tokens [default: /var/lib/cloudlunacy; without root, where there is none, ~/.local/state/cloudlunacy]
    #[arg(long, global = true, value_parser = NonEmptyStringValueParser::new(), value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub state_dir: Option<String>,
    /// How to print the answer [default: table]
    #[arg(short, long, global = true, value_name = "FORMAT", value_parser = AnyFormat)]
    pub output: Option<String>,
    /// The settings file [default: the nearest cloudlunacy.toml upwards from here, else /etc/cloudlunacy/cloudlunacy.toml]
    #[arg(short, long, global = true, value_parser = NonEmptyStringValueParser::new(), value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<String>,
    /// How long to wait for another writer: 10s, 500ms, 2m [default: 10s]
    #[arg(long, global = true, value_name = "TIME")]
    pub lock_timeout: Option<String>,
    /// Leave out the line that says what a change did
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say on standard error which settings are used, and where each comes from
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub color: Option<Color>,
}

impl Global {
    /// The first of these flags that was given.
    pub fn first_named(&self) -> Option<&'static str> {
        [
            ("--dir", self.dir.is_some()),
            ("--static", self.r#static.is_some()),
            ("--static-args", self.static_args.is_some()),
            ("--map", !self.map.is_empty()),
            ("--traefik", self.traefik.is_some()),
            ("--api", self.api.is_some()),
            ("--state-dir", self.state_dir.is_some()),
            ("--output", self.output.is_some()),
            ("--config", self.config.is_some()),
            ("--lock-timeout", self.lock_timeout.is_some()),
            ("--quiet", self.quiet),
            ("--verbose", self.verbose),
            ("--color", self.color.is_some()),
        ]
        .into_iter()
        .find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Table,
    /// One JSON value
    Json,
    /// A JSON value a line
    Jsonl,
    /// One YAML document
    Yaml,
    /// Names only, one a line
    Name,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

fn time(text: &str) -> Result<Duration, String> {
    crate::settings::duration(text)
        .ok_or_else(|| "no length of time: write 10, 500ms or 2m; where no time is meant, give --wait last".to_owned())
}

/// Flags of every command that changes something.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of changes")]
pub struct ChangeFlags {
    /// Change nothing; print the change as a unified diff that `patch -p1` applies in the directory
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// What the history says about the change
    #[arg(short, long, value_name = "TEXT")]
    pub message: Option<String>,
    /// Answer every question with yes; only a terminal is ever asked
    #[arg(long)]
    pub yes: bool,
    /// Ask Traefik's API until it has loaded this very change, for at most so many seconds (or 500ms, 2m); else exit with 5 [default: 10]
    ///
    /// Give it last, or as --wait=30: what follows it is taken for the time.
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "10s", value_parser = time)]
    pub wait: Option<Duration>,
    /// Where Traefik does not load the change in time, take it back, and exit with 3
    #[arg(long, requires = "wait")]
    pub rollback: bool,
}

impl ChangeFlags {
    /// The first of these flags that was given and says something about the change as a whole.
    pub fn first_named(&self) -> Option<&'static str> {
        let flags = [
            ("--dry-run", self.dry_run),
            ("--message", self.message.is_some()),
            ("--wait", self.wait.is_some()),
            ("--rollback", self.rollback),
        ];
        flags.into_iter().find_map(|(flag, is_given)| is_given.then_some(flag))
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    #[allow(missing_docs)]
    Init(Init),
    /// Add, change, remove, rename, list and show routes: routers, each with the service that it names
    #[command(before_help = "\
Examples:
  cloudlunacy route add app.example.com http://10.0.0.5:3000
  cloudlunacy route set app.example.com --add-host www.example.com
  cloudlunacy route list --host '*.example.com'
  cloudlunacy route rm app.example.com")]
    Route {
        /// What to do with routes.
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// Register agents: servers that get routes of their own, within what they are granted
    #[command(before_help = "\
Examples:
  cloudlunacy agent register web-7 --address 10.8.0.7 --app shop.example.com=3000
  cloudlunacy agent token create web-7 --host '*.web-7.apps.example.com' \\
      --target 10.8.0.7:3000-3999
  cloudlunacy agent list")]
    Agent {
        /// What to do with agents.
        #[command(subcommand)]
        command: AgentCommand,
    },
    #[allow(missing_docs)]
    ServeRegister(Box<ServeRegister>),
    #[allow(missing_docs)]
    Batch(Batch),
    #[allow(missing_docs)]
    Validate(Validate),
    #[allow(missing_docs)]
    Diff(Diff),
    #[allow(missing_docs)]
    History(History),
    #[allow(missing_docs)]
    Undo(Undo),
    #[allow(missing_docs)]
    Restore(Restore),
    #[allow(missing_docs)]
    Explain(Explain),
    /// Show every setting, and where each comes from
    #[command(before_help = "Examples:\n  cloudlunacy config\n  cloudlunacy config -o json")]
    Config,
    /// Print the script that completes commands, and names of routes, in a shell
    #[command(before_help = "\
Examples:
  cloudlunacy completions bash > /usr/share/bash-completion/completions/cloudlunacy
  cloudlunacy completions zsh > /usr/share/zsh/vendor-completions/_cloudlunacy
  cloudlunacy completions fish > ~/.config/fish/completions/cloudlunacy.fish
  . <(cloudlunacy completions bash)      # for this shell alone")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages into a directory
    #[command(before_help = "Examples:\n  cloudlunacy man /usr/local/share/man/man1")]
    Man {
        /// The directory; it is made if it is not there
        #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
        to: String,
    },
}

/// Make a directory ready for routes, and show what stands in it
///
/// Creates the directory where there is none. Where --static names a file that does not exist yet, a static configuration to begin with is written there: entry points web, websecure and mongodb, and this directory. What exists already is left as it is.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy init -d /etc/traefik/dynamic
  cloudlunacy init -d demo/dynamic --example --static demo/traefik.yml")]
pub struct Init {
    /// Add an HTTP route and a MongoDB route to begin with
    #[arg(long)]
    pub example: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Shells with completions.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

impl Shell {
    /// The shell's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
        }
    }
}

/// Completes names of routes from the directory that the settings name.
fn route_names() -> ArgValueCompleter {
    ArgValueCompleter::new(crate::command::completions::route_names)
}

/// Completes the codes that `explain` knows.
fn codes() -> ArgValueCompleter {
    ArgValueCompleter::new(|current: &std::ffi::OsStr| {
        let rules = crate::lint::LINTS.iter().map(|lint| lint.name);
        let all = rules.chain(crate::error::Code::ALL.iter().map(|code| code.as_str()));
        let all = all.chain(crate::command::answers().map(|code| code.as_str()));
        let begins = |code: &&str| current.to_str().is_some_and(|typed| code.starts_with(typed));
        all.filter(begins).map(clap_complete::CompletionCandidate::new).collect()
    })
}
