//! The edge to the user: runs a command and prints what came of it. Nothing else prints.

mod progress;
mod report;

use crate::cli::{self, Cli, Command};
use crate::command::{self, Context, Fixed, Outcome};
use crate::error::{Code, Error};
use crate::render::{self, Format, Shown, Style};
use progress::Progress;
use std::io::{ErrorKind, IsTerminal, Write};

/// Standard output and standard error, and who reads them.
pub struct Terminal {
    out: bool,
    err: bool,
    input: bool,
}

impl Terminal {
    /// Looks at who reads.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Terminal {
        Terminal {
            out: std::io::stdout().is_terminal(),
            err: std::io::stderr().is_terminal(),
            input: std::io::stdin().is_terminal(),
        }
    }

    /// Runs a command; gives the exit code.
    pub fn run(&self, cli: &Cli) -> u8 {
        let interactive = self.input && self.out && self.err;
        let style = self.style(None, &cli.global);
        let context = match Context::new(cli, command_line(), interactive) {
            Ok(context) => context,
            Err(error) => return self.fail(&error, style),
        };
        let style = self.style(Some(&context), &cli.global);
        if cli.global.verbose {
            for (key, setting) in context.settings.iter().filter(|(_, s)| s.value.is_some()) {
                self.say(&format!("{key}: {} ({})\n", setting.value.as_deref().unwrap_or_default(), setting.origin));
            }
        }
        let is_long = matches!(cli.command, Command::Validate(_)) && self.err;
        let progress = Progress::of("validating", is_long);
        let outcome = command::run(&context, &cli.command);
        drop(progress);
        let result = outcome.and_then(|outcome| self.show(&outcome, style).map(|()| outcome.exit_code()));
        for warning in context.take_warnings() {
            self.say(&render::warning(&warning, self.colors_err(style)));
        }
        match result {
            Ok(code) => code,
            Err(error) => self.fail(&error, style),
        }
    }

    /// Answers a command line that makes no sense, or asks for help.
    pub fn usage(&self, error: &clap::Error) -> u8 {
        if !error.use_stderr() {
            let text = error.render();
            let text = if self.out { text.ansi().to_string() } else { text.to_string() };
            return match print(&text) {
                Ok(()) => 0,
                Err(error) if error.kind() == ErrorKind::BrokenPipe => 0,
                Err(_) => Code::Io.exit_code(),
            };
        }
        match asked_for_json() {
            Some(format) => {
                let style = Style { format, width: None, color: false, quiet: false };
                let _ = print(&render::error(&cli::usage_error(error), style).out);
            }
            None => {
                let text = error.render();
                self.say(&if self.err { text.ansi().to_string() } else { text.to_string() });
            }
        }
        Code::Usage.exit_code()
    }

    fn style(&self, context: Option<&Context>, global: &crate::cli::Global) -> Style {
        // Without settings, because they are wrong, the environment still says how to put that.
        let variable = |key: &str| std::env::var(format!("CLOUDLUNACY_{}", key.to_ascii_uppercase())).ok();
        let setting = |key: &str| context.map_or_else(|| variable(key), |c| c.settings.get(key).map(str::to_owned));
        let named = global.output.clone();
        let format = named.or(setting("output")).and_then(|f| Format::parse(&f)).unwrap_or(Format::Table);
        let when = global.color.map(|c| format!("{c:?}").to_ascii_lowercase()).or(setting("color"));
        let variable = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let color = match when.as_deref() {
            Some("always") => true,
            Some("never") => false,
            _ if variable("NO_COLOR") || std::env::var_os("TERM").is_some_and(|t| t == "dumb") => false,
            _ => variable("CLICOLOR_FORCE") || self.out,
        };
        Style { format, width: self.width(), color, quiet: global.quiet }
    }

    /// How wide the terminal on standard output is.
    fn width(&self) -> Option<u16> {
        const USUAL: u16 = 80;
        let known = || {
            rustix::termios::tcgetwinsize(std::io::stdout()).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
        };
        self.out.then(|| known().unwrap_or(USUAL))
    }

    fn colors_err(&self, style: Style) -> bool {
        style.color && (self.err || !self.out)
    }

    /// Prints an outcome. A change that was made must not look as if it was not, whatever becomes of the answer.
    fn show(&self, outcome: &Outcome, style: Style) -> Result<(), Error> {
        let Shown { out, err } = match outcome {
            Outcome::Validation(found) => {
                let (shown, files) = render::reports(found, style)?;
                report::write(&files)?;
                shown
            }
            Outcome::Comparison(compared) => render::comparison(compared, style)?,
            outcome => render::outcome(outcome, style)?,
        };
        self.say(&err);
        let changed = match outcome {
            Outcome::Change(report) => report.changed(),
            Outcome::Batch(batched) => batched.changed(),
            Outcome::Ready(ready) => ready.report.changed() || !ready.made.is_empty(),
            Outcome::Validation(found) => found.fixed.as_ref().is_some_and(Fixed::is_written),
            _ => false,
        };
        match print(&out) {
            Ok(()) => Ok(()),
            Err(error) if changed => Err(Error::new(Code::Io, error.to_string()).after_change()),
            // Whoever reads has seen enough: `route list | head`.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Error::new(Code::Io, format!("can't print the answer: {error}"))),
        }
    }

    fn fail(&self, error: &Error, style: Style) -> u8 {
        let Shown { out, err } = render::error(error, Style { color: self.colors_err(style), ..style });
        if print(&out).is_err() {
            self.say(&render::error(error, Style { format: Format::Table, color: false, ..style }).err);
        }
        self.say(&err);
        error.code.exit_code()
    }

    /// Says something on standard error; where nobody can hear it, that is no reason to fail.
    fn say(&self, text: &str) {
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Whether a command line that can't be parsed asks for JSON, by flag or environment.
fn asked_for_json() -> Option<Format> {
    let words = words();
    let apart = words.windows(2).find(|pair| pair[0] == "-o" || pair[0] == "--output").map(|pair| pair[1].clone());
    let joined =
        words.iter().find_map(|w| Some(w.strip_prefix("--output=").or_else(|| w.strip_prefix("-o"))?.to_owned()));
    let format = apart.or(joined.filter(|f| !f.is_empty())).or_else(|| std::env::var("CLOUDLUNACY_OUTPUT").ok())?;
    Format::parse(format.trim_start_matches('=')).filter(|format| matches!(format, Format::Json | Format::Jsonl))
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The words of the command line; what is not UTF-8 in them is shown, not a reason to fall over.
fn words() -> Vec<String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect()
}

/// The command line without secrets, for whoever waits for the lock, and for the history.
fn command_line() -> String {
    let own = ["cloudlunacy".to_owned()].into_iter().chain(words().into_iter().skip(1));
    let shown: Vec<String> = crate::secret::redacted(own).map(|word| crate::plan::shell_word(&word)).collect();
    shown.join(" ").chars().map(|c| if c.is_control() { ' ' } else { c }).take(4000).collect()
}
