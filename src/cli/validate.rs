//! `validate` and `explain`: their arguments.

use super::{ChangeFlags, Global};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Say what Traefik would say of a configuration, before it says it
///
/// Without argument the configured directory is judged. A FILE is judged together with the directory that it lies in, and only what concerns it is reported; - reads it from standard input. Exits with 1 where there is an error: something for which Traefik refuses the directory, or disables an object.
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cloudlunacy validate
  cloudlunacy validate dynamic/routes.yml
  cloudlunacy validate - --stdin-filename dynamic/routes.yml < new.yml
  cloudlunacy validate -o text -o sarif=findings.sarif -o junit=findings.xml
  cloudlunacy validate --changed-since git:origin/main...
  cloudlunacy validate --fix --dry-run")]
pub struct Validate {
    /// Directories, files, or - for standard input
    #[arg(value_name = "DIR|FILE|-", value_parser = NonEmptyStringValueParser::new(), value_hint = clap::ValueHint::AnyPath)]
    pub targets: Vec<String>,
    /// How to print the answer, and into which file; may be repeated [default: text]
    #[arg(short, long, value_name = "FORMAT[=FILE]", value_parser = FormatParser)]
    pub output: Vec<String>,
    /// Judge the files by themselves, without what else lies in their directory
    #[arg(long, requires = "targets")]
    pub alone: bool,
    /// The file that standard input stands for
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new(), value_hint = clap::ValueHint::FilePath)]
    pub stdin_filename: Option<String>,
    /// Fail for warnings too
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub deny: Option<Deny>,
    /// Exit with 0 whatever is found
    #[arg(long)]
    pub exit_zero: bool,
    /// Leave out what this rule finds; may be repeated
    #[arg(long, value_name = "RULE", value_parser = rule_names(), hide_possible_values = true)]
    pub allow: Vec<String>,
    /// Report also what comments, settings and --allow suppress
    #[arg(long)]
    pub no_suppress: bool,
    /// Report only what is not found at this revision; REV... means the point where the branch left REV
    #[arg(long, value_name = "git:REV", value_parser = NonEmptyStringValueParser::new())]
    pub changed_since: Option<String>,
    /// Repair what can be repaired safely
    #[arg(long, conflicts_with_all = ["changed_since", "alone"])]
    pub fix: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub change: ChangeFlags,
}

/// Say what a rule of `validate`, an error code or a field of Traefik's means
///
/// Without argument all rules and codes are listed.
#[derive(Args, Debug)]
#[command(
    before_help = "Examples:\n  cloudlunacy explain\n  cloudlunacy explain unknown-service\n  cloudlunacy explain http.routers.rule"
)]
pub struct Explain {
    /// The name of a rule, the code of an error, or the path of a field
    #[arg(value_name = "CODE|FIELD", value_parser = NonEmptyStringValueParser::new().map(|code| code.to_ascii_lowercase()), add = super::codes())]
    pub code: Option<String>,
}

/// What else fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings, as errors do
    Warning,
}

/// The formats of `validate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Text,
    /// One JSON value
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
    /// A code quality report of GitLab
    Gitlab,
    /// JUnit XML: a test case a file
    Junit,
}

impl ReportFormat {
    /// Reads its name.
    pub fn parse(text: &str) -> Option<ReportFormat> {
        ReportFormat::from_str(text, false).ok()
    }
}

/// One answer of `validate`: its format, and the file that it goes to instead of standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The format.
    pub format: ReportFormat,
    /// The file.
    pub file: Option<PathBuf>,
}

impl Report {
    /// Reads `FORMAT[=FILE]`.
    pub fn parse(text: &str) -> Option<Report> {
        let (format, file) = text.split_once('=').map_or((text, None), |(format, file)| (format, Some(file)));
        let file = file.map(PathBuf::from);
        file.as_ref().is_none_or(|f| !f.as_os_str().is_empty()).then_some(())?;
        Some(Report { format: ReportFormat::parse(format)?, file })
    }
}

impl Validate {
    /// What to print where; `setting` is the format that the settings name, which counts where it is one of these.
    pub fn reports(&self, global: &Global, setting: Option<&str>) -> Vec<Report> {
        let named = if self.output.is_empty() { global.output.as_slice() } else { &self.output };
        let mut reports: Vec<Report> = named.iter().filter_map(|text| Report::parse(text)).collect();
        if reports.is_empty() {
            let format = setting.and_then(ReportFormat::parse).unwrap_or(ReportFormat::Text);
            reports.push(Report { format, file: None });
        }
        reports
    }
}

/// Takes `FORMAT[=FILE]`; the formats are listed as the values that there are.
#[derive(Clone)]
struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        match Report::parse(&text) {
            Some(_) => Ok(text),
            None => PossibleValuesParser::new(formats()).parse_ref(command, arg, value),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = clap::builder::PossibleValue> + '_>> {
        Some(Box::new(formats()))
    }
}

fn formats() -> impl Iterator<Item = clap::builder::PossibleValue> {
    ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value)
}

fn rule_names() -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(crate::lint::LINTS.iter().map(|lint| lint.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_format_and_perhaps_a_file() {
        let file = |name: &str| Some(PathBuf::from(name));
        let json = ReportFormat::Json;
        assert_eq!(Report::parse("json"), Some(Report { format: json, file: None }));
        assert_eq!(Report::parse("json=a=b.json"), Some(Report { format: json, file: file("a=b.json") }));
        assert_eq!((Report::parse("json="), Report::parse("yaml"), Report::parse("=x")), (None, None, None));
    }
}
