//! `man DIR`: the manual pages, from the same definitions as the help.

use crate::cli::{self, REFERENCE};
use crate::error::Error;
use crate::lint::{LINTS, Lint};
use anyhow::Context;
use clap_mangen::Man;
use std::io::Write;
use std::path::Path;

/// The manual pages: file name and text.
pub fn pages() -> Result<Vec<(String, String)>, Error> {
    let mut pages = Vec::new();
    let mut command = cli::command().disable_help_subcommand(true);
    command.build();
    collect(&command, &mut pages)?;
    pages.push(("cloudlunacy-findings.7".into(), ascii(&findings())));
    Ok(pages)
}

/// What `validate` finds: every rule, by name.
fn findings() -> String {
    let rule = |lint: &&Lint| {
        let head = format!("{} ({})", lint.name, lint.severity.as_str());
        format!(".TP\n.B {}\n{}.\n{}\n", plain(&head), plain(lint.summary), plain(lint.explanation))
    };
    let rules: String = LINTS.iter().map(rule).collect();
    format!(
        ".TH cloudlunacy-findings 7 \"\" \"cloudlunacy {}\" \"Miscellaneous\"\n.SH NAME\ncloudlunacy\\-findings \\- what \
         cloudlunacy validate finds\n.SH DESCRIPTION\nAn error is what Traefik refuses or disables, a warning what surely \
         is not meant, a note what is worth knowing. An example of each:\n.BR \"cloudlunacy explain\" .\n.SH          RULES\n{rules}.SH \"SEE ALSO\"\n.BR cloudlunacy\\-validate (1),\n.BR cloudlunacy\\-explain (1)\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn collect(command: &clap::Command, pages: &mut Vec<(String, String)>) -> Result<(), Error> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    page(command, &name, &mut text).context("can't make a manual page")?;
    pages.push((format!("{name}.1"), ascii(&String::from_utf8_lossy(&text))));
    for sub in command.get_subcommands().filter(|s| !s.is_hide_set()) {
        collect(sub, pages)?;
    }
    Ok(())
}

/// One page. What holds for every command is said in the main page alone.
fn page(command: &clap::Command, name: &str, out: &mut Vec<u8>) -> std::io::Result<()> {
    let main = !name.contains('-');
    let mut own = command.clone();
    if !main {
        let global: Vec<clap::Id> =
            own.get_arguments().filter(|a| a.is_global_set()).map(|a| a.get_id().clone()).collect();
        for id in global {
            own = own.mut_arg(id, |arg| arg.hide(true));
        }
    }
    let usage = own.render_usage().to_string();
    let man = Man::new(own);
    writeln!(out, ".TH {name} 1 \"\" \"cloudlunacy {}\" \"User Commands\"", env!("CARGO_PKG_VERSION"))?;
    man.render_name_section(out)?;
    writeln!(out, ".SH SYNOPSIS\n{}", plain(usage.trim_start_matches("Usage: ")))?;
    man.render_description_section(out)?;
    if let Some(examples) = command.get_before_help() {
        as_it_is(out, "EXAMPLES", examples.to_string().trim_start_matches("Examples:\n"))?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(out)?;
    }
    man.render_options_section(out)?;
    match main {
        true => REFERENCE.iter().try_for_each(|(heading, text)| as_it_is(out, &heading.to_uppercase(), text)),
        false => writeln!(
            out,
            ".SH \"SEE ALSO\"\n.BR cloudlunacy (1)\nhas the common options, the settings, and the exit status."
        ),
    }
}

/// A section whose lines stay as they are.
fn as_it_is(out: &mut Vec<u8>, heading: &str, text: &str) -> std::io::Result<()> {
    writeln!(out, ".SH \"{heading}\"\n.nf\n{}\n.fi", plain(text))
}

/// Text with nothing in it that troff would take for a command.
fn plain(text: &str) -> String {
    let line = |line: &str| {
        let line = line
            .replace('\\', "\\e")
            .replace('-', "\\-")
            .replace('\'', "\\(aq")
            .replace('`', "\\(ga")
            .replace('~', "\\(ti");
        if line.starts_with('.') { format!("\\&{line}") } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Every character outside ASCII as troff names it: not every reader takes UTF-8.
fn ascii(text: &str) -> String {
    let named = |c: char| match c {
        '…' => "...".to_owned(),
        c if c.is_ascii() => c.to_string(),
        c => format!("\\[u{:04X}]", c as u32),
    };
    text.chars().map(named).collect()
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
