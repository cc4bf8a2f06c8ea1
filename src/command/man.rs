//! `man DIR`: the manual pages, from the same definitions as the help.

use crate::cli::Cli;
use crate::error::Error;
use anyhow::Context;
use clap::CommandFactory;
use std::path::Path;

/// The manual pages: file name and text.
pub fn pages() -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut pages = Vec::new();
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    collect(&command, &mut pages)?;
    Ok(pages)
}

fn collect(command: &clap::Command, pages: &mut Vec<(String, Vec<u8>)>) -> Result<(), Error> {
    let man = clap_mangen::Man::new(command.clone()).date("");
    let name = man.get_filename();
    let mut text = Vec::new();
    man.render(&mut text).context("can't make a manual page")?;
    pages.push((name, text));
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
        collect(sub, pages)?;
    }
    Ok(())
}

/// Writes all pages into a directory.
pub(super) fn write(to: &str) -> Result<String, Error> {
    std::fs::create_dir_all(to).with_context(|| format!("can't create {to}"))?;
    let pages = pages()?;
    for (name, text) in &pages {
        let path = Path::new(to).join(name);
        std::fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))?;
    }
    Ok(format!("wrote {} manual pages into {to}\n", pages.len()))
}
