//! The command: parse arguments, run, print, turn the outcome into an exit code.

use cloudlunacy::cli;
use cloudlunacy::terminal::Terminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    // While a command is being typed the shell asks for completions by this variable.
    clap_complete::CompleteEnv::with_factory(cli::command).complete();
    let terminal = Terminal::new();
    ExitCode::from(match cli::parse() {
        Ok(cli) => terminal.run(&cli),
        Err(error) => terminal.usage(&error),
    })
}
