//! `diff`: its arguments.

use super::Global;
use clap::builder::{EnumValueParser, NonEmptyStringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

/// Say in words what differs between two configurations, for Traefik and its users
///
/// FROM and TO are each git:REV, git:REV... (the point where the branch left REV), @N (after change N), a directory, a
/// file, live (what the running Traefik has loaded, by its API, which does not tell of certificates and TLS options), or -
/// for YAML on standard input. Where nothing is said, FROM is git:HEAD in a git work tree and the last recorded change
/// elsewhere, and TO the files. Comments, order, layout, YAML or TOML and the file that something stands in make no
/// difference. Exits with 1 where something differs.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy diff                          # since the last commit
  cloudlunacy diff git:origin/main...       # what this branch changes
  cloudlunacy diff git:v1 git:v2 --text
  cloudlunacy diff @57                      # since change 57
  cloudlunacy diff live                     # what Traefik has not loaded yet
  cloudlunacy diff /srv/old dynamic -o markdown")]
pub struct Diff {
    /// What to compare with [default: git:HEAD, or the last recorded change]
    #[arg(value_name = "FROM", value_parser = NonEmptyStringValueParser::new(), value_hint = clap::ValueHint::AnyPath)]
    pub from: Option<String>,
    /// What is compared [default: the files]
    #[arg(value_name = "TO", value_parser = NonEmptyStringValueParser::new(), value_hint = clap::ValueHint::AnyPath)]
    pub to: Option<String>,
    /// How to print the answer [default: table]
    #[arg(short, long, value_name = "FORMAT", value_parser = EnumValueParser::<DiffFormat>::new().map(name))]
    pub output: Option<String>,
    /// Add the unified diff of the texts
    #[arg(long)]
    pub text: bool,
}

/// The formats of `diff`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DiffFormat {
    /// For people
    Table,
    /// One JSON value
    Json,
    /// For the comment of a pull request
    Markdown,
}

fn name(format: DiffFormat) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl DiffFormat {
    /// Reads its name.
    pub fn parse(text: &str) -> Option<DiffFormat> {
        DiffFormat::from_str(text, false).ok()
    }
}

impl Diff {
    /// How to print the answer; `setting` is the format that the settings name, which counts where it is one of these.
    pub fn format(&self, global: &Global, setting: Option<&str>) -> DiffFormat {
        let named = self.output.as_deref().or(global.output.as_deref()).and_then(DiffFormat::parse);
        named.or_else(|| DiffFormat::parse(setting?)).unwrap_or(DiffFormat::Table)
    }
}
