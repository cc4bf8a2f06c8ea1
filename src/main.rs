//! The command: parse arguments, run, print, turn the outcome into an exit code.

use cloudlunacy::cli;
use cloudlunacy::terminal::Terminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    // While a command is being typed the shell asks for completions by this variable.
    clap_complete::CompleteEnv::with_factory(cli::command).complete();
    let terminal = Terminal::new();
    let run = || match cli::parse() {
        Ok(cli) => terminal.run(&cli),
        Err(error) => terminal.usage(&error),
    };
    // A bug of ours has an exit code of its own; the panic has said on standard error where it is.
    ExitCode::from(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(70))
}
