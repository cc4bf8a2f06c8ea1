//! Whose word is taken for what was done before: the journal's and the history's.

use super::folder::Folder;
use anyhow::Result;
use rustix::fs::Stat;

/// How far a file of ours is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// Root, this user or the directory's owner wrote it.
    Own,
    /// Somebody wrote it who shares the directory by its group, as those finish each other's changes and may edit each
    /// other's files.
    Shared,
    /// A stranger wrote it.
    None,
}

impl Trust {
    /// Whom a file in `.cloudlunacy/` is from; `folder` is the managed directory.
    pub(super) fn of(folder: &Folder, file: &Stat) -> Result<Trust> {
        let top = folder.stat()?;
        let own = [0, rustix::process::geteuid().as_raw(), top.st_uid].contains(&file.st_uid);
        let shared = top.st_mode & 0o1020 == 0o020 && file.st_gid == top.st_gid && file.st_nlink == 1;
        Ok(match (own, shared) {
            (true, _) => Trust::Own,
            (_, true) => Trust::Shared,
            _ => Trust::None,
        })
    }
}
