//! Every argument, as clap types. Help, man pages and completions come from here.

mod route;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
pub use route::{Add, Fields, List, ListFields, Remove, Rename, RouteCommand, Set, Show, TlsArg};

/// Manages, checks and publishes the dynamic configuration of the Traefik reverse proxy, straight on its files.
#[derive(Debug, Parser)]
#[command(
    name = "cloudlunacy",
    version,
    arg_required_else_help = true,
    before_help = "Examples:\n  cloudlunacy route add app.example.com http://10.0.0.5:3000\n  cloudlunacy route add db.mongodb.example.com mongodb://10.0.0.6:27017\n  cloudlunacy route list\n  cloudlunacy route add app.example.com http://10.0.0.5:3000 --dry-run | patch -p1 --dry-run",
    after_long_help = EXIT_STATUS
)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_STATUS: &str = "Exit status:
  0   done, or already so
  2   usage, malformed input
  3   refused: conflict, not found, would not load; nothing changed
  4   the environment failed: I/O, lock timeout; nothing changed unless the message says \"written\"
  70  a bug of cloudlunacy; nothing changed

Settings come from flags, else CLOUDLUNACY_… variables (CLOUDLUNACY_DIR for --dir), else cloudlunacy.toml in
the parents of the working directory, else /etc/cloudlunacy/cloudlunacy.toml. `cloudlunacy config` shows them.";

/// Flags that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Common options")]
pub struct Global {
    /// The directory that Traefik's file provider watches [default: what the static configuration names, else /etc/traefik/dynamic]
    #[arg(short, long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub dir: Option<String>,
    /// Traefik's static configuration, or a compose file: FILE, or compose.yaml#SERVICE [default: where Traefik looks for it]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub r#static: Option<String>,
    /// The Traefik release that reads the files: 3.0 to 3.7, or with a patch, 3.6.15 [default: 3.7]
    #[arg(long, global = true, value_name = "RELEASE")]
    pub traefik: Option<String>,
    /// How to print what there is to say [default: table]
    #[arg(short, long, global = true, value_name = "FORMAT", value_enum)]
    pub output: Option<Output>,
    /// Settings file [default: cloudlunacy.toml in the parents of the working directory, else /etc/cloudlunacy/cloudlunacy.toml]
    #[arg(short, long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub config: Option<String>,
    /// How long to wait for another writer: 10s, 500ms, 2m [default: 10s]
    #[arg(long, global = true, value_name = "TIME")]
    pub lock_timeout: Option<String>,
    /// Print no result line
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say which directory and settings are used
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use colour [default: auto]
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
    pub color: Option<Color>,
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

/// Flags of every command that changes something.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of changes")]
pub struct ChangeFlags {
    /// Print the unified diff that `patch -p1` applies, and change nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Answer every question with yes
    #[arg(long)]
    pub yes: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a directory ready: create it, and show what stands in it
    Init(Init),
    /// Add, change, remove and show routes: a router with the service that it names
    Route {
        /// What to do with routes.
        #[command(subcommand)]
        command: RouteCommand,
    },
    /// Show every setting with its origin
    Config,
    /// Print the script that completes commands in a shell
    #[command(
        before_help = "Examples:\n  cloudlunacy completions bash > /usr/share/bash-completion/completions/cloudlunacy"
    )]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Write the manual pages into a directory
    Man {
        /// Where to
        #[arg(value_hint = clap::ValueHint::DirPath)]
        to: String,
    },
}

/// Make a directory ready: create it, and show what stands in it
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy -d /etc/traefik/dynamic init\n  cloudlunacy -d demo/dynamic init --example --static demo/traefik.yml"
)]
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
