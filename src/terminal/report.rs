//! An answer that goes into a file: there at once and whole, or not at all.

use crate::error::Error;
use crate::render::ReportFile;
use anyhow::Context;
use std::io::Write;
use std::path::Path;

/// Writes all answers.
pub(super) fn write(files: &[ReportFile]) -> Result<(), Error> {
    files.iter().try_for_each(|file| one(file).with_context(|| format!("can't write {}", file.path.display())))?;
    Ok(())
}

fn one(file: &ReportFile) -> anyhow::Result<()> {
    // A device or a pipe takes the text as it comes; a link is written through.
    let path = std::fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone());
    if std::fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
        return Ok(std::fs::OpenOptions::new().write(true).open(&path)?.write_all(file.text.as_bytes())?);
    }
    let name = path.file_name().context("it names no file")?.to_string_lossy().into_owned();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let staged = folder.join(format!(".{name}.{}", std::process::id()));
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&staged)
        .and_then(|mut out| out.write_all(file.text.as_bytes()))
        .and_then(|()| std::fs::rename(&staged, &path));
    if written.is_err() {
        let _ = std::fs::remove_file(&staged);
    }
    Ok(written?)
}
