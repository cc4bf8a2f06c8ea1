//! `completions SHELL`, and what completes names while a command is being typed.

use super::Context;
use crate::cli::{self, Shell};
use crate::error::{Code, Error};
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::Shells;
use std::ffi::OsStr;

/// The script for a shell: it asks this binary for every completion.
pub fn script(shell: Shell) -> Result<String, Error> {
    let failed = || Error::new(Code::Internal, format!("no completions for {}", shell.as_str()));
    let completer = Shells::builtins();
    let completer = completer.completer(shell.as_str()).ok_or_else(failed)?;
    let name = cli::command().get_name().to_owned();
    let mut script = Vec::new();
    completer.write_registration("COMPLETE", &name, &name, &name, &mut script).map_err(|_| failed())?;
    let mut script = String::from_utf8(script).map_err(|_| failed())?;
    if let Shell::Zsh = shell {
        // zsh runs the file itself for the first completion, and would offer nothing then.
        script.push_str("\n[[ $funcstack[1] == _cloudlunacy ]] && _clap_dynamic_completer_cloudlunacy \"$@\"\n");
    }
    Ok(script)
}

/// Names of routes that begin like `current`, from the directory that the settings name.
pub fn route_names(current: &OsStr) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    // The line being typed may name the directory with -d; what does not parse yet is left out.
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .skip_while(|word| word != "--")
        .skip(1)
        .collect();
    let after = |flag: &str, long: &str| {
        let given = words.iter().position(|w| w == flag || w == long).and_then(|at| words.get(at + 1).cloned());
        given.or_else(|| words.iter().find_map(|w| Some(w.strip_prefix(long)?.strip_prefix('=')?.to_owned())))
    };
    let mut line = vec!["cloudlunacy".to_owned()];
    for (flag, long) in [("-d", "--dir"), ("--static", "--static"), ("-c", "--config")] {
        if let Some(value) = after(flag, long) {
            line.extend([long.to_owned(), value]);
        }
    }
    line.push("config".into());
    let Ok(cli) = cli::parse_from(line) else { return Vec::new() };
    let Ok(context) = Context::new(&cli, String::new(), false) else { return Vec::new() };
    let names = super::route::names(&context);
    names.into_iter().filter(|n| n.starts_with(current)).map(CompletionCandidate::new).collect()
}
