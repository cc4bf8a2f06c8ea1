//! What `validate` found, for people and for programs: one module a format.

mod excerpt;
mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
mod terminal;
#[cfg(test)]
mod tests;
mod view;

use super::{Shown, Style};
use crate::cli::ReportFormat;
use crate::command::Validation;
use crate::error::Error;
use std::path::PathBuf;

/// An answer that goes into a file.
pub struct ReportFile {
    /// The file.
    pub path: PathBuf,
    /// What is to stand in it.
    pub text: String,
}

/// Every answer that was asked for: what is to be printed, and what goes into files.
pub fn reports(found: &Validation, style: Style) -> Result<(Shown, Vec<ReportFile>), Error> {
    let mut shown = Shown::default();
    let mut files = Vec::new();
    for report in &found.reports {
        let style = if report.file.is_some() { Style { color: false, width: None, ..style } } else { style };
        let answer = one(found, report.format, style)?;
        match &report.file {
            Some(path) => files.push(ReportFile { path: path.clone(), text: answer.out }),
            None => {
                shown.out.push_str(&answer.out);
                shown.err.push_str(&answer.err);
            }
        }
    }
    Ok((shown, files))
}

fn one(found: &Validation, format: ReportFormat, style: Style) -> Result<Shown, Error> {
    let out = match format {
        ReportFormat::Text => return Ok(terminal::text(found, style)),
        ReportFormat::Json => json::text(found)?,
        ReportFormat::Sarif => sarif::text(found)?,
        ReportFormat::Github => github::text(found),
        ReportFormat::Gitlab => gitlab::text(found)?,
        ReportFormat::Junit => junit::text(found),
    };
    Ok(Shown { out, err: String::new() })
}
