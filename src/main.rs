//! The command: parse arguments, run, print, turn the outcome into an exit code.

use clap::{CommandFactory, Parser};
use cloudlunacy::cli::Cli;
use cloudlunacy::terminal::Terminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    // While a command is being typed the shell asks for completions by this variable.
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    let terminal = Terminal::new();
    ExitCode::from(match Cli::try_parse() {
        Ok(cli) => terminal.run(&cli),
        Err(error) => terminal.usage(&error),
    })
}
